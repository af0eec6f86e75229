//! The HTML elements that matter to plain text.

/// Elements that start and end a paragraph of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Elements that stand inside a line.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "br", "button", "canvas", "cite", "code", "col", "data",
    "del", "dfn", "em", "embed", "font", "i", "iframe", "img", "input", "ins", "kbd", "label", "link", "mark", "meta",
    "noscript", "object", "param", "picture", "q", "rp", "rt", "ruby", "s", "samp", "script", "small", "source",
    "span", "strike", "strong", "style", "sub", "sup", "svg", "td", "template", "textarea", "th", "time", "tt", "u",
    "var", "video", "wbr",
];

/// Elements whose content no reader sees.
const HIDDEN: &[&str] = &["script", "style", "noscript", "template", "svg", "iframe"];

/// Tags that nobody writes in plain text by chance.
const TELLING: &[&str] = &["br", "div", "p", "html", "body", "script", "style", "table", "ul", "ol", "li"];

/// What a tag does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// A new paragraph.
    Paragraph,
    /// A new line.
    Line,
    /// A blank, as between the cells of a table.
    Blank,
    /// None: bold, links.
    Nothing,
    /// What stands inside is left out.
    Hide,
}

/// What the element called `name` (in lower case) does.
pub(super) fn effect(name: &str) -> Effect {
    match name {
        "br" => Effect::Line,
        "td" | "th" => Effect::Blank,
        _ if HIDDEN.contains(&name) => Effect::Hide,
        _ if BLOCKS.contains(&name) => Effect::Paragraph,
        _ => Effect::Nothing,
    }
}

/// Whether HTML has an element called `name` (in lower case); names with a hyphen are custom elements.
pub(super) fn is_known(name: &str) -> bool {
    BLOCKS.contains(&name) || INLINE.contains(&name) || name.contains('-')
}

/// Whether an opening tag of this name (in lower case) shows that a text is HTML.
pub(super) fn is_telling(name: &str) -> bool {
    TELLING.contains(&name)
}
