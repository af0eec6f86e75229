use std::{path::Path, sync::Arc};

use super::{
    Codec, Engine, EngineError, EngineSpec, Generator, OpenOptions, Role,
    abstractive::Abstractive,
    extractive::{Extractive, NoNetwork},
    generation::Session,
    kernels::{Isa, team::Team},
    pretrained::{self, PretrainedCodec},
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

    /// What [`load`](Self::load) takes `asked` to mean for a model: never [`Precision::Auto`].
    fn precision(&self, _architecture: Architecture, _runtime: RuntimeChoice, asked: Precision) -> Precision {
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
        let how = How { precision: spec.precision, runtime: spec.runtime, threads: spec.threads };
        let (codec, generator) = open(&spec.directory, card.architecture, Some(card.context_tokens), how)?;
        let defaults = card.generation.clone();
        let role = match card.task {
            Task::Summarization => Role::Summarizer(Arc::new(Abstractive::new(codec, card.prefix.clone(), defaults))),
            Task::Translation => Role::Translator(Arc::new(SentenceTranslator::new(codec, defaults))),
        };
        Ok(Engine { role, generator })
    }

    fn precision(&self, architecture: Architecture, runtime: RuntimeChoice, asked: Precision) -> Precision {
        let ours = runtime == RuntimeChoice::Auto || architecture == Architecture::MarianSsru;
        if ours { fastest(asked) } else { Precision::F32 }
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

/// rust-bert's networks compute with nothing else here: they are what other precisions are held against.
fn require_f32(precision: Precision) -> Result<(), EngineError> {
    match precision {
        Precision::Auto | Precision::F32 => Ok(()),
        Precision::Bf16 | Precision::Int8 => {
            Err(EngineError::Option { name: "precision", reason: "the reference computes in f32 only".into() })
        }
    }
}

/// The fastest precision that this machine has, where none is asked for.
fn fastest(asked: Precision) -> Precision {
    match asked {
        Precision::Auto if Isa::best().has_fast_int8() => Precision::Int8,
        Precision::Auto => Precision::F32,
        asked => asked,
    }
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
        let runtime =
            Runtime::open(directory, architecture, &Settings::new(fastest(how.precision), Arc::clone(&team)))?;
        return Ok((Arc::new(codec), Box::new(Session::new(runtime, team))));
    }
    let (codec, config) = PretrainedCodec::open(directory, architecture)?;
    let generator: Box<dyn Generator> = match how.runtime {
        RuntimeChoice::Reference => {
            require_f32(how.precision)?;
            reference::open(directory, &config, architecture, team)?
        }
        RuntimeChoice::Auto => {
            let runtime =
                Runtime::open(directory, architecture, &Settings::new(fastest(how.precision), Arc::clone(&team)))?;
            Box::new(Session::new(runtime, team))
        }
    };
    Ok((Arc::new(codec), generator))
}
