use std::sync::{Mutex, PoisonError};

use super::{Heads, PANEL, Strided};
use crate::engine::kernels::team::Team;

/// Keys and values of one source, in the order in which products read them.
#[derive(Debug, Default)]
pub(in crate::engine) struct Packed {
    pub(super) length: usize,
    pub(super) heads: Vec<PackedHead>,
}

/// Those of one head.
#[derive(Debug, Default)]
pub(super) struct PackedHead {
    /// For each 64 positions, for each value of the head: the keys of these positions.
    pub(super) keys: Vec<f32>,
    /// For each 64 values of the head, for each position: these values.
    pub(super) values: Vec<f32>,
}

/// Keys and values as they were projected, a row for each position.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Projected<'a> {
    pub(in crate::engine) keys: Strided<'a>,
    pub(in crate::engine) values: Strided<'a>,
    /// Positions that count; there may be more rows.
    pub(in crate::engine) length: usize,
}

impl Packed {
    /// Packs those of many sources.
    pub(in crate::engine) fn all(sources: &[Projected<'_>], heads: Heads, team: &Team) -> Vec<Self> {
        let slots: Vec<Mutex<PackedHead>> =
            (0..sources.len() * heads.count).map(|_| Mutex::new(PackedHead::default())).collect();
        team.share(slots.len(), &|piece| {
            // Every slot is one piece's own, so that nobody ever waits here.
            let mut slot = slots[piece].lock().unwrap_or_else(PoisonError::into_inner);
            slot.fill(sources[piece / heads.count], piece % heads.count, heads);
        });
        let mut packed = slots.into_iter().map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner));
        let of_source =
            |source: &Projected<'_>| Self { length: source.length, heads: packed.by_ref().take(heads.count).collect() };
        sources.iter().map(of_source).collect()
    }
}

impl PackedHead {
    /// Packs one head of a source, in place of what was here.
    pub(super) fn fill(&mut self, source: Projected<'_>, head: usize, heads: Heads) {
        let Projected { keys, values, length } = source;
        let columns = heads.columns(head);
        self.keys.clear();
        self.keys.resize(length.div_ceil(PANEL) * heads.size * PANEL, 0.0);
        for (position, row) in keys.values.chunks(keys.stride).take(length).enumerate() {
            let at = position / PANEL * heads.size * PANEL + position % PANEL;
            for (index, key) in row[columns.clone()].iter().enumerate() {
                self.keys[at + index * PANEL] = *key;
            }
        }
        self.values.clear();
        self.values.resize(heads.panels() * length * PANEL, 0.0);
        for (position, row) in values.values.chunks(values.stride).take(length).enumerate() {
            for (panel, part) in row[columns.clone()].chunks(PANEL).enumerate() {
                let at = (panel * length + position) * PANEL;
                self.values[at..at + part.len()].copy_from_slice(part);
            }
        }
    }
}
