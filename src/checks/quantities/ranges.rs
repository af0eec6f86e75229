//! Ranges and lists that share a unit: `5 to 10 percent`, `entre 3 y 5 millones`, `del 3 al 5 de marzo`.

use super::{
    Kind,
    parse::Found,
    ratio::Ratio,
    token::{DASHES, Tokens},
    value::{Date, Decade, Reading},
};

/// Gives numbers the readings that the next or the last quantity of a range or list lends them.
pub(super) fn share(tokens: &Tokens<'_>, all: &mut [Found]) {
    for at in (1..all.len()).rev() {
        let (before, after) = all.split_at_mut(at);
        if let ([.., first], [second, ..]) = (before, after)
            && is_joined(tokens, first, second)
        {
            backwards(first, second);
        }
    }
    for at in 1..all.len() {
        let (before, after) = all.split_at_mut(at);
        if let ([.., first], [second, ..]) = (before, after)
            && is_joined(tokens, first, second)
        {
            if !tokens.is_mark(first.next, &[',']) {
                forwards(first, second); // not in `On March 3, 5 men`
            }
            years(tokens, first, second);
        }
    }
}

/// Whether nothing but joining words stand between, at most three.
fn is_joined(tokens: &Tokens<'_>, first: &Found, second: &Found) -> bool {
    let joins =
        |at: usize| JOINING.contains(&tokens.word(at)) || tokens.is_mark(at, DASHES) || tokens.is_mark(at, MARKS);
    let between = first.next..second.start;
    between.len() < 4 && between.end > between.start && between.into_iter().all(joins)
}

const MARKS: &[char] = &[',', '/', '.', '$', '€', '£'];

const JOINING: &[&str] = &[
    "a", "al", "and", "at", "de", "del", "e", "el", "entre", "from", "hasta", "la", "las", "los", "o", "or", "the",
    "through", "to", "u", "un", "unos", "until", "y",
];

/// `5` in `5 to 10 percent`.
fn backwards(first: &mut Found, second: &Found) {
    if !matches!(first.kind, Kind::Number | Kind::Ordinal) {
        return;
    }
    let amounts = amounts(first);
    if let Some(factor) = second.factor.filter(|_| first.factor.is_none()) {
        amounts.iter().filter_map(|value| value.times(factor)).for_each(|value| first.also(Reading::Amount(value)));
    }
    let scaled: Vec<Ratio> = amounts_of(&first.readings);
    for reading in &second.readings {
        lend(first, &scaled, reading);
    }
}

/// `10` in `$5 to 10`, `4` in `March 3 and 4`; an age, in `in their 80s and 90s`.
fn forwards(first: &Found, second: &mut Found) {
    if let (Kind::Number, Some(Reading::Decade(Decade { century: None, years }))) =
        (first.kind, second.readings.first())
        && first.readings.iter().any(|reading| matches!(reading, Reading::Decade(_)))
    {
        second.also(Reading::Amount(Ratio::integer(u64::from(*years))));
    }
    if second.kind == Kind::Number && first.kind != Kind::Percent {
        let values = amounts(second);
        for reading in &first.readings {
            lend(second, &values, reading);
        }
    }
}

fn amounts(found: &Found) -> Vec<Ratio> {
    amounts_of(&found.readings)
}

fn amounts_of(readings: &[Reading]) -> Vec<Ratio> {
    let amount = |reading: &Reading| match reading {
        Reading::Amount(value) => Some(*value),
        _ => None,
    };
    readings.iter().filter_map(amount).collect()
}

/// Adds what `values` are when they are of the kind of `reading`.
fn lend(to: &mut Found, values: &[Ratio], reading: &Reading) {
    let borrowed = |value: &Ratio| match *reading {
        Reading::Percent(_) => Some(Reading::Percent(*value)),
        Reading::Points(_) => Some(Reading::Points(*value)),
        Reading::Money(_, currency) => Some(Reading::Money(*value, currency)),
        Reading::Date(Date { day: Some(_), month, year }) => {
            let day = u8::try_from(value.whole()?).ok()?;
            Date::new(Some(day), month, year).map(Reading::Date)
        }
        Reading::Decade(_) => value.whole().and_then(Decade::new).map(Reading::Decade),
        Reading::Time(seconds) => time(*value, seconds).map(Reading::Time),
        _ => None,
    };
    values.iter().filter_map(borrowed).for_each(|reading| to.also(reading));
}

/// An hour in the same half of the day as `seconds`.
fn time(value: Ratio, seconds: u32) -> Option<u32> {
    let hour = u32::try_from(value.whole()?).ok().filter(|hour| *hour <= 24)?;
    let half = if hour < 12 && seconds >= 12 * 3600 { 12 } else { 0 };
    Some((hour + half) % 24 * 3600)
}

/// `12` in `2011/12` is the year 2012.
fn years(tokens: &Tokens<'_>, first: &Found, second: &mut Found) {
    let marked = tokens.is_mark(first.next, DASHES) || tokens.is_mark(first.next, &['/']);
    let (Some(Reading::Amount(from)), Some(Reading::Amount(to))) = (first.readings.first(), second.readings.first())
    else {
        return;
    };
    let (Some(from @ 1000..2500), Some(to @ 0..100)) = (from.whole(), to.whole()) else { return };
    if marked && to > from % 100 {
        second.also(Reading::Amount(Ratio::integer(from - from % 100 + to)));
    }
}
