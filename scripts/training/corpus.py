"""From the archive to clean pairs: corpus.py ARCHIVE OUT --held-out FILE... [--pairs FILE]

ARCHIVE is a directory that holds all.dedup.{en,es,src}, FILE what parallel.py made. Writes OUT/{train,held}.tsv, a pair a line: source, English,
Spanish; OUT/counts.json, for the model card; and OUT/names.json, which words are names and which are not. `held` are a
few pairs of prose that nothing is trained on.
"""
import argparse
import collections
import itertools
import json
import pathlib
import re
import zlib

import names
from sources import SOURCES

HELD_SOURCES = {
    "pawsx", "mt_geneval", "xquad_mlqa", "globalvoices_pivot", "europarl_samples", "tico19", "tatoeba", "ud_pud",
}
HELD_PERCENT = 2
HELD_WHOLE = {"wmt07_newscommentary"}  # real news, for research only: to measure names with, never to train on
APART = {"pawsx"}  # sources in whose English the marks stand apart
LONGEST_CHARACTERS = 600
OVERLAP_WORDS = 8
_MARKUP = re.compile(r"``|:\w+:`|[{}<>|\\]|\]\(|%\(|\*\*|__")
_OTHER_SCRIPTS = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u0590-\u06ff\u0900-\u0dff\u3040-\u9fff\uac00-\ud7ff]")


def tidy(text):
    """One space between words, and no characters that nobody sees."""
    return " ".join(re.sub(r"[\u200b-\u200f\u00ad\ufeff\ufffd]", "", text).split())


def joined(english):
    """English whose marks stand apart, as PAWS-X has it, as it is usually written."""
    for pattern, usual in (
        (r"\s+([,.;:!?%)\]]|'s\b|n't\b)", r"\1"), (r"([(\[$£])\s+", r"\1"), (r'"\s+([^"]*?)\s+"', r'"\1"'),
        (r"(\w) ([-/]) (\w)", r"\1\2\3"), (r"(?<=\d) -- (?=\d)", "–"), (r" -- ", " – "),
    ):
        english = re.sub(pattern, usual, english)
    return english


def grams(text, size=OVERLAP_WORDS):
    """The sequences of `size` words of a text; the whole text where it is shorter."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i:i + size]) for i in range(len(words) - size + 1)} or {tuple(words)}


class HeldOut:
    """Evaluation texts, none of which may be trained on."""

    def __init__(self, files):
        self.grams, self.lines = set(), set()
        for file in files:
            for line in pathlib.Path(file).read_text(encoding="utf-8").splitlines():
                self.lines.add(tidy(line))
                self.grams |= {gram for gram in grams(line) if len(gram) == OVERLAP_WORDS}

    def has(self, english, spanish):
        return english in self.lines or spanish in self.lines or any(
            not self.grams.isdisjoint(grams(text)) for text in (english, spanish))


def clean(english, spanish):
    """Whether the pair is plausible running text in both languages."""
    shorter, longer = sorted((len(english), len(spanish)))
    if not shorter or longer > LONGEST_CHARACTERS or (longer > 20 and longer > 2.2 * shorter):
        return False
    if (english == spanish and longer > 20) or _OTHER_SCRIPTS.search(english + spanish):
        return False
    if _MARKUP.search(english) or _MARKUP.search(spanish):
        return False
    return all(sum(c.isalpha() or c.isspace() for c in text) >= 0.6 * len(text) for text in (english, spanish))


def read_archive(directory):
    """The pairs of the sources that may be used: source, English, Spanish."""
    met = collections.Counter()
    files = [open(directory / f"all.dedup.{end}", encoding="utf-8") for end in ("src", "en", "es")]
    for name, english, spanish in zip(*files):
        name = name.strip()
        met[name] += 1
        source = SOURCES.get(name)
        if name in HELD_WHOLE or (source and (source.first is None or met[name] <= source.first)):
            yield name, tidy(english), tidy(spanish)


def is_held(name, english):
    """A fixed choice by the sentence itself, so that it is the same in every run."""
    return name in HELD_WHOLE or name in HELD_SOURCES and zlib.crc32(english.lower().encode()) % 100 < HELD_PERCENT


def split(pairs, held_out):
    """Clean pairs without repeats, those to train on and those held out, and how many each source had and kept."""
    train, held, counts, seen = [], [], collections.defaultdict(collections.Counter), set()
    for name, english, spanish in pairs:
        counts[name]["read"] += 1
        key = (english.lower(), spanish.lower())
        if key in seen or not clean(english, spanish) or held_out.has(english, spanish):
            continue
        seen.add(key)
        part = "held" if is_held(name, english) else "train"
        counts[name][part] += 1
        if part == "train" and name in APART:
            english = joined(english)
        (held if part == "held" else train).append((name, english, spanish))
    held_english = {english.lower() for _, english, _ in held}
    return [pair for pair in train if pair[1].lower() not in held_english], held, counts


def write(path, pairs):
    path.write_text("".join("\t".join(pair) + "\n" for pair in pairs), encoding="utf-8")


def read(path):
    """Pairs as `write` wrote them."""
    with open(path, encoding="utf-8") as file:
        return [tuple(line.rstrip("\n").split("\t")) for line in file]


def find_names(pairs):
    """The words of both languages that are no names, and the names that stand on both sides of pairs."""
    common = names.lower_case_words(text for pair in pairs for text in pair[1:]) | names.calendar()
    common |= {word.lower() for word in names.translated(pairs, common)}
    return {"common": sorted(common), "seen": sorted(names.untranslated(pairs, common))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--held-out", nargs="+", required=True, help="texts of evaluation sets, both languages")
    parser.add_argument("--pairs", type=pathlib.Path, help="more pairs, as parallel.py writes them")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    pairs = itertools.chain(read_archive(options.archive), read(options.pairs) if options.pairs else ())
    train, held, counts = split(pairs, HeldOut(options.held_out))
    write(options.out / "train.tsv", train)
    write(options.out / "held.tsv", held)
    (options.out / "counts.json").write_text(json.dumps(counts, indent=1))
    (options.out / "names.json").write_text(json.dumps(find_names(train)))
    print(f"{len(train)} pairs to train on, {len(held)} held out")


if __name__ == "__main__":
    main()
