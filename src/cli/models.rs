//! `breve models`: what can be fetched, what is here, and keeping it in order.

mod progress;
mod table;

use std::path::PathBuf;

use serde_json::json;

use super::{CliError, app, output};
use crate::{
    config::Settings,
    domain::{ModelId, ModelState},
    http,
    service::{ModelStatus, Service},
    store::{InstalledModel, ModelEntry, Store},
};

/// `breve models`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ModelsCommand {
    /// Lists every model known, installed or not.
    Available(Json),
    /// Lists the models on this machine.
    List(Json),
    /// Fetches models from the hub.
    Pull {
        /// Names from `breve models available`.
        #[arg(required = true, value_name = "ID")]
        ids: Vec<ModelId>,
        #[command(flatten)]
        json: Json,
    },
    /// Makes a directory in the hub's layout known as a model; nothing is copied.
    Add {
        /// The directory.
        path: PathBuf,
        /// Its name; the directory's own when not given.
        #[arg(long)]
        id: Option<ModelId>,
        #[command(flatten)]
        json: Json,
    },
    /// Prints what is known of a model.
    Show {
        /// The model.
        id: ModelId,
        #[command(flatten)]
        json: Json,
    },
    /// Checks files against their recorded checksums, of every installed model or of one.
    Verify {
        /// The model.
        id: Option<ModelId>,
        #[command(flatten)]
        json: Json,
    },
    /// Removes a fetched model's files, or forgets an added one.
    Rm {
        /// The model.
        id: ModelId,
        #[command(flatten)]
        json: Json,
    },
    /// Removes what interrupted pulls left behind.
    Prune(Json),
}

/// How the answer is printed.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Json {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: ModelsCommand, settings: &Settings) -> Result<(), CliError> {
    let store = app::store(settings)?;
    let service = || app::service(store.clone(), settings);
    match command {
        ModelsCommand::Available(Json { json }) => list(&service()?, json, |_| true),
        ModelsCommand::List(Json { json }) => list(&service()?, json, installed),
        ModelsCommand::Pull { ids, json } => ids.iter().try_for_each(|id| pull(&store, id, json.json)),
        ModelsCommand::Add { path, id, json } => added(&store.add(&path, id)?, json.json),
        ModelsCommand::Show { id, json } => show(service()?.model(&id)?, json.json),
        ModelsCommand::Verify { id, json } => verify(&store, id, json.json),
        ModelsCommand::Rm { id, json } => freed(store.remove(&id)?, json.json, Some(&id)),
        ModelsCommand::Prune(Json { json }) => freed(store.prune()?, json, None),
    }
}

fn installed(status: &ModelStatus) -> bool {
    matches!(status.state, ModelState::Ready | ModelState::Loading | ModelState::Loaded { .. })
}

fn list(service: &Service, json: bool, wanted: impl Fn(&ModelStatus) -> bool) -> Result<(), CliError> {
    let models: Vec<_> = service.models().into_iter().filter(wanted).collect();
    if json { output::json(&http::models_json(models)) } else { output::line(&table::overview(&models)) }
}

fn show(status: ModelStatus, json: bool) -> Result<(), CliError> {
    if json { output::json(&http::model_json(status)) } else { output::line(&table::details(&status)) }
}

fn pull(store: &Store, id: &ModelId, json: bool) -> Result<(), CliError> {
    let mut progress = progress::Progress::new(id, json);
    let outcome = store.pull(id, &mut |event| progress.show(&event));
    progress.finish()?;
    let model = outcome?;
    if json { Ok(()) } else { output::line(&format!("{} is installed in {}", model.name, model.directory.display())) }
}

fn added(model: &InstalledModel, json: bool) -> Result<(), CliError> {
    if json {
        return output::json(&json!({"id": model.name.id, "revision": model.name.revision, "path": model.directory}));
    }
    output::line(&format!("{} is {}", model.name, model.directory.display()))
}

fn freed(bytes: u64, json: bool, id: Option<&ModelId>) -> Result<(), CliError> {
    let removed = id.map(|id| format!("{id} is removed; ")).unwrap_or_default();
    if json {
        return output::json(&json!({"id": id, "freed_bytes": bytes}));
    }
    output::line(&format!("{removed}{} freed", indicatif::DecimalBytes(bytes)))
}

fn verify(store: &Store, id: Option<ModelId>, json: bool) -> Result<(), CliError> {
    // A damaged model counts as not installed, and is what is looked for here.
    let here = |entry: &ModelEntry| entry.installed.is_some() || entry.failure.is_some();
    let all = || store.list().into_iter().filter(here).map(|entry| entry.card.id);
    let ids = id.map_or_else(|| all().collect(), |id| vec![id]);
    let mut damaged = Vec::new();
    let mut reports = Vec::new();
    for id in ids {
        let files = store.verify(&id)?;
        if !json {
            output::line(&table::checks(&id, &files))?;
        }
        damaged.extend(files.iter().filter(|check| !check.ok).map(|check| format!("{id}/{}", check.file)));
        reports.push(json!({"id": id, "ok": files.iter().all(|check| check.ok), "files": files}));
    }
    if json {
        output::json(&json!({"models": reports}))?;
    }
    if damaged.is_empty() { Ok(()) } else { Err(CliError::Damaged(damaged.join(", "))) }
}
