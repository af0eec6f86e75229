//! The fact ledger: every number, date, amount, name and quotation of a summary, and what became of it on its way from the
//! article.

use std::collections::BTreeMap;

use super::{
    names::{KnownNames, Name, in_target, names},
    quantities::{Kind, Quantity, missing, quantities},
    quotations::{Quoted, quotations},
    translation::Findings,
};
use crate::domain::{Fact, FactKind, FactStatus, Fault, Language, LanguagePair, Span};

/// What an article holds.
pub struct Source {
    text: String,
    quantities: Vec<Quantity>,
    names: KnownNames,
    quoted: Quoted,
}

impl Source {
    /// Reads an article's text, cleaned.
    pub fn of(text: String, language: Language) -> Self {
        let quantities = quantities(&text, language);
        let (names, quoted) = (KnownNames::of(&text, language), Quoted::of(&text));
        Self { text, quantities, names, quoted }
    }

    /// What a sentence of the summary has that the article has not, each kind once.
    pub fn inventions(&self, sentence: &str, language: Language) -> Vec<Fault> {
        let number = !missing(&quantities(sentence, language), &self.quantities).is_empty();
        let name = names(sentence, language).iter().any(|name| !self.names.holds(text_at(sentence, name.span)));
        let quote = quotations(sentence).iter().any(|span| !self.quoted.holds(text_at(sentence, *span)));
        let found = [(number, Fault::Number), (name, Fault::Name), (quote, Fault::Quotation)];
        found.into_iter().filter_map(|(found, fault)| found.then_some(fault)).collect()
    }

    /// As the article writes it, where it has it.
    fn quantity(&self, quantity: &Quantity) -> Option<String> {
        if !missing(std::slice::from_ref(quantity), &self.quantities).is_empty() {
            return None;
        }
        let same = self.quantities.iter().find(|own| own.agrees(quantity));
        Some(same.map_or_else(String::new, |own| text_at(&self.text, own.span).to_owned()))
    }
}

/// A sentence of the summary and its translation.
#[derive(Debug, Clone, Copy)]
pub struct Translated<'a> {
    /// The language translated into.
    pub language: Language,
    /// The translation.
    pub text: &'a str,
    /// What was found of it.
    pub findings: &'a Findings,
}

/// The facts of one sentence, in the order of their kinds. Without `source` the sentence is the article's own, and so is
/// all that it says.
pub fn facts(
    source: Option<&Source>,
    sentence: &str,
    language: Language,
    translations: &[Translated<'_>],
) -> Vec<Fact> {
    let own: Vec<Quantity> = match translations.first() {
        Some(translated) => translated.findings.source.clone(),
        None => quantities(sentence, language),
    };
    let ledger = Ledger { source, sentence, language, translations };
    let mut facts = ledger.quantities(&own);
    facts.extend(names(sentence, language).iter().map(|name| ledger.name(name)));
    facts.extend(quotations(sentence).into_iter().map(|span| ledger.quotation(span)));
    facts.extend(translations.iter().flat_map(additions));
    facts
}

struct Ledger<'a> {
    source: Option<&'a Source>,
    sentence: &'a str,
    language: Language,
    translations: &'a [Translated<'a>],
}

impl Ledger<'_> {
    fn quantities(&self, own: &[Quantity]) -> Vec<Fact> {
        let strong = own.iter().filter(|quantity| !quantity.weak);
        strong.map(|quantity| self.quantity(quantity)).collect()
    }

    fn quantity(&self, quantity: &Quantity) -> Fact {
        let shown = text_at(self.sentence, quantity.span);
        let source = match self.source {
            Some(source) => source.quantity(quantity),
            None => Some(shown.to_owned()),
        };
        let in_translation = |translated: &Translated| {
            let findings = translated.findings;
            // A term of one language's glossary holds no quantity for that language.
            let at = findings.source.iter().position(|own| own.span == quantity.span);
            if at.is_some_and(|at| findings.missing.contains(&at)) {
                return Came::Not;
            }
            let same = findings.target.iter().find(|other| other.agrees(quantity));
            Came::As(same.map(|same| text_at(translated.text, same.span).to_owned()))
        };
        self.fact(kind(quantity.kind), shown, source, in_translation)
    }

    fn name(&self, name: &Name) -> Fact {
        let shown = text_at(self.sentence, name.span);
        let source = self.source.is_none_or(|source| source.names.holds(shown)).then(|| shown.to_owned());
        let in_translation = |translated: &Translated| {
            let lost =
                |lost: &super::names::Lost| lost.source.start < name.span.end && name.span.start < lost.source.end;
            if translated.findings.lost.iter().any(lost) {
                return Came::Not;
            }
            Came::As(written(shown, translated.text, LanguagePair::new(self.language, translated.language)))
        };
        self.fact(FactKind::Name, shown, source, in_translation)
    }

    /// A quotation is translated as the rest is: only whether the article holds it can be told.
    fn quotation(&self, span: Span) -> Fact {
        let shown = text_at(self.sentence, span);
        let source = self.source.is_none_or(|source| source.quoted.holds(shown)).then(|| shown.to_owned());
        let status = if source.is_some() { FactStatus::Kept } else { FactStatus::Invented };
        Fact { kind: FactKind::Quote, source, texts: BTreeMap::from([(self.language, shown.to_owned())]), status }
    }

    fn fact(
        &self,
        kind: FactKind,
        shown: &str,
        source: Option<String>,
        came: impl Fn(&Translated<'_>) -> Came,
    ) -> Fact {
        let mut texts = BTreeMap::from([(self.language, shown.to_owned())]);
        // A value that the article spreads over several words has no text of its own.
        let mut same = source.as_deref().is_some_and(|source| source == shown);
        let mut lost = false;
        for translated in self.translations {
            match came(translated) {
                Came::Not => lost = true,
                Came::As(text) => {
                    same &= text.as_deref() == Some(shown);
                    text.into_iter().for_each(|text| _ = texts.insert(translated.language, text));
                }
            }
        }
        let status = match () {
            () if source.is_none() => FactStatus::Invented,
            () if lost => FactStatus::Missing,
            () if same => FactStatus::Kept,
            () => FactStatus::Reformatted,
        };
        Fact { kind, source: source.filter(|text| !text.is_empty()), texts, status }
    }
}

