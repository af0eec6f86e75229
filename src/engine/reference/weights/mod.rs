//! Weights from a file into a network, as data only: nothing that a file says is ever run.
//!
//! safetensors are read by the `safetensors` crate. PyTorch's `.bin` and libtorch's `.ot` hold a pickle; it is read by
//! [`pickle`], which knows tensors, dictionaries and numbers and refuses the rest by name, instead of by libtorch,
//! whose loader of `.ot` files runs the TorchScript code that they may carry.

mod archive;
mod pickle;

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
};

use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors};
use tch::{Kind, Tensor, nn::VarStore};

use crate::engine::EngineError;

/// The names that weights go by, in the order in which they are looked for.
const FILES: [&str; 3] = ["model.safetensors", "pytorch_model.bin", "rust_model.ot"];

/// Where a tensor lies in a file.
struct Slot {
    kind: Kind,
    shape: Vec<i64>,
    /// Elements from one index of a dimension to the next.
    strides: Vec<i64>,
    /// Bytes from the start of the file; the whole storage from the tensor's first element on.
    bytes: std::ops::Range<usize>,
}

/// A file of weights, open.
pub(super) struct Weights {
    path: PathBuf,
    map: Mmap,
    slots: HashMap<String, Slot>,
}

impl Weights {
    /// Opens the weights of the model in `directory`.
    ///
    /// # Errors
    /// [`EngineError`] when there are none, or the file is damaged, in several parts, or holds more than data.
    pub(super) fn open(directory: &Path) -> Result<Self, EngineError> {
        let Some(path) = FILES.iter().map(|name| directory.join(name)).find(|path| path.exists()) else {
            return Err(missing(directory));
        };
        let bad = |reason: String| EngineError::BadFile { path: path.clone(), reason };
        let file = File::open(&path).map_err(|error| bad(error.to_string()))?;
        #[expect(unsafe_code, reason = "weights are larger than what can be read twice")]
        // SAFETY: the store never changes a model's files in place, only by renaming whole ones; the map is only read.
        let map = unsafe { Mmap::map(&file) }.map_err(|error| bad(error.to_string()))?;
        let slots = match path.extension().and_then(|extension| extension.to_str()) {
            Some("safetensors") => safetensors_slots(&map),
            _ => archive::slots(&map),
        };
        Ok(Self { slots: slots.map_err(bad)?, map, path })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A tensor by its first name that the file knows, in 32 bits; `None` where it knows none of them.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the tensor when its shape is not `shape` or its data are not all there.
    pub(super) fn take(&self, names: &[&str], shape: &[i64]) -> Result<Option<Tensor>, EngineError> {
        let Some((name, slot)) = self.find(names, shape)? else { return Ok(None) };
        let tensor = slot.read(&self.map).map_err(|reason| self.bad(format_args!("{name} {reason}")))?;
        Ok(Some(tensor))
    }

    /// Whether the tensor has the shape that it should have, without reading it.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the tensor when it is missing or has another shape.
    pub(super) fn check_shape(&self, names: &[&str], shape: &[i64]) -> Result<(), EngineError> {
        let missing = || self.bad(format_args!("{} is missing", names.first().copied().unwrap_or_default()));
        self.find(names, shape)?.map(drop).ok_or_else(missing)
    }

    /// The number of tensors.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    fn find(&self, names: &[&str], shape: &[i64]) -> Result<Option<(&String, &Slot)>, EngineError> {
        match names.iter().find_map(|name| self.slots.get_key_value(*name)) {
            Some((name, slot)) if slot.shape != shape => {
                Err(self.bad(format_args!("{name} has the shape {:?}, not {shape:?}", slot.shape)))
            }
            found => Ok(found),
        }
    }

    /// Fills every variable of `store`. `names` lists what a variable may be called, `absent` gives its value where the
    /// file may leave it out.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the first variable that the file does not fill.
    pub(super) fn fill(
        &self,
        store: &VarStore,
        names: impl Fn(&str) -> Vec<String>,
        absent: impl Fn(&str, &[i64]) -> Option<Tensor>,
    ) -> Result<(), EngineError> {
        let mut variables: Vec<_> = store.variables().into_iter().collect();
        variables.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (name, mut variable) in variables {
            let others = names(&name);
            let all: Vec<&str> = std::iter::once(name.as_str()).chain(others.iter().map(String::as_str)).collect();
            let shape = variable.size();
            let tensor = self.take(&all, &shape)?.or_else(|| absent(&name, &shape));
            let tensor = tensor.ok_or_else(|| self.bad(format_args!("{name} is missing")))?;
            tch::no_grad(|| variable.set_data(&tensor));
        }
        Ok(())
    }

