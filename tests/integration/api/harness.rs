//! The real application over a scripted engine.

use std::{path::PathBuf, sync::Arc, time::Duration};

use actix_web::{
    body::MessageBody,
    dev::ServiceResponse,
    http::header::HeaderMap,
    test::{TestRequest, init_service, read_body, try_call_service},
    web::Data,
};
use breve::{
    access::{Access, AccessPolicy, KeyLimits, WithoutKeys},
    config::{HubSettings, JobSettings, LimitSettings, ModelSettings, Settings},
    domain::{Glossary, ModelId, Precision, Runtime},
    engine::{
        EngineLoader, Loader,
        fake::{FakeLoader, Script, Step},
    },
    http::{self, ApiState},
    jobs::{DatabaseAddress, Jobs, JobsPolicy},
    pool::{Pool, PoolSettings},
    service::{Service, ServiceSettings},
    store::Store,
    telemetry::Metrics,
};
use serde_json::Value;
use tempfile::TempDir;

/// The built-in translator.
pub(super) const TRANSLATOR: &str = "en-es-tiny";

/// Everything but the listening: state over directories of its own, and the script of its engines.
pub(super) struct Api {
    /// What the engines do.
    pub(super) loader: FakeLoader,
    pub(super) limits: LimitSettings,
    pub(super) service: Service,
    pub(super) access: Access,
    pub(super) jobs: Jobs,
    pub(super) metrics: Arc<Metrics>,
    pub(super) cors_origins: Vec<String>,
    // Removed when the test ends.
    pub(super) home: TempDir,
}

pub(super) fn limits() -> LimitSettings {
    LimitSettings {
        body_bytes: 4 << 20,
        text_characters: 200_000,
        texts: 4,
        summary_sentences: 10,
        request_timeout_ms: 20_000,
        queue: 8,
        cache_mib: 0,
    }
}

fn models(home: &TempDir) -> ModelSettings {
    ModelSettings {
        data_directory: home.path().join("data"),
        builtin_directory: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models"),
        ..Settings::compiled().unwrap().models
    }
}

fn hub(home: &TempDir) -> HubSettings {
    HubSettings {
        cache_directory: home.path().join("hub"),
        endpoint: "http://127.0.0.1:9".to_owned(),
        token: None,
        offline: true,
        proxy: None,
        no_proxy: Vec::new(),
    }
}

/// Few articles in a job.
pub(super) fn job_settings() -> JobSettings {
    JobSettings { articles: 20, body_bytes: 1 << 20, ..Settings::compiled().unwrap().jobs }
}

fn jobs(home: &TempDir) -> Jobs {
    let policy = JobsPolicy {
        address: DatabaseAddress::File(home.path().join("jobs.sqlite3")),
        workers: 2,
        queue: 40,
        keep: Duration::from_secs(3600),
        lease: Duration::from_secs(5),
        attempts: 2,
        hook_hosts: Vec::new(),
    };
    Jobs::new(policy).unwrap()
}

impl Api {
    pub(super) fn new() -> Self {
        Self::with(limits(), Vec::new())
    }

    pub(super) fn with(limits: LimitSettings, load_at_start: Vec<ModelId>) -> Self {
        let loader = FakeLoader::default();
        Self::over(loader.clone(), Arc::new(loader), limits, load_at_start, Glossary::default())
    }

    /// A server with terms of its own.
    pub(super) fn with_glossary(glossary: Glossary) -> Self {
        let loader = FakeLoader::default();
        Self::over(loader.clone(), Arc::new(loader), limits(), Vec::new(), glossary)
    }

    /// Over the models that ship with Breve; no script is followed.
    pub(super) fn with_real_engines(limits: LimitSettings) -> Self {
        Self::over(FakeLoader::default(), Arc::new(Loader), limits, Vec::new(), Glossary::default())
    }

    fn over(
        loader: FakeLoader,
        engines: Arc<dyn EngineLoader>,
        limits: LimitSettings,
        load_at_start: Vec<ModelId>,
        glossary: Glossary,
    ) -> Self {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&models(&home), &hub(&home)).unwrap();
        let pool = PoolSettings {
            memory_budget_bytes: 1 << 34,
            idle_unload: None,
            queue: limits.queue,
            threads: 1,
            precision: Precision::Auto,
            runtime: Runtime::Auto,
            batch_wait: Duration::from_millis(2),
            max_batch_sources: None,
        };
        let settings = ServiceSettings {
            request_timeout: Duration::from_millis(limits.request_timeout_ms),
            summary_sentences: limits.summary_sentences,
            cache_bytes: limits.cache_mib << 20,
            summarizer: None,
            translators: Vec::new(),
            load_at_start,
            glossary,
            extra_models: Vec::new(),
        };
        let service = Service::new(store, Pool::new(pool, engines), settings);
        let access = Access::new(AccessPolicy {
            keys_file: home.path().join("keys.toml"),
            without_keys: WithoutKeys::ThisMachine,
            limits: KeyLimits::default(),
            trusted_proxies: Vec::new(),
        });
        Self {
            loader,
            limits,
            service,
            access: access.unwrap(),
            jobs: jobs(&home),
            metrics: Arc::default(),
            cors_origins: Vec::new(),
            home,
        }
    }

    /// Lets the built-in translator take these steps, one a request.
    pub(super) fn translator_steps(&self, steps: impl IntoIterator<Item = Step>) {
        let script = Script { requests: steps.into_iter().collect(), ..Script::default() };
        self.loader.script(id(TRANSLATOR), script);
    }

    /// What the application is made of.
    pub(super) fn state(&self) -> ApiState {
        let Self { service, access, jobs, limits, metrics, cors_origins, .. } = self;
        ApiState {
            service: service.clone(),
            access: access.clone(),
            jobs: jobs.clone(),
            job_settings: job_settings(),
            limits: limits.clone(),
            metrics: Arc::clone(metrics),
            cors_origins: cors_origins.clone(),
        }
    }

    /// Answers one request in this process.
    pub(super) async fn call(&self, request: TestRequest) -> Answer {
        let app = init_service(http::app(Data::new(self.state()))).await;
        match try_call_service(&app, request.to_request()).await {
            Ok(response) => Answer::read(response).await,
            Err(error) => panic!("the application gave an error in place of a response: {error}"),
        }
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(TestRequest::post().uri(path).set_json(body)).await
    }

    /// Posts bytes that need not be JSON as if they were.
    pub(super) async fn post_raw(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        let request = TestRequest::post().uri(path).insert_header(("content-type", "application/json"));
        self.call(request.set_payload(body.into())).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.call(TestRequest::get().uri(path)).await
    }

    /// Puts one text into Spanish.
    pub(super) async fn translate(&self, text: &str) -> Answer {
        self.post("/v1/translate", serde_json::json!({"text": text, "source": "en", "target": "es"})).await
    }
}

pub(super) fn id(name: &str) -> ModelId {
    name.parse().unwrap()
}

/// A response, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    async fn read<B: MessageBody>(response: ServiceResponse<B>) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        Self { status, headers, text }
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}")).to_str().unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body of a success.
    #[track_caller]
    pub(super) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// The `error` of a failure, which must have this status and code and the contract's shape.
    #[track_caller]
    pub(super) fn fails(&self, status: u16, code: &str) -> Value {
        let body = self.json();
        let error = &body["error"];
        assert_eq!((self.status, error["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        assert_eq!(error["request_id"], self.header("x-request-id"), "{body}");
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert!(!error["message"].as_str().unwrap().is_empty(), "{body}");
        error.clone()
    }
}
