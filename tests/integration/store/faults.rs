//! What the hub, the network or the disk spoils: each is told apart, and nothing is installed.

use super::*;

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
fn a_cache_directory_that_cannot_be_written_is_told() {
    let hub = StandInHub::start();
    let home = Home::new(&hub);
    fs::write(home.path("hub"), "in the way").unwrap();
    let error = refused(&home.store(), "hub/.locks");
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
}

#[test]
fn a_failing_disk_is_told() {
    let hub = StandInHub::start();
    let mut home = Home::new(&hub);
    home.limits.free_bytes = |_| Err(io::ErrorKind::PermissionDenied.into());
    refused(&home.store(), "permission denied");
}
