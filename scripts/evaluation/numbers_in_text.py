"""Numbers in English and Spanish text by value, written apart from Breve's own reading of them (src/checks).

A claim is a number that a text states: digits anywhere, and number words except "one". Support is what a text gives
for other texts' claims: its claims, and what it says in other words ("third", "a couple", "4 pm" for 16).
"""
import re
from dataclasses import dataclass
from decimal import Decimal

_UNITS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
          " seventeen eighteen nineteen twenty",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis"
          " diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis"
          " veintisiete veintiocho veintinueve",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}
_ORDINALS = {
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
          " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    "es": "primer segund tercer cuart quint sext séptim octav noven décim undécim duodécim",
}
_ORDINAL_ENDS = {"en": "s?", "es": "(o|a|os|as)?"}
_HUNDREDS_ES = "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
_SMALL = {language: {word: value for value, word in enumerate(words.split())} for language, words in _UNITS.items()}
for _language, _words in _TENS.items():
    _SMALL[_language].update({word: 10 * tens for tens, word in enumerate(_words.split(), 2)})
_SMALL["es"].update({word: 100 * place for place, word in enumerate(_HUNDREDS_ES.split(), 1)})
_SMALL["es"].update({word[:-2] + "as": 100 * place for place, word in enumerate(_HUNDREDS_ES.split(), 1) if place > 1})
_SMALL["es"].update({"cien": 100, "un": 1, "una": 1, "veintiún": 21, "veintiuna": 21})
_SCALES = {
    "en": {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12},
    "es": {"mil": 1000, "millón": 10**6, "millones": 10**6, "billón": 10**12, "billones": 10**12},
}
_PLURALS = {"millones", "billones"}  # alone they say no number: "decenas de millones"
# Straight after digits only: "$18m", "2bn".
_SUFFIXES = {"k": 1000, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
_AND = {"en": "and", "es": "y"}
_HALF = {"en": {"half"}, "es": {"medio", "media"}}
# Words that say a number without being one; plurals such as "hundreds" say none.
_HINTS = {
    "en": {"both": 2, "couple": 2, "pair": 2, "twin": 2, "twins": 2, "twice": 2, "double": 2, "doubled": 2, "duo": 2,
           "half": 2, "trio": 3, "triple": 3, "treble": 3, "thrice": 3, "quarter": 4, "dozen": 12, "noon": 12,
           "midday": 12, "midnight": 12, "once": 1, "single": 1, "a": 1, "an": 1, "one": 1, "fortnight": 15,
           "century": 100, "centennial": 100, "decade": 10, "anniversary": 0, "o'clock": 0},
    "es": {"ambos": 2, "ambas": 2, "par": 2, "pareja": 2, "doble": 2, "mitad": 2, "medio": 2, "media": 2, "dúo": 2,
           "mellizos": 2, "gemelos": 2, "trío": 3, "triple": 3, "tercio": 3, "tercios": 3, "docena": 12,
           "mediodía": 12, "medianoche": 12, "uno": 1, "una": 1, "un": 1},
}
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_TOKEN = re.compile(
    r"(?P<number>\d(?:[\d.,]*\d)?(?:[\u00a0\u202f]\d{3}(?!\d))*)(?:(?P<suffix>mn|bn|tn|[kmb])(?!\w))?"
    r"|(?P<word>[^\W\d_]+(?:'clock)?)|(?P<break>[.;:!?()\n])",
    re.IGNORECASE,
)
_GROUPED = {"en": re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?"), "es": re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")}
_POINT = {"en": ".", "es": ","}


@dataclass(frozen=True)
class Number:
    value: Decimal
    text: str
    start: int


def digits(text, language):
    """The values that a run of digits, points and commas states: one, or several where it is a list such as 3,4,5."""
    text = re.sub("[\u00a0\u202f]", "", text)
    comma = "," if language == "en" else "."
    if _GROUPED[language].fullmatch(text):
        return [Decimal(text.replace(comma, "").replace(",", "."))]
    if re.fullmatch(r"\d+" + re.escape(_POINT[language]) + r"\d+", text):
        return [Decimal(text.replace(",", "."))]
    # A decimal point in Spanish: the wrong sign, or American Spanish, and no doubt of the value.
    if language == "es" and re.fullmatch(r"\d+\.(\d{1,2}|\d{4,})", text):
        return [Decimal(text)]
    return [Decimal(part) for part in re.split(r"[.,]", text) if part]


