//! `breve doctor`: what this machine has, what is wrong, and what to do about it.

mod finding;
mod jobs;
mod reach;

use std::{path::Path, time::Instant};

use super::{CliError, app, output};
use crate::{
    config::{HubSettings, Settings},
    domain::{Article, Glossary, Language, ModelId},
    engine,
    service::TranslationOptions,
    store::{ModelEntry, Store},
};
use finding::{Finding, State};

/// `breve doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Print JSON.
    #[arg(long)]
    json: bool,
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
            findings.extend(preferred(&store, settings));
            findings.push(loaded_at_start(&store, settings));
            findings.push(work(store, settings));
        }
        Err(error) => findings.push(Finding::problem("models", error.line(), "set models.data_directory")),
    }
    findings.push(jobs::database(settings));
    findings.extend(reach::examine(settings));
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

/// What is wrong with the models that the settings prefer, which `breve serve` looks at in the same way.
fn preferred(store: &Store, settings: &Settings) -> Option<Finding> {
    let error = app::check_preferences(store, &settings.models).err()?;
    let advice = "`breve serve` will refuse to start: name another model, or none";
    Some(Finding::problem("models", error.line(), advice))
}

fn loaded_at_start(store: &Store, settings: &Settings) -> Finding {
    let named = &settings.models.load_at_start;
    let missing: Vec<String> = named.iter().filter_map(|id| Some(store.installed(id).err()?.to_string())).collect();
    if !missing.is_empty() {
        let advice =
            "`breve serve` will refuse to start: install what is missing, or take it out of models.load_at_start";
        return Finding::problem("at start", missing.join("; "), advice);
    }
    let names: Vec<&str> = named.iter().map(ModelId::as_str).collect();
    match names.as_slice() {
        [] => Finding::ok("at start", "no model is loaded before it is asked for"),
        names => Finding::ok("at start", format!("{}: installed", names.join(", "))),
    }
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
            Finding::ok("translation", format!("{models} was loaded, and translated a sentence on libtorch in {ms} ms"))
        }
        Err(error) => {
            let advice = "`scripts/setup_libtorch.sh` sets the libraries up; `breve models verify` checks the files";
            Finding::problem("translation", error.line(), advice)
        }
    }
}

const SENTENCE: &str = "The bridge is open.";
