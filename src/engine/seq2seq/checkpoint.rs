//! A model's weights, taken by what they are for.

use std::path::Path;

use tch::{Kind, Tensor};

use super::{
    Settings,
    linear::{Linear, Norm, Weight},
    names::{LinearName, NormName},
    packed::Packed,
    shelf::Shelf,
    spec::NormKind,
};
use crate::{
    domain::Precision,
    engine::{EngineError, kernels::team::Team, weights::Weights},
};

/// The weights of a model that is being built.
pub(super) struct Checkpoint<'a> {
    weights: Weights,
    precision: Precision,
    shelf: Option<Shelf>,
    team: &'a Team,
}

impl<'a> Checkpoint<'a> {
    /// `weights` of the model in `directory`, to be used as `settings` say.
    pub(super) fn new(weights: Weights, directory: &Path, settings: &'a Settings) -> Self {
        let precision = settings.precision;
        let shelf = (precision == Precision::Int8).then(|| Shelf::open(directory, weights.files()));
        Self { weights, precision, shelf, team: &settings.team }
    }

    /// Keeps what is quantised even if it is little.
    #[cfg(test)]
    pub(super) fn keeping_all(self) -> Self {
        Self { shelf: self.shelf.map(Shelf::keeping_all), ..self }
    }

    /// The weights themselves.
    pub(super) fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Keeps what was quantised for the next start. The weights, and whether something new is in a file now.
    pub(super) fn close(self) -> (Weights, bool) {
        (self.weights, self.shelf.is_some_and(Shelf::keep))
    }

    /// Linear layers of one input side by side, so that one product serves all; each has `outputs` outputs.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the tensor that is missing or of another shape.
    pub(super) fn linear(
        &mut self,
        parts: &[LinearName],
        inputs: usize,
        outputs: usize,
    ) -> Result<Linear, EngineError> {
        let key = &parts.first().map(|part| part.weight.clone()).unwrap_or_default();
        let all = outputs * parts.len();
        let weights = &self.weights;
        let rows = || {
            let rows = parts.iter().map(|part| rows_of(weights, part, inputs, outputs));
            Ok(Tensor::cat(&rows.collect::<Result<Vec<_>, EngineError>>()?, 0))
        };
        let weight = weight(self.precision, self.shelf.as_mut(), self.team, key, (all, inputs), rows)?;
        let bias = self.bias_of(parts, outputs)?;
        Ok(Linear::new(weight, bias, inputs, all))
    }

    /// The layer that scores tokens: some rows of a table, and their bias.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] as above.
    pub(super) fn scorer(
        &mut self,
        table: &[String],
        bias: Option<&str>,
        (vocabulary, width): (usize, usize),
        tokens: Option<&[i64]>,
    ) -> Result<Linear, EngineError> {
        let weights = &self.weights;
        let chosen = tokens.map(Tensor::from_slice);
        let choose = |tensor: Tensor| chosen.as_ref().map_or(tensor.shallow_clone(), |ids| tensor.index_select(0, ids));
        let outputs = tokens.map_or(vocabulary, <[i64]>::len);
        let rows = || Ok(choose(needed(weights, table, &[vocabulary as i64, width as i64])?));
        let weight = weight(self.precision, self.shelf.as_mut(), self.team, "scores", (outputs, width), rows)?;
        let bias = match bias {
            Some(name) => weights.take(&[name], &[1, vocabulary as i64])?.map(|bias| floats(&choose(bias.view([-1])))),
            None => None,
        };
        Ok(Linear::new(weight, bias.transpose()?, width, outputs))
    }

    fn bias_of(&self, parts: &[LinearName], outputs: usize) -> Result<Option<Vec<f32>>, EngineError> {
        if parts.iter().all(|part| part.bias.is_none()) {
            return Ok(None);
        }
        let mut all = Vec::with_capacity(parts.len() * outputs);
        for part in parts {
            match &part.bias {
                Some(name) => all.extend(self.vector(name, outputs, part.inputs_first)?),
                None => all.resize(all.len() + outputs, 0.0),
            }
        }
        Ok(Some(all))
    }

    /// # Errors
    /// [`EngineError::BadFile`] as above.
    pub(super) fn norm(&self, name: &NormName, width: usize, kind: NormKind) -> Result<Norm, EngineError> {
        let scale = self.vector(&name.scale, width, name.as_rows)?;
        Ok(match (kind, &name.bias) {
            (NormKind::Layer { eps }, Some(bias)) => {
                Norm::Layer { scale, bias: self.vector(bias, width, name.as_rows)?, eps }
            }
            (NormKind::Layer { eps }, None) => Norm::Layer { bias: vec![0.0; width], scale, eps },
            (NormKind::Rms { eps }, _) => Norm::Rms { scale, eps },
        })
    }

    fn vector(&self, name: &str, length: usize, as_row: bool) -> Result<Vec<f32>, EngineError> {
        let shape: &[i64] = if as_row { &[1, length as i64] } else { &[length as i64] };
        floats(&needed(&self.weights, &[name.to_owned()], shape)?)
    }
}

/// `[outputs, inputs]`.
fn rows_of(weights: &Weights, name: &LinearName, inputs: usize, outputs: usize) -> Result<Tensor, EngineError> {
    let names = std::slice::from_ref(&name.weight);
    if name.inputs_first {
        return Ok(needed(weights, names, &[inputs as i64, outputs as i64])?.transpose(0, 1).contiguous());
    }
    needed(weights, names, &[outputs as i64, inputs as i64])
}

fn weight(
    precision: Precision,
    shelf: Option<&mut Shelf>,
    team: &Team,
    key: &str,
    shape: (usize, usize),
    rows: impl FnOnce() -> Result<Tensor, EngineError>,
) -> Result<Weight, EngineError> {
    match (precision, shelf) {
        (Precision::Bf16, _) => Ok(Weight::Float(rows()?.to_kind(Kind::BFloat16))),
        (_, Some(shelf)) => {
            let make = || Ok(Packed::quantize(&floats(&rows()?)?, shape.1, team));
            shelf.take(key, shape, make).map(Weight::Int8)
        }
        _ => Ok(Weight::Float(rows()?)),
    }
}

/// A tensor that must be there, in 32 bits.
///
/// # Errors
/// [`EngineError::BadFile`] naming it when it is missing or of another shape.
pub(super) fn needed(weights: &Weights, names: &[String], shape: &[i64]) -> Result<Tensor, EngineError> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    weights.check_shape(&names, shape)?;
    weights.take(&names, shape)?.ok_or_else(|| EngineError::Failed(format!("{names:?} is missing")))
}

/// The values of a tensor, row after row.
///
/// # Errors
/// [`EngineError::Failed`] with libtorch's reason.
pub(super) fn floats(tensor: &Tensor) -> Result<Vec<f32>, EngineError> {
    let flat = tensor.to_kind(Kind::Float).contiguous().view([-1]);
    Vec::try_from(flat).map_err(|error: tch::TchError| EngineError::Failed(error.to_string()))
}
