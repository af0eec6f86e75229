//! Settings, in layers: the compiled-in `config/breve.toml`, a file, `BREVE__SECTION__KEY`, flags.
//! Only this module reads the environment.

mod checks;
mod error;
mod hub;
mod layers;
mod paths;
mod waiting;

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::{Glossary, InputError, ModelId, Precision, Runtime};

pub use error::ConfigError;
pub use hub::HubSettings;
pub use layers::Overrides;
pub use paths::{builtin_candidates, data_directory};
pub use waiting::settle_how_threads_wait;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The listening service.
    pub server: ServerSettings,
    /// Who may use it.
    pub access: AccessSettings,
    /// What a request may ask.
    pub limits: LimitSettings,
    /// Work on many articles.
    pub jobs: JobSettings,
    /// Which models, and where.
    pub models: ModelSettings,
    /// Terms of all translations.
    pub glossary: GlossarySettings,
    /// Logging.
    pub log: LogSettings,
}

/// The listening service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port; loopback unless told otherwise. Port 0 takes a free one.
    pub bind: String,
    /// Threads that read and write connections.
    pub workers: usize,
    /// Longest time to read a request's head, in milliseconds.
    pub client_timeout_ms: u64,
    /// How long it is not ready before it stops, in seconds.
    pub drain_delay_s: u64,
    /// Longest time to finish open requests when stopping, in seconds.
    pub shutdown_timeout_s: u64,
}

/// Who may use the service, and how much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessSettings {
    /// Where the keys are; empty for `keys.toml` in the data directory.
    pub keys_file: PathBuf,
    /// Whether everybody is served, on whatever address, as long as there is no key.
    pub open_to_network: bool,
    /// Requests a minute and client; 0 any number.
    pub requests_per_minute: u32,
    /// Tokens a minute and client; 0 any number.
    pub tokens_per_minute: u32,
    /// Proxies that are believed when they say whom they speak for.
    pub trusted_proxies: Vec<String>,
    /// Sites whose pages may use the service from a browser; `*` for all.
    pub cors_origins: Vec<String>,
}

/// What a request may ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// Longest request body in bytes.
    pub body_bytes: usize,
    /// Longest text in characters.
    pub text_characters: usize,
    /// Most texts in one translation request.
    pub texts: usize,
    /// Most sentences in a summary.
    pub summary_sentences: usize,
    /// Longest time for one request, waiting included, in milliseconds.
    pub request_timeout_ms: u64,
    /// Requests that may wait for one model before more are refused.
    pub queue: usize,
    /// Most memory for finished summaries, in MiB; 0 keeps none.
    pub cache_mib: u64,
}

/// Work on many articles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobSettings {
    /// A file, or `postgres://…`; empty for `jobs.sqlite3` in the data directory.
    pub database: String,
    /// Articles that are worked on at the same time; 0 leaves all work to other replicas.
    pub workers: usize,
    /// Most articles in one job.
    pub articles: usize,
    /// Longest body of a job in bytes.
    pub body_bytes: usize,
    /// Articles that may wait in all before more are refused.
    pub queue: usize,
    /// How long a job and its results are kept, in hours.
    pub keep_hours: u64,
    /// Longest time for one article, in milliseconds.
    pub article_timeout_ms: u64,
    /// How often an article is begun at most.
    pub attempts: u32,
    /// After how many seconds without a sign a worker counts as dead.
    pub lease_s: u64,
    /// Hosts that may be told of finished jobs.
    pub webhook_hosts: Vec<String>,
}

/// Which models, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// Breve's own records of installed models; empty for the user's data directory.
    pub data_directory: PathBuf,
    /// The models that ship with Breve; empty to look beside the program and in the source tree.
    pub builtin_directory: PathBuf,
    /// A further catalog in the form of `config/catalog.toml`; empty for none.
    pub catalog: PathBuf,
    /// Read into memory at start.
    pub load_at_start: Vec<ModelId>,
    /// The summariser when a request names none; empty for the best installed.
    pub summarizer: String,
    /// The translators to prefer, first first; empty for the best installed.
    pub translators: Vec<ModelId>,
    /// Most memory for models in MiB; 0 for three quarters of the machine's.
    pub memory_budget_mib: u64,
    /// Unload a model that was not used for so many seconds; 0 never.
    pub idle_unload_s: u64,
    /// CPU threads that all models share; 0 for all cores.
    pub threads: usize,
    /// The numbers that models compute with.
    pub precision: Precision,
    /// What runs them.
    pub runtime: Runtime,
    /// Longest time that the first of several requests waits for the others, in milliseconds.
    pub batch_wait_ms: u64,
    /// Most sources that one model works on at once; 0 for as many as it does well.
    pub max_batch_sources: usize,
}

/// Terms of all translations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlossarySettings {
    /// Never translated.
    pub protected: Vec<String>,
    /// By the code of the target language, always translated as given.
    pub terms: BTreeMap<String, BTreeMap<String, String>>,
}

impl GlossarySettings {
    /// The same as a glossary.
    ///
    /// # Errors
    /// [`InputError`] of [`Glossary::new`].
    pub fn glossary(&self) -> Result<Glossary, InputError> {
        Glossary::new(self.protected.clone(), self.terms.clone())
    }
}

/// Logging.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// Directives of `tracing_subscriber::EnvFilter`, such as `info` or `breve=debug`.
    pub level: String,
    /// `text` or `json`.
    pub format: LogFormat,
    /// Where spans are sent by OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`; empty for nowhere.
    pub otlp_endpoint: String,
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}
