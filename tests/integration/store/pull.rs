//! Fetching: resuming, single flight, tokens, proxies, no network.

use super::*;

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
    let mut told = events.iter().filter_map(|event| match event {
        PullEvent::Progress { done_bytes, .. } => Some(*done_bytes),
        _ => None,
    });
    assert_eq!(told.next_back(), Some(*total_bytes), "the progress that is told does not end with all bytes");
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
                let mut note = |event| {
                    if matches!(event, PullEvent::Done { .. }) {
                        assert_eq!(store.entry(&opus()).unwrap().download, None, "done, and still under way");
                    }
                    events.push(event);
                };
                (store.pull(&opus(), &mut note).unwrap(), events)
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
