//! Writes the OpenAPI document: `cargo run --example openapi > docs/openapi.json`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(breve::http::openapi_json().as_bytes())
}
