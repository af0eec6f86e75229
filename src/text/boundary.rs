//! Whether a stop ends a sentence.

use super::abbreviations::{self, Kind};

/// Longest word that is looked at, in characters, so that text without blanks stays linear.
const WORD_LIMIT: usize = 40;

/// What stands around a stop that white space may follow.
pub(super) struct Stop<'a> {
    /// The sentence so far, without the stop.
    pub(super) before: &'a str,
    /// The stop: `.`, `?!`, `...`.
    pub(super) marks: &'a str,
    /// Quotation marks and brackets that close right after it.
    pub(super) closers: &'a str,
    /// All that follows.
    pub(super) after: &'a str,
    /// The text has no capital letters, so that a small one says nothing.
    pub(super) caseless: bool,
}

/// The first word that follows a stop.
struct Next<'a> {
    word: &'a str,
    /// The text after the word.
    rest: &'a str,
}

/// Opening marks that may stand before a sentence's first word.
pub(super) fn is_opener(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’' | '«' | '»' | '‹' | '(' | '[' | '{' | '¿' | '¡' | '`' | '*' | '_')
        || matches!(c, '„' | '‚' | '「' | '『' | '（' | '-' | '–' | '—' | '―' | '•')
}

impl<'a> Next<'a> {
    fn of(after: &'a str) -> Option<Self> {
        let text = after.trim_start_matches(|c: char| c.is_whitespace() || is_opener(c));
        let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’')).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        (!text.is_empty()).then_some(Self { word, rest })
    }

    /// Goes on in small letters; `iPhone` and `eBay` do not.
    fn is_small(&self) -> bool {
        let mut letters = self.word.chars();
        letters.next().is_some_and(char::is_lowercase) && !letters.next().is_some_and(char::is_uppercase)
    }

    fn is_number(&self) -> bool {
        let roman = |c: char| matches!(c, 'I' | 'V' | 'X' | 'L' | 'C');
        self.word.starts_with(|c: char| c.is_ascii_digit())
            || (self.word.len() > 1 && self.word.chars().all(roman))
            || matches!(self.word, "V" | "X")
    }

    fn is_starter(&self) -> bool {
        abbreviations::is_starter(self.word) && !self.rest.starts_with('.')
    }

    /// Names who said it: `Bennett said`, `Prime Minister Laura Bennett asked`.
    fn is_attribution(&self) -> bool {
        let capital = |word: &&str| word.starts_with(char::is_uppercase);
        let speaks = |word: &str| abbreviations::is_speech(word.trim_end_matches(['.', ',', ':']));
        let who = self.rest.split_whitespace().take(4).take_while(capital).count();
        !self.is_starter() && self.rest.split_whitespace().nth(who).is_some_and(speaks)
    }
}

impl Stop<'_> {
    /// Whether the sentence ends here.
    pub(super) fn is_end(&self) -> bool {
        let Some(next) = Next::of(self.after) else { return true };
        if !self.after.starts_with(char::is_whitespace) {
            return self.is_glued_end();
        }
        if next.is_small() && !self.caseless && !self.is_tokenised() {
            return false;
        }
        if self.marks == "." {
            return self.full_stop_ends(&next);
        }
        let quoted_cry = !self.closers.is_empty() && self.marks.contains(['!', '?']);
        !(quoted_cry && next.is_attribution())
    }

    /// A blank stands before the full stop, as tokenised text has it: such stops do not abbreviate.
    fn is_tokenised(&self) -> bool {
        self.marks == "." && self.before.ends_with(' ')
    }

    /// `ended.The next`: a blank is missing. Not in `example.Com`, which has no small word before, nor in links.
    fn is_glued_end(&self) -> bool {
        let word = self.word();
        let small = word.chars().count() > 2 && word.chars().all(|c| c.is_lowercase() || c == '\'' || c == '’');
        let mut after = self.after.trim_start_matches(['“', '‘', '«']).chars();
        let sentence = after.next().is_some_and(char::is_uppercase) && after.next().is_some_and(char::is_lowercase);
        sentence && word != "www" && (small || !self.closers.is_empty())
    }

    fn full_stop_ends(&self, next: &Next<'_>) -> bool {
        let word = self.word();
        if self.closers.contains(['"', '”', '»', '’']) {
            return true;
        }
        if self.is_enumerator(word) {
            return false;
        }
        if matches!(word, "a" | "d") && next.word == "C" && next.rest.starts_with('.') {
            return false; // 323 a. C.
        }
        if is_hours(self.before, word) {
            return !abbreviations::follows_hours(next.word);
        }
        if is_initial(word) || is_acronym(word) {
            let leads = abbreviations::kind(word) == Kind::Leading && word.chars().all(|c| !c.is_uppercase());
            return next.is_starter() && !leads;
        }
        match abbreviations::kind(word) {
            Kind::Leading => false,
            Kind::Either => next.is_starter(),
            Kind::Numbered => !next.is_number(),
            Kind::Word => true,
        }
    }

    /// The word that the stop follows, without what opens it; empty when a blank stands between.
    fn word(&self) -> &str {
        let letters = self.before.char_indices().rev().take(WORD_LIMIT).take_while(|(_, c)| !c.is_whitespace());
        let start = letters.last().map_or(self.before.len(), |(at, _)| at);
        let word = self.before[start..].trim_start_matches(is_opener);
        word.rsplit(['-', '/', '—', '–', ')']).next().unwrap_or(word)
    }

    /// `1.` and the like at the start of an item.
    fn is_enumerator(&self, word: &str) -> bool {
        let whole = self.before.trim_matches(|c: char| c.is_whitespace() || is_opener(c)) == word;
        whole && word.len() < 4 && (is_initial(word) || word.chars().all(|c| c.is_ascii_digit()))
    }
}

/// `a.m`, `p.m`, and `m` of `a. m.`
fn is_hours(before: &str, word: &str) -> bool {
    let lower = word.to_lowercase();
    matches!(lower.as_str(), "a.m" | "p.m")
        || (lower == "m" && (before.ends_with("a. m") || before.ends_with("p. m") || before.ends_with("p.\u{a0}m")))
}

fn is_initial(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next().is_none()
}

/// `U.S`, `EE.UU`, `Ph.D`, `p.ej`: letters in groups of at most three.
fn is_acronym(word: &str) -> bool {
    let group = |part: &str| (1..=3).contains(&part.chars().count()) && part.chars().all(char::is_alphabetic);
    word.contains('.') && word.split('.').all(group)
}
