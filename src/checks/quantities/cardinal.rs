//! Cardinal numbers in words.

use super::{
    lexicon::{Reader, Term},
    token::Tokens,
};

/// The value of the number words at `at`, and the token after them.
pub(super) fn read(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<(u64, usize)> {
    let mut sum = Sum::default();
    let mut next = at;
    if sum.starts_with_article(tokens, at) {
        next = at + 1;
    }
    let mut at = next;
    while let Some(term) = tokens.term(at).filter(|term| sum.takes(*term, at != next && is_and(tokens, at), reader)) {
        sum.add(term)?;
        next = at + 1;
        at = sum.joined(tokens, next, reader);
    }
    (sum.last != Last::Start).then(|| sum.value()).flatten().map(|value| (value, next))
}

/// Whether the word before `at` joins parts of a number.
fn is_and(tokens: &Tokens<'_>, at: usize) -> bool {
    matches!(tokens.word_before(at), "and" | "y")
}

/// What stood last in the words so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Last {
    #[default]
    Start,
    Zero,
    Unit,
    Teen,
    Tens,
    Hundred,
    Scale,
}

#[derive(Debug, Default)]
struct Sum {
    /// Whole millions and above.
    total: u64,
    thousands: u64,
    /// Below a thousand; years by hundreds go up to 2099.
    current: u64,
    /// The power of ten of the last scale word from million on.
    scale: Option<u32>,
    last: Last,
}

impl Sum {
    /// `a hundred`, `a million`; `per thousand`.
    fn starts_with_article(&mut self, tokens: &Tokens<'_>, at: usize) -> bool {
        let plural = tokens.word(at + 1).ends_with('s'); // the millions
        let scale = matches!(tokens.term(at + 1), Some(Term::Hundred | Term::Scale(_))) && !plural;
        let article = tokens.term(at) == Some(Term::Article) || matches!(tokens.word(at), "the" | "every" | "per");
        let starts = article && scale;
        if starts {
            (self.current, self.last) = (1, Last::Unit);
        }
        starts
    }

    /// Whether `term` may come next. After a Spanish `y` stands a unit only.
    fn takes(&self, term: Term, after_and: bool, reader: Reader) -> bool {
        let fresh = matches!(self.last, Last::Start | Last::Hundred | Last::Scale);
        let spanish = reader == Reader::Spanish;
        match term {
            Term::Zero => self.last == Last::Start,
            Term::Unit(_) => (self.last == Last::Tens && (!spanish || after_and)) || (fresh && !(spanish && after_and)),
            Term::Teen(_) | Term::Tens(_) => fresh || (!spanish && self.is_century()),
            Term::Hundreds(_) => matches!(self.last, Last::Start | Last::Scale),
            Term::Hundred => self.current > 0 && self.current < 100 && self.last != Last::Hundred,
            Term::Scale(3) => self.thousands == 0 && self.takes_scale(spanish),
            Term::Scale(power) => self.scale.is_none_or(|last| power < last) && self.thousands + self.current > 0,
            _ => false,
        }
    }

    /// Spanish `mil` needs no number before it.
    fn takes_scale(&self, spanish: bool) -> bool {
        self.current > 0 || (spanish && matches!(self.last, Last::Start | Last::Scale))
    }

    /// `nineteen` in `nineteen ninety-nine`, `twenty` in `twenty ten`.
    fn is_century(&self) -> bool {
        let alone = self.total == 0 && self.thousands == 0;
        alone && (15..=20).contains(&self.current) && matches!(self.last, Last::Teen | Last::Tens)
    }

    /// None past 64 bits.
    fn add(&mut self, term: Term) -> Option<()> {
        let last = match term {
            Term::Zero => Last::Zero,
            Term::Unit(value) => self.put(u64::from(value), Last::Unit),
            Term::Teen(value) => self.put_tens(value, Last::Teen),
            Term::Tens(value) => self.put_tens(value, Last::Tens),
            Term::Hundreds(value) => self.put(u64::from(value), Last::Hundred),
            Term::Hundred => self.put(self.current * 99, Last::Hundred),
            Term::Scale(power) => self.multiply(power)?,
            _ => return None,
        };
        self.last = last;
        Some(())
    }

