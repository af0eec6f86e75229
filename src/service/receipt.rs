//! Receipts: what a plan will be made of, and the same plan again for a receipt.

use std::time::Instant;

use super::{
    Service, ServiceError, blocking,
    select::Installed,
    summarize::{Models, Plan},
};
use crate::{
    domain::{
        Article, Glossary, InputError, LanguagePair, Receipt, Recipe, Summary, SummaryOptions, TextDigest, UsedModel,
    },
    store::InstalledModel,
};

/// The program that makes summaries, in receipts.
const PROGRAM: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

impl Service {
    /// Makes the summary again that `receipt` tells of, from the same models at the same revisions. The receipt has but
    /// the hash of the glossary that it was made with, so that the caller has to bring it.
    ///
    /// # Errors
    /// [`ServiceError`]; [`ServiceError::Input`] or [`ServiceError::Store`] where a model is not here as it was then.
    pub async fn reproduce(
        &self,
        article: &Article,
        receipt: &Receipt,
        glossary: Glossary,
    ) -> Result<Summary, ServiceError> {
        let started = Instant::now();
        let (service, text, recipe) = (self.clone(), article.clone(), receipt.recipe.clone());
        let options = SummaryOptions { glossary, ..options(&recipe) };
        let wanted = options.clone();
        let turn = self.turn(started, None);
        let planned = blocking(move || {
            let installed = service.installed();
            service.plan_with(&text, &wanted, turn, &installed, |_| installed.of_recipe(&recipe))
        });
        self.follow(planned.await?, &options, started).await
    }

    /// What the summary of `article` will be made of.
    pub(super) fn recipe(&self, article: &Article, options: &SummaryOptions, plan: &Plan) -> Recipe {
        let checks = options.checks || options.strict;
        let used = |first: &InstalledModel, second: &Option<InstalledModel>| {
            let second = second.iter().filter(|_| checks);
            std::iter::once(first).chain(second).map(|model| self.used(model)).collect::<Vec<_>>()
        };
        let glossary = Glossary::merged(&self.settings.glossary, &options.glossary);
        let translators = plan.translators.iter().map(|by| (by.pair.target, used(&by.first, &by.second)));
        Recipe {
            program: PROGRAM.to_owned(),
            text: TextDigest::of(article),
            language: plan.language,
            targets: plan.targets.clone(),
            sentences: options.sentence_count(),
            format: options.format,
            checks: options.checks,
            strict: options.strict,
            runtime: self.pool.runtime(),
            summarizers: used(&plan.summarizer, &plan.second_summarizer),
            translators: translators.collect(),
            glossary: (!glossary.is_empty()).then(|| glossary.hash()),
        }
    }

    fn used(&self, model: &InstalledModel) -> UsedModel {
        UsedModel { name: model.name.clone(), precision: self.pool.precision(model) }
    }
}

/// What was asked for.
fn options(recipe: &Recipe) -> SummaryOptions {
    SummaryOptions {
        source: Some(recipe.language),
        targets: recipe.targets.clone(),
        sentences: Some(recipe.sentences),
        format: recipe.format,
        checks: recipe.checks,
        strict: recipe.strict,
        ..SummaryOptions::default()
    }
}

impl Installed<'_> {
    /// The very models of a recipe.
    fn of_recipe(&self, recipe: &Recipe) -> Result<Models, ServiceError> {
        let (summarizer, second_summarizer) = self.two(&recipe.summarizers)?;
        let translators = recipe.translators.iter().map(|(target, models)| {
            let (first, second) = self.two(models)?;
            Ok::<_, ServiceError>((LanguagePair::new(recipe.language, *target), first, second))
        });
        let translators = translators.collect::<Result<_, _>>()?;
        let (targets, missing_pairs) = (recipe.targets.clone(), Vec::new());
        Ok(Models { summarizer, second_summarizer, targets, translators, missing_pairs })
    }

    fn two(&self, models: &[UsedModel]) -> Result<(InstalledModel, Option<InstalledModel>), ServiceError> {
        let Some((first, others)) = models.split_first() else {
            return Err(InputError::invalid("receipt", "names no model for one of its tasks").into());
        };
        Ok((self.exactly(first)?, others.first().map(|second| self.exactly(second)).transpose()?))
    }

    /// A model at the revision that was used.
    fn exactly(&self, used: &UsedModel) -> Result<InstalledModel, ServiceError> {
        let model = self.find(&used.name.id)?;
        if model.name != used.name {
            let reason = format!("was made with {}, and {} is installed", used.name, model.name);
            return Err(InputError::invalid("receipt", reason).into());
        }
        Ok(model)
    }
}
