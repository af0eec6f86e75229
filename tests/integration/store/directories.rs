//! Built-in models, and directories that the user names.

use super::*;

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
    let described = &added.card.description;
    assert!(!described.contains('/'), "it tells where the server keeps it: {described}");
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
