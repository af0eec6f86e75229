use std::{path::Path, sync::Arc};

use super::{
    Codec, Engine, EngineError, EngineSpec, Generator, OpenOptions, Role, Seq2Seq,
    abstractive::Abstractive,
    adapter,
    extractive::{Extractive, NoNetwork},
    reference,
    seq2seq::SsruModel,
    translation::SentenceTranslator,
};
use crate::domain::{Architecture, Precision, Runtime, Task};

/// Builds engines. Called on the thread that will own the engine.
pub trait EngineLoader: Send + Sync {
    /// Builds the engine for a model.
    ///
    /// # Errors
    /// [`EngineError`] when its files are missing, damaged or of another kind. Tensor operations may panic.
    fn load(&self, spec: &EngineSpec) -> Result<Engine, EngineError>;

    /// What [`load`](Self::load) takes `asked` to mean for a model: never [`Precision::Auto`].
    fn precision(&self, _architecture: Architecture, _runtime: Runtime, asked: Precision) -> Precision {
        if asked == Precision::Auto { Precision::F32 } else { asked }
    }
}

/// Builds the real engines.
#[derive(Debug, Default)]
pub struct Loader;

impl EngineLoader for Loader {
    fn load(&self, spec: &EngineSpec) -> Result<Engine, EngineError> {
        let card = &spec.card;
        if card.architecture == Architecture::Extractive {
            let role = Role::Summarizer(Arc::new(Extractive));
            return Ok(Engine { role, generator: Box::new(NoNetwork) });
        }
        require_f32(spec.precision)?;
        use_threads(threads_for(card.architecture, spec.threads));
        let (codec, generator) = adapter::split(open(&spec.directory, card.architecture, card.context_tokens)?);
        let defaults = card.generation.clone();
        let role = match card.task {
            Task::Summarization => Role::Summarizer(Arc::new(Abstractive::new(codec, card.prefix.clone(), defaults))),
            Task::Translation => Role::Translator(Arc::new(SentenceTranslator::new(codec, defaults))),
        };
        Ok(Engine { role, generator })
    }
}

/// Nothing else is computed with yet.
fn require_f32(precision: Precision) -> Result<(), EngineError> {
    match precision {
        Precision::Auto | Precision::F32 => Ok(()),
        Precision::Bf16 | Precision::Int8 => {
            Err(EngineError::Option { name: "precision", reason: "this runtime computes in f32 only".into() })
        }
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

/// Tokens of context when nothing but the directory is known of a built-in model.
const BUILTIN_CONTEXT_TOKENS: usize = 256;

/// See [`super::open_local`].
pub(super) fn open_local(
    directory: &Path,
    options: &OpenOptions,
) -> Result<(Arc<dyn Codec>, Box<dyn Generator>), EngineError> {
    require_f32(options.precision)?;
    if options.threads > 0 {
        use_threads(options.threads);
    }
    let architecture = options.architecture.map_or_else(|| reference::architecture_of(directory), Ok)?;
    Ok(adapter::split(open(directory, architecture, BUILTIN_CONTEXT_TOKENS)?))
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
