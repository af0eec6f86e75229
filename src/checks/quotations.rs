//! Quotations: where they stand, and whether an article holds the quoted words.

use std::collections::HashMap;

use crate::domain::Span;

/// The quoted passages of `text`, without their marks, in order, not overlapping.
///
/// Reads "…", “…”, „…“, «…», ‹…› and ‘…’, over several sentences; of quotations within quotations the outer one. A
/// quotation ends with its paragraph (a blank line), and counts without a closing mark only when the next paragraph
/// opens again, as printed English does. Apostrophes and marks of inches open nothing.
pub fn quotations(text: &str) -> Vec<Span> {
    let mut reader = Reader { text, open: None, found: Vec::new() };
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        reader.read(Sign { at, c, before, after: chars.peek().map(|&(_, next)| next) });
        before = Some(c);
    }
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    /// The mark that closes the open quotation, and where that one starts.
    open: Option<(Closing, usize)>,
    found: Vec<Span>,
}

/// The marks that close a quotation.
type Closing = &'static [char];

/// A character with those beside it.
#[derive(Clone, Copy)]
struct Sign {
    at: usize,
    c: char,
    before: Option<char>,
    after: Option<char>,
}

impl Reader<'_> {
    fn read(&mut self, sign: Sign) {
        if sign.c == '\n' && self.ends_paragraph(sign.at) {
            self.end_paragraph(sign.at);
            return;
        }
        match self.open {
            Some((closing, start)) if closing.contains(&sign.c) && sign.closes() => {
                self.push(start, sign.at);
                self.open = None;
            }
            Some(_) => {}
            None => self.open = sign.opens().map(|closing| (closing, sign.at + sign.c.len_utf8())),
        }
    }

    fn push(&mut self, start: usize, end: usize) {
        let passage = &self.text[start..end];
        if passage.contains(char::is_alphanumeric) {
            let start = end - passage.trim_start().len();
            self.found.push(Span::new(start, start + passage.trim().len()));
        }
    }

    /// Whether a blank line follows the line break at `at`.
    fn ends_paragraph(&self, at: usize) -> bool {
        let rest = self.text[at + 1..].trim_start_matches([' ', '\t', '\r']);
        rest.starts_with('\n')
    }

    fn end_paragraph(&mut self, at: usize) {
        let Some((closing, start)) = self.open.take() else { return };
        let mut next = self.text[at..].trim_start().chars();
        let first = next.next();
        let again = first.and_then(|c| Sign { at, c, before: None, after: next.next() }.opens());
        if again == Some(closing) {
            self.push(start, at);
        }
    }
}

impl Sign {
    /// The marks that close what this one opens.
    fn opens(self) -> Option<Closing> {
        let inside = self.before.is_some_and(char::is_alphanumeric);
        let closing: Closing = match self.c {
            '“' => &['”'],
            '„' => &['“', '”'],
            '«' => &['»'],
            '‹' => &['›'],
            '"' | '”' if !inside && self.after.is_some_and(|c| !c.is_whitespace()) => &['"', '”'],
            '‘' if !inside && self.after.is_some_and(char::is_alphabetic) => &['’'],
            _ => return None,
        };
        Some(closing)
    }

    /// Whether this mark, which may close a quotation, is no apostrophe.
    fn closes(self) -> bool {
        self.c != '’' || !self.after.is_some_and(char::is_alphanumeric)
    }
}

/// Whether the words of `quotation` stand in `source`, as [`Quoted::holds`] says. For many look-ups build a [`Quoted`].
pub fn holds(source: &str, quotation: &str) -> bool {
    Quoted::of(source).holds(quotation)
}

/// An article's words, built once for many look-ups of quotations; each is linear in the article's length at most.
#[derive(Debug, Clone, Default)]
pub struct Quoted {
    words: Vec<u32>,
    numbers: HashMap<String, u32>,
}

impl Quoted {
    /// Reads the words of `source`.
    pub fn of(source: &str) -> Self {
        let mut quoted = Self::default();
        for word in words(source) {
            let next = quoted.numbers.len() as u32;
            quoted.words.push(*quoted.numbers.entry(word).or_insert(next));
        }
        quoted
    }

