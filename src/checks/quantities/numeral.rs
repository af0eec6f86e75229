//! A number in digits or words with all that multiplies it: `3.2 billion`, `dos millones y medio`, `two-thirds`.

use super::{
    cardinal, digits,
    lexicon::{Reader, Term},
    ratio::Ratio,
    scale,
    token::{Gap, Tokens},
};

/// A number in a text, before what it counts is known.
#[derive(Debug, Clone)]
pub(super) struct Numeral {
    /// Likeliest first, never empty.
    pub(super) readings: Vec<Ratio>,
    pub(super) start: usize,
    /// The token after it.
    pub(super) next: usize,
    /// Written in words.
    pub(super) spelled: bool,
    /// What a scale word multiplied it with.
    pub(super) factor: Option<Ratio>,
    /// One run of digits and nothing else.
    pub(super) bare: bool,
    /// May be no quantity: an article, a part of a name.
    pub(super) weak: bool,
    pub(super) ordinal: bool,
}

impl Numeral {
    pub(super) fn new(value: Ratio, start: usize, next: usize) -> Self {
        let readings = vec![value];
        Self { readings, start, next, spelled: true, factor: None, bare: false, weak: false, ordinal: false }
    }

    /// Multiplies by `factor` up to the token `next`.
    pub(super) fn scale(&mut self, factor: Ratio, next: usize) {
        let scaled: Option<Vec<Ratio>> = self.readings.iter().map(|value| value.times(factor)).collect();
        if let Some(readings) = scaled {
            let before = self.factor.unwrap_or(Ratio::integer(1));
            (self.readings, self.factor, self.next) = (readings, before.times(factor), next);
            (self.weak, self.bare) = (false, false);
        }
    }

    /// Adds `addend` up to the token `next`.
    pub(super) fn add(&mut self, addend: Ratio, next: usize) {
        let sums: Option<Vec<Ratio>> = self.readings.iter().map(|value| value.plus(addend)).collect();
        if let Some(readings) = sums {
            (self.readings, self.next) = (readings, next);
            (self.weak, self.bare) = (false, false);
        }
    }

    /// The value, where it is one whole number.
    pub(super) fn whole(&self) -> Option<u64> {
        self.readings.first()?.whole()
    }
}

