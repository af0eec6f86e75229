//! Text that remembers where in the original each part of it stood.

use std::ops::Range;

use crate::domain::Span;

/// Cleaned text and the bytes of the original that it came from.
#[derive(Debug, Default)]
pub(super) struct Mapped {
    text: String,
    runs: Vec<Run>,
}

/// Neighbouring bytes: copied when both ranges are equally long, replaced as a whole otherwise.
#[derive(Debug)]
struct Run {
    cleaned: Range<usize>,
    original: Range<usize>,
}

impl Mapped {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Adds `c`, which stands for `original`.
    pub(super) fn push(&mut self, c: char, original: Range<usize>) {
        let start = self.text.len();
        self.text.push(c);
        let cleaned = start..self.text.len();
        match self.runs.last_mut() {
            Some(run) if run.is_copy() && cleaned.len() == original.len() && run.original.end == original.start => {
                run.cleaned.end = cleaned.end;
                run.original.end = original.end;
            }
            _ => self.runs.push(Run { cleaned, original }),
        }
    }

    /// Where the original holds `cleaned`, a range that is not empty.
    pub(super) fn original(&self, cleaned: Range<usize>) -> Span {
        let first = self.run_at(cleaned.start);
        let last = self.run_at(cleaned.end.saturating_sub(1));
        let start = match first {
            Some(run) if run.is_copy() => run.original.start + (cleaned.start - run.cleaned.start),
            Some(run) => run.original.start,
            None => 0,
        };
        let end = match last {
            Some(run) if run.is_copy() => run.original.start + (cleaned.end - run.cleaned.start),
            Some(run) => run.original.end,
            None => start,
        };
        Span::new(start, end)
    }

    fn run_at(&self, byte: usize) -> Option<&Run> {
        self.runs.get(self.runs.partition_point(|run| run.cleaned.end <= byte))
    }
}

impl Run {
    fn is_copy(&self) -> bool {
        self.cleaned.len() == self.original.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_copied_and_replaced_parts_back() {
        // "a&amp;ñ b" with the entity decoded and one blank dropped.
        let mut mapped = Mapped::default();
        for (c, range) in [('a', 0..1), ('&', 1..6), ('ñ', 6..8), (' ', 8..9), ('b', 10..11)] {
            mapped.push(c, range);
        }
        assert_eq!(mapped.text(), "a&ñ b");
        assert_eq!(mapped.original(0..2), Span::new(0, 6));
        assert_eq!(mapped.original(1..4), Span::new(1, 8));
        assert_eq!(mapped.original(5..6), Span::new(10, 11));
    }
}