/// How a fact came into a translation.
enum Came {
    Not,
    /// In these words, where they can be told.
    As(Option<String>),
}

/// A name as `translation` writes it, where that can be told: in the other language's form, or as it is, without the
/// titles and peoples that lead to it.
fn written(name: &str, translation: &str, pair: LanguagePair) -> Option<String> {
    let exonym = in_target(name, pair).filter(|exonym| translation.contains(exonym.as_str()));
    let starts = std::iter::once(0).chain(name.match_indices(' ').map(|(at, _)| at + 1));
    exonym.or_else(|| starts.map(|at| &name[at..]).find(|end| translation.contains(*end)).map(str::to_owned))
}

/// What a translation says that its sentence does not.
fn additions(translated: &Translated<'_>) -> Vec<Fact> {
    let Translated { language, text, findings } = translated;
    let invented = |kind, span: Span| Fact {
        kind,
        source: None,
        texts: BTreeMap::from([(*language, text_at(text, span).to_owned())]),
        status: FactStatus::Invented,
    };
    let figures = findings.invented.iter().map(|at| &findings.target[*at]);
    let figures = figures.map(|quantity| invented(kind(quantity.kind), quantity.span));
    figures.chain(findings.added.iter().map(|span| invented(FactKind::Name, *span))).collect()
}

fn kind(kind: Kind) -> FactKind {
    match kind {
        Kind::Number | Kind::Ordinal => FactKind::Number,
        Kind::Percent => FactKind::Percent,
        Kind::Money => FactKind::Money,
        Kind::Date => FactKind::Date,
        Kind::Time => FactKind::Time,
    }
}

/// Spans come from the text that they are used on.
fn text_at(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN_ES: LanguagePair = LanguagePair { source: Language::ENGLISH, target: Language::SPANISH };

    fn statuses(source: Option<&Source>, en: &str, es: &str) -> Vec<(FactKind, String, FactStatus)> {
        let findings = Findings::of(en, es, EN_ES);
        let translated = Translated { language: Language::SPANISH, text: es, findings: &findings };
        let facts = facts(source, en, Language::ENGLISH, &[translated]);
        let shown = |fact: Fact| (fact.kind, fact.texts.into_values().collect::<Vec<_>>().join(" | "), fact.status);
        facts.into_iter().map(shown).collect()
    }

    #[test]
    fn every_fact_has_its_status() {
        let found = statuses(
            None,
            "Laura Bennett said 951,000 people left Germany on Nov. 3.",
            "Laura Bennett dijo que 951.000 personas salieron de Alemania el 4 de noviembre.",
        );
        let expected = [
            (FactKind::Number, "951,000 | 951.000", FactStatus::Reformatted),
            (FactKind::Date, "Nov. 3", FactStatus::Missing),
            (FactKind::Name, "Laura Bennett | Laura Bennett", FactStatus::Kept),
            (FactKind::Name, "Germany | Alemania", FactStatus::Reformatted),
            (FactKind::Date, "4 de noviembre", FactStatus::Invented),
        ];
        assert_eq!(found, expected.map(|(kind, text, status)| (kind, text.to_owned(), status)));
    }

    #[test]
    fn what_the_article_does_not_hold_is_invented() {
        let source = Source::of(
            "Laura Bennett spoke for 45 minutes on Tuesday. \"We agree on tariffs,\" she said in Ottawa.".into(),
            Language::ENGLISH,
        );
        let invented = |sentence: &str| source.inventions(sentence, Language::ENGLISH);
        assert_eq!(invented("Bennett spoke for 45 minutes in Ottawa, saying \"we agree on tariffs\"."), []);
        assert_eq!(invented("Bennett spoke for 54 minutes."), [Fault::Number]);
        assert_eq!(invented("Marcel Oberholzer spoke for 45 minutes in Ottawa."), [Fault::Name]);
        assert_eq!(invented("Bennett said \"we will never agree on taxes\"."), [Fault::Quotation]);
    }
}
