"""Names to train with and to measure by: which words of a pair are names, and inventing others.

The names come from the pairs themselves, from the vocabulary's own pieces, from a letter model of both, and from
CLDR's territories, languages and cities (through Babel), so that no list with terms of its own is needed.
"""
import collections
import pathlib
import re

EXONYMS = pathlib.Path(__file__).with_name("exonyms.tsv")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_PLAIN = re.compile(r"[A-Z][a-z]{2,}")
_IDENTIFIER = re.compile(r"[a-z]{3}[A-Z]|[A-Z]{2}[a-z]")  # from manuals of programs
_LETTERS = re.compile(r"[a-z]+")
_START, _END = "\x02", "\x03"
_FOREIGN = {"a": "áàâãäåăā", "c": "çćč", "e": "éèêëěę", "g": "ğ", "i": "íïî", "l": "ł", "n": "ñńň", "o": "óòôöøőō",
            "r": "ř", "s": "šşș", "u": "úüûůū", "y": "ý", "z": "žźż"}
_PREFIXES = ("Mc", "O'", "Mac", "De", "Al-", "Saint-", "El-")


def words(text):
    return _WORD.findall(text)


def lower_case_words(texts, least=2):
    """Words that stand in lower case in these texts: what begins a sentence with a capital may be one of them."""
    counts = collections.Counter(word for text in texts for word in words(text) if word[0].islower())
    return {word for word, count in counts.items() if count >= least}


def untranslated(pairs, common, least=0.6):
    """Names that stand on both sides of most pairs whose English has them: {name: pairs}."""
    met, shared = collections.Counter(), collections.Counter()
    for _, source, target in pairs:
        met.update(word for word in set(words(source)) if is_name(word, common))
        shared.update(shared_names(source, target, common))
    return {name: count for name, count in shared.items() if count >= least * met[name]}


def translated(pairs, common, least=0.5):
    """Capitalised words that the other side has not, for the most part: "Tuesday", "Spanish"."""
    met, kept = collections.Counter(), collections.Counter()
    for _, source, target in pairs:
        found, other = {word for word in words(source) if is_name(word, common)}, set(words(target))
        met.update(found)
        kept.update(found & other)
    return {name for name, count in met.items() if kept[name] < least * count}


def shared_names(source, target, common):
    """Capitalised words that both sides hold once, and that are no common words: names that come through unchanged."""
    left, right = collections.Counter(words(source)), collections.Counter(words(target))
    return [word for word, count in left.items() if count == 1 and right[word] == 1 and is_name(word, common)]


def is_name(word, common):
    return len(word) > 2 and word[0].isupper() and word.lower() not in common


class Letters:
    """Invents words by the two letters before each."""

    def __init__(self, examples):
        self.next = collections.defaultdict(list)
        for word in examples:
            padded = _START * 2 + word.lower() + _END
            for i in range(len(word) + 1):
                self.next[padded[i:i + 2]].append(padded[i + 2])

    def word(self, rng, shortest=4, longest=12):
        while True:
            text = _START * 2
            while text[-1] != _END and len(text) < longest + 3:
                text += rng.choice(self.next[text[-2:]])
            if text[-1] == _END and shortest <= len(text) - 3:
                return text[2:-1].capitalize()


