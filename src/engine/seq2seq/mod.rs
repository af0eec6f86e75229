//! Our own encoder-decoder runtime: BART, Marian, Pegasus, mBART, M2M100, NLLB, T5 and the built-in translators, in 32
//! bits, bfloat16 or 8 bits.
//!
//! One set of layers serves all families; a [`Spec`](spec::Spec) says what distinguishes them and
//! [`names`] what their tensors are called. Sources and hypotheses lie side by side as rows of one matrix, of whatever
//! length they are: there is no padding and there are no masks, and everything but the linear layers is computed row by
//! row. Linear layers in 8 bits are exact for each row (see [`kernels`](super::kernels)), so that a source's output
//! never depends on what else is being computed.

mod builtin;
mod checkpoint;
mod decoder;
mod embedding;
mod encoder;
mod layer;
mod libtorch;
mod linear;
mod memory;
mod names;
mod packed;
mod positions;
mod shelf;
mod spec;
#[cfg(test)]
mod tests;

use std::{ops::Range, path::Path, sync::Arc};

use super::{
    EngineError,
    generation::{Network, NewSource, Step},
    kernels::{Isa, activation::Activation, team::Team},
    weights::Weights,
};
use crate::domain::{Architecture, Precision};
pub(super) use builtin::BuiltInCodec;
use checkpoint::Checkpoint;
use decoder::{Decoder, Part};
use embedding::{Embedding, Placed, Table};
use encoder::{Encoder, Extent};
use layer::Buffers;
use linear::{Computer, Linear};
use memory::Memory;
use names::Side;
pub(super) use packed::Packed;
use positions::PositionTable;
use spec::{Family, Positions, Spec};

/// An encoder-decoder in memory.
pub(super) struct Runtime {
    spec: Spec,
    weights: Weights,
    source: Embedding,
    target: Embedding,
    encoder: Encoder,
    decoder: Decoder,
    scorer: Linear,
    /// The token of each score, where not all are scored.
    tokens: Option<Vec<i64>>,
    computer: Computer,
    buffers: Buffers,
    states: Vec<f32>,
    scores: Vec<f32>,
}

/// How to compute.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) precision: Precision,
    pub(super) isa: Isa,
    pub(super) team: Arc<Team>,
}

impl Settings {
    /// With the best instructions that this machine has.
    pub(super) fn new(precision: Precision, team: Arc<Team>) -> Self {
        Self { precision, isa: Isa::best(), team }
    }
}

impl Runtime {
    /// Opens the model in `directory`.
    ///
    /// # Errors
    /// [`EngineError`] when a file is missing or damaged, or describes what this runtime does not compute.
    pub(super) fn open(directory: &Path, architecture: Architecture, settings: &Settings) -> Result<Self, EngineError> {
        let spec = Spec::read(directory, architecture)?;
        let _guard = tch::no_grad_guard();
        let open = || {
            let weights = match spec.family {
                Family::MarianNative => Weights::open_file(&directory.join(builtin::WEIGHTS))?,
                _ => Weights::open(directory)?,
            };
            Self::build(spec.clone(), Checkpoint::new(weights, directory, settings), directory, settings)
        };
        let (runtime, kept) = open()?;
        // What has just been quantised is in a file now: mapped from there, it need not stay in memory.
        if kept { Ok(open()?.0) } else { Ok(runtime) }
    }

    fn build(
        spec: Spec,
        mut checkpoint: Checkpoint<'_>,
        directory: &Path,
        settings: &Settings,
    ) -> Result<(Self, bool), EngineError> {
        let tokens = match spec.family {
            Family::MarianNative => builtin::allowed_tokens(directory, spec.target_vocabulary)?,
            _ => None,
        };
        spec.check_weights(checkpoint.weights())?;
        let encoder = Encoder::read(&mut checkpoint, &spec)?;
        let decoder = Decoder::read(&mut checkpoint, &spec)?;
        let scorer = scorer(&mut checkpoint, &spec, tokens.as_deref())?;
        let source = embedding(&checkpoint, &spec, Side::Encoder, spec.source_vocabulary)?;
        let target = embedding(&checkpoint, &spec, Side::Decoder, spec.target_vocabulary)?;
        let (weights, kept) = checkpoint.close();
        let computer = Computer::new(settings);
        let (buffers, states, scores) = (Buffers::default(), Vec::new(), Vec::new());
        let runtime =
            Self { spec, weights, source, target, encoder, decoder, scorer, tokens, computer, buffers, states, scores };
        Ok((runtime, kept))
    }

