use std::path::Path;

use super::{Engine, EngineError, EngineSpec, Seq2Seq};
use crate::domain::Architecture;

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
    _directory: &Path,
    _architecture: Option<Architecture>,
) -> Result<Box<dyn Seq2Seq>, EngineError> {
    unimplemented!()
}
