"""What counts as right in a translation: names, numbers, and short texts."""
import collections
import re

import align
import figures
import names

_DECADE = re.compile(r"\bdécadas? de(?: los)? (?:años )?\d|\baños [12]\d{3}(?![\d–-])")


def exonyms():
    """{English name: Spanish names} and back, of places."""
    known = collections.defaultdict(set)
    for english, spanish in names.places():
        known[english].add(spanish)
        known[spanish].add(english)
    return known


def holds_name(name, text, known):
    """Whether a translation holds the name itself, or what the place is called in the other language."""
    words = set(re.findall(r"[^\s\"“”«»()\[\],;:!?¿¡]+", text))
    words |= {re.sub(r"(?:['’]s|[.'’])+$", "", word) for word in words} | set(names.words(text))
    if name.isascii():  # Spanish writes Los Ángeles
        words |= {align.fold(word) for word in words}
    return name in words or any(other in text for other in known.get(name, ()))


def holds_number(number, text, source=""):
    """Whether a translation of `source` holds the digits. 87 billion may be 87 000 millones, and the other way round, and
    la década de 1950 the 1950s."""
    if _DECADE.search(source):
        text = re.sub(r"\b([12]\d\d0)['’]?s\b", r"\1", text)
    found = {figures.digits(found) for found in figures.numbers(text)}
    in_millions = re.search(rf"(?<!\d){number}[.\u00a0 ]?000 (?:millones|million)", text)
    in_billions = number.endswith("000") and re.search(rf"(?<!\d){number[:-3]} billion", text)
    return number in found or bool(in_millions or in_billions)


def plain(text):
    """A short text without what does not matter: case, final stops, kinds of quotes and spaces."""
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ")).strip().rstrip(".").casefold()
