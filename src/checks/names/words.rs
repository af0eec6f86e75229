//! A text as words that know how they are written and whether a sentence starts with them.

use std::ops::Range;

use crate::{domain::Span, text::split_sentences};

/// A word, without a possessive ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) span: Span,
    /// In lower case, with accents.
    pub(super) lower: String,
    /// In lower case, without accents, apostrophes and stops: `O'Neill` is `oneill`, `U.S.` is `us`.
    pub(super) folded: String,
    /// Capital letters in it.
    pub(super) capitals: usize,
    /// It has letters, and all are capitals.
    pub(super) shouted: bool,
    /// The first word of a sentence, or after a mark that a capital may follow, such as `:` or an opening quotation mark.
    pub(super) initial: bool,
    /// Only a blank stands between it and the word before: both may belong to one name.
    pub(super) joined: bool,
    /// A short word before a stop inside the sentence, perhaps cut short: `Ariz.`.
    pub(super) cut_short: bool,
    /// How the sentence around it is written.
    pub(super) casing: Casing,
}

/// How capitals are used in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Casing {
    /// For names and for the first word.
    Sentence,
    /// For most words, as in headlines.
    Title,
    /// For most letters.
    Capitals,
}

impl Word {
    pub(super) fn is_capitalised(&self) -> bool {
        self.capitals > 0
    }

    /// Letters or digits between hyphens; the whole word when it has none.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        self.folded.split('-').filter(|part| !part.is_empty())
    }

    pub(super) fn is_number(&self) -> bool {
        !self.folded.contains(char::is_alphabetic)
    }

    /// In capitals where that says something: two letters or more, in a sentence that is not all capitals.
    pub(super) fn is_acronym(&self) -> bool {
        self.shouted && self.capitals > 1 && self.casing != Casing::Capitals
    }
}

/// The words of `text`, in order. Sentences end at line breaks too.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        for sentence in split_sentences(line) {
            let first = words.len();
            push_sentence(text, start + sentence.start..start + sentence.end, &mut words);
            let casing = casing(&words[first..]);
            words[first..].iter_mut().for_each(|word| word.casing = casing);
        }
        start += line.len();
    }
    words
}

fn push_sentence(text: &str, sentence: Range<usize>, words: &mut Vec<Word>) {
    let mut at = sentence.start;
    let mut before: Option<usize> = None;
    while let Some(found) = text[at..sentence.end].find(char::is_alphanumeric) {
        let start = at + found;
        let whole = start + length(&text[start..sentence.end]);
        let end = start + without_ending(&text[start..whole]).len();
        let gap = &text[before.unwrap_or(sentence.start)..start];
        let mut word = word(text, Span::new(start, end));
        word.initial = before.is_none() || gap.contains(may_lead_a_capital);
        // The stop of an initial or of a title is no break: `George W. Bush`, `Dr. Smith`.
        let short = words.last().is_some_and(|last: &Word| last.folded.len() <= 4 && last.is_capitalised());
        word.joined = before.is_some() && (is_blank(gap) || gap == " & " || (short && gap == ". "));
        words.push(word);
        before = Some(if end < whole { end } else { whole });
        at = whole;
    }
}

/// Whether the text between two words is but a blank; a possessive ending before it separates: `Obama's Chicago`.
fn is_blank(gap: &str) -> bool {
    !gap.is_empty() && gap.chars().all(char::is_whitespace)
}

fn may_lead_a_capital(c: char) -> bool {
    matches!(c, ':' | '"' | '“' | '”' | '«' | '»' | '‘' | '„' | '¿' | '¡' | '•' | '·' | '—' | '–' | '*' | '|' | '[')
}