/// The number at `at`.
pub(super) fn read(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Numeral> {
    let mut numeral = in_digits(tokens, at, reader)
        .or_else(|| in_words(tokens, at, reader))
        .or_else(|| half(tokens, at, reader))
        .or_else(|| vulgar(tokens, at).map(|value| Numeral::new(value, at, at + 1)))?;
    scale::extend(&mut numeral, tokens, reader);
    Some(numeral)
}

fn in_digits(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Numeral> {
    let (readings, next) = digits::read(tokens, at, reader)?;
    let bare = next == at + 1;
    let mut numeral = Numeral { readings, spelled: false, bare, next, ..Numeral::new(Ratio::HALF, at, next) };
    if bare && let Some((fraction, next)) = slashed(tokens, at) {
        numeral.readings = vec![fraction];
        (numeral.next, numeral.bare) = (next, false);
    } else if bare && let Some((fraction, next)) = mixed(tokens, next) {
        numeral.add(fraction, next);
    }
    if is_negative(tokens, at) {
        numeral.readings = numeral.readings.into_iter().map(Ratio::negated).collect();
    }
    Some(numeral)
}

/// `1/2`; the numerator is smaller, as in dates of the kind `2010/11` and `24/7` it is not.
fn slashed(tokens: &Tokens<'_>, at: usize) -> Option<(Ratio, usize)> {
    let glued = (1..=2).all(|offset| tokens.is_glued(at + offset));
    if !glued || !tokens.is_mark(at + 1, &['/', '⁄']) || tokens.is_mark(at + 3, &['/']) {
        return None;
    }
    let part = |at| tokens.digits(at).filter(|run| run.len() <= 3).and_then(|run| run.parse::<i128>().ok());
    let (numerator, denominator) = (part(at)?, part(at + 2)?);
    let fits = numerator > 0 && numerator < denominator && denominator <= 100;
    fits.then(|| Ratio::new(numerator, denominator)).flatten().map(|value| (value, at + 3))
}

/// The fraction after a whole number: `1/2` in `5 1/2`, `½`.
fn mixed(tokens: &Tokens<'_>, at: usize) -> Option<(Ratio, usize)> {
    if let Some(value) = vulgar(tokens, at).filter(|_| tokens.get(at).is_some_and(|token| token.gap != Gap::Wide)) {
        return Some((value, at + 1));
    }
    let blank = tokens.get(at).is_some_and(|token| token.gap == Gap::Blank);
    let small = matches!(tokens.digits(at + 2), Some("2" | "3" | "4" | "5" | "8" | "16"));
    slashed(tokens, at).filter(|_| blank && small)
}

fn vulgar(tokens: &Tokens<'_>, at: usize) -> Option<Ratio> {
    let (numerator, denominator) = match tokens.mark(at)? {
        '½' => (1, 2),
        '⅓' => (1, 3),
        '⅔' => (2, 3),
        '¼' => (1, 4),
        '¾' => (3, 4),
        '⅕' => (1, 5),
        '⅛' => (1, 8),
        _ => return None,
    };
    Ratio::new(numerator, denominator)
}

/// A minus sign glued to the number or money sign at `at`, with nothing glued before it: not the hyphen of `10-15` and `F-16`.
pub(super) fn is_negative(tokens: &Tokens<'_>, at: usize) -> bool {
    let Some(sign) = at.checked_sub(1) else { return false };
    let free = !tokens.is_glued(sign) || sign.checked_sub(1).is_some_and(|before| tokens.is_mark(before, &['(']));
    tokens.word(sign) == "minus" || (tokens.is_mark(sign, &['-', '−']) && tokens.is_glued(at) && free)
}

fn in_words(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Numeral> {
    if let Some(numeral) = group(tokens, at) {
        return Some(numeral);
    }
    let (value, next) = cardinal::read(tokens, at, reader)?;
    let mut numeral = Numeral::new(Ratio::integer(value), at, next);
    numeral.weak = value == 1;
    if value >= 1_000_000 {
        numeral.factor = Some(Ratio::power_of_ten(6));
    }
    Some(numeral)
}

/// `a dozen`; `dozens` and `decenas` alone are vague.
fn group(tokens: &Tokens<'_>, at: usize) -> Option<Numeral> {
    let one = matches!(tokens.term(at), Some(Term::Article | Term::Unit(1))) || matches!(tokens.word(at), "el" | "la");
    let value = scale::group(tokens, at + 1).filter(|_| one)?;
    Some(Numeral::new(value, at, at + 2))
}

/// `half a million`, `half a dozen`, `medio millón`, `a quarter of a million`; the half alone is a weak half.
fn half(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Numeral> {
    let value = match tokens.term(at)? {
        Term::Half => Ratio::HALF,
        Term::Fraction(4) if !matches!(tokens.term_before(at), Some(Term::Ordinal(_))) => Ratio::HALF.over(2)?,
        _ => return None,
    };
    let noun = of_noun(tokens, at);
    if let Some(factor) = scale::noun(tokens, noun) {
        let mut numeral = Numeral::new(value, at, at + 1);
        numeral.scale(factor, noun + 1);
        return Some(numeral);
    }
    alone(tokens, at, value, reader)
}

/// Where the noun stands that the part at `at` is taken of.
pub(super) fn of_noun(tokens: &Tokens<'_>, at: usize) -> usize {
    let of = if matches!(tokens.word(at + 1), "of" | "de") { at + 2 } else { at + 1 };
    let article = matches!(tokens.term(of), Some(Term::Article)) || (of > at + 1 && tokens.word(of) == "un");
    tokens.past_hyphen(of + usize::from(article))
}

/// Not the halves of a game or a year, and not `Medio Oriente`.
fn alone(tokens: &Tokens<'_>, at: usize, value: Ratio, reader: Reader) -> Option<Numeral> {
    let placed = matches!(tokens.term_before(at), Some(Term::Ordinal(_)));
    let named = reader == Reader::Spanish && tokens.get(at).is_some_and(|token| token.is_capitalised());
    if placed || named {
        return None;
    }
    let mut numeral = Numeral { weak: true, ..Numeral::new(value, at, at + 1) };
    let one_more = matches!(tokens.word_before(at), "y" | "a");
    let more = value.plus(Ratio::integer(1)).filter(|_| one_more); // a year and a half, año y medio
    let years =
        value.times(Ratio::integer(100)).filter(|_| matches!(tokens.word(of_noun(tokens, at)), "siglo" | "century"));
    numeral.readings.extend(more.into_iter().chain(years));
    Some(numeral)
}
