//! Quantised weights kept from one start to the next.
//!
//! Quantising a model takes seconds, so the result is kept beside its weights as a safetensors file: for each linear
//! layer the packed weights, their scales and their sums. The file says which files it was made from and how, carries a
//! checksum of its data, and is used only while all of that is so. It is mapped, not read: what a model does not use
//! takes no memory, and two processes share what they do.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{BufWriter, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::packed::{Bytes, Packed};
use crate::engine::kernels::int8::packed_bytes;

/// Raised when the layout of packed weights changes, or how they are rounded.
const FORMAT: u32 = 1;
/// The file's name, beside the weights.
pub(super) const NAME: &str = "breve-int8.safetensors";
/// Models whose quantised weights take fewer bytes are quantised at each start: it takes a moment.
const WORTH_KEEPING_BYTES: usize = 32 << 20;
/// Where tensors begin, so that they lie on cache lines.
const ALIGNMENT: usize = 64;

/// The quantised weights of one model.
pub(super) struct Shelf {
    path: PathBuf,
    origin: Origin,
    kept: HashMap<String, Packed>,
    made: BTreeMap<String, Packed>,
    worth_keeping_bytes: usize,
}

/// What quantised weights were made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Origin {
    format: u32,
    files: Vec<Source>,
}

/// A file of weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Source {
    path: PathBuf,
    size_bytes: u64,
    modified_ns: u64,
    sha256: String,
}

impl Shelf {
    /// Looks for what is kept beside the weights in `files`.
    pub(super) fn open(directory: &Path, files: &[PathBuf]) -> Self {
        let path = directory.join(NAME);
        let origin = Origin { format: FORMAT, files: files.iter().map(|file| Source::now(file)).collect() };
        let kept = read(&path, &origin).unwrap_or_else(|reason| {
            if path.exists() {
                tracing::info!(path = %path.display(), %reason, "quantised weights are made anew");
            }
            HashMap::new()
        });
        Self { path, origin, kept, made: BTreeMap::new(), worth_keeping_bytes: WORTH_KEEPING_BYTES }
    }

    /// The weight called `key`, made by `make` unless it is kept.
    ///
    /// # Errors
    /// Those of `make`.
    pub(super) fn take<E>(
        &mut self,
        key: &str,
        shape: (usize, usize),
        make: impl FnOnce() -> Result<Packed, E>,
    ) -> Result<Packed, E> {
        let (outputs, inputs) = shape;
        let fits = |packed: &Packed| {
            packed.scales.len() == outputs && packed.weights.unsigned().len() == packed_bytes(inputs, outputs)
        };
        if let Some(packed) = self.kept.remove(key).filter(fits) {
            return Ok(Packed { inputs, ..packed });
        }
        let packed = make()?;
        self.made.insert(key.to_owned(), packed.clone());
        Ok(packed)
    }

    /// Keeps what was made, if that is worth it. Returns whether it now is in a file.
    pub(super) fn keep(mut self) -> bool {
        let size: usize = self.made.values().map(|packed| packed.weights.unsigned().len()).sum();
        if size < self.worth_keeping_bytes.max(1) {
            return false;
        }
        let written = self.origin.complete().and_then(|()| self.write());
        if let Err(error) = &written {
            tracing::warn!(path = %self.path.display(), %error, "quantised weights could not be kept: the next start makes them again");
        }
        written.is_ok()
    }

    /// Keeps what is made even if it is little.
    #[cfg(test)]
    pub(super) fn keeping_all(self) -> Self {
        Self { worth_keeping_bytes: 0, ..self }
    }

    fn write(&self) -> std::io::Result<()> {
        let directory = self.path.parent().unwrap_or(&self.path);
        let temporary = tempfile::Builder::new().prefix(".breve-int8-").tempfile_in(directory)?;
        let mut writer = BufWriter::with_capacity(1 << 20, temporary.as_file());
        let tensors = tensors_of(&self.made);
        let checksum = tensors.iter().fold(crc32fast::Hasher::new(), |mut checksum, (.., bytes)| {
            checksum.update(bytes);
            checksum
        });
        writer.write_all(&header(&tensors, &self.origin, checksum.finalize())?)?;
        for (.., bytes) in &tensors {
            writer.write_all(bytes)?;
        }
        writer.flush()?;
        drop(writer);
        temporary.as_file().sync_all()?;
        temporary.persist(&self.path)?;
        Ok(())
    }
}

