#!/usr/bin/env python3
"""Writes the lists of common words that tell names from other words: english.txt and spanish.txt.

    pip install snowballstemmer==1.2.1
    scripts/make_word_lists.py FOLDER_OF_THE_TRAINING_TEXT OUTPUT_FOLDER

The folder holds all.dedup.en, .es and .src (en-es-556k.tar.xz unpacked). Only lines of freely licensed sources
without share-alike are counted. A word is common when it is written in lower case often enough, and not mostly with a
capital inside sentences ("bush", "rice"). What is stored are Snowball stems, accents dropped, one a line, sorted.
"""
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import snowballstemmer

# CC0, CC-BY, PSF, MIT, MPL, and texts whose owner allows any use.
SOURCES = {
    "europarl_samples", "wmt07_europarl_devtest", "globalvoices_pivot", "tatoeba", "pawsx", "tico19",
    "ms_business_central", "mozilla_www", "python_docs", "vita_min_tax",
}
# Manuals repeat few words often: a word counts there once in twenty. Those in Spanish are full of English words, and so
# count for English only.
MANUALS = {"ms_business_central", "python_docs", "mozilla_www"}
TRANSLATED_MANUALS = MANUALS | {"vita_min_tax"}
LIMITS_BYTES = {"english": 79_000, "spanish": 120_000}
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def fold(word):
    """Without accents: ü -> u, ñ -> n."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def counts(folder, suffix):
    lower, capital = Counter(), Counter()
    with open(folder / f"all.dedup.{suffix}") as text, open(folder / "all.dedup.src") as sources:
        for line, source in zip(text, sources):
            source = source.strip()
            if source not in SOURCES or (suffix == "es" and source in TRANSLATED_MANUALS):
                continue
            weight = 1 if source in MANUALS else 20
            end = 0
            for match in WORD.finditer(line):
                word, before = match.group(), line[end:match.start()]
                initial = end == 0 or re.search(r"[.!?:\"“«¿¡(—\[]", before)
                end = match.end()
                word = re.sub(r"['’]\w+$", "", word)
                if word.islower():
                    lower[word] += weight
                elif word[:1].isupper() and not initial:
                    capital[word.lower()] += weight
    return lower, capital


def common(folder, suffix, language):
    stem = snowballstemmer.stemmer(language).stemWord
    lower, capital = counts(folder, suffix)
    stems, capitals = Counter(), Counter()
    for word, count in lower.items():
        if count >= 20 and len(word) > 2:
            stems[fold(stem(word))] += count
    for word, count in capital.items():
        capitals[fold(stem(word))] += count
    kept = [s for s, count in stems.most_common() if count > 0.2 * capitals[s] and len(s) > 1 and s.isascii()]
    size, chosen = 0, []
    for s in kept:
        size += len(s) + 1
        if size > LIMITS_BYTES[language]:
            break
        chosen.append(s)
    print(language, len(chosen), "stems of", len(kept), "last count", stems[chosen[-1]] / 20, file=sys.stderr)
    return sorted(chosen)


def main():
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    for suffix, language in (("en", "english"), ("es", "spanish")):
        (output / f"{language}.txt").write_text("\n".join(common(folder, suffix, language)) + "\n")


if __name__ == "__main__":
    main()
