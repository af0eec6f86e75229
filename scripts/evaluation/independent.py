"""An independent check of summaries: numbers and names that the article gives no ground for.

None of Breve's own code or word lists take part, so that a fault in its checks cannot hide itself here. What this
finds is to be read by people: some of it is the checker's own error.
"""
import difflib
import pathlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

import numbers_in_text

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
_STARTS = re.compile(r"(?:^|[.!?…:;]|--|[\n•|–—])[\s\"'“”‘’«»(\[¿¡`]*$|(?:[\"“«‘¿¡(\[]|``\s?)[\"'“«‘¿¡]*$")
_JOINERS = {"of", "de", "del", "van", "von", "bin"}
_TITLES = set("mr mrs ms dr prof st jr sr sra dra gen col lt sgt sen rep gov rev".split())
_LEFT_OUT = set("the of and island islands republic".split())  # of names: the Falklands
_WEEK_AND_YEAR = set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
    " september october november december".split()
)


@dataclass(frozen=True)
class Finding:
    """Something that nothing in the source supports. `kind`: number, name, joined, "number lost"."""

    language: str
    kind: str
    text: str
    reason: str


@dataclass
class Knowledge:
    """What words are common in each language (lower case), and which names have a Spanish form of their own."""

    common_en: set = field(default_factory=set)
    common_es: set = field(default_factory=set)
    exonyms: dict = field(default_factory=dict)  # a word of a Spanish name -> the English words that it may come from
    is_spanish: Callable = field(default=lambda word: False)  # whether a dictionary has a word, which is no name there