    fn put(&mut self, value: u64, last: Last) -> Last {
        self.current += value;
        last
    }

    fn put_tens(&mut self, value: u8, last: Last) -> Last {
        let hundreds = if self.is_century() { self.current * 99 } else { 0 };
        self.put(hundreds + u64::from(value), last)
    }

    fn multiply(&mut self, power: u32) -> Option<Last> {
        if power == 3 {
            self.thousands = self.current.max(1) * 1000;
        } else {
            let amount = (self.thousands + self.current).checked_mul(10_u64.checked_pow(power)?)?;
            self.total = self.total.checked_add(amount)?;
            (self.thousands, self.scale) = (0, Some(power));
        }
        self.current = 0;
        Some(Last::Scale)
    }

    fn value(&self) -> Option<u64> {
        self.total.checked_add(self.thousands + self.current)
    }

    /// Past a hyphen, or an `and` that belongs to the number.
    fn joined(&self, tokens: &Tokens<'_>, at: usize, reader: Reader) -> usize {
        let joins = match reader {
            Reader::English => tokens.word(at) == "and" && self.takes_and(tokens, at + 1),
            _ => tokens.word(at) == "y" && self.last == Last::Tens,
        };
        if joins { at + 1 } else { tokens.past_hyphen(at) }
    }

    /// `two hundred and five`, but not `one hundred and two hundred`.
    fn takes_and(&self, tokens: &Tokens<'_>, at: usize) -> bool {
        let small = matches!(tokens.term(at), Some(Term::Unit(_) | Term::Teen(_) | Term::Tens(_)));
        let unit = tokens.past_hyphen(at + 1);
        let after = if matches!(tokens.term(unit), Some(Term::Unit(_))) { unit + 1 } else { at + 1 };
        let another = matches!(tokens.term(tokens.past_hyphen(after)), Some(Term::Hundred | Term::Scale(_)));
        matches!(self.last, Last::Hundred | Last::Scale) && small && !another
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, reader: Reader) -> Option<(u64, usize)> {
        read(&Tokens::new(text, reader.lexicon()), 0, reader)
    }

    fn check(reader: Reader, cases: &[(&str, u64)]) {
        for (text, expected) in cases {
            assert_eq!(value(text, reader).map(|(value, _)| value), Some(*expected), "{text}");
        }
    }

    #[test]
    fn english() {
        check(
            Reader::English,
            &[
                ("zero", 0),
                ("twenty-five", 25),
                ("one hundred and two", 102),
                ("a hundred", 100),
                ("two thousand nineteen", 2019),
                ("nineteen ninety-nine", 1999),
                ("twenty ten", 2010),
                ("nineteen hundred", 1900),
                ("three million two hundred thousand and five", 3_200_005),
                ("five thousand million", 5_000_000_000),
                ("one hundred and two hundred", 100),
                ("three and four", 3),
                ("five six", 5),
            ],
        );
        assert_eq!(value("hundred", Reader::English), None);
        assert_eq!(value("thousand", Reader::English), None);
    }

    #[test]
    fn spanish() {
        check(
            Reader::Spanish,
            &[
                ("veinticinco", 25),
                ("veintidós", 22),
                ("ciento dos", 102),
                ("treinta y uno", 31),
                ("quinientas", 500),
                ("mil", 1000),
                ("dos mil diecinueve", 2019),
                ("mil novecientos noventa y nueve", 1999),
                ("tres mil doscientos millones", 3_200_000_000),
                ("mil millones", 1_000_000_000),
                ("dos billones", 2_000_000_000_000),
                ("un millón doscientos mil", 1_200_000),
                ("dos y tres", 2),
                ("treinta dos", 30),
            ],
        );
        assert_eq!(value("millones", Reader::Spanish), None);
    }
}
