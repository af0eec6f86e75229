use std::{path::Path, sync::Arc};

use super::{
    Codec, Engine, EngineError, EngineSpec, Generator, Local, OpenOptions,
    abstractive::Abstractive,
    extractive::Extractive,
    pretrained::{self, PretrainedCodec},
    reference, seq2seq,
    translation::SentenceTranslator,
};
use crate::domain::{Architecture, Precision, Task};

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
        use_threads(threads_for(card.architecture, spec.threads));
        let (codec, generator) = open(&spec.directory, card.architecture, Some(card.context_tokens))?;
        let model = Box::new(Local::new(codec, generator));
        let defaults = card.generation.clone();
        Ok(match card.task {
            Task::Summarization => Engine::Summarizer(Box::new(Abstractive::new(model, card.prefix.clone(), defaults))),
            Task::Translation => Engine::Translator(Box::new(SentenceTranslator::new(model, defaults))),
        })
    }
}

/// The built-in models' steps are too small for two threads: on two cores a summary takes 0.10 s with both and 0.15 s
/// with one while the machine is quiet, but 0.43 s against 0.24 s beside two busy loops, and 1.6 s against 0.28 s beside
/// a compiler, since libgomp's threads wait for each other at every step.
fn threads_for(architecture: Architecture, configured: usize) -> usize {
    if architecture == Architecture::MarianSsru { 1 } else { configured }
}

/// Sets how many threads the operations of the calling thread use.
///
/// libtorch keeps that number for each thread, but lets a thread that has not asked for it yet start with the number
/// that was set last, by whomever: so it is asked first.
fn use_threads(count: usize) {
    tch::get_num_threads();
    tch::set_num_threads(i32::try_from(count).unwrap_or(1));
}

/// The two halves of a model.
pub(super) type Halves = (Arc<dyn Codec>, Box<dyn Generator>);

/// See [`super::open_local`].
pub(super) fn open_local(directory: &Path, options: &OpenOptions) -> Result<Halves, EngineError> {
    if !matches!(options.precision, Precision::Auto | Precision::F32) {
        return Err(EngineError::Option { name: "precision", reason: "this runtime computes in f32 only".into() });
    }
    if options.threads > 0 {
        use_threads(options.threads);
    }
    let architecture = options.architecture.map_or_else(|| pretrained::architecture_of(directory), Ok)?;
    open(directory, architecture, None)
}

/// The runtime for an architecture: our own where it covers it, rust-bert for the others.
fn open(directory: &Path, architecture: Architecture, context_tokens: Option<usize>) -> Result<Halves, EngineError> {
    match architecture {
        Architecture::MarianSsru => seq2seq::open(directory, context_tokens),
        Architecture::Extractive => Err(EngineError::UnknownArchitecture {
            path: directory.to_owned(),
            architecture: "sentence selection, which has no weights".into(),
        }),
        Architecture::Bart
        | Architecture::Marian
        | Architecture::Pegasus
        | Architecture::T5
        | Architecture::M2m100
        | Architecture::Nllb
        | Architecture::Mbart50 => {
            let (codec, config) = PretrainedCodec::open(directory, architecture)?;
            Ok((Arc::new(codec), reference::open(directory, &config, architecture)?))
        }
    }
}
