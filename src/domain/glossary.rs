use std::collections::{BTreeMap, BTreeSet};

use super::{InputError, Language, receipt::sha256};

/// Most terms of one glossary, all languages together.
pub const TERMS: usize = 500;
/// Longest term in characters, in either language.
pub const TERM_CHARACTERS: usize = 200;

/// What is never translated, and what is always translated as given.
///
/// Terms are kept with single blanks between their words, so that glossaries that say the same are equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Glossary {
    protected: BTreeSet<String>,
    terms: BTreeMap<Language, BTreeMap<String, String>>,
}

/// What became of a glossary's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TermCounts {
    /// Places in sentences whose translations have the term as the glossary wants it.
    pub applied: usize,
    /// Places whose translations have it not.
    pub lost: usize,
}

impl std::iter::Sum for TermCounts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |all, one| Self { applied: all.applied + one.applied, lost: all.lost + one.lost })
    }
}

/// One entry of a glossary, for one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry<'a> {
    /// Stays as it is written, capitals included.
    Protected(&'a str),
    /// The source's words, whose first letter may be small or a capital, and the target's.
    Term(&'a str, &'a str),
}

impl Glossary {
    /// Takes terms that stay as they are, and by the code of each target language terms with their translations.
    ///
    /// # Errors
    /// [`InputError`] that names `glossary.protected` or `glossary.terms.es`, for a term without a letter or digit, one
    /// with a control character or of more than [`TERM_CHARACTERS`], and a code that is no language's; that names
    /// `glossary` for more than [`TERMS`].
    pub fn new(protected: Vec<String>, terms: BTreeMap<String, BTreeMap<String, String>>) -> Result<Self, InputError> {
        let count = protected.len() + terms.values().map(BTreeMap::len).sum::<usize>();
        too_long("glossary", "terms", TERMS, count)?;
        let mut glossary = Self::default();
        for term in &protected {
            glossary.protected.insert(clean("glossary.protected", term)?);
        }
        for (code, pairs) in &terms {
            let field = format!("glossary.terms.{code}");
            let language: Language = code.parse().map_err(|error| named(&field, error))?;
            for (source, target) in pairs {
                glossary.add(language, clean(&field, source)?, clean(&field, target)?);
            }
        }
        Ok(glossary)
    }

    fn add(&mut self, language: Language, source: String, target: String) {
        self.terms.entry(language).or_default().insert(source, target);
    }

    /// The entries of `server` and of `request`; those of the request win over the server's for the same term.
    pub fn merged(server: &Self, request: &Self) -> Self {
        let mut merged = request.clone();
        let asked: BTreeSet<String> = request.protected.iter().map(|term| lower_first(term)).collect();
        merged.protected.extend(server.protected.iter().cloned());
        for (language, pairs) in &server.terms {
            let own = request.terms.get(language).into_iter().flat_map(BTreeMap::keys);
            let own: BTreeSet<String> = own.map(|term| lower_first(term)).chain(asked.iter().cloned()).collect();
            for (source, target) in pairs.iter().filter(|(source, _)| !own.contains(&lower_first(source))) {
                merged.add(*language, source.clone(), target.clone());
            }
        }
        merged
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.protected.is_empty() && self.terms.is_empty()
    }

    /// What holds for translations into `language`: a translation that is given wins over the same term's protection.
    pub fn entries(&self, language: Language) -> impl Iterator<Item = Entry<'_>> {
        let terms = self.terms.get(&language);
        let given = move |term: &&String| terms.is_some_and(|terms| terms.contains_key(term.as_str()));
        let protected = self.protected.iter().filter(move |term| !given(term));
        let pairs = terms.into_iter().flatten().map(|(source, target)| Entry::Term(source, target));
        protected.map(|term| Entry::Protected(term)).chain(pairs)
    }

    /// The SHA-256 of the glossary in lower-case hex: of the JSON `{"protected":[...],"terms":{"es":{...}}}` without
    /// blanks, with terms and the codes of languages in the order of their bytes, and characters beyond ASCII as they are.
    /// The same for equal glossaries, on every machine.
    pub fn hash(&self) -> String {
        let canonical = serde_json::json!({"protected": self.protected, "terms": self.terms}).to_string();
        sha256(&canonical)
    }
}

