use std::{path::Path, sync::Arc};

use super::{
    Codec, Engine, EngineError, EngineSpec, Generator, Local, OpenOptions,
    abstractive::Abstractive,
    extractive::Extractive,
    pretrained::{self, PretrainedCodec},
    generation::Session,
    kernels::team::Team,
    reference,
    seq2seq::{BuiltInCodec, Runtime, Settings},
    translation::SentenceTranslator,
};
use crate::domain::{Architecture, Precision, Runtime as RuntimeChoice, Task};

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
        let how = How { precision: spec.precision, runtime: spec.runtime, threads: spec.threads };
        let (codec, generator) = open(&spec.directory, card.architecture, Some(card.context_tokens), how)?;
        let model = Box::new(Local::new(codec, generator));
        let defaults = card.generation.clone();
        Ok(match card.task {
            Task::Summarization => Engine::Summarizer(Box::new(Abstractive::new(model, card.prefix.clone(), defaults))),
            Task::Translation => Engine::Translator(Box::new(SentenceTranslator::new(model, defaults))),
        })
    }
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

/// How a model is to be run.
#[derive(Debug, Clone, Copy)]
struct How {
    precision: Precision,
    runtime: RuntimeChoice,
    /// 0 for all cores.
    threads: usize,
}

/// See [`super::open_local`].
pub(super) fn open_local(directory: &Path, options: &OpenOptions) -> Result<Halves, EngineError> {
    let architecture = options.architecture.map_or_else(|| pretrained::architecture_of(directory), Ok)?;
    let how = How { precision: options.precision, runtime: options.runtime, threads: options.threads };
    open(directory, architecture, None, how)
}

/// A model on our own runtime, or on rust-bert's networks where that is asked for.
fn open(
    directory: &Path,
    architecture: Architecture,
    context_tokens: Option<usize>,
    how: How,
) -> Result<Halves, EngineError> {
    let team = Team::of(how.threads);
    use_threads(team.threads());
    if architecture == Architecture::Extractive {
        return Err(EngineError::UnknownArchitecture {
            path: directory.to_owned(),
            architecture: "sentence selection, which has no weights".into(),
        });
    }
    if architecture == Architecture::MarianSsru {
        let codec = BuiltInCodec::open(directory, context_tokens)?;
        let runtime = Runtime::open(directory, architecture, &Settings::new(how.precision, Arc::clone(&team)))?;
        return Ok((Arc::new(codec), Box::new(Session::new(runtime, team))));
    }
    let (codec, config) = PretrainedCodec::open(directory, architecture)?;
    let generator: Box<dyn Generator> = match how.runtime {
        RuntimeChoice::Reference => reference::open(directory, &config, architecture, team)?,
        RuntimeChoice::Auto => {
            let runtime = Runtime::open(directory, architecture, &Settings::new(how.precision, Arc::clone(&team)))?;
            Box::new(Session::new(runtime, team))
        }
    };
    Ok((Arc::new(codec), generator))
}
