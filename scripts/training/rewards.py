"""How good a translation is beside its reference: sentence BLEU, less for every number and name that is lost or made up."""
import collections
import math
import re

import figures
import names

_WORD = re.compile(r"\w+|[^\w\s]")
LOST = 0.15  # what a number or name costs that is lost or made up, of a BLEU of 1


def ngrams(words, n):
    return collections.Counter(zip(*(words[i:] for i in range(n))))


def bleu(words, reference):
    """Sentence BLEU, one added to the matches of two words and more (Lin and Och, 2004); 0 to 1."""
    total = 0.0
    for n in range(1, 5):
        here, there = ngrams(words, n), ngrams(reference, n)
        matches = sum((here & there).values()) + (n > 1)
        if not matches:
            return 0.0
        total += math.log(matches / (sum(here.values()) + (n > 1)))
    return math.exp(total / 4 + min(0.0, 1 - len(reference) / len(words)))


class Reward:
    """How good translations of one source are."""

    def __init__(self, source, reference, common):
        self.reference = _WORD.findall(reference)
        self.numbers = collections.Counter(map(figures.digits, figures.numbers(reference)))
        self.names = names.shared_names(source, reference, common)

    def __call__(self, text):
        found = collections.Counter(map(figures.digits, figures.numbers(text)))
        faults = sum(((self.numbers - found) + (found - self.numbers)).values())
        words = _WORD.findall(text)
        faults += sum(name not in text for name in self.names)
        return bleu(words, self.reference) - LOST * min(faults, 4) if words else -LOST * 4
