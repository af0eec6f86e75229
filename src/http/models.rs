//! `/v1/models`: what is known, installed and in memory. Pulling is in [`super::pull`].

use actix_web::{
    delete, get, post,
    web::{Data, Json, Path, block},
};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema, schema::AnyOfBuilder},
};

use super::{
    ApiState,
    compat::openai::{self, ListedModel},
    error::ApiError,
    fields,
    gate::Manager,
    schemas,
};
use crate::{
    domain::{Language, LanguagePair, Languages, ModelId, ModelState, Task},
    service::ModelStatus,
};

/// Every model known. One shape for two kinds of clients: OpenAI's read `object` and `data`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModelsResponse {
    models: Vec<Model>,
    /// Always `list`.
    #[schema(examples("list"))]
    object: &'static str,
    /// What the `model` of `POST /v1/chat/completions` may be.
    data: Vec<ListedModel>,
}

impl From<Vec<ModelStatus>> for ModelsResponse {
    fn from(models: Vec<ModelStatus>) -> Self {
        let data = openai::listed(&models);
        Self { models: models.into_iter().map(Into::into).collect(), object: "list", data }
    }
}

/// A model, or one of the names that stand for summaries in chats: of a model OpenAI's clients read what both have.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum ShownModel {
    Known(Box<Model>),
    Summary(ListedModel),
}

impl ToSchema for ShownModel {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Model::schemas(schemas);
        ListedModel::schemas(schemas);
        schemas.push((Model::name().into(), Model::schema()));
        schemas.push((ListedModel::name().into(), ListedModel::schema()));
    }
}

impl PartialSchema for ShownModel {
    fn schema() -> RefOr<Schema> {
        let either = |name| RefOr::Ref(Ref::from_schema_name(name));
        let either = AnyOfBuilder::new().item(either(Model::name())).item(either(ListedModel::name()));
        RefOr::T(Schema::AnyOf(either.build()))
    }
}

/// A model and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Model {
    /// The name used everywhere.
    #[schema(value_type = String, examples("opus-mt-en-es"))]
    id: ModelId,
    #[schema(schema_with = schemas::task)]
    task: Task,
    /// The family of models whose code runs it.
    #[schema(examples("marian"))]
    architecture: String,
    languages: ServedLanguages,
    /// SPDX expression, or the name that the model's authors use.
    #[schema(examples("Apache-2.0"))]
    license: String,
    /// One line for people.
    description: String,
    /// What is downloaded, in bytes; 0 where nothing is.
    #[schema(examples(312_000_000))]
    size_bytes: u64,
    /// Longest source in tokens.
    #[schema(examples(512))]
    context_tokens: usize,
    state: State,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    /// Bytes so far and in all, while it is downloading.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    download: Option<Download>,
    /// Estimated bytes in memory, while it is loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    memory_bytes: Option<u64>,
    /// The installed revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    revision: Option<String>,
    /// Bytes on disk.
    disk_bytes: u64,
    /// Always `model`; this and the next two are for OpenAI's clients.
    #[schema(examples("model"))]
    object: &'static str,
    /// Always 0: Breve does not know.
    #[schema(examples(0))]
    created: u64,
    /// Who publishes it.
    #[schema(examples("Helsinki-NLP"))]
    owned_by: String,
}

/// Where a model stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    /// Known, not on this machine.
    Available,
    /// Being fetched.
    Downloading,
    /// On disk, checked, not in memory.
    Ready,
    /// Being read into memory.
    Loading,
    /// In memory.
    Loaded,
    /// The last download or load went wrong.
    Failed,
}

/// A download's progress.
#[derive(Debug, Serialize, ToSchema)]
struct Download {
    /// Bytes on disk.
    done_bytes: u64,
    /// Bytes in all; 0 while unknown.
    total_bytes: u64,
}

/// Which languages a model serves.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum ServedLanguages {
    /// A summariser: text in any of these.
    Text {
        #[schema(value_type = Vec<String>)]
        codes: Vec<Language>,
    },
    /// A translator of exactly these directions.
    Pairs {
        /// Each as `en-es`.
        pairs: Vec<String>,
    },
    /// A translator between any two of these.
    Between {
        #[schema(value_type = Vec<String>)]
        codes: Vec<Language>,
    },
    /// Text in any language.
    Any,
}

