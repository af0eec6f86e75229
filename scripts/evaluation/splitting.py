"""Sentences of English articles, split apart from Breve's own splitter, and without the data that sumy's downloads."""
import re

_ABBREVIATIONS = set(
    "mr mrs ms dr prof sen rep gov gen col lt sgt capt st jr sr vs etc no inc ltd co corp jan feb mar apr jun jul aug"
    " sep sept oct nov dec u.s u.k u.n d.c a.m p.m e.g i.e".split()
)
# A mark and what closes after it, before what opens a sentence; in tokenised text quotation marks stand between spaces.
_END = re.compile(r"""[.!?]['"”’)\]]*(?: ''(?=\s)| \)(?=\s))?\s+(?=(?:``|["'“‘(\[]|\s)*[A-Z0-9])|\n+""")


def split(text):
    """The sentences of an article, in order."""
    found, start = [], 0
    for match in _END.finditer(text):
        last = text[start:match.start()].split()[-1:] or [""]
        word = last[0].lstrip("\"'“‘([`").lower()
        if "\n" not in match[0] and match[0][0] == "." and (word in _ABBREVIATIONS or re.fullmatch("[a-z]", word)):
            continue
        found.append(text[start:match.end()].strip())
        start = match.end()
    return [sentence for sentence in [*found, text[start:].strip()] if sentence]
