"""Asks a Breve for four times what it can do: overload.py BREVE ARTICLES [--seconds 120] [--times 4] [--deadline 5]

Finds out how many summaries a second it makes when asked by as many clients as it serves well, then sends --times as many a
second, each at its time whatever became of those before, and holds what comes back to what an overloaded service promises:

- every answer is a success, or a refusal that is documented and says when to come back (503 with Retry-After);
- of those that were let in, 99 in 100 are answered within the deadline that their clients set;
- memory stays bounded;
- two seconds after the load has ended, a request is served as before.

Ends with 1 where one of these does not hold. ARTICLES: a file of articles, each a line of JSON with `text`.
"""
import argparse
import asyncio
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

import aiohttp

CALIBRATION_SECONDS = 15
CLIENTS = 8


class Server:
    """A Breve of its own on a free port, without a cache: each request is to be work."""

    def __init__(self, program, settings, before=()):
        """`before`: a command that starts the program in an environment of its own."""
        self.home = tempfile.TemporaryDirectory()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BREVE", "HF_"))}
        environment = {**kept, "HOME": self.home.name, "HF_HUB_OFFLINE": "1", "BREVE__LIMITS__CACHE_MIB": "0",
                       **settings}
        self.process = subprocess.Popen([*before, program, "serve", "--bind", "127.0.0.1:0"], env=environment,
                                        stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"listening on (http://\S+)", line)
            if found:
                self.address = found[1]
                break
        else:
            sys.exit("the server does not start")

    def drain_log(self):
        for _ in self.process.stderr:
            pass

    def memory(self):
        """Resident bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)


class Answers:
    def __init__(self):
        self.statuses, self.admitted, self.faults = collections.Counter(), [], []

    def add(self, status, took, headers):
        self.statuses[status] += 1
        if status in (200, 504):
            self.admitted.append((took, status))
        if status == 503 and not headers.get("retry-after", "").isdigit():
            self.faults.append("503 without Retry-After")
        if status not in (200, 503, 504):
            self.faults.append(f"status {status}")

    def percentile(self, share):
        times = sorted(took for took, _ in self.admitted)
        return times[min(len(times) - 1, int(len(times) * share))] if times else float("nan")


async def ask(session, server, text, deadline, answers):
    headers = {"x-request-timeout-ms": str(int(deadline * 1000))}
    began = time.monotonic()
    try:
        async with session.post(f"{server.address}/v1/summarize", json={"text": text}, headers=headers) as answer:
            await answer.read()
            answers.add(answer.status, time.monotonic() - began, answer.headers)
    except aiohttp.ClientError as error:
        answers.statuses[type(error).__name__] += 1
        answers.faults.append(f"no answer: {error}")


async def capacity(session, server, texts, deadline):
    """Summaries a second, asked by a few clients that wait for their answers."""
    answers, until = Answers(), time.monotonic() + CALIBRATION_SECONDS

    async def client(number):
        turn = number
        while time.monotonic() < until:
            await ask(session, server, texts[turn % len(texts)], deadline, answers)
            turn += CLIENTS

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return answers.statuses[200] / CALIBRATION_SECONDS, answers


async def overload(session, server, texts, options, rate):
    answers, open_requests, memory = Answers(), set(), []
    began = time.monotonic()
    for number in range(int(rate * options.seconds)):
        await asyncio.sleep(max(0, began + number / rate - time.monotonic()))
        task = asyncio.create_task(ask(session, server, texts[number % len(texts)], options.deadline, answers))
        open_requests.add(task)
        task.add_done_callback(open_requests.discard)
        if number % max(1, int(rate)) == 0:
            memory.append(server.memory())
    await asyncio.gather(*open_requests)
    return answers, memory


async def run(options, server, texts):
    limit = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=limit, timeout=aiohttp.ClientTimeout(total=120)) as session:
        rate, calm = await capacity(session, server, texts, 60)
        before = server.memory()
        print(f"capacity: {rate:.1f} summaries/s, median {calm.percentile(0.5):.2f} s, {before >> 20} MiB", flush=True)
        answers, memory = await overload(session, server, texts, options, rate * options.times)
        await asyncio.sleep(2)
        after = Answers()
        await ask(session, server, texts[0], options.deadline, after)
    served = answers.statuses[200]
    print(f"asked {rate * options.times:.1f} a second for {options.seconds} s: {dict(answers.statuses)}")
    print(f"served {served / options.seconds:.1f} a second; of those let in p50 {answers.percentile(0.5):.2f} s, "
          f"p99 {answers.percentile(0.99):.2f} s, deadline {options.deadline} s; memory at most {max(memory) >> 20} MiB")
    print(f"two seconds after: {dict(after.statuses)} in {after.percentile(0.5):.2f} s")
    late = sum(status == 504 for _, status in answers.admitted)
    return [
        (not answers.faults, f"every answer is documented ({collections.Counter(answers.faults).most_common(3)})"),
        (late <= 0.01 * len(answers.admitted), f"{late} of {len(answers.admitted)} that were let in were late"),
        (max(memory) < before + (512 << 20), "memory stays bounded"),
        (after.statuses[200] == 1, "two seconds later all is well"),
    ]


def report(outcomes):
    """Says what held, and ends with 1 where something did not."""
    for held, what in outcomes:
        print(f"{'ok' if held else 'FAILED'}: {what}")
    sys.exit(not all(held for held, _ in outcomes))


def judge(program, settings, run):
    """Starts a server, lets `run` try it, says what held, and ends with 1 where something did not."""
    server = Server(program, settings)
    threading.Thread(target=server.drain_log, daemon=True).start()
    try:
        outcomes = asyncio.run(run(server))
    finally:
        server.stop()
    report(outcomes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("breve")
    parser.add_argument("articles", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--times", type=float, default=4)
    parser.add_argument("--deadline", type=float, default=5)
    options = parser.parse_args()
    texts = [json.loads(line)["text"] for line in options.articles.read_text(encoding="utf-8").splitlines()]
    judge(options.breve, {}, lambda server: run(options, server, texts))


if __name__ == "__main__":
    main()
