//! The split of a byte-pair model, as `bpe_model.cc` of sentencepiece 0.2 finds it: the best-scored pair of
//! neighbours is joined until no pair makes a piece.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
};

use super::pieces::{Kind, Pieces};

struct Symbol {
    start: usize,
    end: usize,
    previous: Option<usize>,
    next: Option<usize>,
    /// A user-defined piece, never joined.
    fixed: bool,
}

#[derive(PartialEq)]
struct Pair {
    score: f32,
    left: usize,
    right: usize,
    length: usize,
}

impl Eq for Pair {}

impl Ord for Pair {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

struct Joiner<'a> {
    pieces: &'a Pieces,
    text: &'a str,
    symbols: Vec<Symbol>,
    agenda: BinaryHeap<Pair>,
    /// What unused pieces were made of, to take them apart again.
    parts: HashMap<&'a str, usize>,
}

/// Splits `text` into known pieces and unknown symbols: each one's id and its end in bytes.
pub(super) fn split(pieces: &Pieces, text: &str, fixed: impl Fn(&str) -> Option<usize>) -> Vec<(u32, usize)> {
    let mut joiner =
        Joiner { pieces, text, symbols: symbols(text, fixed), agenda: BinaryHeap::new(), parts: HashMap::new() };
    for index in 1..joiner.symbols.len() {
        joiner.propose(Some(index - 1), Some(index));
    }
    while let Some(pair) = joiner.agenda.pop() {
        joiner.join(&pair);
    }
    joiner.finish()
}

fn symbols(text: &str, fixed: impl Fn(&str) -> Option<usize>) -> Vec<Symbol> {
    let mut symbols: Vec<Symbol> = Vec::with_capacity(text.len());
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let whole = fixed(&text[start..]);
        let end = start + whole.unwrap_or(first.len_utf8());
        let index = symbols.len();
        if let Some(previous) = symbols.last_mut() {
            previous.next = Some(index);
        }
        symbols.push(Symbol { start, end, previous: index.checked_sub(1), next: None, fixed: whole.is_some() });
        start = end;
    }
    symbols
}

impl<'a> Joiner<'a> {
    fn propose(&mut self, left: Option<usize>, right: Option<usize>) {
        let (Some(left), Some(right)) = (left, right) else { return };
        let (first, second) = (&self.symbols[left], &self.symbols[right]);
        if first.fixed || second.fixed {
            return;
        }
        let text = &self.text[first.start..second.end];
        let Some(id) = self.pieces.find(text) else { return };
        if self.pieces.kind(id) == Kind::Unused {
            self.parts.insert(text, first.end - first.start);
        }
        self.agenda.push(Pair { score: self.pieces.score(id), left, right, length: text.len() });
    }

    fn join(&mut self, pair: &Pair) {
        let (left, right) = (&self.symbols[pair.left], &self.symbols[pair.right]);
        let stale = left.start == left.end || right.start == right.end;
        if stale || right.end - left.start != pair.length || left.next != Some(pair.right) {
            return;
        }
        let (end, next) = (right.end, right.next);
        self.symbols[pair.right].start = end;
        self.symbols[pair.left].end = end;
        self.symbols[pair.left].next = next;
        if let Some(next) = next {
            self.symbols[next].previous = Some(pair.left);
        }
        self.propose(self.symbols[pair.left].previous, Some(pair.left));
        self.propose(Some(pair.left), next);
    }

    fn finish(self) -> Vec<(u32, usize)> {
        let mut out = Vec::new();
        let mut index = (!self.symbols.is_empty()).then_some(0);
        while let Some(at) = index {
            let symbol = &self.symbols[at];
            self.emit(symbol.start, symbol.end, &mut out);
            index = symbol.next;
        }
        out
    }

    /// Unused pieces exist only on the way to longer ones; left over, they are taken apart.
    fn emit(&self, start: usize, end: usize, out: &mut Vec<(u32, usize)>) {
        let text = &self.text[start..end];
        let id = self.pieces.find(text);
        let unused = id.is_some_and(|id| self.pieces.kind(id) == Kind::Unused);
        match self.parts.get(text).filter(|_| unused) {
            Some(first) => {
                self.emit(start, start + first, out);
                self.emit(start + first, end, out);
            }
            None => out.push((id.unwrap_or(self.pieces.unknown), end)),
        }
    }
}
