"""Test sets from held-out pairs: held_out.py WORK DIRECTION [--names 1200] [--numbers 1200] [--quotes 600]

Writes WORK/tests/names.DIRECTION.tsv (a source sentence, then the names that its translation must hold),
numbers.DIRECTION.tsv (a sentence, then digit strings), round.DIRECTION.tsv (the same with round numbers) and
quotes.DIRECTION.tsv (a sentence in quotation marks, and how many marks its translation must hold).
The names: a third as they stand in the sentence, a third replaced by rare real ones of the vocabulary and the held-out
text, a third by invented ones. The seed differs from training's, and the sentences are none that training saw.
"""
import argparse
import pathlib
import random

import augment
import corpus
import figures
import names
import quotes

SEED = 404


def names_rows(pairs, augmenter, count, reverse):
    """(kind, sentence, names) with kinds in turn."""
    rng = random.Random(SEED)
    rows, kinds = [], ("as found", "rare", "invented")
    usable = [pair for pair in pairs if names.shared_names(pair[1], pair[2], augmenter.common)]
    rng.shuffle(usable)
    while len(rows) < count:
        for _, english, spanish in usable:
            kind = kinds[len(rows) % 3] if len(rows) < len(usable) else kinds[1 + len(rows) % 2]
            found = names.shared_names(english, spanish, augmenter.common)
            changes = {word: word if kind == "as found" else make(kind, augmenter.inventor, rng) for word in found}
            text = augment.substitute(spanish if reverse else english, changes)
            # A name that is part of a longer word was not replaced.
            if len(text.split()) <= 45 and set(changes.values()) <= set(names.words(text)):
                rows.append((kind, text, list(changes.values())))
            if len(rows) == count:
                break
    return rows


def make(kind, inventor, rng):
    if kind == "rare":
        return rng.choice(inventor.whole if rng.random() < 0.5 else inventor.seen)
    word = inventor.letters.word(rng)
    return names.foreign(word, rng) if rng.random() < 0.15 else word


def numbers_rows(pairs, count, reverse):
    """(sentence, digit strings), each number changed to another of the same form."""
    return changed_numbers(pairs, count, reverse, lambda english, spanish: figures.shared(english, spanish, least=2))


def round_rows(pairs, count, reverse):
    """The same, with those of three digits or more that are no years changed to round ones."""
    def amounts(english, spanish):
        whole = {figures.digits(number) for number in figures.numbers(english) if "." not in number}
        return [d for d in figures.shared(english, spanish, least=3) if d in whole and not figures.is_year(d)]
    return changed_numbers(pairs, count, reverse, amounts, zeros=1.0)


def changed_numbers(pairs, count, reverse, changeable, zeros=0.0):
    rng = random.Random(SEED)
    pairs = [pair for pair in pairs if changeable(pair[1], pair[2])]
    rows = []
    while len(rows) < count and pairs:
        for _, english, spanish in pairs:
            changes = {number: figures.another(number, rng, zeros) for number in changeable(english, spanish)}
            rows.append((figures.replace(spanish if reverse else english, changes), list(changes.values())))
    return rows[:count]


def quotes_rows(pairs, person, count, reverse):
    """(sentence, number of its marks): sentences made into quotations; `person` makes a name."""
    rng, rows = random.Random(SEED), []
    for _, *pair in pairs:
        made = quotes.alike(*quotes.quotation(*pair, person, rng), reverse)
        if quotes.count(made[not reverse]) and len(made[reverse].split()) <= 45:
            rows.append((made[reverse], str(quotes.count(made[not reverse]))))
    return rng.sample(rows, min(count, len(rows)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("direction", choices=("en-es", "es-en"))
    parser.add_argument("--names", type=int, default=1200)
    parser.add_argument("--numbers", type=int, default=1200)
    parser.add_argument("--quotes", type=int, default=600)
    options = parser.parse_args()
    import sentencepiece  # which the tests of the rest do without
    import train
    data, tests = options.work / "data", options.work / "tests"
    tests.mkdir(exist_ok=True)
    pieces = sentencepiece.SentencePieceProcessor(str(options.work / options.direction / "vocab.spm"))
    augmenter = train.make_augmenter(data, pieces)
    held, reverse = corpus.read(data / "held.tsv"), options.direction == "es-en"
    rows = names_rows(held, augmenter, options.names, reverse)
    write(tests / f"names.{options.direction}.tsv", [[text, *wanted] for _, text, wanted in rows])
    write(tests / f"names.{options.direction}.kinds", [[kind] for kind, _, _ in rows])
    for name, make_rows in (("numbers", numbers_rows), ("round", round_rows)):
        rows = make_rows(held, options.numbers, reverse)
        write(tests / f"{name}.{options.direction}.tsv", [[text, *wanted] for text, wanted in rows])
    write(tests / f"quotes.{options.direction}.tsv", quotes_rows(held, augmenter.inventor.person, options.quotes, reverse))


def write(path, rows):
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