impl Source {
    /// What can be seen of a file without reading it.
    fn now(path: &Path) -> Self {
        // Models are linked into place; what they link to is what changes.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let metadata = path.metadata().ok();
        let modified = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
        let since = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let size_bytes = metadata.map_or(0, |metadata| metadata.len());
        Self { path, size_bytes, modified_ns: u64::try_from(since.as_nanos()).unwrap_or(0), sha256: String::new() }
    }

    /// Whether this file, as seen now, is the one that `kept` tells of: untouched since, or else of the same content.
    fn is(&self, kept: &Self) -> bool {
        let untouched =
            (&self.path, self.size_bytes, self.modified_ns) == (&kept.path, kept.size_bytes, kept.modified_ns);
        untouched || self.size_bytes == kept.size_bytes && sha256(&self.path).is_ok_and(|sum| sum == kept.sha256)
    }
}

impl Origin {
    /// Reads the files for their hashes.
    fn complete(&mut self) -> std::io::Result<()> {
        for file in &mut self.files {
            file.sha256 = sha256(&file.path)?;
        }
        Ok(())
    }

    fn is(&self, kept: &Self) -> bool {
        let files = self.files.iter().zip(&kept.files);
        self.format == kept.format && self.files.len() == kept.files.len() && files.into_iter().all(|(a, b)| a.is(b))
    }
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let (mut file, mut hash, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 1 << 20]);
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&buffer[..count]);
    }
}

type Tensors<'a> = Vec<(String, &'static str, Vec<usize>, &'a [u8])>;

/// All tensors, those of bytes first: their sizes are multiples of cache lines.
fn tensors_of(packed: &BTreeMap<String, Packed>) -> Tensors<'_> {
    let bytes = packed.iter().map(|(key, packed)| {
        let weights = packed.weights.unsigned();
        (format!("{key}.weights"), "I8", vec![weights.len()], weights)
    });
    let scales = packed.iter().map(|(key, packed)| {
        (format!("{key}.scales"), "F32", vec![packed.scales.len()], bytemuck::cast_slice(&packed.scales))
    });
    let sums = packed.iter().map(|(key, packed)| {
        (format!("{key}.sums"), "I32", vec![packed.sums.len()], bytemuck::cast_slice(&packed.sums))
    });
    bytes.chain(scales).chain(sums).collect()
}

/// The length of the header, and the header: padded so that the tensors begin on a cache line.
fn header(tensors: &Tensors<'_>, origin: &Origin, checksum: u32) -> std::io::Result<Vec<u8>> {
    let mut at = 0;
    let mut members = Map::new();
    for (name, dtype, shape, bytes) in tensors {
        let end = at + bytes.len();
        members.insert(name.clone(), json!({ "dtype": dtype, "shape": shape, "data_offsets": [at, end] }));
        at = end;
    }
    let origin = serde_json::to_string(origin)?;
    members.insert("__metadata__".into(), json!({ "origin": origin, "crc32": checksum.to_string() }));
    let mut text = serde_json::to_vec(&Value::Object(members))?;
    text.resize((text.len() + 8).next_multiple_of(ALIGNMENT) - 8, b' ');
    let mut header = (text.len() as u64).to_le_bytes().to_vec();
    header.extend(text);
    Ok(header)
}

/// Maps what is kept at `path`.
///
/// # Errors
/// Why it cannot be used.
fn read(path: &Path, origin: &Origin) -> Result<HashMap<String, Packed>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    #[expect(unsafe_code, reason = "weights are larger than what should be read twice")]
    // SAFETY: the file is only ever replaced as a whole, by renaming; the map is only read.
    let map = Arc::new(unsafe { Mmap::map(&file) }.map_err(|error| error.to_string())?);
    // Streams of weights end at every page, so the larger the better. Where the file system has none, small ones do.
    #[cfg(target_os = "linux")]
    map.advise(memmap2::Advice::HugePage).ok();
    let (start, metadata) = SafeTensors::read_metadata(&map).map_err(|error| error.to_string())?;
    let described = metadata.metadata().as_ref().ok_or("it does not say what it was made from")?;
    let member = |name: &str| described.get(name).ok_or(format!("it has no {name}"));
    let kept: Origin = serde_json::from_str(member("origin")?).map_err(|error| error.to_string())?;
    if !origin.is(&kept) {
        return Err("the weights have changed".into());
    }
    // After the length, eight bytes, comes the header.
    let data = map.get(8 + start..).ok_or("it is cut short")?;
    if crc32fast::hash(data).to_string() != *member("crc32")? {
        return Err("its checksum is wrong".into());
    }
    let tensors = SafeTensors::deserialize(&map).map_err(|error| error.to_string())?;
    let keys = tensors.names().into_iter().filter_map(|name| name.strip_suffix(".weights").map(str::to_owned));
    keys.map(|key| Ok((key.clone(), packed_of(&map, &tensors, &key)?))).collect()
}

