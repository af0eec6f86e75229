"""Articles and sentences of a wanted length, out of the words of the repository's own documents."""
import pathlib
import random
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def documents():
    """English documents that are always there. docs/PERFORMANCE.md is left out: these scripts write it."""
    names = ["docs/API.md", "docs/CONFIGURATION.md", "docs/GUIDE.md", "docs/MODELS.md", "README.md", "CONTRIBUTING.md"]
    return [ROOT / name for name in names]


def words():
    """Plain words of these documents, each once."""
    text = " ".join(path.read_text(encoding="utf-8") for path in documents())
    return sorted(set(re.findall(r"(?<![\w/`.-])[a-z]{2,14}(?![\w/`.(=-])", text)))


def sentence(numbers, choice, length):
    """A sentence of `length` words."""
    chosen = [numbers.choice(choice) for _ in range(length)]
    return f"{chosen[0].capitalize()} {' '.join(chosen[1:])}."


def article(seed, tokens, count):
    """Sentences of 18 words each, as many as stay within `tokens` by `count`, which tells a text's tokens."""
    numbers, choice, sentences, total = random.Random(seed), words(), [], 0
    while True:
        added = sentence(numbers, choice, 18)
        total += count(f" {added}")
        if total > tokens:
            return " ".join(sentences)
        sentences.append(added)


def short(seed, tokens, count):
    """One sentence of about `tokens` tokens."""
    numbers, choice, length = random.Random(seed), words(), 2
    text = sentence(numbers, choice, length)
    while count(text) < tokens and length < tokens:
        length += 1
        text = f"{text[:-1]} {numbers.choice(choice)}."
    return text


class Counters:
    """How many tokens a text has for each of the two models."""

    def __init__(self, models):
        import sentencepiece
        import tokenizers

        bart = models / "distilbart-shape"
        self._bart = tokenizers.ByteLevelBPETokenizer(str(bart / "vocab.json"), str(bart / "merges.txt"))
        self._marian = sentencepiece.SentencePieceProcessor(model_file=str(models / "opus-mt-shape/source.spm"))

    def summarizer(self, text):
        return len(self._bart.encode(text).ids)

    def translator(self, text):
        return len(self._marian.encode(text)) + 1  # and the end token
