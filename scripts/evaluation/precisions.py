"""Scores `breve generate` on a parallel text with sacrebleu.

  precisions.py lines SOURCE BEAMS           -> JSON lines for `breve generate`
  precisions.py score IN REFERENCE --model DIR --set NAME --beams N --document FILE [--precision P] [--figures FILE]
                                              runs breve, prints the figures and writes them into the document
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import sacrebleu
from rouge_score import rouge_scorer

BEGIN, END = "<!-- begin precisions -->", "<!-- end precisions -->"
HEAD = ["| model | set | beams | precision | BLEU | chrF2 | ROUGE-L | seconds | lines |", "|---|---|---|---|---|---|---|---|---|"]


def lines(source, beams):
    for line in pathlib.Path(source).read_text(encoding="utf-8").splitlines():
        print(json.dumps({"text": line.strip(), "params": {"num_beams": int(beams)}}, ensure_ascii=False))


class Words:
    """The words of a text in any language; the scorer's own tokens are English only."""

    def tokenize(self, text):
        return re.findall(r"\w+", text.lower())


def rouge_l(hypotheses, references):
    """The mean F1 of the longest common subsequence of words, in percent."""
    scorer = rouge_scorer.RougeScorer(["rougeL"], tokenizer=Words())
    scores = [scorer.score(reference, text)["rougeL"].fmeasure for text, reference in zip(hypotheses, references)]
    return 100 * sum(scores) / len(scores)


def translate(model, source, precision):
    """The translations, in order, and the seconds that the whole process took."""
    start = time.monotonic()
    command = [str(pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "release/breve"), "generate", "--model", model, "--input", source, "--batch", "64"]
    command += ["--precision", precision] if precision else []
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    seconds = time.monotonic() - start
    return [json.loads(line)["output_text"] for line in run.stdout.splitlines()], seconds


def write_row(document, key, row):
    """Puts the row in place of the one with the same key, or after the others."""
    path = pathlib.Path(document)
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text:
        sys.exit(f"error: {document} has no line {BEGIN}")
    before, rest = text.split(BEGIN, 1)
    old, after = rest.split(END, 1)
    rows = [line for line in old.strip().splitlines()[2:] if not line.startswith(key)]
    table = "\n".join(HEAD + sorted(rows + [row]))
    path.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def score(args):
    hypotheses, seconds = translate(args.model, args.input, args.precision)
    references = pathlib.Path(args.reference).read_text(encoding="utf-8").splitlines()
    if len(hypotheses) != len(references):
        sys.exit(f"error: {len(hypotheses)} translations for {len(references)} references")
    figures = {"bleu": sacrebleu.corpus_bleu(hypotheses, [references]).score,
               "chrf2": sacrebleu.corpus_chrf(hypotheses, [references]).score,
               "rouge_l": rouge_l(hypotheses, references), "seconds": seconds, "lines": len(hypotheses)}
    bleu, chrf, rouge = (f"{figures[name]:.2f}" for name in ("bleu", "chrf2", "rouge_l"))
    print(f"BLEU {bleu}  chrF2 {chrf}  ROUGE-L {rouge}  {seconds:.1f} s  {len(hypotheses)} lines")
    if args.figures:
        pathlib.Path(args.figures).write_text(json.dumps(figures), encoding="utf-8")
    key = f"| {pathlib.Path(args.model).name} | {args.set} | {args.beams} | {args.precision or 'default'} |"
    row = f"{key} {bleu} | {chrf} | {rouge} | {seconds:.1f} | {len(hypotheses)} |"
    write_row(args.document, key, row)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("lines")
    listing.add_argument("source")
    listing.add_argument("beams")
    scoring = commands.add_parser("score")
    scoring.add_argument("input")
    scoring.add_argument("reference")
    for name in ("model", "set", "beams", "document"):
        scoring.add_argument(f"--{name}", required=True)
    for name in ("precision", "figures"):
        scoring.add_argument(f"--{name}")
    args = parser.parse_args()
    lines(args.source, args.beams) if args.command == "lines" else score(args)


if __name__ == "__main__":
    main()