    fn bad(&self, reason: impl std::fmt::Display) -> EngineError {
        EngineError::BadFile { path: self.path.clone(), reason: format!("not this model's weights: {reason}") }
    }
}

fn missing(directory: &Path) -> EngineError {
    for index in ["model.safetensors.index.json", "pytorch_model.bin.index.json"] {
        let path = directory.join(index);
        if path.exists() {
            return EngineError::BadFile { path, reason: "weights in several files are not supported".to_owned() };
        }
    }
    EngineError::MissingFile { path: directory.join(FILES[0]) }
}

impl Slot {
    fn read(&self, map: &[u8]) -> Result<Tensor, String> {
        let bytes = map.get(self.bytes.clone()).ok_or("is cut short")?;
        let size = self.kind.elt_size_in_bytes();
        let last = self
            .shape
            .iter()
            .zip(&self.strides)
            .try_fold(0_i64, |last, (length, stride)| last.checked_add((length - 1).checked_mul(*stride)?));
        let elements = last.and_then(|last| usize::try_from(last).ok()?.checked_add(1)).ok_or("is cut short")?;
        let needed = if self.shape.contains(&0) { 0 } else { elements };
        let bytes = needed.checked_mul(size).and_then(|size| bytes.get(..size)).ok_or("is cut short")?;
        let flat = Tensor::f_from_data_size(bytes, &[i64::try_from(needed).unwrap_or(0)], self.kind);
        let tensor = flat.and_then(|flat| flat.f_as_strided(&self.shape[..], &self.strides[..], 0));
        tensor
            .map(|tensor| tensor.contiguous().to_kind(Kind::Float))
            .map_err(|error| format!("cannot be read: {error}"))
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

fn safetensors_slots(map: &[u8]) -> Result<HashMap<String, Slot>, String> {
    let file = SafeTensors::deserialize(map).map_err(|error| format!("not a whole safetensors file: {error}"))?;
    file.iter().map(|(name, view)| Ok((name.to_owned(), safetensors_slot(map, name, &view)?))).collect()
}

fn safetensors_slot(map: &[u8], name: &str, view: &safetensors::tensor::TensorView<'_>) -> Result<Slot, String> {
    let kind = match view.dtype() {
        Dtype::F64 => Kind::Double,
        Dtype::F32 => Kind::Float,
        Dtype::F16 => Kind::Half,
        Dtype::BF16 => Kind::BFloat16,
        Dtype::I64 => Kind::Int64,
        Dtype::I32 => Kind::Int,
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

    fn goldens() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/bart")
    }

    #[test]
    fn rust_bert_files_hold_the_same_tensors_as_the_hub_s() {
        let tensors = Tensor::read_safetensors(goldens().join("model.safetensors")).unwrap();
        let directory = tempfile::tempdir().unwrap();
        Tensor::save_multi(&tensors, directory.path().join("rust_model.ot")).unwrap();
        let weights = Weights::open(directory.path()).unwrap();
        assert_eq!(weights.len(), tensors.len());
        for (name, tensor) in tensors {
            let read = weights.take(&[&name], &tensor.size()).unwrap();
            assert_eq!(read, Some(tensor), "{name}");
        }
    }

    #[test]
    fn a_file_cut_short_anywhere_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let whole = directory.path().join("whole.ot");
        Tensor::save_multi(&[("a.b", Tensor::ones([30], (Kind::Float, tch::Device::Cpu)))], &whole).unwrap();
        let bytes = std::fs::read(&whole).unwrap();
        for length in (0..bytes.len()).step_by(7) {
            std::fs::write(directory.path().join("rust_model.ot"), &bytes[..length]).unwrap();
            assert!(Weights::open(directory.path()).is_err(), "{length} of {} bytes", bytes.len());
        }
    }
}
