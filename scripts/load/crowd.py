"""Holds many connections open that do nothing, or nearly nothing: crowd.py BREVE ARTICLES [--idle 10000] [--slow 500]

Opens --idle connections that send nothing, and --slow ones that send their head, or the body of a request, a byte a second.
While they are there, requests are asked one after another. Holds what comes back to this:

- every request is answered, and the slowest takes at most half a second more than the slowest without the crowd;
- memory grows by less than 256 MiB;
- whoever sends slowly is cut off within the time of the settings (here 5 s for a head, 10 s for a body).

Ends with 1 where one of these does not hold. The limit on open files must allow half as many again.
"""
import argparse
import asyncio
import json
import pathlib
import resource
import sys
import time

import aiohttp

from overload import judge

HEAD = b"POST /v1/summarize HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n"
HEAD_SECONDS, BODY_SECONDS, GRACE = 5, 10, 5
SETTINGS = {"BREVE__LIMITS__REQUEST_TIMEOUT_MS": str(1000 * BODY_SECONDS),
            "BREVE__SERVER__CLIENT_TIMEOUT_MS": str(1000 * HEAD_SECONDS)}


class Slow:
    """A client that sends `first` and then a byte a second, until it is cut off."""

    def __init__(self, first):
        self.first, self.seconds, self.status = first, None, None

    async def run(self, host, port):
        reader, writer = await asyncio.open_connection(host, port)
        began = time.monotonic()
        writer.write(self.first)
        answer = asyncio.create_task(reader.read(100))
        while not answer.done():
            writer.write(b"x")
            await asyncio.wait([answer], timeout=1)
        self.seconds = time.monotonic() - began
        self.status = answer.result()[9:12].decode() if not answer.exception() else ""
        writer.close()


async def ask(session, server, text):
    began = time.monotonic()
    async with session.post(f"{server.address}/v1/summarize", json={"text": text}) as answer:
        await answer.read()
        return answer.status, time.monotonic() - began


async def ask_many(server, texts, count=40):
    """Statuses, and the longest time."""
    async with aiohttp.ClientSession() as session:
        answers = [await ask(session, server, texts[i % len(texts)]) for i in range(count)]
    return {status for status, _ in answers}, max(took for _, took in answers)


async def connect_idle(host, port, count):
    idle = []
    for start in range(0, count, 500):
        many = range(start, min(count, start + 500))
        idle += await asyncio.gather(*(asyncio.open_connection(host, port) for _ in many))
    return idle


async def run(options, server, texts):
    host, port = server.address.removeprefix("http://").rsplit(":", 1)
    await ask_many(server, texts)  # warm
    _, alone = await ask_many(server, texts)
    before = server.memory()
    idle = await connect_idle(host, port, options.idle)
    heads = [Slow(HEAD) for _ in range(options.slow // 2)]
    bodies = [Slow(HEAD + b"\r\n{") for _ in range(options.slow // 2)]
    slow = [asyncio.create_task(one.run(host, port)) for one in heads + bodies]
    statuses, crowded = await ask_many(server, texts)
    memory = server.memory() - before
    await asyncio.wait(slow, timeout=BODY_SECONDS + GRACE + 10)
    for _, writer in idle:
        writer.close()
    longest = [max((one.seconds or 1e9) for one in kind) for kind in (heads, bodies)]
    said = [sorted({one.status for one in kind}, key=str) for kind in (heads, bodies)]
    print(f"slowest of 40 requests: {alone:.2f} s alone, {crowded:.2f} s beside {options.idle} idle and {options.slow} slow "
          f"connections; {memory >> 20} MiB more; slow heads cut off after {longest[0]:.1f} s {said[0]}, slow bodies after "
          f"{longest[1]:.1f} s {said[1]}")
    return [
        (statuses == {200}, f"every request is answered ({statuses})"),
        (crowded <= alone + 0.5, "the crowd costs the others little"),
        (memory < 256 << 20, "memory stays bounded"),
        (longest[0] < HEAD_SECONDS + GRACE, "slow heads are cut off"),
        (longest[1] < BODY_SECONDS + GRACE, "slow bodies are cut off"),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("breve")
    parser.add_argument("articles", type=pathlib.Path)
    parser.add_argument("--idle", type=int, default=10000)
    parser.add_argument("--slow", type=int, default=500)
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if limit < 1.5 * (options.idle + options.slow):
        sys.exit(f"the limit of {limit} open files is too low for so many connections: see `ulimit -n`")
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    texts = [json.loads(line)["text"] for line in options.articles.read_text(encoding="utf-8").splitlines()[:50]]
    judge(options.breve, SETTINGS, lambda server: run(options, server, texts))


if __name__ == "__main__":
    main()
