//! Holds the directions between modules that the architecture allows, and where outside libraries may be used.

mod paths;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use paths::{Place, paths};

/// What each module may use of ours.
const MODULES: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("access", &["domain"]),
    ("jobs", &[]),
    ("cli", &["config", "service", "store", "http"]),
    ("config", &["domain"]),
    ("domain", &[]),
    ("text", &["domain"]),
    ("checks", &["domain", "text"]),
    ("store", &["domain", "config"]),
    ("engine", &["domain", "text"]),
    ("pool", &["engine", "store", "domain"]),
    ("service", &["domain", "text", "checks", "pool"]),
    ("http", &["access", "service", "jobs", "domain", "config", "telemetry"]),
    ("telemetry", &["config", "domain"]),
];

/// What the table needs besides, and why.
const ADDITIONS: &[(&str, &str, &str)] = &[
    ("cli", "access", "`breve keys` makes and revokes keys; app.rs turns the settings into the policy"),
    ("cli", "domain", "flags become domain types"),
    ("cli", "jobs", "serve.rs turns the settings into the policy, and starts the work"),
    ("cli", "pool", "app.rs puts store, pool and service together; error.rs gives each failure its exit code"),
    ("cli", "engine", "app.rs hands the pool the real loader; `breve generate` runs one model by itself"),
    ("cli", "telemetry", "logging starts once the settings are read"),
    ("service", "store", "a plan is made of what is installed"),
    ("service", "engine", "the pool takes and gives the engine's requests and answers"),
];

/// Outside libraries, and the only modules that may name them.
const LIBRARIES: &[(&[&str], &[&str])] = &[
    (&["tch"], &["engine"]),
    (&["rust_bert"], &["engine"]),
    (&["actix_web"], &["http"]),
    (&["actix_cors"], &["http"]),
    (&["governor"], &["access"]),
    (&["ureq"], &["store", "jobs", "telemetry"]),
    (&["opentelemetry"], &["telemetry"]),
    (&["sqlx"], &["jobs"]),
    (&["hf_hub"], &["store"]),
    (&["std", "env"], &["config"]),
];

/// Parts of a library that anybody may use.
const FREE: &[&[&str]] = &[&["std", "env", "current_exe"]];

/// What tests may use anywhere: places for files, and a client for the server under test.
const FREE_IN_TESTS: &[&[&str]] = &[&["std", "env"], &["ureq"]];

/// What one file does against the architecture, one line each.
fn faults(module: &[String], source: &str) -> Vec<String> {
    let top = module.first().map_or("lib", String::as_str);
    let found = match paths(module, source) {
        Ok(found) => found,
        Err(error) => return vec![format!("cannot be read: {error}")],
    };
    found.iter().filter_map(|place| fault(top, place)).collect()
}

fn fault(top: &str, place: &Place) -> Option<String> {
    let (path, test) = (&place.path, place.test);
    let text = path.join("::");
    if path[0] != "crate" {
        return (!library_allowed(top, path, test)).then(|| format!("{top} names {text}"));
    }
    let Some(used) = path.get(1) else { return Some(format!("{top} names the whole crate")) };
    // A test may put parts together that its module knows nothing of.
    (!test && used != top && !module_allowed(top, used)).then(|| format!("{top} uses {text}"))
}

fn module_allowed(top: &str, used: &str) -> bool {
    let table = MODULES.iter().any(|(module, uses)| *module == top && uses.contains(&used));
    table || ADDITIONS.iter().any(|(module, addition, _)| (*module, *addition) == (top, used))
}

fn library_allowed(top: &str, path: &[String], test: bool) -> bool {
    let starts = |prefix: &&[&str]| path.iter().map(String::as_str).take(prefix.len()).eq(prefix.iter().copied());
    let home = LIBRARIES.iter().find(|(prefix, _)| starts(prefix));
    let free = FREE.iter().any(starts) || (test && FREE_IN_TESTS.iter().any(starts));
    free || home.is_none_or(|(_, homes)| homes.contains(&top))
}

/// Every source file with its module's path.
fn sources() -> Vec<(PathBuf, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut files) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None if path.is_dir() => folders.push(path),
                Some(extension) if extension == "rs" => {
                    let module = module_of(path.strip_prefix(&root).unwrap());
                    files.push((path, module));
                }
                _ => {}
            }
        }
    }
    files
}

fn module_of(file: &Path) -> Vec<String> {
    let parts = file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>();
    match parts.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["lib"] => Vec::new(),
        [.., "mod"] => parts[..parts.len() - 1].to_vec(),
        _ => parts,
    }
}

