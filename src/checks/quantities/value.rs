//! What quantities are worth, and which of them are the same.

use super::{currency::Currency, ratio::Ratio};

/// One way to understand a quantity. Ordinals and years are amounts: `75th anniversary` is `75 aniversario`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Reading {
    Amount(Ratio),
    /// Of a hundred.
    Percent(Ratio),
    /// Percentage points.
    Points(Ratio),
    Money(Ratio, Currency),
    Date(Date),
    Decade(Decade),
    /// 1 to 7, from Monday.
    Weekday(u8),
    /// Seconds after midnight.
    Time(u32),
    /// An unknown number of this power of ten.
    Vague(u32),
}

/// A day, a month, or both, and perhaps the year; a year alone is an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Date {
    pub(super) day: Option<u8>,
    pub(super) month: u8,
    pub(super) year: Option<u16>,
}

/// Ten years. `'90s` leaves the century open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Decade {
    pub(super) century: Option<u16>,
    /// The last two digits of its first year.
    pub(super) years: u16,
}

/// What equal readings have in common, for finding them without comparing all with all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Amount(Ratio),
    Month(u8),
    Day(u8, u8),
    Decade(u16),
    Weekday(u8),
    Time(u32),
    Vague(u32),
}

impl Reading {
    /// Whether both are the same value.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Money(left, currency), Self::Money(right, other)) => left == right && currency.fits(*other),
            (Self::Decade(left), Self::Decade(right)) => left.agrees(*right),
            _ => self == other,
        }
    }

    /// Whether `other` says all that this says: `3 November` is in `3 November 2019`.
    pub(super) fn is_in(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Date(part), Self::Date(whole)) => part.is_in(*whole),
            _ => self.agrees(other),
        }
    }

    /// What any reading that this one [is in](Self::is_in) has among its [keys](Self::keys).
    pub(super) fn key(&self) -> Key {
        match *self {
            Self::Amount(value) | Self::Percent(value) | Self::Points(value) | Self::Money(value, _) => {
                Key::Amount(value)
            }
            Self::Date(Date { day: Some(day), month, .. }) => Key::Day(day, month),
            Self::Date(Date { month, .. }) => Key::Month(month),
            Self::Decade(decade) => Key::Decade(decade.years),
            Self::Weekday(day) => Key::Weekday(day),
            Self::Time(seconds) => Key::Time(seconds),
            Self::Vague(power) => Key::Vague(power),
        }
    }

    /// All keys it can be found by.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        let month = match *self {
            Self::Date(Date { day: Some(_), month, .. }) => Some(Key::Month(month)),
            _ => None,
        };
        std::iter::once(self.key()).chain(month)
    }
}

impl Date {
    /// None unless the calendar has the day.
    pub(super) fn new(day: Option<u8>, month: u8, year: Option<u16>) -> Option<Self> {
        let longest = match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        day.is_none_or(|day| (1..=longest).contains(&day)).then_some(Self { day, month, year })
    }

    fn is_in(self, other: Self) -> bool {
        let given = |part: Option<u16>, whole| part.is_none() || part == whole;
        self.month == other.month
            && given(self.day.map(u16::from), other.day.map(u16::from))
            && given(self.year, other.year)
    }
}

impl Decade {
    /// From the first year, or its last two digits; none unless they end in 0.
    pub(super) fn new(year: u64) -> Option<Self> {
        let year = u16::try_from(year).ok().filter(|year| year.is_multiple_of(10) && *year < 2100)?;
        match year {
            10..100 => Some(Self { century: None, years: year }),
            1000.. => Some(Self { century: Some(year / 100), years: year % 100 }),
            _ => None,
        }
    }

    fn agrees(self, other: Self) -> bool {
        let open = self.century.is_none() || other.century.is_none();
        self.years == other.years && (open || self.century == other.century)
    }
}
