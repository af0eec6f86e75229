//! Reads the quantities of a text from left to right.

use super::{
    Kind, calendar, clock,
    lexicon::{Reader, Term},
    numeral::{self, Numeral},
    ordinal,
    ratio::Ratio,
    scale,
    token::Tokens,
    unit,
    value::Reading,
    weekday,
};

/// A quantity among the tokens.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) start: usize,
    /// The token after it.
    pub(super) next: usize,
    /// Likeliest first, never empty.
    pub(super) readings: Vec<Reading>,
    pub(super) weak: bool,
    /// A number in words.
    pub(super) spelled: bool,
    /// What a scale word multiplied it with.
    pub(super) factor: Option<Ratio>,
}

impl Found {
    pub(super) fn new(kind: Kind, start: usize, next: usize, readings: Vec<Reading>) -> Self {
        Self { kind, start, next, readings, weak: false, spelled: false, factor: None }
    }

    /// What `numeral` is when nothing else is known of it.
    pub(super) fn number(numeral: &Numeral) -> Self {
        let readings = numeral.readings.iter().copied().map(Reading::Amount).collect();
        let kind = if numeral.ordinal { Kind::Ordinal } else { Kind::Number };
        Self {
            weak: numeral.weak,
            spelled: numeral.spelled,
            factor: numeral.factor,
            ..Self::new(kind, numeral.start, numeral.next, readings)
        }
    }

    /// A tenth in words is 10 percent too.
    fn also_percent(&mut self) {
        let Some(Reading::Amount(part)) = self.readings.first().filter(|_| self.spelled).copied() else { return };
        if part.whole().is_none() && !part.reaches(0) {
            part.times(Ratio::integer(100)).into_iter().for_each(|percent| self.also(Reading::Percent(percent)));
        }
    }

    pub(super) fn also(&mut self, reading: Reading) {
        if !self.readings.contains(&reading) {
            self.readings.push(reading);
        }
    }
}

/// All quantities, in order.
pub(super) fn read(tokens: &Tokens<'_>, reader: Reader) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let floor = all.last().map_or(0, |last| last.next);
        let found = calendar::read(tokens, at, reader)
            .or_else(|| weekday::read(tokens, at, reader))
            .or_else(|| clock::read(tokens, at, reader))
            .or_else(|| ordinal::read(tokens, at, reader))
            .or_else(|| number(tokens, at, floor, reader))
            .or_else(|| hint(tokens, at))
            .or_else(|| vague(tokens, at));
        at = found.as_ref().map_or(at + 1, |found| found.next);
        all.extend(found.map(|mut found| {
            found.weak |= is_named(tokens, &found) || is_placeholder(tokens, &found);
            found.also_percent();
            found
        }));
    }
    all
}

/// `trillions`, `billones`: vague, but where `billions` have become `billones` a thousand times too much is said.
fn vague(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    let plural = tokens.word(at).ends_with('s');
    let Some(Term::Scale(power @ 12..)) = tokens.term(at).filter(|_| plural) else { return None };
    Some(Found::new(Kind::Number, at, at + 1, vec![Reading::Vague(power)]))
}

/// A number with its unit.
fn number(tokens: &Tokens<'_>, at: usize, floor: usize, reader: Reader) -> Option<Found> {
    let mut numeral = numeral::read(tokens, at, reader)?;
    numeral.weak |= is_measure(tokens, &numeral) || is_the_two(tokens, &numeral) || is_team(tokens, &numeral);
    if let Some(found) = unit::read(tokens, &numeral, floor) {
        return Some(found);
    }
    if numeral.factor.is_some() && scale::is_unit_too(tokens, numeral.next - 1) {
        return Some(with_unit_letter(&numeral));
    }
    let mut found = Found::number(&numeral);
    if calendar::is_year(tokens, &numeral) {
        found.kind = Kind::Date;
    }
    periods(tokens, &mut found);
    calendar::slashed(tokens, &mut found);
    calendar::shown_decade(tokens, &mut found, reader);
    clock::after_article(tokens, &mut found, reader);
    Some(found)
}

/// The exponent of `km2`, and `CO2`, which is written out as often. Other digits glued to letters are alike in both languages: `G20`, `H1N1`.
fn is_measure(tokens: &Tokens<'_>, numeral: &Numeral) -> bool {
    let exponent = tokens.is_glued(numeral.start) && matches!(tokens.digits(numeral.start), Some("2" | "3"));
    exponent
        && matches!(
            tokens.word_before(numeral.start),
            "km" | "m" | "cm" | "mm" | "dm" | "hm" | "ft" | "mi" | "in" | "co"
        )
}

