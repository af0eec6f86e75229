//! Spans for a collector of OpenTelemetry, by OTLP over HTTP, where the operator names one. None holds a key, an address or
//! text.

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use opentelemetry::{
    KeyValue,
    propagation::TextMapPropagator,
    trace::{SpanKind, TracerProvider},
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{SdkTracerProvider, SpanData, SpanExporter as Export},
};
use tracing::{Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::registry::LookupSpan;

/// Longest time for one delivery, and for the last one at the end of the process.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Longest answer of a collector that is read, in bytes.
const LONGEST_ANSWER: u64 = 1 << 20;

/// The names that OpenTelemetry's conventions give to what an HTTP span has.
const METHOD: &str = "http.request.method";
const ROUTE: &str = "http.route";
const STATUS: &str = "http.response.status_code";

/// Sends spans to `endpoint`, such as `http://127.0.0.1:4318/v1/traces`.
///
/// # Errors
/// What is wrong with the address.
pub(super) fn provider(endpoint: &str) -> Result<SdkTracerProvider, opentelemetry_otlp::ExporterBuildError> {
    let exporter = SpanExporter::builder().with_http().with_http_client(Client::new()).with_endpoint(endpoint);
    let resource = Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.name", "breve"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ])
        .build();
    let exporter = Named(exporter.with_timeout(TIMEOUT).build()?);
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// Makes spans of `tracing` into spans of `provider`.
pub(super) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(
    provider: &SdkTracerProvider,
) -> OpenTelemetryLayer<S, opentelemetry_sdk::trace::SdkTracer> {
    let tracer = provider.tracer("breve");
    tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false)
}

/// Delivers what is left.
pub(super) fn end(provider: &SdkTracerProvider) {
    if let Err(error) = provider.shutdown_with_timeout(TIMEOUT) {
        tracing::warn!(%error, "the last spans were not delivered");
    }
}

/// Makes `span` a part of the trace that a request's headers name (W3C Trace Context), if they do; `header` reads one.
pub fn continue_trace<'a>(span: &Span, header: impl Fn(&str) -> Option<&'a str>) {
    let read = |name: &str| Some((name.to_owned(), header(name)?.to_owned()));
    let headers: HashMap<String, String> = ["traceparent", "tracestate"].into_iter().filter_map(read).collect();
    if !headers.is_empty() {
        // Where nothing is exported there is nothing to be a part of.
        span.set_parent(TraceContextPropagator::new().extract(&headers)).ok();
    }
}

/// Says what a request was and how it was answered; `route` is the pattern that its path matched.
pub fn describe(span: &Span, method: &str, route: Option<&str>, status: u16) {
    span.set_attribute(METHOD, method.to_owned());
    span.set_attribute(STATUS, i64::from(status));
    if let Some(route) = route {
        span.set_attribute(ROUTE, route.to_owned());
    }
}

/// Gives spans of requests the name and the kind that they should have: `tracing` knows a span's name before its route.
#[derive(Debug)]
struct Named(SpanExporter);

impl Export for Named {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(name);
        self.0.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn name(span: &mut SpanData) {
    let find = |key: &str| span.attributes.iter().find(|pair| pair.key.as_str() == key).map(|pair| pair.value.as_str());
    let Some(method) = find(METHOD) else { return };
    let name = find(ROUTE).map_or_else(|| method.to_string(), |route| format!("{method} {route}"));
    span.name = name.into();
    span.span_kind = SpanKind::Server;
}

/// Delivers on the exporter's own thread, by the client that also fetches models.
#[derive(Debug)]
struct Client(ureq::Agent);

impl Client {
    fn new() -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(TIMEOUT))
            .build();
        Self(agent.into())
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = self.0.run(request.map(|body| body.to_vec()))?;
        let (head, mut body) = response.into_parts();
        let body = body.with_config().limit(LONGEST_ANSWER).read_to_vec()?;
        Ok(Response::from_parts(head, body.into()))
    }
}
