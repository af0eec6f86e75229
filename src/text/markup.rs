//! HTML pasted as text, read into pieces that know where they stood.
//!
//! Not a browser's parser: it keeps byte offsets, stays linear on broken input, and takes a text for HTML only
//! when it holds a closing or a telling tag, so that `a < b and c > d` survives.

use std::{borrow::Cow, ops::Range};

use super::elements::{Effect, effect, is_known, is_telling};

/// Longest tag that is searched for a `>` outside its quoted attributes, in bytes: keeps broken tags linear.
const TAG_LIMIT: usize = 2048;

/// Longest entity with its `&` and `;`, in bytes; HTML's longest is `&CounterClockwiseContourIntegral;`.
const ENTITY_LIMIT: usize = 40;

/// A part of the original.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text as it stands there.
    Plain(Range<usize>),
    /// An entity, and what it stands for.
    Entity(Cow<'a, str>, Range<usize>),
    /// The place of a tag that separates what stands around it.
    Break(Effect, Range<usize>),
}

/// A tag's name in lower case, and where it ends.
struct Tag {
    name: String,
    closing: bool,
    end: usize,
}

/// Whether `text` is HTML: it has a closing tag of a known element, one that tells, or a comment.
pub(super) fn is_html(text: &str) -> bool {
    let comment = text.find("<!--").is_some_and(|at| text[at..].contains("-->"));
    comment
        || text.match_indices('<').any(|(at, _)| {
            let head = &text.as_bytes()[at + 1..];
            let closing = head.first() == Some(&b'/');
            let name = tag_name(&head[usize::from(closing)..]);
            let after = head.get(usize::from(closing) + name.len());
            let ends = after.is_some_and(|byte| matches!(byte, b'>' | b'/') || byte.is_ascii_whitespace());
            ends && if closing { is_known(&name) } else { is_telling(&name) }
        })
}

/// Whether the line breaks of `text`, which is HTML, are mere white space: it has tags that break lines.
pub(super) fn has_line_tags(pieces: &[Piece<'_>]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Break(Effect::Paragraph | Effect::Line, _)))
}

/// Reads `text`; tags are only looked for when `html`, entities always.
pub(super) fn pieces(text: &str, html: bool) -> Vec<Piece<'_>> {
    let mut reader = Reader { text, pieces: Vec::new(), plain: 0, unclosed: Vec::new() };
    let mut at = 0;
    while let Some(step) = text[at..].find(if html { &['<', '&'][..] } else { &['&'][..] }) {
        at = reader.read(at + step);
    }
    reader.flush(text.len());
    reader.pieces
}

struct Reader<'a> {
    text: &'a str,
    pieces: Vec<Piece<'a>>,
    /// Where the plain text that is not yet a piece starts.
    plain: usize,
    /// Endings that are known not to come any more, so that none is searched for twice.
    unclosed: Vec<String>,
}

impl<'a> Reader<'a> {
    /// Reads what stands at `at`, a `<` or `&`; returns where to go on.
    fn read(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        if rest.starts_with('&') {
            return self.entity(at);
        }
        if rest.starts_with("<!--") {
            return self.skip_to(at, "-->").unwrap_or(at + 1);
        }
        if rest.starts_with("<!") || rest.starts_with("<?") {
            return self.skip_to(at, ">").unwrap_or(at + 1);
        }
        match self.tag(at) {
            Some(tag) => self.apply(at, &tag),
            None => at + 1,
        }
    }

    fn entity(&mut self, at: usize) -> usize {
        // Nothing but a name or a number may stand before the `;`, else a bare `&` would swallow the next entity.
        let body = self.text.as_bytes()[at + 1..].iter().take(ENTITY_LIMIT);
        let length = body.take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#').count();
        let end = at + length + 2;
        let Some(raw) = self.text.get(at..end).filter(|raw| raw.ends_with(';')) else { return at + 1 };
        let decoded = htmlize::unescape(raw);
        if decoded == raw {
            return at + 1;
        }
        self.flush(at);
        self.pieces.push(Piece::Entity(decoded, at..end));
        self.plain = end;
        end
    }

    fn tag(&mut self, at: usize) -> Option<Tag> {
        let bytes = &self.text.as_bytes()[at + 1..];
        let closing = bytes.first() == Some(&b'/');
        let name = tag_name(&bytes[usize::from(closing)..]);
        if name.is_empty() {
            return None;
        }
        let first = self.find(at, ">")?;
        let raw = &self.text.as_bytes()[at..];
        let has_value = raw[..(first - at).min(TAG_LIMIT)].contains(&b'=');
        let end = if has_value { quoted_end(raw).map_or(first, |end| at + end) } else { first };
        Some(Tag { name, closing, end })
    }

