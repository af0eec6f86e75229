//! How large a model is, from its files alone.

use std::{
    fs::{self, File},
    io::{BufReader, Read},
    path::Path,
};

use serde::Deserialize;
use serde_json::Value;

/// The size of a network, whatever numbers its file keeps it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    /// All of them.
    pub all: u64,
    /// Those of the largest matrix, which are the tokens' embeddings.
    pub embeddings: u64,
}

/// Weights in the order in which they are looked for.
const SAFETENSORS: [&str; 2] = ["model.safetensors", "best.safetensors"];
const OTHERS: [&str; 2] = ["pytorch_model.bin", "rust_model.ot"];

/// A longer header belongs to no model.
const MOST_HEADER_BYTES: u64 = 64 << 20;

/// The number of parameters of the model in `directory`, read without its weights; `None` where there are none, or
/// where their file cannot be understood (loading then says why).
pub fn parameters(directory: &Path) -> Option<Parameters> {
    let file = |names: &[&str]| names.iter().map(|name| directory.join(name)).find(|path| path.is_file());
    match file(&SAFETENSORS) {
        Some(path) => safetensors(&path),
        None => {
            let bytes = fs::metadata(file(&OTHERS)?).ok()?.len();
            // The shapes lie within the file; a quarter of the parameters is more than any table of embeddings takes
            // in a model that this matters for.
            let all = bytes / bytes_per_parameter(directory);
            Some(Parameters { all, embeddings: all / 4 })
        }
    }
}

#[derive(Deserialize)]
struct Entry {
    shape: Vec<u64>,
}

/// Adds up the shapes in the header: its length as 8 bytes, then JSON.
fn safetensors(path: &Path) -> Option<Parameters> {
    let mut file = BufReader::new(File::open(path).ok()?);
    let mut length = [0; 8];
    file.read_exact(&mut length).ok()?;
    let length = u64::from_le_bytes(length);
    if length > MOST_HEADER_BYTES {
        return None;
    }
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).ok()?;
    let header: serde_json::Map<String, Value> = serde_json::from_slice(&header).ok()?;
    let (mut all, mut embeddings) = (0_u64, 0);
    for (_, entry) in header.into_iter().filter(|(name, _)| name != "__metadata__") {
        let Entry { shape } = serde_json::from_value(entry).ok()?;
        let count = shape.iter().try_fold(1_u64, |product, size| product.checked_mul(*size))?;
        all = all.checked_add(count)?;
        embeddings = embeddings.max(count);
    }
    Some(Parameters { all, embeddings })
}

/// What `config.json` says the weights were saved as; float32 where it says nothing, as most were.
fn bytes_per_parameter(directory: &Path) -> u64 {
    let config = fs::read(directory.join("config.json")).ok();
    let config: Option<Value> = config.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let dtype = config.as_ref().and_then(|config| config["torch_dtype"].as_str());
    if matches!(dtype, Some("float16" | "bfloat16")) { 2 } else { 4 }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn root(path: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
    }

    #[test]
    fn counts_parameters_whatever_their_file_keeps_them_in() {
        let golden = parameters(&root("tests/goldens/bart")).unwrap();
        let bytes = fs::metadata(root("tests/goldens/bart/model.safetensors")).unwrap().len();
        assert!(golden.all * 4 <= bytes && golden.all * 4 > bytes / 10 * 9, "{golden:?} of {bytes} bytes in float32");
        let builtin = parameters(&root("models/en-es-tiny")).unwrap();
        let bytes = fs::metadata(root("models/en-es-tiny/best.safetensors")).unwrap().len();
        assert!(builtin.all * 2 <= bytes && builtin.all * 2 > bytes / 10 * 9, "{builtin:?} of {bytes} in float16");
        assert!(builtin.embeddings >= 32_000 * 256 && builtin.embeddings < builtin.all, "{builtin:?}");
    }

    #[test]
    fn other_files_count_by_what_their_config_says() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(parameters(directory.path()), None);
        fs::write(directory.path().join("pytorch_model.bin"), vec![0; 4000]).unwrap();
        assert_eq!(parameters(directory.path()).unwrap().all, 1000);
        fs::write(directory.path().join("config.json"), "{\"torch_dtype\": \"float16\"}").unwrap();
        assert_eq!(parameters(directory.path()).unwrap().all, 2000);
    }

    #[test]
    fn a_file_of_something_else_is_nothing() {
        let directory = tempfile::tempdir().unwrap();
        for bytes in [
            &b""[..],
            b"short",
            b"\xff\xff\xff\xff\xff\xff\xff\xff{}",
            b"\x02\0\0\0\0\0\0\0[]",
            b"\x09\0\0\0\0\0\0\0{\"a\": {}}",
        ] {
            fs::write(directory.path().join("model.safetensors"), bytes).unwrap();
            assert_eq!(parameters(directory.path()), None, "{bytes:?}");
        }
    }
}
