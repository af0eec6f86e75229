"""Spoils what a job needs while it is worked on: faults.py BREVE ARTICLES [--only disk,database,clock] [--articles 60]

- disk: SQLite on a file system that becomes full, and has room again;
- database: a PostgreSQL that is stopped at once, and started again;
- clock: two services whose clock jumps an hour ahead, then two back, while they work.

Each time the job has to end with one answer for each article, the one that it has when nothing is spoiled. While the
database takes nothing, jobs are refused with 503 and Retry-After, and everything else is served.

Needs Linux, `unshare`, PostgreSQL's programs (--postgres) and Debian's libfaketime. Ends with 1 where something does not hold.
"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error

from kill import call, results, start, submit, texts_of, wait
from overload import report

MOUNT = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'
DISK_BYTES = 8 << 20
AHEAD, BACK = "+1h", "-1h"


def refusal(server, texts):
    """The status and the Retry-After that a new job gets."""
    try:
        submit(server, texts[:1])
        return 202, None
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("retry-after")


def serves(server, text):
    return bool(json.loads(call(server, "/v1/summarize", {"text": text}))["summaries"]["es"])


def until(holds, what, seconds=30):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            sys.exit(f"after {seconds} s still not: {what}")
        time.sleep(0.1)


def begun(server, job):
    status = json.loads(call(server, f"/v1/jobs/{job}"))["articles"]
    return 0 < status["done"] < status["total"]


def outcome(name, server, job, expected):
    lines = results(server, job)
    return [
        ([line["index"] for line in lines] == list(range(len(expected))), f"{name}: each article has one result"),
        (texts_of(lines) == expected, f"{name}: each answer is the one that it has when nothing is spoiled"),
    ]


def while_away(name, server, texts):
    status, after = refusal(server, texts)
    return [
        (status == 503 and str(after).isdigit(), f"{name}: a job is refused with {status}, Retry-After {after}"),
        (serves(server, texts[0]), f"{name}: a summary is made all the same"),
    ]


@contextlib.contextmanager
def stopping(*servers):
    try:
        yield servers
    finally:
        for server in servers:
            server.stop()


def fill(path):
    """Takes all the room that is left, as root may too: in pieces, the last ones small."""
    with open(path, "wb", buffering=0) as filler:
        for size in (1 << 16, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    filler.write(b"\0" * size)


def disk(options, texts, expected):
    with tempfile.TemporaryDirectory() as folder:
        before = ["unshare", "-r", "-m", "sh", "-c", MOUNT, "sh", str(DISK_BYTES), folder]
        with stopping(start(options.breve, f"{folder}/jobs.sqlite3", before=before)) as (server,):
            job = submit(server, texts)
            until(lambda: begun(server, job), "the job is begun")
            filler = pathlib.Path(f"/proc/{server.process.pid}/root{folder}/filler")
            fill(filler)
            until(lambda: refusal(server, texts)[0] != 202, "a full disk takes no job")
            held = while_away("full disk", server, texts)
            time.sleep(2)
            filler.unlink()
            wait([server], job)
            taken = refusal(server, texts)[0] == 202
            return held + [(taken, "full disk: with room jobs are taken again")] + outcome("full disk", server, job, expected)


class Postgres:
    """A cluster of its own, on a socket in a folder."""

    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder
        os.chmod(folder, 0o777)
        self.run("initdb", "-A", "trust", "-D", f"{folder}/data", "-U", "breve")
        self.start()
        self.url = f"postgres://breve@localhost/postgres?host={folder}"

    def run(self, program, *words):
        # PostgreSQL does not run as root.
        other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*other, f"{self.programs}/{program}", *words], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self):
        self.run("pg_ctl", "-w", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log",
                 "-o", f"-k {self.folder} -h '' -c max_connections=40", "start")

    def stop(self):
        self.run("pg_ctl", "-w", "-D", f"{self.folder}/data", "-m", "immediate", "stop")


def database(options, texts, expected):
    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(options.postgres, folder)
        try:
            with stopping(*(start(options.breve, postgres.url) for _ in range(2))) as servers:
                job = submit(servers[0], texts)
                until(lambda: begun(servers[0], job), "the job is begun")
                postgres.stop()
                held = while_away("database gone", servers[1], texts)
                time.sleep(3)
                postgres.start()
                wait(servers, job)
                taken = refusal(servers[1], texts)[0] == 202
                held.append((taken, "database back: jobs are taken again"))
                return held + outcome("database gone", servers[0], job, expected)
        finally:
            postgres.stop()


def clock(options, texts, expected):
    with tempfile.TemporaryDirectory() as folder:
        offset = pathlib.Path(folder, "offset")

        def jump(to):
            new = offset.with_suffix(".new")
            new.write_text(to, encoding="ascii")
            new.replace(offset)

        jump("+0")
        fake = {"LD_PRELOAD": options.faketime, "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        with stopping(*(start(options.breve, f"{folder}/jobs.sqlite3", fake) for _ in range(2))) as servers:
            job = submit(servers[0], texts)
            jumps = []

            def created():
                return json.loads(call(servers[0], f"/v1/jobs/{submit(servers[0], texts[:1])}"))["created_at"]

            for to in (AHEAD, BACK):
                until(lambda: begun(servers[0], job), "the job is begun")
                jump(to)
                jumps.append(created())
                time.sleep(1)
            still = begun(servers[0], job)
            wait(servers, job)
            held = [(jumps[0] > jumps[1], f"clock: the services saw it jump ({jumps[0]}, then {jumps[1]})"),
                    (still, "clock: it jumped while the job was worked on")]
            return held + outcome("clock", servers[0], job, expected)


FAULTS = {"disk": disk, "database": database, "clock": clock}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("breve")
    parser.add_argument("articles_file", type=pathlib.Path)
    parser.add_argument("--only", default=",".join(FAULTS))
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--postgres", default="/usr/lib/postgresql/15/bin", help="where PostgreSQL's programs are")
    parser.add_argument("--faketime", default="/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
    options = parser.parse_args()
    lines = options.articles_file.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    texts = [texts[at % len(texts)] for at in range(options.articles)]
    with tempfile.TemporaryDirectory() as folder, stopping(start(options.breve, f"{folder}/jobs.sqlite3")) as (server,):
        job = submit(server, texts)
        wait([server], job)
        expected = texts_of(results(server, job))
    report([outcome for name in options.only.split(",") for outcome in FAULTS[name](options, texts, expected)])


if __name__ == "__main__":
    main()
