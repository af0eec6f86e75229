//! The model store against a stand-in hub.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Barrier,
    thread,
    time::Duration,
};

use breve::{
    config::{HubSettings, ModelSettings},
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
        ModelSettings {
            data_directory: self.path("data"),
            builtin_directory: PathBuf::new(),
            catalog: PathBuf::new(),
            load_at_start: Vec::new(),
            summarizer: String::new(),
            translators: Vec::new(),
            memory_budget_mib: 0,
            idle_unload_s: 0,
            threads: 0,
        }
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

#[test]
fn a_pull_installs_the_model_in_the_hubs_own_layout() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    let store = home.store();
    let mut events = Vec::new();
    let model = store.pull(&opus(), &mut |event| events.push(event)).unwrap();

    assert_eq!(model.name.to_string(), format!("opus-mt-en-es@{COMMIT}"));
    assert_eq!(model.directory, home.snapshot());
    assert_eq!(store.installed(&opus()).unwrap(), model);
    assert_eq!(store.resolve("Helsinki-NLP/opus-mt-en-es").unwrap(), model);
    for file in ["config.json", "vocab.json", "source.spm", WEIGHTS] {
        assert_eq!(fs::read(model.directory.join(file)).unwrap(), hub.content(file), "{file}");
    }
    assert!(!model.directory.join("pytorch_model.bin").exists(), "a second form of the weights was fetched");
    assert_eq!(fs::read_to_string(home.repository().join("refs/main")).unwrap(), COMMIT);
    let link = fs::read_link(model.directory.join(WEIGHTS)).unwrap();
    assert_eq!(link, Path::new("../../blobs").join(sha256(hub.content(WEIGHTS))));

    let PullEvent::Resolved { revision, files, total_bytes, present_bytes } = &events[0] else { panic!("{events:?}") };
    assert_eq!((revision.as_str(), *files, *present_bytes), (COMMIT, 7, 0));
    assert_eq!(*total_bytes, model.size_bytes);
    assert_eq!(events.iter().filter(|event| matches!(event, PullEvent::Verified { .. })).count(), 7);
    let checksum = format!("sha256:{}", sha256(hub.content(WEIGHTS)));
    assert!(events.contains(&PullEvent::Verified { file: WEIGHTS.to_owned(), checksum }));
    assert_eq!(events.last(), Some(&PullEvent::Done { revision: COMMIT.to_owned() }));
    assert!(store.verify(&opus()).unwrap().iter().all(|check| check.ok));

    let later = hub.requests();
    let moving = later.iter().filter(|request| request.path.contains("/resolve/main/")).count();
    assert_eq!(moving, 1, "only the first question may name the branch: {later:#?}");
    pull(&store).unwrap();
    assert_eq!(hub.bytes_sent(WEIGHTS), hub.content(WEIGHTS).len(), "a second pull fetched it again");
}

#[test]
fn a_cut_at_60_per_cent_is_resumed_within_the_pull() {
    let hub = StandInHub::start();
    hub.faults().cut.insert(WEIGHTS.to_owned(), (60, 1));
    let home = Home::new(&hub);
    pull(&home.store()).unwrap();
    assert_eq!(hub.bytes_sent(WEIGHTS), hub.content(WEIGHTS).len(), "bytes were sent twice");
}

#[test]
fn a_cut_at_60_per_cent_is_resumed_by_the_next_pull() {
    let hub = StandInHub::start();
    let size = hub.content(WEIGHTS).len();
    let home = Home::new(&hub);
    hub.faults().cut.insert(WEIGHTS.to_owned(), (60, usize::MAX));
    let error = refused(&home.store(), "it resumes");
    assert!(matches!(error, StoreError::Network { .. }), "{error:?}");
    assert_eq!(hub.bytes_sent(WEIGHTS), size * 60 / 100);

    hub.faults().cut.clear();
    let mut present = 0;
    let store = home.store();
    store
        .pull(&opus(), &mut |event| {
            if let PullEvent::Resolved { present_bytes, .. } = event {
                present = present_bytes;
            }
        })
        .unwrap();
    assert!(present >= (size * 60 / 100) as u64, "{present}");
    assert_eq!(hub.bytes_sent(WEIGHTS), size, "bytes were sent twice");
    assert_eq!(fs::read(home.snapshot().join(WEIGHTS)).unwrap(), hub.content(WEIGHTS));
}