impl From<Languages> for ServedLanguages {
    fn from(languages: Languages) -> Self {
        match languages {
            Languages::Text(codes) => Self::Text { codes },
            Languages::Pairs(pairs) => Self::Pairs { pairs: pairs.iter().map(LanguagePair::to_string).collect() },
            Languages::Between(codes) => Self::Between { codes },
            Languages::Any => Self::Any,
        }
    }
}

impl From<ModelStatus> for Model {
    fn from(status: ModelStatus) -> Self {
        let ModelStatus { card, state, revision, disk_bytes } = status;
        let mut model = Self {
            owned_by: openai::owner(&card),
            id: card.id,
            task: card.task,
            architecture: name_of(card.architecture),
            languages: card.languages.into(),
            license: card.license,
            description: card.description,
            size_bytes: card.size_bytes,
            context_tokens: card.context_tokens,
            state: State::Available,
            reason: None,
            download: None,
            memory_bytes: None,
            revision,
            disk_bytes,
            object: "model",
            created: 0,
        };
        model.set_state(state);
        model
    }
}

impl Model {
    fn set_state(&mut self, state: ModelState) {
        self.state = match state {
            ModelState::Available => State::Available,
            ModelState::Downloading { done, total } => {
                self.download = Some(Download { done_bytes: done, total_bytes: total });
                State::Downloading
            }
            ModelState::Ready => State::Ready,
            ModelState::Loading => State::Loading,
            ModelState::Loaded { memory_bytes } => {
                self.memory_bytes = Some(memory_bytes);
                State::Loaded
            }
            ModelState::Failed { reason } => {
                self.reason = Some(reason);
                State::Failed
            }
        };
    }
}

/// The status as clients may see it: without the server's directories.
fn public(mut status: ModelStatus) -> ModelStatus {
    if let ModelState::Failed { reason } = &mut status.state {
        *reason = without_directories(reason);
    }
    status
}

/// `text` with the file names alone of the absolute paths in it. A name after a blank belongs to the path before it
/// when it holds a slash.
fn without_directories(text: &str) -> String {
    let mut in_path = false;
    let mut shorten = |word: &str| {
        let start = word.find(|c| !matches!(c, '"' | '\'' | '(' | '[' | '`')).unwrap_or(word.len());
        let (quotes, bare) = word.split_at(start);
        let is_path = bare.starts_with('/') || (in_path && bare.contains('/'));
        in_path = is_path && !bare.trim_end().ends_with([':', ',', ';', '"', ')', ']']);
        let name = bare
            .trim_end_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation())
            .rfind('/')
            .map_or(0, |at| at + 1);
        if is_path { format!("{quotes}{}", &bare[name..]) } else { word.to_owned() }
    };
    text.split_inclusive(char::is_whitespace).map(&mut shorten).collect()
}

/// The name that the catalog uses: `marian-ssru`.
fn name_of(architecture: crate::domain::Architecture) -> String {
    serde_json::to_value(architecture).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What was removed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Removed {
    /// The model.
    #[schema(value_type = String, examples("opus-mt-en-es"))]
    id: ModelId,
    /// Bytes freed on disk.
    #[schema(examples(312_000_000))]
    freed_bytes: u64,
}

/// List the models
///
/// Every model that is known, installed or not, and where it stands.
#[utoipa::path(
    tag = "models",
    responses((status = 200, description = "The models", body = ModelsResponse), schemas::ReadErrors),
)]
#[get("/v1/models")]
pub(super) async fn list(state: Data<ApiState>) -> Result<Json<ModelsResponse>, ApiError> {
    let service = state.service.clone();
    let models = block(move || service.models()).await.map_err(|error| ApiError::internal(&error))?;
    Ok(Json(models.into_iter().map(public).collect::<Vec<_>>().into()))
}

