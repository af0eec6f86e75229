//! The model store against a stand-in hub.

mod directories;
mod faults;
mod installed;
mod pull;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Barrier,
    thread,
    time::Duration,
};

use breve::{
    config::{HubSettings, ModelSettings, Settings},
    domain::{Architecture, ModelId},
    store::{InstalledModel, PullEvent, Store, StoreError, StoreLimits},
};

use crate::hub::{COMMIT, StandInHub, golden, sha256};

const FOLDER: &str = "models--Helsinki-NLP--opus-mt-en-es";
const WEIGHTS: &str = "model.safetensors";

/// A cache and a data directory of a test's own.
struct Home {
    directory: tempfile::TempDir,
    endpoint: String,
    token: Option<String>,
    offline: bool,
    proxy: Option<String>,
    no_proxy: Vec<String>,
    limits: StoreLimits,
}

impl Home {
    fn new(hub: &StandInHub) -> Self {
        let limits = StoreLimits {
            network_timeout: Duration::from_secs(5),
            attempts: 3,
            retry_pause: Duration::from_millis(1),
            ..StoreLimits::default()
        };
        let directory = tempfile::tempdir().unwrap();
        let endpoint = hub.endpoint.clone();
        Self { directory, endpoint, token: None, offline: false, proxy: None, no_proxy: Vec::new(), limits }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.directory.path().join(below)
    }

    fn repository(&self) -> PathBuf {
        self.path("hub").join(FOLDER)
    }

    fn snapshot(&self) -> PathBuf {
        self.repository().join("snapshots").join(COMMIT)
    }

    fn models(&self) -> ModelSettings {
        ModelSettings { data_directory: self.path("data"), ..Settings::compiled().unwrap().models }
    }

    fn hub(&self) -> HubSettings {
        HubSettings {
            cache_directory: self.path("hub"),
            endpoint: self.endpoint.clone(),
            token: self.token.clone(),
            offline: self.offline,
            proxy: self.proxy.clone(),
            no_proxy: self.no_proxy.clone(),
        }
    }

    fn store(&self) -> Store {
        Store::open_with(&self.models(), &self.hub(), self.limits.clone()).unwrap()
    }
}

fn id(name: &str) -> ModelId {
    name.parse().unwrap()
}

fn opus() -> ModelId {
    id("opus-mt-en-es")
}

fn pull(store: &Store) -> Result<InstalledModel, StoreError> {
    store.pull(&opus(), &mut |_| {})
}

/// Pulls, expects a failure whose message holds `expected`, and that nothing is installed by it.
fn refused(store: &Store, expected: &str) -> StoreError {
    let error = pull(store).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    assert!(matches!(store.installed(&opus()), Err(StoreError::NotInstalled(_))), "installed after {error}");
    let entry = store.entry(&opus()).unwrap();
    assert_eq!((entry.installed, entry.download), (None, None));
    assert_eq!(entry.failure, Some(error.to_string()));
    error
}
