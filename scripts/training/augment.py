"""Changes to pairs while training, the same on both sides: names, numbers, asides, quotation marks and letter case.

And sentences from templates.
"""
import re

import figures
import names
import quotes

_SLOT = re.compile(r"\{([A-Z])(\d?)\}")
_ARTICLE = re.compile(r"\b(?:the|a|an) ", re.IGNORECASE)
_SMALL = {"a", "an", "the", "of", "in", "on", "at", "to", "for", "and", "or", "by", "with", "from", "as"}


def substitute(text, changes):
    """Replaces whole words."""
    if not changes:
        return text
    pattern = "|".join(re.escape(word) for word in sorted(changes, key=len, reverse=True))
    return re.sub(rf"(?<![\w-])(?:{pattern})(?![\w-])", lambda match: changes[match[0]], text)


def title_case(text):
    parts = text.split(" ")
    return " ".join(p if i and p.lower() in _SMALL else p[:1].upper() + p[1:] for i, p in enumerate(parts))


def ends_phrase(name, *texts):
    """Whether the name is followed by a small word or a mark in all, so that brackets may stand between."""
    after = re.compile(rf"(?<![\w-]){re.escape(name)}(?: (?=[a-z])|[,.])")
    return all(after.search(text) for text in texts)


class Augmenter:
    """Pairs here are (English, Spanish) whatever the direction. Chances are of one pair being changed so."""

    NAMES, NUMBERS, PLACES, ASIDES, QUOTES, CASE = 0.5, 0.9, 0.3, 0.12, 0.15, 0.10
    ROUND = 0.2  # of the numbers that are put in: `zeros` of figures.py

    def __init__(self, inventor, common, templates, asides, places, languages, dates):
        """All from `templates` to `languages` are pairs of English and Spanish; `dates` has such pairs by slot."""
        self.inventor, self.common, self.templates, self.asides = inventor, common, templates, asides
        self.places, self.languages, self.dates = places, languages, dates
        self.known = {english: spanish for english, spanish in places if " " not in english}

    def __call__(self, english, spanish, rng):
        english, spanish = self._swap_place(english, spanish, rng)
        english, spanish = self._swap_names(english, spanish, rng)
        if rng.random() < self.NUMBERS:
            changes = {d: figures.another(d, rng, self.ROUND) for d in figures.shared(english, spanish)}
            english, spanish = figures.replace(english, changes), figures.replace(spanish, changes)
        if rng.random() < self.ASIDES:
            english, spanish = self._aside(english, spanish, rng)
        if rng.random() < self.QUOTES:
            english, spanish = self._quote(english, spanish, rng)
        if rng.random() < self.CASE:
            english, spanish = self._case(english, spanish, rng)
        return english, spanish

    def _swap_names(self, english, spanish, rng):
        found = names.shared_names(english, spanish, self.common)
        if not found or rng.random() > self.NAMES:
            return english, spanish
        changes = {word: self._replacement(word, rng) for word in found if rng.random() < 0.85}
        return substitute(english, changes), substitute(spanish, changes)

    def _replacement(self, word, rng):
        return names.code(rng) if word.isupper() else self.inventor.word(rng)

    def _swap_place(self, english, spanish, rng):
        if rng.random() > self.PLACES:
            return english, spanish
        for word in names.words(english):
            other = self.known.get(word)
            if other and english.count(word) == 1 and spanish.count(other) == 1:
                new = rng.choice(self.places)
                return substitute(english, {word: new[0]}), substitute(spanish, {other: new[1]})
        return english, spanish

    def _quote(self, english, spanish, rng):
        found = names.shared_names(english, spanish, self.common)
        if found and rng.random() < 0.3:
            word = rng.choice(found)
            marked = {} if quotes.count(english + spanish) else {word: f'"{word}"'}
            return substitute(english, marked), substitute(spanish, marked)
        return quotes.quotation(english, spanish, self.inventor.person, rng)

    def _aside(self, english, spanish, rng):
        """More at the end, or in brackets after a name, where a translator that knows the sentence by heart forgets it."""
        if len(english.split()) < 6 or "(" in english + spanish:
            return english, spanish
        aside = self._filled(*rng.choice(self.asides), rng)
        found = [name for name in names.shared_names(english, spanish, self.common) if ends_phrase(name, english, spanish)]
        if found and aside[0].startswith("(") and rng.random() < 0.5:
            name = rng.choice(found)
            return tuple(substitute(text, {name: f"{name} {added}"}) for text, added in zip((english, spanish), aside))
        if english[-1] != "." or spanish[-1:] != ".":
            return english, spanish
        gap = "" if aside[0].startswith(",") else " "
        return tuple(f"{text[:-1]}{gap}{added}." for text, added in zip((english, spanish), aside))

    def _case(self, english, spanish, rng):
        """Headlines and the like: only short texts, where case and stops vary most."""
        if len(english.split()) > 14 or english[-1:] not in ".!?":
            return english, spanish
        kind = rng.random()
        if kind < 0.25:
            return english.upper(), spanish.upper()
        if english[-1] != "." or spanish[-1:] != ".":
            return english, spanish
        english, spanish = english[:-1], spanish[:-1]
        if kind < 0.40:
            return english, spanish
        if kind < 0.50:
            return english[:1].lower() + english[1:], spanish[:1].lower() + spanish[1:]
        if kind < 0.75:
            return title_case(english), spanish
        bare = _ARTICLE.sub("", english)
        bare = bare[:1].upper() + bare[1:]
        return (title_case(bare) if rng.random() < 0.5 else bare), spanish

    def template(self, rng):
        """A new pair: a filled template, or the bare name of a place or language."""
        kind = rng.random()
        if kind < 0.12:
            return rng.choice(self.places)
        if kind < 0.15:
            return rng.choice(self.languages)
        english, spanish = rng.choice(self.templates)
        begins_with_day = spanish[1:2] in self.dates  # which Spanish writes small, but not at the beginning
        english, spanish = self._filled(english, spanish, rng)
        spanish = spanish[:1].upper() + spanish[1:] if begins_with_day else spanish
        is_headline = len(english.split()) > 2 and english[-1] not in ".!?"
        return (title_case(english) if is_headline and rng.random() < 0.25 else english), spanish

    def _filled(self, english, spanish, rng):
        slots = {match[0]: self._fill(match[1], rng) for match in _SLOT.finditer(english)}
        fill = lambda text, side: _SLOT.sub(lambda match: slots[match[0]][side], text)
        return fill(english, 0), fill(spanish, 1)

    def _fill(self, slot, rng):
        """What stands in a slot, in English and Spanish."""
        if slot == "P" and rng.random() < 0.5:
            return rng.choice(self.places)
        if slot in self.dates:
            return rng.choice(self.dates[slot])
        make = {"N": self.inventor.person, "P": self.inventor.word, "W": self.inventor.word, "O": self._organisation,
                "A": lambda rng: str(rng.randrange(2, 32)), "B": self._small, "F": figures.decimal,
                "Y": lambda rng: figures.year(rng, 1700), "D": self._number, "G": self._long_number,
                "E": lambda rng: str(rng.randrange(180, 203) * 10), "H": lambda rng: f"{rng.randrange(1, 24)}:{rng.randrange(60):02}",
                "T": lambda rng: names.odd_token(rng, self.inventor.letters.word(rng))}
        text = make[slot](rng)
        return text, text.translate(figures.SEPARATORS) if slot in "DFG" else text

    def _organisation(self, rng):
        return names.code(rng) if rng.random() < 0.3 else self.inventor.person(rng)

    def _small(self, rng):
        return str(self._plural((1, 2, 3, 3, 3), rng))

    def _number(self, rng):
        value = self._plural((1, 2, 2, 3, 4, 5, 6), rng)
        return f"{value:,}" if value > 9999 else str(value)

    def _plural(self, lengths, rng):
        return max(2, self._value(rng.choice(lengths), rng))  # 1 has the singular

    def _long_number(self, rng):
        return f"{self._value(rng.randrange(4, 8), rng):,}"

    def _value(self, length, rng):
        return int(figures.written(rng.choice("123456789"), length, rng, self.ROUND))


def read_templates(path):
    return [tuple(line.split("\t")) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
