//! The HTTP service: routes, one file a resource, and the one error contract. Only this module knows status codes.
//!
//! [`app`] builds the application apart from running it, so that tests and [`run`] start the same thing.

mod body;
mod checks;
mod compat;
mod detect;
mod docs;
mod envelope;
mod error;
mod fallback;
mod fields;
mod health;
mod languages;
mod models;
mod origin;
mod pull;
mod receipt;
mod routes;
mod schemas;
mod server;
mod summarize;
mod summary;
mod translate;
mod wire;

use crate::{config::LimitSettings, service::Service};

pub use error::{ApiError, ErrorCode};
pub use routes::{app, configure, openapi_json};
pub use server::{ServeError, Server, run};
pub use wire::{detection_json, model_json, models_json, summary_json, translation_json};

/// What every route may use.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub service: Service,
    /// What a request may ask.
    pub limits: LimitSettings,
}
