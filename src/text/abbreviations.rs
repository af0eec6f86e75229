//! Words whose stop does not end a sentence, in English and Spanish. Data, in lower case, without the last stop.

/// Always followed by more: titles before a name, and words that lead to what they mean.
const LEADING: &[&str] = &[
    // English
    "adm", "brig", "capt", "cmdr", "col", "cpl", "dr", "drs", "gen", "gov", "hon", "lt", "maj", "messrs", "mr", "mrs",
    "ms", "mx", "pfc", "spc", "det", "pres", "prof", "pvt", "rep", "reps", "rev", "sen", "sens", "sgt", "supt", "atty",
    "insp", "mt", "ft", "vs", "v", "viz", "cf", "e.g", "eg", "i.e", "approx", "ca", // Spanish
    "alm", "arq", "brig", "cap", "cnel", "d", "dª", "da", "dn", "dña", "dra", "dras", "dres", "excmo", "excma", "fr",
    "gral", "ilmo", "ilma", "ing", "lic", "licda", "licdo", "mons", "ntra", "ntro", "pdte", "pdta", "pte", "prof",
    "profa", "rvdo", "srta", "srtas", "sra", "sras", "sres", "sta", "sto", "stma", "tte", "vda", "av", "avda", "ej",
    "p.ej", "aprox", "íd", "ibíd", "gob", "dip", "cta", "ctra", "pza", "urb",
];

/// May lead or end: no end unless a word follows that likes to start sentences.
const EITHER: &[&str] = &[
    // English
    "assn", "ave", "blvd", "bldg", "bros", "co", "corp", "dept", "dist", "est", "inc", "intl", "jr", "ltd", "llc",
    "ltda", "natl", "rd", "sr", "st", "univ", "ala", "ariz", "ark", "calif", "colo", "conn", "del", "fla", "ga", "ill",
    "ind", "kan", "kans", "ky", "la", "mass", "md", "mich", "minn", "miss", "mo", "mont", "neb", "nev", "okla", "ore",
    "penn", "pa", "tenn", "tex", "va", "vt", "wash", "wis", "wyo", "ont", "que", "ph.d", "ph", "esq",
    // Spanish
    "cía", "cia", "dto", "dpto", "depto", "edo", "ee", "uu", "ff", "aa", "rr", "hh", "jj", "oo", "cc", "ss", "nn", "mm",
    "gral", "hnos", "prov", "ud", "uds", "vd", "vds", "s.a", "s.l", "lda",
];

/// Words that are abbreviations only with a capital: `Miss.`, `Ind.`, `La.` and others end sentences in lower case.
const CAPITALISED: &[&str] = &[
    "ala", "ark", "conn", "del", "ee", "uu", "ff", "aa", "rr", "hh", "jj", "oo", "cc", "ss", "nn", "mm", "ga", "ill",
    "ind", "la", "mass", "miss", "mo", "mont", "ore", "pa", "penn", "que", "va", "wash", "est", "co", "ms", "gen",
    "hon", "fr", "d", "da", "col", "rep", "pres", "sen", "maj", "adm", "ft", "mt", "dip", "mx", "gob", "del", "cap",
    "urb", "sta", "sto", "pte", "det",
];

/// Followed by a number: `No. 5`, `p. 12`, `Nov. 3`.
const NUMBERED: &[&str] = &[
    // English
    "no", "nos", "nr", "p", "pp", "vol", "vols", "fig", "figs", "ch", "sec", "eq", "ver", "op", "apt", "art", "arts",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", // Spanish
    "núm", "num", "núms", "n", "nº", "s", "ss", "pág", "pag", "págs", "cap", "caps", "tít", "tel", "teléf", "tfno",
    "ene", "abr", "ago", "dic", "set", "tomo",
];

