//! The answer of `POST /v1/summarize`.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    checks::SummaryChecks,
    fields::{self, GlossaryCounts, Usage},
    receipt,
};
use crate::domain::{self, Article, Language, ModelName, OffsetUnit, Receipt, Span, StageTimings, Summary};

/// A summary in every language asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "5f0c8f7e-5d43-4f0e-9a53-2f6f1e3a0c11",
    "source": {"language": "en", "confidence": 0.99, "characters": 87, "sentences": 3},
    "summaries": {"en": "Works begin in May.", "es": "Las obras comienzan en mayo."},
    "sentences": [{
        "en": "Works begin in May.", "es": "Las obras comienzan en mayo.",
        "sources": [{"start": 46, "end": 65, "score": 1.0}], "verbatim": true,
    }],
    "coverage": {
        "chunks": 1, "rounds": 1, "unchanged": false, "sentences_read": 3, "sentences_total": 3, "truncated": false,
    },
    "usage": {"input_tokens": 24, "output_tokens": 12},
    "models": {"summarizer": "extractive@0.1.0", "translator": "en-es-tiny@0.1.0"},
    "checks": {"facts": [], "untranslated": 0, "repeated": 0, "dropped": 0, "repaired": 0, "untried": 0, "repairs": [], "faults": []},
    "receipt": {
        "version": 1, "key": "a9c4e3f30ba8ff9b1b7d6e9ff4be1db5cd1ab7f4a2bb6dcb47b1b12ba3a10b5e",
        "recipe": {
            "program": "breve 0.1.0",
            "text": {"sha256": "1f9b4a9ef8a5fb3be2b5c37f32c9d4a1c1ef2ff0bb6e4f9a2f6a2f3c7a1d9e55", "characters": 87},
            "language": "en", "targets": ["en", "es"], "sentences": 1, "format": "paragraph", "checks": true,
            "strict": false, "runtime": "auto",
            "summarizers": [{"name": "extractive@0.1.0", "precision": "int8"}],
            "translators": {"es": [{"name": "en-es-tiny@0.1.0", "precision": "int8"}]},
        },
        "result": {
            "summaries": {
                "en": "30b2a1f4cf6ad5b2b0ac9b4b5ad1e2f0b9b0f0c7e5a4d3c2b1a09f8e7d6c5b4a",
                "es": "c1d2e3f4a5b6978877665544332211000112233445566778899aabbccddeeff0",
            },
            "checks": {
                "kept": 0, "reformatted": 0, "missing": 0, "invented": 0, "repaired": 0, "faults": 0, "dropped": 0,
                "untried": 0,
            },
        },
    },
    "timings_ms": {"queue": 0, "summarize": 1, "translate": 40, "checks": 1, "total": 43},
})))]
pub(super) struct SummarizeResponse {
    /// The request's id.
    #[schema(examples("5f0c8f7e-5d43-4f0e-9a53-2f6f1e3a0c11"))]
    id: String,
    source: Source,
    /// The whole summary by language.
    #[schema(value_type = BTreeMap<String, String>)]
    summaries: BTreeMap<Language, String>,
    /// The same, sentence by sentence.
    sentences: Vec<Sentence>,
    /// Absent where the request asked for no checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    checks: Option<SummaryChecks>,
    /// Absent where no glossary holds anything for the translations, or there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    glossary: Option<GlossaryCounts>,
    coverage: Coverage,
    usage: Usage,
    models: Models,
    /// Directions that no installed model translates, where the request left the languages open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("es-en"))]
    missing_pairs: Option<Vec<String>>,
    #[schema(schema_with = receipt::schema)]
    receipt: Receipt,
    timings_ms: Timings,
}

impl SummarizeResponse {
    pub(super) fn new(id: String, article: &Article, unit: OffsetUnit, evidence: bool, summary: Summary) -> Self {
        let sentence = |sentence| Sentence::new(sentence, article.text(), unit, evidence);
        Self {
            id,
            source: summary.source.into(),
            summaries: summary.texts,
            sentences: summary.sentences.into_iter().map(sentence).collect(),
            checks: summary.checks.map(Into::into),
            glossary: summary.glossary.map(Into::into),
            coverage: summary.coverage.into(),
            usage: summary.usage.into(),
            models: Models::new(&summary.summarizer, &summary.translators),
            missing_pairs: (!summary.missing_pairs.is_empty()).then(|| names(&summary.missing_pairs)),
            receipt: summary.receipt,
            timings_ms: summary.timings.into(),
        }
    }
}

/// The article as it was understood.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Source {
    /// Its language.
    #[schema(value_type = String, examples("en"))]
    language: Language,
    /// How sure that is, 0 to 1; 1 when the request named it.
    #[schema(minimum = 0, maximum = 1, examples(0.99))]
    confidence: f64,
    /// Its length in Unicode scalar values.
    #[schema(examples(2213))]
    characters: usize,
    /// The sentences found in it.
    #[schema(examples(12))]
    sentences: usize,
}

impl From<domain::DetectedSource> for Source {
    fn from(source: domain::DetectedSource) -> Self {
        Self {
            language: source.language,
            confidence: fields::probability(source.confidence),
            characters: source.characters,
            sentences: source.sentences,
        }
    }
}

