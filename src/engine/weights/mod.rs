//! Weights from files into a network, as data only: nothing that a file says is ever run. Files are mapped into memory;
//! tensors are copied out of them in 32 bits ([`Weights::take`]) or used where they lie ([`Weights::view`]).
//!
//! safetensors are read by the `safetensors` crate. PyTorch's `.bin` and libtorch's `.ot` hold a pickle; it is read by
//! [`pickle`], which knows tensors, dictionaries and numbers and refuses the rest by name, instead of by libtorch,
//! whose loader of `.ot` files runs the TorchScript code that they may carry.

mod archive;
mod files;
mod pickle;
mod slot;

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
};

use memmap2::Mmap;
use tch::{Kind, Tensor, nn::VarStore};

use self::slot::Slot;
use crate::engine::EngineError;

/// Files of weights, open.
#[derive(Debug)]
pub(in crate::engine) struct Weights {
    /// What stands for all files in messages.
    path: PathBuf,
    files: Vec<PathBuf>,
    maps: Vec<Mmap>,
    /// Where each tensor lies, and in which file.
    slots: HashMap<String, (usize, Slot)>,
}

/// A tensor's name, its file's place among the maps, and where it lies there.
type Found<'a> = (&'a String, &'a (usize, Slot));

/// A tensor where it lies in its file.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct View<'a> {
    /// From its first element to its last, in the machine's memory order; aligned only as far as its file does it.
    pub(in crate::engine) bytes: &'a [u8],
    /// Its numbers.
    pub(in crate::engine) kind: Kind,
    /// Whether it lies there row by row, without gaps.
    pub(in crate::engine) contiguous: bool,
}

impl Weights {
    /// Opens the weights of the model in `directory`.
    ///
    /// # Errors
    /// [`EngineError`] when there are none, or a file is damaged or holds more than data.
    pub(in crate::engine) fn open(directory: &Path) -> Result<Self, EngineError> {
        let (path, parts) = files::of_model(directory)?;
        let mut weights = Self { path, files: Vec::new(), maps: Vec::new(), slots: HashMap::new() };
        parts.iter().try_for_each(|part| weights.add(part))?;
        Ok(weights)
    }

    /// Opens one file of weights: safetensors by its extension, else a pickle.
    ///
    /// # Errors
    /// [`EngineError`] when it is missing, damaged or holds more than data.
    pub(in crate::engine) fn open_file(path: &Path) -> Result<Self, EngineError> {
        if !path.is_file() {
            return Err(EngineError::MissingFile { path: path.to_owned() });
        }
        let mut weights = Self { path: path.to_owned(), files: Vec::new(), maps: Vec::new(), slots: HashMap::new() };
        weights.add(path)?;
        Ok(weights)
    }

    fn add(&mut self, path: &Path) -> Result<(), EngineError> {
        let bad = |reason: String| EngineError::BadFile { path: path.to_owned(), reason };
        let file = File::open(path).map_err(|error| bad(error.to_string()))?;
        #[expect(unsafe_code, reason = "weights are larger than what can be read twice")]
        // SAFETY: the store never changes a model's files in place, only by renaming whole ones; the map is only read.
        let map = unsafe { Mmap::map(&file) }.map_err(|error| bad(error.to_string()))?;
        let slots = match path.extension().and_then(|extension| extension.to_str()) {
            Some("safetensors") => slot::of_safetensors(&map),
            _ => archive::slots(&map),
        };
        let index = self.maps.len();
        self.slots.extend(slots.map_err(bad)?.into_iter().map(|(name, slot)| (name, (index, slot))));
        self.maps.push(map);
        self.files.push(path.to_owned());
        Ok(())
    }

    /// The file, or the index of several.
    pub(in crate::engine) fn path(&self) -> &Path {
        &self.path
    }

    /// The files.
    pub(in crate::engine) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// A tensor by its first name that the files know, in 32 bits; `None` where they know none of them.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the tensor when its shape is not `shape` or its data are not all there.
    pub(in crate::engine) fn take(&self, names: &[&str], shape: &[i64]) -> Result<Option<Tensor>, EngineError> {
        let Some((name, (file, slot))) = self.find(names, shape)? else { return Ok(None) };
        let tensor = slot.read(&self.maps[*file]).map_err(|reason| self.bad(format_args!("{name} {reason}")))?;
        Ok(Some(tensor))
    }

    /// A tensor by its first name that the files know, where it lies; `None` where they know none of them.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the tensor when its shape is not `shape` or its data are not all there.
    pub(in crate::engine) fn view(&self, names: &[&str], shape: &[i64]) -> Result<Option<View<'_>>, EngineError> {
        let Some((name, (file, slot))) = self.find(names, shape)? else { return Ok(None) };
        let bytes = slot.elements(&self.maps[*file]).map_err(|reason| self.bad(format_args!("{name} {reason}")))?;
        Ok(Some(View { bytes, kind: slot.kind, contiguous: slot.is_contiguous() }))
    }

    /// Whether the tensor has the shape that it should have, without reading it.
    ///
    /// # Errors
    /// [`EngineError::BadFile`] naming the tensor when it is missing or has another shape.
    pub(in crate::engine) fn check_shape(&self, names: &[&str], shape: &[i64]) -> Result<(), EngineError> {
        let missing = || self.bad(format_args!("{} is missing", names.first().copied().unwrap_or_default()));
        self.find(names, shape)?.map(drop).ok_or_else(missing)
    }

    /// The number of tensors.
    pub(in crate::engine) fn len(&self) -> usize {
        self.slots.len()
    }

    fn find(&self, names: &[&str], shape: &[i64]) -> Result<Option<Found<'_>>, EngineError> {
        match names.iter().find_map(|name| self.slots.get_key_value(*name)) {
            Some((name, (_, slot))) if slot.shape != shape => {
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
    pub(in crate::engine) fn fill(
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

    /// An error about the weights.
    pub(in crate::engine) fn bad(&self, reason: impl std::fmt::Display) -> EngineError {
        EngineError::BadFile { path: self.path.clone(), reason: format!("not this model's weights: {reason}") }
    }
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
