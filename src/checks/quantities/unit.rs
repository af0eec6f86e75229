//! Percentages and money: what stands around a number and says what it measures.

use super::{
    Kind,
    currency::{Currency, Use},
    numeral::{Numeral, is_negative},
    parse::Found,
    ratio::Ratio,
    token::{Gap, HYPHENS, Tokens},
    value::Reading,
};

/// What the words and signs around `numeral` make of it; nothing before the token `floor` is taken in.
pub(super) fn read(tokens: &Tokens<'_>, numeral: &Numeral, floor: usize) -> Option<Found> {
    percent(tokens, numeral).or_else(|| money(tokens, numeral, floor))
}

/// A part of a hundred.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Percent,
    Points,
    /// Hundredths of percentage points.
    BasisPoints,
}

fn percent(tokens: &Tokens<'_>, numeral: &Numeral) -> Option<Found> {
    let (part, next) = part(tokens, tokens.past_hyphen(numeral.next))?;
    let reading = |value: Ratio| match part {
        Part::Percent => Some(Reading::Percent(value)),
        Part::Points => Some(Reading::Points(value)),
        Part::BasisPoints => value.over(100).map(Reading::Points),
    };
    let readings: Option<Vec<Reading>> = numeral.readings.iter().copied().map(reading).collect();
    Some(Found { kind: Kind::Percent, next, readings: readings?, weak: false, ..Found::number(numeral) })
}

fn part(tokens: &Tokens<'_>, at: usize) -> Option<(Part, usize)> {
    let point = |at: usize| matches!(tokens.word(at), "point" | "points");
    let sign = tokens.is_mark(at, &['%', '％', '٪', '﹪']);
    let (percent, after) = match (tokens.word(at), tokens.word(at + 1)) {
        ("per", "cent") | ("por", "ciento" | "cien") => (true, at + 2),
        ("percent" | "percentage" | "pct", _) => (true, at + 1),
        ("basis", "point" | "points") | ("puntos" | "punto", "basicos" | "basico") => {
            return Some((Part::BasisPoints, at + 2));
        }
        ("puntos" | "punto", "porcentuales" | "porcentual") => return Some((Part::Points, at + 2)),
        ("pp", _) => return Some((Part::Points, at + 1)),
        _ => (sign, at + 1),
    };
    let points_at = tokens.past_hyphen(after);
    match percent {
        true if point(points_at) => Some((Part::Points, points_at + 1)),
        true => Some((Part::Percent, after)),
        false => None,
    }
}

fn money(tokens: &Tokens<'_>, numeral: &Numeral, floor: usize) -> Option<Found> {
    let before = sign_before(tokens, numeral.start, floor);
    let after = currency_after(tokens, numeral.next);
    let (currency, usage) = match (before, after) {
        (Some((currency, _)), _) => (currency, Use::Money),
        (None, Some((currency, usage, _))) => (currency, usage),
        (None, None) => return None,
    };
    let describes = before.is_none() && numeral.whole() != Some(1);
    let describes = describes && after.is_some_and(|(_, _, next)| is_singular(tokens, next - 1));
    let usage = if describes && usage == Use::Money { Use::Either } else { usage };
    let mut found = Found::number(numeral);
    let signed = before.is_some_and(|(_, start)| start < numeral.start && is_negative(tokens, start)); // -$5
    let value = |value: &Ratio| amount(if signed { value.negated() } else { *value }, usage);
    let amounts: Vec<Ratio> = numeral.readings.iter().filter_map(value).collect();
    let plain = std::mem::take(&mut found.readings);
    found.readings = amounts.into_iter().map(|value| Reading::Money(value, currency)).collect();
    if usage != Use::Money {
        found.readings.extend(plain); // Pounds weigh, and cents are counted.
    }
    found.kind = Kind::Money;
    found.start = before.map_or(found.start, |(_, start)| start);
    found.next = after.map_or(found.next, |(_, _, next)| next);
    (!found.readings.is_empty()).then_some(found)
}

