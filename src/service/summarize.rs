use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;

use super::{
    Service, ServiceError,
    assemble::{Outcome, assemble},
    blocking,
    checked::{CheckedTranslation, Translators},
    drafts::Written,
    events::Watcher,
    results::Summarized,
    rows::Row,
    select::Installed,
    support::Drafted,
};
use crate::{
    domain::{Article, DetectedSource, InputError, Language, LanguagePair, ModelName, Recipe, Summary, SummaryOptions},
    pool::Turn,
    store::InstalledModel,
    text::Document,
};

/// Everything that is decided before any model works.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) document: Document,
    pub(super) language: Language,
    pub(super) confidence: f64,
    pub(super) summarizer: InstalledModel,
    /// Another one, for what the first does badly.
    pub(super) second_summarizer: Option<InstalledModel>,
    pub(super) targets: Vec<Language>,
    pub(super) translators: Vec<Translators>,
    pub(super) missing_pairs: Vec<LanguagePair>,
    pub(super) turn: Arc<Turn>,
    /// Characters of the article.
    pub(super) characters: usize,
    /// Whom it is told what happens.
    pub(super) watcher: Watcher,
}

impl Plan {
    /// The article as it was understood.
    pub(super) fn source(&self) -> DetectedSource {
        DetectedSource {
            language: self.language,
            confidence: self.confidence,
            characters: self.characters,
            sentences: self.document.sentences.len(),
        }
    }

    /// The models that will work for it, unless something has to be mended.
    fn models(&self) -> impl Iterator<Item = &InstalledModel> {
        std::iter::once(&self.summarizer).chain(self.translators.iter().map(|by| &by.first))
    }

    /// Whether the glossary holds anything for a translation.
    pub(super) fn has_terms(&self) -> bool {
        self.translators.iter().any(|by| !by.terms.is_empty())
    }
}

/// A plan, and what its summary will be made of.
#[derive(Clone)]
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) recipe: Recipe,
}

/// A summary that can be made: [`Service::carry_out`] does it.
pub struct Prepared {
    planned: Planned,
    options: SummaryOptions,
    started: Instant,
}

/// The models of a plan, and what they reach.
pub(super) struct Models {
    pub(super) summarizer: InstalledModel,
    pub(super) second_summarizer: Option<InstalledModel>,
    pub(super) targets: Vec<Language>,
    /// For each direction a translator, and another one.
    pub(super) translators: Vec<(LanguagePair, InstalledModel, Option<InstalledModel>)>,
    pub(super) missing_pairs: Vec<LanguagePair>,
}

