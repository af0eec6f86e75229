//! Pickles as data. Of all that a pickle can ask for, this knows what `torch.save` writes for a dictionary of tensors:
//! numbers, strings, tuples, lists, dictionaries, and the few names in [`construct`]. Everything else is refused.
//!
//! The opcodes are described in CPython's `pickletools.py`.

use std::collections::HashMap;

/// A value of a pickle.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// `None`, or something that has no part in tensors.
    Other,
    Int(i64),
    Text(String),
    /// A tuple or a list.
    Sequence(Vec<Value>),
    Dictionary(Vec<(Value, Value)>),
    /// A class or function by its name, not looked up.
    Name(String),
    /// A storage: its element type (`FloatStorage`) and its key.
    Storage {
        kind: String,
        key: String,
    },
    /// A view of a storage, in elements.
    Tensor {
        kind: String,
        key: String,
        offset: i64,
        shape: Vec<i64>,
        strides: Vec<i64>,
    },
    /// A module of libtorch: its attributes are set afterwards.
    Module(Vec<(Value, Value)>),
}

/// How deep values may lie in one another; torch.save needs five levels. A deeper one could overflow the stack.
const DEEPEST: usize = 32;
/// How much a pickle may make: values and bytes of their names, counted again when stored and when recalled. Ten times
/// what the largest models need.
const MOST_VALUES: usize = 4_000_000;

impl Value {
    fn children(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::Sequence(items) => Box::new(items.iter()),
            Self::Dictionary(items) | Self::Module(items) => {
                Box::new(items.iter().flat_map(|(key, value)| [key, value]))
            }
            _ => Box::new(std::iter::empty()),
        }
    }

    /// What this takes besides the values in it: one, and a byte or number each of what it holds.
    fn own_size(&self) -> usize {
        1 + match self {
            Self::Text(text) | Self::Name(text) => text.len(),
            Self::Storage { kind, key } => kind.len() + key.len(),
            Self::Tensor { kind, key, shape, strides, .. } => kind.len() + key.len() + shape.len() + strides.len(),
            _ => 0,
        }
    }

    /// The size of this value with those in it, and how deep they lie.
    fn measure(&self) -> (usize, usize) {
        let inside = self.children().map(Self::measure);
        inside.fold((self.own_size(), 1), |(count, depth), (other, deep)| (count + other, depth.max(deep + 1)))
    }
}

/// Reads one pickle from the start of `bytes`: its value, and how many bytes it took.
pub(super) fn read(bytes: &[u8]) -> Result<(Value, usize), String> {
    let mut machine = Machine { bytes, at: 0, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new(), made: 0 };
    loop {
        if let Some(value) = machine.step()? {
            return Ok((value, machine.at));
        }
    }
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    marks: Vec<usize>,
    /// No larger than what [`MOST_VALUES`] lets be stored.
    memo: HashMap<usize, Value>,
    made: usize,
}

