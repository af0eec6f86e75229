//! Exact fractions, so that `0.1` and a tenth are the same and 951,000 and 951,001 are not.

/// Digits that a number may have: with the largest scale word the value still fits 128 bits.
pub(super) const DIGIT_LIMIT: usize = 20;

/// A fraction in lowest terms, its denominator positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    pub(super) const HALF: Self = Self { numerator: 1, denominator: 2 };

    /// None for a zero denominator, and past 128 bits.
    pub(super) fn new(numerator: i128, denominator: i128) -> Option<Self> {
        let divisor = gcd(numerator.checked_abs()?, denominator.checked_abs()?);
        if denominator == 0 || divisor == 0 {
            return None;
        }
        let sign = denominator.signum();
        Some(Self { numerator: sign * (numerator / divisor), denominator: sign * (denominator / divisor) })
    }

    pub(super) fn integer(value: u64) -> Self {
        Self { numerator: i128::from(value), denominator: 1 }
    }

    /// Ten to the power of `exponent`, which is at most 30.
    pub(super) fn power_of_ten(exponent: u32) -> Self {
        Self { numerator: 10_i128.pow(exponent.min(30)), denominator: 1 }
    }

    /// What `whole` and `decimals`, runs of ASCII digits, write. None when there are too many.
    pub(super) fn from_digits(whole: &str, decimals: &str) -> Option<Self> {
        let decimals = decimals.trim_end_matches('0');
        if whole.trim_start_matches('0').len() + decimals.len() > DIGIT_LIMIT {
            return None;
        }
        let digits = whole.bytes().chain(decimals.bytes());
        let value = digits.fold(0_i128, |sum, digit| sum * 10 + i128::from(digit.saturating_sub(b'0')));
        Self::new(value, 10_i128.checked_pow(u32::try_from(decimals.len()).ok()?)?)
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        let numerator = self.numerator.checked_mul(other.numerator)?;
        Self::new(numerator, self.denominator.checked_mul(other.denominator)?)
    }

    pub(super) fn over(self, divisor: u64) -> Option<Self> {
        Self::new(self.numerator, self.denominator.checked_mul(i128::from(divisor))?)
    }

    pub(super) fn divided_by(self, other: Self) -> Option<Self> {
        self.times(Self::new(other.denominator, other.numerator)?)
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::new(left.checked_add(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    pub(super) fn negated(self) -> Self {
        Self { numerator: -self.numerator, denominator: self.denominator }
    }

    pub(super) fn is_negative(self) -> bool {
        self.numerator < 0
    }

    /// The value, when it is a whole number that fits.
    pub(super) fn whole(self) -> Option<u64> {
        (self.denominator == 1).then(|| u64::try_from(self.numerator).ok()).flatten()
    }

    /// Whether the value without its sign is at least ten to the power of `exponent`.
    pub(super) fn reaches(self, exponent: u32) -> bool {
        self.numerator.unsigned_abs() / self.denominator.unsigned_abs() >= 10_u128.pow(exponent.min(30))
    }

    /// The digits before and after the decimal point, without the sign; none for a third and the like.
    pub(super) fn decimal(self) -> Option<(String, String)> {
        let (numerator, denominator) = (self.numerator.unsigned_abs(), self.denominator.unsigned_abs());
        let mut rest = numerator % denominator;
        let mut decimals = String::new();
        while rest != 0 {
            rest = rest.checked_mul(10)?;
            decimals.push(char::from(b'0' + u8::try_from(rest / denominator).ok()?));
            rest %= denominator;
            if decimals.len() > 2 * DIGIT_LIMIT {
                return None;
            }
        }
        Some(((numerator / denominator).to_string(), decimals))
    }

    /// Numerator and denominator, without the sign.
    pub(super) fn parts(self) -> (u128, u128) {
        (self.numerator.unsigned_abs(), self.denominator.unsigned_abs())
    }
}

fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_is_the_same_ratio() {
        assert_eq!(Ratio::from_digits("3", "20"), Ratio::new(16, 5));
        assert_eq!(Ratio::from_digits("0", "5"), Some(Ratio::HALF));
        assert_ne!(Ratio::from_digits("951000", ""), Ratio::from_digits("951001", ""));
        assert_eq!(Ratio::new(1, 3).and_then(|third| third.times(Ratio::integer(3))), Some(Ratio::integer(1)));
        assert_eq!(Ratio::new(5, -2).map(Ratio::negated), Ratio::new(5, 2));
    }

    #[test]
    fn writes_decimals_where_they_end() {
        let decimal = |a, b| Ratio::new(a, b).and_then(Ratio::decimal);
        assert_eq!(decimal(-5, 4), Some(("1".into(), "25".into())));
        assert_eq!(decimal(7, 1), Some(("7".into(), String::new())));
        assert_eq!(decimal(1, 3), None);
    }

    #[test]
    fn numbers_too_long_have_no_value() {
        assert_eq!(Ratio::from_digits(&"9".repeat(DIGIT_LIMIT + 1), ""), None);
        assert_eq!(Ratio::new(1, 0), None);
        assert!(
            Ratio::from_digits(&"9".repeat(DIGIT_LIMIT), "").and_then(|n| n.times(Ratio::power_of_ten(18))).is_some()
        );
        assert!(Ratio::power_of_ten(30).times(Ratio::power_of_ten(30)).is_none());
    }
}
