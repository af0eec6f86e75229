"""Pairs out of packages that carry a text in English and Spanish: parallel.py PACKAGES OUT.tsv

PACKAGES holds package files as fetch_texts.sh fetches them; sources.py has the terms of each. Writes a pair a line like
corpus.py: source, English, Spanish. Paragraphs of as many sentences in both languages are taken apart. A source whose
package is not there is named and not written; the exit code is 1 then.
"""
import gettext
import html
import io
import re

import corpus
import sentences
from texts import decoded, each, members, run

SHORTEST_WORDS, LONGEST_WORDS = 3, 60
_TAG = re.compile(r"<[^>]+>")
_HANDBOOK_PARAGRAPH = re.compile(r'<div class="para">(.*?)(?=<div|</div>|<pre)', re.S)
_HELP_PARAGRAPH = re.compile(r'<p id="(par_\w+)"[^>]*>(.*?)</p>', re.S)
_ADDRESSED = re.compile(r"\byou(?:rs?|rself|rselves)?\b", re.I)
_VOSEO = re.compile(r"\b(?:vos|sos|\w+[áéí]s)\b", re.I)
_WHOLE = re.compile(r"^[\"“(]?[A-Z0-9].*[.!?…\"”)]$")
_ENGLISH = re.compile(r"\b(?:the|and|with|you|is|are|this|that|for|from)\b")


def plain(markup):
    return corpus.tidy(html.unescape(_TAG.sub("", markup)))


class Catalogue(gettext.GNUTranslations):
    def messages(self):
        """(English, translation), without those that have a plural and without what says where a message stands."""
        return [(key.split("\4")[-1], text) for key, text in self._catalog.items() if key and isinstance(key, str)]


def messages(packages):
    """The lines of a game's messages, where both languages have as many.

    In the Spanish of Argentina, which people wrote; Spain's is too literal to be sure. Of what addresses somebody none is
    taken: its "vos" is not written in news.
    """
    wanted = r"/locale/es_AR/LC_MESSAGES/cataclysm-dda\.mo$"
    for data in members(packages, "cataclysm-dda-data-*.tar", wanted).values():
        for message in Catalogue(io.BytesIO(data)).messages():
            english, spanish = (list(filter(None, map(plain, text.split("\n")))) for text in message)
            if len(english) == len(spanish):
                yield from (pair for pair in zip(english, spanish) if not addresses(*pair))


def addresses(english, spanish):
    return _ADDRESSED.search(english) or _VOSEO.search(spanish)


def pages(packages, packs, wanted):
    """The same page of both languages. `packs`: the packages, English first; `wanted`: a pattern of names with a group."""
    both = [{re.search(pattern, name)[1]: decoded(data) for name, data in members(packages, pack, pattern).items()}
            for pack, pattern in zip(packs, wanted)]
    for name in sorted(both[0].keys() & both[1].keys()):
        yield tuple(pages[name] for pages in both)


def handbook(packages):
    """A book that was translated a paragraph at a time, so that both editions have as many."""
    for page in pages(packages, ["debian-handbook-*.tar"] * 2, [r"/en-US/([\w.-]+\.html)$", r"/es-ES/([\w.-]+\.html)$"]):
        english, spanish = (_HANDBOOK_PARAGRAPH.findall(text) for text in page)
        if len(english) == len(spanish):
            yield from ((plain(a), plain(b)) for a, b in zip(english, spanish))


def help_pages(packages):
    """Help pages whose paragraphs have the same names in both languages."""
    packs = ["libreoffice-help-en-us-*.tar", "libreoffice-help-es-*.tar"]
    for page in pages(packages, packs, [r"/help/en-US/(.*\.html)$", r"/help/es/(.*\.html)$"]):
        english, spanish = (dict(_HELP_PARAGRAPH.findall(text)) for text in page)
        yield from ((plain(text), plain(spanish[name])) for name, text in english.items() if name in spanish)


PAIRS = {
    "cataclysm": messages,
    "debian_handbook": handbook,
    "libreoffice_help": help_pages,
}


def apart(english, spanish):
    """The sentences of a paragraph, where both languages have as many of about the same length; else the paragraph."""
    both = [[sentence for sentence in sentences.split(text) if sentence] for text in (english, spanish)]
    alike = len(both[0]) == len(both[1]) and all(0.5 < (len(b) + 5) / (len(a) + 5) < 2.2 for a, b in zip(*both))
    return list(zip(*both)) if alike else [(english, spanish)]


def usable(english, spanish):
    """A whole sentence or more, and no English left in the Spanish."""
    words = SHORTEST_WORDS <= len(english.split()) <= LONGEST_WORDS
    return bool(_WHOLE.search(english) and words and english != spanish and len(_ENGLISH.findall(spanish)) < 2)


def write(packages, out):
    """A line for each pair; the number of sources whose package is not there."""
    kept = {}

    def keep(name, pairs):
        before = len(kept)
        for pair in pairs:
            kept.update((part, name) for part in apart(*pair) if usable(*part) and part not in kept)
        print(f"{name}: {len(kept) - before} pairs", flush=True)

    missing = each(PAIRS, packages, keep)
    corpus.write(out, [(name, *pair) for pair, name in kept.items()])
    return missing


if __name__ == "__main__":
    run(__doc__, write)
