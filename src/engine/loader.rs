use std::path::Path;

use super::{Engine, EngineError, EngineSpec, Seq2Seq, reference};
use crate::domain::{Architecture, GenerationOptions};

/// Builds engines. Called on the thread that will own the engine.
pub trait EngineLoader: Send + Sync {
    /// Builds the engine for a model.
    ///
    /// # Errors
    /// [`EngineError`] when its files are missing, damaged or of another kind. Tensor operations may panic.
    fn load(&self, spec: &EngineSpec) -> Result<Engine, EngineError>;
}

/// Builds the real engines.
#[derive(Debug, Default)]
pub struct Loader;

impl EngineLoader for Loader {
    fn load(&self, _spec: &EngineSpec) -> Result<Engine, EngineError> {
        unimplemented!()
    }
}

pub(super) fn open_seq2seq(
    directory: &Path,
    architecture: Option<Architecture>,
) -> Result<Box<dyn Seq2Seq>, EngineError> {
    let architecture = match architecture {
        Some(architecture) => architecture,
        None => reference::architecture_of(directory)?,
    };
    match architecture {
        Architecture::Bart
        | Architecture::Marian
        | Architecture::Pegasus
        | Architecture::T5
        | Architecture::M2m100
        | Architecture::Nllb
        | Architecture::Mbart50 => reference::open(directory, architecture, 0, &GenerationOptions::default()),
        Architecture::MarianSsru | Architecture::Extractive => {
            let architecture = format!("{architecture:?}");
            Err(EngineError::UnknownArchitecture { path: directory.to_owned(), architecture })
        }
    }
}
