use super::{Heads, PANEL, Strided};

/// Keys and values of one source, in the order in which products read them.
#[derive(Debug, Default)]
pub(in crate::engine) struct Packed {
    pub(super) length: usize,
    /// For each head, for each 64 positions, for each value of the head: the keys of these positions.
    pub(super) keys: Vec<f32>,
    /// For each head, for each 64 of its values, for each position: these values.
    pub(super) values: Vec<f32>,
}

impl Packed {
    /// Packs the keys and values of `length` positions.
    pub(in crate::engine) fn new(keys: Strided<'_>, values: Strided<'_>, length: usize, heads: Heads) -> Self {
        let mut packed = Self { length, ..Self::default() };
        for head in 0..heads.count {
            packed.push_head(keys, values, head, heads);
        }
        packed
    }

    pub(super) fn push_head(&mut self, keys: Strided<'_>, values: Strided<'_>, head: usize, heads: Heads) {
        let columns = heads.columns(head);
        let first = self.keys.len();
        self.keys.resize(first + key_size(self.length, heads), 0.0);
        for (position, row) in keys.values.chunks(keys.stride).take(self.length).enumerate() {
            let at = first + position / PANEL * heads.size * PANEL + position % PANEL;
            for (index, key) in row[columns.clone()].iter().enumerate() {
                self.keys[at + index * PANEL] = *key;
            }
        }
        let first = self.values.len();
        self.values.resize(first + value_size(self.length, heads), 0.0);
        for (position, row) in values.values.chunks(values.stride).take(self.length).enumerate() {
            for (panel, part) in row[columns.clone()].chunks(PANEL).enumerate() {
                let at = first + (panel * self.length + position) * PANEL;
                self.values[at..at + part.len()].copy_from_slice(part);
            }
        }
    }

    pub(super) fn clear(&mut self, length: usize) {
        self.length = length;
        self.keys.clear();
        self.values.clear();
    }

    pub(super) fn keys(&self, head: usize, heads: Heads) -> &[f32] {
        let size = key_size(self.length, heads);
        &self.keys[head * size..(head + 1) * size]
    }

    pub(super) fn values(&self, head: usize, heads: Heads) -> &[f32] {
        let size = value_size(self.length, heads);
        &self.values[head * size..(head + 1) * size]
    }
}

fn key_size(length: usize, heads: Heads) -> usize {
    length.div_ceil(PANEL) * heads.size * PANEL
}

fn value_size(length: usize, heads: Heads) -> usize {
    heads.panels() * length * PANEL
}
