use std::path::Path;

use super::{
    Engine, EngineError, EngineSpec, Seq2Seq, abstractive::Abstractive, extractive::Extractive, reference,
    seq2seq::SsruModel, translation::SentenceTranslator,
};
use crate::domain::{Architecture, Task};

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
    fn load(&self, spec: &EngineSpec) -> Result<Engine, EngineError> {
        let card = &spec.card;
        if card.architecture == Architecture::Extractive {
            return Ok(Engine::Summarizer(Box::new(Extractive::default())));
        }
        tch::set_num_threads(i32::try_from(spec.threads).unwrap_or(1));
        let model = open(&spec.directory, card.architecture, card.context_tokens)?;
        let defaults = card.generation.clone();
        Ok(match card.task {
            Task::Summarization => Engine::Summarizer(Box::new(Abstractive::new(model, card.prefix.clone(), defaults))),
            Task::Translation => Engine::Translator(Box::new(SentenceTranslator::new(model, defaults))),
        })
    }
}

/// Tokens of context when nothing but the directory is known of a built-in model.
const BUILTIN_CONTEXT_TOKENS: usize = 256;

/// See [`super::open_seq2seq`].
pub(super) fn open_seq2seq(
    directory: &Path,
    architecture: Option<Architecture>,
) -> Result<Box<dyn Seq2Seq>, EngineError> {
    let architecture = architecture.map_or_else(|| reference::architecture_of(directory), Ok)?;
    open(directory, architecture, BUILTIN_CONTEXT_TOKENS)
}

/// The runtime for an architecture: our own where it covers it, rust-bert for the others.
fn open(directory: &Path, architecture: Architecture, context_tokens: usize) -> Result<Box<dyn Seq2Seq>, EngineError> {
    match architecture {
        Architecture::MarianSsru => Ok(Box::new(SsruModel::open(directory, context_tokens)?)),
        Architecture::Bart
        | Architecture::Marian
        | Architecture::Pegasus
        | Architecture::T5
        | Architecture::M2m100
        | Architecture::Nllb
        | Architecture::Mbart50 => reference::open(directory, architecture),
        Architecture::Extractive => Err(EngineError::UnknownArchitecture {
            path: directory.to_owned(),
            architecture: "sentence selection, which has no weights".into(),
        }),
    }
}
