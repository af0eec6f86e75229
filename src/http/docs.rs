//! `/openapi.json` and `/docs`.

mod page;

use std::sync::LazyLock;

use actix_web::{
    HttpResponse, get,
    http::header::{self, ContentType},
};

use super::routes;

static DOCUMENT: LazyLock<String> = LazyLock::new(routes::openapi_json);
static PAGE: LazyLock<String> =
    LazyLock::new(|| page::render(&serde_json::to_value(routes::openapi()).unwrap_or_default()));

/// The OpenAPI document
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json")),
)]
#[get("/openapi.json")]
pub(super) async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(DOCUMENT.as_str())
}

/// The documentation as a page
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "A page that needs nothing else", body = String, content_type = "text/html")),
)]
#[get("/docs")]
pub(super) async fn browse() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"))
        .body(PAGE.as_str())
}
