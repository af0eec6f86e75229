//! The HTTP service: routes, one file a resource, and the one error contract. Only this module knows status codes.
//!
//! [`app`] builds the application apart from running it, so that tests and [`run`] start the same thing.

mod body;
mod checks;
mod compat;
mod deadline;
mod detect;
mod docs;
mod envelope;
mod error;
mod fallback;
mod fields;
mod gate;
mod health;
mod host;
mod jobs;
mod languages;
mod metrics;
mod models;
mod origin;
mod page;
mod pull;
mod receipt;
mod routes;
mod schemas;
mod server;
mod stream;
mod summarize;
mod summary;
mod translate;
mod wire;

use std::sync::Arc;

use crate::{
    access::Access,
    config::{JobSettings, LimitSettings},
    jobs::Jobs,
    service::Service,
    telemetry::Metrics,
};

pub use error::{ApiError, ErrorCode};
pub use jobs::job_work;
pub use routes::{app, configure, openapi_json};
pub use server::{ServeError, Server, is_private, permitted_addresses, run};
pub use wire::{
    Asked, detection_json, error_json, model_json, models_json, summary_json, translation_json, with_id_apart,
};

/// What every route may use.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub service: Service,
    /// Work on many articles.
    pub jobs: Jobs,
    /// What a job may ask.
    pub job_settings: JobSettings,
    /// Who may use them.
    pub access: Access,
    /// What a request may ask.
    pub limits: LimitSettings,
    /// What is counted of requests.
    pub metrics: Arc<Metrics>,
    /// Sites whose pages may use the service from a browser; `*` for all.
    pub cors_origins: Vec<String>,
}