/// `term` with single blanks between its words.
fn clean(field: &str, term: &str) -> Result<String, InputError> {
    too_long(field, "characters", TERM_CHARACTERS, term.chars().count())?;
    if !term.chars().any(char::is_alphanumeric) {
        return Err(InputError::invalid(field, format!("{term:?} has no letter and no digit")));
    }
    let term = term.split_whitespace().collect::<Vec<_>>().join(" ");
    if term.chars().any(char::is_control) {
        return Err(InputError::invalid(field, format!("{term:?} has a control character")));
    }
    Ok(term)
}

fn too_long(field: &str, unit: &'static str, limit: usize, actual: usize) -> Result<(), InputError> {
    if actual > limit {
        return Err(InputError::TooLong { field: field.to_owned(), unit, limit, actual });
    }
    Ok(())
}

fn named(field: &str, error: InputError) -> InputError {
    match error {
        InputError::Invalid { reason, .. } => InputError::invalid(field, reason),
        other => other,
    }
}

/// `term` with its first letter small, by which terms of one sentence are the same.
fn lower_first(term: &str) -> String {
    let mut letters = term.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary(protected: &[&str], terms: &[(&str, &str, &str)]) -> Result<Glossary, InputError> {
        let mut by_language: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for (code, source, target) in terms {
            by_language.entry((*code).into()).or_default().insert((*source).into(), (*target).into());
        }
        Glossary::new(protected.iter().map(|term| (*term).to_owned()).collect(), by_language)
    }

    fn spanish(glossary: &Glossary) -> Vec<Entry<'_>> {
        glossary.entries(Language::SPANISH).collect()
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_name() {
        let long = "a".repeat(TERM_CHARACTERS + 1);
        for (protected, terms, message) in [
            (vec![""], vec![], "glossary.protected: \"\" has no letter and no digit"),
            (vec!["Breve", " -- "], vec![], "glossary.protected: \" -- \" has no letter"),
            (vec!["a\u{0}b"], vec![], "glossary.protected: \"a\\0b\" has a control character"),
            (vec![long.as_str()], vec![], "glossary.protected has 201 characters, the limit is 200"),
            (vec![], vec![("es", "chief", "")], "glossary.terms.es: \"\" has no letter"),
            (vec![], vec![("es", "!", "jefe")], "glossary.terms.es: \"!\" has no letter"),
            (vec![], vec![("es", "a", long.as_str())], "glossary.terms.es has 201 characters, the limit is 200"),
            (vec![], vec![("english", "a", "b")], "glossary.terms.english: \"english\" is not an ISO 639"),
            (vec!["a"; TERMS], vec![("es", "a", "b")], "glossary has 501 terms, the limit is 500"),
        ] {
            let error = glossary(&protected, &terms).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }

    #[test]
    fn a_request_wins_over_the_server_for_the_same_term() {
        let server = glossary(&["Breve", "Acme"], &[("es", "chief executive", "director"), ("es", "board", "junta")]);
        let request = glossary(&["Board"], &[("es", "Chief executive", "directora"), ("es", "Acme", "Acmé")]);
        let merged = Glossary::merged(&server.unwrap(), &request.unwrap());
        let expected = [
            Entry::Protected("Board"),
            Entry::Protected("Breve"),
            Entry::Term("Acme", "Acmé"),
            Entry::Term("Chief executive", "directora"),
        ];
        assert_eq!(spanish(&merged), expected);
        let english: Vec<_> = merged.entries(Language::ENGLISH).collect();
        assert_eq!(english, ["Acme", "Board", "Breve"].map(Entry::Protected));
    }

    #[test]
    fn equal_glossaries_have_one_hash_whatever_their_order_and_blanks() {
        let one = glossary(&["Acme Corp", "Breve"], &[("es", "board", "junta"), ("eu", "board", "batzordea")]).unwrap();
        let other =
            glossary(&["Breve", " Acme \t Corp", "Breve"], &[("eus", "board", "batzordea"), ("es", "board", "junta")]);
        assert_eq!(one, other.unwrap());
        // printf '{"protected":["Acme Corp","Breve"],"terms":{"es":{"board":"junta"},"eu":{"board":"batzordea"}}}' | sha256sum
        assert_eq!(one.hash(), "16aa161398443cc14e3ef4e72483c1632f77cf320a53ef3c887a700ef91f88a3");
        assert_ne!(one.hash(), Glossary::default().hash());
        assert!(Glossary::default().is_empty() && !one.is_empty());
    }
}