fn packed_of(map: &Arc<Mmap>, tensors: &SafeTensors<'_>, key: &str) -> Result<Packed, String> {
    let tensor = |part: &str, dtype: Dtype| {
        let view = tensors.tensor(&format!("{key}.{part}")).map_err(|error| error.to_string())?;
        (view.dtype() == dtype).then_some(view).ok_or(format!("{key}.{part} is of another type"))
    };
    let (weights, scales, sums) =
        (tensor("weights", Dtype::I8)?, tensor("scales", Dtype::F32)?, tensor("sums", Dtype::I32)?);
    if scales.shape() != sums.shape() {
        return Err(format!("{key} does not fit together"));
    }
    let start = weights.data().as_ptr() as usize - map.as_ptr() as usize;
    let range = start..start + weights.data().len();
    Ok(Packed {
        weights: Bytes::Mapped(Arc::clone(map), range),
        scales: bytemuck::pod_collect_to_vec(scales.data()),
        sums: bytemuck::pod_collect_to_vec(sums.data()),
        // Known to whoever takes it.
        inputs: 0,
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::engine::kernels::team::Team;

    const ROWS: [f32; 6] = [1.0, -2.0, 3.0, 0.5, 0.25, -0.125];

    fn made() -> Result<Packed, Infallible> {
        Ok(Packed::quantize(&ROWS, 3, &Team::new(1)))
    }

    fn must_be_kept() -> Result<Packed, String> {
        Err("it was not kept".into())
    }

    /// A directory with weights, and what is kept of them.
    fn kept() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let weights = directory.path().join("model.safetensors");
        std::fs::write(&weights, "weights").unwrap();
        let mut shelf = Shelf::open(directory.path(), std::slice::from_ref(&weights)).keeping_all();
        shelf.take("a", (2, 3), made).unwrap();
        shelf.take("b", (2, 3), made).unwrap();
        assert!(shelf.keep());
        (directory, weights)
    }

    fn reopen(directory: &Path, weights: &Path) -> Result<Packed, String> {
        Shelf::open(directory, &[weights.to_owned()]).take("a", (2, 3), must_be_kept)
    }

    #[test]
    fn what_was_made_is_there_at_the_next_start() {
        let (directory, weights) = kept();
        let (packed, made) = (reopen(directory.path(), &weights).unwrap(), made().unwrap());
        assert_eq!(packed.matrix().weights, made.matrix().weights);
        assert_eq!((packed.scales, packed.sums, packed.inputs), (made.scales, made.sums, made.inputs));
        assert!(matches!(packed.weights, Bytes::Mapped(_, range) if range.start % ALIGNMENT == 0));
    }

    #[test]
    fn weights_that_changed_are_quantised_anew() {
        let (directory, weights) = kept();
        std::fs::write(&weights, "WEIGHTS").unwrap();
        assert!(reopen(directory.path(), &weights).is_err());
    }

    #[test]
    fn weights_that_were_only_touched_are_not() {
        let (directory, weights) = kept();
        std::fs::write(&weights, "weights").unwrap();
        let file = File::options().write(true).open(&weights).unwrap();
        file.set_modified(UNIX_EPOCH).unwrap();
        assert!(reopen(directory.path(), &weights).is_ok());
    }

    #[test]
    fn a_damaged_file_is_not_used() {
        let (directory, weights) = kept();
        let path = directory.path().join(NAME);
        let whole = std::fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 40) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            std::fs::write(&path, &damaged).unwrap();
            // A changed blank of the header's padding or an escaped path may still read the same.
            if let Ok(packed) = reopen(directory.path(), &weights) {
                assert_eq!(packed.matrix().weights, made().unwrap().matrix().weights, "byte {at}");
            }
            std::fs::write(&path, &whole[..at]).unwrap();
            assert!(reopen(directory.path(), &weights).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_matrix_of_another_shape_is_not_taken() {
        let (directory, weights) = kept();
        let mut shelf = Shelf::open(directory.path(), &[weights]);
        assert!(shelf.take("a", (3, 3), must_be_kept).is_err());
        assert!(shelf.take("c", (2, 3), must_be_kept).is_err());
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_no_failure() {
        let directory = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::open(&directory.path().join("gone"), &[]).keeping_all();
        shelf.take("a", (2, 3), made).unwrap();
        assert!(!shelf.keep());
    }
}
