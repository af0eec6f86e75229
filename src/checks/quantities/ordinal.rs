//! Ordinals in words and in Roman numerals, and fractions that are written with them.

use super::{
    Kind,
    lexicon::{Reader, Term},
    parse::Found,
    ratio::Ratio,
    token::Tokens,
    value::Reading,
};

/// The ordinal at `at`. First and second are weak: they stand for much else, as `segundo` and `at first` do.
pub(super) fn read(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Found> {
    match reader {
        Reader::Digits => None,
        _ => a_third(tokens, at).or_else(|| in_words(tokens, at, reader)).or_else(|| roman(tokens, at, reader)),
    }
}

fn found(value: u64, start: usize, next: usize) -> Found {
    let reading = Reading::Amount(Ratio::integer(value));
    Found { spelled: true, weak: value < 3, ..Found::new(Kind::Ordinal, start, next, vec![reading]) }
}

fn in_words(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Found> {
    if reader == Reader::Spanish && is_round(tokens, at) {
        return None;
    }
    if let Some((value, next)) = compound(tokens, at) {
        return Some(found(value, at, next));
    }
    let (Term::Ordinal(value) | Term::Ordinals(value)) = tokens.term(at)? else { return None };
    let mut ordinal = found(u64::from(value), at, at + 1);
    if matches!(tokens.word(at + 1), "parte" | "partes") && value > 2 {
        ordinal.readings.insert(0, Reading::Amount(Ratio::new(1, i128::from(value))?));
        (ordinal.next, ordinal.kind) = (at + 2, Kind::Number);
    }
    ordinal.weak |= is_noun(tokens.word(at)) || tokens.are(at, &["tercera", "edad"]);
    Some(ordinal)
}

/// `twenty-first`, `vigésimo primero`.
fn compound(tokens: &Tokens<'_>, at: usize) -> Option<(u64, usize)> {
    let last = tokens.past_hyphen(at + 1);
    let (Some(Term::Tens(tens)), Some(Term::Ordinal(unit @ 1..=9))) = (tokens.term(at), tokens.term(last)) else {
        return spanish_compound(tokens, at);
    };
    Some((u64::from(tens) + u64::from(unit), last + 1))
}

fn spanish_compound(tokens: &Tokens<'_>, at: usize) -> Option<(u64, usize)> {
    let spanish = tokens.word(at).ends_with("imo") || tokens.word(at).ends_with("ima");
    match (tokens.term(at), tokens.term(at + 1)) {
        (Some(Term::Ordinal(tens @ 10..100)), Some(Term::Ordinal(unit @ 1..=9))) if spanish => {
            Some((u64::from(tens) + u64::from(unit), at + 2))
        }
        _ => None,
    }
}

/// `cuartos de final`, quarterfinals.
fn is_round(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.are(at + 1, &["de", "final"])
}

/// Words that are nouns as often: somebody else, a room, an estate.
fn is_noun(word: &str) -> bool {
    matches!(word, "tercero" | "terceros" | "cuarto" | "cuartos" | "quinta" | "quintas" | "octavos")
}

/// `a third`, `a quarter`: parts when `of` follows, and perhaps otherwise.
fn a_third(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    let (Term::Fraction(value) | Term::Ordinal(value @ 3..)) = tokens.term(at + 1)? else { return None };
    if tokens.term(at) != Some(Term::Article) {
        return None;
    }
    let of = tokens.word(at + 2) == "of";
    if of && matches!(tokens.term(at + 3), Some(Term::Month(..))) {
        return None; // a Fourth of July parade
    }
    if of && tokens.term(at + 1) == Some(Term::Fraction(4)) && matches!(tokens.word(at + 3), "a") {
        return None; // a quarter of a million
    }
    let part = Reading::Amount(Ratio::new(1, i128::from(value))?);
    let place = Reading::Amount(Ratio::integer(u64::from(value)));
    let readings = if of { vec![part, place] } else { vec![place, part] };
    let weak = !of && value == 4;
    let kind = if of { Kind::Number } else { Kind::Ordinal };
    Some(Found { spelled: true, weak, ..Found::new(kind, at, at + 2, readings) })
}

/// Roman numerals: sure after `siglo`, weak in names. English has no `I` to be told from the pronoun.
fn roman(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Found> {
    let text = tokens.get(at)?.text;
    let word = text.strip_suffix("th").unwrap_or(text);
    let century = matches!(tokens.word_before(at), "siglo" | "siglos" | "century") || word.len() < text.len();
    let letter = word.len() == 1 && reader != Reader::Spanish; // English `I`
    let value = roman_value(word).filter(|_| century || (!letter && !tokens.is_glued(at)))?;
    Some(Found { weak: !century, ..found(value, at, at + 1) })
}

/// Up to 39; what is not the usual way to write its value is a word.
fn roman_value(word: &str) -> Option<u64> {
    const UNITS: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    let tens = word.bytes().take_while(|byte| *byte == b'X').count();
    let unit = UNITS.iter().position(|unit| word.get(tens..) == Some(unit))?;
    u64::try_from(tens * 10 + unit).ok().filter(|value| tens < 4 && *value > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_roman_numerals() {
        for (word, value) in [("II", 2), ("IV", 4), ("XIX", 19), ("XXI", 21), ("XXXIX", 39), ("X", 10)] {
            assert_eq!(roman_value(word), Some(value), "{word}");
        }
        for word in ["", "IIII", "VX", "IC", "MIX", "año", "XXXX"] {
            assert_eq!(roman_value(word), None, "{word}");
        }
    }
}
