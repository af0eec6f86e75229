//! Splitting a sentence that a model cannot read at once.

use unicode_segmentation::UnicodeSegmentation;

/// Most bytes that are taken to one token. Longer pieces are not counted, so that a counter never sees more than a
/// fixed amount of text at a time and the whole stays near-linear.
const BYTES_A_TOKEN: usize = 16;

/// Splits `sentence` into pieces of at most `max_tokens` tokens as `count` counts them: at clauses (`;`, `:`, `,`,
/// dashes), else at white space, else between graphemes. Joined, the pieces are the sentence up to white space at
/// the cuts. A grapheme of more tokens than that is a piece by itself.
pub fn split_long(sentence: &str, max_tokens: usize, count: impl Fn(&str) -> usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = sentence.trim();
    while !rest.is_empty() {
        let fitting = fitting_prefix(rest, max_tokens, &count);
        let (piece, after) = rest.split_at(if fitting == rest.len() { fitting } else { cut(rest, fitting) });
        pieces.push(piece.trim_end());
        rest = after.trim_start();
    }
    pieces
}

/// The bytes of a long prefix that fits: at least one grapheme, ending between graphemes.
fn fitting_prefix(text: &str, max_tokens: usize, count: impl Fn(&str) -> usize) -> usize {
    let mut end = grapheme_end(text, max_tokens.saturating_mul(BYTES_A_TOKEN));
    loop {
        let tokens = count(&text[..end]);
        if tokens <= max_tokens {
            return end;
        }
        let suggested = (end as f64 * max_tokens as f64 / tokens as f64) as usize;
        let shorter = grapheme_end(text, suggested.min(end - 1));
        if shorter >= end {
            return end;
        }
        end = shorter;
    }
}

/// The end of the last grapheme that ends at or before `limit`, or of the first one.
fn grapheme_end(text: &str, limit: usize) -> usize {
    if limit >= text.len() {
        return text.len();
    }
    let near = (0..=limit).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let mut cursor = unicode_segmentation::GraphemeCursor::new(near, text.len(), true);
    let end = match cursor.is_boundary(text, 0) {
        Ok(true) => near,
        _ => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
    };
    if end > 0 { end } else { text.graphemes(true).next().map_or(text.len(), str::len) }
}

/// The best place to cut within the first `fitting` bytes: the last clause's end in their second half, else the
/// last white space, else `fitting` itself.
fn cut(text: &str, fitting: usize) -> usize {
    let prefix = &text[..fitting];
    let clause = prefix.char_indices().rev().take_while(|(at, _)| *at >= fitting / 2).find_map(|(at, c)| {
        let end = at + c.len_utf8();
        (ends_clause(c) && text[end..].starts_with(char::is_whitespace)).then_some(end)
    });
    if let Some(end) = clause {
        return end;
    }
    if text[fitting..].starts_with(char::is_whitespace) {
        return fitting;
    }
    prefix.rfind(char::is_whitespace).filter(|at| *at > 0).unwrap_or(fitting)
}

fn ends_clause(c: char) -> bool {
    matches!(c, ';' | ':' | ',' | '–' | '—' | '-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letters(text: &str) -> usize {
        text.chars().filter(|c| !c.is_whitespace()).count()
    }

    #[test]
    fn cuts_where_a_reader_would() {
        for (sentence, max_tokens, expected) in [
            ("short", 10, vec!["short"]),
            ("", 10, vec![]),
            ("one two, three four", 12, vec!["one two,", "three four"]),
            ("one two three four", 6, vec!["one two", "three", "four"]),
            ("abcdefghij", 4, vec!["abcd", "efgh", "ij"]),
            ("ab", 0, vec!["a", "b"]),
            ("e\u{301}e\u{301}", 1, vec!["e\u{301}", "e\u{301}"]),
        ] {
            assert_eq!(split_long(sentence, max_tokens, letters), expected, "{sentence}");
        }
    }

    #[test]
    fn stays_near_linear_without_blanks() {
        let counted = std::cell::Cell::new(0);
        let text = "x".repeat(200_000);
        let count = |piece: &str| {
            counted.set(counted.get() + piece.len());
            piece.len()
        };
        assert!(split_long(&text, 500, count).iter().all(|piece| piece.len() <= 500));
        assert!(counted.get() < 60 * text.len(), "counted {} bytes", counted.get());
    }

    proptest! {
        #[test]
        fn loses_nothing_and_fits(sentence in "\\PC{0,300}|[a-z ,;-]{0,300}", max_tokens in 0_usize..40) {
            let pieces = split_long(&sentence, max_tokens, letters);
            let kept = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(kept(&pieces.concat()), kept(&sentence));
            for piece in pieces {
                prop_assert!(letters(piece) <= max_tokens || piece.graphemes(true).count() == 1, "{:?}", piece);
                prop_assert!(!piece.is_empty());
            }
        }
    }
}
