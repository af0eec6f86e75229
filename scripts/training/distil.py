"""More pairs, from text in one language: distil.py prepare WORK EN.tsv, distil.py pairs WORK, distil.py back WORK ES.tsv

The base translates English into Portuguese well, and from Portuguese into Spanish is a small step that the pairs at
hand teach. `prepare` writes WORK/teacher, where train.py makes a translator of Portuguese into Spanish:

    train.py WORK/teacher --direction en-es --dev WORK/teacher/dev --synthetic none

("en" is Portuguese there.) `pairs` lets it translate the Portuguese, and writes WORK/data/synthetic.tsv, a pair a line
like train.tsv. `back` adds pairs of Spanish, ES.tsv's and that of the pairs of prose, and of what WORK/es-en/pairs makes
of it. EN.tsv and ES.tsv hold lines of source<tab>sentence, free of what is held out (see mono.py).
"""
import argparse
import collections
import pathlib
import shutil

import sentencepiece
import torch
from safetensors.torch import load_file

import base
import corpus
import measure
from decoding import allowed_ids, translate
from network import Network
from pivot import MANUALS

OWN = "pivot_own"  # the name of pairs whose English comes from train.tsv
MANUAL_SHARE = 8  # one in so many pairs of manuals is enough to learn Portuguese from
REPEATS = 3  # a sequence of three words that comes so often is a loop


def translator(tensors, pieces, options):
    """Lines -> their translations."""
    network = Network().load(tensors).to(options.device)
    return lambda lines: translate(network, pieces, lines, allowed_ids(network), options.rows, longest=120)


def prepare(options):
    """Portuguese for the English of pairs, of the monolingual text, and of the development set."""
    folder = options.work / "teacher"
    (folder / "data").mkdir(parents=True, exist_ok=True)
    into_portuguese = translator(base.tensors("en-es"), base.pieces("en-es"), options)
    write_lines(folder / "dev.en", into_portuguese(measure.read_lines(f"{options.dev}.en")))
    shutil.copyfile(f"{options.dev}.es", folder / "dev.es")
    pairs = fewer_manuals(corpus.read(options.work / "data" / "train.tsv"))
    rows = [(name, english, p) for (name, english, _), p in zip(pairs, into_portuguese([pair[1] for pair in pairs]))]
    taught = [(name, p, pair[2]) for (name, _, p), pair in zip(rows, pairs) if corpus.clean(p, pair[2])]
    corpus.write(folder / "data" / "train.tsv", taught)
    mono = read_rows(options.mono)
    own = [(OWN, english, p) for name, english, p in rows if name not in MANUALS]
    texts = zip(mono, into_portuguese([english for _, english in mono]))
    corpus.write(folder / "mono.tsv", [(*row, p) for row, p in texts] + own)
    give(options, folder)


def fewer_manuals(pairs):
    return [pair for i, pair in enumerate(pairs)
            if pair[0] not in MANUALS - {"tatoeba"} or i % MANUAL_SHARE == 0]


def read_rows(path):
    return [tuple(line.split("\t")) for line in measure.read_lines(path)]


def give(options, folder):
    """What else train.py needs."""
    shutil.copyfile(options.work / "data" / "names.json", folder / "data" / "names.json")
    (folder / "en-es").mkdir(exist_ok=True)
    for name in ("vocab.spm", "init.safetensors"):
        shutil.copyfile(options.work / "en-es" / name, folder / "en-es" / name)


def write_lines(path, lines):
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def loops(text):
    """Whether three words in a row come again and again."""
    words = text.lower().split()
    counts = collections.Counter(zip(words, words[1:], words[2:]))
    return any(count >= REPEATS for count in counts.values())


def pairs(options):
    """Spanish for the monolingual text."""
    folder = options.work / "teacher"
    pieces = sentencepiece.SentencePieceProcessor(str(folder / "en-es" / "vocab.spm"))
    into_spanish = translator(load_file(folder / "en-es" / "main" / "ema.safetensors"), pieces, options)
    rows = corpus.read(folder / "mono.tsv")
    made = zip(rows, into_spanish([portuguese for _, _, portuguese in rows]))
    kept = [(name, english, spanish) for (name, english, _), spanish in made
            if corpus.clean(english, spanish) and not loops(spanish)]
    corpus.write(options.work / "data" / "synthetic.tsv", kept)
    print(f"{len(kept)} of {len(rows)} sentences kept")


def back(options):
    """English for Spanish text and, beside their own, for pairs of prose: what en-es learns to write from."""
    folder = options.work / "es-en"
    pieces = sentencepiece.SentencePieceProcessor(str(folder / "vocab.spm"))
    into_english = translator(load_file(folder / "pairs" / "ema.safetensors"), pieces, options)
    pairs = corpus.read(options.work / "data" / "train.tsv")
    rows = read_rows(options.mono) + [("pairs", spanish) for name, _, spanish in pairs if name not in MANUALS]
    made = zip(rows, into_english([spanish for _, spanish in rows]))
    kept = [(f"{name}_es", english, spanish) for (name, spanish), english in made
            if corpus.clean(english, spanish) and not loops(english)]
    known = options.work / "data" / "synthetic.tsv"
    corpus.write(known, [pair for pair in corpus.read(known) if not pair[0].endswith("_es")] + kept)
    print(f"{len(kept)} of {len(rows)} Spanish sentences kept")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("prepare", "pairs", "back"))
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("mono", type=pathlib.Path, nargs="?")
    parser.add_argument("--dev", default=measure.DEV, help="PREFIX of PREFIX.en and PREFIX.es")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rows", type=int, default=32, help="sentences at once")
    options = parser.parse_args()
    torch.set_float32_matmul_precision("high" if options.device == "cuda" else "highest")
    {"prepare": prepare, "pairs": pairs, "back": back}[options.step](options)


if __name__ == "__main__":
    main()
