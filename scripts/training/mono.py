"""Text in one language, ready for distil.py: mono.py OUT.tsv FILE... --held-out FILE...

Each FILE, NAME.LANGUAGE.txt, holds a sentence a line. OUT.tsv has a line source<tab>sentence, without repeats and
without what shares eight words in a row with an evaluation set.
"""
import argparse
import pathlib
import re

import corpus

_REFERENCE = re.compile(r"\[(?:\d+|citation needed|note \d+)\]")
_ODD = re.compile(r"\.\.\.|#|\(\W*\)")


def usable(line):
    """Running text of a length that the translators are trained on."""
    is_odd = _ODD.search(line) or not line[:1].isupper() or not corpus.clean(line, line + ".")
    return 5 <= len(line.split()) <= 45 and not is_odd


def lines(files, held_out):
    """(source, sentence)"""
    seen = set()
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            line = corpus.tidy(_REFERENCE.sub("", line))
            if line.lower() not in seen and usable(line) and not held_out.has(line, line):
                seen.add(line.lower())
                yield file.name.split(".")[0], line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    parser.add_argument("--held-out", nargs="+", required=True, help="texts of evaluation sets, both languages")
    options = parser.parse_args()
    kept = list(lines(options.files, corpus.HeldOut(options.held_out)))
    corpus.write(options.out, kept)
    print(f"{len(kept)} sentences, {sum(len(text.split()) for _, text in kept)} words")


if __name__ == "__main__":
    main()
