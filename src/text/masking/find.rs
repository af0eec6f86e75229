//! Where a sentence has which terms.

use unicode_segmentation::GraphemeCursor;

use super::{Term, is_free};
use crate::domain::Span;

/// The `terms` in `sentence`, in order, apart from each other: longer ones win over shorter, then earlier ones over later, then
/// those written just so.
pub(super) fn matches<'a>(sentence: &str, terms: &'a [Term]) -> Vec<(Span, &'a Term)> {
    let places = |term: &'a Term| {
        occurrences(sentence, &term.source, term.exact).map(move |span| (span, term)).collect::<Vec<_>>()
    };
    let mut found: Vec<(Span, &Term)> = terms.iter().flat_map(places).collect();
    let just_so = |span: Span, term: &Term| sentence[span.start..span.end] == term.source;
    found.sort_by_key(|&(span, term)| (std::cmp::Reverse(span.end - span.start), span.start, !just_so(span, term)));
    let mut kept: Vec<(Span, &Term)> = Vec::new();
    for (span, term) in found {
        if is_free(&kept, span) {
            kept.push((span, term));
        }
    }
    kept.sort_by_key(|(span, _)| span.start);
    kept
}

/// Where `text` has `term` as whole words; unless `exact`, its first letter may be a capital or a small one.
pub(super) fn occurrences<'a>(text: &'a str, term: &str, exact: bool) -> impl Iterator<Item = Span> + use<'a> {
    let other = (!exact).then(|| toggled(term)).flatten();
    let mut found: Vec<Span> =
        [Some(term.to_owned()), other].iter().flatten().flat_map(|term| whole(text, term)).collect();
    found.sort_by_key(|span| span.start);
    found.into_iter().filter(|span| is_boundary(text, span.start) && is_boundary(text, span.end))
}

/// Where `text` has `part` with no letter or digit right before or after it. Places may overlap.
pub(super) fn whole<'a>(text: &'a str, part: &'a str) -> impl Iterator<Item = Span> + 'a {
    let starts = std::iter::successors(text.find(part), move |&at| {
        let next = at + text[at..].chars().next().map_or(1, char::len_utf8);
        text.get(next..)?.find(part).map(|found| next + found)
    });
    let alone = move |span: &Span| {
        let (before, after) = (text[..span.start].chars().next_back(), text[span.end..].chars().next());
        !before.is_some_and(joins) && !after.is_some_and(joins)
    };
    starts.map(move |at| Span::new(at, at + part.len())).filter(alone)
}

/// Whether `c` makes one word with a letter beside it. Scripts that have no blanks between words do not.
fn joins(c: char) -> bool {
    let unspaced = matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' |
        '\u{3005}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
    c.is_alphanumeric() && !unspaced
}

/// `term` with its first letter in the other case; `None` where that is no single letter.
fn toggled(term: &str) -> Option<String> {
    let first = term.chars().next()?;
    let mut upper = first.to_uppercase();
    let mut lower = first.to_lowercase();
    let other = if upper.len() == 1 && !first.is_uppercase() { upper.next()? } else { lower.next()? };
    (other != first).then(|| std::iter::once(other).chain(term.chars().skip(1)).collect())
}

/// Whether no character of several code points is cut at `at`.
fn is_boundary(text: &str, at: usize) -> bool {
    GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(false)
}
