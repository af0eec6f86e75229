//! Breve: news summaries in English and Spanish, on your own machine.
//!
//! An article travels `http | cli -> service -> pool -> engine`; `text`, `checks` and `store` serve them on the way.

pub mod access;
pub mod checks;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod http;
pub mod jobs;
pub mod pool;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod text;
