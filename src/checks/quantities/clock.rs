//! Clock times.

use super::{
    Kind, cardinal, digits,
    lexicon::{Reader, Term},
    parse::Found,
    token::Tokens,
    value::Reading,
};

const HOUR: u32 = 3600;
const DAY: u32 = 24 * HOUR;

/// The part of the day that an hour is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// From midnight: `a.m.`
    Early,
    /// From dawn to noon, which Spanish includes.
    Morning,
    /// From noon.
    Afternoon,
    /// From noon, and past midnight.
    Night,
    /// Of 24 hours.
    Whole,
    /// Of 12 or 24 hours.
    Unknown,
}

/// The time at `at`.
pub(super) fn read(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Found> {
    if let Some(Term::Clock(seconds)) = tokens.term(at) {
        return Some(Found::new(Kind::Time, at, at + 1, vec![Reading::Time(seconds)]));
    }
    if let Some(seconds) = in_two_words(tokens, at) {
        return Some(Found::new(Kind::Time, at, at + 2, vec![Reading::Time(seconds)]));
    }
    if !may_start(tokens, at) {
        return None;
    }
    let (seconds, after, sure) = with_minutes(tokens, at, reader).or_else(|| hour(tokens, at, reader))?;
    let (part, next) = part(tokens, after).or(sure.then_some((Part::Unknown, after)))?;
    let mut readings = times(seconds, part);
    if part == Part::Unknown && tokens.is_mark(at + 1, &['.']) {
        let (decimals, _) = digits::read(tokens, at, reader)?; // las 6.34 pulgadas
        readings.extend(decimals.into_iter().map(Reading::Amount));
    }
    (!readings.is_empty()).then(|| Found::new(Kind::Time, at, next, readings))
}

fn in_two_words(tokens: &Tokens<'_>, at: usize) -> Option<u32> {
    match (tokens.word(at), tokens.word(at + 1)) {
        ("medio", "dia") => Some(12 * HOUR),
        ("media", "noche") => Some(0),
        _ => None,
    }
}

fn may_start(tokens: &Tokens<'_>, at: usize) -> bool {
    let word = matches!(tokens.term(at), Some(Term::Unit(_) | Term::Teen(_) | Term::Tens(_)));
    word || tokens.digits(at).is_some_and(|run| run.len() < 3)
}

/// The seconds after midnight that `seconds` on a clock may be.
fn times(seconds: u32, part: Part) -> Vec<Reading> {
    let (noon, twelve) = (12 * HOUR, seconds / HOUR == 12);
    let early = seconds < 13 * HOUR;
    let from_noon = if twelve { seconds } else { seconds + noon };
    let from_midnight = if twelve { seconds - noon } else { seconds };
    let times = match part {
        _ if !early => vec![seconds % DAY],
        Part::Whole => vec![seconds],
        Part::Early => vec![from_midnight],
        Part::Morning => vec![seconds],
        Part::Afternoon => vec![from_noon],
        Part::Night if twelve || seconds < 5 * HOUR => vec![from_midnight],
        Part::Night => vec![from_noon],
        Part::Unknown if seconds < HOUR => vec![seconds],
        Part::Unknown => vec![seconds, if twelve { from_midnight } else { from_noon }],
    };
    times.into_iter().map(Reading::Time).collect()
}

/// `3:30`, `15:30:05`, `15.30`, `15h30`; whether it is a time without anything more.
fn with_minutes(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<(u32, usize, bool)> {
    let hour: u32 = tokens.digits(at)?.parse().ok().filter(|hour| *hour <= 24)?;
    let glued = tokens.is_glued(at + 1) && tokens.is_glued(at + 2);
    let two = |at: usize| {
        let value = tokens.digits(at).filter(|run| run.len() == 2)?.parse::<u32>().ok()?;
        (value < 60).then_some(value)
    };
    let minutes = two(at + 2).filter(|_| glued)?;
    let colon = tokens.is_mark(at + 1, &[':']);
    let letter = tokens.word(at + 1) == "h";
    let named = reader == Reader::Spanish && matches!(tokens.word_before(at), "las" | "la");
    if !colon && !letter && !tokens.is_mark(at + 1, &['.']) {
        return None;
    }
    let seconds = two(at + 4).filter(|_| colon && tokens.is_mark(at + 3, &[':']) && tokens.is_glued(at + 4));
    let next = if seconds.is_some() { at + 5 } else { at + 3 };
    if is_decimal(tokens, next) {
        return None; // a race time
    }
    Some((hour * HOUR + minutes * 60 + seconds.unwrap_or(0), next, colon || letter || named))
}

fn is_decimal(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.is_mark(at, &['.', ',', ':'])
        && (at..at + 2).all(|at| tokens.is_glued(at))
        && tokens.digits(at + 1).is_some()
}

/// A whole hour in digits or words, `3 y media`, `3 y cuarto`. It takes a part of the day to be a time.
fn hour(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<(u32, usize, bool)> {
    let glued = at > 0 && tokens.is_glued(at) && !tokens.word(at - 1).is_empty();
    let (hour, next) = match tokens.digits(at) {
        Some(run) => (run.parse().ok()?, at + 1),
        None => cardinal::read(tokens, at, reader)?,
    };
    let hour = u32::try_from(hour).ok().filter(|hour| (1..=24).contains(hour) && !glued)?;
    let minutes = match (tokens.word(next), tokens.word(next + 1)) {
        ("y", "media") => 30,
        ("y", "cuarto") => 15,
        _ => return Some((hour * HOUR, next, false)),
    };
    Some((hour * HOUR + minutes * 60, next + 2, false))
}

/// The part of the day after a time, and the token after it.
fn part(tokens: &Tokens<'_>, at: usize) -> Option<(Part, usize)> {
    let clock = tokens.word(at) == "o" && tokens.word(at + 2) == "clock";
    let after = if clock { at + 3 } else { at };
    let word = |offset: usize| tokens.word(after + offset);
    match (word(0), word(1), word(2)) {
        ("am", ..) => Some((Part::Early, after + 1)),
        ("pm", ..) => Some((Part::Afternoon, after + 1)),
        ("a" | "p", "", "m") if tokens.is_mark(after + 1, &['.']) => {
            let part = if word(0) == "a" { Part::Early } else { Part::Afternoon };
            Some((part, if tokens.is_mark(after + 3, &['.']) { after + 4 } else { after + 3 }))
        }
        ("in" | "de", "the" | "la", day) => day_part(day).map(|part| (part, after + 3)),
        ("del" | "at", day @ ("mediodia" | "night"), _) => day_part(day).map(|part| (part, after + 2)),
        ("h" | "hs" | "hrs", ..) if is_hours(tokens, at) => Some((Part::Whole, after + 1)),
        ("horas" | "hours", ..)
            if tokens.digits(at - 1).is_some_and(|run| run.len() == 2) && is_minutes(tokens, at) =>
        {
            Some((Part::Whole, after + 1))
        }
        _ => None,
    }
    .or_else(|| clock.then_some((Part::Unknown, after)))
}

fn day_part(word: &str) -> Option<Part> {
    match word {
        "morning" | "mañana" => Some(Part::Morning),
        "madrugada" => Some(Part::Early),
        "afternoon" | "evening" | "tarde" | "mediodia" => Some(Part::Afternoon),
        "noche" | "night" => Some(Part::Night),
        _ => None,
    }
}

/// Whether minutes stand before `at`.
fn is_minutes(tokens: &Tokens<'_>, at: usize) -> bool {
    let mark = at.checked_sub(2).is_some_and(|mark| tokens.is_mark(mark, &[':', '.']) && tokens.is_glued(at - 1));
    mark && tokens.is_glued(at - 2)
}

/// `15:30 h`, and `a las 15 h`; `15 h` alone is a duration as often.
fn is_hours(tokens: &Tokens<'_>, at: usize) -> bool {
    is_minutes(tokens, at) || at.checked_sub(2).is_some_and(|article| tokens.word(article) == "las")
}

/// `a las 3`: a number, and a time of either half of the day.
pub(super) fn after_article(tokens: &Tokens<'_>, found: &mut Found, reader: Reader) {
    let article = reader == Reader::Spanish && matches!(tokens.word_before(found.start), "las" | "la");
    let Some(Reading::Amount(value)) = found.readings.first().copied().filter(|_| article) else { return };
    let hour = value.whole().and_then(|hour| u32::try_from(hour).ok()).filter(|hour| (1..=24).contains(hour));
    let Some(hour) = hour else { return };
    times(hour * HOUR, Part::Unknown).into_iter().for_each(|reading| found.also(reading));
}
