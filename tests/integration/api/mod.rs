//! The HTTP service, through the real application with a scripted engine.

mod access;
mod bad_input;
mod checks;
mod compat;
mod errors;
mod glossary;
mod harness;
mod jobs;
mod load;
mod long;
mod metrics;
mod models;
mod openapi;
mod server;
mod shapes;
mod stream;