#[test]
fn a_hub_without_ranges_starts_over() {
    for refuse in [false, true] {
        let hub = StandInHub::start();
        let home = Home::new(&hub);
        hub.faults().cut.insert(WEIGHTS.to_owned(), (60, 1));
        hub.faults().ignore_ranges = !refuse;
        hub.faults().refuse_ranges = refuse;
        pull(&home.store()).unwrap();
        assert_eq!(fs::read(home.snapshot().join(WEIGHTS)).unwrap(), hub.content(WEIGHTS), "refuse: {refuse}");
    }
}

#[test]
fn a_wrong_checksum_is_refused_and_its_bytes_are_dropped() {
    for file in [WEIGHTS, "vocab.json"] {
        let hub = StandInHub::start();
        let home = Home::new(&hub);
        hub.faults().corrupt = Some(file.to_owned());
        let error = refused(&home.store(), &format!("{file} is damaged: its checksum is"));
        assert!(matches!(error, StoreError::Checksum { .. }), "{error:?}");
        hub.faults().corrupt = None;
        pull(&home.store()).unwrap();
    }
}

#[test]
fn a_short_file_is_refused() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    hub.faults().short = Some(WEIGHTS.to_owned());
    let size = hub.content(WEIGHTS).len();
    let error = refused(&home.store(), &format!("{WEIGHTS} is short: {} of {size} bytes", size * 6 / 10));
    assert!(matches!(error, StoreError::ShortFile { .. }), "{error:?}");
    hub.faults().short = None;
    pull(&home.store()).unwrap();
}

#[test]
fn more_bytes_than_declared_are_refused() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    hub.faults().declared_size = Some(1000);
    refused(&home.store(), "it sends more than the 1000 bytes");
}

#[test]
fn refusals_of_the_hub_are_told_apart() {
    for (file, status, expected) in [
        (WEIGHTS, 401, "set HF_TOKEN"),
        ("config.json", 403, "HTTP 403"),
        ("vocab.json", 404, "has no vocab.json in Helsinki-NLP/opus-mt-en-es"),
        (WEIGHTS, 500, "HTTP 500; try again later"),
        ("config.json", 418, "HTTP 418"),
    ] {
        let hub = StandInHub::start();
        let home = Home::new(&hub);
        hub.faults().status.insert(file.to_owned(), (status, usize::MAX));
        refused(&home.store(), expected);
    }
}

#[test]
fn a_repository_without_weights_is_refused() {
    let hub = StandInHub::start();
    for file in [WEIGHTS, "pytorch_model.bin"] {
        hub.faults().status.insert(file.to_owned(), (404, usize::MAX));
    }
    refused(&Home::new(&hub).store(), "has no model.safetensors, pytorch_model.bin, rust_model.ot");
}

#[test]
fn a_passing_failure_is_tried_again() {
    let hub = StandInHub::start();
    hub.faults().status.insert("config.json".to_owned(), (503, 2));
    hub.faults().status.insert(WEIGHTS.to_owned(), (502, 1));
    pull(&Home::new(&hub).store()).unwrap();
}

#[test]
fn a_hub_that_does_not_speak_the_protocol_is_named() {
    let hub = StandInHub::start();
    hub.faults().no_commit = true;
    refused(&Home::new(&hub).store(), "commit (X-Repo-Commit)");
    let hub = StandInHub::start();
    hub.faults().etag = Some("../../../../etc/passwd".to_owned());
    refused(&Home::new(&hub).store(), "checksum (X-Linked-Etag or ETag)");
}

#[test]
fn a_hub_that_stalls_is_a_timeout() {
    let hub = StandInHub::start();
    hub.faults().delay = Duration::from_millis(800);
    let mut home = Home::new(&hub);
    home.limits.network_timeout = Duration::from_millis(200);
    home.limits.attempts = 2;
    let error = refused(&home.store(), "did not answer in time");
    assert!(matches!(error, StoreError::Timeout { .. }), "{error:?}");
}

#[test]
fn nobody_at_the_address_and_bad_addresses_are_told() {
    let hub = StandInHub::start();
    let mut home = Home::new(&hub);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    home.endpoint = format!("http://{closed}");
    refused(&home.store(), &format!("cannot fetch from {closed}"));
    home.endpoint = "ftp://models".to_owned();
    refused(&home.store(), "HF_ENDPOINT");
}

