//! Quantities written by English and Spanish convention.

use super::{
    Kind, Quantity,
    currency::Currency,
    english,
    lexicon::Reader,
    quantities,
    ratio::Ratio,
    spanish,
    value::{Date, Decade, Reading},
};
use crate::domain::Language;

/// `text`, which is English, with its quantities in Spanish form. Those that may be none are left as they are.
pub fn in_spanish(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut at = 0;
    for quantity in quantities(text, Language::ENGLISH).iter().filter(|quantity| !quantity.weak) {
        written.push_str(&text[at..quantity.span.start]);
        written.push_str(&quantity.to_spanish());
        at = quantity.span.end;
    }
    written + &text[at..]
}

impl Quantity {
    /// In Spanish: `3200 millones de dólares`, `12.345,6`, `3 de noviembre de 2019`, `5 %`, `15:30`.
    pub fn to_spanish(&self) -> String {
        self.write(Reader::Spanish)
    }

    /// In English: `3.2 billion dollars`, `12,345.6`, `November 3, 2019`, `5%`, `15:30`.
    pub fn to_english(&self) -> String {
        self.write(Reader::English)
    }

    fn write(&self, to: Reader) -> String {
        let spanish = to == Reader::Spanish;
        match self.readings.first() {
            Some(Reading::Amount(value)) => self.amount(*value, to),
            Some(Reading::Percent(value)) if spanish => digits(*value, to) + "\u{a0}%",
            Some(Reading::Percent(value)) => digits(*value, to) + "%",
            Some(Reading::Points(value)) if spanish => digits(*value, to) + " puntos porcentuales",
            Some(Reading::Points(value)) => digits(*value, to) + " percentage points",
            Some(Reading::Money(value, currency)) => self.money(*value, *currency, to),
            Some(Reading::Date(date)) => self::date(*date, to),
            Some(Reading::Decade(decade)) => self::decade(*decade, to),
            Some(Reading::Weekday(day)) => weekday(*day, to).to_owned(),
            Some(Reading::Time(seconds)) => clock(*seconds),
            Some(Reading::Vague(power)) => vague(*power, to).to_owned(),
            None => String::new(),
        }
    }

    fn amount(&self, value: Ratio, to: Reader) -> String {
        match (self.kind, value.whole()) {
            (Kind::Ordinal, Some(place)) => ordinal(place, to),
            (_, None) if self.spelled && !value.reaches(0) => fraction(value),
            (Kind::Number, Some(small)) if self.spelled => word(small, to).unwrap_or_else(|| self.scaled(value, to)),
            _ => self.scaled(value, to),
        }
    }

    /// With a scale word, where it was written with one.
    fn scaled(&self, value: Ratio, to: Reader) -> String {
        let large = self.factor.is_some_and(|factor| factor.reaches(6)) && value.reaches(6);
        let scales: &[(u32, &str, &str)] = match to {
            Reader::Spanish => &[(12, "billón", "billones"), (6, "millón", "millones")],
            _ => &[(12, "trillion", "trillion"), (9, "billion", "billion"), (6, "million", "million")],
        };
        for (power, one, many) in scales.iter().filter(|(power, ..)| large && value.reaches(*power)) {
            if let Some(amount) = value.divided_by(Ratio::power_of_ten(*power)) {
                let noun = if amount == Ratio::integer(1) { one } else { many };
                return format!("{} {noun}", digits(amount, to));
            }
        }
        digits(value, to)
    }

    fn money(&self, value: Ratio, currency: Currency, to: Reader) -> String {
        if currency == Currency::CENT
            && let Some(cents) = value.times(Ratio::integer(100))
        {
            return name(&digits(cents, to), cents == Ratio::integer(1), currency, to);
        }
        let amount = self.scaled(value, to);
        let of = if to == Reader::Spanish && amount.ends_with(['n', 's']) { " de" } else { "" };
        name(&(amount + of), value == Ratio::integer(1), currency, to)
    }
}

