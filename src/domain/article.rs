use super::InputError;

/// A text to summarise or translate, exactly as the caller sent it.
///
/// Holds at least one letter or digit and no more characters than the configured limit.
/// Offsets in answers refer to this text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    text: String,
    characters: usize,
}

impl Article {
    /// Takes `text` sent in `field`, at most `limit` characters (Unicode scalar values) long.
    ///
    /// # Errors
    /// [`InputError`] when the text has no letter or digit, or is longer than `limit`.
    pub fn parse(field: &str, text: impl Into<String>, limit: usize) -> Result<Self, InputError> {
        let text = text.into();
        let characters = text.chars().count();
        if characters > limit {
            let field = field.to_owned();
            return Err(InputError::TooLong { field, unit: "characters", limit, actual: characters });
        }
        if !text.chars().any(char::is_alphanumeric) {
            return Err(InputError::invalid(field, "is empty: it must hold at least one letter or digit"));
        }
        Ok(Self { text, characters })
    }

    /// The text as it was sent.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number of Unicode scalar values.
    pub fn characters(&self) -> usize {
        self.characters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_text_without_a_letter_or_digit() {
        for text in ["", "  \n\t", "\u{0}\u{1}", "...", "\u{1F600}"] {
            assert!(matches!(Article::parse("text", text, 10), Err(InputError::Invalid { .. })), "{text:?}");
        }
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(Article::parse("text", "ñandú", 5).map(|article| article.characters()), Ok(5));
        let error = Article::parse("text", "ñandúes", 5).unwrap_err();
        assert_eq!(error.to_string(), "text has 7 characters, the limit is 5");
    }
}
