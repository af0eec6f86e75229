//! What the article says for each sentence of its summary, and what takes the place of one that it says nothing for.

use std::collections::HashSet;

use crate::{
    checks::{
        evidence::{Index, UNSUPPORTED},
        guards,
        ledger::Source,
    },
    domain::{Evidence, Fault, GenerationOptions, Language, Means, Repair, Span},
    engine::{DraftSentence, SummarizeRequest, extractive::select},
    text::Document,
};

/// A sentence of the summary in the article's language.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drafted {
    pub(super) text: String,
    /// The article's sentence that it is, word for word.
    pub(super) verbatim: Option<usize>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) faults: Vec<Fault>,
    pub(super) repairs: Vec<Repair>,
}

/// An article, as far as its summary is held against it.
pub(super) struct Support {
    pub(super) document: Document,
    language: Language,
    /// Which sentences speak of what, once that is needed.
    index: Option<Index>,
    /// What it holds; `None` until a sentence is met that is not its own.
    source: Option<Source>,
    /// Its sentences in the order in which they would be chosen, once that is needed.
    ranking: Option<Vec<usize>>,
}

impl Support {
    pub(super) fn of(document: Document, language: Language) -> Self {
        Self { document, language, index: None, source: None, ranking: None }
    }

    /// What the article holds, where a sentence was met that is not its own.
    pub(super) fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// A sentence with its evidence and, with `checks`, its faults.
    pub(super) fn examine(&mut self, draft: DraftSentence, checks: bool) -> Drafted {
        if let Some(at) = draft.source {
            return self.verbatim(at);
        }
        let support = self.index().support(&draft.text);
        let span = |at: usize| self.document.sentences[at].span;
        let evidence = support.sources.iter().map(|source| Evidence { span: span(source.index), score: source.score });
        let evidence = evidence.collect();
        let mut faults = Vec::new();
        if checks {
            faults = guards::of_summary_sentence(&draft.text, self.language);
            let language = self.language;
            faults.extend(self.held().inventions(&draft.text, language));
            faults.extend((support.score < UNSUPPORTED).then_some(Fault::Unsupported));
        }
        Drafted { text: draft.text, verbatim: None, evidence, faults, repairs: Vec::new() }
    }

    fn index(&mut self) -> &Index {
        let (document, language) = (&self.document, self.language);
        self.index.get_or_insert_with(|| Index::of(&document.texts(), language))
    }

    fn held(&mut self) -> &Source {
        let (document, language) = (&self.document, self.language);
        self.source.get_or_insert_with(|| Source::of(document.texts().join("\n"), language))
    }

    /// The article's own sentence at that place.
    pub(super) fn verbatim(&self, at: usize) -> Drafted {
        let sentence = &self.document.sentences[at];
        let evidence = vec![Evidence { span: Span { ..sentence.span }, score: 1.0 }];
        Drafted { text: sentence.text.clone(), verbatim: Some(at), evidence, faults: Vec::new(), repairs: Vec::new() }
    }

    /// The article's best sentence for what `text` says, of those that are not `taken`: the nearest, else the most telling.
    pub(super) fn substitute(&mut self, text: &str, taken: &HashSet<usize>) -> Option<usize> {
        let nearest = self.index().support(text).sources.into_iter().map(|source| source.index);
        let nearest = nearest.into_iter().find(|at| !taken.contains(at));
        nearest.or_else(|| self.ranking().iter().copied().find(|at| !taken.contains(at)))
    }

    fn ranking(&mut self) -> &[usize] {
        let (document, language) = (&self.document, self.language);
        self.ranking.get_or_insert_with(|| ranking(document, language))
    }

