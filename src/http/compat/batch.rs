//! Texts to translate, as clients that translate whole pages send them: some hold nothing to translate.

use crate::{
    config::LimitSettings,
    domain::{Article, Language},
    http::{ApiState, error::ApiError, fields::Texts, gate::User},
    service::{TranslatedText, TranslationOptions},
};

/// Texts within their limits. Those without a letter or digit stay as they are.
pub(super) struct Batch {
    articles: Vec<Article>,
    texts: Vec<Text>,
}

/// One of them.
enum Text {
    /// The next article.
    Article,
    Wordless(String),
}

/// A text's translation.
#[derive(Debug, PartialEq)]
pub(super) struct Translated {
    pub(super) text: String,
    /// Found or named; English for a text without a word whose language was not named.
    pub(super) source: Language,
    /// 0 to 1.
    pub(super) confidence: f64,
    /// Of the text sent.
    pub(super) characters: usize,
}

impl Batch {
    /// The texts sent in `field`.
    ///
    /// # Errors
    /// [`ApiError`] where there are none, they are blank, too many or too long.
    pub(super) fn parse(field: &str, texts: Texts, limits: &LimitSettings) -> Result<Self, ApiError> {
        let named = texts.named(field, limits)?;
        if named.iter().all(|(_, text)| text.trim().is_empty()) {
            return Err(ApiError::invalid(field, format!("{field} is empty")));
        }
        let mut batch = Self { articles: Vec::new(), texts: Vec::new() };
        for (name, text) in named {
            let short = text.chars().count() <= limits.text_characters;
            if short && !text.chars().any(char::is_alphanumeric) {
                batch.texts.push(Text::Wordless(text));
            } else {
                batch.articles.push(Article::parse(&name, text, limits.text_characters)?);
                batch.texts.push(Text::Article);
            }
        }
        Ok(batch)
    }

    /// Their translations, in order.
    ///
    /// # Errors
    /// [`ApiError`].
    pub(super) async fn translate(
        self,
        state: &ApiState,
        user: &User,
        options: &TranslationOptions,
    ) -> Result<Vec<Translated>, ApiError> {
        user.client.spend(self.articles.iter().map(Article::characters).sum())?;
        let translation = state.service.translate(&self.articles, options, user.within).await?;
        state.metrics.worked(&translation.timings, translation.usage);
        let mut translated = translation.texts.into_iter().zip(self.articles).map(|(text, article)| of(text, &article));
        let text = |text| match text {
            Text::Article => translated.next(),
            Text::Wordless(text) => Some(wordless(text, options.source)),
        };
        Ok(self.texts.into_iter().filter_map(text).collect())
    }
}

fn of(translated: TranslatedText, article: &Article) -> Translated {
    let TranslatedText { text, source, confidence, .. } = translated;
    Translated { text, source, confidence, characters: article.characters() }
}

fn wordless(text: String, named: Option<Language>) -> Translated {
    let confidence = if named.is_some() { 1.0 } else { 0.0 };
    let characters = text.chars().count();
    Translated { text, source: named.unwrap_or(Language::ENGLISH), confidence, characters }
}
