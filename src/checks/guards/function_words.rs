//! The small words by which languages are told apart.

use std::{collections::HashMap, sync::LazyLock};

use crate::domain::Language;

/// Languages in Latin letters whose small words are known: those that a translator into English or Spanish slips
/// into, and the commonest sources.
const CODES: [&str; 9] = ["ca", "de", "en", "es", "fr", "it", "nl", "pt", "ro"];

/// Frequent words that the lists lack although other languages' lists hold them or words like them.
const MORE: [(&str, &[&str]); 3] = [
    (
        "en",
        &[
            "also", "another", "come", "could", "die", "door", "even", "man", "many", "may", "men", "met", "must",
            "one", "said", "says", "since", "still", "two", "us", "want", "war", "without", "would",
        ],
    ),
    (
        "es",
        &[
            "además", "alguna", "allí", "aquella", "aquí", "así", "aunque", "año", "años", "bien", "cada", "casi",
            "da", "dan", "dar", "deja", "después", "dijo", "dos", "fin", "gran", "hace", "hacia", "igual", "mal",
            "mientras", "poca", "poder", "primer", "puede", "sale", "según", "ser", "si", "sido", "siete", "sino",
            "solo", "tal", "tan", "tanta", "tras", "va", "van", "vas", "ve", "vez",
        ],
    ),
    (
        "fr",
        &[
            "a", "après", "aussi", "avoir", "cette", "chez", "comme", "contre", "depuis", "deux", "donc", "dont",
            "elles", "encore", "fait", "leurs", "où", "peut", "plus", "sans", "selon", "sont", "sous", "tous", "tout",
            "très", "être",
        ],
    ),
];

static TABLE: LazyLock<HashMap<&'static str, Set>> = LazyLock::new(|| {
    let mut table: HashMap<&'static str, Set> = HashMap::new();
    for (bit, code) in CODES.iter().enumerate() {
        let more = MORE.iter().filter(|(of, _)| of == code).flat_map(|(_, words)| *words);
        let listed = stop_words::lookup(code).unwrap_or_default();
        for word in listed.iter().filter(|word| is_word(word, code)).chain(more) {
            table.entry(word).or_default().0 |= 1 << bit;
        }
    }
    table
});

/// The English and French lists hold what is left of `d'you` and `j'ai`, letters that are words elsewhere; and `o`,
/// `os` and `e`, though Spanish, tell more of Portuguese, where they are articles and `and`.
fn is_word(word: &str, code: &str) -> bool {
    match code {
        "en" => word.len() > 1 || matches!(word, "a" | "i"),
        "es" => !matches!(word, "e" | "o" | "os"),
        "fr" => word.len() > 1 || word == "y",
        _ => true,
    }
}

/// Small words of surnames and places, which stay as they are: `van der Berg`, `de Gaulle`.
const PARTICLES: &[&str] = &[
    "af", "al", "da", "das", "de", "dei", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "la", "las",
    "le", "los", "ten", "ter", "van", "von", "zu",
];

/// Whether `word`, in small letters, may be part of a name.
pub(super) fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// A set of the known languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Set(u16);

impl Set {
    /// All known languages.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..CODES.len()).map(|bit| Self(1 << bit))
    }

    /// Only `language`; empty where it is not known.
    pub(super) fn only(language: Language) -> Self {
        CODES.iter().position(|code| *code == language.code()).map_or(Self::default(), |bit| Self(1 << bit))
    }

    /// The languages that have `word`, in small letters, for a small word.
    pub(super) fn with(word: &str) -> Self {
        TABLE.get(word).copied().unwrap_or_default()
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the two share a language.
    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Whether `word`, in small letters, has a letter that no word of the one language in `set` has but borrowed ones.
/// `false` where its letters are not known.
pub(super) fn has_foreign_letter(word: &str, set: Set) -> bool {
    let own = match set {
        set if set == Set::only(Language::ENGLISH) => "",
        set if set == Set::only(Language::SPANISH) => "áéíóúüñ",
        _ => return false,
    };
    word.contains(|c: char| !c.is_ascii() && c.is_alphabetic() && !own.contains(c))
}
