//! The page for people, from files that are part of the program: `web/` has its source.

use std::{io::Write, sync::LazyLock};

use actix_web::{
    HttpResponse, get,
    http::header::{self, AcceptEncoding, ContentEncoding, ETag, Encoding, EntityTag, IfNoneMatch},
    web::{Bytes, Header, Path},
};
use flate2::{Compression, write::GzEncoder};
use moka::sync::Cache;
use rust_embed::{Embed, EmbeddedFile};

use super::error::{ApiError, ErrorCode};

#[derive(Embed)]
#[folder = "web/dist/"]
struct Files;

/// Files as they are sent, each compressed once, by its path.
static COMPRESSED: LazyLock<Cache<String, Bytes>> = LazyLock::new(|| Cache::new(64));

/// Where its files are.
pub(super) const ASSETS: &str = "/assets/";

/// The page runs its own script alone, and asks nobody but this service.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      worker-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The page
///
/// For people: an article, its summary in two languages, and what supports it.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "A page that asks nobody but this service", body = String, content_type = "text/html")),
)]
#[get("/")]
pub(super) async fn index(headers: Asked) -> Result<HttpResponse, ApiError> {
    serve("index.html", headers)
}

/// A file of the page
#[utoipa::path(
    tag = "operations",
    params(("name" = String, Path, description = "Its name, as the page has it")),
    responses(
        (status = 200, description = "A script, a style or a picture", body = String, content_type = "text/javascript"),
        (status = 404, description = "There is none of that name", body = super::error::ErrorBody),
    ),
)]
#[get("/assets/{name}")]
pub(super) async fn asset(name: Path<String>, headers: Asked) -> Result<HttpResponse, ApiError> {
    serve(&format!("assets/{name}"), headers)
}

/// What the browser has, and how it reads.
type Asked = (Option<Header<IfNoneMatch>>, Option<Header<AcceptEncoding>>);

/// Browsers keep a file and ask whether it is still the one: its name does not change when it does.
fn serve(path: &str, (known, accepted): Asked) -> Result<HttpResponse, ApiError> {
    let file = Files::get(path).ok_or_else(|| ApiError::new(ErrorCode::NotFound, "the page has no such file"))?;
    let tag = tag(&file);
    let is_known = match known.map(|known| known.into_inner()) {
        Some(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Some(IfNoneMatch::Any) => true,
        None => false,
    };
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header(ETag(tag));
    if is_known {
        return Ok(answer.finish());
    }
    answer.insert_header((header::CONTENT_TYPE, content_type(path)));
    if !reads_gzip(accepted) {
        return Ok(answer.body(file.data));
    }
    let compressed = COMPRESSED.try_get_with_by_ref(path, || gzip(&file.data));
    let compressed = compressed.map_err(|error| ApiError::internal(&error))?;
    Ok(answer.insert_header(ContentEncoding::Gzip).body(compressed))
}

fn reads_gzip(accepted: Option<Header<AcceptEncoding>>) -> bool {
    let known = [Encoding::gzip(), Encoding::identity()];
    accepted.is_some_and(|Header(accepted)| accepted.negotiate(known.iter()) == Some(Encoding::gzip()))
}

fn gzip(data: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data)?;
    Ok(encoder.finish()?.into())
}

/// Weak: compression changes the bytes.
fn tag(file: &EmbeddedFile) -> EntityTag {
    EntityTag::new_weak(hex::encode(&file.metadata.sha256_hash()[..16]))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
