//! Scaled dot-product attention (Vaswani et al. 2017), head by head and row by row: no padding, no masks, and nothing
//! that depends on what else is being computed.

mod history;
mod packed;
mod source;
#[cfg(test)]
mod tests;

use std::{cell::RefCell, ops::Range};

pub(in crate::engine) use self::{
    history::{History, Recalling, recall},
    packed::{Packed, Projected},
    source::{Looking, attended, encode, look},
};
use super::float::PANEL;
use packed::PackedHead;

/// Multiplications under which handing out pieces costs more than it saves.
const SERIAL: usize = 1 << 17;

/// The heads of an attention block.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Heads {
    /// How many.
    pub(in crate::engine) count: usize,
    /// Values of each.
    pub(in crate::engine) size: usize,
    /// What scores are multiplied by.
    pub(in crate::engine) scale: f32,
}

impl Heads {
    /// Values of all of them.
    pub(in crate::engine) fn width(self) -> usize {
        self.count * self.size
    }

    fn columns(self, head: usize) -> Range<usize> {
        head * self.size..(head + 1) * self.size
    }

    /// Panels that the values of one head take.
    fn panels(self) -> usize {
        self.size.div_ceil(PANEL)
    }
}

/// Matrix rows that lie `stride` apart.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Strided<'a> {
    pub(in crate::engine) values: &'a [f32],
    pub(in crate::engine) stride: usize,
}

/// What is added to scores for the distance between query and key: for each head the values for the distances from
/// `-span` to `span`.
#[derive(Debug)]
pub(in crate::engine) struct Bias {
    /// `[heads, 2 * span + 1]`.
    pub(in crate::engine) values: Vec<f32>,
    /// The largest distance.
    pub(in crate::engine) span: usize,
}

impl Bias {
    /// The values for a query at `position` and keys from position 0 on.
    pub(in crate::engine) fn from(&self, head: usize, position: usize) -> &[f32] {
        let width = 2 * self.span + 1;
        &self.values[head * width + self.span - position..(head + 1) * width]
    }
}

/// Rows that several threads write to, each its own part.
struct Shared {
    first: *mut f32,
    stride: usize,
}

// SAFETY: every part is written by the one thread that computes it.
unsafe impl Sync for Shared {}

impl Shared {
    /// # Safety
    /// The part lies within the slice that `first` was taken from, and nobody else uses it.
    #[expect(clippy::mut_from_ref, reason = "the parts are apart")]
    unsafe fn part(&self, row: usize, columns: Range<usize>) -> &mut [f32] {
        // SAFETY: by this function's contract.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(row * self.stride + columns.start), columns.len()) }
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

#[derive(Default)]
struct Scratch {
    packed: PackedHead,
    scores: Vec<f32>,
}
