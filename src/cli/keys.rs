//! `breve keys`: who may use the service.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use humantime::format_rfc3339_seconds as date;
use serde_json::{Value, json};

use super::{CliError, app, output};
use crate::{
    access::{Key, KeyFile, KeyId, KeyLimits, NewKey, Scope},
    config::Settings,
    domain::InputError,
};

/// `breve keys`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum KeysCommand {
    /// Makes a key and prints it: this once, and never again.
    Create(CreateArgs),
    /// Lists the keys, without what is secret of them.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Ends a key. A running service refuses it at once.
    Revoke {
        /// Its id, from `breve keys list`.
        id: KeyId,
    },
}

/// `breve keys create`.
#[derive(Debug, clap::Args)]
pub(super) struct CreateArgs {
    /// Whose it is, for people.
    name: String,
    /// What it is for: `use`, or `manage` to fetch, load and remove models; may be given twice.
    #[arg(long = "scope", value_name = "SCOPE", default_value = "use")]
    scopes: Vec<Scope>,
    /// Requests a minute, where that differs from other clients.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    requests_per_minute: Option<u32>,
    /// Tokens a minute, where that differs from other clients.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    tokens_per_minute: Option<u32>,
    /// After how long it ends by itself, such as 90days or 12h.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    expires_in: Option<Duration>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Characters in a key's name at most.
const LONGEST_NAME: usize = 100;

pub(super) fn run(command: KeysCommand, settings: &Settings) -> Result<(), CliError> {
    let file = KeyFile::new(path(settings)?);
    match command {
        KeysCommand::Create(args) => create(&file, args),
        KeysCommand::List { json } => list(&file.list()?, json),
        KeysCommand::Revoke { id } => {
            let key = file.revoke(&id)?;
            output::line(&format!("{} ({}) is revoked", key.id, key.name))
        }
    }
}

/// Where the keys are.
pub(super) fn path(settings: &Settings) -> Result<PathBuf, CliError> {
    if !settings.access.keys_file.as_os_str().is_empty() {
        return Ok(settings.access.keys_file.clone());
    }
    let folder = app::data_directory(settings);
    if folder.as_os_str().is_empty() {
        let reason = "is empty, and there is no home directory to keep keys in";
        return Err(InputError::invalid("access.keys_file", reason.to_owned()).into());
    }
    Ok(folder.join("keys.toml"))
}

fn create(file: &KeyFile, args: CreateArgs) -> Result<(), CliError> {
    let CreateArgs { name, mut scopes, requests_per_minute, tokens_per_minute, expires_in, json } = args;
    let length = name.chars().count();
    if !(1..=LONGEST_NAME).contains(&length) || name.chars().any(char::is_control) {
        let reason = format!("must have 1 to {LONGEST_NAME} characters, none of them a control character");
        return Err(InputError::invalid("name", reason).into());
    }
    scopes.dedup();
    let limits = KeyLimits { requests_per_minute, tokens_per_minute };
    let (key, secret) = file.create(NewKey { name, scopes, expires_in, limits })?;
    if json {
        let mut shown = shown(&key);
        shown["key"] = secret.reveal().into();
        return output::json(&shown);
    }
    output::line(secret.reveal())?;
    // For people only, where the key itself goes into a file or a variable.
    output::note(&format!("key {} of {}; it is shown this once and kept nowhere", key.id, key.name));
    Ok(())
}

fn list(keys: &[Key], json: bool) -> Result<(), CliError> {
    if json {
        return output::json(&json!({"keys": keys.iter().map(shown).collect::<Vec<_>>()}));
    }
    if keys.is_empty() {
        return output::line("no keys; `breve keys create NAME` makes one");
    }
    keys.iter().try_for_each(|key| output::line(&row(key)))
}

fn row(key: &Key) -> String {
    let scopes: Vec<String> = key.scopes.iter().map(ToString::to_string).collect();
    let end = key.expires.map(|end| format!(", until {}", date(end))).unwrap_or_default();
    format!("{}  {:<8}  {:<12}  since {}{end}  {}", key.id, state(key), scopes.join(","), date(key.created), key.name)
}

fn state(key: &Key) -> &'static str {
    match key.revoked {
        Some(_) => "revoked",
        None if key.is_valid(SystemTime::now()) => "valid",
        None => "expired",
    }
}

fn shown(key: &Key) -> Value {
    let time = |time: SystemTime| date(time).to_string();
    json!({
        "id": key.id,
        "name": key.name,
        "state": state(key),
        "scopes": key.scopes,
        "created": time(key.created),
        "expires": key.expires.map(time),
        "revoked": key.revoked.map(time),
        "limits": key.limits,
    })
}