def fold(text):
    """Lower case without accents, and one kind of apostrophe."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()


def stem(word):
    """A folded word without its possessive."""
    return re.sub(r"'s?$", "", fold(word))


@dataclass(frozen=True)
class Word:
    text: str
    start: int
    initial: bool  # it begins a sentence or a quotation, where any word has a capital

    @property
    def capital(self):
        return self.text[0].isupper()


def words(text):
    return [Word(match[0], match.start(), _begins(text, match.start())) for match in _WORD.finditer(text)]


def _begins(text, start):
    before = text[max(start - 20, 0):start]  # the whole text before each word would take time by its square
    return bool(_STARTS.search(before if start <= 20 else "x" + before))


def _adjacent(text, before, after):
    gap = text[before.start + len(before.text):after.start]
    dotted = gap in (".", ". ") and (len(before.text) == 1 or before.text.lower() in _TITLES)
    return (gap in (" ", "\u00a0", "-") or dotted) and not re.search(r"['’]s$", before.text)


def name_sequences(text):
    """Runs of capitalised words, with "of" and its like between two of them."""
    found, run, joiner = [], [], None
    for word in words(text):
        previous = joiner or (run[-1] if run else None)
        near = previous is not None and _adjacent(text, previous, word)
        if near and word.capital and (not word.initial or text[previous.start + len(previous.text)] == "."):
            run += [joiner, word] if joiner else [word]
            joiner = None
        elif near and run and not joiner and word.text in _JOINERS:
            joiner = word
        else:
            found += [run] if run else []
            run, joiner = ([word] if word.capital else []), None
    return found + ([run] if run else [])


def _plain(text):
    """The folded words of a text between single spaces, to look for sequences in."""
    return " " + " ".join(stem(word.text) for word in words(text)) + " "


def _common_opening(word, knowledge):
    folded = fold(word.text)
    return word.initial and (folded in knowledge.common_en or len(folded) == 1)


def english_names(summary, article, knowledge):
    """Names of an English text that are not in the article as they stand."""
    plain, alone = _plain(article), {stem(word.text) for word in words(article)}
    alone |= {part for word in alone for part in re.split("'", word)}
    findings = []
    for run in name_sequences(summary):
        if _in(run, plain):
            continue
        while run and _common_opening(run[0], knowledge) and stem(run[0].text) not in _WEEK_AND_YEAR:
            run = run[1:]
        if not run or _in(run, plain):
            continue
        text = " ".join(word.text for word in run)
        missing = [word.text for word in run if stem(word.text) not in alone]
        if missing:
            findings.append(Finding("en", "name", text, f"not in the article: {' '.join(missing)}"))
        elif len(run) > 1:
            findings.append(Finding("en", "joined", text, "its words stand apart in the article"))
    return findings


def _in(run, plain):
    return " " + " ".join(stem(word.text) for word in run) + " " in plain


def spanish_names(summary, article, english, knowledge):
    """Capitalised words of a Spanish text that come neither from the texts nor from a translation that is known."""
    sources = words(article) + words(english)
    known = {stem(word.text) for word in sources}
    known |= {part for word in known for part in re.split("'", word)}
    names = {stem(word.text) for word in sources if word.capital}
    return [
        Finding("es", "name", word.text, reason)
        for word in words(summary)
        if word.capital and (reason := _unknown(word, known, names, knowledge))
    ]


def _unknown(word, known, names, knowledge):
    """Why the word may be invented, or None."""
    folded = stem(word.text)
    lower = word.text.lower()
    if len(folded) == 1 or folded.isdigit() or folded in known:
        return None
    if lower in knowledge.common_es or knowledge.is_spanish(lower):
        return None
    if numbers_in_text.support(word.text, "es"):  # a numeral such as XIX, or Tres: numbers are looked at by value
        return None
    if any(_named(source, known) for source in knowledge.exonyms.get(folded, ())):
        return None
    if not word.initial:
        return "neither in the article nor a known translation"
    near = difflib.get_close_matches(folded, sorted(names - knowledge.common_en), n=1, cutoff=0.75)
    # Any word may begin a sentence; one that looks like a name of the article, and is not, does not.
    return f"begins a sentence and resembles {near[0]}" if near else None


def _named(source, known):
    """Whether the texts hold an English name, or a word of the same beginning: Colombia for Colombian."""
    parts = [part for part in source.split() if part not in _LEFT_OUT] or source.split()
    return all(part in known or (len(part) > 4 and any(word.startswith(part[:-1]) for word in known)) for part in parts)


def unsupported_numbers(text, language, source, source_language):
    """The numbers that a text states, and another does not."""
    ground = numbers_in_text.support(source, source_language)
    return [number for number in numbers_in_text.claims(text, language) if number.value not in ground]


def _is_name(text, source):
    """Whether what reads as a number word is a name that the source has too: the beer Dos Equis."""
    return text.isalpha() and text[0].isupper() and any(word.text == text and not word.initial for word in words(source))


def _number_findings(numbers, language, kind, reason):
    return [Finding(language, kind, number.text, f"{number.value.normalize():f} {reason}") for number in numbers]


def check(article, english, spanish, knowledge):
    """Everything in a summary that nothing supports, and as "number lost" what its Spanish text leaves out."""
    article, english, spanish = (text.replace("\u00ad", "") for text in (article, english, spanish))  # soft hyphens
    from_article = unsupported_numbers(english, "en", article, "en")
    from_english = [number for number in unsupported_numbers(spanish, "es", english, "en")
                    if not _is_name(number.text, english)]
    lost = unsupported_numbers(english, "en", spanish, "es")
    return (
        _number_findings(from_article, "en", "number", "is not in the article")
        + english_names(english, article, knowledge)
        + _number_findings(from_english, "es", "number", "is not in the English summary")
        + spanish_names(spanish, article, english, knowledge)
        + _number_findings(lost, "es", "number lost", "is not in the Spanish summary")
    )


def common_words(text):
    """Every word that the text holds in lower case: its common words, and no names."""
    return {word.text.lower() for word in words(text) if word.text.islower()}


def add_exonym(found, english, spanish):
    """Makes each word of a Spanish name lead to the English names."""
    for word in words(spanish):
        found.setdefault(stem(word.text), set()).update(_plain(name).strip() for name in english)


def read_exonyms(path=pathlib.Path(__file__).with_name("exonyms.txt")):
    """The names of a file of lines "English, English = Spanish", by each word of the Spanish one."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        english, equals, spanish = line.partition("=")
        if not line.startswith("#") and equals:
            add_exonym(found, english.split(","), spanish)
    return found