impl Machine<'_> {
    fn take(&mut self, length: usize) -> Result<&[u8], String> {
        let end =
            self.at.checked_add(length).filter(|end| *end <= self.bytes.len()).ok_or("the pickle is cut short")?;
        let start = std::mem::replace(&mut self.at, end);
        Ok(&self.bytes[start..end])
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut number = [0; N];
        number.copy_from_slice(self.take(N)?);
        Ok(number)
    }

    fn length(&mut self) -> Result<usize, String> {
        Ok(u32::from_le_bytes(self.number()?) as usize)
    }

    fn byte(&mut self) -> Result<usize, String> {
        Ok(usize::from(self.number::<1>()?[0]))
    }

    fn text(&mut self, length: usize) -> Result<Value, String> {
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| "the pickle holds a string that is no UTF-8")?;
        Ok(Value::Text(text.to_owned()))
    }

    fn line(&mut self) -> Result<String, String> {
        let length = self.bytes[self.at..].iter().position(|byte| *byte == b'\n').ok_or("the pickle is cut short")?;
        let line = String::from_utf8_lossy(self.take(length)?).into_owned();
        self.at += 1;
        Ok(line)
    }

    fn pop(&mut self) -> Result<Value, String> {
        self.stack.pop().ok_or_else(|| "the pickle takes from an empty stack".to_owned())
    }

    fn top(&mut self) -> Result<&mut Value, String> {
        self.stack.last_mut().ok_or_else(|| "the pickle takes from an empty stack".to_owned())
    }

    fn since_mark(&mut self) -> Result<Vec<Value>, String> {
        let mark = self.marks.pop().filter(|mark| *mark <= self.stack.len()).ok_or("the pickle lacks a mark")?;
        Ok(self.stack.split_off(mark))
    }

    fn last(&mut self, count: usize) -> Result<Value, String> {
        let at = self.stack.len().checked_sub(count).ok_or("the pickle takes from an empty stack")?;
        Ok(Value::Sequence(self.stack.split_off(at)))
    }

    /// Carries out one opcode; gives the pickle's value at its end.
    fn step(&mut self) -> Result<Option<Value>, String> {
        let opcode = self.number::<1>()?[0];
        let value = match opcode {
            b'.' => return self.pop().map(Some),
            b'(' => {
                self.marks.push(self.stack.len());
                return Ok(None);
            }
            0x80 => return self.byte().map(|_| None),
            b'q' | b'r' | b'h' | b'j' => return self.remember(opcode).map(|()| None),
            b's' | b'u' | b'a' | b'e' | b'b' | b'0' => return self.change(opcode).map(|()| None),
            b'N' => Value::Other,
            0x88 => Value::Int(1),
            0x89 => Value::Int(0),
            b'J' | b'K' | b'M' | 0x8a | b'G' => self.scalar(opcode)?,
            b'X' => self.length().and_then(|length| self.text(length))?,
            b'T' => self.length().and_then(|length| self.text(length))?,
            b'U' => self.byte().and_then(|length| self.text(length))?,
            b')' | b']' => Value::Sequence(Vec::new()),
            b'}' => Value::Dictionary(Vec::new()),
            b't' | b'l' => Value::Sequence(self.since_mark()?),
            0x85..=0x87 => self.last(usize::from(opcode) - 0x84)?,
            b'c' => Value::Name(format!("{}.{}", self.line()?, self.line()?)),
            b'Q' => storage(self.pop()?)?,
            b'R' | 0x81 => self.construct()?,
            other => {
                return Err(format!("the pickle holds the opcode {other:#04x}, which no dictionary of tensors needs"));
            }
        };
        self.push(value, 1)?;
        Ok(None)
    }

    fn push(&mut self, value: Value, made: usize) -> Result<(), String> {
        self.charge(made)?;
        shallow(&value)?;
        self.stack.push(value);
        Ok(())
    }

    fn charge(&mut self, made: usize) -> Result<(), String> {
        self.made = self.made.saturating_add(made);
        if self.made > MOST_VALUES { Err("the pickle makes too many values".to_owned()) } else { Ok(()) }
    }

    fn scalar(&mut self, opcode: u8) -> Result<Value, String> {
        Ok(match opcode {
            b'J' => Value::Int(i64::from(i32::from_le_bytes(self.number()?))),
            b'K' => Value::Int(i64::from(self.number::<1>()?[0])),
            b'M' => Value::Int(i64::from(u16::from_le_bytes(self.number()?))),
            b'G' => self.number::<8>().map(|_| Value::Other)?,
            _ => {
                let length = self.byte()?;
                long(self.take(length)?)
            }
        })
    }

    fn remember(&mut self, opcode: u8) -> Result<(), String> {
        let index = if matches!(opcode, b'q' | b'h') { self.byte()? } else { self.length()? };
        if matches!(opcode, b'h' | b'j') {
            let (made, _) = self.memo.get(&index).ok_or("the pickle recalls what it never stored")?.measure();
            self.charge(made)?;
            let value = self.memo.get(&index).cloned().unwrap_or(Value::Other);
            return self.push(value, 0);
        }
        let (made, _) = self.top()?.measure();
        self.charge(made)?;
        let value = self.top()?.clone();
        self.memo.insert(index, value);
        Ok(())
    }

    /// Puts values into the container under them.
    fn change(&mut self, opcode: u8) -> Result<(), String> {
        let mut values = match opcode {
            b'u' | b'e' => self.since_mark()?,
            b's' => match self.last(2)? {
                Value::Sequence(pair) => pair,
                _ => Vec::new(),
            },
            _ => vec![self.pop()?],
        };
        values.iter().try_for_each(shallow)?;
        match (opcode, self.top().ok()) {
            (b'0', _) => {}
            (b'a' | b'e', Some(Value::Sequence(items))) => items.append(&mut values),
            (b's' | b'u', Some(Value::Dictionary(items))) => items.extend(pairs(values)),
            // libtorch's modules get their attributes as their state.
            (b'b', Some(Value::Module(attributes))) => {
                if let Some(Value::Dictionary(state)) = values.pop() {
                    attributes.extend(state);
                }
            }
            // The state of anything else (`_metadata` of a dictionary) has no part in its tensors.
            (b'b', Some(_)) => {}
            _ => return Err("the pickle puts values into what is no container".to_owned()),
        }
        Ok(())
    }

    fn construct(&mut self) -> Result<Value, String> {
        let arguments = match self.pop()? {
            Value::Sequence(arguments) => arguments,
            _ => return Err("the pickle calls without arguments".to_owned()),
        };
        match self.pop()? {
            Value::Name(name) => construct(&name, arguments),
            _ => Err("the pickle calls what has no name".to_owned()),
        }
    }
}

/// Leaves room for the container that the value is put into.
fn shallow(value: &Value) -> Result<(), String> {
    let too_deep =
        matches!(value, Value::Sequence(_) | Value::Dictionary(_) | Value::Module(_)) && value.measure().1 >= DEEPEST;
    if too_deep { Err("the pickle nests values too deep".to_owned()) } else { Ok(()) }
}

