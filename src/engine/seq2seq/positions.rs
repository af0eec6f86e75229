//! Where a token stands: tables of positions, and T5's biases by distance.

use tch::{Device, Kind, Tensor};

use super::{
    checkpoint::{Checkpoint, floats, needed},
    names::Side,
    spec::{Positions, Spec, Stack},
};
use crate::engine::{EngineError, kernels::attention::Bias, pretrained::sinusoids};

/// A row for each position, added to embeddings.
#[derive(Debug)]
pub(super) struct PositionTable {
    rows: Vec<f32>,
    width: usize,
    offset: usize,
    /// Whether rows are computed, and there are as many as are asked for.
    computed: bool,
}

impl PositionTable {
    /// The table of a side; none for models that have none.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] when it should be among the weights and is not.
    pub(super) fn read(checkpoint: &Checkpoint<'_>, spec: &Spec, side: Side) -> Result<Option<Self>, EngineError> {
        let width = spec.width;
        let learned = |offset| {
            let name = format!("model.{}.embed_positions.weight", side.name());
            let count = (spec.position_count + offset) as i64;
            let rows = floats(&needed(checkpoint.weights(), &[name], &[count, width as i64])?)?;
            Ok(Some(Self { rows, width, offset, computed: false }))
        };
        let computed = |offset| Ok(Some(Self { rows: Vec::new(), width, offset, computed: true }));
        match spec.positions {
            Positions::Learned { offset } => learned(offset),
            Positions::Sinusoidal => computed(0),
            Positions::SinusoidalFairseq { offset } => computed(offset),
            Positions::Relative { .. } => Ok(None),
        }
    }

    /// Makes sure that there are rows for positions up to `count`.
    ///
    /// # Errors
    /// [`EngineError::Option`] when the model has fewer.
    pub(super) fn reach(&mut self, count: usize, positions: Positions) -> Result<(), EngineError> {
        let needed = count + self.offset;
        let have = self.rows.len() / self.width;
        if needed <= have {
            return Ok(());
        }
        if !self.computed {
            let reason = format!("{count} tokens are needed, the model has {} positions", have - self.offset);
            return Err(EngineError::Option { name: "max_length", reason });
        }
        let count = needed.next_power_of_two().max(512);
        self.rows = match positions {
            Positions::Sinusoidal => sinusoids(count, self.width),
            _ => floats(&fairseq_sinusoids(count as i64, self.width as i64))?,
        };
        Ok(())
    }

    /// The row of a position. [`reach`](Self::reach) must have been called.
    pub(super) fn row(&self, position: usize) -> &[f32] {
        &self.rows[(position + self.offset) * self.width..][..self.width]
    }
}

/// Sines in the first half, cosines in the second, in 32 bits, as fairseq and Marian compute them.
fn fairseq_sinusoids(count: i64, width: i64) -> Tensor {
    let float = (Kind::Float, Device::Cpu);
    let half = width / 2;
    let rate = -(10_000f64.ln()) / (half - 1) as f64;
    let frequencies = (Tensor::arange(half, float) * rate).exp();
    let angles = Tensor::arange(count, float).unsqueeze(1) * frequencies;
    Tensor::cat(&[angles.sin(), angles.cos()], 1)
}

/// T5's biases: a row of `heads` values for each bucket of distances.
#[derive(Debug)]
pub(super) struct RelativeBias {
    table: Vec<f32>,
    heads: usize,
    buckets: usize,
    max_distance: usize,
    both_ways: bool,
    bias: Bias,
}

impl RelativeBias {
    /// The biases of a side; none for models that have none.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] when they should be among the weights and are not.
    pub(super) fn read(
        checkpoint: &Checkpoint<'_>,
        spec: &Spec,
        side: Side,
        stack: Stack,
    ) -> Result<Option<Self>, EngineError> {
        let Positions::Relative { buckets, max_distance } = spec.positions else { return Ok(None) };
        let name = format!("{}.block.0.layer.0.SelfAttention.relative_attention_bias.weight", side.name());
        let table = floats(&needed(checkpoint.weights(), &[name], &[buckets as i64, stack.heads as i64])?)?;
        let both_ways = side == Side::Encoder;
        let bias = Bias { values: Vec::new(), span: 0 };
        let mut relative = Self { table, heads: stack.heads, buckets, max_distance, both_ways, bias };
        relative.reach(255);
        Ok(Some(relative))
    }

    /// Makes sure that there are values for distances up to `span`.
    pub(super) fn reach(&mut self, span: usize) {
        if span <= self.bias.span && !self.bias.values.is_empty() {
            return;
        }
        let span = (span + 1).next_power_of_two() - 1;
        let distances = || -(span as i64)..=span as i64;
        let of_head = |head: usize| distances().map(move |distance| (head, distance));
        let value = |(head, distance)| self.table[self.bucket(distance) * self.heads + head];
        let values = (0..self.heads).flat_map(of_head).map(value).collect();
        self.bias = Bias { values, span };
    }

    /// The values.
    pub(super) fn bias(&self) -> &Bias {
        &self.bias
    }

    /// The bucket of the distance from query to key (`_relative_position_bucket` of `transformers`' T5): one each for
    /// short ones, ever wider ones up to `max_distance`.
    fn bucket(&self, distance: i64) -> usize {
        let ahead = usize::try_from(distance).unwrap_or(0);
        let behind = usize::try_from(-distance).unwrap_or(0);
        let (first, buckets, distance) = match (self.both_ways, ahead > 0) {
            (true, true) => (self.buckets / 2, self.buckets / 2, ahead),
            (true, false) => (0, self.buckets / 2, behind),
            (false, _) => (0, self.buckets, behind),
        };
        let exact = buckets / 2;
        if distance < exact {
            return first + distance;
        }
        let ratio = (distance as f32 / exact as f32).ln() / (self.max_distance as f32 / exact as f32).ln();
        first + (exact + (ratio * (buckets - exact) as f32) as usize).min(buckets - 1)
    }
}