#[test]
fn a_full_disk_is_told_before_anything_is_fetched() {
    let hub = StandInHub::start();
    let mut home = Home::new(&hub);
    home.limits.free_bytes = |_| Ok(1 << 20);
    let error = refused(&home.store(), "too full");
    assert!(matches!(error, StoreError::DiskFull { free: 0x10_0000, .. }), "{error:?}");
    assert!(hub.requests().iter().all(|request| request.method == "HEAD"), "bytes were fetched");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_meanwhile_is_told() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    let blobs = home.repository().join("blobs");
    fs::create_dir_all(&blobs).unwrap();
    // Every write to this device answers "no space left".
    let part = blobs.join(format!("{}.incomplete", sha256(hub.content(WEIGHTS))));
    std::os::unix::fs::symlink("/dev/full", part).unwrap();
    let error = refused(&home.store(), "too full");
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
}

#[test]
fn two_pulls_at_once_download_once() {
    let hub = StandInHub::start();
    hub.faults().delay = Duration::from_millis(10);
    let home = Home::new(&hub);
    // One store is one process; a second one knows the first only by the locks on disk.
    let (here, elsewhere) = (home.store(), home.store());
    let stores = [&here, &here, &elsewhere];
    let start = Barrier::new(stores.len());
    let results: Vec<_> = thread::scope(|scope| {
        let pulls = stores.map(|store| {
            scope.spawn(|| {
                start.wait();
                let mut events = Vec::new();
                (store.pull(&opus(), &mut |event| events.push(event)).unwrap(), events)
            })
        });
        pulls.into_iter().map(|pull| pull.join().unwrap()).collect()
    });
    for (model, events) in &results {
        assert_eq!(model.name.revision, COMMIT);
        assert!(matches!(events[0], PullEvent::Resolved { .. }), "{events:?}");
        assert!(events.iter().any(|event| matches!(event, PullEvent::Progress { .. })), "{events:?}");
        assert!(matches!(events.last(), Some(PullEvent::Done { .. })), "{events:?}");
    }
    for file in [WEIGHTS, "vocab.json", "source.spm"] {
        assert_eq!(hub.bytes_sent(file), hub.content(file).len(), "{file} was sent more than once");
    }
}

#[test]
fn the_list_shows_a_download_under_way_and_removal_waits() {
    let hub = StandInHub::start();
    hub.faults().delay = Duration::from_millis(10);
    let home = Home::new(&hub);
    let store = home.store();
    let mut seen = None;
    store
        .pull(&opus(), &mut |event| {
            if matches!(event, PullEvent::Progress { .. }) && seen.is_none() {
                seen = Some((store.entry(&opus()).unwrap(), store.remove(&opus()), home.store().remove(&opus())));
            }
        })
        .unwrap();
    let (entry, here, elsewhere) = seen.unwrap();
    let (done, total) = entry.download.unwrap();
    assert!(done > 0 && done <= total && entry.installed.is_none(), "{done} of {total}");
    for removal in [here, elsewhere] {
        assert!(matches!(removal, Err(StoreError::Busy(_))), "{removal:?}");
    }
    assert_eq!(store.entry(&opus()).unwrap().download, None);
}

#[test]
fn offline_opens_no_socket() {
    let hub = StandInHub::start();
    let mut home = Home::new(&hub);
    home.offline = true;
    let error = refused(&home.store(), "HF_HUB_OFFLINE");
    assert!(matches!(error, StoreError::Offline(_)), "{error:?}");
    assert_eq!(hub.connections(), 0);

    home.offline = false;
    pull(&home.store()).unwrap();
    home.offline = true;
    let before = hub.connections();
    pull(&home.store()).unwrap();
    assert_eq!(hub.connections(), before, "an installed model needs no connection");
}

#[test]
fn the_token_goes_to_the_hub_and_nowhere_else() {
    let hub = StandInHub::start();
    hub.faults().token = Some("hf_right".to_owned());
    let mut home = Home::new(&hub);
    refused(&home.store(), "set HF_TOKEN");
    home.token = Some("hf_wrong".to_owned());
    let error = refused(&home.store(), "the token in HF_TOKEN is wrong");
    assert!(!format!("{error:?} {error}").contains("hf_wrong"));
    home.token = Some("hf_right".to_owned());
    let store = home.store();
    pull(&store).unwrap();
    assert!(!format!("{store:?}").contains("hf_right"));
    let requests = hub.requests();
    assert!(requests.iter().any(|request| request.on_storage));
    let leaked: Vec<_> = requests.iter().filter(|request| request.on_storage && request.token.is_some()).collect();
    assert!(leaked.is_empty(), "{leaked:#?}");
}

