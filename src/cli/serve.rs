use std::{sync::Arc, time::Duration};

use super::{CliError, app, engine::EngineArgs, keys};
use crate::{
    access::{Access, AccessPolicy, KeyLimits, WithoutKeys},
    config::{AccessSettings, JobSettings, Settings},
    domain::InputError,
    http::{self, ApiState},
    jobs::{DatabaseAddress, Jobs, JobsPolicy},
    service::Service,
    telemetry::Metrics,
};

/// `breve serve`.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// Address and port to listen on, such as 0.0.0.0:8080; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) bind: Option<String>,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
}

pub(super) fn run(settings: &Settings) -> Result<(), CliError> {
    let store = app::store(settings)?;
    // A model that is not there stops the start; one that cannot be read leaves the service not ready.
    for id in &settings.models.load_at_start {
        store.installed(id)?;
    }
    app::check_preferences(&store, &settings.models)?;
    let access = access(settings)?;
    let service = app::service(store, settings)?;
    let loading = load_at_start(service.clone());
    let metrics = Arc::new(Metrics::default());
    let jobs = jobs(settings, &service, Arc::clone(&metrics))?;
    let (limits, cors_origins) = (settings.limits.clone(), settings.access.cors_origins.clone());
    let job_settings = settings.jobs.clone();
    let state = ApiState { service, jobs, job_settings, access, limits, metrics, cors_origins };
    http::run(&settings.server, state, |_| {
        tokio::spawn(loading);
    })?;
    Ok(())
}

/// Jobs, which are worked on from now on.
fn jobs(settings: &Settings, service: &Service, metrics: Arc<Metrics>) -> Result<Jobs, CliError> {
    let JobSettings { workers, queue, keep_hours, article_timeout_ms, attempts, lease_s, webhook_hosts, .. } =
        settings.jobs.clone();
    let jobs = Jobs::new(JobsPolicy {
        address: database(settings),
        workers,
        queue,
        keep: Duration::from_secs(keep_hours * 3600),
        lease: Duration::from_secs(lease_s),
        attempts,
        hook_hosts: webhook_hosts,
    });
    let jobs = jobs.map_err(CliError::Runtime)?;
    let patient = service.with_timeout(Duration::from_millis(article_timeout_ms));
    jobs.start(http::job_work(patient, settings.limits.clone(), metrics));
    Ok(jobs)
}

/// Where jobs are kept.
pub(super) fn database(settings: &Settings) -> DatabaseAddress {
    match settings.jobs.database.as_str() {
        "" => DatabaseAddress::File(app::data_directory(settings).join("jobs.sqlite3")),
        url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            DatabaseAddress::Postgres(url.to_owned())
        }
        path => DatabaseAddress::File(path.into()),
    }
}

/// Who is let in: on an address that only this machine can reach everybody, as long as there is no key.
pub(super) fn access(settings: &Settings) -> Result<Access, CliError> {
    let AccessSettings { open_to_network, requests_per_minute, tokens_per_minute, trusted_proxies, .. } =
        &settings.access;
    let limit = |limit: u32| (limit > 0).then_some(limit);
    let proxy = |text: &String| text.parse().map_err(|reason| InputError::invalid("access.trusted_proxies", reason));
    Ok(Access::new(AccessPolicy {
        keys_file: keys::path(settings)?,
        without_keys: match *open_to_network {
            true => WithoutKeys::Everybody,
            false if http::is_private(&settings.server.bind)? => WithoutKeys::ThisMachine,
            false => WithoutKeys::Nobody,
        },
        limits: KeyLimits {
            requests_per_minute: limit(*requests_per_minute),
            tokens_per_minute: limit(*tokens_per_minute),
        },
        trusted_proxies: trusted_proxies.iter().map(proxy).collect::<Result<_, _>>()?,
    })?)
}

/// The wait after a model could not be loaded, which doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Tries until it is done: memory may become free, a disk may come back, a model may be pulled anew.
async fn load_at_start(service: Service) {
    let mut pause = FIRST_PAUSE;
    while let Err(error) = service.load_at_start().await {
        tracing::error!(%error, "a model that models.load_at_start names was not loaded: not ready; tried again in {pause:?}");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
