//! What was checked and mended, as the answers of several routes show it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::schemas;
use crate::{
    domain::{self, CheckReport, FactKind, FactStatus, Fault, Language, Means, OfSentence},
    service::{TranslatedSentence, Translation},
};

/// What was checked of a summary.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "facts": [{"kind": "number", "source": "951,000", "en": "951,000", "es": "951.000", "status": "reformatted"}],
    "untranslated": 0, "repeated": 0, "dropped": 0, "repaired": 1, "untried": 0,
    "repairs": [{"sentence": 0, "language": "es", "fault": "name", "means": "source"}], "faults": [],
})))]
pub(super) struct SummaryChecks {
    /// Every number, date, time, amount, percentage, name and quotation of the summary, each once.
    facts: Vec<Fact>,
    /// Sentences that stand in the source's language.
    #[schema(examples(0))]
    untranslated: usize,
    /// Sentences that say a word or a phrase over and over.
    #[schema(examples(0))]
    repeated: usize,
    /// Sentences that no translator gave anything for: these stand as they were.
    #[schema(examples(0))]
    dropped: usize,
    /// Faults that were mended.
    #[schema(examples(1))]
    repaired: usize,
    /// Repairs that could not be tried, since a model had no time or no room for it.
    #[schema(examples(0))]
    untried: usize,
    /// What was mended, and how.
    repairs: Vec<SentenceRepair>,
    /// What is wrong still.
    faults: Vec<SentenceFault>,
}

impl From<CheckReport> for SummaryChecks {
    fn from(report: CheckReport) -> Self {
        Self {
            untranslated: report.count(Fault::Untranslated),
            repeated: report.count(Fault::Repeated),
            dropped: report.dropped,
            repaired: report.repairs.len(),
            untried: report.untried,
            facts: report.facts.into_iter().map(Into::into).collect(),
            repairs: report.repairs.into_iter().map(Into::into).collect(),
            faults: report.faults.into_iter().map(Into::into).collect(),
        }
    }
}

/// What was checked of translations: faults that are left, and what was mended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({"untranslated": 0, "repeated": 0, "dropped": 0, "repaired": 1, "untried": 0})))]
pub(super) struct Counts {
    /// Sentences that stand in the source's language.
    #[schema(examples(0))]
    untranslated: usize,
    /// Sentences that say a word or a phrase over and over.
    #[schema(examples(0))]
    repeated: usize,
    /// Sentences that no translator gave anything for: these stand as they were sent.
    #[schema(examples(0))]
    dropped: usize,
    /// Faults that were mended.
    #[schema(examples(1))]
    repaired: usize,
    /// Repairs that could not be tried, since a model had no time or no room for it.
    #[schema(examples(0))]
    untried: usize,
}

impl Counts {
    pub(super) fn of(translation: &Translation) -> Self {
        let sentences = || translation.texts.iter().flat_map(|text| &text.sentences);
        let with =
            |fault| sentences().filter(|sentence: &&TranslatedSentence| sentence.faults.contains(&fault)).count();
        Self {
            untranslated: with(Fault::Untranslated),
            repeated: with(Fault::Repeated),
            dropped: translation.dropped,
            repaired: sentences().map(|sentence| sentence.repairs.len()).sum(),
            untried: translation.untried,
        }
    }
}

/// A fact: its text under the code of each language of the summary that has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!(
    {"kind": "number", "source": "951,000", "en": "951,000", "es": "951.000", "status": "reformatted"}
)))]
struct Fact {
    #[schema(schema_with = schemas::fact_kind)]
    kind: FactKind,
    /// As the article writes it; absent where it does not hold it, or not in one piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("951,000"))]
    source: Option<String>,
    #[serde(flatten)]
    #[schema(value_type = BTreeMap<String, String>)]
    texts: BTreeMap<Language, String>,
    #[schema(schema_with = schemas::fact_status)]
    status: FactStatus,
}

impl From<domain::Fact> for Fact {
    fn from(fact: domain::Fact) -> Self {
        Self { kind: fact.kind, source: fact.source, texts: fact.texts, status: fact.status }
    }
}

/// A fault of one sentence in one language.
#[derive(Debug, Serialize, ToSchema)]
struct SentenceFault {
    /// The sentence's place in the summary, from 0.
    #[schema(examples(0))]
    sentence: usize,
    #[schema(value_type = String, examples("es"))]
    language: Language,
    #[schema(schema_with = schemas::fault)]
    fault: Fault,
}

impl From<OfSentence<Fault>> for SentenceFault {
    fn from(found: OfSentence<Fault>) -> Self {
        Self { sentence: found.sentence, language: found.language, fault: found.what }
    }
}

/// A fault that was mended.
#[derive(Debug, Serialize, ToSchema)]
struct SentenceRepair {
    /// The sentence's place in the summary, from 0.
    #[schema(examples(0))]
    sentence: usize,
    #[schema(value_type = String, examples("es"))]
    language: Language,
    #[schema(schema_with = schemas::fault)]
    fault: Fault,
    #[schema(schema_with = schemas::means)]
    means: Means,
}

impl From<OfSentence<domain::Repair>> for SentenceRepair {
    fn from(done: OfSentence<domain::Repair>) -> Self {
        let domain::Repair { fault, means } = done.what;
        Self { sentence: done.sentence, language: done.language, fault, means }
    }
}

/// A fault that was mended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Repair {
    #[schema(schema_with = schemas::fault)]
    fault: Fault,
    #[schema(schema_with = schemas::means)]
    means: Means,
}

impl From<domain::Repair> for Repair {
    fn from(repair: domain::Repair) -> Self {
        Self { fault: repair.fault, means: repair.means }
    }
}
