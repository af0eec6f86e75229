//! Our own encoder-decoder runtime on tch: the built-in translators (transformer encoder, SSRU decoder).

mod config;
mod decoder;
mod encoder;
mod layers;
mod network;
mod weights;

use std::{fs, path::Path, sync::Arc};

use tch::Tensor;

use super::{
    Codec, EngineError, Generator, Plan, Source,
    generation::{SearchSettings, SearchStyle, Session},
    tokenizer::{SentencePiece, from_sentencepiece},
};
use crate::domain::{GenerationOptions, LanguagePair};
use config::SsruConfig;
use decoder::Decoder;
use encoder::{Encoded, Encoder};
use weights::Weights;

/// Tokens of context when nothing but the directory is known of a built-in model.
const CONTEXT_TOKENS: usize = 256;

/// A Marian student with an SSRU decoder, in float32.
pub(super) struct SsruNetwork {
    config: SsruConfig,
    encoder: Encoder,
    decoder: Decoder,
    /// [vocabulary, dim], scaled by the root of dim as the sums with positions want it.
    embeddings: Tensor,
    output: OutputLayer,
    /// Those of a step.
    scores: Vec<f32>,
}

/// Its tokenizer and settings.
struct SsruCodec {
    context_tokens: usize,
    tokenizer: SentencePiece,
    settings: SearchSettings,
}

/// The projection onto the tokens that the model may produce.
struct OutputLayer {
    /// [dim, allowed].
    weight: Tensor,
    /// [allowed].
    bias: Tensor,
    /// The token of each output column.
    tokens: Vec<i64>,
}

/// Opens `directory`: `config.json`, `vocab.spm`, `best.safetensors` and, to make the output layer small, `allowed.json`.
///
/// # Errors
/// [`EngineError`] when a file is missing, damaged, or describes another architecture.
pub(super) fn open(
    directory: &Path,
    context_tokens: Option<usize>,
) -> Result<(Arc<dyn Codec>, Box<dyn Generator>), EngineError> {
    let config = SsruConfig::read(directory)?;
    let tokenizer = open_tokenizer(&directory.join("vocab.spm"), config.vocab)?;
    let settings = config.search_settings();
    let context_tokens = context_tokens.unwrap_or(CONTEXT_TOKENS);
    let network = SsruNetwork::open(directory, config)?;
    Ok((Arc::new(SsruCodec { context_tokens, tokenizer, settings }), Box::new(Session::new(network))))
}

impl SsruNetwork {
    fn open(directory: &Path, config: SsruConfig) -> Result<Self, EngineError> {
        let weights = &mut Weights::read(&directory.join("best.safetensors"))?;
        let _guard = tch::no_grad_guard();
        let table = weights.take("Wemb", &[config.vocab, config.dim])?;
        let bias = weights.take("decoder_ff_logit_out_b", &[1, config.vocab])?.view([-1]);
        Ok(Self {
            encoder: Encoder::read(weights, &config)?,
            decoder: Decoder::read(weights, &config)?,
            output: OutputLayer::new(&table, &bias, allowed_tokens(directory, config.vocab)?),
            embeddings: table * (config.dim as f64).sqrt(),
            scores: Vec::new(),
            config,
        })
    }

    /// Encodes sources padded to the longest of them.
    fn encode_batch(&self, sources: &[&[i64]]) -> Encoded {
        let lengths: Vec<i64> = sources.iter().map(|ids| ids.len() as i64).collect();
        let longest = lengths.iter().copied().max().unwrap_or_default();
        let padding = |ids: &&[i64]| {
            let missing = longest as usize - ids.len();
            ids.iter().copied().chain(std::iter::repeat_n(self.config.pad_id, missing)).collect::<Vec<_>>()
        };
        let padded: Vec<i64> = sources.iter().flat_map(padding).collect();
        let ids = Tensor::from_slice(&padded).view([sources.len() as i64, longest]);
        let embedded = Tensor::embedding(&self.embeddings, &ids, -1, false, false);
        self.encoder.forward(&(embedded + layers::sinusoids(0, longest, self.config.dim)), &lengths)
    }
}

impl OutputLayer {
    fn new(table: &Tensor, bias: &Tensor, tokens: Vec<i64>) -> Self {
        let columns = Tensor::from_slice(&tokens);
        let weight = table.index_select(0, &columns).transpose(0, 1).contiguous();
        Self { weight, bias: bias.index_select(0, &columns), tokens }
    }

    /// [rows, dim] to logits [rows, allowed].
    fn forward(&self, rows: &Tensor) -> Tensor {
        self.bias.addmm(rows, &self.weight)
    }
}

impl SsruConfig {
    fn search_settings(&self) -> SearchSettings {
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

impl Codec for SsruCodec {
    fn context_tokens(&self) -> usize {
        self.context_tokens
    }

    fn encode(&self, text: &str, _pair: Option<LanguagePair>) -> Result<Vec<i64>, EngineError> {
        let ids = self.tokenizer.encode(text).into_iter().map(i64::from);
        Ok(ids.chain(self.settings.ends.iter().copied()).collect())
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

/// The tokenizer, which must have a piece for every row of the embeddings.
fn open_tokenizer(path: &Path, vocabulary: i64) -> Result<SentencePiece, EngineError> {
    let tokenizer = from_sentencepiece(path)?;
    if tokenizer.len() as i64 != vocabulary {
        let reason = format!("it has {} pieces, config.json says {vocabulary}", tokenizer.len());
        return Err(EngineError::BadFile { path: path.to_owned(), reason });
    }
    Ok(tokenizer)
}

/// The tokens that `allowed.json` lists, or all. The others never win: their bias is -100.
fn allowed_tokens(directory: &Path, vocabulary: i64) -> Result<Vec<i64>, EngineError> {
    let path = directory.join("allowed.json");
    if !path.is_file() {
        return Ok((0..vocabulary).collect());
    }
    let bad = |reason: String| EngineError::BadFile { path: path.clone(), reason };
    let text = fs::read_to_string(&path).map_err(|error| bad(error.to_string()))?;
    let tokens: Vec<i64> = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    if tokens.is_empty() || tokens.iter().any(|token| !(0..vocabulary).contains(token)) {
        return Err(bad(format!("it must list tokens from 0 to {}", vocabulary - 1)));
    }
    Ok(tokens)
}
