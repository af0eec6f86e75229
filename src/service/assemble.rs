//! Puts a summary together from what came of its parts.

use std::{collections::BTreeMap, time::Duration};

use super::{
    checked::{Checked, CheckedTranslation, timed},
    rows::Row,
    summarize::{Plan, each_once},
    support::Support,
};
use crate::{
    checks::ledger::{Translated, facts},
    domain::{
        Article, CheckReport, Coverage, DetectedSource, Fact, Format, Language, OfSentence, Sentence, StageTimings,
        Summary, SummaryOptions, Usage,
    },
    engine::SummarizeOutput,
    pool::Timed,
};

/// What came of the parts.
pub(super) struct Outcome {
    pub(super) draft: Timed<SummarizeOutput>,
    pub(super) support: Support,
    pub(super) rows: Vec<Row>,
    /// What translating took; the sentences are in the rows.
    pub(super) translations: Vec<CheckedTranslation>,
}

pub(super) fn assemble(article: &Article, options: &SummaryOptions, plan: Plan, outcome: Outcome) -> Summary {
    let (report, took) = timed(|| options.checks.then(|| report(&plan, &outcome)));
    let glossary = plan.has_terms().then(|| outcome.rows.iter().map(Row::terms).sum());
    let Outcome { draft, rows, translations, .. } = outcome;
    let sentences: Vec<Sentence> = rows.into_iter().map(|row| sentence(&plan, row, options.format)).collect();
    let in_language = |&language: &Language| {
        let texts = sentences.iter().filter_map(|sentence| sentence.texts.get(&language).map(String::as_str));
        (language, options.format.join(texts))
    };
    let (usage, timings) = totals(&draft, &translations, took);
    Summary {
        source: DetectedSource {
            language: plan.language,
            confidence: plan.confidence,
            characters: article.characters(),
            sentences: plan.document.sentences.len(),
        },
        texts: plan.targets.iter().map(in_language).collect(),
        sentences,
        coverage: Coverage {
            chunks: draft.output.chunks,
            rounds: draft.output.rounds,
            unchanged: draft.output.unchanged,
            sentences_read: draft.output.sentences_read,
            sentences_total: plan.document.sentences.len(),
        },
        checks: report,
        dropped: dropped(&translations),
        glossary,
        usage,
        summarizer: plan.summarizer.name,
        translators: each_once(translations.into_iter().flat_map(|part| part.models)),
        missing_pairs: plan.missing_pairs,
        timings,
    }
}

fn dropped(translations: &[CheckedTranslation]) -> usize {
    translations.iter().map(|part| part.dropped).sum()
}

fn totals(
    draft: &Timed<SummarizeOutput>,
    translations: &[CheckedTranslation],
    checks: Duration,
) -> (Usage, StageTimings) {
    let mut usage = draft.output.usage;
    let mut timings = StageTimings { queue: draft.queued, summarize: draft.worked, checks, ..StageTimings::default() };
    for part in translations {
        usage += part.usage;
        timings.queue += part.timings.queue;
        timings.translate += part.timings.translate;
        timings.checks += part.timings.checks;
    }
    (usage, timings)
}

/// A sentence in every language asked for.
fn sentence(plan: &Plan, row: Row, format: Format) -> Sentence {
    let mut texts = BTreeMap::new();
    if plan.targets.contains(&plan.language) {
        texts.insert(plan.language, format.sentence(&row.draft.text));
    }
    for (by, translation) in plan.translators.iter().zip(&row.translations) {
        texts.insert(by.pair.target, format.sentence(&translation.text));
    }
    Sentence { texts, verbatim: row.draft.verbatim.is_some(), evidence: row.draft.evidence }
}

/// What was found and mended, sentence by sentence, and the facts, each once.
fn report(plan: &Plan, outcome: &Outcome) -> CheckReport {
    let mut report = CheckReport { dropped: dropped(&outcome.translations), ..CheckReport::default() };
    for (sentence, row) in outcome.rows.iter().enumerate() {
        for fact in facts_of(plan, &outcome.support, row) {
            if !report.facts.contains(&fact) {
                report.facts.push(fact);
            }
        }
        let of = |language| move |what| OfSentence { sentence, language, what };
        report.repairs.extend(row.draft.repairs.iter().copied().map(of(plan.language)));
        report.faults.extend(row.draft.faults.iter().copied().map(|what| OfSentence {
            sentence,
            language: plan.language,
            what,
        }));
        for (by, translation) in plan.translators.iter().zip(&row.translations) {
            let language = by.pair.target;
            report.repairs.extend(translation.repairs.iter().copied().map(of(language)));
            let faults = translation.faults().into_iter();
            report.faults.extend(faults.map(|what| OfSentence { sentence, language, what }));
        }
    }
    report
}

fn facts_of(plan: &Plan, support: &Support, row: &Row) -> Vec<Fact> {
    let source = if row.draft.verbatim.is_some() { None } else { support.source() };
    let pairs = plan.translators.iter().zip(&row.translations);
    let translated: Vec<_> = pairs
        .map(|(by, Checked { text, findings, .. })| Translated { language: by.pair.target, text, findings })
        .collect();
    facts(source, &row.draft.text, plan.language, &translated)
}