/// Words that start sentences far more often than they follow an abbreviation inside one.
const STARTERS: &[&str] = &[
    // English
    "the",
    "he",
    "she",
    "it",
    "its",
    "they",
    "we",
    "you",
    "i",
    "his",
    "her",
    "their",
    "our",
    "my",
    "this",
    "that",
    "these",
    "those",
    "there",
    "but",
    "and",
    "or",
    "so",
    "yet",
    "if",
    "when",
    "while",
    "after",
    "before",
    "since",
    "as",
    "at",
    "in",
    "on",
    "by",
    "for",
    "from",
    "to",
    "with",
    "an",
    "some",
    "many",
    "most",
    "more",
    "all",
    "both",
    "each",
    "no",
    "not",
    "now",
    "then",
    "here",
    "what",
    "who",
    "why",
    "how",
    "where",
    "which",
    "however",
    "meanwhile",
    "although",
    "though",
    "because",
    "also",
    "still",
    "even",
    "once",
    "until",
    "under",
    "about",
    "last",
    "next",
    "according",
    "earlier",
    "later",
    "officials",
    "police",
    "another",
    "other",
    "others",
    "only",
    "just",
    "nobody",
    "everyone",
    "people",
    "one",
    "two",
    "three",
    // Spanish
    "el",
    "él",
    "la",
    "los",
    "las",
    "lo",
    "un",
    "una",
    "unos",
    "unas",
    "ella",
    "ellos",
    "ellas",
    "su",
    "sus",
    "este",
    "esta",
    "esto",
    "estos",
    "estas",
    "ese",
    "esa",
    "eso",
    "aquel",
    "pero",
    "y",
    "o",
    "si",
    "sí",
    "cuando",
    "mientras",
    "después",
    "antes",
    "desde",
    "según",
    "en",
    "con",
    "por",
    "para",
    "sin",
    "sobre",
    "tras",
    "también",
    "además",
    "aunque",
    "porque",
    "como",
    "así",
    "ahora",
    "luego",
    "entonces",
    "hoy",
    "ayer",
    "fue",
    "es",
    "era",
    "hay",
    "había",
    "se",
    "ya",
    "qué",
    "quién",
    "dónde",
    "cómo",
    "todos",
    "muchos",
    "nadie",
    "otro",
    "otra",
    "otros",
    "ambos",
    "al",
    "del",
    "entre",
    "durante",
    "hasta",
    "ante",
    "bajo",
    "hace",
    "son",
    "está",
    "tiene",
];

/// Follow `a.m.` and `p.m.` inside a sentence.
const AFTER_HOURS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "et",
    "est",
    "edt",
    "ct",
    "cst",
    "cdt",
    "mt",
    "mst",
    "mdt",
    "pt",
    "pst",
    "pdt",
    "gmt",
    "utc",
    "bst",
    "cet",
    "eastern",
    "central",
    "pacific",
    "jan",
    "feb",
    "march",
    "april",
    "may",
    "june",
    "july",
    "aug",
    "august",
    "sept",
    "september",
    "oct",
    "october",
    "nov",
    "november",
    "dec",
    "december",
    "january",
    "february",
];

/// Articles, prepositions and the like: a line that stops at one goes on below.
const FUNCTION_WORDS: &[&str] = &[
    "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "and", "or", "but", "that", "as",
    "than", "into", "el", "la", "los", "las", "un", "una", "de", "del", "al", "en", "con", "por", "para", "y", "e",
    "o", "que", "su", "sus", "se", "sin", "sobre",
];

/// Verbs of speaking: `"Stop!" Bennett said.` goes on after the quotation.
const SPEECH: &[&str] = &[
    "said",
    "says",
    "joked",
    "asked",
    "asks",
    "told",
    "added",
    "cried",
    "replied",
    "shouted",
    "wrote",
    "tweeted",
    "wondered",
    "exclaimed",
    "yelled",
    "explained",
    "dijo",
    "dice",
    "preguntó",
    "respondió",
    "exclamó",
    "gritó",
    "añadió",
    "agregó",
    "escribió",
    "afirmó",
    "señaló",
    "explicó",
];

/// What the stop after a word may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// More follows.
    Leading,
    /// More follows, unless a word does that likes to start sentences.
    Either,
    /// More follows when that is a number.
    Numbered,
    /// An end.
    Word,
}

/// What the stop after `word` may mean; `word` comes without it.
pub(super) fn kind(word: &str) -> Kind {
    let lower = word.to_lowercase();
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    if NUMBERED.contains(&lower.as_str()) {
        return Kind::Numbered;
    }
    if !capital && CAPITALISED.contains(&lower.as_str()) {
        return Kind::Word;
    }
    if LEADING.contains(&lower.as_str()) {
        Kind::Leading
    } else if EITHER.contains(&lower.as_str()) {
        Kind::Either
    } else {
        Kind::Word
    }
}

/// Whether `word`, without its stop, is a title or another abbreviation that leads to more.
pub(super) fn is_title(word: &str) -> bool {
    matches!(kind(word), Kind::Leading) || matches!(word, "Sr" | "St" | "Jr" | "EE" | "Ud" | "Uds")
}

/// Whether a line that stops at `word` goes on below.
pub(super) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.contains(&word)
}

/// Whether `word` likes to start sentences.
pub(super) fn is_starter(word: &str) -> bool {
    STARTERS.contains(&word.to_lowercase().as_str())
}

/// Whether `word` may follow `a.m.` inside a sentence.
pub(super) fn follows_hours(word: &str) -> bool {
    AFTER_HOURS.contains(&word.to_lowercase().as_str())
}

/// Whether `word` is a verb of speaking.
pub(super) fn is_speech(word: &str) -> bool {
    SPEECH.contains(&word)
}
