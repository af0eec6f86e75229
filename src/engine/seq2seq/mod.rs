//! Our own encoder-decoder runtime on tch: the built-in translators (transformer encoder, SSRU decoder).

mod config;
mod decoder;
mod encoder;
mod generate;
mod layers;
mod search;
mod weights;

use std::{fs, path::Path};

use tch::Tensor;

use super::{
    EngineError, Seq2Seq, Wanted,
    tokenizer::{SentencePiece, from_sentencepiece},
};
use crate::domain::{GenerationOptions, LanguagePair};
use config::SsruConfig;
use decoder::Decoder;
use encoder::{Encoded, Encoder};
use weights::Weights;

/// A Marian student with an SSRU decoder, in float32.
pub(super) struct SsruModel {
    config: SsruConfig,
    context_tokens: usize,
    tokenizer: SentencePiece,
    encoder: Encoder,
    decoder: Decoder,
    /// [vocabulary, dim], scaled by the root of dim as the sums with positions want it.
    embeddings: Tensor,
    output: OutputLayer,
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

impl SsruModel {
    /// Opens `directory`: `config.json`, `vocab.spm`, `best.safetensors` and, to make the output layer small,
    /// `allowed.json`.
    ///
    /// # Errors
    /// [`EngineError`] when a file is missing, damaged, or describes another architecture.
    pub(super) fn open(directory: &Path, context_tokens: usize) -> Result<Self, EngineError> {
        let config = SsruConfig::read(directory)?;
        let tokenizer = open_tokenizer(&directory.join("vocab.spm"), config.vocab)?;
        let weights = &mut Weights::read(&directory.join("best.safetensors"))?;
        let _guard = tch::no_grad_guard();
        let table = weights.take("Wemb", &[config.vocab, config.dim])?;
        let bias = weights.take("decoder_ff_logit_out_b", &[1, config.vocab])?.view([-1]);
        Ok(Self {
            encoder: Encoder::read(weights, &config)?,
            decoder: Decoder::read(weights, &config)?,
            output: OutputLayer::new(&table, &bias, allowed_tokens(directory, config.vocab)?),
            embeddings: table * (config.dim as f64).sqrt(),
            tokenizer,
            context_tokens,
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

impl Seq2Seq for SsruModel {
    fn context_tokens(&self) -> usize {
        self.context_tokens
    }

    fn encode(&self, text: &str, _pair: Option<LanguagePair>) -> Result<Vec<i64>, EngineError> {
        let ids = self.tokenizer.encode(text).into_iter().map(i64::from);
        Ok(ids.chain([self.config.eos_id]).collect())
    }

    fn decode(&self, ids: &[i64]) -> String {
        let pieces = ids.iter().filter(|&&id| id != self.config.eos_id).filter_map(|&id| u32::try_from(id).ok());
        let pieces: Vec<u32> = pieces.collect();
        self.tokenizer.decode(&pieces)
    }

    fn options_for(&self, _pair: LanguagePair) -> Result<GenerationOptions, EngineError> {
        Ok(GenerationOptions::default())
    }

    fn generate_while(
        &mut self,
        sources: &[Vec<i64>],
        options: &GenerationOptions,
        wanted: Wanted<'_>,
    ) -> Result<Vec<Vec<i64>>, EngineError> {
        generate::generate(self, sources, options, wanted)
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
