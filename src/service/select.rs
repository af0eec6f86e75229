//! Which installed model serves a request.

use super::{Service, ServiceError};
use crate::{
    domain::{Architecture, InputError, Language, LanguagePair, Mode, ModelId, Task},
    store::InstalledModel,
};

/// The models on this machine at one moment: a request looks at the disk once and is planned with what it saw.
pub(super) struct Installed<'a> {
    service: &'a Service,
    /// Those named for this process alone first.
    pub(super) models: Vec<InstalledModel>,
}

impl Service {
    /// Looks at the models on disk.
    pub(super) fn installed(&self) -> Installed<'_> {
        let listed = self.store.list().into_iter().filter_map(|entry| entry.installed);
        Installed { service: self, models: self.settings.extra_models.iter().cloned().chain(listed).collect() }
    }
}

impl Installed<'_> {
    /// The summariser for text in `language`: the one named, else the one configured, else the best.
    pub(super) fn summarizer(
        &self,
        language: Language,
        mode: Mode,
        named: Option<&ModelId>,
    ) -> Result<InstalledModel, ServiceError> {
        if let Some(id) = named {
            return self.named_summarizer(id, language, mode);
        }
        let usable = |model: &InstalledModel| {
            model.card.task == Task::Summarization && model.card.languages.reads(language) && fits(model, mode)
        };
        let candidates = self.in_service(usable);
        let preferred = self.service.settings.summarizer.as_ref();
        let configured = candidates.iter().find(|model| Some(&model.name.id) == preferred);
        let best = configured.or_else(|| candidates.iter().max_by_key(|model| model.card.quality));
        best.copied().cloned().ok_or_else(|| ServiceError::Language {
            missing: format!("no installed model writes summaries of {} text", language.name()),
            available: self.pairs(),
        })
    }

    fn named_summarizer(&self, id: &ModelId, language: Language, mode: Mode) -> Result<InstalledModel, ServiceError> {
        let model = self.find(id)?;
        if model.card.task != Task::Summarization {
            return Err(InputError::invalid("model", format!("{id} translates, it does not summarise")).into());
        }
        if !fits(&model, mode) {
            return Err(InputError::invalid("mode", format!("{id} does not work in this mode")).into());
        }
        if !model.card.languages.reads(language) {
            let missing = format!("{id} does not read {}", language.name());
            return Err(ServiceError::Language { missing, available: self.pairs() });
        }
        Ok(model)
    }

    /// The translator for a direction: the one named, else the first configured, else the best.
    pub(super) fn translator(
        &self,
        pair: LanguagePair,
        named: Option<&ModelId>,
    ) -> Result<InstalledModel, ServiceError> {
        if let Some(id) = named {
            return self.named_translator(id, pair);
        }
        let usable = |model: &InstalledModel| model.card.languages.translates(pair);
        let candidates = self.in_service(usable);
        let preferred = |id: &ModelId| candidates.iter().find(|model| model.name.id == *id);
        let configured = self.service.settings.translators.iter().find_map(preferred);
        let best = configured.or_else(|| candidates.iter().max_by_key(|model| model.card.quality));
        best.copied().cloned().ok_or_else(|| self.missing_pair(pair))
    }

    /// The best model besides `first` that writes summaries of text in `language`, if the caller named none.
    pub(super) fn second_summarizer(
        &self,
        language: Language,
        named: Option<&ModelId>,
        first: &InstalledModel,
    ) -> Option<InstalledModel> {
        let writes = |model: &InstalledModel| {
            model.card.task == Task::Summarization
                && model.card.languages.reads(language)
                && fits(model, Mode::Abstractive)
        };
        let able =
            |model: &&InstalledModel| writes(model) && model.name != first.name && self.service.pool.can_serve(model);
        let written = named.is_none() && fits(first, Mode::Abstractive);
        written.then(|| self.models.iter().filter(able).max_by_key(|model| model.card.quality).cloned()).flatten()
    }

    /// The best translator for a direction besides `first`.
    pub(super) fn second(&self, pair: LanguagePair, first: &InstalledModel) -> Option<InstalledModel> {
        let usable = |model: &InstalledModel| model.card.languages.translates(pair) && model.name != first.name;
        let able = |model: &&InstalledModel| usable(model) && self.service.pool.can_serve(model);
        self.models.iter().filter(able).max_by_key(|model| model.card.quality).cloned()
    }

    /// Those of the usable models that can be expected to answer, as long as there are any: a model that does not fit
    /// into memory or that failed to load steps back until it is named or loaded by request.
    fn in_service(&self, usable: impl Fn(&InstalledModel) -> bool) -> Vec<&InstalledModel> {
        let candidates: Vec<_> = self.models.iter().filter(|model| usable(model)).collect();
        let able: Vec<_> = candidates.iter().copied().filter(|model| self.service.pool.can_serve(model)).collect();
        if able.is_empty() { candidates } else { able }
    }

    fn named_translator(&self, id: &ModelId, pair: LanguagePair) -> Result<InstalledModel, ServiceError> {
        let model = self.find(id)?;
        if model.card.task != Task::Translation {
            return Err(InputError::invalid("model", format!("{id} summarises, it does not translate")).into());
        }
        if !model.card.languages.translates(pair) {
            let missing = format!("{id} does not translate {pair}");
            return Err(ServiceError::Language { missing, available: model.card.languages.pairs() });
        }
        Ok(model)
    }

    pub(super) fn find(&self, id: &ModelId) -> Result<InstalledModel, ServiceError> {
        let known = self.models.iter().find(|model| model.name.id == *id);
        // The store says why a model is not here.
        known.map_or_else(|| Ok(self.service.store.installed(id)?), |model| Ok(model.clone()))
    }

    fn missing_pair(&self, pair: LanguagePair) -> ServiceError {
        let missing = format!("no installed model translates {} into {}", pair.source.name(), pair.target.name());
        ServiceError::Language { missing: format!("{missing} ({pair})"), available: self.pairs() }
    }

    /// Every direction that can be translated, each once, in order.
    pub(super) fn pairs(&self) -> Vec<LanguagePair> {
        let mut pairs: Vec<LanguagePair> = self.models.iter().flat_map(|model| model.card.languages.pairs()).collect();
        pairs.sort();
        pairs.dedup();
        pairs
    }
}

/// Whether a summariser works in the mode asked for.
fn fits(model: &InstalledModel, mode: Mode) -> bool {
    let selects = model.card.architecture == Architecture::Extractive;
    match mode {
        Mode::Auto => true,
        Mode::Extractive => selects,
        Mode::Abstractive => !selects,
    }
}