/// The layout as `huggingface_hub` leaves it, made by hand.
fn fetch_with_another_tool(home: &Home, commit: &str) {
    let (blobs, snapshot) = (home.repository().join("blobs"), home.repository().join("snapshots").join(commit));
    fs::create_dir_all(&blobs).unwrap();
    fs::create_dir_all(&snapshot).unwrap();
    for file in ["config.json", "vocab.json", "source.spm", "target.spm", WEIGHTS] {
        let content = fs::read(golden("marian").join(file)).unwrap();
        let name = sha256(&content);
        fs::write(blobs.join(&name), content).unwrap();
        std::os::unix::fs::symlink(format!("../../blobs/{name}"), snapshot.join(file)).unwrap();
    }
    fs::create_dir_all(home.repository().join("refs")).unwrap();
    fs::write(home.repository().join("refs/main"), commit).unwrap();
}

#[test]
fn a_model_fetched_by_another_tool_is_found() {
    let hub = StandInHub::start();
    let mut home = Home::new(&hub);
    home.offline = true;
    let commit = "f".repeat(40);
    fetch_with_another_tool(&home, &commit);
    let store = home.store();
    let model = store.installed(&opus()).unwrap();
    assert_eq!(model.name.revision, commit);
    assert!(store.verify(&opus()).unwrap().iter().all(|check| check.ok));
    assert!(store.list().iter().any(|entry| entry.installed.as_ref() == Some(&model)));

    fs::remove_file(model.directory.join("target.spm")).unwrap();
    assert!(matches!(store.installed(&opus()), Err(StoreError::NotInstalled(_))), "a half-fetched model is installed");
}

#[test]
fn a_truncated_model_is_not_installed_and_says_why() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    fetch_with_another_tool(&home, &"f".repeat(40));
    let pulled = Home::new(&hub);
    pull(&pulled.store()).unwrap();
    for (case, home) in [("another tool's", &home), ("our own", &pulled)] {
        let blob = home.repository().join("blobs").join(sha256(hub.content(WEIGHTS)));
        fs::write(&blob, &hub.content(WEIGHTS)[..100_000]).unwrap();
        let store = home.store();
        assert!(matches!(store.installed(&opus()), Err(StoreError::NotInstalled(_))), "{case}");
        let failure = store.entry(&opus()).unwrap().failure.unwrap();
        assert!(failure.contains("100000 of") && failure.contains("models pull"), "{case}: {failure}");
        pull(&store).unwrap();
        assert_eq!(fs::read(home.snapshot().join(WEIGHTS)).unwrap(), hub.content(WEIGHTS), "{case} was not repaired");
    }
}

#[test]
fn verify_notices_a_flipped_byte_and_a_pull_repairs_it() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    let store = home.store();
    assert!(matches!(store.verify(&opus()), Err(StoreError::NotInstalled(_))));
    pull(&store).unwrap();
    let blob = home.repository().join("blobs").join(sha256(hub.content(WEIGHTS)));
    let mut bytes = hub.content(WEIGHTS).to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(blob, bytes).unwrap();
    fs::remove_file(home.snapshot().join("vocab.json")).unwrap();
    let bad: Vec<_> = store.verify(&opus()).unwrap().into_iter().filter(|check| !check.ok).collect();
    let described: Vec<_> = bad.iter().map(|check| (check.file.as_str(), &check.detail[..7])).collect();
    assert_eq!(described, [("vocab.json", "missing"), (WEIGHTS, "changed")]);
    pull(&store).unwrap();
    assert!(store.verify(&opus()).unwrap().iter().all(|check| check.ok));
}

