//! What decoding one source carries along.

use crate::engine::{
    generation::Extension,
    kernels::attention::{History, Packed, Recalling},
};

/// Steps that histories are given room for at a time.
const MOST_STEPS_AHEAD: usize = 64;

/// What the encoder made of a source, and what its hypotheses have written.
#[derive(Debug, Default)]
pub(in crate::engine) struct Memory {
    layers: Vec<LayerMemory>,
    /// For each hypothesis the rows of the histories that are its own, oldest first.
    paths: Vec<Vec<u32>>,
    /// For each hypothesis the one that it continues.
    parents: Vec<usize>,
    /// Rows in each history.
    rows: u32,
    steps: usize,
    /// The most steps that there will be.
    max_steps: usize,
    /// Whether `attended` is wanted.
    pub(super) aligned: bool,
    /// The source position that each hypothesis attended to most in this step.
    pub(super) attended: Vec<u32>,
}

#[derive(Debug)]
struct LayerMemory {
    source: Packed,
    history: History,
    /// The cells of recurrent units, a row for each hypothesis.
    cells: Vec<f32>,
}

impl Memory {
    /// For a source that takes at most so many steps.
    pub(super) fn new(max_steps: usize) -> Self {
        Self { max_steps, ..Self::default() }
    }

    /// Adds a layer that looks at `source`.
    pub(super) fn add_layer(&mut self, source: Packed) {
        self.layers.push(LayerMemory { source, history: History::default(), cells: Vec::new() });
    }

    /// Begins a step: hypotheses go on from those of the step before. Only their paths are copied, not what they lead to.
    pub(super) fn extend(&mut self, hypotheses: &[Extension]) {
        let none = Vec::new();
        let path = |(row, extension): (u32, &Extension)| {
            let before = self.paths.get(extension.parent).unwrap_or(&none);
            before.iter().copied().chain([row]).collect()
        };
        self.paths = (self.rows..).zip(hypotheses).map(path).collect();
        self.parents = hypotheses.iter().map(|extension| extension.parent).collect();
        self.rows += u32::try_from(hypotheses.len()).unwrap_or(u32::MAX);
        self.steps += 1;
    }

    /// Steps so far, the present one included.
    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    pub(super) fn source(&self, layer: usize) -> &Packed {
        &self.layers[layer].source
    }

    /// A layer's history, with room for the rows of this step, `width` values each.
    pub(super) fn history(&mut self, layer: usize, width: usize) -> &mut History {
        let history = &mut self.layers[layer].history;
        // From the second step on there are as many hypotheses as there ever will be. Few outputs are as long as they may.
        let ahead = (self.max_steps + 1 - self.steps).min(MOST_STEPS_AHEAD);
        if self.steps > 1 && !history.has_room(self.parents.len() * width) {
            history.reserve(self.parents.len() * width * ahead);
        }
        history
    }

    /// Each hypothesis with its history.
    pub(super) fn recalling(&self, layer: usize) -> Vec<Recalling<'_>> {
        let history = &self.layers[layer].history;
        self.paths.iter().map(|path| Recalling { history, path }).collect()
    }

    /// The recurrent cells that this step's hypotheses go on from, `size` values in all; zeros at first.
    pub(super) fn cells(&mut self, layer: usize, size: usize) -> &mut [f32] {
        let width = size / self.parents.len().max(1);
        let before = std::mem::take(&mut self.layers[layer].cells);
        let cells = &mut self.layers[layer].cells;
        for parent in &self.parents {
            match before.get(parent * width..(parent + 1) * width) {
                Some(cell) => cells.extend_from_slice(cell),
                None => cells.resize(cells.len() + width, 0.0),
            }
        }
        cells
    }
}
