//! `/health`: for what starts, stops and balances services.

use actix_web::{
    get,
    web::{Data, Json},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ApiState, error::ApiError, schemas};
use crate::service::Readiness;

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// `live` or `ready`.
    #[schema(examples("ready"))]
    status: &'static str,
}

/// Is the process alive?
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "It is", body = Health, example = json!({"status": "live"}))),
)]
#[get("/health/live")]
pub(super) async fn live() -> Json<Health> {
    Json(Health { status: "live" })
}

/// Can it serve?
///
/// Ready once every model that is to be loaded at start is in memory, until the service is told to stop.
#[utoipa::path(
    tag = "operations",
    responses(
        (status = 200, description = "It can", body = Health, example = json!({"status": "ready"})),
        schemas::ReadyErrors,
    ),
)]
#[get("/health/ready")]
pub(super) async fn ready(state: Data<ApiState>) -> Result<Json<Health>, ApiError> {
    match state.service.readiness() {
        Readiness::Ready => Ok(Json(Health { status: "ready" })),
        Readiness::Loading => Err(ApiError::loading()),
        Readiness::Draining => Err(ApiError::draining()),
    }
}
