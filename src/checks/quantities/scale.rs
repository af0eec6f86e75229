//! What follows a number and changes its value: scale words, dozens, fractions, `and a half`.

use super::{
    lexicon::{Reader, Term},
    numeral::{self, Numeral},
    ratio::Ratio,
    token::Tokens,
};

/// Takes in all that belongs to the number.
pub(super) fn extend(numeral: &mut Numeral, tokens: &Tokens<'_>, reader: Reader) {
    if ordinal_suffix(numeral, tokens, reader) {
        return;
    }
    if fraction(numeral, tokens) {
        return of_a_million(numeral, tokens);
    }
    let last = if numeral.spelled { noun(tokens, numeral.next - 1) } else { None };
    and_a_half(numeral, tokens, last.unwrap_or(Ratio::integer(1)));
    while let Some((factor, next)) = scale_word(tokens, numeral, reader) {
        numeral.scale(factor, next);
        and_a_half(numeral, tokens, factor);
    }
    if reader == Reader::Spanish && !numeral.spelled {
        in_parts(numeral, tokens);
    }
    noun_and_a_half(numeral, tokens, reader);
}

/// `1st`, `1.º`, `1er`.
fn ordinal_suffix(numeral: &mut Numeral, tokens: &Tokens<'_>, reader: Reader) -> bool {
    let next = numeral.next;
    let at = if tokens.is_mark(next, &['.']) && tokens.is_glued(next) { next + 1 } else { next };
    let suffix = tokens.word(at);
    let sign = tokens.is_mark(at, &['º', 'ª', '°']);
    let letters = match reader {
        Reader::English => at == next && matches!(suffix, "st" | "nd" | "rd" | "th"),
        Reader::Spanish => SUFFIXES.contains(&suffix),
        Reader::Digits => false,
    };
    numeral.ordinal = !numeral.spelled && numeral.bare && tokens.is_glued(at) && (sign || letters);
    if numeral.ordinal {
        (numeral.next, numeral.bare) = (at + 1, false);
    }
    numeral.ordinal
}

const SUFFIXES: &[&str] =
    &["er", "ero", "era", "ro", "ra", "do", "da", "to", "ta", "mo", "ma", "vo", "va", "no", "na", "os", "as", "o", "a"];

/// `two-thirds`, `tres cuartas partes`. `One third`, `un tercer` may be the third one too.
fn fraction(numeral: &mut Numeral, tokens: &Tokens<'_>) -> bool {
    let Some((denominator, next)) = denominator(numeral, tokens) else { return false };
    let part = numeral.whole().filter(|value| numeral.spelled && *value < u64::from(denominator));
    let Some(value) = part.and_then(|value| Ratio::integer(value).over(u64::from(denominator))) else { return false };
    let also = match tokens.term(next - 1) {
        Some(Term::Ordinal(_)) if part == Some(1) => Some(u64::from(denominator)),
        Some(Term::Fraction(4)) => part, // quarters of years
        _ => None,
    };
    numeral.readings = std::iter::once(value).chain(also.map(Ratio::integer)).collect();
    numeral.weak = part == Some(1) && is_thing(tokens, next);
    numeral.next = next;
    true
}

/// `two thirds of a million`, `un cuarto de millón`.
fn of_a_million(numeral: &mut Numeral, tokens: &Tokens<'_>) {
    let at = numeral::of_noun(tokens, numeral.next - 1);
    if let Some(factor) = noun(tokens, at).filter(|_| at > numeral.next) {
        numeral.scale(factor, at + 1);
    }
}

/// `un cuarto`, `un tercero`: a room, somebody else, unless `de` follows.
fn is_thing(tokens: &Tokens<'_>, next: usize) -> bool {
    matches!(tokens.word(next - 1), "cuarto" | "tercer" | "tercero" | "quinto" | "sexto") && tokens.word(next) != "de"
}

fn denominator(numeral: &Numeral, tokens: &Tokens<'_>) -> Option<(u16, usize)> {
    let at = tokens.past_hyphen(numeral.next);
    let parts = matches!(tokens.word(at + 1), "parte" | "partes");
    let hyphened = at > numeral.next;
    match tokens.term(at)? {
        Term::Fraction(value) => Some((value, at + 1)),
        Term::Ordinals(value) if value > 2 => Some((value, at + 1)),
        Term::Ordinal(value) if parts && value > 2 => Some((value, at + 2)),
        Term::Ordinal(value) if value > 2 && (numeral.whole() == Some(1) || hyphened) => Some((value, at + 1)),
        Term::Ordinal(4) if tokens.word(at) == "cuartos" => Some((4, at + 1)),
        Term::Ordinal(value @ 10..) if tokens.word(at).ends_with("as") => Some((value, at + 1)), // décimas
        _ => None,
    }
}

/// `two and a half`, `dos y medio`: adds half of `unit`.
fn and_a_half(numeral: &mut Numeral, tokens: &Tokens<'_>, unit: Ratio) {
    let english = tokens.are(numeral.next, &["and", "a", "half"]).then_some(3);
    let words = english.or_else(|| is_y_medio(tokens, numeral.next).then_some(2));
    if let (Some(words), Some(half)) = (words, unit.times(Ratio::HALF)) {
        numeral.add(half, numeral.next + words);
    }
}

fn is_y_medio(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.word(at) == "y" && matches!(tokens.word(at + 1), "medio" | "media")
}

