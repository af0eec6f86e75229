//! Embeddings of tokens, read where they lie in the file of weights.

use tch::Kind;

use super::{
    checkpoint::{floats, needed},
    linear::{Computer, Norm},
    positions::PositionTable,
};
use crate::engine::{EngineError, weights::Weights};

/// A side's embeddings: of tokens, of positions, and their norm.
pub(super) struct Embedding {
    pub(super) table: Table,
    pub(super) scale: f32,
    pub(super) positions: Option<PositionTable>,
    pub(super) norm: Option<Norm>,
}

/// A row for each token.
pub(super) enum Table {
    /// As it lies in the file: only rows that are used take memory.
    Mapped { names: Vec<String>, shape: [i64; 2], kind: Kind },
    /// In 32 bits.
    Owned(Vec<f32>),
}

impl Table {
    /// The table of that name.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] when it is missing or of another shape.
    pub(super) fn open(weights: &Weights, names: Vec<String>, shape: [i64; 2]) -> Result<Self, EngineError> {
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let kind = weights.view(&known, &shape)?.filter(|view| view.contiguous).map(|view| view.kind);
        match kind {
            Some(kind @ (Kind::Float | Kind::Half | Kind::BFloat16)) => Ok(Self::Mapped { names, shape, kind }),
            _ => Ok(Self::Owned(floats(&needed(weights, &names, &shape)?)?)),
        }
    }

    /// The rows, where they lie.
    fn rows<'a>(&'a self, weights: &'a Weights) -> Result<Rows<'a>, EngineError> {
        match self {
            Self::Owned(rows) => Ok(Rows::Floats(rows)),
            Self::Mapped { names, shape, kind } => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let view = weights.view(&names, shape)?;
                let view = view.ok_or_else(|| weights.bad(format_args!("{names:?} is missing")))?;
                Ok(Rows::Bytes(view.bytes, *kind))
            }
        }
    }
}

/// The rows of a table, for one step.
enum Rows<'a> {
    Floats(&'a [f32]),
    Bytes(&'a [u8], Kind),
}

impl Rows<'_> {
    /// A token's row into `out`; `None` where there is none.
    fn read(&self, token: usize, out: &mut [f32]) -> Option<()> {
        let width = out.len();
        match self {
            Self::Floats(rows) => out.copy_from_slice(rows.get(token * width..(token + 1) * width)?),
            Self::Bytes(bytes, kind) => {
                let size = width * kind.elt_size_in_bytes();
                decode(*kind, bytes.get(token * size..(token + 1) * size)?, out);
            }
        }
        Some(())
    }
}

/// Little-endian numbers of the file's kind to floats.
fn decode(kind: Kind, bytes: &[u8], out: &mut [f32]) {
    let halves = bytes.as_chunks::<2>().0;
    match kind {
        Kind::Half => {
            out.iter_mut().zip(halves).for_each(|(out, half)| *out = half::f16::from_le_bytes(*half).to_f32())
        }
        Kind::BFloat16 => {
            out.iter_mut().zip(halves).for_each(|(out, half)| *out = half::bf16::from_le_bytes(*half).to_f32());
        }
        _ => out.iter_mut().zip(bytes.as_chunks::<4>().0).for_each(|(out, float)| *out = f32::from_le_bytes(*float)),
    }
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    /// A negative one stands for none.
    pub(super) token: i64,
    /// None for padding that has none.
    pub(super) position: Option<usize>,
}

impl Embedding {
    /// The states that a stack begins with, a row for each token. Positions must have been reached.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] when the table has no row for a token.
    pub(super) fn embed(
        &self,
        computer: &Computer,
        weights: &Weights,
        tokens: impl ExactSizeIterator<Item = Placed>,
        width: usize,
        out: &mut Vec<f32>,
    ) -> Result<(), EngineError> {
        out.clear();
        out.resize(tokens.len() * width, 0.0);
        let rows = self.table.rows(weights)?;
        for (Placed { token, position }, row) in tokens.zip(out.chunks_exact_mut(width)) {
            if let Ok(token) = usize::try_from(token) {
                rows.read(token, row).ok_or_else(|| weights.bad(format_args!("there is no row for token {token}")))?;
            }
            row.iter_mut().for_each(|value| *value *= self.scale);
            if let (Some(positions), Some(position)) = (&self.positions, position) {
                row.iter_mut().zip(positions.row(position)).for_each(|(value, position)| *value += position);
            }
        }
        if let Some(norm) = &self.norm {
            norm.apply(computer, out);
        }
        Ok(())
    }
}
