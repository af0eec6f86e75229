//! What a translation was written from: the decoder's attention to source tokens, as places in the two texts.

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use super::{Codec, Hypothesis};
use crate::{
    domain::{LanguagePair, Span},
    text::Spaced,
};

/// A token of a translation and the source token that the decoder attended to most when it chose it. Both are byte ranges
/// on character boundaries, without the blanks around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link {
    /// In the sentence that was sent.
    pub source: Span,
    /// In its translation.
    pub target: Span,
}

/// What one translation was written from. To find the places of its tokens is work that few translations need: it is done
/// when they are asked for.
#[derive(Clone)]
pub struct Alignment(Known);

#[derive(Clone)]
enum Known {
    Links(Vec<Link>),
    Attention(Attention),
}

/// What links are made of.
#[derive(Clone)]
struct Attention {
    codec: Arc<dyn Codec>,
    pair: LanguagePair,
    source: Spaced,
    translation: String,
    /// The translation's tokens.
    tokens: Vec<i64>,
    /// The position that each of them attended to most.
    attended: Vec<u32>,
}

impl Alignment {
    /// Of `translation`, the trimmed text of `hypothesis`; none where the network does not say.
    pub(super) fn new(
        codec: &Arc<dyn Codec>,
        source: &Spaced,
        pair: LanguagePair,
        hypothesis: &Hypothesis,
        translation: &str,
    ) -> Option<Self> {
        let Hypothesis { tokens, alignment, .. } = hypothesis;
        let attention = || Attention {
            codec: codec.clone(),
            pair,
            source: source.clone(),
            translation: translation.to_owned(),
            tokens: tokens.clone(),
            attended: alignment.clone(),
        };
        (!alignment.is_empty()).then(|| Self(Known::Attention(attention())))
    }

    /// In the translation's order; none where the codec cannot tell.
    pub fn links(&self) -> Vec<Link> {
        match &self.0 {
            Known::Links(links) => links.clone(),
            Known::Attention(attention) => attention.links(),
        }
    }
}

impl From<Vec<Link>> for Alignment {
    fn from(links: Vec<Link>) -> Self {
        Self(Known::Links(links))
    }
}

impl Attention {
    fn links(&self) -> Vec<Link> {
        let Self { codec, pair, source, translation, tokens, attended } = self;
        let Some(sources) = codec.source_spans(source.text(), Some(*pair)) else { return Vec::new() };
        // A start token was not chosen, and attended to nothing.
        let unchosen = tokens.len().saturating_sub(attended.len());
        let chosen = target_spans(&**codec, tokens, translation).into_iter().skip(unchosen);
        let link = |(target, position): (Option<Span>, &u32)| {
            let attended = *sources.get(usize::try_from(*position).ok()?)?;
            Some(Link { source: source.original(attended?), target: target? })
        };
        chosen.zip(attended).filter_map(link).collect()
    }
}

impl PartialEq for Alignment {
    fn eq(&self, other: &Self) -> bool {
        self.links() == other.links()
    }
}

impl fmt::Debug for Alignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Alignment").field(&self.links()).finish()
    }
}

/// Where each token stands in `text`, which all of them together make: what the text has in common with that of the tokens
/// up to this one, beyond what it has with that of those before. None for tokens that make nothing but blanks.
fn target_spans(codec: &dyn Codec, tokens: &[i64], text: &str) -> Vec<Option<Span>> {
    let mut start = 0;
    let span = |count: usize| {
        let end = common_prefix(text, codec.decode(&tokens[..count]).trim_start()).max(start);
        let part = &text[start..end];
        let span = Span::new(end - part.trim_start().len(), start + part.trim_end().len());
        start = end;
        (span.start < span.end).then_some(span)
    };
    (1..=tokens.len()).map(span).collect()
}

/// The bytes of the characters that both begin with.
fn common_prefix(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}