/// `tres años y medio`, `a year and a half`: the noun may be counted without the half too.
fn noun_and_a_half(numeral: &mut Numeral, tokens: &Tokens<'_>, reader: Reader) {
    let after_noun = numeral.next + 1;
    let words = match reader {
        Reader::English if tokens.are(after_noun, &["and", "a", "half"]) => 3,
        Reader::Spanish if is_y_medio(tokens, after_noun) => 2,
        _ => return,
    };
    if !tokens.word(numeral.next).is_empty() && numeral.factor.is_none() {
        numeral.add(Ratio::HALF, after_noun + words);
    }
}

/// The factor of the scale word after `numeral`, and the token after it.
fn scale_word(tokens: &Tokens<'_>, numeral: &Numeral, reader: Reader) -> Option<(Ratio, usize)> {
    let at = tokens.past_hyphen(numeral.next);
    if numeral.spelled && numeral.factor.is_some() {
        return None;
    }
    if let Some((power, next)) = thousand_million(tokens, at) {
        return Some((Ratio::power_of_ten(power), next));
    }
    if numeral.factor.is_some() {
        return None;
    }
    match tokens.term(at) {
        Some(Term::Scale(power)) => Some((Ratio::power_of_ten(power), at + 1)),
        Some(Term::Hundred) => Some((Ratio::power_of_ten(2), at + 1)),
        _ => group(tokens, at).map(|value| (value, at + 1)).or_else(|| short_scale(tokens, numeral, reader)),
    }
}

/// `mil millones`, `miles de millones`, `thousand million`.
fn thousand_million(tokens: &Tokens<'_>, at: usize) -> Option<(u32, usize)> {
    let at_million = match tokens.word(at) {
        "mil" | "thousand" => at + 1,
        "miles" if tokens.word(at + 1) == "de" => at + 2,
        _ => return None,
    };
    match tokens.term(at_million) {
        Some(Term::Scale(power)) if power >= 6 => Some((power + 3, at_million + 1)),
        _ => None,
    }
}

/// `3.2bn`, `$5m`, `10k`. A lone `m` may be metres, which the caller has to allow for.
fn short_scale(tokens: &Tokens<'_>, numeral: &Numeral, reader: Reader) -> Option<(Ratio, usize)> {
    let at = numeral.next;
    let word = tokens.get(at).filter(|_| !numeral.spelled && reader != Reader::Digits)?.text;
    let power = match word {
        "bn" | "Bn" | "BN" => 9,
        "mn" | "Mn" | "mill" | "mln" | "mdd" | "mdp" => 6,
        "tn" | "trn" => 12,
        "k" | "K" if tokens.is_glued(at) => 3,
        "m" | "M" if tokens.is_glued(at) || word == "M" => 6,
        "b" | "B" if tokens.is_glued(at) => 9,
        "t" | "T" if tokens.is_glued(at) => 12,
        _ => return None,
    };
    Some((Ratio::power_of_ten(power), at + 1))
}

/// Whether the token at `at` is a letter that is a unit as often as a scale.
pub(super) fn is_unit_too(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.get(at).is_some_and(|token| matches!(token.text, "m" | "M" | "b" | "B" | "t" | "T" | "k" | "K"))
}

/// `3 millones 200 mil`, `2 mil 600 millones`, `5 mil 352`, as Mexico writes them.
fn in_parts(numeral: &mut Numeral, tokens: &Tokens<'_>) {
    let thousand = Ratio::power_of_ten(3);
    if numeral.factor == Some(thousand) {
        add_run(numeral, tokens, Ratio::integer(1), 0);
        if let Some(Term::Scale(power @ 6..)) = tokens.term(numeral.next) {
            numeral.scale(Ratio::power_of_ten(power), numeral.next + 1);
        }
    }
    let thousands = tokens.term(numeral.next + 1) == Some(Term::Scale(3));
    if numeral.factor.is_some_and(|factor| factor.reaches(6)) && thousands && add_run(numeral, tokens, thousand, 1) {
        add_run(numeral, tokens, Ratio::integer(1), 0);
    }
}

/// Adds the next number below a thousand times `factor`, which `words` after it say.
fn add_run(numeral: &mut Numeral, tokens: &Tokens<'_>, factor: Ratio, words: usize) -> bool {
    let plain = !(tokens.is_mark(numeral.next + 1, &['.', ',']) && tokens.digits(numeral.next + 2).is_some());
    let run = tokens.digits(numeral.next).filter(|run| run.len() <= 3 && plain && !tokens.is_glued(numeral.next));
    let value = run.and_then(|run| run.parse().ok()).and_then(|value| Ratio::integer(value).times(factor));
    value.into_iter().for_each(|value| numeral.add(value, numeral.next + 1 + words));
    value.is_some()
}

/// How many the noun at `at` stands for: dozen, centenar.
pub(super) fn group(tokens: &Tokens<'_>, at: usize) -> Option<Ratio> {
    match tokens.term(at)? {
        Term::Group(value) => Some(Ratio::integer(u64::from(value))),
        Term::GroupOfTen(power) => Some(Ratio::power_of_ten(power)),
        _ => None,
    }
}

/// How many a noun stands for that halves and quarters are taken of.
pub(super) fn noun(tokens: &Tokens<'_>, at: usize) -> Option<Ratio> {
    match tokens.term(at)? {
        Term::Scale(power) => Some(Ratio::power_of_ten(power)),
        Term::Hundred => Some(Ratio::power_of_ten(2)),
        _ => group(tokens, at),
    }
}