def _tokens(text, language):
    """Numbers and words in order: (kind, value, start, end)."""
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if match["number"]:
            values = digits(match["number"], language)
            scale = _SUFFIXES.get((match["suffix"] or "").lower(), 1)
            for value in values:
                yield "number", value * scale, start, end
        elif match["word"]:
            yield "word", match["word"].lower(), start, end
        else:
            yield "break", None, start, end


class _Phrase:
    """A number that is being put together of words and digits: "two hundred and fifty thousand", "1.6 million"."""

    def __init__(self):
        self.done, self.group, self.start, self.end, self.last = Decimal(0), None, None, None, None

    def add(self, kind, value, start, end):
        """False where the token cannot go on with this number."""
        if self.start is not None and not self._follows(kind, value):
            return False
        if kind == "scale":
            if value == 100 or (self.group is not None and value < 1000):
                self.group = (self.group if self.group is not None else Decimal(1)) * value
            else:
                self._scale(value)
        else:
            self.group = (self.group or Decimal(0)) + value
        self.start = start if self.start is None else self.start
        self.end, self.last = end, (kind, value)
        return True

    def _scale(self, value):
        # "3.000 mil millones", "mil millones": a scale right after a scale multiplies what stands so far.
        if self.group is None and self.done:
            self.done *= value
        else:
            self.done += (self.group if self.group is not None else Decimal(1)) * value
        self.group = None

    def _follows(self, kind, value):
        last_kind, last = self.last
        if kind == "scale":
            return last_kind != "scale" or value > last or value == 100
        if kind == "number":  # "9 mil 200"
            return last == 1000 and last_kind == "scale" and 100 <= value < 1000
        if last_kind == "scale":
            return value < last
        return last_kind == "small" and value < 10 ** (len(str(int(last))) - 1) and last >= 20 and value > 0

    def value(self):
        return self.done + (self.group or 0)


def _kind(token, language):
    kind, value = token[0], token[1]
    if kind == "number":
        return "number", value
    if kind == "word" and value in _SMALL[language]:
        return "small", Decimal(_SMALL[language][value])
    if kind == "word" and value in _SCALES[language]:
        return "scale", Decimal(_SCALES[language][value])
    return kind, value


def _only_gap(text, before, after):
    """Whether words or numbers stand so near that they are one number: "twenty-one", "1.6 million"."""
    return text[before:after].strip("- \t\u00a0\u202f") == ""


def _half(tokens, index, language):
    """The value of "half a million" or "medio millón" at `index` and how many tokens it has, or None."""
    words = [value for kind, value, _, _ in tokens[index:index + 3] if kind == "word"]
    if not words or words[0] not in _HALF[language]:
        return None
    place = 2 if words[1:2] in (["a"], ["un"]) else 1
    scale = _SCALES[language].get(words[place]) if len(words) > place else None
    return (Decimal(scale) / 2, place + 1) if scale else None


def numbers(text, language):
    """Every number, "one" as a word among them."""
    if language == "es":
        # Of the same length, so that places stay: no number, "12,5 miles de millones", and "10 000" with spaces that
        # cannot be taken for any other.
        text = re.sub(r"\bpor cien(to)?\b", lambda match: "%" * len(match[0]), text, flags=re.IGNORECASE)
        text = re.sub(r"(?<=\d )miles de millones", "mil      millones", text)
        text = re.sub(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)", lambda match: match[0].replace(" ", "\u00a0"), text)
    tokens, found, index = list(_tokens(text, language)), [], 0
    while index < len(tokens):
        half = _half(tokens, index, language)
        if half:
            end = tokens[index + half[1] - 1][3]
            found.append(Number(half[0], text[tokens[index][2]:end], tokens[index][2]))
            index += half[1]
            continue
        phrase, after = _read(text, tokens, index, language)
        index = max(after, index + 1)
        if phrase.start is not None:
            value, end = _and_a_half(text, phrase, language)
            found.append(Number(value, text[phrase.start:end], phrase.start))
            while index < len(tokens) and phrase.end <= tokens[index][2] < end:
                index += 1
    return found


def _and_a_half(text, phrase, language):
    """The value with a half that follows, and the end: "two and a half million", "dos millones y medio"."""
    rest, kind, last = text[phrase.end:], *phrase.last
    if language == "en" and (match := re.match(r" and a half (thousand|million|billion|trillion)\b", rest)):
        return (phrase.value() + Decimal("0.5")) * _SCALES["en"][match[1]], phrase.end + match.end()
    if kind == "scale" and (match := re.match(r" y medi[oa]\b| and a half\b", rest)):
        return phrase.value() + last / 2, phrase.end + match.end()
    return phrase.value(), phrase.end


