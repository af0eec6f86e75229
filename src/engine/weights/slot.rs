//! Where a tensor lies in a file, and how it is read from there.

use std::{collections::HashMap, ops::Range};

use safetensors::{Dtype, SafeTensors};
use tch::{Kind, Tensor};

/// Where a tensor lies in a file.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) kind: Kind,
    pub(super) shape: Vec<i64>,
    /// Elements from one index of a dimension to the next.
    pub(super) strides: Vec<i64>,
    /// Bytes from the start of the file; the whole storage from the tensor's first element on.
    pub(super) bytes: Range<usize>,
}

impl Slot {
    /// The tensor in 32 bits.
    ///
    /// # Errors
    /// What is wrong with it, to be said after its name.
    pub(super) fn read(&self, map: &[u8]) -> Result<Tensor, String> {
        let bytes = self.elements(map)?;
        let count = i64::try_from(bytes.len() / self.kind.elt_size_in_bytes()).unwrap_or(0);
        let flat = Tensor::f_from_data_size(bytes, &[count], self.kind);
        let tensor = flat.and_then(|flat| flat.f_as_strided(&self.shape[..], &self.strides[..], 0));
        tensor
            .map(|tensor| tensor.contiguous().to_kind(Kind::Float))
            .map_err(|error| format!("cannot be read: {error}"))
    }

    /// The bytes from the tensor's first element to its last.
    pub(super) fn elements<'a>(&self, map: &'a [u8]) -> Result<&'a [u8], String> {
        let bytes = map.get(self.bytes.clone()).ok_or("is cut short")?;
        let last = self
            .shape
            .iter()
            .zip(&self.strides)
            .try_fold(0_i64, |last, (length, stride)| last.checked_add((length - 1).checked_mul(*stride)?));
        let elements = last.and_then(|last| usize::try_from(last).ok()?.checked_add(1)).ok_or("is cut short")?;
        let needed = if self.shape.contains(&0) { 0 } else { elements };
        let size = needed.checked_mul(self.kind.elt_size_in_bytes());
        Ok(size.and_then(|size| bytes.get(..size)).ok_or("is cut short")?)
    }

    /// Whether it lies in memory row by row.
    pub(super) fn is_contiguous(&self) -> bool {
        let of_one = |(length, _): &(&i64, &i64)| **length != 1;
        let needed = row_strides(&self.shape);
        let strides = |strides: &[i64]| {
            self.shape.iter().zip(strides).filter(|pair| of_one(&(pair.0, pair.1))).map(|(_, stride)| *stride).collect()
        };
        let (found, needed): (Vec<i64>, Vec<i64>) = (strides(&self.strides), strides(&needed));
        found == needed
    }
}

/// The strides of a tensor that lies in memory row by row.
fn row_strides(shape: &[i64]) -> Vec<i64> {
    let mut strides = vec![1; shape.len()];
    for index in (1..shape.len()).rev() {
        strides[index - 1] = strides[index] * shape[index];
    }
    strides
}

/// The tensors of a safetensors file by name.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn of_safetensors(map: &[u8]) -> Result<HashMap<String, Slot>, String> {
    let file = SafeTensors::deserialize(map).map_err(|error| format!("not a whole safetensors file: {error}"))?;
    file.iter().map(|(name, view)| Ok((name.to_owned(), of_view(map, name, &view)?))).collect()
}

fn of_view(map: &[u8], name: &str, view: &safetensors::tensor::TensorView<'_>) -> Result<Slot, String> {
    let kind = match view.dtype() {
        Dtype::F64 => Kind::Double,
        Dtype::F32 => Kind::Float,
        Dtype::F16 => Kind::Half,
        Dtype::BF16 => Kind::BFloat16,
        Dtype::I64 => Kind::Int64,
        Dtype::I32 => Kind::Int,
        Dtype::I8 => Kind::Int8,
        Dtype::U8 => Kind::Uint8,
        other => return Err(format!("{name} is of the type {other:?}, which is not supported")),
    };
    let shape: Vec<i64> = view.shape().iter().map(|length| i64::try_from(*length).unwrap_or(i64::MAX)).collect();
    let start = view.data().as_ptr() as usize - map.as_ptr() as usize;
    let strides = row_strides(&shape);
    Ok(Slot { kind, shape, strides, bytes: start..start + view.data().len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tensor_is_contiguous_when_its_rows_follow_each_other() {
        for (shape, strides, expected) in [
            (&[2, 3][..], &[3, 1][..], true),
            (&[2, 3], &[1, 2], false),
            (&[1, 3], &[7, 1], true),
            (&[2, 3], &[4, 1], false),
            (&[], &[], true),
        ] {
            let slot = Slot { kind: Kind::Float, shape: shape.to_vec(), strides: strides.to_vec(), bytes: 0..24 };
            assert_eq!(slot.is_contiguous(), expected, "{shape:?} {strides:?}");
        }
    }
}
