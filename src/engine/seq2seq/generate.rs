//! Generation for the SSRU runtime: one step for all beams of a batch, searches that leave their batch as soon as
//! they have ended.

use tch::{Kind, Tensor};

use super::{
    SsruModel,
    decoder::DecoderState,
    layers::sinusoids,
    search::{Candidate, Search, SearchSettings},
};
use crate::{
    domain::GenerationOptions,
    engine::{
        EngineError, Wanted,
        batch::{BatchLimits, in_batches},
    },
};

/// Tokens that an output may have beyond its multiple of the source's tokens, for very short sources.
const EXTRA_TOKENS: usize = 4;

pub(super) fn generate(
    model: &SsruModel,
    sources: &[Vec<i64>],
    options: &GenerationOptions,
    wanted: Wanted<'_>,
) -> Result<Vec<Vec<i64>>, EngineError> {
    let settings = Settings::new(model, options)?;
    let _guard = tch::no_grad_guard();
    let limits = BatchLimits::new(settings.search.beams, model.output.tokens.len());
    in_batches(sources, limits, |batch| run_batch(model, batch, &settings, wanted))
}

/// What the options come to for this model.
struct Settings {
    search: SearchSettings,
    max_new_tokens: Option<usize>,
    max_length_factor: f64,
}

impl Settings {
    fn new(model: &SsruModel, options: &GenerationOptions) -> Result<Self, EngineError> {
        refuse_unknown(options)?;
        let beams = options.num_beams.unwrap_or(model.config.beam);
        let most = model.output.tokens.len() - 1;
        if !(1..=most).contains(&beams) {
            return Err(EngineError::Option { name: "num_beams", reason: format!("must lie between 1 and {most}") });
        }
        let length_penalty = options.length_penalty.unwrap_or(1.0);
        let search = SearchSettings { beams, length_penalty, eos_id: model.config.eos_id };
        // There is no start token here, so that max_length counts what is produced.
        let max_new_tokens = options.max_new_tokens.or(options.max_length);
        if max_new_tokens == Some(0) {
            return Err(EngineError::Option { name: "max_new_tokens", reason: "must be at least 1".into() });
        }
        Ok(Self { search, max_new_tokens, max_length_factor: model.config.max_length_factor })
    }

    /// The longest output for a source of so many tokens.
    fn max_steps(&self, source_tokens: usize) -> usize {
        let bound = (source_tokens as f64 * self.max_length_factor) as usize + EXTRA_TOKENS;
        self.max_new_tokens.map_or(bound, |asked| asked.min(bound))
    }
}

/// Options that this runtime does not have are refused, unless they change nothing.
fn refuse_unknown(options: &GenerationOptions) -> Result<(), EngineError> {
    let asked = [
        ("min_length", options.min_length.is_some_and(|value| value > 0)),
        ("early_stopping", options.early_stopping.is_some()),
        ("no_repeat_ngram_size", options.no_repeat_ngram_size.is_some_and(|value| value > 0)),
        ("repetition_penalty", options.repetition_penalty.is_some_and(|value| value != 1.0)),
        ("bad_words_ids", options.bad_words_ids.as_ref().is_some_and(|words| !words.is_empty())),
        ("forced_bos_token_id", options.forced_bos_token_id.is_some()),
        ("forced_eos_token_id", options.forced_eos_token_id.is_some()),
    ];
    match asked.iter().find(|(_, asked)| *asked) {
        Some(&(name, _)) => Err(EngineError::Option { name, reason: "the built-in model does not have it".into() }),
        None => Ok(()),
    }
}

/// One search and the place of its source among the batch's outputs.
struct Running {
    output: usize,
    search: Search,
}

