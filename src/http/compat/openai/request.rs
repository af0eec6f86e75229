//! A chat completion's request: which summary of what it asks for.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    instructions::Instructions,
    messages::{Conversation, Message},
    models,
};
use crate::{
    config::LimitSettings,
    domain::{Article, Length, SummaryOptions},
    http::{
        compat::{
            length,
            sent::Ignored,
            values::{self, Count, Unsupported},
        },
        error::ApiError,
    },
};

/// A conversation whose last message of the user is an article.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiChatRequest)]
pub(in crate::http) struct ChatRequest {
    /// `breve`, `breve-es` and the like, or a summariser's name.
    #[schema(examples("breve"))]
    pub(super) model: String,
    #[schema(min_items = 1)]
    messages: Vec<Message>,
    /// Whether the answer comes as server-sent events.
    #[schema(default = false)]
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    /// Longest summary in tokens, which becomes a number of sentences, one for each 30.
    #[schema(schema_with = values::count, required = false)]
    max_tokens: Option<Count>,
    /// The same; wins over `max_tokens`.
    #[schema(schema_with = values::count, required = false)]
    max_completion_tokens: Option<Count>,
    /// `low` for two sentences, `medium` for three, `high` for six, where nothing else says how many.
    #[schema(examples("medium"))]
    verbosity: Option<Verbosity>,
    /// Only 1.
    #[schema(schema_with = values::count, required = false)]
    n: Option<Count>,
    response_format: Option<ResponseFormat>,
    /// Only `text`.
    modalities: Option<Vec<String>>,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    tools: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    functions: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    audio: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    logprobs: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    logit_bias: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    stop: Unsupported,
    #[serde(default)]
    #[schema(schema_with = values::unsupported, required = false)]
    web_search_options: Unsupported,
}

/// What a stream holds.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiStreamOptions)]
struct StreamOptions {
    /// Whether a last chunk tells of tokens.
    #[schema(default = false)]
    include_usage: Option<bool>,
}

/// How much is to be said.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = OpenAiVerbosity)]
enum Verbosity {
    Low,
    Medium,
    High,
}

/// What the answer is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiResponseFormat)]
struct ResponseFormat {
    /// Only `text`.
    #[serde(rename = "type")]
    #[schema(examples("text"))]
    kind: String,
}

/// A request that can be served.
pub(super) struct Wanted {
    pub(super) article: Article,
    /// Without targets, the summary is in the article's own language.
    pub(super) options: SummaryOptions,
    /// Whether the summary has fewer sentences than it would have without a limit of tokens.
    pub(super) shortened: bool,
    /// `None` for an answer in one piece.
    pub(super) stream: Option<Stream>,
}

/// An answer as server-sent events.
pub(super) struct Stream {
    pub(super) usage: bool,
}

impl ChatRequest {
    /// What is asked for; messages that nothing is done with are added to `ignored`.
    ///
    /// # Errors
    /// [`ApiError`] where the answer would not be what was asked for.
    pub(super) fn validate(self, limits: &LimitSettings, ignored: &mut Ignored) -> Result<Wanted, ApiError> {
        self.refuse()?;
        let conversation = Conversation::read(&self.messages, ignored)?;
        let (summarizer, language) = models::summarizer(&self.model)?;
        let Instructions { language: said, sentences: told } = conversation.instructions;
        let unlimited = told.unwrap_or_else(|| self.length().sentences());
        let tokens = self.max_completion_tokens.or(self.max_tokens).map(|Count(tokens)| tokens);
        let sentences = tokens.map_or(unlimited, |tokens| length::most_sentences(tokens).min(unlimited));
        let options = SummaryOptions {
            targets: language.or(said).into_iter().collect(),
            sentences: Some(sentences),
            model: summarizer,
            ..SummaryOptions::default()
        };
        let article = Article::parse("messages", conversation.article, limits.text_characters)?;
        let usage = self.stream_options.and_then(|options| options.include_usage).unwrap_or(false);
        let stream = self.stream.unwrap_or(false).then_some(Stream { usage });
        Ok(Wanted { article, options, shortened: sentences < unlimited, stream })
    }

    fn refuse(&self) -> Result<(), ApiError> {
        if self.n.is_some_and(|count| count != Count(1)) {
            return Err(values::cannot("n"));
        }
        if self.response_format.as_ref().is_some_and(|format| format.kind != "text") {
            return Err(values::cannot("response_format"));
        }
        if self.modalities.iter().flatten().any(|modality| modality != "text") {
            return Err(values::cannot("modalities"));
        }
        values::refuse(&[
            ("tools", self.tools),
            ("functions", self.functions),
            ("audio", self.audio),
            ("logprobs", self.logprobs),
            ("logit_bias", self.logit_bias),
            ("stop", self.stop),
            ("web_search_options", self.web_search_options),
        ])
    }

    fn length(&self) -> Length {
        match self.verbosity {
            None | Some(Verbosity::Medium) => Length::Medium,
            Some(Verbosity::Low) => Length::Short,
            Some(Verbosity::High) => Length::Long,
        }
    }
}