#[test]
fn modules_use_only_what_the_architecture_allows() {
    let sources = sources();
    assert!(sources.len() > 20, "only {} files were found", sources.len());
    let mut faults_found = Vec::new();
    for (path, module) in &sources {
        let source = fs::read_to_string(path).unwrap();
        faults_found.extend(faults(module, &source).iter().map(|fault| format!("{}: {fault}", path.display())));
    }
    assert!(faults_found.is_empty(), "against the architecture:\n{}", faults_found.join("\n"));
}

#[test]
fn the_table_and_the_folders_agree() {
    let table: BTreeSet<_> = MODULES.iter().map(|(module, _)| (*module).to_owned()).collect();
    let folders: BTreeSet<_> = sources().into_iter().filter_map(|(_, module)| module.into_iter().next()).collect();
    assert_eq!(table, folders);
}

#[test]
fn every_addition_is_needed() {
    let used: BTreeSet<_> = sources()
        .iter()
        .flat_map(|(path, module)| {
            let places = paths(module, &fs::read_to_string(path).unwrap()).unwrap();
            let top = module.first().cloned().unwrap_or_default();
            places
                .into_iter()
                .filter(|place| !place.test && place.path[0] == "crate")
                .filter_map(move |place| Some((top.clone(), place.path.get(1)?.clone())))
        })
        .collect();
    for (module, addition, _) in ADDITIONS {
        assert!(used.contains(&((*module).into(), (*addition).into())), "{module} no longer uses {addition}");
    }
}

#[test]
fn the_program_starts_in_forty_lines() {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).unwrap();
    assert!(main.lines().count() <= 40);
}

/// The checker sees a planted fault in each form that Rust allows, and nothing where there is none.
#[test]
fn planted_faults_are_found() {
    for (module, source, fault) in [
        ("domain", "use crate::store::Store;", "domain uses crate::store::Store"),
        ("domain", "use crate::{domain::Span, store::{self as s}};", "domain uses crate::store"),
        ("domain", "pub use super::super::service::Service;", "domain uses crate::service::Service"),
        ("text", "fn f() { crate::pool::Pool::new(); }", "text uses crate::pool::Pool::new"),
        ("text", "fn f() { format!(\"{}\", crate::http::x()); }", "text uses crate::http::x"),
        ("text", "type A = Vec<crate::engine::Engine>;", "text uses crate::engine::Engine"),
        (
            "http",
            "mod a { mod b { use super::super::super::super::engine::Engine; } }",
            "http uses crate::engine::Engine",
        ),
        ("store", "use crate::*;", "store uses crate::*"),
        ("store", "use crate as everything;", "store names the whole crate"),
        ("service", "use tch::Tensor;", "service names tch::Tensor"),
        ("service", "use ::tch;", "service names tch"),
        ("service", "fn f(x: &::tch::Tensor) {}", "service names tch::Tensor"),
        ("pool", "use rust_bert::{bart::BartModel};", "pool names rust_bert::bart::BartModel"),
        ("service", "use actix_web::http::StatusCode;", "service names actix_web::http::StatusCode"),
        ("cli", "use std::{env, fs};", "cli names std::env"),
        ("cli", "fn f() { std::env::var(\"X\"); }", "cli names std::env::var"),
        ("http", "fn f() { ureq::get(\"x\"); }", "http names ureq::get"),
        ("engine", "use hf_hub::Cache;", "engine names hf_hub::Cache"),
        ("service", "#[cfg(test)] mod tests { use tch::Tensor; }", "service names tch::Tensor"),
        ("domain", "#[cfg(test)] mod tests {} use crate::store::Store;", "domain uses crate::store::Store"),
        ("domain", "#[cfg(not(test))] use crate::store::Store;", "domain uses crate::store::Store"),
    ] {
        let found = faults(&[module.to_owned(), "part".to_owned()], source);
        assert_eq!(found, [fault], "{module}: {source}");
    }
}

#[test]
fn what_is_allowed_is_no_fault() {
    for (module, source) in [
        ("domain", "use super::InputError; use crate::domain::Span;"),
        ("engine", "use tch::{Kind, Tensor}; use crate::{domain::Language, text::split};"),
        ("cli", "use crate::http; fn f() { let x = env!(\"CARGO_PKG_VERSION\"); std::env::current_exe(); }"),
        ("config", "use std::env; fn f() { env::var(\"X\"); }"),
        ("domain", "/// Unlike `crate::store::Store`.\n// use tch::Tensor;\nconst X: &str = \"use tch::Tensor;\";"),
        ("pool", "#[cfg(test)] mod tests { use crate::service::Service; fn f() { std::env::temp_dir(); } }"),
        ("text", "fn f(x: A) { x.store.engine(); self::other::run(); std::fs::read(\"a\"); }"),
    ] {
        assert_eq!(faults(&[module.to_owned(), "part".to_owned()], source), Vec::<String>::new(), "{module}: {source}");
    }
}