/// One sentence: its text under the code of each language, and, with `evidence`, where it comes from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "en": "Works begin in May.", "es": "Las obras comienzan en mayo.",
    "sources": [{"start": 46, "end": 65, "score": 1.0}], "verbatim": true,
})))]
pub(super) struct Sentence {
    #[serde(flatten)]
    #[schema(value_type = BTreeMap<String, String>)]
    texts: BTreeMap<Language, String>,
    /// The parts of the article that support it, the best first; one, and exact, for a sentence that is `verbatim`.
    /// Absent without `evidence`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sources: Option<Vec<Evidence>>,
    /// Whether it is the article's own sentence, word for word; absent without `evidence`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    verbatim: Option<bool>,
}

impl Sentence {
    pub(super) fn new(sentence: domain::Sentence, text: &str, unit: OffsetUnit, evidence: bool) -> Self {
        let shown = |part: &domain::Evidence| {
            let Span { start, end } = part.span.in_unit(text, unit);
            Evidence { start, end, score: fields::probability(part.score) }
        };
        Self {
            sources: evidence.then(|| sentence.evidence.iter().map(shown).collect()),
            verbatim: evidence.then_some(sentence.verbatim),
            texts: sentence.texts,
        }
    }
}

/// A part of the article that a sentence rests on: from `start` up to, not including, `end`.
#[derive(Debug, Serialize, ToSchema)]
struct Evidence {
    /// Counted in `offset_unit`.
    #[schema(examples(0))]
    start: usize,
    /// Counted in `offset_unit`.
    #[schema(examples(221))]
    end: usize,
    /// How much of the sentence's content it covers by itself; 1 for a sentence that the article holds word for word.
    #[schema(minimum = 0, maximum = 1, examples(1.0))]
    score: f64,
}

/// How much of the article was read.
#[derive(Debug, Serialize, ToSchema)]
struct Coverage {
    /// Chunks that it was split into for the model's context.
    #[schema(examples(1))]
    chunks: usize,
    /// Rounds that made the summary: in each but the first, what was written in the one before was shortened again. 0
    /// for an article that is unchanged.
    #[schema(examples(1))]
    rounds: usize,
    /// Whether the summary is the article itself, which has no more sentences than were asked for.
    unchanged: bool,
    /// Sentences read.
    #[schema(examples(12))]
    sentences_read: usize,
    /// Sentences in the article.
    #[schema(examples(12))]
    sentences_total: usize,
    /// Whether anything went unread.
    truncated: bool,
}

impl From<domain::Coverage> for Coverage {
    fn from(coverage: domain::Coverage) -> Self {
        Self {
            chunks: coverage.chunks,
            rounds: coverage.rounds,
            unchanged: coverage.unchanged,
            sentences_read: coverage.sentences_read,
            sentences_total: coverage.sentences_total,
            truncated: coverage.truncated(),
        }
    }
}

/// What did the work, as `id@revision`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Models {
    #[schema(examples("extractive@1"))]
    summarizer: String,
    /// The first translator; absent where nothing had to be translated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("en-es-tiny@1"))]
    translator: Option<String>,
    /// Every translator, where more than one was needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    translators: Option<Vec<String>>,
}

impl Models {
    pub(super) fn new(summarizer: &ModelName, translators: &[ModelName]) -> Self {
        Self {
            summarizer: summarizer.to_string(),
            translator: translators.first().map(ToString::to_string),
            translators: (translators.len() > 1).then(|| names(translators)),
        }
    }
}

fn names(items: &[impl ToString]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

/// Where the time went, in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
struct Timings {
    /// Waiting for models.
    queue: u64,
    /// Writing or choosing sentences.
    summarize: u64,
    /// Translating them.
    translate: u64,
    /// Looking for faults and facts.
    checks: u64,
    /// From the request's arrival to its answer.
    total: u64,
}

impl From<StageTimings> for Timings {
    fn from(timings: StageTimings) -> Self {
        Self {
            queue: fields::milliseconds(timings.queue),
            summarize: fields::milliseconds(timings.summarize),
            translate: fields::milliseconds(timings.translate),
            checks: fields::milliseconds(timings.checks),
            total: fields::milliseconds(timings.total),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_counted_in_the_unit_asked_for() {
        let text = "😀 Ñandú.";
        let evidence = vec![domain::Evidence { span: Span::new(5, 13), score: 1.0 }];
        let taken = domain::Sentence { texts: BTreeMap::new(), verbatim: true, evidence };
        for (unit, start, end) in [(OffsetUnit::Char, 2, 8), (OffsetUnit::Utf16, 3, 9), (OffsetUnit::Utf8, 5, 13)] {
            let sentence = serde_json::to_value(Sentence::new(taken.clone(), text, unit, true)).unwrap();
            let expected =
                serde_json::json!({"sources": [{"start": start, "end": end, "score": 1.0}], "verbatim": true});
            assert_eq!(sentence, expected);
        }
        let bare = serde_json::to_value(Sentence::new(taken, text, OffsetUnit::Char, false)).unwrap();
        assert_eq!(bare, serde_json::json!({}));
    }

    #[test]
    fn a_sentence_that_nothing_supports_claims_no_source() {
        let written = domain::Sentence { texts: BTreeMap::new(), verbatim: false, evidence: Vec::new() };
        let sentence = serde_json::to_value(Sentence::new(written, "", OffsetUnit::Char, true)).unwrap();
        assert_eq!(sentence, serde_json::json!({"sources": [], "verbatim": false}));
    }
}
