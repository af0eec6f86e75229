//! Tells a name that the other language spells its own way from one that was mangled.
//!
//! Both words are brought to one spelling by rules that languages follow (ph = f, th = t, double = single, y = i, ...)
//! and then have to be the same. Swapped, lost or new letters are no spelling of the same name, however close.

use super::words::Word;

/// Letters left of a stem, at least, for two words to be of one family.
const SHORTEST_STEM: usize = 4;

/// How a name sounds, roughly: equal for spellings of one name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Sound(String);

impl Sound {
    /// Of a folded word.
    pub(super) fn of(folded: &str) -> Self {
        let mut rest = folded;
        if rest.starts_with("es") && rest[2..].starts_with(['c', 'k', 'l', 'm', 'n', 'p', 'q', 't']) {
            rest = &rest[1..]; // Spanish starts no word with s and a consonant: Escandinavia.
        }
        let mut sound = String::with_capacity(rest.len());
        while let Some(first) = rest.chars().next() {
            let (length, heard) = spelling(rest, first);
            for c in heard.chars().chain((heard.is_empty() && length == 0).then_some(first)) {
                if !sound.ends_with(c) {
                    sound.push(c);
                }
            }
            rest = &rest[length.max(first.len_utf8())..];
        }
        if sound.ends_with("burgo") {
            sound.pop(); // Hamburgo
        }
        Self(sound)
    }

    /// Without the ending that makes a place's or a person's name an adjective or puts it into Spanish: `bolivian`,
    /// `boliviana`; nothing when too little is left.
    pub(super) fn stem(&self) -> Option<&str> {
        let endings = ENDINGS.iter().filter_map(|ending| self.0.strip_suffix(ending));
        endings.chain([self.0.as_str()]).find(|stem| stem.chars().count() >= SHORTEST_STEM)
    }
}

/// Digraphs and what they sound like, the first that fits.
const SPELLINGS: &[(&str, &str)] = &[
    ("tsch", "x"),
    ("sch", "x"),
    ("tch", "x"),
    ("ch", "x"),
    ("sh", "x"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("kh", "j"),
    ("zh", "j"),
    ("gh", "g"),
    ("rh", "r"),
    ("bh", "b"),
    ("ck", "k"),
    ("cz", "x"),
    ("qu", "k"),
    ("gue", "ge"),
    ("gui", "gi"),
    ("guy", "gi"),
    ("tion", "sion"),
    ("tia", "sia"),
    ("tius", "sius"),
    ("ce", "se"),
    ("ci", "si"),
    ("cy", "si"),
    ("c", "k"),
    ("q", "k"),
    ("z", "s"),
    ("y", "i"),
    ("oo", "u"),
    ("ou", "u"),
    ("ee", "i"),
    ("w", "v"),
    ("-", ""),
];

/// The first letters of [`SPELLINGS`].
const LED: &str = "tscpdkzgrbqyoew-";

/// The bytes that the start of `rest` spends on what is heard; 0 when it is the letter itself.
fn spelling(rest: &str, first: char) -> (usize, &'static str) {
    if first == 'h' {
        return (1, "");
    }
    if !LED.contains(first) {
        return (0, "");
    }
    SPELLINGS
        .iter()
        .find(|(written, _)| rest.starts_with(written))
        .map_or((0, ""), |&(written, heard)| (written.len(), heard))
}

/// As they sound; the longest first.
const ENDINGS: &[&str] = &[
    "ianismo", "ianism", "ianos", "ianas", "enses", "istas", "ismos", "ianes", "iana", "iano", "ians", "eans", "anos",
    "anas", "enos", "enas", "eses", "esas", "ists", "isms", "ites", "itas", "ense", "ista", "ismo", "inos", "inas",
    "ikos", "ikas", "ian", "ean", "ano", "ana", "eno", "ena", "ese", "esa", "ist", "ism", "ite", "ita", "ino", "ina",
    "iko", "ika", "iks", "iko", "ans", "ies", "ios", "ias", "ix", "an", "es", "ik", "is", "us", "um", "ia", "io", "os",
    "as", "s", "i", "a", "e", "o",
];

/// Whether words of one family may differ by `ending`.
pub(super) fn is_ending(ending: &str) -> bool {
    ENDINGS.contains(&ending) || ending == "es" || ending == "mente"
}

/// Endings that Spanish replaces even in names: `Julius`, `Julio`; as written.
const REPLACED: &[&str] = &["us", "um", "ia", "y", "ian", "is", "es"];

/// Whether the stems of two words may be compared: `source` has an ending that the target language replaces, or
/// `target` is written in lower case, so is no name any more.
pub(super) fn may_be_family(source: &Word, target: &Word) -> bool {
    !target.is_capitalised() || REPLACED.iter().any(|ending| source.folded.ends_with(ending))
}
