//! What layers of both sides are made of.

use super::{
    checkpoint::Checkpoint,
    linear::{Computer, Linear, Norm},
    names::{Block, Place},
    spec::{Spec, Stack},
};
use crate::engine::{
    EngineError,
    kernels::{activation::Activation, attention::Heads, rows},
};

/// Two linear layers with an activation between them.
pub(super) struct FeedForward {
    up: Linear,
    down: Linear,
    activation: Activation,
    /// Whether the second half of what `up` gives multiplies the activated first half.
    gated: bool,
}

/// A block of a layer with its norm and the sum around it.
pub(super) struct Residual {
    norm: Norm,
    norm_first: bool,
    width: usize,
}

/// Matrices between the operations of a step, kept from step to step.
#[derive(Default)]
pub(super) struct Buffers {
    normed: Vec<f32>,
    /// What a block has computed.
    pub(super) out: Vec<f32>,
    pub(super) projected: Vec<f32>,
    pub(super) mixed: Vec<f32>,
    gated: Vec<f32>,
}

impl Residual {
    pub(super) fn read(
        checkpoint: &Checkpoint<'_>,
        spec: &Spec,
        place: Place,
        block: Block,
    ) -> Result<Self, EngineError> {
        let norm = checkpoint.norm(&place.norm(block), spec.width, spec.norm)?;
        Ok(Self { norm, norm_first: spec.norm_first, width: spec.width })
    }

    /// `states = norm(states + block(states))`, or `states + block(norm(states))` where the norm stands first. `block`
    /// leaves its result in `out`.
    pub(super) fn around(
        &self,
        computer: &mut Computer,
        states: &mut [f32],
        buffers: &mut Buffers,
        block: impl FnOnce(&mut Computer, &[f32], &mut Buffers),
    ) {
        if self.norm_first {
            let mut normed = std::mem::take(&mut buffers.normed);
            normed.clear();
            normed.extend_from_slice(states);
            self.norm.apply(computer, &mut normed);
            block(computer, &normed, buffers);
            buffers.normed = normed;
            computer.add(states, &buffers.out, self.width);
        } else {
            block(computer, states, buffers);
            computer.add(states, &buffers.out, self.width);
            self.norm.apply(computer, states);
        }
    }
}

impl FeedForward {
    pub(super) fn read(
        checkpoint: &mut Checkpoint<'_>,
        spec: &Spec,
        place: Place,
        stack: Stack,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            up: checkpoint.linear(&place.up(spec.gated), spec.width, stack.feed_forward)?,
            down: checkpoint.linear(&[place.down()], stack.feed_forward, spec.width)?,
            activation: spec.activation,
            gated: spec.gated,
        })
    }

    pub(super) fn forward(&self, computer: &mut Computer, states: &[f32], buffers: &mut Buffers) {
        let Buffers { out, projected, gated, .. } = buffers;
        if !self.gated {
            self.up.forward(computer, states, self.activation, projected);
            return self.down.forward(computer, projected, Activation::Identity, out);
        }
        self.up.forward(computer, states, Activation::Identity, projected);
        let width = self.up.outputs() / 2;
        gated.clear();
        for row in projected.chunks_exact_mut(2 * width) {
            let (activated, gate) = row.split_at_mut(width);
            computer.activate(self.activation, activated);
            rows::multiply(computer.isa, activated, gate);
            gated.extend_from_slice(activated);
        }
        self.down.forward(computer, gated, Activation::Identity, out);
    }
}

/// The heads of a stack.
pub(super) fn heads(spec: &Spec, stack: Stack) -> Heads {
    let scale = if spec.scaled_attention { 1.0 / (stack.head_size as f32).sqrt() } else { 1.0 };
    Heads { count: stack.heads, size: stack.head_size, scale }
}