impl Service {
    /// Summarises an article in every language asked for, `within` that time or the service's own limit, whichever is less.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn summarize(
        &self,
        article: &Article,
        options: &SummaryOptions,
        within: Option<Duration>,
    ) -> Result<Summarized, ServiceError> {
        let prepared = self.prepare(article, options, within).await?;
        self.carry_out(prepared, Watcher::default()).await
    }

    /// Plans a summary as [`Service::summarize`] does: what is wrong with a request is found before any model works.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn prepare(
        &self,
        article: &Article,
        options: &SummaryOptions,
        within: Option<Duration>,
    ) -> Result<Prepared, ServiceError> {
        self.prepare_into(article, options, within, |_, options| options.targets.clone()).await
    }

    /// Does what was prepared, and tells `watcher` what happens on the way. Dropping the future ends the work.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn carry_out(&self, prepared: Prepared, watcher: Watcher) -> Result<Summarized, ServiceError> {
        let Prepared { mut planned, options, started } = prepared;
        planned.plan.watcher = watcher;
        self.answer(planned, &options, started).await
    }

    /// Summarises an article in its own language alone, whatever `options` has for targets.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn summarize_as_written(
        &self,
        article: &Article,
        options: &SummaryOptions,
        within: Option<Duration>,
    ) -> Result<Summarized, ServiceError> {
        let prepared = self.prepare_into(article, options, within, |language, _| vec![language]).await?;
        self.carry_out(prepared, Watcher::default()).await
    }

    async fn prepare_into(
        &self,
        article: &Article,
        options: &SummaryOptions,
        within: Option<Duration>,
        targets: impl Fn(Language, &SummaryOptions) -> Vec<Language> + Send + 'static,
    ) -> Result<Prepared, ServiceError> {
        let started = Instant::now();
        let turn = self.turn(started, within);
        let (service, text, wanted) = (self.clone(), article.clone(), options.clone());
        let planned = blocking(move || {
            let installed = service.installed();
            let choose = |language| installed.models_for(language, &targets(language, &wanted), &wanted);
            service.plan_with(&text, &wanted, turn, &installed, choose)
        });
        Ok(Prepared { planned: planned.await?, options: options.clone(), started })
    }

    /// Does what was planned.
    pub(super) async fn follow(
        &self,
        Planned { plan, recipe }: Planned,
        options: &SummaryOptions,
        started: Instant,
    ) -> Result<Summary, ServiceError> {
        let turn = Arc::clone(&plan.turn);
        self.pool.let_in(&turn, plan.models())?;
        self.tell_plan(&plan, options).await?;
        let mut written = self.write(&plan, options).await?;
        let drafts = std::mem::take(&mut written.drafts);
        let (rows, translations) = match plan.watcher.is_watching() {
            true => self.translate_watched(&plan, options, drafts).await?,
            false => self.translate_drafts(&plan, drafts).await?,
        };
        let mut outcome = Outcome { written, rows, translations };
        if options.strict {
            self.hold_strictly(&plan, &mut outcome).await?;
            plan.watcher.tell_rows(&plan, options, &outcome.rows);
        }
        let options = options.clone();
        let mut summary = blocking(move || assemble(&options, plan, recipe, outcome)).await;
        turn.answered();
        summary.timings.total = started.elapsed();
        Ok(summary)
    }

    /// Finds out what is missing before any model works; `choose` names the models for an article in a language.
    pub(super) fn plan_with(
        &self,
        article: &Article,
        options: &SummaryOptions,
        turn: Arc<Turn>,
        installed: &Installed<'_>,
        choose: impl FnOnce(Language) -> Result<Models, ServiceError>,
    ) -> Result<Planned, ServiceError> {
        let limit = self.settings.summary_sentences;
        if !(1..=limit).contains(&options.sentence_count()) {
            return Err(InputError::invalid("sentences", format!("must lie between 1 and {limit}")).into());
        }
        let document = Document::read(article.text());
        if document.sentences.is_empty() {
            return Err(InputError::invalid("text", "holds no sentence").into());
        }
        let (language, confidence) = installed.language_of(&document, options.source)?;
        let Models { summarizer, second_summarizer, targets, translators, missing_pairs } = choose(language)?;
        let checks = options.checks || options.strict;
        let by = |(pair, first, second): (LanguagePair, _, _)| {
            let terms = self.terms(&options.glossary, pair.target);
            Translators {
                pair,
                first,
                second,
                turn: Arc::clone(&turn),
                checks,
                tries_again: false,
                keeps_names: options.strict,
                terms,
            }
        };
        let translators = translators.into_iter().map(by).collect();
        let plan = Plan {
            document,
            language,
            confidence,
            summarizer,
            second_summarizer,
            targets,
            translators,
            missing_pairs,
            turn,
            characters: article.characters(),
            watcher: Watcher::default(),
        };
        let recipe = self.recipe(article, options, &plan);
        Ok(Planned { plan, recipe })
    }

    /// Translates the summary's sentences into every language; what belongs together lies in a row.
    async fn translate_drafts(
        &self,
        plan: &Plan,
        drafts: Vec<Drafted>,
    ) -> Result<(Vec<Row>, Vec<CheckedTranslation>), ServiceError> {
        let sentences: Vec<String> = drafts.iter().map(|draft| draft.text.clone()).collect();
        let jobs = plan.translators.iter().map(|by| self.translate_checked(by, sentences.clone()));
        let mut translations = try_join_all(jobs).await?;
        Ok((Row::all(drafts, &mut translations), translations))
    }

    /// Has the article's own sentences stand where a translation says what the article does not, as long as there are
    /// some whose translations are better.
    async fn hold_strictly(&self, plan: &Plan, outcome: &mut Outcome) -> Result<(), ServiceError> {
        let mut taken: HashSet<usize> = outcome.rows.iter().filter_map(|row| row.draft.verbatim).collect();
        for _ in 0..STRICT_ROUNDS {
            let Outcome { written: Written { support, .. }, rows, translations } = &mut *outcome;
            let mut places = Vec::new();
            let mut substitutes = Vec::new();
            for (place, row) in rows.iter().enumerate().filter(|(_, row)| row.is_untrue()) {
                let Some(at) = support.substitute(&row.draft.text, &taken) else { continue };
                taken.insert(at);
                places.push(place);
                substitutes.push(support.verbatim(at));
            }
            if places.is_empty() {
                break;
            }
            let (better, more) = self.translate_drafts(plan, substitutes).await?;
            translations.extend(more);
            places.into_iter().zip(better).for_each(|(place, row)| rows[place].give_way_to(row));
        }
        let pairs = || plan.translators.iter().map(|by| by.pair);
        outcome.rows.iter_mut().for_each(|row| row.keep_originals(pairs()));
        Row::in_order(&mut outcome.rows);
        Ok(())
    }
}

/// How often other sentences are tried in the place of one whose translation is wrong.
const STRICT_ROUNDS: usize = 4;

impl Installed<'_> {
    /// The models for an article in `language` and summaries in `targets`, as far as the caller does not name them. A
    /// language that was asked for and cannot be had is an error; one that is merely the default, for no targets, is
    /// left out and reported.
    fn models_for(
        &self,
        language: Language,
        targets: &[Language],
        options: &SummaryOptions,
    ) -> Result<Models, ServiceError> {
        let summarizer = self.summarizer(language, options.mode, options.model.as_ref())?;
        let second_summarizer = self.second_summarizer(language, options.model.as_ref(), &summarizer);
        let (reached, translators, missing_pairs) = Default::default();
        let mut models = Models { summarizer, second_summarizer, targets: reached, translators, missing_pairs };
        let defaults = [Language::ENGLISH, Language::SPANISH];
        let asked = !targets.is_empty();
        for &target in if asked { targets } else { &defaults[..] } {
            if !models.targets.contains(&target) {
                self.reach(LanguagePair::new(language, target), asked, &mut models)?;
            }
        }
        // A text in neither of the default languages still gets a summary: in its own.
        if models.targets.is_empty() {
            models.targets.push(language);
        }
        Ok(models)
    }

    /// Adds a direction's translators to `models`; none where it leads to the article's own language. One that is
    /// missing is an error where it was asked for.
    fn reach(&self, pair: LanguagePair, asked: bool, models: &mut Models) -> Result<(), ServiceError> {
        if pair.source != pair.target {
            match self.translator(pair, None) {
                Ok(first) => {
                    let second = self.second(pair, &first);
                    models.translators.push((pair, first, second));
                }
                Err(_) if !asked => {
                    models.missing_pairs.push(pair);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        models.targets.push(pair.target);
        Ok(())
    }
}

/// The models in order of use, without repeats.
pub(super) fn each_once(models: impl Iterator<Item = ModelName>) -> Vec<ModelName> {
    let mut seen: Vec<ModelName> = Vec::new();
    for model in models {
        if !seen.contains(&model) {
            seen.push(model);
        }
    }
    seen
}
