//! Puts the layers together, and says of every fault which layer it came from.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;
use figment::{
    Figment, Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};

use super::{ConfigError, Settings, checks};

const DEFAULTS: &str = include_str!("../../config/breve.toml");
const PREFIX: &str = "BREVE__";
/// The layer right over the defaults.
const COMMAND: &str = "defaults of this command";

/// What flags say, over all other layers.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--config`: the file to read instead of the usual one.
    pub file: Option<PathBuf>,
    /// `--bind`: `server.bind`.
    pub bind: Option<String>,
    /// `--engine`: `models.runtime`.
    pub runtime: Option<String>,
    /// `--precision`: `models.precision`.
    pub precision: Option<String>,
    /// `--log`: `log.level`.
    pub log_level: Option<String>,
    /// For commands that answer and end: `log.level` is `warn` where nobody sets it.
    pub quiet: bool,
    /// For commands that are held to a reference: `models.precision` is `f32` where nobody sets it.
    pub exact: bool,
}

impl Settings {
    /// The settings from all layers: defaults, file, environment, `flags`.
    ///
    /// # Errors
    /// [`ConfigError`], naming the key, the value and the layer.
    pub fn load(flags: &Overrides) -> Result<Self, ConfigError> {
        let named = flags.file.clone().or_else(|| env::var_os("BREVE_CONFIG").map(PathBuf::from));
        let file = named.or_else(usual_file);
        Self::from_layers(file.as_deref(), env::vars_os(), flags)
    }

    /// The compiled-in settings alone.
    ///
    /// # Errors
    /// [`ConfigError`] if `config/breve.toml` itself were wrong, which a test rules out.
    pub fn compiled() -> Result<Self, ConfigError> {
        Self::from_layers(None, std::iter::empty(), &Overrides::default())
    }

    fn from_layers(
        file: Option<&Path>,
        variables: impl Iterator<Item = (OsString, OsString)>,
        flags: &Overrides,
    ) -> Result<Self, ConfigError> {
        let defaults = Layer::defaults()?;
        let mut layers = vec![defaults.clone()];
        layers.extend(flags.quiet.then(|| Layer::one(COMMAND, "log.level", "warn".into())));
        layers.extend(flags.exact.then(|| Layer::one(COMMAND, "models.precision", "f32".into())));
        if let Some(path) = file {
            layers.push(Layer::file(path)?);
        }
        for (name, value) in variables {
            layers.extend(Layer::variable(&name, &value, &defaults)?);
        }
        layers.extend(flags.layers());
        for layer in &layers {
            layer.refuse_unknown(&defaults.values, &layer.values, "")?;
        }
        merge(layers)
    }
}

impl Overrides {
    fn layers(&self) -> impl Iterator<Item = Layer> {
        let flags = [
            ("--bind", "server.bind", &self.bind),
            ("--engine", "models.runtime", &self.runtime),
            ("--precision", "models.precision", &self.precision),
            ("--log", "log.level", &self.log_level),
        ];
        let layer = |(flag, key, value): (&str, &str, &Option<String>)| {
            value.as_ref().map(|value| Layer::one(flag, key, value.as_str().into()))
        };
        flags.into_iter().filter_map(layer)
    }
}

/// `breve/breve.toml` in the user's configuration directory, when it exists.
fn usual_file() -> Option<PathBuf> {
    let home = etcetera::choose_base_strategy().ok()?;
    Some(home.config_dir().join("breve/breve.toml")).filter(|path| path.exists())
}

fn merge(layers: Vec<Layer>) -> Result<Settings, ConfigError> {
    let figment = layers.into_iter().fold(Figment::new(), Figment::merge);
    let settings: Settings =
        figment.extract().map_err(|error| bad_value(&figment, &error.path.join("."), error.kind.to_string()))?;
    checks::check(&settings).map_err(|(key, reason)| bad_value(&figment, key, reason))?;
    Ok(settings)
}