fn run_batch(
    model: &SsruModel,
    sources: &[&[i64]],
    settings: &Settings,
    wanted: Wanted<'_>,
) -> Result<Vec<Vec<i64>>, EngineError> {
    let begin = |(output, ids): (usize, &&[i64])| Running {
        output,
        search: Search::new(settings.search, settings.max_steps(ids.len())),
    };
    let mut running: Vec<Running> = sources.iter().enumerate().map(begin).collect();
    let mut outputs = vec![Vec::new(); sources.len()];
    // Every search has one hypothesis at first, and as many as it has beams from the second step on.
    let mut state = model.decoder.start(&model.encode_batch(sources), 1);
    let mut step = 0;
    while !running.is_empty() {
        if !wanted() {
            return Err(EngineError::Unwanted);
        }
        let candidates = continuations(model, &running, &mut state, step, settings.search.beams);
        if candidates.iter().flatten().any(|(_, score)| !score.is_finite()) {
            return Err(EngineError::Failed("the scores are not numbers".into()));
        }
        advance(&mut running, candidates, &mut state, &mut outputs);
        step += 1;
    }
    Ok(outputs)
}

/// Runs one decoder step and returns each hypothesis' best continuations, hypothesis after hypothesis.
fn continuations(
    model: &SsruModel,
    running: &[Running],
    state: &mut DecoderState,
    step: i64,
    beams: usize,
) -> Vec<Vec<(i64, f64)>> {
    let live = running.iter().flat_map(|row| row.search.live());
    let tokens: Option<Vec<i64>> = live.map(|hypothesis| hypothesis.tokens.last().copied()).collect();
    let position = sinusoids(step, 1, model.config.dim);
    let embedded = match tokens {
        Some(tokens) => model.embeddings.index_select(0, &Tensor::from_slice(&tokens)) + position,
        // The first step has no token before it: a zero vector stands for it.
        None => position.repeat([running.len() as i64, 1]),
    };
    let logits = model.output.forward(&model.decoder.step(&embedded, state));
    // One more than there are beams, since one of them may be the end token.
    best_tokens(&logits, beams as i64 + 1, &model.output.tokens)
}

/// The `count` likeliest tokens of each row with their log-probabilities.
fn best_tokens(logits: &Tensor, count: i64, tokens: &[i64]) -> Vec<Vec<(i64, f64)>> {
    let count = count.min(tokens.len() as i64);
    let (values, columns) = logits.topk(count, 1, true, true);
    let scores = values - logits.logsumexp([1i64].as_slice(), true);
    let scores: Vec<f32> = flat(&scores, Kind::Float);
    let columns: Vec<i64> = flat(&columns, Kind::Int64);
    let pairs: Vec<(i64, f64)> =
        columns.iter().zip(scores).map(|(&column, score)| (tokens[column as usize], f64::from(score))).collect();
    pairs.chunks(count as usize).map(<[_]>::to_vec).collect()
}

fn flat<T: tch::kind::Element + Copy + Default>(tensor: &Tensor, kind: Kind) -> Vec<T> {
    let tensor = tensor.to_kind(kind).contiguous();
    let mut values = vec![T::default(); tensor.numel()];
    tensor.copy_data(&mut values, tensor.numel());
    values
}

/// Moves every search on, takes out those that have ended, and lets the decoder's state follow.
fn advance(
    running: &mut Vec<Running>,
    continuations: Vec<Vec<(i64, f64)>>,
    state: &mut DecoderState,
    outputs: &mut [Vec<i64>],
) {
    let (mut sources, mut rows, mut first_row) = (Vec::new(), Vec::new(), 0);
    let mut continuations = continuations.into_iter();
    let before = running.len();
    let mut kept = Vec::with_capacity(before);
    for (source, mut row) in running.drain(..).enumerate() {
        let live = row.search.live().len();
        let candidates = candidates(&row.search, continuations.by_ref().take(live));
        let parents = row.search.advance(candidates);
        if parents.is_empty() {
            outputs[row.output] = row.search.into_tokens();
        } else {
            sources.push(source as i64);
            rows.extend(parents.into_iter().map(|beam| (first_row + beam) as i64));
            kept.push(row);
        }
        first_row += live;
    }
    *running = kept;
    if !running.is_empty() {
        state.select((running.len() < before).then_some(sources.as_slice()), &rows);
    }
}

fn candidates(search: &Search, continuations: impl Iterator<Item = Vec<(i64, f64)>>) -> Vec<Candidate> {
    let of_beam = |(beam, tokens): (usize, Vec<(i64, f64)>)| {
        let score = search.live()[beam].score;
        tokens.into_iter().map(move |(token, added)| Candidate { beam, token, score: score + added })
    };
    continuations.enumerate().flat_map(of_beam).collect()
}