def _read(text, tokens, index, language):
    """The longest number from token `index`, and the index after it."""
    phrase = _Phrase()
    while index < len(tokens):
        kind, value = _kind(tokens[index], language)
        start, end = tokens[index][2:]
        if phrase.start is not None and not _only_gap(text, phrase.end, start):
            break
        if phrase.start is not None and value == _AND[language] and _joins(phrase, tokens, index, language):
            phrase.end, index = end, index + 1
            continue
        if phrase.start is None and tokens[index][1] in _PLURALS:
            break
        if kind not in ("number", "small", "scale") or not phrase.add(kind, value, start, end):
            break
        index += 1
    return phrase, index


def _joins(phrase, tokens, index, language):
    """Whether "and" at `index` is inside a number: "hundred and five", "treinta y uno", and not "two and three"."""
    if index + 1 >= len(tokens) or phrase.last[0] == "number":
        return False
    kind, value = _kind(tokens[index + 1], language)
    if kind != "small":
        return False
    if language == "en":
        return phrase.last[0] == "scale" and value < 100
    return phrase.last[0] == "small" and 30 <= phrase.last[1] <= 90 and value < 10


def claims(text, language):
    """What the text states as a number: all but a lone "one", and "uno" and "una", which are articles too."""
    single = {"one", "uno", "un", "una"}
    return [number for number in numbers(text, language) if number.text.lower() not in single]


def support(text, language):
    """Every value that the text gives ground for."""
    values = set()
    for number in numbers(text, language):
        values.add(number.value)
        values |= _parts(number, language)
    values |= _clock(text) | _decades(text) | _foreign(text)
    for word in re.findall(r"[^\W\d_]+(?:'clock)?", text):
        values |= _said(word, language)
    return values


def _parts(number, language):
    """The mantissa of "1.6 million", which "1.6 to 2 million" would share."""
    first = _TOKEN.match(number.text)
    return set(digits(first["number"], language)) if first and first["number"] else set()


def _clock(text):
    """The hours of the other clock: "4 pm" is 16:00, and 16:00 is "4 pm"; 10.30 is 10:30."""
    values = set()
    for hour, minute in re.findall(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)(?!\d)", text):
        values |= {Decimal(hour), Decimal(minute), Decimal(f"{hour}.{minute}")}
    for hour in re.findall(r"\b(\d{1,2})(?:[:.]\d\d)?\s*[ap]\.?\s?m\b", text, re.IGNORECASE):
        values |= {Decimal(int(hour) + 12), Decimal(0)}
    for hour in re.findall(r"\b(1[3-9]|2[0-3])(?:[:.]\d\d\b|\s?h(?:oras)?\b)", text):
        values.add(Decimal(int(hour) - 12))
    return values


def _foreign(text):
    """Numbers in the other language's or no language's form: "0,4%" in English, "125 000"."""
    decimals = re.findall(r"(?<![\d.,])(\d+),(\d{1,2})(?![\d,])", text)
    spaced = re.findall(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?!\d)", text)
    return {Decimal(".".join(parts)) for parts in decimals} | {Decimal(number.replace(" ", "")) for number in spaced}


def _decades(text):
    """1980s is "the eighties", and '80s is 1980s."""
    values = set()
    for century, years in re.findall(r"(?:\b(1[89]|20)|['’])(\d0)s\b", text):
        values |= {Decimal(years), Decimal(f"{century or 19}{years}")}
    for place, name in enumerate(_TENS["en"].split(), 2):
        if re.search(rf"\b{name[:-1]}ies\b", text, re.IGNORECASE):
            values |= {Decimal(10 * place), Decimal(1900 + 10 * place)}
    return values


def _said(word, language):
    lower, values = word.lower(), set()
    if lower in _HINTS[language]:
        values.add(Decimal(_HINTS[language][lower]))
    for place, ordinal in enumerate(_ORDINALS[language].split(), 1):
        if re.fullmatch(ordinal + _ORDINAL_ENDS[language], lower):
            values.add(Decimal(place))
    if re.fullmatch(r"[IVXLC]+", word):
        values.add(Decimal(roman(word)))
    return values


def roman(word):
    values = [_ROMAN[letter] for letter in word]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))
