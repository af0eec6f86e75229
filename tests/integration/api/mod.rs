//! The HTTP service, through the real application with a scripted engine.

mod bad_input;
mod checks;
mod errors;
mod harness;
mod models;
mod openapi;
mod server;
mod shapes;
