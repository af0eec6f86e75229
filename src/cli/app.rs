//! Puts store, pool and service together from the settings; every command that needs them starts here.

use std::{num::NonZero, path::PathBuf, sync::Arc, thread::available_parallelism, time::Duration};

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::CliError;
use crate::{
    config::{self, ConfigError, HubSettings, ModelSettings, Settings},
    domain::{InputError, ModelId, Task},
    engine::Loader,
    pool::{Pool, PoolSettings},
    service::{Service, ServiceSettings},
    store::{InstalledModel, Store, StoreError},
};

/// The models on disk.
pub(super) fn store(settings: &Settings) -> Result<Store, CliError> {
    Ok(Store::open(&settings.models, &HubSettings::from_env())?)
}

/// Where what Breve keeps for itself is; empty where there is no place.
pub(super) fn data_directory(settings: &Settings) -> PathBuf {
    let own = &settings.models.data_directory;
    if own.as_os_str().is_empty() { config::data_directory() } else { own.clone() }
}

/// The use cases over `store`.
pub(super) fn service(store: Store, settings: &Settings) -> Result<Service, CliError> {
    service_with(store, settings, Vec::new())
}

/// The use cases, and the name in them of the model that `--model` means: a name, `owner/name`, or a directory,
/// which is known to this process alone.
pub(super) fn service_and_model(
    settings: &Settings,
    reference: Option<&str>,
) -> Result<(Service, Option<ModelId>), CliError> {
    let store = store(settings)?;
    check_preferences(&store, &settings.models)?;
    let named = reference.map(|reference| store.resolve(reference)).transpose()?;
    let id = named.as_ref().map(|model| model.name.id.clone());
    Ok((service_with(store, settings, named.into_iter().collect())?, id))
}

fn service_with(store: Store, settings: &Settings, extra_models: Vec<InstalledModel>) -> Result<Service, CliError> {
    let pool = Pool::new(pool_settings(settings), Arc::new(Loader));
    Ok(Service::new(store, pool, ServiceSettings { extra_models, ..service_settings(settings)? }))
}

/// Refuses a preferred model that is not known or has another task; warns of one that is not on this machine.
pub(super) fn check_preferences(store: &Store, models: &ModelSettings) -> Result<(), CliError> {
    let summarizer = Some(&models.summarizer).filter(|name| !name.is_empty());
    if let Some(id) = summarizer.map(|name| name.parse::<ModelId>()).transpose()? {
        check_preference(store, "models.summarizer", &id, Task::Summarization)?;
    }
    models.translators.iter().try_for_each(|id| check_preference(store, "models.translators", id, Task::Translation))
}

fn check_preference(store: &Store, key: &str, id: &ModelId, task: Task) -> Result<(), CliError> {
    let bad = |reason: String| ConfigError::BadValue {
        key: key.to_owned(),
        value: format!("{:?}", id.as_str()),
        layer: "the settings".to_owned(),
        reason,
    };
    let entry = store.entry(id).map_err(|error| match error {
        StoreError::Unknown(_) => CliError::from(bad(format!("{error}; `breve models available` lists them"))),
        error => error.into(),
    })?;
    if entry.card.task != task {
        let does = if task == Task::Translation { "translate" } else { "summarise" };
        return Err(bad(format!("it does not {does}")).into());
    }
    if entry.installed.is_none() {
        tracing::warn!(model = %id, "{key} names a model that is not installed: another is used");
    }
    Ok(())
}

/// Runs `work` to its end on this thread.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CliError::Runtime)?;
    Ok(runtime.block_on(work))
}

fn pool_settings(settings: &Settings) -> PoolSettings {
    let models = &settings.models;
    PoolSettings {
        memory_budget_bytes: memory_budget_bytes(models),
        idle_unload: (models.idle_unload_s > 0).then(|| Duration::from_secs(models.idle_unload_s)),
        queue: settings.limits.queue,
        threads: threads(models),
        precision: models.precision,
        runtime: models.runtime,
        batch_wait: Duration::from_millis(models.batch_wait_ms),
        max_batch_sources: Some(models.max_batch_sources).filter(|most| *most > 0),
    }
}

fn service_settings(settings: &Settings) -> Result<ServiceSettings, InputError> {
    let summarizer = Some(&settings.models.summarizer).filter(|name| !name.is_empty());
    Ok(ServiceSettings {
        request_timeout: Duration::from_millis(settings.limits.request_timeout_ms),
        summary_sentences: settings.limits.summary_sentences,
        cache_bytes: settings.limits.cache_mib << 20,
        summarizer: summarizer.map(|name| name.parse()).transpose()?,
        translators: settings.models.translators.clone(),
        load_at_start: settings.models.load_at_start.clone(),
        glossary: settings.glossary.glossary()?,
        extra_models: Vec::new(),
    })
}

pub(super) fn memory_budget_bytes(models: &ModelSettings) -> u64 {
    match models.memory_budget_mib {
        0 => memory_bytes() / 4 * 3,
        mebibytes => mebibytes.saturating_mul(1 << 20),
    }
}

/// The machine's memory, or what the container that we run in may take of it.
fn memory_bytes() -> u64 {
    let system =
        System::new_with_specifics(RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram()));
    let container = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory);
    system.total_memory().min(container)
}

/// CPU threads that all models share.
pub(super) fn threads(models: &ModelSettings) -> usize {
    match models.threads {
        0 => available_parallelism().map_or(1, NonZero::get),
        threads => threads,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_asks_the_machine() {
        let mut settings = Settings::compiled().unwrap();
        settings.models.memory_budget_mib = 0;
        settings.models.threads = 0;
        let pool = pool_settings(&settings);
        assert!(pool.memory_budget_bytes > 100 << 20, "{} bytes", pool.memory_budget_bytes);
        assert!(pool.threads >= 1);
        settings.models.memory_budget_mib = 512;
        settings.models.threads = 3;
        let pool = pool_settings(&settings);
        assert_eq!((pool.memory_budget_bytes, pool.threads), (512 << 20, 3));
    }
}
