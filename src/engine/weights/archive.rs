//! Where the tensors lie in a file of `torch.save` (a zip archive since PyTorch 1.6, a row of pickles before) or of
//! tch's `VarStore::save` (a zip archive, `rust_model.ot`).

use std::{collections::HashMap, io::Cursor, ops::Range};

use tch::Kind;
use zip::{CompressionMethod, ZipArchive};

use super::{
    pickle::{self, Value},
    slot::Slot,
};

/// The tensors of the file by name.
pub(super) fn slots(map: &[u8]) -> Result<HashMap<String, Slot>, String> {
    let (value, storages) = if map.starts_with(b"PK") { zipped(map)? } else { legacy(map)? };
    let mut slots = HashMap::new();
    collect(value, "", &storages, &mut slots)?;
    if slots.is_empty() { Err("it holds no tensors".to_owned()) } else { Ok(slots) }
}

type Storages = HashMap<String, Range<usize>>;

fn zipped(map: &[u8]) -> Result<(Value, Storages), String> {
    let mut archive =
        ZipArchive::new(Cursor::new(map)).map_err(|error| format!("not a whole PyTorch file: {error}"))?;
    let mut storages = Storages::new();
    let mut pickle = None;
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(|error| format!("not a whole PyTorch file: {error}"))?;
        let path = file.name().map_err(|error| format!("not a whole PyTorch file: {error}"))?;
        // The first folder is named after the file; tensors are never compressed.
        let (Some((_, name)), CompressionMethod::Stored) = (path.split_once('/'), file.compression()) else {
            continue;
        };
        let start = file.data_start().and_then(|start| usize::try_from(start).ok()).ok_or("it is cut short")?;
        let size = usize::try_from(file.size()).map_err(|_| "it is cut short")?;
        let bytes = start..start.checked_add(size).filter(|end| *end <= map.len()).ok_or("it is cut short")?;
        match name.strip_prefix("data/") {
            Some(key) => drop(storages.insert(key.to_owned(), bytes)),
            None if name == "data.pkl" => pickle = Some(bytes),
            None => {}
        }
    }
    let pickle = pickle.ok_or("not a PyTorch file: it has no data.pkl")?;
    Ok((pickle::read(&map[pickle])?.0, storages))
}

/// The number that files of `torch.save` before PyTorch 1.6 start with, as a pickled integer.
const LEGACY_START: [u8; 14] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

fn legacy(map: &[u8]) -> Result<(Value, Storages), String> {
    if !map.starts_with(&LEGACY_START) {
        // A bare pickle: say what it asks for, where that is readable.
        let reason = pickle::read(map).err().unwrap_or_default();
        return Err(format!("not a PyTorch file: {reason}"));
    }
    let mut at = 0;
    let mut next = || -> Result<Value, String> {
        let (value, length) = pickle::read(&map[at..])?;
        at += length;
        Ok(value)
    };
    let (_number, _protocol, _system) = (next()?, next()?, next()?);
    let (value, keys) = (next()?, next()?);
    let Value::Sequence(keys) = keys else { return Err("it has no list of storages".to_owned()) };
    let mut kinds = HashMap::new();
    element_sizes(&value, &mut kinds)?;
    let mut storages = Storages::new();
    for key in keys {
        let Value::Text(key) = key else { return Err("it has no list of storages".to_owned()) };
        let (count, _) = map[at..].split_first_chunk().ok_or("it is cut short")?;
        let count = usize::try_from(i64::from_le_bytes(*count)).map_err(|_| "it is damaged")?;
        let size = kinds.get(&key).ok_or_else(|| format!("its storage {key} belongs to no tensor"))?;
        let end = count.checked_mul(*size).and_then(|size| size.checked_add(at + 8)).filter(|end| *end <= map.len());
        storages.insert(key, at + 8..end.ok_or("it is cut short")?);
        at = end.unwrap_or(at);
    }
    Ok((value, storages))
}

/// The bytes of an element, by storage.
fn element_sizes(value: &Value, sizes: &mut HashMap<String, usize>) -> Result<(), String> {
    match value {
        Value::Dictionary(items) => items.iter().try_for_each(|(_, value)| element_sizes(value, sizes)),
        Value::Tensor { kind, key, .. } => {
            sizes.insert(key.clone(), element_kind(kind)?.elt_size_in_bytes());
            Ok(())
        }
        _ => Ok(()),
    }
}

/// tch writes the dots in a tensor's name as bars, since libtorch forbids dots.
fn collect(value: Value, name: &str, storages: &Storages, slots: &mut HashMap<String, Slot>) -> Result<(), String> {
    match value {
        Value::Dictionary(items) | Value::Module(items) => items.into_iter().try_for_each(|(key, value)| {
            let Value::Text(key) = key else { return Ok(()) };
            let key = key.replace('|', ".");
            let name = if name.is_empty() { key } else { format!("{name}.{key}") };
            collect(value, &name, storages, slots)
        }),
        Value::Tensor { kind, key, offset, shape, strides } => {
            let kind = element_kind(&kind)?;
            let storage = storages.get(&key).ok_or_else(|| format!("{name} has no data"))?;
            let skip = usize::try_from(offset).ok().and_then(|offset| offset.checked_mul(kind.elt_size_in_bytes()));
            let start = skip.and_then(|skip| skip.checked_add(storage.start)).filter(|start| *start <= storage.end);
            let start = start.ok_or_else(|| format!("{name} is cut short"))?;
            slots.insert(name.to_owned(), Slot { kind, shape, strides, bytes: start..storage.end });
            Ok(())
        }
        _ => Ok(()),
    }
}

fn element_kind(storage: &str) -> Result<Kind, String> {
    match storage {
        "DoubleStorage" => Ok(Kind::Double),
        "FloatStorage" => Ok(Kind::Float),
        "HalfStorage" => Ok(Kind::Half),
        "BFloat16Storage" => Ok(Kind::BFloat16),
        "LongStorage" => Ok(Kind::Int64),
        "IntStorage" => Ok(Kind::Int),
        "CharStorage" => Ok(Kind::Int8),
        "ByteStorage" => Ok(Kind::Uint8),
        other => Err(format!("it holds a {other}, which is not supported")),
    }
}
