//! Raw text into clean text: entities decoded, tags and control characters gone, white space folded.

use super::{
    elements::Effect,
    mapped::Mapped,
    markup::{self, Piece},
};

/// Cleans `original`. Words are separated by one blank, lines by one line break, paragraphs by two; there is no
/// white space at the start or end of a line.
pub(super) fn clean(original: &str) -> Mapped {
    let pieces = markup::pieces(original, markup::is_html(original));
    let mut cleaner = Cleaner { folded_lines: markup::has_line_tags(&pieces), ..Cleaner::default() };
    for piece in pieces {
        match piece {
            Piece::Plain(range) => {
                for (at, c) in original[range.clone()].char_indices() {
                    let at = range.start + at;
                    cleaner.read(c, at..at + c.len_utf8());
                }
            }
            Piece::Entity(decoded, range) => decoded.chars().for_each(|c| cleaner.read(c, range.clone())),
            Piece::Break(effect, range) => cleaner.gap(Gap::from(effect), range),
        }
    }
    cleaner.mapped
}

/// White space that is due before the next character, from narrow to wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Gap {
    #[default]
    None,
    Blank,
    Line,
    Paragraph,
}

impl From<Effect> for Gap {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Paragraph => Self::Paragraph,
            Effect::Line => Self::Line,
            Effect::Blank => Self::Blank,
            Effect::Nothing | Effect::Hide => Self::None,
        }
    }
}

#[derive(Default)]
struct Cleaner {
    mapped: Mapped,
    /// The gap since the last character, and where it stands.
    pending: Gap,
    place: std::ops::Range<usize>,
    /// Single line breaks are blanks: tags break the lines.
    folded_lines: bool,
    /// The last character was a line break in the original, at the start of nothing yet.
    broken: bool,
    /// A carriage return was just read, which a line feed completes.
    returned: bool,
}

impl Cleaner {
    fn read(&mut self, c: char, at: std::ops::Range<usize>) {
        let returned = std::mem::replace(&mut self.returned, c == '\r');
        match c {
            '\n' if returned => {}
            '\n' | '\r' | '\u{b}' | '\u{85}' | '\u{2028}' => self.line_break(at),
            '\u{c}' | '\u{2029}' => self.gap(Gap::Paragraph, at),
            c if c.is_whitespace() => self.gap(Gap::Blank, at),
            c if self.is_dropped(c) => {}
            c => self.push(c, at),
        }
    }

    /// Two line breaks with nothing between them but blanks make a paragraph.
    fn line_break(&mut self, at: std::ops::Range<usize>) {
        let gap = match (self.broken, self.folded_lines) {
            (true, _) => Gap::Paragraph,
            (false, false) => Gap::Line,
            (false, true) => Gap::Blank,
        };
        self.broken = true;
        self.gap(gap, at);
    }

    fn gap(&mut self, gap: Gap, at: std::ops::Range<usize>) {
        if self.pending == Gap::None {
            self.place = at;
        }
        self.pending = self.pending.max(gap);
    }

    fn push(&mut self, c: char, at: std::ops::Range<usize>) {
        let gap = match std::mem::take(&mut self.pending) {
            _ if self.mapped.text().is_empty() => "",
            Gap::None => "",
            Gap::Blank => " ",
            Gap::Line => "\n",
            Gap::Paragraph => "\n\n",
        };
        for blank in gap.chars() {
            self.mapped.push(blank, self.place.clone());
        }
        self.broken = false;
        self.mapped.push(c, at);
    }

    /// Control and zero-width characters. Joiners stay where they shape what is read: emoji and the scripts
    /// beyond Latin, Greek and Cyrillic.
    fn is_dropped(&self, c: char) -> bool {
        match c {
            '\u{200c}' | '\u{200d}' => {
                self.pending != Gap::None || self.mapped.text().chars().next_back().is_none_or(|last| last < '\u{600}')
            }
            '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => true,
            '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' => true,
            c => c.is_control(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_what_people_paste() {
        for (raw, expected) in [
            ("  a \t b  ", "a b"),
            ("a\r\nb\rc\nd", "a\nb\nc\nd"),
            ("a\r\n\r\nb", "a\n\nb"),
            ("a\n \t\nb\n\n\n\nc", "a\n\nb\n\nc"),
            ("a\u{0}b\u{7}c", "abc"),
            ("a\u{200b}b\u{feff}c\u{ad}d", "abcd"),
            ("a\u{a0}b\u{2003}c\u{3000}d", "a b c d"),
            ("a&nbsp;b &amp; c", "a b & c"),
            ("<p>The\nman</p>\n<p>went.</p>", "The man\n\nwent."),
            ("<b>a</b>\nb", "a\nb"),
            ("\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{200d}\u{1f469}"),
            ("a\u{2029}b\u{2028}c", "a\n\nb\nc"),
            ("", ""),
            (" \n ", ""),
        ] {
            assert_eq!(clean(raw).text(), expected, "{raw:?}");
        }
    }
}
