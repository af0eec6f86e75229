//! `breve doctor`: what this machine has, what is wrong, and what to do about it.

use std::{net::TcpListener, path::Path, time::Instant};

use serde::Serialize;

use super::{CliError, app, keys, output};
use crate::{
    access::KeyFile,
    config::{HubSettings, Settings},
    domain::{Article, Glossary, Language},
    engine, http,
    service::TranslationOptions,
    store::{ModelEntry, Store},
};

/// `breve doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// It works, and could be better.
    Warning,
    /// Something that is needed does not work.
    Problem,
}

/// What was found of one part.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Finding {
    part: &'static str,
    state: State,
    found: String,
    /// What to do; empty where nothing is.
    advice: String,
}

impl Finding {
    fn ok(part: &'static str, found: impl Into<String>) -> Self {
        Self { part, state: State::Ok, found: found.into(), advice: String::new() }
    }

    fn warning(part: &'static str, found: impl Into<String>, advice: &str) -> Self {
        Self { part, state: State::Warning, found: found.into(), advice: advice.to_owned() }
    }

    fn problem(part: &'static str, found: impl Into<String>, advice: &str) -> Self {
        Self { part, state: State::Problem, found: found.into(), advice: advice.to_owned() }
    }

    fn line(&self) -> String {
        let state = match self.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Problem => "problem",
        };
        let advice = if self.advice.is_empty() { String::new() } else { format!("\n{:22}-> {}", "", self.advice) };
        format!("{state:<9} {:<11} {}{advice}", self.part, self.found)
    }
}

pub(super) fn run(args: &DoctorArgs, settings: &Settings) -> Result<(), CliError> {
    let findings = examine(settings);
    if args.json {
        output::json(&serde_json::json!({"findings": findings}))?;
    } else {
        findings.iter().try_for_each(|finding| output::line(&finding.line()))?;
    }
    let problems = findings.iter().filter(|finding| finding.state == State::Problem).count();
    if problems == 0 { Ok(()) } else { Err(CliError::Unwell(problems)) }
}

fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![processor(), memory(settings)];
    findings.extend(directories(settings).into_iter().map(|(part, path)| disk(part, &path)));
    match app::store(settings) {
        Ok(store) => {
            findings.extend(models(&store));
            findings.push(work(store, settings));
        }
        Err(error) => findings.push(Finding::problem("models", error.line(), "set models.data_directory")),
    }
    findings.push(key_file(settings));
    findings.push(address(settings));
    findings
}

fn processor() -> Finding {
    let found = engine::processor();
    if found.has_fast_int8 {
        return Finding::ok("processor", format!("{}: models run in 8 bits", found.instructions));
    }
    let advice = "a processor with AVX2 is several times faster; containers and virtual machines must pass it on";
    Finding::warning("processor", format!("{}: models run in 32 bits", found.instructions), advice)
}

/// The built-in models and one of DistilBART's size need less.
const LITTLE_MEMORY_MIB: u64 = 1024;

fn memory(settings: &Settings) -> Finding {
    let mebibytes = app::memory_budget_bytes(&settings.models) >> 20;
    let (found, threads) = (format!("{mebibytes} MiB for models"), app::threads(&settings.models));
    let found = format!("{found}, {threads} threads");
    if mebibytes >= LITTLE_MEMORY_MIB {
        return Finding::ok("memory", found);
    }
    let advice = "enough for the built-in models; models.memory_budget_mib, or the container's limit, may allow more";
    Finding::warning("memory", found, advice)
}