fn name(amount: &str, one: bool, currency: Currency, to: Reader) -> String {
    let [english_one, english_many, spanish_one, spanish_many] = currency.names();
    let noun = match (to, one) {
        (Reader::Spanish, true) => spanish_one,
        (Reader::Spanish, false) => spanish_many,
        (_, true) => english_one,
        (_, false) => english_many,
    };
    format!("{amount} {noun}")
}

fn vague(power: u32, to: Reader) -> &'static str {
    match (to, power) {
        (Reader::Spanish, 18) => "trillones",
        (Reader::Spanish, 15) => "miles de billones",
        (Reader::Spanish, _) => "billones",
        (_, 18) => "quintillions",
        (_, 15) => "quadrillions",
        _ => "trillions",
    }
}

/// Groups from five digits on, as years and the style guides of both languages have it; a third is `1/3`.
fn digits(value: Ratio, to: Reader) -> String {
    let (group, point) = if to == Reader::Spanish { ('.', ',') } else { (',', '.') };
    let sign = if value.is_negative() { "-" } else { "" };
    let Some((whole, decimals)) = value.decimal() else {
        return fraction(value);
    };
    let mut written = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && whole.len() > 4 && (whole.len() - at).is_multiple_of(3) {
            written.push(group);
        }
        written.push(digit);
    }
    if !decimals.is_empty() {
        written.push(point);
        written.push_str(&decimals);
    }
    written
}

/// `2/3`, the same in both languages.
fn fraction(value: Ratio) -> String {
    let (numerator, denominator) = value.parts();
    format!("{}{numerator}/{denominator}", if value.is_negative() { "-" } else { "" })
}

/// The word for a small number that has one form only.
fn word(value: u64, to: Reader) -> Option<String> {
    let word = match to {
        Reader::Spanish => spanish::WORDS.get(usize::try_from(value).ok()?)?,
        _ => english::WORDS.get(usize::try_from(value).ok()?)?,
    };
    (!word.is_empty()).then(|| (*word).to_owned())
}

fn ordinal(place: u64, to: Reader) -> String {
    match (to, place % 10, place % 100) {
        (Reader::Spanish, ..) => format!("{place}.º"),
        (_, 1..=3, 11..=13) => format!("{place}th"),
        (_, 1, _) => format!("{place}st"),
        (_, 2, _) => format!("{place}nd"),
        (_, 3, _) => format!("{place}rd"),
        _ => format!("{place}th"),
    }
}

fn date(date: Date, to: Reader) -> String {
    let months = if to == Reader::Spanish { spanish::MONTHS } else { english::MONTHS };
    let month = months.get(usize::from(date.month).saturating_sub(1)).copied().unwrap_or_default();
    match (to, date.day, date.year) {
        (_, None, None) => month.to_owned(),
        (Reader::Spanish, Some(day), Some(year)) => format!("{day} de {month} de {year}"),
        (Reader::Spanish, Some(day), None) => format!("{day} de {month}"),
        (Reader::Spanish, None, Some(year)) => format!("{month} de {year}"),
        (_, Some(day), Some(year)) => format!("{month} {day}, {year}"),
        (_, Some(day), None) => format!("{month} {day}"),
        (_, None, Some(year)) => format!("{month} {year}"),
    }
}

fn decade(decade: Decade, to: Reader) -> String {
    match (to, decade.century) {
        (Reader::Spanish, Some(century)) => format!("años {century}{:02}", decade.years),
        (Reader::Spanish, None) => format!("años {}", decade.years),
        (_, Some(century)) => format!("{century}{:02}s", decade.years),
        (_, None) => format!("{}s", decade.years),
    }
}

fn weekday(day: u8, to: Reader) -> &'static str {
    let days = if to == Reader::Spanish { spanish::WEEKDAYS } else { english::WEEKDAYS };
    days.get(usize::from(day).saturating_sub(1)).copied().unwrap_or_default()
}

fn clock(seconds: u32) -> String {
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if second == 0 { format!("{hour}:{minute:02}") } else { format!("{hour}:{minute:02}:{second:02}") }
}
