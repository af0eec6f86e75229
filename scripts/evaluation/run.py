"""Runs the evaluation sets through `breve serve` and writes the tables of docs/QUALITY.md; see scripts/evaluate.sh."""
import argparse
import datetime
import pathlib
import shutil
import sys
import time

import sets
from served import Breve, Failed, Service, breve

import counts
import kept_names
import overhead
import scores
import strict

ROOT = pathlib.Path(__file__).resolve().parents[2]
STAGES = {
    "summaries": scores.summaries,
    "translation": scores.translation,
    "counts": counts.counts,
    "strict": strict.strict,
    "names": kept_names.kept_names,
    "overhead": overhead.overhead,
}
# What breve or a file may do that a stage cannot foresee; the others go on.
FAULTS = (Failed, OSError, KeyError, ValueError, SystemExit)


def say(text):
    print(f"[evaluate] {text}", file=sys.stderr, flush=True)


def stages(text):
    names = text.split(",")
    if unknown := [name for name in names if name not in STAGES]:
        raise argparse.ArgumentTypeError(f"no stage {unknown[0]}; there are {', '.join(STAGES)}")
    return names


def positive(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError("a whole number from 1")
    return int(text)


def parse():
    parser = argparse.ArgumentParser(prog="scripts/evaluate.sh", description="Measures quality; see docs/QUALITY.md.")
    parser.add_argument("--summarizer", metavar="ID", help="an installed model; as configured when left out")
    parser.add_argument("--translator", metavar="ID", help="an installed model; as configured when left out")
    parser.add_argument("--only", metavar="STAGE,...", type=stages, default=list(STAGES), help=", ".join(STAGES))
    parser.add_argument("--limit", metavar="N", type=positive, help="only the first N of each set, to try things out")
    parser.add_argument("--evaluation", metavar="DIR", type=pathlib.Path, default=ROOT / "../shared/eval",
                        help="holds summarization/ and translation/ (default: ../shared/eval beside the repository)")
    parser.add_argument("--document", metavar="FILE", type=pathlib.Path,
                        help="where tables go (default: docs/QUALITY.md; with --limit a copy of it in .evaluation/)")
    parser.add_argument("--parse-only", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--home", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--breve", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def document(options):
    """The file to write into; figures of a part never go into the repository unless asked to."""
    if options.document or not options.limit:
        return options.document or sets.DOCUMENT
    return pathlib.Path(shutil.copy(sets.DOCUMENT, options.home / "QUALITY.md"))


def origin(asked):
    """A line that says what the figures were measured with."""
    machine, options = breve.machine, asked.options
    about = machine.describe()
    commit = machine.commit(ROOT)
    models = f"{asked.models['summarizer']} and {asked.models['translator']}"
    part = f"; ONLY THE FIRST {options.limit} OF EACH SET" if options.limit else ""
    return f"{datetime.date.today()}, {commit}, {models}, {about['cpu']}, {about['cores']} cores{part}:"


def measure(asked, options, path):
    """Each stage in turn; those that failed, by name."""
    failures = {}
    for name in options.only:
        began = time.monotonic()
        say(f"{name} ...")
        try:
            lines = STAGES[name](asked)
            sets.write_table(name, [origin(asked), "", *lines], path)
        except FAULTS as fault:
            failures[name] = f"{fault if isinstance(fault, (Failed, SystemExit)) else repr(fault)}"
            say(f"FAILED: {name}: {failures[name]}")
            continue
        print("\n".join(["", f"{name}: {origin(asked)}", *lines, ""]), flush=True)
        say(f"{name}: done, {time.monotonic() - began:.0f} s")
    return failures


def main():
    options = parse()
    if options.parse_only:
        return
    path = document(options)
    try:
        with Service(options.breve, options.home / "serve.log", options.summarizer, options.translator) as service:
            failures = measure(Breve(options, service, say), options, path)
    except (Failed, breve.NotStarted) as fault:
        sys.exit(f"[evaluate] error: {fault} (log: {options.home / 'serve.log'})")
    say(f"tables are in {path}")
    for name, reason in failures.items():
        say(f"FAILED: {name}, whose table is as it was: {reason}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
