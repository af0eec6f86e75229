"""What summaries are compared with: the first sentences, and TextRank and LexRank of sumy, without any download."""
import re

import numpy
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer
from sumy.utils import get_stop_words

from splitting import split


class _Words:
    """The tokenizer that sumy asks for."""

    def to_words(self, sentence):
        return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", sentence)


def _ranked(summarizer_class):
    summarizer = summarizer_class(Stemmer("english"))
    summarizer.stop_words = get_stop_words("english")
    def summarize(article, count):
        document = ObjectDocumentModel([Paragraph([Sentence(text, _Words()) for text in split(article)])])
        with numpy.errstate(invalid="ignore"):  # an article of one sentence, or of sentences that share no word
            return [str(sentence) for sentence in summarizer(document, count)]
    return summarize


def first(article, count):
    return split(article)[:count]


SYSTEMS = {
    "first sentences": first,
    "TextRank": _ranked(TextRankSummarizer),
    "LexRank": _ranked(LexRankSummarizer),
}