    /// Whether the quoted words stand in the article one after the other, whatever their case, white space and
    /// punctuation. At an ellipsis or a bracketed insertion something may be left out or different; what stands
    /// before it has to come before what stands after it. A quotation without words is held.
    pub fn holds(&self, quotation: &str) -> bool {
        let mut rest = self.words.as_slice();
        parts(quotation).iter().all(|part| {
            let Some(numbers) = words(part).map(|word| self.numbers.get(&word).copied()).collect::<Option<Vec<_>>>()
            else {
                return false;
            };
            let end = end_of(&numbers, rest);
            rest = &rest[end.unwrap_or(0)..];
            end.is_some()
        })
    }
}

/// Past the first place where `needle` stands in `hay`, by Knuth, Morris and Pratt: linear whatever repeats.
fn end_of(needle: &[u32], hay: &[u32]) -> Option<usize> {
    let mut borders = vec![0; needle.len()];
    for at in 1..needle.len() {
        borders[at] = matched(needle, &borders, borders[at - 1], needle[at]);
    }
    if needle.is_empty() {
        return Some(0);
    }
    let mut length = 0;
    hay.iter()
        .position(|&word| {
            length = matched(needle, &borders, length, word);
            length == needle.len()
        })
        .map(|at| at + 1)
}

/// How many words of `needle` the text matches after `word`, when it matched `length` of them before.
fn matched(needle: &[u32], borders: &[usize], mut length: usize, word: u32) -> usize {
    while length > 0 && needle[length] != word {
        length = borders[length - 1];
    }
    length + usize::from(needle[length] == word)
}

/// The quotation cut at ellipses and bracketed insertions. `[T]he` is the word itself with another capital.
fn parts(quotation: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = quotation;
    while let Some(c) = rest.chars().next() {
        let dots = rest.len() - rest.trim_start_matches(['.', '…']).len();
        let after = &rest[c.len_utf8()..];
        if c == '…' || dots > 1 {
            parts.push(String::new());
            rest = &rest[dots..];
        } else if let Some((inside, after)) = insertion(c, after) {
            match inside {
                Some(letter) if after.starts_with(char::is_alphabetic) => extend(&mut parts, letter),
                _ => {
                    // What a bracket completes is no whole word: `want[ed]`.
                    if let Some(last) = parts.last_mut() {
                        last.truncate(last.trim_end_matches(char::is_alphanumeric).len());
                    }
                    parts.push(String::new());
                }
            }
            rest = after;
        } else {
            extend(&mut parts, c);
            rest = after;
        }
    }
    parts
}

fn extend(parts: &mut [String], c: char) {
    parts.iter_mut().last().into_iter().for_each(|last| last.push(c));
}

/// What follows the bracket opened by `c`, and the one letter in it.
fn insertion(c: char, after: &str) -> Option<(Option<char>, &str)> {
    if c != '[' {
        return None;
    }
    let (inside, after) = after.split_once(']')?;
    let mut chars = inside.chars();
    let letter = chars.next().filter(|c| c.is_alphabetic() && chars.next().is_none());
    Some((letter, after))
}

/// The words of a text in lower case: letters and digits, with apostrophes and decimal marks inside; signs of money and
/// per cent are words too.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(|c: char| c.is_alphanumeric() || is_sign(c))?;
        let length = word_length(&rest[start..]);
        let word = rest[start..start + length].to_lowercase().replace(['’', 'ʼ', '‘', '`', '´'], "'");
        rest = &rest[start + length..];
        Some(word)
    })
}

fn is_sign(c: char) -> bool {
    matches!(c, '%' | '$' | '€' | '£' | '¥')
}

fn word_length(text: &str) -> usize {
    let mut end = 0;
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        let digits = before.is_some_and(|c: char| c.is_ascii_digit()) && next.is_some_and(|c| c.is_ascii_digit());
        let letters = next.is_some_and(char::is_alphanumeric);
        let inside = at > 0
            && match c {
                '\'' | '’' | 'ʼ' | '`' | '´' | '‘' => letters,
                '.' | ',' => digits,
                _ => false,
            };
        if !c.is_alphanumeric() && !inside {
            return if at == 0 { c.len_utf8() } else { end };
        }
        end = at + c.len_utf8();
        before = Some(c);
    }
    end
}

#[cfg(test)]
mod tests;