#[test]
fn removal_takes_this_model_and_nothing_else() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    let store = home.store();
    let other = home.path("hub/models--somebody--else/blobs/x");
    fs::create_dir_all(other.parent().unwrap()).unwrap();
    fs::write(&other, "precious").unwrap();
    assert!(matches!(store.remove(&opus()), Err(StoreError::NotInstalled(_))));
    let size = pull(&store).unwrap().size_bytes;
    let freed = store.remove(&opus()).unwrap();
    assert!(freed >= size, "{freed} of {size}");
    assert!(!home.repository().exists() && other.exists());
    assert!(matches!(store.installed(&opus()), Err(StoreError::NotInstalled(_))));
    assert!(matches!(store.remove(&id("en-es-tiny")), Err(StoreError::BuiltIn(_))));
    assert!(matches!(store.pull(&id("extractive"), &mut |_| {}), Err(StoreError::BuiltIn(_))));
}

#[test]
fn prune_removes_what_interrupted_pulls_left() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    let store = home.store();
    hub.faults().cut.insert(WEIGHTS.to_owned(), (60, usize::MAX));
    refused(&store, "it resumes");
    let freed = store.prune().unwrap();
    assert!(freed >= (hub.content(WEIGHTS).len() * 60 / 100) as u64, "{freed}");
    assert!(!home.repository().exists());

    hub.faults().cut.clear();
    pull(&store).unwrap();
    fs::write(home.repository().join("blobs").join("a".repeat(64) + ".incomplete"), [0; 10]).unwrap();
    assert_eq!(store.prune().unwrap(), 10);
    store.installed(&opus()).unwrap();
    assert_eq!(store.prune().unwrap(), 0);

    fs::remove_dir_all(home.repository()).unwrap();
    store.prune().unwrap();
    assert_eq!(fs::read_dir(home.path("data/models")).unwrap().count(), 0, "a record without files was kept");
}

#[test]
fn a_data_directory_that_cannot_be_written_is_told_before_anything_is_fetched() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    // A regular file in the way stops every user, root too.
    fs::write(home.path("data"), "in the way").unwrap();
    let error = refused(&home.store(), "data/models");
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    assert_eq!(hub.connections(), 0);
}

#[test]
fn built_in_models_are_there_and_whole() {
    let hub = StandInHub::start();
    let store = Home::new(&hub).store();
    let tiny = store.installed(&id("en-es-tiny")).unwrap();
    assert_eq!((tiny.card.architecture, tiny.name.revision.len()), (Architecture::MarianSsru, 12));
    let checks = store.verify(&id("en-es-tiny")).unwrap();
    assert!(checks.len() == 4 && checks.iter().all(|check| check.ok), "regenerate SHA256SUMS? {checks:?}");
    let extractive = store.installed(&id("extractive")).unwrap();
    assert_eq!((extractive.directory, extractive.size_bytes), (PathBuf::new(), 0));
    assert_eq!(store.verify(&id("extractive")).unwrap(), []);
    assert!(matches!(store.installed(&id("nothing-such")), Err(StoreError::Unknown(_))));
}

#[test]
fn a_missing_built_in_model_says_where_it_was_looked_for() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    let models = ModelSettings { builtin_directory: home.path("nowhere"), ..home.models() };
    let store = Store::open(&models, &home.hub()).unwrap();
    let message = store.installed(&id("en-es-tiny")).unwrap_err().to_string();
    assert!(message.contains("nowhere") && message.contains("builtin_directory"), "{message}");
    assert_eq!(store.entry(&id("en-es-tiny")).unwrap().failure, Some(message));
}

