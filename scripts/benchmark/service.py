"""Concurrent clients over HTTP: how much is done and how long each waits, with batching and one at a time."""
import collections
import threading
import time

import breve
import shapes
import texts

CLIENTS = (1, 4, 16, 64)
# The setting that takes batching away: sources of different requests never share a step.
ALONE = {"models.max_batch_sources": 1}
# Nothing is refused or given up, so that throughput counts all of the work.
PATIENT = {"limits.request_timeout_ms": 3_600_000, "limits.queue": 10_000}


def measure(setting):
    """For both kinds of work, with and without batching: a row for each number of clients."""
    ways = {"batched": {}, "one at a time": ALONE}
    missing = [key for key in ALONE if not breve.knows(setting, key)]
    if missing:
        setting.say(f"FAILED: one at a time: this breve has no setting {missing[0]}")
        del ways["one at a time"]
    works = workloads(setting)
    results = {"failure": f"this breve has no setting {missing[0]}" if missing else None, "rows": []}
    for way, options in ways.items():
        with breve.Service(setting, {**PATIENT, **options}) as service:
            for work, requests in works.items():
                for clients in setting.clients or CLIENTS:
                    row = load(service.port, clients, requests[:wanted(work, clients, setting)])
                    results["rows"].append({"way": way, "work": work, "clients": clients, **row})
                    setting.say(f"{way}, {work}, {clients} clients: {row['throughput']:.2f} a second, "
                                f"p50 {row['p50']:.2f} s, p99 {row['p99']:.2f} s, {row['statuses']}")
    return results


def workloads(setting):
    """Requests that differ, of about the same size."""
    counters = texts.Counters(setting.models)
    summary, sentence = shapes.SUMMARY.source_tokens, shapes.SENTENCE.source_tokens
    articles = [texts.article(f"load {index}", summary, counters.summarizer) for index in range(128)]
    sentences = [texts.short(f"load {index}", sentence, counters.translator) for index in range(256)]
    return {"translation": [breve.translate(text) for text in sentences],
            "summary": [breve.summarize(text) for text in articles]}


def wanted(work, clients, setting):
    """How many requests: each client has at least one, and few clients have enough for a steady figure."""
    least = 8 if work == "summary" else 32
    rounds = 1 if work == "summary" else 2
    return clients if setting.quick else max(least, rounds * clients)


def load(port, clients, requests):
    """Has `clients` clients work through `requests`, each with its next as soon as its last is answered."""
    waiting, lock, outcomes = iter(requests), threading.Lock(), []

    def work():
        with breve.Client(port, timeout_s=3600) as client:
            while True:
                with lock:
                    request = next(waiting, None)
                if request is None:
                    return
                status, _, seconds, _ = client.post(*request)
                outcomes.append((status, seconds))

    began = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return summary_of(outcomes, time.monotonic() - began)


def summary_of(outcomes, seconds):
    """Latencies are of all answers, whatever their status; throughput counts only those that did the work."""
    statuses = collections.Counter(str(status) for status, _ in outcomes)
    latencies = sorted(latency for _, latency in outcomes)
    return {"requests": len(outcomes), "seconds": seconds, "throughput": statuses["200"] / seconds,
            "p50": quantile(latencies, 0.50), "p95": quantile(latencies, 0.95), "p99": quantile(latencies, 0.99),
            "statuses": dict(statuses)}


def quantile(ordered, share):
    """The least value that `share` of all do not exceed."""
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]