class Inventor:
    """Names of every rarity: seen ones, single pieces of the vocabulary, sequences of pieces, invented letters."""

    def __init__(self, pieces, seen, common, exonyms=()):
        """`pieces`: the vocabulary's strings; `seen`: names of the pairs; `common`: words that are no names;
        `exonyms`: names that are not copied."""
        strings = set(pieces)
        whole = {p[1:] for p in pieces if p.startswith("▁") and _PLAIN.fullmatch(p[1:])}
        self.seen = sorted(word for word in set(seen) - set(exonyms) if not _IDENTIFIER.search(word))
        self.whole = sorted(word for word in whole - set(exonyms)
                            if word.lower() not in common and "▁" + word.lower() not in strings)
        self.starts = sorted({p[1:] for p in pieces if re.fullmatch(r"▁[A-Z][a-z]*", p)})
        self.middles = sorted(p for p in pieces if _LETTERS.fullmatch(p))
        self.letters = Letters([*self.whole, *[word for word in self.seen if word.isascii() and word.isalpha()]])

    def word(self, rng):
        """One word with a capital."""
        kind = rng.random()
        if kind < 0.25:
            return rng.choice(self.whole)
        if kind < 0.40:
            return rng.choice(self.seen)
        if kind < 0.60:
            return self.letters.word(rng)
        if kind < 0.82:
            return rng.choice(self.starts) + "".join(rng.choices(self.middles, k=rng.choice((1, 1, 2, 2, 3))))
        return self._special(rng)

    def _special(self, rng):
        kind, word = rng.random(), self.letters.word(rng)
        if kind < 0.50:
            return foreign(word, rng)
        if kind < 0.65:
            return rng.choice(_PREFIXES) + word
        if kind < 0.80:
            return f"{rng.choice(self.whole)}-{word}"
        return code(rng)

    def person(self, rng):
        name = [self.word(rng) for _ in range(rng.choice((1, 2, 2, 2, 3)))]
        if rng.random() < 0.08:
            name.insert(1, rng.choice(("van", "de", "von", "al", "bin", "van der", "da", "del")))
        return " ".join(name) if name[-1][0].isupper() else name[0]


def foreign(word, rng):
    """The word with one or two letters that few languages have."""
    places = [i for i, letter in enumerate(word) if letter in _FOREIGN]
    for i in rng.sample(places, min(len(places), rng.choice((1, 1, 2)))):
        word = word[:i] + rng.choice(_FOREIGN[word[i]]) + word[i + 1:]
    return word


def code(rng):
    """An acronym or a model's number."""
    capitals = "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=rng.choice((1, 2, 3, 3, 4, 5))))
    kind = rng.random()
    if kind < 0.5 and len(capitals) > 1:
        return capitals
    return f"{capitals}{rng.choice(('', '-'))}{rng.randrange(1, 1000)}"


def odd_token(rng, word):
    """What is copied letter by letter: an address, a handle, a file."""
    low, other = word.lower(), rng.choice(("com", "org", "net", "es", "co.uk", "mx", "info"))
    return rng.choice((f"https://www.{low}.{other}", f"{low}@{low[:4]}.{other}", f"@{low}", f"#{word}", f"{low}.{other}",
                       f"{low}.{rng.choice(('txt', 'pdf', 'py', 'zip'))}", f"i{word}", f"{word}{rng.randrange(10, 100)}"))


def _locales():
    from babel import Locale  # only who prepares data needs it
    return Locale("en"), Locale("es")


def places():
    """(English, Spanish) names of territories and cities, from CLDR, and some from exonyms.tsv."""
    english, spanish = _locales()
    pairs = [(english.territories[key], spanish.territories.get(key)) for key in english.territories if key.isalpha()]
    for zone, names in spanish.time_zones.items():
        city = english.time_zones.get(zone, {}).get("city") or zone.split("/")[-1].replace("_", " ")
        pairs.append((city, names.get("city")))
    pairs = [(e.replace("&", "and"), s) for e, s in pairs if e and s and not re.search(r"[()/.\d]", e + s)]
    pairs = [(e, s) for e, s in pairs if len(e.split()) < 4 and s[0].isupper()]
    own = [tuple(line.split("\t")) for line in EXONYMS.read_text(encoding="utf-8").splitlines()]
    return sorted({**dict(pairs), **dict(own)}.items())


def calendar():
    """Lower-case English and Spanish names of days and months."""
    return {word.lower() for locale in _locales() for names in (locale.days, locale.months)
            for word in names["format"]["wide"].values()}


def days():
    """(English, Spanish) names of the days of the week."""
    return _named("days")


def months():
    return _named("months")


def short_months():
    """As news agencies write them beside a day."""
    return [(english[:4 if english == "September" else 3] + ".", spanish) for english, spanish in months()
            if len(english) > 5]


def _named(what):
    english, spanish = (getattr(locale, what)["format"]["wide"] for locale in _locales())
    return [(name, spanish[key]) for key, name in english.items()]


def languages():
    """(English, Spanish) names of languages, from CLDR."""
    english, spanish = (locale.languages for locale in _locales())
    pairs = ((english[key], spanish.get(key)) for key in english)
    return sorted({(e, s) for e, s in pairs if s and re.fullmatch(r"[^\W\d_]+", e) and re.fullmatch(r"[^\W\d_]+", s)})
