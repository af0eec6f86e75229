//! The HTTP service, through the real application with a scripted engine.

mod bad_input;
mod checks;
mod compat;
mod errors;
mod glossary;
mod harness;
mod long;
mod models;
mod openapi;
mod server;
mod shapes;
