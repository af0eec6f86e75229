"""Scores a packaged translator on every bar: evaluate.py MODEL DIRECTION --breve BINARY [--only SET,...]

Breve's own runtime translates (`breve generate`). Sets: flores-dev and newstest2012 (BLEU), names, numbers, round
(numbers), quotes, short. The table of short texts lies beside this script, and held_out.py made the four before it.
Writes what went wrong into --findings, and the figures as one line of JSON to the standard output.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile

import sacrebleu

import quotes
import scoring

HERE = pathlib.Path(__file__).parent
SETS = ("flores-dev", "newstest2012", "names", "numbers", "round", "quotes", "short")


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


def bleu(options, name):
    source, target = options.direction.split("-")
    read = lambda end: (options.sets / f"{name}.{end}").read_text(encoding="utf-8").splitlines()
    output, references = translate(options, read(source)), [read(target)]
    scorers = {"bleu": sacrebleu.corpus_bleu, "chrf": sacrebleu.corpus_chrf}
    return {key: round(score(output, references).score, 2) for key, score in scorers.items()}, []


def percent(hits):
    return round(100 * sum(hits) / len(hits), 2)


def name_scores(options, _):
    """By sentence (all its names right) and by name, and by kind of name."""
    rows = read_rows(options.tests / f"names.{options.direction}.tsv")
    kinds = [row[0] for row in read_rows(options.tests / f"names.{options.direction}.kinds")]
    output, known = translate(options, [row[0] for row in rows]), scoring.exonyms()
    hits = [[scoring.holds_name(name, text, known) for name in row[1:]] for row, text in zip(rows, output)]
    scores = {"sentences": percent([all(h) for h in hits]), "names": percent([x for h in hits for x in h])}
    for kind in sorted(set(kinds)):
        scores[kind] = percent([x for h, k in zip(hits, kinds) if k == kind for x in h])
    return scores, [[*row, text] for row, text, h in zip(rows, output, hits) if not all(h)]


def number_scores(options, name):
    rows = read_rows(options.tests / f"{name}.{options.direction}.tsv")
    output = translate(options, [row[0] for row in rows])
    hits = [[scoring.holds_number(number, text, row[0]) for number in row[1:]] for row, text in zip(rows, output)]
    scores = {"sentences": percent([all(h) for h in hits]), "numbers": percent([x for h in hits for x in h])}
    return scores, [[*row, text] for row, text, h in zip(rows, output, hits) if not all(h)]


def quote_scores(options, _):
    rows = read_rows(options.tests / f"quotes.{options.direction}.tsv")
    output = translate(options, [row[0] for row in rows])
    hits = [quotes.count(text) == int(wanted) for (_, wanted), text in zip(rows, output)]
    return {"sentences": percent(hits)}, [[*row, text] for row, text, hit in zip(rows, output, hits) if not hit]


def short_scores(options, _):
    rows = read_rows(HERE / f"short.{options.direction}.tsv")
    output = translate(options, [row[0] for row in rows])
    wrong = [[row[0], text] for row, text in zip(rows, output)
             if scoring.plain(text) not in {scoring.plain(answer) for answer in row[1].split("|")}]
    return {"right": len(rows) - len(wrong), "of": len(rows)}, wrong


STAGES = {"flores-dev": bleu, "newstest2012": bleu, "names": name_scores, "numbers": number_scores, "round": number_scores,
          "quotes": quote_scores, "short": short_scores}


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
