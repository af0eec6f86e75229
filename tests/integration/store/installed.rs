//! Models on disk: found, checked, removed.

use super::*;

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

    fs::write(model.directory.join("pytorch_model.bin"), b"another form of the weights").unwrap();
    assert_eq!(store.installed(&opus()).unwrap().size_bytes, model.size_bytes, "weights were counted twice");

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
        let bad: Vec<_> = store.verify(&opus()).unwrap().into_iter().filter(|check| !check.ok).collect();
        assert_eq!((bad.len(), bad[0].file.as_str()), (1, WEIGHTS), "{case}: {bad:?}");
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
