//! Splitting a sentence that a model cannot read at once.

use unicode_segmentation::UnicodeSegmentation;

/// Most bytes that are taken to one token. Longer pieces are not counted, so that a counter never sees more than a
/// fixed amount of text at a time and the whole stays near-linear.
const BYTES_A_TOKEN: usize = 16;

/// Splits `sentence` into pieces of at most `max_tokens` tokens as `count` counts them: at clauses (`;`, `:`, `,`,
/// dashes), else at white space, else between graphemes, and between the characters of a grapheme that
/// does not fit by itself. Joined, the pieces are the sentence up to white space at
/// the cuts. A character of more tokens than that is a piece by itself.
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

/// The bytes of a long prefix that fits: it ends between graphemes, or in the first one where that does not fit.
fn fitting_prefix(text: &str, max_tokens: usize, count: impl Fn(&str) -> usize) -> usize {
    let window = char_end(text, max_tokens.saturating_mul(BYTES_A_TOKEN));
    let in_graphemes = shrunk(text, window, max_tokens, &count, |limit| grapheme_end(text, limit, window));
    let in_chars = |end| shrunk(text, end, max_tokens, &count, |limit| char_end(text, limit));
    in_graphemes.or_else(in_chars).unwrap_or_else(|end| end)
}

/// The bytes of a prefix that fits, of those that `end_before` gives for a limit; else its shortest one.
fn shrunk(
    text: &str,
    limit: usize,
    max_tokens: usize,
    count: impl Fn(&str) -> usize,
    end_before: impl Fn(usize) -> usize,
) -> Result<usize, usize> {
    let mut end = end_before(limit);
    loop {
        let tokens = count(&text[..end]);
        if tokens <= max_tokens {
            return Ok(end);
        }
        let suggested = (end as f64 * max_tokens as f64 / tokens as f64) as usize;
        let shorter = end_before(suggested.min(end - 1));
        if shorter >= end {
            return Err(end);
        }
        end = shorter;
    }
}

/// The end of the last character that ends at or before `limit`, or of the first one.
fn char_end(text: &str, limit: usize) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    boundary_before(text, limit).max(first)
}

fn boundary_before(text: &str, limit: usize) -> usize {
    (0..=limit.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The end of the last grapheme that ends at or before `limit`, or of the first one as far as `window` reaches.
fn grapheme_end(text: &str, limit: usize, window: usize) -> usize {
    if limit >= text.len() {
        return text.len();
    }
    let near = boundary_before(text, limit);
    let mut cursor = unicode_segmentation::GraphemeCursor::new(near, text.len(), true);
    let end = match cursor.is_boundary(text, 0) {
        Ok(true) => near,
        _ => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
    };
    if end > 0 { end } else { text[..window].graphemes(true).next().map_or(window, str::len) }
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
            ("e\u{301}e\u{301}", 3, vec!["e\u{301}", "e\u{301}"]),
            ("e\u{301}e", 1, vec!["e", "\u{301}", "e"]),
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

    #[test]
    fn a_letter_with_too_many_accents_is_split_between_them() {
        let sentence = format!("Good a{}, bad.", "\u{301}".repeat(2000));
        let pieces = split_long(&sentence, 512, letters);
        assert!(pieces.iter().all(|piece| letters(piece) <= 512), "{pieces:?}");
        assert_eq!(pieces.concat().chars().filter(|c| *c == '\u{301}').count(), 2000);
    }

    proptest! {
        #[test]
        fn loses_nothing_and_fits(sentence in "\\PC{0,300}|[a-z ,;-]{0,300}|[a \u{301}]{0,300}", max_tokens in 0_usize..40) {
            let pieces = split_long(&sentence, max_tokens, letters);
            let kept = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(kept(&pieces.concat()), kept(&sentence));
            for piece in pieces {
                prop_assert!(letters(piece) <= max_tokens.max(1), "{:?}", piece);
                prop_assert!(!piece.is_empty());
            }
        }
    }
}
