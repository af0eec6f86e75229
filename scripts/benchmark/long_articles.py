"""What long articles cost with the models that ship with Breve: seconds and memory of `breve serve`, each text
twice as long as the one before.

    python3 scripts/benchmark/long_articles.py target/release/breve articles.jsonl [--repetitions N]

The articles, JSON lines with `article` or `text`, are put one after another until a text has so many words.
"""
import argparse
import http.client
import itertools
import json
import os
import pathlib
import subprocess
import tempfile
import time

import breve
import machine

WORDS = (15_000, 30_000, 60_000, 120_000)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("articles", type=pathlib.Path)
    parser.add_argument("--repetitions", type=int, default=20)
    args = parser.parse_args()
    texts = {words: text(args.articles, words) for words in WORDS}
    with tempfile.TemporaryDirectory() as home, Served(args.program, home) as served:
        summarize(served.port, "A short text warms the models up. It is not long. Nobody reads it. It is gone.")
        before = None
        for words, article in texts.items():
            began = cpu_s(served.process.pid)
            runs = [summarize(served.port, article) for _ in range(args.repetitions)]
            seconds = (cpu_s(served.process.pid) - began) / args.repetitions
            least = min(seconds for seconds, _ in runs)
            coverage = runs[0][1]["coverage"]
            ratio = f", {seconds / before:.2f} times the one before" if before else ""
            memory = machine.memory_mb(served.process.pid)["highest"]
            print(f"{words} words: {seconds:.3f} s of CPU{ratio}; answered in {least:.3f} s; "
                  f"{coverage['sentences_read']} of {coverage['sentences_total']} sentences; at most {memory:.0f} MB",
                  flush=True)
            before = seconds


def cpu_s(pid):
    """Seconds that the process has computed, on all cores: what else runs on the machine changes them little."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def text(path, words):
    """Whole articles, from the first on and around again; the last is cut at the word."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    chosen, left = [], words
    for line in itertools.cycle(lines):
        article = (line.get("article") or line["text"]).split()[:left]
        chosen.append(" ".join(article))
        left -= len(article)
        if left == 0:
            return "\n\n".join(chosen)


class Served:
    """`breve serve` with nothing but the models that ship with it."""

    def __init__(self, program, home):
        self.port = breve.free_port()
        own = {"HF_HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home, "BREVE__LOG__LEVEL": "warn",
               "BREVE__SERVER__BIND": f"127.0.0.1:{self.port}", "BREVE__LIMITS__TEXT_CHARACTERS": "10000000",
               "BREVE__LIMITS__CACHE_MIB": "0"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BREVE_", "HF_"))}
        self.process = subprocess.Popen([str(program.resolve()), "serve"], env={**kept, **own})

    def __enter__(self):
        for _ in range(300):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.1)
        self.__exit__()
        raise SystemExit("breve was not ready within 30 s")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def summarize(port, article):
    with breve.Client(port) as client:
        status, answer, seconds, _ = client.post("/v1/summarize", {"text": article, "mode": "extractive", "targets": ["en"]})
    if status != 200:
        raise SystemExit(f"the article was answered with {status}: {answer}")
    return seconds, answer


if __name__ == "__main__":
    main()
