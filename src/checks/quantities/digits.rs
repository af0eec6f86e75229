//! Numbers in digits, with the marks that group them and that lead decimals.

use super::{
    lexicon::Reader,
    ratio::Ratio,
    token::{Gap, Tokens},
};

/// Runs of digits that are looked at together; more are a list, and reading on would be quadratic.
const RUN_LIMIT: usize = 10;

const APOSTROPHES: &[char] = &['\'', '’'];

/// Runs of digits with the marks before each but the first; a blank is `' '`.
#[derive(Debug, Default)]
struct Runs<'a> {
    first: &'a str,
    others: Vec<(char, &'a str)>,
}

/// The readings of the digits at `at`, likeliest first, and the token after them.
pub(super) fn read(tokens: &Tokens<'_>, at: usize, reader: Reader) -> Option<(Vec<Ratio>, usize)> {
    if tokens.is_mark(at, &['.']) && !tokens.is_glued(at) && tokens.is_glued(at + 1) {
        return Some((vec![Ratio::from_digits("", tokens.digits(at + 1)?)?], at + 2)); // .5
    }
    let (runs, next) = Runs::collect(tokens, at)?;
    if let Some(readings) = runs.readings(reader) {
        return Some((readings, next));
    }
    // A list, a version, a telephone number: its first run, and then the next one.
    Some((vec![Ratio::from_digits(runs.first, "")?], at + 1))
}

impl<'a> Runs<'a> {
    fn collect(tokens: &Tokens<'a>, at: usize) -> Option<(Self, usize)> {
        let mut runs = Self { first: tokens.digits(at)?, others: Vec::new() };
        let mut next = at + 1;
        while let Some((mark, run, after)) = runs.following(tokens, next) {
            runs.others.push((mark, run));
            next = after;
            if runs.others.len() > RUN_LIMIT {
                break;
            }
        }
        Some((runs, next))
    }

    fn following(&self, tokens: &Tokens<'a>, at: usize) -> Option<(char, &'a str, usize)> {
        if let Some(mark) = tokens.mark(at).filter(|mark| matches!(mark, '.' | ',') || APOSTROPHES.contains(mark)) {
            let mark = if APOSTROPHES.contains(&mark) { '\'' } else { mark };
            let run = tokens.digits(at + 1).filter(|_| tokens.is_glued(at) && tokens.is_glued(at + 1))?;
            return Some((mark, run, at + 2));
        }
        let run = tokens.digits(at).filter(|run| run.len() == 3)?; // 10 000
        let blank = tokens.get(at).is_some_and(|token| token.gap == Gap::Blank);
        let groups = self.leads_groups() && self.others.iter().all(|(mark, _)| *mark == ' ');
        (blank && groups).then_some((' ', run, at + 1))
    }

    /// Whether the first run may be followed by groups of three.
    fn leads_groups(&self) -> bool {
        self.first.len() <= 3 && !self.first.starts_with('0')
    }

    fn readings(&self, reader: Reader) -> Option<Vec<Ratio>> {
        match self.others.as_slice() {
            [] => Some(vec![Ratio::from_digits(self.first, "")?]),
            [(mark, run)] => self.with_one_mark(*mark, run, reader),
            [groups @ .., (mark, run)] => {
                let (group, _) = *groups.first()?;
                let uniform = groups.iter().all(|(mark, _)| *mark == group);
                if uniform && group == *mark {
                    return self.grouped(&self.others, "").map(|value| vec![value]);
                }
                let decimal = matches!(mark, '.' | ',') && uniform;
                decimal.then(|| self.grouped(groups, run)).flatten().map(|value| vec![value])
            }
        }
    }

    fn with_one_mark(&self, mark: char, run: &str, reader: Reader) -> Option<Vec<Ratio>> {
        let decimal = Ratio::from_digits(self.first, run)?;
        let group = self.grouped(&self.others, "");
        match (group, mark, reader) {
            (Some(group), ',', Reader::English) | (Some(group), ' ' | '\'', _) => Some(vec![group]),
            (Some(group), '.', Reader::English) if run == "000" => Some(vec![decimal, group]), // nobody rounds so
            (Some(_), '.', Reader::English) => Some(vec![decimal]),
            (Some(group), '.', _) => Some(vec![group, decimal]),
            (Some(group), _, _) => Some(vec![decimal, group]),
            (None, '\'', Reader::Spanish) if run.len() <= 2 => Some(vec![decimal]),
            (None, '.' | ',', _) => Some(vec![decimal]),
            (None, _, _) => None,
        }
    }

    /// The value when `groups` have three digits each; `1,23,456` as India writes it too.
    fn grouped(&self, groups: &[(char, &str)], decimals: &str) -> Option<Ratio> {
        let (_, last) = groups.last()?;
        let size = if groups.iter().all(|(_, run)| run.len() == 3) { 3 } else { 2 };
        let fits = groups[..groups.len() - 1].iter().all(|(_, run)| run.len() == size);
        if !self.leads_groups() || last.len() != 3 || !fits {
            return None;
        }
        let whole: String = std::iter::once(self.first).chain(groups.iter().map(|(_, run)| *run)).collect();
        Ratio::from_digits(&whole, decimals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, reader: Reader) -> Vec<String> {
        let (readings, _) = read(&Tokens::new(text, None), 0, reader).unwrap();
        let write = |(whole, decimals): (String, String)| format!("{whole}.{decimals}");
        readings.into_iter().filter_map(Ratio::decimal).map(write).collect()
    }

    #[test]
    fn reads_each_convention() {
        for (text, english, spanish) in [
            ("1,234.5", "1234.5", "1234.5"),
            ("1.234,5", "1234.5", "1234.5"),
            ("1 234,5", "1234.5", "1234.5"),
            ("1\u{202f}234\u{202f}567", "1234567.", "1234567."),
            ("1.234.567", "1234567.", "1234567."),
            ("12,34,567", "1234567.", "1234567."),
            ("3200", "3200.", "3200."),
            ("3,5", "3.5", "3.5"),
            ("0.125", "0.125", "0.125"),
            (".5", "0.5", "0.5"),
            ("2010 300", "2010.", "2010."),
            ("1,2,3", "1.", "1."),
        ] {
            assert_eq!(values(text, Reader::English), [english], "{text}");
            assert_eq!(values(text, Reader::Spanish), [spanish], "{text}");
        }
    }

    #[test]
    fn keeps_both_readings_where_a_mark_says_nothing() {
        assert_eq!(values("1.234", Reader::English), ["1.234"]);
        assert_eq!(values("1,234", Reader::English), ["1234."]);
        assert_eq!(values("1.234", Reader::Spanish), ["1234.", "1.234"]);
        assert_eq!(values("1,234", Reader::Spanish), ["1.234", "1234."]);
    }
}
