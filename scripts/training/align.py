"""Which Portuguese word a Spanish word stands for: IBM model 1 on sentence pairs, weighed with likeness of spelling."""
import collections
import difflib
import functools
import re
import unicodedata

# Endings of Spanish words beside Portuguese ones.
ENDINGS = [
    ("ciones", "ções"), ("ción", "ção"), ("siones", "sões"), ("sión", "são"), ("bilidad", "bilidade"), ("dad", "dade"),
    ("mientos", "mentos"), ("miento", "mento"), ("iendo", "endo"), ("ieron", "eram"), ("aron", "aram"), ("aban", "avam"),
    ("aba", "ava"), ("rían", "riam"), ("ría", "ria"), ("rán", "rão"), ("ían", "iam"), ("ía", "ia"), ("bles", "veis"),
    ("ble", "vel"), ("ó", "ou"), ("ñ", "nh"), ("ll", "lh"), ("les", "is"), ("ón", "ão"), ("án", "ão"), ("n", "m"),
]
_WORD = re.compile(r"[^\W\d_]+")


def words(text):
    return _WORD.findall(text.lower())


@functools.lru_cache(maxsize=None)
def fold(word):
    """Without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def likeness(spanish, portuguese):
    """How alike two words look without accents, 0 to 1."""
    return difflib.SequenceMatcher(None, fold(spanish), fold(portuguese), autojunk=False).ratio()


def _expected_counts(pairs, table):
    """How often each Portuguese word makes each Spanish word, by the probabilities so far."""
    counts = collections.defaultdict(collections.Counter)
    for portuguese, spanish in pairs:
        for word in spanish:
            shares = [(source, table[source].get(word, 1e-9) if table else 1.0) for source in portuguese]
            total = sum(share for _, share in shares)
            for source, share in shares:
                if share > total * 1e-3:
                    counts[source][word] += share / total
    return counts


def translation_table(pairs, rounds=4):
    """p(Spanish | Portuguese) as a dictionary of dictionaries, from (Portuguese words, Spanish words)."""
    table = None
    for _ in range(rounds):
        counts = _expected_counts(pairs, table)
        table = {}
        for source, row in counts.items():
            total = sum(row.values())
            table[source] = {word: count / total for word, count in row.items() if count > 1e-3 * total}
    return table, counts


def counterparts(lines, least=0.25):
    """{Spanish word: Portuguese word} from lines of "Portuguese<tab>Spanish"."""
    pairs = [tuple(words(side)[:40] for side in line.rstrip("\n").split("\t")) for line in lines]
    table, counts = translation_table([pair for pair in pairs if len(pair) == 2 and all(pair)])
    backwards = collections.defaultdict(dict)
    for source, row in counts.items():
        for word, count in row.items():
            backwards[word][source] = count
    best = {}
    for word, row in backwards.items():
        total = sum(row.values())
        score = lambda source: row[source] / total * table[source].get(word, 0) * (0.2 + likeness(word, source)) ** 2
        source = max(sorted(row, key=row.get)[-5:], key=score)
        if score(source) ** 0.5 > least:
            best[word] = source
    return best


class Cognates:
    """The Portuguese word that looks most like a Spanish one: "anunció", "anunciou". Guesses, for words that alignment
    does not explain."""

    def __init__(self, portuguese, least=0.8):
        """`portuguese`: words, the most frequent first."""
        self.least, self.near = least, collections.defaultdict(list)
        for word in portuguese:
            if word.isalpha():
                self.near[word[:2]].append(word)

    def __call__(self, spanish):
        """A Portuguese word, or None."""
        if len(spanish) < 4 or not spanish.isalpha():
            return None
        ending = next((pair for pair in ENDINGS if spanish.endswith(pair[0])), ("", ""))
        expected = spanish[:len(spanish) - len(ending[0])] + ending[1]
        expected = expected.replace("ñ", "nh").replace("ll", "lh")
        near = [word for word in self.near[expected[:2]] if abs(len(word) - len(expected)) <= 2
                and len(set(word) ^ set(expected)) <= 4]
        score, best = max(((likeness(expected, word), word) for word in near), default=(0, None))
        return best if score >= self.least else None
