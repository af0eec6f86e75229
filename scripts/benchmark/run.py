"""Runs the stages of scripts/bench_peers.sh and writes their tables. Called by that script, which prepares all it needs."""
import argparse
import datetime
import json
import pathlib
import signal
import sys
import time
import traceback
from dataclasses import dataclass, field

import breve
import busy
import machine
import peers
import quality
import report
import scaling
import service
import soak
import start

ROOT = pathlib.Path(__file__).resolve().parents[2]
STAGES = {"peers": peers, "busy": busy, "start": start, "scaling": scaling, "service": service, "soak": soak,
          "quality": quality}


@dataclass
class Setting:
    """What every stage is told."""
    home: pathlib.Path
    evaluation: pathlib.Path
    threads: int
    repetitions: int
    quick: bool
    clients: list
    soak_clients: int
    soak_s: float
    programs: dict
    root: pathlib.Path = ROOT
    cores: int = field(default_factory=machine.cores)

    def __post_init__(self):
        self.models, self.logs, self.results = (self.home / name for name in ("models", "logs", "results"))
        for directory in (self.logs, self.results):
            directory.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def say(text):
        print(f"[bench] {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def main():
    args = arguments()
    setting = Setting(
        home=args.home, evaluation=args.evaluation, threads=args.threads, repetitions=args.repetitions,
        quick=args.quick, clients=args.clients, soak_clients=args.soak_clients, soak_s=args.soak_seconds,
        programs=dict(program.split("=", 1) for program in args.program))
    # Being ended ends the processes that were started, as an exception does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = describe_run(setting)
    for name in args.only:
        took = time.monotonic()
        setting.say(f"stage {name}")
        stage = {**run, "results": results_of(name, setting)}
        (setting.results / f"{name}.json").write_text(json.dumps(stage, indent=1), encoding="utf-8")
        setting.say(f"stage {name}: {time.monotonic() - took:.0f} s")
    stages = {name: json.loads(path.read_text()) for name in STAGES
              if (path := setting.results / f"{name}.json").exists()}
    report.write(args.document, stages)
    setting.say(f"the tables are in {args.document}")


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench_peers.sh", description=(
        "Measures Breve beside rust-bert, transformers and CTranslate2, and writes the tables of docs/PERFORMANCE.md."))
    parser.add_argument("--quick", action="store_true", help="one repetition, few requests, a short soak")
    parser.add_argument("--only", type=stage_names, default=list(STAGES), metavar="STAGE,...",
                        help=f"some of {', '.join(STAGES)}; the tables of the others stay, with their date")
    parser.add_argument("--threads", type=int, default=machine.cores(), help="of every system; default: all cores")
    parser.add_argument("--repetitions", type=int, help="default 5")
    parser.add_argument("--clients", type=lambda text: [int(part) for part in text.split(",")], default=[],
                        help="numbers of clients of the stage service; default 1,4,16,64")
    parser.add_argument("--soak-clients", type=int, default=64)
    parser.add_argument("--soak-seconds", type=float, help="default 120")
    parser.add_argument("--evaluation", type=pathlib.Path, default=ROOT.parent / "shared/eval/translation",
                        help="the folder with flores-dev.en and flores-dev.es")
    parser.add_argument("--document", type=pathlib.Path, default=ROOT / "docs/PERFORMANCE.md")
    parser.add_argument("--home", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--program", action="append", default=[], help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.repetitions = args.repetitions or (1 if args.quick else 5)
    args.soak_seconds = args.soak_seconds or (5 if args.quick else 120)
    return args


def stage_names(text):
    names = [name for name in text.split(",") if name]
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        raise argparse.ArgumentTypeError(f"no stage is called {', '.join(unknown)}; known are {', '.join(STAGES)}")
    return names


def describe_run(setting):
    """What is kept beside every figure, so that figures of different runs are told apart."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"run": now.strftime("%Y-%m-%d %H:%M UTC"), "machine": machine.describe(), "versions": machine.versions(ROOT),
            "threads": setting.threads, "repetitions": setting.repetitions}


def results_of(name, setting):
    """A stage that cannot be done leaves its reason in the tables, and the others go on."""
    try:
        return STAGES[name].measure(setting)
    except breve.NotStarted as failure:
        reason = str(failure)
    except Exception as error:  # a fault of these scripts must not cost the stages that are still to come
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"
    setting.say(f"FAILED: {name}: {reason}")
    return {"failure": reason}


if __name__ == "__main__":
    main()