fn bad_value(figment: &Figment, key: &str, reason: String) -> ConfigError {
    let value = figment.find_value(key).map(|value| show(&value)).unwrap_or_default();
    let layer = figment.find_metadata(key).map(|metadata| metadata.name.to_string()).unwrap_or_default();
    ConfigError::BadValue { key: key.to_owned(), value, layer, reason }
}

fn show(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| error.to_string())
}

/// The settings that one file, variable or flag gives.
#[derive(Clone)]
struct Layer {
    name: String,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

impl Layer {
    fn defaults() -> Result<Self, ConfigError> {
        Self::toml("defaults".into(), Path::new("config/breve.toml"), DEFAULTS)
    }

    fn file(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.into(), source })?;
        Self::toml(path.display().to_string(), path, &text)
    }

    fn toml(name: String, path: &Path, text: &str) -> Result<Self, ConfigError> {
        let values = toml::from_str(text).map_err(|error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|&byte| byte == b'\n').count() + 1;
            ConfigError::Syntax { path: path.into(), line, reason: error.message().replace('\n', "; ") }
        })?;
        Ok(Self { name, values })
    }

    fn one(name: &str, key: &str, value: Value) -> Self {
        let (section, key) = key.split_once('.').unwrap_or((key, ""));
        let values = Dict::from([(section.to_owned(), Dict::from([(key.to_owned(), value)]).into())]);
        Self { name: name.to_owned(), values }
    }

    /// `BREVE__SECTION__KEY`; `None` for a variable that is not ours.
    fn variable(name: &OsString, value: &OsString, defaults: &Self) -> Result<Option<Self>, ConfigError> {
        let name = name.to_string_lossy();
        let Some(path) = name.strip_prefix(PREFIX) else { return Ok(None) };
        let key = path.to_lowercase().replace("__", ".");
        let Some(value) = value.to_str() else {
            let (layer, value) = (name.into_owned(), value.to_string_lossy().into_owned());
            return Err(ConfigError::BadValue { key, value, layer, reason: "is not UTF-8".into() });
        };
        let value = typed(value, Value::from(defaults.values.clone()).find_ref(&key));
        let mut nested = key.rsplit('.').fold(value, |inner, part| Dict::from([(part.to_owned(), inner)]).into());
        let values = match &mut nested {
            Value::Dict(_, values) => std::mem::take(values),
            _ => Dict::new(),
        };
        Ok(Some(Self { name: name.into_owned(), values }))
    }

    /// Stops at the first key of `values` that the defaults do not have. `prefix` is the section's name and a dot.
    fn refuse_unknown(&self, known: &Dict, values: &Dict, prefix: &str) -> Result<(), ConfigError> {
        for (name, value) in values {
            let key = format!("{prefix}{name}");
            match (known.get(name), value) {
                // What a table that is empty by default holds has names of the user's own.
                (Some(Value::Dict(_, known)), Value::Dict(..)) if known.is_empty() => {}
                (Some(Value::Dict(_, known)), Value::Dict(_, values)) => {
                    self.refuse_unknown(known, values, &format!("{key}."))?;
                }
                (Some(Value::Dict(..)), value) => {
                    let (value, layer) = (show(value), self.name.clone());
                    let reason = "is a section, not a setting".into();
                    return Err(ConfigError::BadValue { key, value, layer, reason });
                }
                (Some(_), _) => {}
                (None, _) => {
                    let known = known.keys().map(|name| format!("{prefix}{name}")).collect();
                    return Err(ConfigError::UnknownKey { key, layer: self.name.clone(), known });
                }
            }
        }
        Ok(())
    }
}

/// The text of a variable as the kind of value that its default is. Texts stay as they are, so that a model
/// may be called `7`; lists may be written `a,b` as well as `["a", "b"]`.
fn typed(text: &str, default: Option<&Value>) -> Value {
    match default {
        Some(Value::String(..)) => text.into(),
        Some(Value::Array(..)) if !text.trim_start().starts_with('[') => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            items.map(Value::from).collect::<Vec<_>>().into()
        }
        _ => text.parse().unwrap_or_else(|never: std::convert::Infallible| match never {}),
    }
}

#[cfg(test)]
mod tests;