    /// Puts the article's own sentences in the place of those that cannot stand: of broken ones always, with `strict`
    /// also of those that say what the article does not. Where there is no other sentence left they go, unless nothing
    /// would be left.
    pub(super) fn replace(&mut self, drafts: Vec<Drafted>, strict: bool) -> Vec<Drafted> {
        let mut taken: HashSet<usize> = drafts.iter().filter_map(|draft| draft.verbatim).collect();
        let mut kept = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let intolerable: Vec<Fault> = draft
                .faults
                .iter()
                .copied()
                .filter(|fault| is_broken(*fault) || (strict && is_untrue(*fault)))
                .collect();
            if intolerable.is_empty() {
                kept.push(draft);
            } else if let Some(at) = self.substitute(&draft.text, &taken) {
                taken.insert(at);
                let repairs = intolerable.into_iter().map(|fault| Repair { fault, means: Means::Verbatim });
                kept.push(Drafted { repairs: repairs.collect(), ..self.verbatim(at) });
            }
        }
        kept
    }
}

/// Nobody would read it.
pub(super) fn is_broken(fault: Fault) -> bool {
    matches!(fault, Fault::Repeated | Fault::WrongLanguage | Fault::Empty)
}

/// It says what its source does not.
pub(super) fn is_untrue(fault: Fault) -> bool {
    matches!(fault, Fault::Number | Fault::Name | Fault::Quotation | Fault::Unsupported)
}

/// Most sentences that are looked through for one to put in.
const RANKED: usize = 20;

/// The most telling sentences, the article's first ones where they are equal.
fn ranking(document: &Document, language: Language) -> Vec<usize> {
    let request = SummarizeRequest {
        language,
        sentences: document.texts(),
        paragraphs: Vec::new(),
        count: RANKED,
        alternatives: 0,
        generation: GenerationOptions::default(),
    };
    select(&request).sentences.into_iter().filter_map(|sentence| sentence.source).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str = "Laura Bennett spoke to Andrés Molina for 45 minutes on Tuesday. They agreed to cut tariffs on \
        farm goods by July. The talks had broken down in March over lithium exports.";

    fn examined(sentences: &[&str], strict: bool) -> Vec<(String, bool, usize)> {
        let mut support = Support::of(Document::read(ARTICLE), Language::ENGLISH);
        let drafts = sentences.iter().map(|text| DraftSentence { text: (*text).to_owned(), source: None, from: 0..3 });
        let drafts = drafts.collect::<Vec<_>>().into_iter().map(|draft| support.examine(draft, true)).collect();
        let kept = support.replace(drafts, strict);
        kept.into_iter().map(|draft| (draft.text, draft.verbatim.is_some(), draft.repairs.len())).collect()
    }

    #[test]
    fn strict_mode_puts_the_articles_own_sentence_in_the_place_of_an_invention() {
        let written = ["Bennett and Molina spoke for 54 minutes.", "They agreed to cut tariffs on farm goods."];
        let kept = examined(&written, true);
        assert_eq!(kept[0].0, "Laura Bennett spoke to Andrés Molina for 45 minutes on Tuesday.");
        assert_eq!((kept[0].1, kept[1].1), (true, false));
        assert_eq!(examined(&written, false)[0].0, written[0], "it is told of, but stands");
    }

    #[test]
    fn a_loop_gives_way_in_any_mode() {
        let kept = examined(&["The tariffs the tariffs the tariffs the tariffs the tariffs the tariffs."], false);
        assert_eq!(kept[0].0, "They agreed to cut tariffs on farm goods by July.");
    }

    #[test]
    fn a_sentence_is_never_put_in_twice() {
        let kept = examined(&["Bennett spoke for 54 minutes."; 5], true);
        let texts: HashSet<_> = kept.iter().map(|(text, ..)| text).collect();
        assert_eq!((texts.len(), kept.len()), (3, 3), "{kept:?}");
    }

    #[test]
    fn evidence_lies_where_the_article_says_it() {
        let mut support = Support::of(Document::read(ARTICLE), Language::ENGLISH);
        let draft =
            DraftSentence { text: "Tariffs on farm goods will be cut by July.".into(), source: None, from: 0..3 };
        let span = support.examine(draft, true).evidence[0].span;
        assert_eq!(&ARTICLE[span.start..span.end], "They agreed to cut tariffs on farm goods by July.");
    }
}
