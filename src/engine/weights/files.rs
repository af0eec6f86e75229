//! Which files hold a model's weights.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::engine::EngineError;

/// The names that weights go by, in the order in which they are looked for. An index names the files of weights that
/// are in several parts.
const NAMES: [&str; 5] = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
    "rust_model.ot",
];

/// The files of the model's weights, and the one that stands for all of them in messages.
///
/// # Errors
/// [`EngineError`] when there are none, or an index is damaged or names a file outside of the directory.
pub(super) fn of_model(directory: &Path) -> Result<(PathBuf, Vec<PathBuf>), EngineError> {
    let found = NAMES.iter().map(|name| directory.join(name)).find(|path| path.exists());
    let path = found.ok_or_else(|| EngineError::MissingFile { path: directory.join(NAMES[0]) })?;
    let parts = if path.extension().is_some_and(|extension| extension == "json") {
        parts(&path).map_err(|reason| EngineError::BadFile { path: path.clone(), reason })?
    } else {
        vec![path.clone()]
    };
    match parts.iter().find(|part| !part.is_file()) {
        Some(missing) => Err(EngineError::MissingFile { path: missing.clone() }),
        None => Ok((path, parts)),
    }
}

/// What `save_pretrained` writes beside weights in several parts.
#[derive(Deserialize)]
struct Index {
    weight_map: HashMap<String, String>,
}

fn parts(index: &Path) -> Result<Vec<PathBuf>, String> {
    let text = fs::read(index).map_err(|error| error.to_string())?;
    let Index { weight_map } = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let names: BTreeSet<String> = weight_map.into_values().collect();
    if names.is_empty() {
        return Err("it names no file".to_owned());
    }
    let directory = index.parent().unwrap_or(index);
    let part = |name: String| match Path::new(&name).file_name() {
        Some(plain) if plain == name.as_str() => Ok(directory.join(name)),
        _ => Err(format!("{name:?} is no name of a file")),
    };
    names.into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_names_its_parts_once_and_nothing_elsewhere() {
        let directory = tempfile::tempdir().unwrap();
        let index = directory.path().join("model.safetensors.index.json");
        let read = |text: &str| {
            fs::write(&index, text).unwrap();
            of_model(directory.path()).map(|(_, parts)| parts.len()).map_err(|error| error.to_string())
        };
        for name in ["a.safetensors", "b.safetensors"] {
            fs::write(directory.path().join(name), "").unwrap();
        }
        let two =
            r#"{"metadata": {}, "weight_map": {"x": "b.safetensors", "y": "a.safetensors", "z": "a.safetensors"}}"#;
        assert_eq!(read(two), Ok(2));
        for (text, reason) in [
            ("{", "EOF"),
            ("{}", "weight_map"),
            (r#"{"weight_map": {}}"#, "names no file"),
            (r#"{"weight_map": {"x": "../a.safetensors"}}"#, "is no name of a file"),
            (r#"{"weight_map": {"x": "/etc/passwd"}}"#, "is no name of a file"),
            (r#"{"weight_map": {"x": ".."}}"#, "is no name of a file"),
            (r#"{"weight_map": {"x": "c.safetensors"}}"#, "c.safetensors is missing"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
