//! Dates, months, years and decades.

use super::{
    Kind, cardinal, english,
    lexicon::{Doubt, Reader, Term},
    numeral::Numeral,
    parse::Found,
    ratio::Ratio,
    spanish,
    token::{Gap, Tokens},
    value::{Date, Decade, Reading},
};

/// The date or decade at `at`.
pub(super) fn read(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Found> {
    if tokens.digits(at).is_some()
        && let Some(found) = numeric(tokens, at).or_else(|| english_decade(tokens, at, reader))
    {
        return Some(found);
    }
    match reader {
        Reader::English => day_first(tokens, at, "of").or_else(|| month_first(tokens, at, reader)),
        Reader::Spanish => day_first(tokens, at, "de").or_else(|| month_first(tokens, at, reader)),
        Reader::Digits => None,
    }
    .or_else(|| decade_word(tokens, at, reader))
}

fn found(start: usize, next: usize, date: Date) -> Found {
    Found::new(Kind::Date, start, next, vec![Reading::Date(date)])
}

/// `3 November 2019`, `3rd of November`, `3 de noviembre de 2019`.
fn day_first(tokens: &Tokens<'_>, at: usize, of: &str) -> Option<Found> {
    let (day, after_day) = day(tokens, at)?;
    let joined = tokens.word(after_day) == of;
    let month_at = if joined { after_day + 1 } else { after_day };
    let (month, after_month) = match tokens.term(month_at)? {
        Term::Month(month, _) => (month, month_at + 1),
        Term::ShortMonth(month) if is_short_month(tokens, month_at) => (month, past_stop(tokens, month_at + 1)),
        _ => return None,
    };
    let (year, next) = year_after(tokens, after_month);
    Some(found(at, next, Date::new(Some(day), month, year)?))
}

/// `mar` is the sea: a short form has a capital, a stop, or a year after it.
fn is_short_month(tokens: &Tokens<'_>, at: usize) -> bool {
    let stop = tokens.is_mark(at + 1, &['.']) && tokens.is_glued(at + 1);
    let capital = tokens.get(at).is_some_and(|token| token.is_capitalised());
    stop || capital || year(tokens, at + 1).is_some()
}

fn past_stop(tokens: &Tokens<'_>, at: usize) -> usize {
    if tokens.is_mark(at, &['.']) && tokens.is_glued(at) { at + 1 } else { at }
}

/// `Nov. 3, 2019`, `November 2019`, `in November`.
fn month_first(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Found> {
    let capital = tokens.get(at)?.is_capitalised();
    let (month, doubt, after_month) = match tokens.term(at)? {
        Term::Month(month, doubt) if capital || reader == Reader::Spanish => (month, doubt, at + 1),
        Term::ShortMonth(month) if capital => (month, Doubt::Other, past_stop(tokens, at + 1)),
        _ => return None,
    };
    let short = matches!(tokens.term(at), Some(Term::ShortMonth(_)));
    if let Some((day, after_day)) = day_in_digits(tokens, after_month)
        && let (year, next) = year_after(tokens, after_day)
        && (reader == Reader::English || capital || year.is_some())
    {
        return Some(found(at, next, Date::new(Some(day), month, year)?));
    }
    let (year, next) = year_after(tokens, after_month);
    let weak = year.is_none() && (short || is_doubtful(tokens, at, doubt, reader));
    Some(Found { weak, ..found(at, next, Date::new(None, month, year)?) })
}

/// Whether a month alone may be a name, a verb, or only describe what follows.
fn is_doubtful(tokens: &Tokens<'_>, at: usize, doubt: Doubt, reader: Reader) -> bool {
    let capital = tokens.get(at).is_some_and(|token| token.is_capitalised());
    let before = tokens.word_before(at);
    match reader {
        Reader::Spanish => capital && (doubt == Doubt::Other || !spanish::BEFORE_MONTH.contains(&before)),
        _ => {
            let shown = english::BEFORE_MONTH.contains(&before) || is_hyphened(tokens, at);
            let named = doubt == Doubt::Other && tokens.get(at + 1).is_some_and(|next| next.is_capitalised());
            !shown || named
        }
    }
}

/// `mid-November`.
fn is_hyphened(tokens: &Tokens<'_>, at: usize) -> bool {
    at.checked_sub(1).is_some_and(|hyphen| tokens.past_hyphen(hyphen) == at)
}

/// A day of the month in digits or words, and the token after it.
fn day(tokens: &Tokens<'_>, at: usize) -> Option<(u8, usize)> {
    if let Some(day) = day_in_digits(tokens, at) {
        return Some(day);
    }
    if let Some(Term::Ordinal(value)) = tokens.term(at) {
        return u8::try_from(value).ok().map(|day| (day, at + 1));
    }
    let starts = matches!(tokens.term(at), Some(Term::Unit(_) | Term::Teen(_) | Term::Tens(_)));
    let (value, next) = cardinal::read(tokens, at, Reader::Spanish).filter(|_| starts)?;
    u8::try_from(value).ok().filter(|day| *day < 32).map(|day| (day, next))
}

/// `3`, `3rd`, `1.º`; not the 3 of `3.5`, `3%` and `3 million`.
fn day_in_digits(tokens: &Tokens<'_>, at: usize) -> Option<(u8, usize)> {
    let day = tokens.digits(at).filter(|run| run.len() < 3)?.parse().ok().filter(|day| (1..32).contains(day))?;
    let next = past_ordinal(tokens, at + 1);
    let decimal = tokens.is_mark(next, &['.', ',', ':', '/'])
        && tokens.is_glued(next)
        && tokens.is_glued(next + 1)
        && tokens.digits(next + 1).is_some_and(|run| run.len() != 4);
    let counts = matches!(tokens.term(next), Some(Term::Scale(_) | Term::Hundred)) || tokens.is_mark(next, &['%']);
    let unit = next == at + 1 && tokens.is_glued(next) && !tokens.word(next).is_empty();
    (!decimal && !counts && !unit).then_some((day, next))
}

fn past_ordinal(tokens: &Tokens<'_>, at: usize) -> usize {
    let suffix = if tokens.is_mark(at, &['.']) && tokens.is_glued(at) { at + 1 } else { at };
    let sign = tokens.is_mark(suffix, &['º', '°']) || matches!(tokens.word(suffix), "er" | "ero");
    let letters = matches!(tokens.word(at), "st" | "nd" | "rd" | "th") || (sign && tokens.is_glued(suffix));
    if !letters || !tokens.is_glued(at) {
        return at;
    }
    if sign { suffix + 1 } else { at + 1 }
}

/// The year that goes on from a month or day: `, 2019`, `de 2019`, `del año 2019`.
fn year_after(tokens: &Tokens<'_>, at: usize) -> (Option<u16>, usize) {
    let comma = if tokens.is_mark(at, &[',']) { at + 1 } else { at };
    let of = if matches!(tokens.word(comma), "de" | "del" | "of") { comma + 1 } else { comma };
    let noun = if matches!(tokens.word(of), "año" | "year") { of + 1 } else { of };
    match year(tokens, noun) {
        Some(year) => (Some(year), noun + 1),
        None => (None, at),
    }
}

fn year(tokens: &Tokens<'_>, at: usize) -> Option<u16> {
    let year = tokens.digits(at).filter(|run| run.len() == 4)?.parse().ok()?;
    let unit = tokens.is_glued(at + 1) && (!tokens.word(at + 1).is_empty() || tokens.is_mark(at + 1, &['%']));
    let scaled = matches!(tokens.term(at + 1), Some(Term::Scale(_)));
    ((1000..2500).contains(&year) && !unit && !scaled).then_some(year)
}

/// `11/3/2019`, `3.11.2019`, `2019-11-03`. Which number is the month is open unless one is above 12.
fn numeric(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    let mark = tokens.mark(at + 1).filter(|mark| matches!(mark, '/' | '.' | '-'))?;
    let glued = (1..5).all(|offset| tokens.is_glued(at + offset));
    if !glued || tokens.mark(at + 3) != Some(mark) || (tokens.is_mark(at + 5, &['/', '-']) && tokens.is_glued(at + 5)) {
        return None;
    }
    let parts = [tokens.digits(at)?, tokens.digits(at + 2)?, tokens.digits(at + 4)?];
    let value = |part: &str| part.parse::<u16>().ok();
    let [first, second, third] = [value(parts[0])?, value(parts[1])?, value(parts[2])?];
    let date = |day: u16, month: u16, year| {
        Date::new(Some(u8::try_from(day).ok()?), u8::try_from(month).ok()?, Some(year)).map(Reading::Date)
    };
    let readings: Vec<Reading> = match parts.map(str::len) {
        [4, 2, 2] => date(third, second, first).into_iter().collect(),
        [1 | 2, 1 | 2, 4] => [date(second, first, third), date(first, second, third)].into_iter().flatten().collect(),
        _ => return None,
    };
    (!readings.is_empty()).then(|| Found::new(Kind::Date, at, at + 5, readings))
}

/// `1990s`, `'90s`.
fn english_decade(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Found> {
    let apostrophe = tokens.is_mark(at + 1, &['\'', '’']) && tokens.is_glued(at + 1);
    let letter = if apostrophe { at + 2 } else { at + 1 };
    let shown = reader == Reader::English && tokens.word(letter) == "s" && tokens.is_glued(letter);
    let decade = Decade::new(tokens.digits(at)?.parse().ok()?).filter(|_| shown)?;
    Some(decade_or_age(tokens, Found::new(Kind::Date, at, letter + 1, vec![Reading::Decade(decade)])))
}

/// `in his 60s`, `in her late sixties` say how old somebody is, `temperatures in the 60s` how warm it is.
fn decade_or_age(tokens: &Tokens<'_>, mut found: Found) -> Found {
    let back = |steps: usize| found.start.checked_sub(steps).map_or("", |at| tokens.word(at));
    let part = matches!(back(1), "early" | "mid" | "late") || back(2) == "mid";
    let owner = if back(2) == "mid" { back(3) } else { back(1 + usize::from(part)) };
    let warmth = (3..=5).any(|steps| matches!(back(steps), "temperature" | "temperatures" | "highs" | "lows"));
    if let Some(Reading::Decade(Decade { century: None, years })) = found.readings.first()
        && (warmth || matches!(owner, "his" | "her" | "their" | "my" | "your" | "our"))
    {
        let age = Reading::Amount(Ratio::integer(u64::from(*years)));
        (found.kind, found.readings) =
            (Kind::Number, vec![age, Reading::Decade(Decade { century: None, years: *years })]);
    }
    found
}

/// `the nineties`.
fn decade_word(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<Found> {
    let word = Some(tokens.word(at)).filter(|word| reader == Reader::English && word.ends_with("ties"))?;
    let (_, years) = english::DECADES.iter().find(|(decade, _)| *decade == word)?;
    let decade = Decade::new(u64::from(*years))?;
    Some(decade_or_age(tokens, Found::new(Kind::Date, at, at + 1, vec![Reading::Decade(decade)])))
}

/// `9/11` may be the 11th of September or the 9th of November.
pub(super) fn slashed(tokens: &Tokens<'_>, found: &mut Found) {
    let part = |at| tokens.digits(at).and_then(|run| run.parse::<u8>().ok());
    let marked = found.next == found.start + 3 && tokens.is_mark(found.start + 1, &['/']);
    if let (true, Some(first), Some(second)) = (marked, part(found.start), part(found.start + 2)) {
        let dates = [Date::new(Some(second), first, None), Date::new(Some(first), second, None)];
        dates.into_iter().flatten().for_each(|date| found.also(Reading::Date(date)));
    }
}

/// Makes a number a decade after `años`, `década de`, and perhaps after `los`.
pub(super) fn shown_decade(tokens: &Tokens<'_>, found: &mut Found, reader: Reader) {
    let Some(Reading::Amount(value)) = found.readings.first().copied() else { return };
    let Some(decade) = value.whole().and_then(Decade::new).filter(|_| reader != Reader::Digits) else { return };
    let quoted = found.start.checked_sub(1).is_some_and(|at| tokens.is_mark(at, &['\'', '’', '‘']));
    let before = found.start - usize::from(quoted);
    let back = |steps: usize| before.checked_sub(steps).map_or("", |at| tokens.word(at));
    let named = |word: &str| matches!(word, "años" | "decada" | "decadas" | "decenio" | "decade");
    let article = matches!(back(1), "los" | "de" | "del" | "of");
    if named(back(1)) || (article && (named(back(2)) || (back(1) == "los" && named(back(3))))) {
        (found.kind, found.readings) = (Kind::Date, vec![Reading::Decade(decade)]);
    } else if back(1) == "los" {
        found.also(Reading::Decade(decade));
    }
}

/// Whether a number is a year by the word before it.
pub(super) fn is_year(tokens: &Tokens<'_>, numeral: &Numeral) -> bool {
    let leads = |word: &str| YEAR_LEADS.contains(&word);
    let near = tokens.get(numeral.start).is_some_and(|token| token.gap != Gap::Glued);
    near && numeral.bare && year(tokens, numeral.start).is_some() && leads(tokens.word_before(numeral.start))
}

/// Words that stand before years.
const YEAR_LEADS: &[&str] = &[
    "after", "before", "by", "during", "early", "in", "late", "of", "since", "until", "year", "año", "de", "del",
    "desde", "durante", "en", "hasta",
];
