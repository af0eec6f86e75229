//! What is special about the built-in translators: their files and tokenizer, and that they write only some tokens.

use std::{fs, path::Path};

use serde::Deserialize;

use crate::{
    domain::{GenerationOptions, LanguagePair, Span},
    engine::{
        Codec, EngineError, Source,
        generation::{Plan, SearchSettings, SearchStyle},
        tokenizer::{SentencePiece, from_sentencepiece},
    },
};

/// The file of weights.
pub(super) const WEIGHTS: &str = "best.safetensors";

/// Tokens of context when nothing but the directory is known of a built-in model.
const CONTEXT_TOKENS: usize = 256;

/// Tokenizer and settings.
pub(in crate::engine) struct BuiltInCodec {
    context_tokens: usize,
    tokenizer: SentencePiece,
    settings: SearchSettings,
}

/// What `config.json` says of the search.
#[derive(Deserialize)]
struct SearchConfig {
    vocab: i64,
    eos_id: i64,
    max_length_factor: f64,
    beam: usize,
}

impl BuiltInCodec {
    /// Opens `config.json` and `vocab.spm` in `directory`.
    ///
    /// # Errors
    /// [`EngineError`] when one is missing or damaged.
    pub(in crate::engine) fn open(directory: &Path, context_tokens: Option<usize>) -> Result<Self, EngineError> {
        let path = directory.join("config.json");
        let config: SearchConfig = json(&path)?;
        if config.beam == 0 || !(0..config.vocab).contains(&config.eos_id) {
            return Err(EngineError::BadFile { path, reason: "it names no beams, or no token as the end".into() });
        }
        let path = directory.join("vocab.spm");
        let tokenizer = from_sentencepiece(&path)?;
        // There must be a piece for every row of the embeddings.
        if i64::try_from(tokenizer.len()).ok() != Some(config.vocab) {
            let reason = format!("it has {} pieces, config.json says {}", tokenizer.len(), config.vocab);
            return Err(EngineError::BadFile { path, reason });
        }
        let context_tokens = context_tokens.unwrap_or(CONTEXT_TOKENS);
        Ok(Self { context_tokens, tokenizer, settings: config.settings() })
    }
}

impl SearchConfig {
    fn settings(&self) -> SearchSettings {
        SearchSettings {
            vocabulary: self.vocab,
            ends: vec![self.eos_id],
            start: None,
            positions: None,
            defaults: GenerationOptions { num_beams: Some(self.beam), ..GenerationOptions::default() },
            renormalize: false,
            style: SearchStyle::Marian { max_length_factor: self.max_length_factor },
        }
    }
}

impl Codec for BuiltInCodec {
    fn context_tokens(&self) -> usize {
        self.context_tokens
    }

    fn encode(&self, text: &str, _pair: Option<LanguagePair>) -> Result<Vec<i64>, EngineError> {
        let ids = self.tokenizer.encode(text).into_iter().map(i64::from);
        Ok(ids.chain(self.settings.ends.iter().copied()).collect())
    }

    fn source_spans(&self, text: &str, _pair: Option<LanguagePair>) -> Option<Vec<Option<Span>>> {
        let ends = self.settings.ends.iter().map(|_| None);
        Some(self.tokenizer.spans(text).into_iter().chain(ends).collect())
    }

    fn decode(&self, ids: &[i64]) -> String {
        let pieces = ids.iter().filter(|id| !self.settings.ends.contains(id)).filter_map(|&id| u32::try_from(id).ok());
        let pieces: Vec<u32> = pieces.collect();
        self.tokenizer.decode(&pieces)
    }

    fn options_for(&self, _pair: LanguagePair) -> Result<GenerationOptions, EngineError> {
        Ok(GenerationOptions::default())
    }

    fn source(&self, ids: Vec<i64>, options: &GenerationOptions) -> Result<Source, EngineError> {
        let vocabulary = self.settings.vocabulary;
        if ids.is_empty() || !ids.iter().all(|id| (0..vocabulary).contains(id)) {
            let reason = format!("it must have tokens, from 0 to {}", vocabulary - 1);
            return Err(EngineError::Option { name: "source", reason });
        }
        let plan = Plan::new(options, &self.settings, ids.len())?;
        Ok(Source { ids, plan })
    }
}

/// The tokens that `allowed.json` lists; none where there is no such file, and all may be written. The others never win:
/// their bias is -100.
pub(super) fn allowed_tokens(directory: &Path, vocabulary: usize) -> Result<Option<Vec<i64>>, EngineError> {
    let path = directory.join("allowed.json");
    if !path.is_file() {
        return Ok(None);
    }
    let tokens: Vec<i64> = json(&path)?;
    let known = |token: &i64| usize::try_from(*token).is_ok_and(|token| token < vocabulary);
    if tokens.is_empty() || !tokens.iter().all(known) {
        let reason = format!("it must list tokens from 0 to {}", vocabulary - 1);
        return Err(EngineError::BadFile { path, reason });
    }
    Ok(Some(tokens))
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, EngineError> {
    if !path.is_file() {
        return Err(EngineError::MissingFile { path: path.to_owned() });
    }
    let bad = |reason: String| EngineError::BadFile { path: path.to_owned(), reason };
    let text = fs::read(path).map_err(|error| bad(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| bad(error.to_string()))
}
