//! What belongs to one sentence of a summary: the sentence and its translations.

use super::{
    checked::{Checked, CheckedTranslation},
    support::{Drafted, is_untrue},
};
use crate::domain::{Fault, LanguagePair, Means, Repair, TermCounts};

/// A sentence of the summary in every language.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) draft: Drafted,
    /// In the order of the plan's translators.
    pub(super) translations: Vec<Checked>,
}

impl Row {
    /// A row for each draft, with the sentences taken out of `translations`.
    pub(super) fn all(drafts: Vec<Drafted>, translations: &mut [CheckedTranslation]) -> Vec<Self> {
        let mut columns: Vec<_> =
            translations.iter_mut().map(|translation| std::mem::take(&mut translation.sentences).into_iter()).collect();
        let row = |draft| Self { draft, translations: columns.iter_mut().filter_map(Iterator::next).collect() };
        drafts.into_iter().map(row).collect()
    }

    /// Whether a translation says what the article does not, or may do so.
    pub(super) fn is_untrue(&self) -> bool {
        let doubtful = |translation: &Checked| !translation.findings.doubtful.is_empty();
        self.translations
            .iter()
            .any(|translation| doubtful(translation) || translation.faults().into_iter().any(is_untrue))
    }

    /// Puts the sentence's own words in the place of those that its translation cannot have from anywhere.
    pub(super) fn keep_originals(&mut self, pairs: impl Iterator<Item = LanguagePair>) {
        for (translation, pair) in self.translations.iter_mut().zip(pairs) {
            translation.keep_originals(&self.draft.text, pair);
        }
    }

    /// What became of the glossary's terms in its translations.
    pub(super) fn terms(&self) -> TermCounts {
        self.translations.iter().map(|translation| translation.terms).sum()
    }

    fn weight(&self) -> usize {
        self.translations.iter().map(|translation| translation.findings.weight()).sum()
    }

    /// Lets `other` stand in its place where that is better.
    pub(super) fn give_way_to(&mut self, mut other: Self) {
        if other.is_untrue() && other.weight() >= self.weight() {
            return;
        }
        let left: Vec<_> = other.translations.iter().flat_map(Checked::faults).collect();
        let mut faults: Vec<_> = self.translations.iter().flat_map(Checked::faults).collect();
        faults.retain(|fault| !left.contains(fault));
        if faults.is_empty() {
            // It gave way for a word that is doubtful.
            faults.push(Fault::Name);
        }
        let faults = faults.into_iter();
        let repairs = faults.map(|fault| Repair { fault, means: Means::Verbatim });
        other.draft.repairs = self.draft.repairs.drain(..).chain(repairs).collect();
        *self = other;
    }

    /// Puts the article's own sentences in the article's order, where there are no others.
    pub(super) fn in_order(rows: &mut [Self]) {
        if rows.iter().all(|row| row.draft.verbatim.is_some()) {
            rows.sort_by_key(|row| row.draft.verbatim);
        }
    }
}