/// `the two`, `los dos` are often left out, or put in for `both` and `twins`.
fn is_the_two(tokens: &Tokens<'_>, numeral: &Numeral) -> bool {
    let article =
        matches!(tokens.word_before(numeral.start), "the" | "these" | "those" | "los" | "las" | "estos" | "estas");
    article && numeral.spelled && numeral.factor.is_none() && numeral.whole() == Some(2)
}

/// `el once` is a football team.
fn is_team(tokens: &Tokens<'_>, numeral: &Numeral) -> bool {
    tokens.word(numeral.start) == "once"
        && numeral.next == numeral.start + 1
        && tokens.word_before(numeral.start) == "el"
}

/// A number word amid a name: `Six Flags`.
fn is_named(tokens: &Tokens<'_>, found: &Found) -> bool {
    let capital = |at: usize| tokens.get(at).is_some_and(|token| token.is_capitalised());
    // `the "Fifty Shades" series`
    let quoted = found.start.checked_sub(1).filter(|at| tokens.is_mark(*at, &['"', '“', '‘', '\'', '«']));
    let inside = !tokens.word_before(quoted.unwrap_or(found.start)).is_empty();
    let number = matches!(found.kind, Kind::Number | Kind::Ordinal) && found.spelled;
    number && inside && capital(found.start) && capital(found.next)
}

/// `X41`, which stands for a term of a glossary: it is compared as a name.
fn is_placeholder(tokens: &Tokens<'_>, found: &Found) -> bool {
    let Some(letter) = found.start.checked_sub(1) else { return false };
    let glued = tokens.is_glued(found.start) && !tokens.is_glued(letter);
    glued && tokens.digits(found.start).is_some() && tokens.get(letter).is_some_and(|token| token.text == "X")
}

/// `two decades` are 20 years, `half a century` 50, `half an hour` 30 minutes, `a year and a half` 18 months.
fn periods(tokens: &Tokens<'_>, found: &mut Found) {
    let nouns = [Some(past_article(tokens, found.next)), noun_before_half(tokens, found.next)];
    let shorter = |reading: &Reading| {
        let Reading::Amount(value) = *reading else { return None };
        let unit = |noun: usize| smaller_units(tokens.word(noun), value.whole().is_none());
        let smaller = nouns.into_iter().flatten().find_map(unit)?;
        value.times(Ratio::integer(smaller)).filter(|value| value.whole().is_some()).map(Reading::Amount)
    };
    let shorter: Vec<Reading> = found.readings.iter().filter_map(shorter).collect();
    shorter.into_iter().for_each(|reading| found.also(reading));
}

/// Past the words between a fraction and what it is of: `a quarter of a century`, `media hora`, `half an hour`.
fn past_article(tokens: &Tokens<'_>, at: usize) -> usize {
    let past = |at: usize, words: &[&str]| if words.contains(&tokens.word(at)) { at + 1 } else { at };
    past(past(past(at, &["of", "de"]), &["a", "an", "un", "una"]), &["-"])
}

/// The noun that `and a half`, `y medio` up to the token `next` follow.
fn noun_before_half(tokens: &Tokens<'_>, next: usize) -> Option<usize> {
    match tokens.word_before(next) {
        "half" => next.checked_sub(4),
        "medio" | "media" => next.checked_sub(3),
        _ => None,
    }
}

/// How many of the smaller unit, that people count by as well, make one of this unit. Hours and years are counted by
/// smaller ones where they are no whole number.
fn smaller_units(unit: &str, part: bool) -> Option<u64> {
    match unit {
        "millennium" | "millennia" | "milenio" | "milenios" => Some(1000),
        "century" | "centuries" | "siglo" | "siglos" => Some(100),
        "decade" | "decades" | "decada" | "decadas" | "decenio" | "decenios" => Some(10),
        "year" | "years" | "año" | "años" if part => Some(12),
        "hour" | "hours" | "hora" | "horas" | "minute" | "minutes" | "minuto" | "minutos" if part => Some(60),
        _ => None,
    }
}

/// `100m`, metres or millions: the letter is left out.
fn with_unit_letter(numeral: &Numeral) -> Found {
    let factor = numeral.factor.and_then(|factor| Ratio::integer(1).divided_by(factor));
    let plain = numeral.readings.iter().filter_map(|value| value.times(factor?)).map(Reading::Amount);
    let mut found = Found::number(numeral);
    found.readings = plain.chain(found.readings).collect();
    (found.next, found.factor) = (found.next - 1, None);
    found
}

/// `both`, `twice`, `the year before last`: only there to be found by another text's `two`.
fn hint(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    let (value, words) = match tokens.term(at) {
        Some(Term::Hint(value)) => (value, 1),
        _ if tokens.are(at, &["before", "last"]) => (2, 2),
        _ => return None,
    };
    let reading = Reading::Amount(Ratio::integer(u64::from(value)));
    Some(Found { weak: true, spelled: true, ..Found::new(Kind::Number, at, at + words, vec![reading]) })
}
