"""Numbers that both sides of a pair hold, and changing them on both."""
import collections
import re

ROUND_YEARS = (1899, 1900, 1911, 1922, 1933, 1944, 1955, 1966, 1977, 1988, 1999, 2000, 2001, 2002, 2011, 2022)
SEPARATORS = str.maketrans(".,", ",.")  # of one language to those of the other
REPEATS = 0.3  # of digits that are the same as the one before them
_NUMBER = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![ \u00a0\u202f]?\d)|\d+(?:[.,]\d+)*)(?!\w)")
_SPANISH = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:[. \u00a0\u202f]\d{3})+(?:,\d+)?|\d+,\d+)(?![\w.,]*\d)")
_DOLLARS = re.compile(r"(?<![\w.,$])(\d[\d.,]*)((?: mil)?(?: millones| billones)?)(?: de)? dólares")


def digits(number):
    return re.sub(r"\D", "", number)


def numbers(text):
    """As they are written, with their separators."""
    return _NUMBER.findall(text)


def shared(source, target, least=1):
    """Digit strings of `least` digits or more that each side holds in one number."""
    left, right = (collections.Counter(map(digits, numbers(text))) for text in (source, target))
    return [d for d, count in left.items() if count == 1 and right[d] == 1 and len(d) >= least]


def is_year(number):
    return len(number) == 4 and number[0] in "12"


def another(number, rng, zeros=0.0):
    """Other digits, as many. A year stays one, a decade too, and what may be a day of the month; 1 stays, for the singular.
    `zeros`: see `written`."""
    if len(number) == 1:
        return number if number in "01" else rng.choice("23456789")
    if is_year(number):
        return year(rng)[:3] + "0" if number[3] == "0" else year(rng)
    if len(number) == 2 and number[0] != "0":
        return str(rng.randrange(10, 32) if number < "32" else rng.randrange(32, 100))
    return written("0" if number[0] == "0" else rng.choice("123456789"), len(number), rng, zeros)


def year(rng, first=1850):
    return str(rng.choice(ROUND_YEARS) if rng.random() < REPEATS else rng.randrange(first, 2031))


def decimal(rng):
    """With a point. Many end in 0 (2.0) or in the digit before the point (5.5)."""
    whole, kind = str(rng.randrange(100)), rng.random()
    if kind < 0.4:
        return f"{whole}.{0 if kind < 0.2 else whole[-1]}"
    return f"{whole}.{rng.randrange(1, 100)}"


def written(number, length, rng, zeros=0.0):
    """Goes on with a number to so many digits. Many repeat the one before, which is what a copier miscounts: 1999, 2,000.
    This share of all, `zeros`, has zeros alone after one digit or two, as numbers in news have: 100, 12,000."""
    if zeros and rng.random() < zeros and number != "0":
        return (number + rng.choice(("", "5", rng.choice("123456789")))).ljust(length, "0")[:length]
    while len(number) < length:
        number += number[-1] if rng.random() < REPEATS else rng.choice("0123456789")
    return number


def american(text):
    """Spanish as much of Latin America writes its figures: 12.500 as 12,500, 3,5 as 3.5, 3 millones de dólares as $3 millones."""
    text = _SPANISH.sub(lambda match: re.sub(r"[ \u00a0\u202f]", ",", match[0].translate(SEPARATORS)), text)
    return _DOLLARS.sub(r"$\1\2", text)


def replace(text, changes):
    """Puts new digits in place of the old ones and leaves separators where they are."""
    def change(match):
        new = iter(changes.get(digits(match[0]), digits(match[0])))
        return re.sub(r"\d", lambda _: next(new), match[0])
    return _NUMBER.sub(change, text)
