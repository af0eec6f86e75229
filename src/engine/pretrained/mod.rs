//! Pretrained models of the Hugging Face hub: what is the same whatever runs their network.
//!
//! A directory in the hub's layout holds `config.json`, `generation_config.json`, tokenizer files and weights
//! ([`weights`](super::weights)). Ids come out as `transformers` 4.44 generates them in 32 bits.

mod config;

use std::path::Path;

pub(super) use self::config::Config;
use self::config::Settings;
use super::{Codec, EngineError, Plan, Source, tokenizer::Pretrained};
use crate::domain::{Architecture, GenerationOptions, LanguagePair, Span};

/// The architecture of the model in `directory`.
///
/// # Errors
/// [`EngineError`] when `config.json` is missing or damaged, or names an architecture that is not known.
pub(super) fn architecture_of(directory: &Path) -> Result<Architecture, EngineError> {
    Config::read(directory)?.architecture()
}

/// The tokenizer and the settings of a pretrained model.
#[derive(Debug)]
pub(super) struct PretrainedCodec {
    tokenizer: Pretrained,
    settings: Settings,
}

impl PretrainedCodec {
    /// Opens those of the model in `directory`; its configuration comes with them.
    ///
    /// # Errors
    /// [`EngineError`] when a file is missing or damaged, or describes another architecture than `architecture`.
    pub(super) fn open(directory: &Path, architecture: Architecture) -> Result<(Self, Config), EngineError> {
        let config = Config::read(directory)?;
        let found = config.architecture()?;
        if found != architecture {
            return Err(config.bad(format_args!("it describes a {found:?} model, not {architecture:?}")));
        }
        let settings = config.settings(architecture)?;
        let tokenizer = Pretrained::open(directory, architecture)?;
        Ok((Self { tokenizer, settings }, config))
    }

    fn check(&self, ids: &[i64]) -> Result<(), EngineError> {
        let refuse = |reason: String| Err(EngineError::Option { name: "source", reason });
        let limit = self.settings.search.positions.unwrap_or(usize::MAX);
        let vocabulary = self.settings.search.vocabulary;
        if ids.is_empty() {
            return refuse("it has no tokens".to_owned());
        }
        if ids.len() > limit {
            return refuse(format!("it has {} tokens, the model reads {limit}", ids.len()));
        }
        match ids.iter().find(|id| !(0..vocabulary).contains(*id)) {
            Some(id) => refuse(format!("the model has the tokens 0 to {}, not {id}", vocabulary - 1)),
            None => Ok(()),
        }
    }
}

impl Codec for PretrainedCodec {
    fn context_tokens(&self) -> usize {
        self.settings.context_tokens
    }

    fn encode(&self, text: &str, pair: Option<LanguagePair>) -> Result<Vec<i64>, EngineError> {
        self.tokenizer.encode(text, pair)
    }

    fn source_spans(&self, text: &str, pair: Option<LanguagePair>) -> Option<Vec<Option<Span>>> {
        self.tokenizer.spans(text, pair)
    }

    fn decode(&self, ids: &[i64]) -> String {
        self.tokenizer.decode(ids)
    }

    fn options_for(&self, pair: LanguagePair) -> Result<GenerationOptions, EngineError> {
        let forced_bos_token_id = self.tokenizer.first_token_for(pair.target)?;
        Ok(GenerationOptions { forced_bos_token_id, ..GenerationOptions::default() })
    }

    fn source(&self, ids: Vec<i64>, options: &GenerationOptions) -> Result<Source, EngineError> {
        self.check(&ids)?;
        let plan = Plan::new(options, &self.settings.search, ids.len())?;
        Ok(Source { ids, plan })
    }
}

/// Marian's and Pegasus' positions (Vaswani et al., 2017), `[count, width]`: all sines, then all cosines, in 64 bits
/// first, as `transformers` computes them.
pub(super) fn sinusoids(count: usize, width: usize) -> Vec<f32> {
    let half = width.div_ceil(2);
    let angle = |position: usize, pair: usize| position as f64 / 10_000_f64.powf((2 * pair) as f64 / width as f64);
    let row = move |position: usize| {
        (0..width).map(move |column| match column {
            column if column < half => angle(position, column).sin() as f32,
            column => angle(position, column - half).cos() as f32,
        })
    };
    (0..count).flat_map(row).collect()
}
