//! The messages of a chat: the article, and what is said of its summary.

use serde::Deserialize;
use utoipa::ToSchema;

use super::instructions::Instructions;
use crate::http::{compat::sent::Ignored, error::ApiError};

/// One message.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiMessage)]
pub(super) struct Message {
    /// `user` for an article; `system` or `developer` for what its summary is to be like; others are left aside.
    #[schema(examples("user"))]
    role: String,
    /// A text, or parts of one.
    content: Option<Content>,
}

/// A message's text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged, expecting = "a string or an array of parts")]
#[schema(as = OpenAiContent)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

/// A part of a message. Only text can be read.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OpenAiContentPart)]
struct Part {
    /// Only `text`.
    #[serde(rename = "type")]
    #[schema(examples("text"))]
    kind: String,
    text: Option<String>,
}

/// What a chat comes to.
pub(super) struct Conversation {
    pub(super) article: String,
    pub(super) instructions: Instructions,
}

impl Conversation {
    /// Reads messages; those that nothing is done with are added to `ignored`.
    ///
    /// # Errors
    /// [`ApiError`] where no message is the user's, or one that is read has more than text.
    pub(super) fn read(messages: &[Message], ignored: &mut Ignored) -> Result<Self, ApiError> {
        let missing = || ApiError::invalid("messages", "messages: none has the role `user`, whose last is the article");
        let last = messages.iter().rposition(|message| message.role == "user").ok_or_else(missing)?;
        let article = messages[last].text(last)?;
        let mut instructions = Instructions::default();
        for (index, message) in messages.iter().enumerate().filter(|(index, _)| *index != last) {
            let said = match message.role.as_str() {
                "system" | "developer" => Instructions::read(&message.text(index)?),
                _ => Instructions::default(),
            };
            if said == Instructions::default() {
                ignored.note(&format!("messages.{index}"));
            }
            // The last that says something counts.
            instructions = said.or(instructions);
        }
        Ok(Self { article, instructions })
    }
}

impl Message {
    fn text(&self, index: usize) -> Result<String, ApiError> {
        let parts = match &self.content {
            None => return Ok(String::new()),
            Some(Content::Text(text)) => return Ok(text.clone()),
            Some(Content::Parts(parts)) => parts,
        };
        let field = format!("messages.{index}.content");
        let read = |part: &Part| match (part.kind.as_str(), &part.text) {
            ("text", Some(text)) => Ok(text.clone()),
            ("text", None) => Err(ApiError::invalid(&field, format!("{field}: a part of the type `text` has no text"))),
            (kind, _) => {
                let shown: String = kind.chars().take(32).collect();
                Err(ApiError::invalid(&field, format!("{field}: only text can be read, not {shown:?}")))
            }
        };
        Ok(parts.iter().map(read).collect::<Result<Vec<_>, _>>()?.join("\n\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Language;

    fn read(json: &str) -> Result<(Conversation, Option<String>), ApiError> {
        let messages: Vec<Message> = serde_json::from_str(json).unwrap();
        let mut ignored = Ignored::default();
        Ok((Conversation::read(&messages, &mut ignored)?, ignored.names()))
    }

    #[test]
    fn the_last_message_of_the_user_is_the_article() {
        let json = r#"[
            {"role": "system", "content": "You are helpful."},
            {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Yes?"},
            {"role": "developer", "content": "Answer in Spanish."},
            {"role": "user", "content": [{"type": "text", "text": "Rain fell."}, {"type": "text", "text": "It was cold."}]}
        ]"#;
        let (conversation, ignored) = read(json).unwrap();
        assert_eq!(conversation.article, "Rain fell.\n\nIt was cold.");
        assert_eq!(conversation.instructions.language, Some(Language::SPANISH));
        assert_eq!(ignored.unwrap(), "messages.0, messages.1, messages.2");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for json in [
            "[]",
            r#"[{"role": "system", "content": "Rain fell."}]"#,
            r#"[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]"#,
            r#"[{"role": "user", "content": [{"type": "text"}]}]"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
        assert_eq!(read(r#"[{"role": "user"}]"#).unwrap().0.article, "");
    }
}
