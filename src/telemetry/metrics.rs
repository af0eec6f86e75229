//! What is counted of requests, in the form of Prometheus. No label holds a key, an address or text.

use std::{fmt, time::Duration};

use prometheus_client::{
    collector::Collector,
    encoding::{
        DescriptorEncoder, EncodeLabelSet, EncodeMetric, MetricEncoder,
        text::{encode_eof, encode_registry},
    },
    metrics::{
        MetricType,
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

use crate::domain::{StageTimings, Usage};

/// The counts of this process since its start.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Route, Histogram>,
    stages: Family<Stage, Histogram>,
    tokens: Family<Direction, Counter>,
    cache: Family<CacheResult, Counter>,
    in_flight: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stage {
    stage: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Direction {
    direction: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CacheResult {
    result: &'static str,
}

/// A request being served; counted as such until this is dropped.
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// From a millisecond to more than a minute.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 17))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("breve"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            stages: Family::new_with_constructor(seconds),
            tokens: Family::default(),
            cache: Family::default(),
            in_flight: Gauge::default(),
        };
        let Self { registry, requests, seconds, stages, tokens, cache, in_flight } = &mut metrics;
        registry.register("http_requests", "Requests answered", requests.clone());
        let help = "From a request's head to its answer's head";
        registry.register_with_unit("http_request", help, Unit::Seconds, seconds.clone());
        let help = "What requests spent in each stage";
        registry.register_with_unit("stage", help, Unit::Seconds, stages.clone());
        registry.register("tokens", "Tokens read and written by models", tokens.clone());
        registry.register("cache_requests", "Summaries by where they came from", cache.clone());
        registry.register("http_requests_in_flight", "Requests being served", in_flight.clone());
        metrics
    }
}

impl Metrics {
    /// Counts a request as being served.
    pub fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts an answer. `route` is the pattern that the request's path matched.
    pub fn answered(&self, method: &str, route: Option<&str>, status: u16, took: Duration) {
        let route = route.unwrap_or("none").to_owned();
        self.seconds.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { method: known(method), route, status }).inc();
    }

    /// Counts what a summary or a translation took.
    pub fn worked(&self, timings: &StageTimings, usage: Usage) {
        let StageTimings { queue, summarize, translate, checks, .. } = timings;
        let stages = [("queue", queue), ("summarize", summarize), ("translate", translate), ("checks", checks)];
        for (stage, took) in stages {
            self.stages.get_or_create(&Stage { stage }).observe(took.as_secs_f64());
        }
        for (direction, count) in [("input", usage.input_tokens), ("output", usage.output_tokens)] {
            self.tokens.get_or_create(&Direction { direction }).inc_by(count as u64);
        }
    }

    /// Counts where a summary came from.
    pub fn cached(&self, result: &'static str) {
        self.cache.get_or_create(&CacheResult { result }).inc();
    }

    /// Everything counted here, and `snapshot`, as Prometheus reads it.
    ///
    /// # Errors
    /// None that text could give.
    pub fn text(&self, snapshot: Snapshot) -> Result<String, fmt::Error> {
        let mut moment = Registry::with_prefix("breve");
        moment.register_collector(Box::new(snapshot));
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &moment)?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// A method that has a name of its own; others could be of any number.
fn known(method: &str) -> String {
    let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
    methods.iter().find(|known| **known == method).unwrap_or(&"other").to_string()
}

/// What is not counted by requests but read when somebody asks.
#[derive(Debug, Default)]
pub struct Snapshot {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    values: Vec<(Vec<(&'static str, String)>, f64)>,
}

impl Snapshot {
    /// Adds a value that goes up and down, for each set of labels.
    pub fn gauge(&mut self, name: &'static str, help: &'static str, values: Vec<(Vec<(&'static str, String)>, f64)>) {
        self.rows.push(Row { name, help, kind: MetricType::Gauge, values });
    }

    /// Adds a value that only goes up, for each set of labels.
    pub fn counter(&mut self, name: &'static str, help: &'static str, values: Vec<(Vec<(&'static str, String)>, f64)>) {
        self.rows.push(Row { name, help, kind: MetricType::Counter, values });
    }
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for Row { name, help, kind, values } in &self.rows {
            let mut family = encoder.encode_descriptor(name, help, None, *kind)?;
            if let [(labels, value)] = &values[..]
                && labels.is_empty()
            {
                Value(*kind, *value).encode(family)?;
                continue;
            }
            for (labels, value) in values {
                Value(*kind, *value).encode(family.encode_family(labels)?)?;
            }
        }
        Ok(())
    }
}

/// One value of a kind.
struct Value(MetricType, f64);

impl EncodeMetric for Value {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        match self.0 {
            MetricType::Counter => encoder.encode_counter::<[(&str, &str); 0], _, f64>(&self.1, None),
            _ => encoder.encode_gauge(&self.1),
        }
    }

    fn metric_type(&self) -> MetricType {
        self.0
    }
}
