"""Many clients for minutes: every answer must be the one that the same request gets alone, or say that there is too much."""
import collections
import random
import threading
import time

import breve
import texts
from service import PATIENT, quantile

# What docs/API.md gives for too much work: the queue is full, or the deadline passed.
OVERLOAD = {503: "overloaded", 504: "timeout"}


def measure(setting):
    """Alone in a process of its own; then with default limits, as being refused is part of what is tested."""
    requests = mixture(setting)
    setting.say(f"{len(requests)} requests alone")
    with breve.Service(setting, PATIENT) as service:
        expected = [alone(service.port, request) for request in requests]
    setting.say(f"{setting.soak_clients} clients for {setting.soak_s} s")
    with breve.Service(setting, {}) as service:
        return soak(setting, service, requests, expected)


def mixture(setting):
    """Short and long work for both models; the seeds are fixed."""
    counters = texts.Counters(setting.models)
    articles = [texts.article(f"soak {size}", size, counters.summarizer) for size in (40, 120, 300, 700)]
    sentences = [texts.short(f"soak {index}", 4 + 4 * index, counters.translator) for index in range(16)]
    return [breve.summarize(text) for text in articles] + [breve.translate(text) for text in sentences]


def alone(port, request):
    with breve.Client(port) as client:
        status, answer, _, _ = client.post(*request)
    if status != 200:
        raise breve.NotStarted(f"alone, a request was answered with {status}: {answer}")
    return essence(answer)


def essence(answer):
    """The answer without what differs every time."""
    return {name: value for name, value in answer.items() if name not in ("id", "timings_ms")}


def soak(setting, service, requests, expected):
    end, lock = time.monotonic() + setting.soak_s, threading.Lock()
    state = {"statuses": collections.Counter(), "latencies": [], "wrong": [], "memory": []}

    def client(seed):
        numbers = random.Random(seed)
        with breve.Client(service.port) as connection:
            while time.monotonic() < end:
                index = numbers.randrange(len(requests))
                status, answer, seconds, retry_after = connection.post(*requests[index])
                with lock:
                    note(state, index, status, answer, seconds, expected)
                if status == 503:
                    time.sleep(min(float(retry_after or 1), 1.0))

    threads = [threading.Thread(target=client, args=(seed,)) for seed in range(setting.soak_clients)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if not service.alive():
            raise breve.NotStarted("the service ended during the soak")
        state["memory"].append(service.memory()["resident"])
        time.sleep(min(1.0, setting.soak_s / 10))
    return verdict(setting, state)


def note(state, index, status, answer, seconds, expected):
    state["latencies"].append(seconds)
    if status == 200:
        state["statuses"]["200"] += 1
        if essence(answer) != expected[index]:
            state["wrong"].append(index)
        return
    code = answer["error"]["code"] if isinstance(answer, dict) else "?"
    state["statuses"][f"{status} {code}"] += 1
    if OVERLOAD.get(status) != code:
        state["wrong"].append(f"{status} {code}")


def verdict(setting, state):
    latencies, memory = sorted(state["latencies"]), state["memory"]
    middle = len(memory) // 2
    return {
        "clients": setting.soak_clients, "seconds": setting.soak_s, "answers": len(latencies),
        "statuses": dict(state["statuses"]), "wrong": state["wrong"][:20], "wrong_count": len(state["wrong"]),
        "p50": quantile(latencies, 0.50), "p99": quantile(latencies, 0.99), "longest": latencies[-1],
        "memory_mb": {"first": memory[0], "middle": memory[middle], "last": memory[-1], "highest": max(memory)},
        "memory_each_s": [round(value) for value in memory],
    }