/// The bytes of the word that `rest` starts with.
fn length(rest: &str) -> usize {
    let mut chars = rest.char_indices().peekable();
    let (mut end, mut run, mut dotted) = (0, 0, false);
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        if c.is_alphanumeric() || is_mark(c) {
            run += 1;
        } else if is_joint(c)
            && next.is_some_and(char::is_alphanumeric)
            && !(is_hyphen(c) && splits(&rest[..at], &rest[at + c.len_utf8()..]))
        {
            run = 0;
        } else if c == '.' && run == 1 && (dotted || next.is_some_and(char::is_uppercase)) {
            (run, dotted) = (0, true);
        } else {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

/// Whether a hyphen parts two words: one of them is no name (`anti-Muslim`, `Spanish-speaking`, `R-Ariz`). The Arabic
/// article is part of the name: `al-Assad`.
fn splits(before: &str, after: &str) -> bool {
    let before = before.rsplit(is_hyphen).next().unwrap_or_default();
    let after: &str = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let (left, right) = (before.chars().count(), after.chars().count());
    let lower = |part: &str| part.starts_with(char::is_lowercase);
    let letter = left == 1 && before.starts_with(char::is_uppercase) && after.starts_with(char::is_uppercase);
    letter || (lower(before) && left > 2 && !lower(after)) || (!lower(before) && lower(after) && right > 2)
}

fn is_joint(c: char) -> bool {
    is_apostrophe(c) || is_hyphen(c) || c == '&'
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '‘' | '`' | '´')
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑')
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// The word without `'s` and the other endings that English writes after an apostrophe.
fn without_ending(word: &str) -> &str {
    let Some((at, _)) = word.char_indices().rev().find(|&(_, c)| is_apostrophe(c)) else { return word };
    let ending = word[at..].trim_start_matches(is_apostrophe);
    let kept = &word[..at];
    match ending {
        "s" | "S" | "m" | "ll" | "re" | "ve" | "d" => kept,
        "t" => kept.strip_suffix(['n', 'N']).filter(|stem| !stem.is_empty()).unwrap_or(kept),
        _ => word,
    }
}

fn word(text: &str, span: Span) -> Word {
    let written = &text[span.start..span.end];
    let letters = written.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = written.chars().filter(|c| c.is_uppercase()).count();
    Word {
        span,
        lower: written.to_lowercase(),
        folded: fold(written),
        capitals,
        shouted: letters > 0 && letters == capitals,
        initial: false,
        joined: false,
        cut_short: written.len() <= 5 && text[span.end..].starts_with('.'),
        casing: Casing::Sentence,
    }
}

/// Lower case, without accents, apostrophes and stops; all hyphens alike.
pub(super) fn fold(word: &str) -> String {
    let kept = word.chars().filter(|&c| !is_apostrophe(c) && !is_mark(c) && c != '.');
    let mut folded = String::with_capacity(word.len());
    for c in kept.flat_map(char::to_lowercase).filter(|&c| !is_mark(c)) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            c if is_hyphen(c) => folded.push('-'),
            c => folded.push(plain(c)),
        }
    }
    folded
}

/// The letter without its accent.
fn plain(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ł' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ž' | 'ż' => 'z',
        '₀'..='₉' => char::from_digit(u32::from(c) - u32::from('₀'), 10).unwrap_or(c),
        other => other,
    }
}

/// Below this many words after the first a sentence is too short to tell a headline from a sentence full of names.
const FEWEST_IN_TITLE: usize = 3;

/// Words that many headlines write in lower case.
const SMALL_IN_TITLE: &[&str] = &[
    "after", "amid", "and", "ante", "are", "but", "como", "con", "del", "for", "from", "has", "her", "his", "into",
    "its", "las", "los", "nor", "not", "off", "out", "over", "para", "per", "por", "que", "sin", "than", "that", "the",
    "tras", "una", "via", "was", "who", "with",
];

fn casing(sentence: &[Word]) -> Casing {
    let lettered = || sentence.iter().filter(|word| !word.is_number());
    let (all, shouted) = (lettered().count(), lettered().filter(|word| word.shouted && word.capitals > 1).count());
    if all >= 3 && shouted * 5 >= all * 3 {
        return Casing::Capitals;
    }
    let long = || {
        lettered()
            .skip(1)
            .filter(|word| word.folded.len() >= 3 && SMALL_IN_TITLE.binary_search(&word.folded.as_str()).is_err())
    };
    let (all, capitalised) = (long().count(), long().filter(|word| word.is_capitalised()).count());
    if all >= FEWEST_IN_TITLE && capitalised * 10 >= all * 9 { Casing::Title } else { Casing::Sentence }
}