    /// States of sources, row after row, in `self.states`. Of each source the last `padding` tokens are read, but not
    /// looked at by others.
    fn encode(&mut self, sources: &[(&[i64], usize)]) -> Result<Vec<Extent>, EngineError> {
        let longest = sources.iter().map(|(ids, _)| ids.len()).max().unwrap_or(0);
        if let Some(positions) = &mut self.source.positions {
            positions.reach(longest, self.spec.positions)?;
        }
        // M2M100 alone counts positions without padding.
        let unplaced = |padding: usize| match self.spec.positions {
            Positions::SinusoidalFairseq { offset } if offset > 0 => padding,
            _ => 0,
        };
        let placed = |(ids, padding): &(&[i64], usize)| -> Vec<Placed> {
            let end = ids.len() - unplaced(*padding);
            let place =
                |(index, token): (usize, &i64)| Placed { token: *token, position: (index < end).then_some(index) };
            ids.iter().enumerate().map(place).collect()
        };
        let tokens: Vec<Placed> = sources.iter().flat_map(placed).collect();
        let Self { spec, weights, source, encoder, computer, buffers, states, .. } = self;
        source.embed(computer, weights, tokens.into_iter(), spec.width, states)?;
        let extents = extents(sources.iter().map(|(ids, _)| ids.len()));
        let extents: Vec<Extent> =
            extents.zip(sources).map(|(rows, (ids, padding))| (rows, ids.len() - padding)).collect();
        encoder.forward(computer, states, &extents, buffers);
        Ok(extents)
    }
}

/// Rows that follow each other.
fn extents(lengths: impl Iterator<Item = usize>) -> impl Iterator<Item = Range<usize>> {
    lengths.scan(0, |end, length| {
        let start = *end;
        *end += length;
        Some(start..*end)
    })
}

impl Network for Runtime {
    type Memory = Memory;

    fn columns(&self) -> usize {
        self.scorer.outputs()
    }

    fn tokens(&self) -> Option<&[i64]> {
        self.tokens.as_deref()
    }

    fn read(&mut self, sources: &[NewSource<'_>]) -> Result<Vec<Memory>, EngineError> {
        let _guard = tch::no_grad_guard();
        if let Some(positions) = &mut self.target.positions {
            positions.reach(sources.iter().map(|source| source.max_steps).max().unwrap_or(0), self.spec.positions)?;
        }
        let whole: Vec<_> = sources.iter().map(|source| (source.ids, 0)).collect();
        let extents = self.encode(&whole)?;
        let max_steps = sources.iter().map(|source| source.max_steps);
        let mut memories = self.decoder.remember(&mut self.computer, &self.states, &extents, max_steps);
        memories.iter_mut().zip(sources).for_each(|(memory, source)| memory.aligned = source.aligned);
        Ok(memories)
    }

    fn step(&mut self, running: &mut [Step<'_, Memory>]) -> Result<&mut [f32], EngineError> {
        let _guard = tch::no_grad_guard();
        let rows: Vec<_> = extents(running.iter().map(|step| step.hypotheses.len())).collect();
        let mut tokens = Vec::new();
        for step in running.iter_mut() {
            let position = Some(step.memory.steps());
            tokens.extend(step.hypotheses.iter().map(|hypothesis| Placed { token: hypothesis.token, position }));
            step.memory.extend(step.hypotheses);
        }
        let parts = running.iter_mut().zip(rows).map(|(step, rows)| Part { memory: &mut *step.memory, rows });
        let mut parts: Vec<_> = parts.collect();
        let Self { spec, weights, target, decoder, scorer, computer, buffers, states, scores, .. } = self;
        target.embed(computer, weights, tokens.into_iter(), spec.width, states)?;
        decoder.forward(computer, states, &mut parts, buffers);
        if spec.head_scale != 1.0 {
            states.iter_mut().for_each(|value| *value *= spec.head_scale);
        }
        scorer.forward(computer, states, Activation::Identity, scores);
        Ok(scores)
    }

    fn attended(memory: &Memory) -> &[u32] {
        &memory.attended
    }
}

fn embedding(
    checkpoint: &Checkpoint<'_>,
    spec: &Spec,
    side: Side,
    vocabulary: usize,
) -> Result<Embedding, EngineError> {
    let names = names::embeddings(spec.family, side);
    let norm = spec.embedding_norm.then(|| checkpoint.norm(&names::embedding_norm(side), spec.width, spec.norm));
    Ok(Embedding {
        table: Table::open(checkpoint.weights(), names, [vocabulary as i64, spec.width as i64])?,
        scale: spec.embedding_scale,
        positions: PositionTable::read(checkpoint, spec, side)?,
        norm: norm.transpose()?,
    })
}

fn scorer(checkpoint: &mut Checkpoint<'_>, spec: &Spec, tokens: Option<&[i64]>) -> Result<Linear, EngineError> {
    let names = match spec.tied_head {
        true => names::embeddings(spec.family, Side::Decoder),
        false => vec!["lm_head.weight".to_owned()],
    };
    let shape = (spec.target_vocabulary, spec.width);
    checkpoint.scorer(&names, names::output_bias(spec.family), shape, tokens)
}
