"""Test sets of names and numbers from held-out pairs: held_out.py WORK DIRECTION [--names 1200] [--numbers 600]

Writes WORK/tests/names.DIRECTION.tsv (a source sentence, then the names that its translation must hold) and
numbers.DIRECTION.tsv (a sentence, then digit strings). The names: a third as they stand in the sentence, a third
replaced by rare real ones of the vocabulary and the held-out text, a third by invented ones. The seed differs from
training's, and the sentences are none that training saw.
"""
import argparse
import pathlib
import random

import sentencepiece

import augment
import corpus
import figures
import names
import train

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
    rng = random.Random(SEED)
    changeable = lambda english, spanish: figures.shared(english, spanish, least=2)
    pairs = [pair for pair in pairs if changeable(pair[1], pair[2])]
    rows = []
    while len(rows) < count and pairs:
        for _, english, spanish in pairs:
            changes = {number: figures.another(number, rng) for number in changeable(english, spanish)}
            rows.append((figures.replace(spanish if reverse else english, changes), list(changes.values())))
    return rows[:count]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("direction", choices=("en-es", "es-en"))
    parser.add_argument("--names", type=int, default=1200)
    parser.add_argument("--numbers", type=int, default=600)
    options = parser.parse_args()
    data, tests = options.work / "data", options.work / "tests"
    tests.mkdir(exist_ok=True)
    pieces = sentencepiece.SentencePieceProcessor(str(options.work / options.direction / "vocab.spm"))
    augmenter = train.make_augmenter(data, pieces)
    held, reverse = corpus.read(data / "held.tsv"), options.direction == "es-en"
    rows = names_rows(held, augmenter, options.names, reverse)
    write(tests / f"names.{options.direction}.tsv", [[text, *wanted] for _, text, wanted in rows])
    write(tests / f"names.{options.direction}.kinds", [[kind] for kind, _, _ in rows])
    rows = numbers_rows(held, options.numbers, reverse)
    write(tests / f"numbers.{options.direction}.tsv", [[text, *wanted] for text, wanted in rows])


def write(path, rows):
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
