"""Kills services while they work on a job: kill.py BREVE ARTICLES [--database URL] [--articles 200] [--kills 12]

Starts --services services over one database, a file of SQLite or the PostgreSQL of --database, gives one of them a job, and
kills one after another by SIGKILL at random times, each time starting another in its place. Holds the job to this:

- it ends, with a result for each article, one for each, and each an answer;
- no answer differs from the one that the same article has when nobody is killed.

Ends with 1 where one of these does not hold.
"""
import argparse
import json
import pathlib
import random
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from overload import Server, report

LEASE_S = 2
LONGEST_S = 600


def start(program, database, settings=None, before=()):
    jobs = {"BREVE__JOBS__DATABASE": database, "BREVE__JOBS__LEASE_S": str(LEASE_S), "BREVE__JOBS__ATTEMPTS": "100",
            "BREVE__JOBS__WORKERS": "1", "BREVE__MODELS__THREADS": "1"}
    server = Server(program, {**jobs, **(settings or {})}, before)
    threading.Thread(target=server.drain_log, daemon=True).start()
    return server


def call(server, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.address + path, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def submit(server, texts):
    articles = [{"id": at, "text": text, "sentences": 1} for at, text in enumerate(texts)]
    return json.loads(call(server, "/v1/jobs", {"articles": articles}))["id"]


def wait(servers, job, tend=lambda: None):
    """The job once it is done; `tend` is called while it is not."""
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        try:
            status = json.loads(call(servers[0], f"/v1/jobs/{job}"))
        except (urllib.error.URLError, ConnectionError):
            status = {"state": "running"}
        if status["state"] == "done":
            return status
        tend()
        time.sleep(0.05)
    sys.exit(f"the job is not done after {LONGEST_S} s: {status}")


def results(server, job):
    lines = call(server, f"/v1/jobs/{job}/results?limit=1000").splitlines()
    return [json.loads(line) for line in lines]


class Killer:
    """Kills one of the services at random times, as often as it is told."""

    def __init__(self, program, database, servers, kills):
        self.program, self.database, self.servers, self.left = program, database, servers, kills
        self.random, self.next = random.Random(7), time.monotonic() + 0.5

    def __call__(self):
        if self.left and time.monotonic() > self.next:
            at = self.random.randrange(len(self.servers))
            self.servers[at].process.kill()
            self.servers[at].process.wait()
            self.servers[at] = start(self.program, self.database)
            self.left -= 1
            self.next = time.monotonic() + self.random.uniform(0.1, 0.7)


def texts_of(answers):
    return {line["id"]: line["answer"]["summaries"] for line in answers if "answer" in line}


def run(options, database, texts):
    servers = [start(options.breve, database) for _ in range(options.services)]
    try:
        calm = submit(servers[0], texts)
        wait(servers, calm)
        killer = Killer(options.breve, database, servers, options.kills)
        began = time.monotonic()
        job = submit(servers[0], texts)
        status = wait(servers, job, killer)
        print(f"{options.kills - killer.left} kills in {time.monotonic() - began:.1f} s: {status['articles']}")
        lines, expected = results(servers[0], job), texts_of(results(servers[0], calm))
    finally:
        for server in servers:
            server.stop()
    indexes = [line["index"] for line in lines]
    return [
        (killer.left == 0, f"all {options.kills} kills fell into the work"),
        (indexes == list(range(len(texts))), "each article has one result"),
        (all("answer" in line for line in lines), "each result is an answer"),
        (texts_of(lines) == expected, "each answer is the one that it has when nobody is killed"),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("breve")
    parser.add_argument("articles_file", type=pathlib.Path)
    parser.add_argument("--database", help="postgres://USER:PASSWORD@HOST/NAME; a file of SQLite when left out")
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--services", type=int, default=3)
    parser.add_argument("--kills", type=int, default=12)
    options = parser.parse_args()
    lines = options.articles_file.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    texts = [texts[at % len(texts)] for at in range(options.articles)]
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run(options, options.database or f"{folder}/jobs.sqlite3", texts)
    report(outcomes)


if __name__ == "__main__":
    main()