#[test]
fn a_directory_is_added_used_verified_and_forgotten() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    let store = home.store();
    let path = home.path("my-bart");
    copy(&golden("bart"), &path);
    let added = store.add(&path, None).unwrap();
    assert_eq!((added.name.id.as_str(), added.card.architecture), ("my-bart", Architecture::Bart));
    assert_eq!(home.store().installed(&id("my-bart")).unwrap(), added);
    assert_eq!(store.resolve(path.to_str().unwrap()).unwrap(), added);
    assert_eq!(store.list().last().unwrap().installed, Some(added.clone()));
    assert_eq!(store.add(&path, None).unwrap(), added, "adding it again is no error");
    assert!(matches!(store.add(&golden("t5"), Some(id("my-bart"))), Err(StoreError::NameTaken(_))));
    assert!(matches!(store.add(&path, Some(opus())), Err(StoreError::NameTaken(_))));
    assert!(matches!(store.pull(&id("my-bart"), &mut |_| {}), Err(StoreError::Added(_))));

    let mut config = fs::read_to_string(path.join("config.json")).unwrap();
    config = config.replace("0.1", "0.2");
    fs::write(path.join("config.json"), config).unwrap();
    assert_eq!(store.verify(&id("my-bart")).unwrap().iter().filter(|check| !check.ok).count(), 1);
    assert_eq!(store.remove(&id("my-bart")).unwrap(), 0);
    assert!(path.join(WEIGHTS).exists(), "the user's own files were deleted");
    assert!(matches!(store.installed(&id("my-bart")), Err(StoreError::Unknown(_))));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn every_golden_directory_opens_by_its_path() {
    let hub = StandInHub::start();
    let store = Home::new(&hub).store();
    for (name, architecture) in [
        ("bart", Architecture::Bart),
        ("marian", Architecture::Marian),
        ("pegasus", Architecture::Pegasus),
        ("t5", Architecture::T5),
        ("t5-v1_1", Architecture::T5),
        ("m2m_100", Architecture::M2m100),
        ("mbart50", Architecture::Mbart50),
    ] {
        let model = store.resolve(golden(name).to_str().unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((model.card.architecture, model.name.id.as_str()), (architecture, name));
        assert_eq!(model.name.revision.len(), 12, "{name}");
    }
}

#[test]
fn a_directory_without_a_model_says_what_is_wrong() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    let store = home.store();
    let change = |name: &str, change: &dyn Fn(&Path)| {
        let path = home.path(name);
        copy(&golden("bart"), &path);
        change(&path);
        path
    };
    let cut =
        |path: &Path| fs::write(path.join(WEIGHTS), &fs::read(golden("bart").join(WEIGHTS)).unwrap()[..9999]).unwrap();
    let loop_of_links = |path: &Path| {
        fs::remove_file(path.join("vocab.json")).unwrap();
        std::os::unix::fs::symlink("vocab.json", path.join("vocab.json")).unwrap();
    };
    let circle = home.path("circle");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    for (path, expected) in [
        (change("no-tokenizer", &|path| fs::remove_file(path.join("merges.txt")).unwrap()), "merges.txt is missing"),
        (change("no-weights", &|path| fs::remove_file(path.join(WEIGHTS)).unwrap()), "there are no weights"),
        (change("cut", &cut), "truncated: only 9999 bytes"),
        (
            change("a-bert", &|path| fs::write(path.join("config.json"), r#"{"model_type":"bert"}"#).unwrap()),
            "\"bert\"",
        ),
        (change("loop", &loop_of_links), "vocab.json is missing"),
        (circle, "symbolic links"),
        (home.path("nothing"), "No such file"),
    ] {
        let (resolved, added) = (store.resolve(path.to_str().unwrap()), store.add(&path, None));
        for error in [resolved.unwrap_err(), added.unwrap_err()] {
            assert!(matches!(error, StoreError::BadDirectory { .. }), "{error:?}");
            assert!(error.to_string().contains(expected), "{}: {error}", path.display());
        }
    }
    assert!(matches!(store.resolve("nothing-such"), Err(StoreError::Unknown(_))));
    assert!(matches!(store.resolve("nobody/nothing"), Err(StoreError::Unknown(_))));
}

#[test]
fn a_cache_directory_that_cannot_be_written_is_told() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    fs::write(home.path("hub"), "in the way").unwrap();
    let error = refused(&home.store(), "hub/.locks");
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
}

#[test]
fn the_proxy_is_used_except_for_hosts_that_go_without() {
    let hub = StandInHub::start();
    let mut home = Home::new(&hub);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    home.proxy = Some(format!("http://name:hunter2@{closed}"));
    let error = refused(&home.store(), "proxy settings");
    assert!(!format!("{error:?} {error}").contains("hunter2"));
    assert_eq!(hub.connections(), 0);
    home.no_proxy = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    pull(&home.store()).unwrap();
    home.proxy = Some("http://na me:hunter2@".to_owned());
    let message = pull(&home.store()).unwrap_err().to_string();
    assert!(message.contains("HTTPS_PROXY") && !message.contains("hunter2"), "{message}");
}

#[test]
fn a_failing_disk_is_told() {
    let hub = StandInHub::start();
    let mut home = Home::new(&hub);
    home.limits.free_bytes = |_| Err(io::ErrorKind::PermissionDenied.into());
    refused(&home.store(), "permission denied");
}
