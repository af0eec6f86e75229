"""Scores a packaged translator on every bar: evaluate.py MODEL DIRECTION --breve BINARY [--only SET,...]

Breve's own runtime translates (`breve generate`). Sets: flores-dev and newstest2012 (BLEU), names, numbers, short.
Names and numbers are those of held_out.py; the table of short texts lies beside this script. Writes what went wrong
into --findings, and the figures as one line of JSON to the standard output.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import tempfile

import sacrebleu

import figures
import names

HERE = pathlib.Path(__file__).parent
SETS = ("flores-dev", "newstest2012", "names", "numbers", "short")


def read_rows(path):
    return [line.split("\t") for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines()]


def translate(options, lines):
    """What `breve generate` makes of the lines, in their order."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        params = {"num_beams": options.beams}
        file.writelines(json.dumps({"text": line, "params": params}) + "\n" for line in lines)
        file.flush()
        command = [options.breve, "generate", "--model", options.model, "--input", file.name, "--batch", "32"]
        command += ["--precision", options.precision]
        # One thread: on a busy machine several wait for each other.
        environment = {**os.environ, "BREVE__MODELS__THREADS": str(options.threads)}
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return [json.loads(line)["output_text"] for line in run.stdout.splitlines()]


def exonyms():
    """{English name: Spanish names} and back, of places."""
    known = collections.defaultdict(set)
    for english, spanish in names.places():
        known[english].add(spanish)
        known[spanish].add(english)
    return known


def holds_name(name, text, known):
    """Whether a translation holds the name itself, or what the place is called in the other language."""
    words = set(re.findall(r"[^\s\"“”«»()\[\],;:!?¿¡]+", text))
    words |= {re.sub(r"('s|’s|\.|')$", "", word) for word in words} | set(names.words(text))
    return name in words or any(other in text for other in known.get(name, ()))


def holds_number(number, text):
    return number in {figures.digits(found) for found in re.findall(r"\d[\d.,\u00a0 ]*", text)}


def plain(text):
    """A short text without what does not matter: case, final stops, kinds of quotes and spaces."""
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ")).strip().rstrip(".").casefold()


def bleu(options, name):
    source, target = options.direction.split("-")
    lines, references = ((options.sets / f"{name}.{end}").read_text(encoding="utf-8").splitlines() for end in (source, target))
    output = translate(options, lines)
    scores = {"bleu": sacrebleu.corpus_bleu(output, [references]).score, "chrf": sacrebleu.corpus_chrf(output, [references]).score}
    return scores, []


def percent(hits):
    return round(100 * sum(hits) / len(hits), 2)


def name_scores(options, _):
    """By sentence (all its names right) and by name, and by kind of name."""
    rows = read_rows(options.tests / f"names.{options.direction}.tsv")
    kinds = [row[0] for row in read_rows(options.tests / f"names.{options.direction}.kinds")]
    output, known = translate(options, [row[0] for row in rows]), exonyms()
    hits = [[holds_name(name, text, known) for name in row[1:]] for row, text in zip(rows, output)]
    scores = {"sentences": percent([all(h) for h in hits]), "names": percent([x for h in hits for x in h])}
    for kind in sorted(set(kinds)):
        scores[kind] = percent([x for h, k in zip(hits, kinds) if k == kind for x in h])
    return scores, [[*row, text] for row, text, h in zip(rows, output, hits) if not all(h)]


def number_scores(options, _):
    rows = read_rows(options.tests / f"numbers.{options.direction}.tsv")
    output = translate(options, [row[0] for row in rows])
    hits = [[holds_number(number, text) for number in row[1:]] for row, text in zip(rows, output)]
    scores = {"sentences": percent([all(h) for h in hits]), "numbers": percent([x for h in hits for x in h])}
    return scores, [[*row, text] for row, text, h in zip(rows, output, hits) if not all(h)]


def short_scores(options, _):
    rows = read_rows(HERE / f"short.{options.direction}.tsv")
    output = translate(options, [row[0] for row in rows])
    wrong = [[row[0], text] for row, text in zip(rows, output)
             if plain(text) not in {plain(answer) for answer in row[1].split("|")}]
    return {"right": len(rows) - len(wrong), "of": len(rows)}, wrong


STAGES = {"flores-dev": bleu, "newstest2012": bleu, "names": name_scores, "numbers": number_scores, "short": short_scores}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("model", help="directory in the layout of models/")
    add("direction", choices=("en-es", "es-en"))
    add("--breve", required=True, help="the program")
    add("--sets", type=pathlib.Path, default="/work/shared/eval/translation", help="holds NAME.{en,es}")
    add("--tests", type=pathlib.Path, default="/work/main/.training/tests", help="what held_out.py wrote")
    add("--only", default=",".join(SETS))
    add("--beams", type=int, default=4)
    add("--precision", default="int8", choices=("auto", "f32", "bf16", "int8"))
    add("--threads", type=int, default=1)
    add("--findings", type=pathlib.Path, help="a file for what went wrong")
    options = parser.parse_args()
    scores, findings = {"model": options.model, "beams": options.beams}, []
    for name in options.only.split(","):
        scores[name], wrong = STAGES[name](options, name)
        findings += [[name, *row] for row in wrong]
        print(name, json.dumps(scores[name]), flush=True)
    if options.findings:
        options.findings.write_text("".join("\t".join(row) + "\n" for row in findings), encoding="utf-8")
    print(json.dumps(scores))


if __name__ == "__main__":
    main()