/// `17 euro countries`: one noun describes another.
fn is_singular(tokens: &Tokens<'_>, at: usize) -> bool {
    matches!(tokens.word(at), "euro" | "dollar" | "dolar" | "ruble" | "rublo" | "franc" | "lira")
}

fn amount(value: Ratio, usage: Use) -> Option<Ratio> {
    if usage == Use::Cent { value.over(100) } else { Some(value) }
}

/// The sign or code before a number, and where it starts: `$`, `US$`, `EUR`.
fn sign_before(tokens: &Tokens<'_>, start: usize, floor: usize) -> Option<(Currency, usize)> {
    let near = |at: usize| tokens.get(at).is_some_and(|token| token.gap != Gap::Wide);
    let minus = start.checked_sub(1).is_some_and(|at| tokens.is_mark(at, HYPHENS) && tokens.is_glued(start));
    let start = if minus { start - 1 } else { start };
    let at = start.checked_sub(1).filter(|at| *at >= floor && near(start))?;
    if tokens.mark(at) == Some('$') {
        let prefix = at.checked_sub(1).filter(|prefix| *prefix >= floor && near(at));
        let prefix = prefix.and_then(|at| Some((at, tokens.get(at)?.text)));
        // `A $5 fee` is no Australian money.
        let leads = |text: &str| Currency::is_dollar_prefix(text) && (text.len() > 1 || tokens.is_glued(at));
        return Some(match prefix.filter(|(_, text)| leads(text)) {
            Some((start, text)) => (Currency::of_dollar(text), start),
            None => (Currency::of_dollar(""), at),
        });
    }
    Currency::of_sign(tokens.get(at)?.text).map(|currency| (currency, at))
}

/// The currency after a number: `de dólares`, `US dollars`, `€`, `-euro`.
fn currency_after(tokens: &Tokens<'_>, next: usize) -> Option<(Currency, Use, usize)> {
    let of = if tokens.word(next) == "de" { next + 1 } else { tokens.past_hyphen(next) };
    let (country, at) = country_before(tokens, of);
    if let Some((currency, usage)) = Currency::of_word(tokens.word(at)) {
        let after = at + 1;
        let named_after = currency.of_country(tokens.word(after));
        let named = country.and_then(|word| currency.of_country(word)).or(named_after);
        let usage = if named.is_some() && usage == Use::Either { Use::Money } else { usage };
        return Some((named.unwrap_or(currency), usage, after + usize::from(named_after.is_some())));
    }
    sign_after(tokens, next)
}

fn sign_after(tokens: &Tokens<'_>, at: usize) -> Option<(Currency, Use, usize)> {
    let text = tokens.get(at)?.text;
    if Currency::is_dollar_prefix(text) && tokens.mark(at + 1) == Some('$') && tokens.is_glued(at + 1) {
        return Some((Currency::of_dollar(text), Use::Money, at + 2));
    }
    // `in 2010 $5` has the sign before the next number.
    let leads = tokens.is_glued(at + 1) && tokens.digits(at + 1).is_some();
    let word = tokens.word(at).is_empty() || text.chars().count() > 2 || text == "Kč";
    Currency::of_sign(text).filter(|_| !leads && word).map(|currency| (currency, Use::Money, at + 1))
}

/// `US`, `U.S.`, `Canadian`, and the token after it.
fn country_before<'t>(tokens: &'t Tokens<'_>, at: usize) -> (Option<&'t str>, usize) {
    let dotted = tokens.are(at, &["u"]) && tokens.is_mark(at + 1, &['.']) && tokens.word(at + 2) == "s";
    if dotted {
        return (Some("us"), if tokens.is_mark(at + 3, &['.']) { at + 4 } else { at + 3 });
    }
    let adjective = tokens.get(at).is_some_and(|token| token.is_capitalised());
    let word = tokens.word(at + 1);
    if adjective && Currency::of_word(word).is_some_and(|(currency, _)| currency.of_country(tokens.word(at)).is_some())
    {
        return (Some(tokens.word(at)), at + 1);
    }
    (None, at)
}