fn directories(settings: &Settings) -> [(&'static str, std::path::PathBuf); 2] {
    let records = app::data_directory(settings);
    [("data", records), ("downloads", HubSettings::from_env().cache_directory)]
}

/// What a summariser from the hub takes.
const ROOM_MIB: u64 = 2048;

fn disk(part: &'static str, path: &Path) -> Finding {
    let there = path.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
    let shown = path.display();
    let Ok(free) = fs4::available_space(there) else {
        return Finding::problem(part, format!("{shown} cannot be looked at"), "check its permissions");
    };
    if tempfile::tempfile_in(there).is_err() {
        let found = format!("{shown} cannot be written");
        return Finding::warning(part, found, "models cannot be fetched, nor keys made; those that are here work");
    }
    let found = format!("{shown}: {} MiB free", free >> 20);
    if free >> 20 >= ROOM_MIB {
        return Finding::ok(part, found);
    }
    Finding::warning(part, found, "too little for a summariser from the hub; `breve models prune` may free some")
}

fn models(store: &Store) -> Vec<Finding> {
    let entries = store.list();
    let names = |here: &dyn Fn(&ModelEntry) -> bool| -> Vec<String> {
        entries.iter().filter(|entry| here(entry)).map(|entry| entry.card.id.to_string()).collect()
    };
    let installed = names(&|entry| entry.installed.is_some());
    let broken = names(&|entry| entry.installed.is_none() && entry.failure.is_some());
    let mut findings = vec![Finding::ok("models", installed.join(", "))];
    if !broken.is_empty() {
        let advice = "`breve models verify` says what is wrong; remove them and pull them again";
        findings.push(Finding::problem("models", format!("damaged: {}", broken.join(", ")), advice));
    }
    findings
}

/// Has the best translator translate a sentence: what that needs works.
fn work(store: Store, settings: &Settings) -> Finding {
    let began = Instant::now();
    let translated = || -> Result<String, CliError> {
        let article = Article::parse("text", SENTENCE, SENTENCE.len())?;
        let options = TranslationOptions {
            source: Some(Language::ENGLISH),
            target: Language::SPANISH,
            model: None,
            checks: true,
            glossary: Glossary::default(),
            html: false,
        };
        let service = app::service(store, settings)?;
        let translation = app::block_on(service.translate(&[article], &options, None))??;
        let models: Vec<String> = translation.models.iter().map(ToString::to_string).collect();
        Ok(models.join(", "))
    };
    match translated() {
        Ok(models) => {
            let ms = began.elapsed().as_millis();
            Finding::ok("translation", format!("{models} was loaded and translated a sentence in {ms} ms"))
        }
        Err(error) => {
            let advice = "`scripts/setup_libtorch.sh` sets the libraries up; `breve models verify` checks the files";
            Finding::problem("translation", error.line(), advice)
        }
    }
}

const SENTENCE: &str = "The bridge is open.";

fn key_file(settings: &Settings) -> Finding {
    let listed = keys::path(settings).and_then(|path| Ok(KeyFile::new(path).list()?));
    match listed {
        Ok(keys) if keys.is_empty() => Finding::ok("keys", "none: the service is open on this machine's own addresses"),
        Ok(keys) => Finding::ok("keys", format!("{}, revoked ones included", keys.len())),
        Err(error) => Finding::problem("keys", error.line(), "nobody is served until the file can be read"),
    }
}

fn address(settings: &Settings) -> Finding {
    let bind = &settings.server.bind;
    if let Err(error) = TcpListener::bind(bind) {
        let advice = "the service may be running already; else set server.bind to another address";
        return Finding::warning("address", format!("cannot listen on {bind}: {error}"), advice);
    }
    match http::is_private(bind) {
        Ok(false) if settings.access.open_to_network => {
            let advice = "everybody who reaches it is served until there is a key: `breve keys create NAME`";
            Finding::warning("address", format!("{bind} can be reached from other machines"), advice)
        }
        Ok(_) => Finding::ok("address", format!("{bind} is free")),
        Err(error) => Finding::problem("address", error.to_string(), "set server.bind to another address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_what_to_do() {
        let finding = Finding::problem("keys", "cannot be read", "look at it");
        assert_eq!(finding.line(), "problem   keys        cannot be read\n                      -> look at it");
        assert_eq!(Finding::ok("memory", "much").line(), "ok        memory      much");
    }
}
