use std::{collections::HashMap, path::Path};

use tch::{Kind, Tensor};

use crate::engine::EngineError;

/// Tensors by name, taken out one by one; every one is asked for with the shape it must have.
pub(super) struct Weights {
    path: std::path::PathBuf,
    tensors: HashMap<String, Tensor>,
}

impl Weights {
    /// Reads a safetensors file whole.
    ///
    /// # Errors
    /// [`EngineError`] when the file is missing, cut short or no safetensors file.
    pub(super) fn read(path: &Path) -> Result<Self, EngineError> {
        if !path.is_file() {
            return Err(EngineError::MissingFile { path: path.to_owned() });
        }
        let tensors = Tensor::read_safetensors(path)
            .map_err(|error| EngineError::BadFile { path: path.to_owned(), reason: first_line(&error.to_string()) })?;
        Ok(Self { path: path.to_owned(), tensors: tensors.into_iter().collect() })
    }

    /// One tensor in float32.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] when it is missing or of another shape.
    pub(super) fn take(&mut self, name: &str, shape: &[i64]) -> Result<Tensor, EngineError> {
        let bad = |reason: String| EngineError::BadFile { path: self.path.clone(), reason };
        let tensor = self.tensors.remove(name).ok_or_else(|| bad(format!("the tensor {name} is missing")))?;
        if tensor.size() != shape {
            return Err(bad(format!("the tensor {name} has the shape {:?}, not {shape:?}", tensor.size())));
        }
        Ok(tensor.to_kind(Kind::Float))
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
