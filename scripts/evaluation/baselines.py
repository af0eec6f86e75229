"""What summaries are compared with: the first sentences, and TextRank and LexRank of sumy, without any download."""
import re

from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer
from sumy.utils import get_stop_words

_ABBREVIATIONS = set(
    "mr mrs ms dr prof sen rep gov gen col lt sgt capt st jr sr vs etc no inc ltd co corp jan feb mar apr jun jul aug"
    " sep sept oct nov dec u.s u.k u.n d.c a.m p.m e.g i.e".split()
)
_END = re.compile(r"[.!?]['\"”’)\]]*\s+(?=[\"'“‘(\[`]*[A-Z0-9])|\n+")


def split(text):
    """The sentences of an article; sumy's own splitter wants data from the network."""
    found, start = [], 0
    for match in _END.finditer(text):
        last = text[start:match.start()].split()[-1:] or [""]
        word = last[0].lstrip("\"'“‘([`").lower()
        if "\n" not in match[0] and match[0][0] == "." and (word in _ABBREVIATIONS or re.fullmatch("[a-z]", word)):
            continue
        found.append(text[start:match.end()].strip())
        start = match.end()
    return [sentence for sentence in [*found, text[start:].strip()] if sentence]


class _Words:
    """The tokenizer that sumy asks for."""

    def to_words(self, sentence):
        return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", sentence)


def _ranked(summarizer_class):
    summarizer = summarizer_class(Stemmer("english"))
    summarizer.stop_words = get_stop_words("english")
    def summarize(article, count):
        document = ObjectDocumentModel([Paragraph([Sentence(text, _Words()) for text in split(article)])])
        return [str(sentence) for sentence in summarizer(document, count)]
    return summarize


def first(article, count):
    return split(article)[:count]


SYSTEMS = {
    "first sentences": first,
    "TextRank": _ranked(TextRankSummarizer),
    "LexRank": _ranked(LexRankSummarizer),
}
