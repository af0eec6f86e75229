"""Wikipedia's markup taken off running text: paragraphs(markup)."""
import re

LEFT_OUT = "@"  # stands for a formula or the like: sentences.py drops a sentence that holds it

_HIDDEN = [
    (re.compile(r"<!--.*?-->", re.S), ""),
    (re.compile(r"<ref[^>/]*/>"), ""),
    (re.compile(r"<ref.*?</ref>", re.S), ""),
    (re.compile(r"<(math|gallery|timeline|source|code|pre|nowiki|imagemap|score|hiero)[^>]*>.*?</\1>", re.S),
     f" {LEFT_OUT} "),
]
_TEMPLATES = [
    (re.compile(r"\{\{(?:lang|nowrap|transl?)\|(?:[a-z-]+\|)?([^{}|]*)\}\}"), r"\1"),  # of these the text is shown
    (re.compile(r"\{\{[^{}]*\}\}"), ""),
]
_TABLES = [(re.compile(r"\{\|(?:(?!\{\||\|\}).)*\|\}", re.S), "")]
_FILES = [(re.compile(r"\[\[(?:File|Image|Category|[a-z-]{2,12}):[^\[\]]*(?:\[\[[^\[\]]*\]\][^\[\]]*)*\]\]"), "")]
_LINKS = [
    (re.compile(r"\[\[[^\[\]|]*\|([^\[\]]*)\]\]"), r"\1"),
    (re.compile(r"\[\[([^\[\]]*)\]\]"), r"\1"),
    (re.compile(r"\[https?://\S+ ([^\]]*)\]"), r"\1"),
    (re.compile(r"\[https?://\S+\]"), ""),
]
_LOOKS = [
    (re.compile(r"'{2,5}"), ""),
    (re.compile(r"<br\s*/?>"), " "),
    (re.compile(r"</?(?:small|sup|sub|i|b|span|div|center|blockquote|u|s|big)[^>]*>"), ""),
]
_NO_PARAGRAPH = "=*#:;|!{<"  # headings, lists, rests of tables


def replaced(changes, text):
    for pattern, by in changes:
        text = pattern.sub(by, text)
    return text


def unnested(changes, text):
    """From the inside out, for what may stand within its like."""
    while (changed := replaced(changes, text)) != text:
        text = changed
    return text


def paragraphs(markup):
    """The lines of an article that are running text, as a reader sees them."""
    text = replaced(_HIDDEN, markup)
    for changes in (_TEMPLATES, _TABLES, _FILES):
        text = unnested(changes, text)
    text = replaced(_LINKS + _LOOKS, text)
    return [line for line in text.split("\n") if line.strip() and line[0] not in _NO_PARAGRAPH]