/// Show a model
///
/// Also one of the names that stand for summaries in chats, such as `breve-es`.
#[utoipa::path(
    tag = "models",
    params(("id" = String, Path, description = "The model's name", example = "opus-mt-en-es")),
    responses((status = 200, description = "The model", body = ShownModel), schemas::ModelErrors),
)]
#[get("/v1/models/{id}")]
pub(super) async fn show(state: Data<ApiState>, id: Path<String>) -> Result<Json<ShownModel>, ApiError> {
    if let Some(summary) = openai::virtual_model(&id) {
        return Ok(Json(ShownModel::Summary(summary)));
    }
    let id = fields::model_in_path(&id)?;
    let service = state.service.clone();
    let status = block(move || service.model(&id)).await.map_err(|error| ApiError::internal(&error))??;
    Ok(Json(ShownModel::Known(Box::new(public(status).into()))))
}

/// Load a model into memory
///
/// Answers when it is there.
#[utoipa::path(
    tag = "models",
    params(("id" = String, Path, description = "The model's name", example = "opus-mt-en-es")),
    responses((status = 200, description = "The model, loaded", body = Model), schemas::LoadErrors),
)]
#[post("/v1/models/{id}/load")]
pub(super) async fn load(_: Manager, state: Data<ApiState>, id: Path<String>) -> Result<Json<Model>, ApiError> {
    let status = state.service.load_model(&fields::model_in_path(&id)?).await?;
    Ok(Json(public(status).into()))
}

/// Take a model out of memory
///
/// Work in hand is done first. Whoever next asks for the model has it read again. One that could not be loaded is tried again, too.
#[utoipa::path(
    tag = "models",
    params(("id" = String, Path, description = "The model's name", example = "opus-mt-en-es")),
    responses((status = 200, description = "The model, not in memory", body = Model), schemas::RemoveErrors),
)]
#[post("/v1/models/{id}/unload")]
pub(super) async fn unload(_: Manager, state: Data<ApiState>, id: Path<String>) -> Result<Json<Model>, ApiError> {
    let id = fields::model_in_path(&id)?;
    let service = state.service.clone();
    let status = block(move || service.unload_model(&id)).await.map_err(|error| ApiError::internal(&error))??;
    Ok(Json(public(status).into()))
}

/// Remove a model
///
/// Unloads it and removes its files. A model that was added from a directory is forgotten and its files stay.
#[utoipa::path(
    tag = "models",
    params(("id" = String, Path, description = "The model's name", example = "opus-mt-en-es")),
    responses((status = 200, description = "What was removed", body = Removed), schemas::RemoveErrors),
)]
#[delete("/v1/models/{id}")]
pub(super) async fn remove(_: Manager, state: Data<ApiState>, id: Path<String>) -> Result<Json<Removed>, ApiError> {
    let id = fields::model_in_path(&id)?;
    let freed_bytes = state.service.remove_model(&id).await?;
    Ok(Json(Removed { id, freed_bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Architecture;

    #[test]
    fn an_architecture_has_its_name_in_the_catalog() {
        assert_eq!(name_of(Architecture::MarianSsru), "marian-ssru");
        assert_eq!(name_of(Architecture::M2m100), "m2m100");
    }

    #[test]
    fn a_reason_names_files_and_no_directories() {
        for (reason, expected) in [
            ("/srv/models/mine/model.bin: truncated", "model.bin: truncated"),
            (
                "no directory x in [\"/srv/secret/models\", \"/opt/secret\"]",
                "no directory x in [\"models\", \"secret\"]",
            ),
            ("/srv/my models/mine holds no model", "my mine holds no model"),
            ("(/srv/mine/) is gone", "(mine/) is gone"),
            (
                "Helsinki-NLP/opus-mt-en-es is private: https://hub/x",
                "Helsinki-NLP/opus-mt-en-es is private: https://hub/x",
            ),
            ("", ""),
        ] {
            assert_eq!(without_directories(reason), expected);
        }
    }

    #[test]
    fn languages_say_what_kind_they_are() {
        let pair = LanguagePair::new(Language::ENGLISH, Language::SPANISH);
        let wire = |languages: Languages| serde_json::to_value(ServedLanguages::from(languages)).unwrap();
        assert_eq!(wire(Languages::Pairs(vec![pair])), serde_json::json!({"kind": "pairs", "pairs": ["en-es"]}));
        assert_eq!(wire(Languages::Any), serde_json::json!({"kind": "any"}));
    }
}
