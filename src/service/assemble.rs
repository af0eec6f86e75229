//! Puts a summary together from what came of its parts.

use std::{collections::BTreeMap, time::Duration};

use super::{
    checked::{Checked, CheckedTranslation, timed},
    drafts::Written,
    rows::Row,
    summarize::{Plan, each_once},
    support::Support,
};
use crate::{
    checks::ledger::{Translated, facts},
    domain::{
        CheckReport, Coverage, Fact, Format, Language, OfSentence, Receipt, Recipe, Sentence, StageTimings, Summary,
        SummaryOptions, Usage,
    },
};

/// What came of the parts.
pub(super) struct Outcome {
    /// Its sentences are in the rows.
    pub(super) written: Written,
    pub(super) rows: Vec<Row>,
    /// What translating took; the sentences are in the rows.
    pub(super) translations: Vec<CheckedTranslation>,
}

pub(super) fn assemble(options: &SummaryOptions, plan: Plan, recipe: Recipe, outcome: Outcome) -> Summary {
    let (report, took) = timed(|| options.checks.then(|| report(&plan, &outcome)));
    let glossary = plan.has_terms().then(|| outcome.rows.iter().map(Row::terms).sum());
    let Outcome { written, rows, translations } = outcome;
    let sentences: Vec<Sentence> = rows.iter().map(|row| sentence(&plan, row, options.format)).collect();
    let in_language = |&language: &Language| {
        let texts = sentences.iter().filter_map(|sentence| sentence.texts.get(&language).map(String::as_str));
        (language, options.format.join(texts))
    };
    let texts = plan.targets.iter().map(in_language).collect();
    let receipt = Receipt::new(recipe, &texts, report.as_ref());
    let (usage, timings) = totals(&written, &translations, took);
    Summary {
        source: plan.source(),
        texts,
        sentences,
        coverage: Coverage {
            chunks: written.output.chunks,
            rounds: written.output.rounds,
            unchanged: written.output.unchanged,
            sentences_read: written.output.sentences_read,
            sentences_total: plan.document.sentences.len(),
        },
        checks: report,
        dropped: dropped(&translations),
        glossary,
        usage,
        summarizer: written.summarizer,
        translators: each_once(translations.into_iter().flat_map(|part| part.models)),
        missing_pairs: plan.missing_pairs,
        receipt,
        timings,
    }
}

fn dropped(translations: &[CheckedTranslation]) -> usize {
    translations.iter().map(|part| part.dropped).sum()
}

fn totals(written: &Written, translations: &[CheckedTranslation], checks: Duration) -> (Usage, StageTimings) {
    let (mut usage, mut timings) = (written.usage, written.timings);
    timings.checks += checks;
    for part in translations {
        usage += part.usage;
        timings += part.timings;
    }
    (usage, timings)
}

/// A sentence in every language asked for.
pub(super) fn sentence(plan: &Plan, row: &Row, format: Format) -> Sentence {
    let mut texts = BTreeMap::new();
    if plan.targets.contains(&plan.language) {
        texts.insert(plan.language, format.sentence(&row.draft.text));
    }
    for (by, translation) in plan.translators.iter().zip(&row.translations) {
        texts.insert(by.pair.target, format.sentence(&translation.text));
    }
    Sentence { texts, verbatim: row.draft.verbatim.is_some(), evidence: row.draft.evidence.clone() }
}

/// What was found and mended, sentence by sentence, and the facts, each once.
fn report(plan: &Plan, outcome: &Outcome) -> CheckReport {
    let untried = outcome.written.untried + outcome.translations.iter().map(|part| part.untried).sum::<usize>();
    let mut report = CheckReport { dropped: dropped(&outcome.translations), untried, ..CheckReport::default() };
    for (sentence, row) in outcome.rows.iter().enumerate() {
        for fact in facts_of(plan, &outcome.written.support, row) {
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
