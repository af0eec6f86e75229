//! A summary as a chat completion, whole or in chunks.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Summary;

/// The answer of a chat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiCompletion)]
pub(in crate::http) struct Completion {
    #[serde(flatten)]
    head: Head,
    /// Exactly one.
    choices: Vec<Choice>,
    usage: Usage,
}

/// A piece of the answer, as one server-sent event. `[DONE]` follows the last.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiChunk)]
pub(in crate::http) struct Chunk {
    #[serde(flatten)]
    head: Head,
    /// One, or none beside the usage.
    choices: Vec<ChunkChoice>,
    /// In the last one, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    usage: Option<Usage>,
}

/// What all chunks of an answer share.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OpenAiHead)]
struct Head {
    #[schema(examples("chatcmpl-5f0c8f7e-5d43-4f0e-9a53-2f6f1e3a0c11"))]
    id: String,
    /// `chat.completion` or `chat.completion.chunk`.
    #[schema(examples("chat.completion"))]
    object: &'static str,
    /// Seconds since 1970.
    #[schema(examples(1_760_000_000))]
    created: u64,
    /// As it was asked for.
    #[schema(examples("breve"))]
    model: String,
    /// The models that made it, with their revisions.
    #[schema(examples("extractive@0.1.0"))]
    system_fingerprint: String,
}

/// An answer in one piece.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiChoice)]
struct Choice {
    index: u32,
    message: AnswerMessage,
    /// Always null.
    #[schema(value_type = Option<Object>)]
    logprobs: Option<()>,
    /// `stop`, or `length` where a limit of tokens made the summary shorter.
    #[schema(examples("stop"))]
    finish_reason: &'static str,
}

/// The summary.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiAnswerMessage)]
struct AnswerMessage {
    /// Always `assistant`.
    #[schema(examples("assistant"))]
    role: &'static str,
    #[schema(examples("Works begin in May."))]
    content: String,
    /// Always null.
    #[schema(value_type = Option<String>)]
    refusal: Option<()>,
}

/// An answer's next piece.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenAiChunkChoice)]
struct ChunkChoice {
    index: u32,
    delta: Delta,
    /// Always null.
    #[schema(value_type = Option<Object>)]
    logprobs: Option<()>,
    /// In the last one.
    finish_reason: Option<&'static str>,
}

/// What is new in a piece.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = OpenAiDelta)]
struct Delta {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    content: Option<String>,
}

/// Tokens read and written by all models, the translators too.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = OpenAiUsage)]
struct Usage {
    prompt_tokens: usize,
    completion_tokens: usize,
    total_tokens: usize,
}

/// A summary that is there, and what its answer needs besides.
pub(super) struct Made {
    head: Head,
    /// The sentences, each with the blank before it.
    pieces: Vec<String>,
    finish_reason: &'static str,
    usage: Usage,
}

impl Made {
    /// Of a summary in one language.
    pub(super) fn new(id: &str, model: String, summary: Summary, shortened: bool) -> Self {
        let models = std::iter::once(&summary.summarizer).chain(&summary.translators);
        let system_fingerprint = models.map(ToString::to_string).collect::<Vec<_>>().join("+");
        let (prompt_tokens, completion_tokens) = (summary.usage.input_tokens, summary.usage.output_tokens);
        let total_tokens = prompt_tokens + completion_tokens;
        let created = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let sentences = summary.sentences.into_iter().filter_map(|sentence| sentence.texts.into_values().next());
        let spaced = |(index, text)| if index == 0 { text } else { format!(" {text}") };
        Self {
            head: Head { id: format!("chatcmpl-{id}"), object: "chat.completion", created, model, system_fingerprint },
            pieces: sentences.enumerate().map(spaced).collect(),
            finish_reason: if shortened { "length" } else { "stop" },
            usage: Usage { prompt_tokens, completion_tokens, total_tokens },
        }
    }

    /// The answer in one piece.
    pub(super) fn completion(self) -> Completion {
        let message = AnswerMessage { role: "assistant", content: self.pieces.concat(), refusal: None };
        let choice = Choice { index: 0, message, logprobs: None, finish_reason: self.finish_reason };
        Completion { head: self.head, choices: vec![choice], usage: self.usage }
    }

    /// The answer as server-sent events, a sentence each; a last one tells of `usage` where it is wanted.
    pub(super) fn events(self, usage: bool) -> String {
        let start = Delta { role: Some("assistant"), content: Some(String::new()) };
        let sentences = self.pieces.into_iter().map(|piece| Delta { role: None, content: Some(piece) });
        let head = Head { object: "chat.completion.chunk", ..self.head };
        let piece = |delta, finish_reason| {
            let choice = ChunkChoice { index: 0, delta, logprobs: None, finish_reason };
            Chunk { head: head.clone(), choices: vec![choice], usage: None }
        };
        let mut chunks: Vec<Chunk> = std::iter::once(start).chain(sentences).map(|delta| piece(delta, None)).collect();
        chunks.push(piece(Delta::default(), Some(self.finish_reason)));
        if usage {
            chunks.push(Chunk { head: head.clone(), choices: Vec::new(), usage: Some(self.usage) });
        }
        let event = |chunk: &Chunk| format!("data: {}\n\n", serde_json::to_string(chunk).unwrap_or_default());
        chunks.iter().map(event).collect::<String>() + "data: [DONE]\n\n"
    }
}
