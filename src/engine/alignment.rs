//! What a translation was written from: the decoder's attention to source tokens, as places in the two texts.

#[cfg(test)]
mod tests;

use super::{Codec, Hypothesis};
use crate::domain::{LanguagePair, Span};

/// A token of a translation and the source token that the decoder attended to most when it chose it. Both are byte ranges
/// on character boundaries, without the blanks around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link {
    /// In the sentence that was sent.
    pub source: Span,
    /// In its translation.
    pub target: Span,
}

/// The links of `translation`, the trimmed text of `hypothesis`, to its source; none where the network or the codec does
/// not say.
pub(super) fn links(
    codec: &dyn Codec,
    source: &str,
    pair: LanguagePair,
    hypothesis: &Hypothesis,
    translation: &str,
) -> Vec<Link> {
    let Hypothesis { tokens, alignment, .. } = hypothesis;
    if alignment.is_empty() {
        return Vec::new();
    }
    let Some(sources) = codec.source_spans(source, Some(pair)) else { return Vec::new() };
    // A start token was not chosen, and attended to nothing.
    let chosen =
        target_spans(codec, tokens, translation).into_iter().skip(tokens.len().saturating_sub(alignment.len()));
    let link = |(target, position): (Option<Span>, &u32)| {
        let source = *sources.get(usize::try_from(*position).ok()?)?;
        Some(Link { source: source?, target: target? })
    };
    chosen.zip(alignment).filter_map(link).collect()
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
