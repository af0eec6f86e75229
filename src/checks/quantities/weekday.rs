//! Days of the week.

use super::{
    Kind,
    lexicon::{Reader, Term},
    parse::Found,
    token::{HYPHENS, Tokens},
    value::Reading,
};

/// `on Tuesday`, `el martes`. What may be part of a name, as in `Black Friday`, is only there to be found.
pub(super) fn read(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Found> {
    let Some(Term::Weekday(day)) = tokens.term(at) else { return None };
    let capital = tokens.get(at).is_some_and(|token| token.is_capitalised());
    let weak = match reader {
        Reader::English => !capital || is_named(tokens, at),
        _ => capital,
    };
    Some(Found { weak, ..Found::new(Kind::Date, at, at + 1, vec![Reading::Weekday(day)]) })
}

/// Whether a day beside the one at `at` has a capital or is joined to it: `Sunday Times`, `a post-Friday mood`.
fn is_named(tokens: &Tokens<'_>, at: usize) -> bool {
    let capital = |at: usize| tokens.get(at).is_some_and(|token| token.is_capitalised());
    let before = at.checked_sub(1);
    let led = before.is_some_and(|before| capital(before) && !LEADS.contains(&tokens.word(before)));
    let joined = before.is_some_and(|before| tokens.is_mark(before, HYPHENS)) || tokens.is_mark(at + 1, HYPHENS);
    let date = matches!(tokens.term(at + 1), Some(Term::Month(..) | Term::ShortMonth(_)));
    led || joined || (capital(at + 1) && !date)
}

/// What may begin a sentence before a day.
const LEADS: &[&str] =
    &["after", "before", "by", "early", "every", "from", "last", "late", "next", "on", "since", "this", "until"];