    fn apply(&mut self, at: usize, tag: &Tag) -> usize {
        match effect(&tag.name) {
            Effect::Hide if !tag.closing => self.hide(at, tag),
            Effect::Hide | Effect::Nothing => self.skip(at, tag.end),
            separator => {
                self.skip(at, tag.end);
                self.pieces.push(Piece::Break(separator, at..tag.end));
                tag.end
            }
        }
    }

    /// Leaves out a hidden element; one that never closes loses only its tag.
    fn hide(&mut self, at: usize, tag: &Tag) -> usize {
        let end = match self.find(tag.end, &format!("</{}", tag.name)) {
            Some(from) => self.find(from, ">").unwrap_or(from),
            None => tag.end,
        };
        self.skip(at, end)
    }

    fn skip_to(&mut self, at: usize, ending: &str) -> Option<usize> {
        let end = self.find(at, ending)?;
        Some(self.skip(at, end))
    }

    fn skip(&mut self, at: usize, end: usize) -> usize {
        self.flush(at);
        self.plain = end;
        end
    }

    fn flush(&mut self, end: usize) {
        if self.plain < end {
            self.pieces.push(Piece::Plain(self.plain..end));
        }
    }

    /// Where the first `ending` (in ASCII, either case) from `at` on ends. `at` never goes back.
    fn find(&mut self, at: usize, ending: &str) -> Option<usize> {
        if self.unclosed.iter().any(|known| known == ending) {
            return None;
        }
        let found = self.text.as_bytes()[at..]
            .windows(ending.len())
            .position(|window| window.eq_ignore_ascii_case(ending.as_bytes()));
        if found.is_none() {
            self.unclosed.push(ending.to_owned());
        }
        found.map(|found| at + found + ending.len())
    }
}

/// The element's name in lower case, empty when `bytes` do not start with one.
fn tag_name(bytes: &[u8]) -> String {
    let follows = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    if !bytes.first().is_some_and(u8::is_ascii_alphabetic) {
        return String::new();
    }
    bytes.iter().take(32).take_while(|byte| follows(byte)).map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// Where a tag ends whose quoted attributes may hold a `>`.
fn quoted_end(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (index, byte) in bytes.iter().take(TAG_LIMIT).enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(index + 1),
            (None, b'"' | b'\'') if bytes[..index].ends_with(b"=") => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible(text: &str) -> String {
        let mut out = String::new();
        for piece in pieces(text, is_html(text)) {
            match piece {
                Piece::Plain(range) => out.push_str(&text[range]),
                Piece::Entity(decoded, _) => out.push_str(&decoded),
                Piece::Break(Effect::Blank, _) => out.push(' '),
                Piece::Break(..) => out.push('|'),
            }
        }
        out
    }

    #[test]
    fn reads_what_a_reader_would_see() {
        for (html, expected) in [
            ("a < b and c > d", "a < b and c > d"),
            ("if x <y then z> w", "if x <y then z> w"),
            ("<b>Bold</b> text", "Bold text"),
            ("one<br>two<br/>three", "one|two|three"),
            ("<p class=\"a > b\">Hi</p>", "|Hi|"),
            ("<P>Hi</P>", "|Hi|"),
            ("x<script>if (a < b) { p(\"</p>\") }</script>y", "xy"),
            ("x<SCRIPT>var a</Script >y", "xy"),
            ("<div>a<!-- b <p> c -->d</div>", "|ad|"),
            ("<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head>", "|||T||"),
            ("<tr><td>1</td><td>2</td></tr>", "| 1  2 |"),
            ("AT&amp;T &#8217; &#x2019; &eacute; &nope; & &;", "AT&T ’ ’ é &nope; & &;"),
            ("&lt;p&gt;", "<p>"),
            ("a <p unclosed", "a <p unclosed"),
            ("<p>a <b", "|a <b"),
            ("<p>a<script>b", "|ab"),
            ("1 <- 2 </3", "1 <- 2 </3"),
        ] {
            assert_eq!(visible(html), expected, "{html}");
        }
    }

    #[test]
    fn broken_markup_stays_fast() {
        for unit in ["<p <p", "<p>&", "<p><!--", "<p><script>", "<p a=\"", "<p>&amp", "<", "</"] {
            let started = std::time::Instant::now();
            visible(&unit.repeat(1_000_000 / unit.len()));
            assert!(started.elapsed().as_secs() < 20, "{unit:?} took {:?}", started.elapsed());
        }
    }
}
