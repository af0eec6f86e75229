//! Lines into blocks: a block is a heading, a list item or a paragraph, whose lines are one running text.

use std::ops::Range;

use super::abbreviations;

/// Lines longer than this were not broken to fit a width, in characters: e-mail and terminals stay under it.
const WIDEST_WRAP: usize = 120;

/// Marks of list items, when a blank follows.
const BULLETS: &[char] =
    &['•', '‣', '◦', '▪', '●', '○', '·', '∙', '⁃', '■', '□', '▶', '►', '✓', '✔', '*', '-', '–', '—'];

/// A block's range in the cleaned text, without its bullet, and the paragraph it belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) range: Range<usize>,
    pub(super) paragraph: usize,
}

/// Splits cleaned text into blocks. Line breaks inside a block are mere white space.
pub(super) fn blocks(cleaned: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut start = 0;
    for (paragraph, text) in cleaned.split("\n\n").enumerate() {
        let lines = lines(text, start);
        let width = lines.iter().map(|line| line.text.chars().count()).max().unwrap_or(0);
        let mut first = 0;
        for index in 0..lines.len() {
            let next = lines.get(index + 1);
            if next.is_none_or(|next| is_break(&lines[index], next, width)) {
                let range = lines[first].start..lines[index].start + lines[index].text.len();
                blocks.push(Block { range, paragraph });
                first = index + 1;
            }
        }
        start += text.len() + 2;
    }
    blocks
}

struct Line<'a> {
    /// Without a bullet or heading mark.
    text: &'a str,
    /// Its byte in the cleaned text.
    start: usize,
    /// It begins a block by its mark or number.
    begins: bool,
    /// It is a block of its own.
    heading: bool,
}

fn lines(paragraph: &str, start: usize) -> Vec<Line<'_>> {
    let mut start = start;
    let mut lines = Vec::new();
    for raw in paragraph.split('\n') {
        let text = strip_mark(raw);
        let marked = text.len() < raw.len();
        lines.push(Line {
            text,
            start: start + raw.len() - text.len(),
            begins: marked || is_numbered(raw),
            heading: marked && raw.starts_with('#'),
        });
        start += raw.len() + 1;
    }
    lines
}

/// The line without its bullet, or the `##` of a heading.
fn strip_mark(line: &str) -> &str {
    let hashes = line.trim_start_matches('#');
    if hashes.len() < line.len() && line.len() - hashes.len() <= 6 && hashes.starts_with(' ') {
        return hashes.trim_start();
    }
    match line.strip_prefix(BULLETS) {
        Some(rest) if rest.starts_with(' ') => rest.trim_start(),
        _ => line,
    }
}

/// Whether the line starts like `1.`, `12)`, `(3)`, `a)`.
fn is_numbered(line: &str) -> bool {
    let Some((mark, _)) = line.split_once(' ') else { return false };
    let Some(label) = mark.strip_suffix(['.', ')']) else { return false };
    let label = label.strip_prefix('(').unwrap_or(label);
    let letter = mark.ends_with(')') && label.len() == 1 && label.chars().all(char::is_alphabetic);
    letter || (!label.is_empty() && label.len() <= 2 && label.chars().all(|c| c.is_ascii_digit()))
}

/// Whether the break between two lines was meant, rather than made to fit a width of `width` characters.
///
/// It was when the next line's first word would have fitted here. Lines that go on in lower case, or stop at a
/// comma, an article or a title, are one sentence all the same.
fn is_break(line: &Line<'_>, next: &Line<'_>, width: usize) -> bool {
    if next.begins || line.heading || next.heading {
        return true;
    }
    if next.text.chars().next().is_some_and(char::is_lowercase) || goes_on(line.text) {
        return false;
    }
    let word = next.text.split(' ').next().unwrap_or_default().chars().count();
    width > WIDEST_WRAP || line.text.chars().count() + 1 + word <= width
}

fn goes_on(line: &str) -> bool {
    let last = line.rsplit(' ').next().unwrap_or_default();
    if let Some(word) = last.strip_suffix('.') {
        return abbreviations::is_title(word);
    }
    last.ends_with([',', ';']) || abbreviations::is_function_word(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(cleaned: &str) -> Vec<String> {
        blocks(cleaned).into_iter().map(|block| cleaned[block.range].replace('\n', " ")).collect()
    }

    #[test]
    fn joins_wrapped_lines_and_keeps_meant_breaks() {
        for (text, expected) in [
            ("The leaders of both\ncountries agreed.", vec!["The leaders of both countries agreed."]),
            ("He met Mr.\nSmith on Tuesday, they said.", vec!["He met Mr. Smith on Tuesday, they said."]),
            (
                "A Heading\nThe leaders of Canada and Chile agreed on\nTuesday to cut tariffs.",
                vec!["A Heading", "The leaders of Canada and Chile agreed on Tuesday to cut tariffs."],
            ),
            (
                "Rain in Spain\nSun in France\nWind in Chile tonight",
                vec!["Rain in Spain", "Sun in France", "Wind in Chile tonight"],
            ),
            ("Shopping:\n- milk\n- brown\nbread\n* eggs", vec!["Shopping:", "milk", "brown bread", "eggs"]),
            ("1. Open it\n2. Close it", vec!["1. Open it", "2. Close it"]),
            ("# Title\nText here\n\n## Next", vec!["Title", "Text here", "Next"]),
            ("-5 degrees\n-7 degrees at night", vec!["-5 degrees", "-7 degrees at night"]),
        ] {
            assert_eq!(texts(text), expected, "{text}");
        }
    }

    #[test]
    fn long_lines_are_paragraphs() {
        let line = "word ".repeat(40);
        let text = format!("He said it at 9 p.m.\nA {}end\nLast", line);
        assert_eq!(texts(&text).len(), 3);
    }
}