fn pairs(values: Vec<Value>) -> impl Iterator<Item = (Value, Value)> {
    let mut values = values.into_iter();
    std::iter::from_fn(move || Some((values.next()?, values.next()?)))
}

/// A little-endian two's-complement integer; one that does not fit in 64 bits has no part in tensors.
fn long(bytes: &[u8]) -> Value {
    if bytes.len() > 8 {
        return Value::Other;
    }
    let fill = if bytes.last().is_some_and(|byte| *byte >= 0x80) { 0xFF } else { 0 };
    let mut number = [fill; 8];
    number[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i64::from_le_bytes(number))
}

/// The only calls that are understood.
fn construct(name: &str, arguments: Vec<Value>) -> Result<Value, String> {
    match name {
        "collections.OrderedDict" => Ok(Value::Dictionary(Vec::new())),
        "torch._utils._rebuild_tensor_v2" => tensor(&arguments),
        "torch._utils._rebuild_parameter" => {
            arguments.into_iter().next().ok_or_else(|| "the pickle rebuilds a parameter from nothing".to_owned())
        }
        name if name.starts_with("__torch__.") => Ok(Value::Module(Vec::new())),
        name => Err(format!("it asks to call {name}, which no dictionary of tensors needs: refused")),
    }
}

fn tensor(arguments: &[Value]) -> Result<Value, String> {
    match arguments {
        [Value::Storage { kind, key }, Value::Int(offset), Value::Sequence(shape), Value::Sequence(strides), ..] => {
            let (shape, strides) = (numbers(shape)?, numbers(strides)?);
            if *offset < 0 || shape.len() != strides.len() || shape.iter().chain(&strides).any(|length| *length < 0) {
                return Err("a tensor has an impossible shape".to_owned());
            }
            Ok(Value::Tensor { kind: kind.clone(), key: key.clone(), offset: *offset, shape, strides })
        }
        _ => Err("a tensor is not described as torch.save does".to_owned()),
    }
}

fn numbers(values: &[Value]) -> Result<Vec<i64>, String> {
    let number = |value: &Value| match value {
        Value::Int(number) => Some(*number),
        _ => None,
    };
    values.iter().map(number).collect::<Option<_>>().ok_or_else(|| "a tensor's shape is not made of numbers".to_owned())
}

/// A persistent id: `("storage", torch.FloatStorage, key, device, elements, ..)`.
fn storage(id: Value) -> Result<Value, String> {
    match id {
        Value::Sequence(parts) => match parts.as_slice() {
            [Value::Text(tag), Value::Name(kind), Value::Text(key), ..] if tag == "storage" => {
                Ok(Value::Storage { kind: kind.rsplit('.').next().unwrap_or_default().to_owned(), key: key.clone() })
            }
            _ => Err("a storage is not described as torch.save does".to_owned()),
        },
        _ => Err("a storage is not described as torch.save does".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_call_of_anything_else_is_refused_by_name() {
        let error = read(b"\x80\x02cposix\nsystem\nX\x04\0\0\0true\x85R.").unwrap_err();
        assert!(error.contains("posix.system") && error.contains("refused"), "{error}");
    }

    #[test]
    fn pickles_that_would_exhaust_memory_or_stack_are_refused() {
        let nested = [&b")"[..], &[0x85; 100_000], b"."].concat();
        assert!(read(&nested).unwrap_err().contains("too deep"));
        // Each round makes a tuple of the last one, twice: 2^25 values in all.
        let doubled = [&b")q\0"[..], &b"h\0h\0\x86q\0".repeat(25), b"."].concat();
        assert!(read(&doubled).unwrap_err().contains("too many"));
        // A long text, and a list of many values, stored again and again, or recalled.
        let text = [&b"X\0\0\x01\0"[..], &[b'x'; 0x1_0000]].concat();
        let list = [&b"("[..], &b"N".repeat(0x1_0000), b"l"].concat();
        for made in [text, list] {
            let stored: Vec<u8> = (0..100_u32).flat_map(|index| [&b"r"[..], &index.to_le_bytes()].concat()).collect();
            assert!(read(&[&made[..], &stored, b"."].concat()).unwrap_err().contains("too many"));
            let recalled = [&made[..], b"q\0", &b"h\0".repeat(100), b"."].concat();
            assert!(read(&recalled).unwrap_err().contains("too many"));
        }
    }

    #[test]
    fn a_far_index_takes_no_memory_and_is_recalled() {
        let (value, _) = read(b"K\x07r\xff\xff\xff\xff0j\xff\xff\xff\xff.").unwrap();
        assert!(matches!(value, Value::Int(7)), "{value:?}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(prop_oneof![
            any::<u8>(),
            proptest::sample::select(b"().NJKMXUq h}]tlcQRsuaeb0\x80\x85\x86\x87\x8a\x81".to_vec()),
        ], 0..200)) {
            let _ = read(&bytes);
        }
    }
}
