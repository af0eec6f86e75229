//! Models as OpenAI's clients see them: names of summaries, and the summarisers that are here.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{Language, ModelCard, ModelId, ModelOrigin, Task},
    http::{error::ApiError, fields},
    service::ModelStatus,
};

/// The best summariser, for a summary in the article's own language; `breve-es` for one in Spanish.
const DEFAULT: &str = "breve";

/// The names that are listed; `breve-` takes any other code too.
const LISTED: [&str; 3] = [DEFAULT, "breve-en", "breve-es"];

/// What Hugging Face's client for Python sends where it was given an address and no model.
const NO_NAME: &str = "dummy";

/// The summariser and the language that a model's name stands for.
///
/// # Errors
/// [`ApiError`] where it is the name of no model.
pub(super) fn summarizer(name: &str) -> Result<(Option<ModelId>, Option<Language>), ApiError> {
    // Its client for JavaScript sends the address itself.
    let address = name.starts_with("http://") || name.starts_with("https://");
    if name == DEFAULT || name == NO_NAME || address {
        return Ok((None, None));
    }
    if let Some(language) = language_of(name) {
        return Ok((None, Some(language)));
    }
    Ok((Some(fields::model_in_path(name)?), None))
}

fn language_of(name: &str) -> Option<Language> {
    name.strip_prefix(DEFAULT)?.strip_prefix('-')?.parse().ok()
}

/// A model as OpenAI lists it.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OpenAiModel)]
pub(in crate::http) struct ListedModel {
    /// What a chat's `model` may be.
    #[schema(examples("breve-es"))]
    id: String,
    /// Always `model`.
    #[schema(examples("model"))]
    object: &'static str,
    /// Always 0: Breve does not know.
    #[schema(examples(0))]
    created: u64,
    /// Who publishes it.
    #[schema(examples("breve"))]
    owned_by: String,
}

impl ListedModel {
    fn new(id: &str, owned_by: String) -> Self {
        Self { id: id.to_owned(), object: "model", created: 0, owned_by }
    }
}

/// What a chat can be had with: the names of summaries, and the summarisers on this machine.
pub(in crate::http) fn listed(models: &[ModelStatus]) -> Vec<ListedModel> {
    let here = |model: &&ModelStatus| model.card.task == Task::Summarization && model.revision.is_some();
    let summarizers = models.iter().filter(here);
    let summarizers = summarizers.map(|model| ListedModel::new(model.card.id.as_str(), owner(&model.card)));
    LISTED.iter().map(|name| ListedModel::new(name, DEFAULT.to_owned())).chain(summarizers).collect()
}

/// The model of a name that is a summary's and no model's.
pub(in crate::http) fn virtual_model(name: &str) -> Option<ListedModel> {
    (name == DEFAULT || language_of(name).is_some()).then(|| ListedModel::new(name, DEFAULT.to_owned()))
}

/// Who publishes a model, as far as is known.
pub(in crate::http) fn owner(card: &ModelCard) -> String {
    match &card.origin {
        ModelOrigin::BuiltIn => DEFAULT,
        ModelOrigin::Hub { repository, .. } => repository.split('/').next().unwrap_or_default(),
        ModelOrigin::Local(_) => "local",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_summaries_and_models() {
        let model = |name: &str| Some(name.parse().unwrap());
        for (name, expected) in [
            ("breve", (None, None)),
            ("dummy", (None, None)),
            ("http://127.0.0.1:8080/v1", (None, None)),
            ("breve-es", (None, Some(Language::SPANISH))),
            ("extractive", (model("extractive"), None)),
            ("breve-of-mine", (model("breve-of-mine"), None)),
        ] {
            assert_eq!(summarizer(name), Ok(expected), "{name}");
        }
        assert!(summarizer("a/b").is_err() && summarizer("").is_err());
        assert_eq!(virtual_model("breve-es").unwrap().id, "breve-es");
        assert_eq!(virtual_model("extractive"), None);
    }
}
