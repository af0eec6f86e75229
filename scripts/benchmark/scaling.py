"""What an article twice as long costs, through the whole service."""
import statistics

import breve
import texts

THOUSANDS = (1, 2, 4, 8, 16)
# A piece holds the context of 1024 tokens less what the last sentence that fits leaves open.
TOKENS = 1000


def measure(setting):
    count = texts.Counters(setting.models).summarizer
    articles = {size: texts.article("scaling", size * TOKENS, count) for size in THOUSANDS}
    times = {size: [] for size in THOUSANDS}
    chunks = {}
    limits = {"limits.request_timeout_ms": 3_600_000, "limits.text_characters": 10_000_000}
    with breve.Service(setting, limits) as service, breve.Client(service.port, timeout_s=3600) as client:
        for turn in range(setting.repetitions + 1):
            for size, article in articles.items():
                # One short article warms up; the long ones are only read when they count.
                if turn == 0 and size > 1:
                    continue
                seconds, chunks[size] = one(client, article)
                times[size] += [seconds] if turn else []
                setting.say(f"{size} thousand tokens: {seconds:.2f} s, {chunks[size]} pieces")
        memory = service.memory()
    medians = {size: statistics.median(times[size]) for size in THOUSANDS}
    return {"seconds": times, "medians": medians, "chunks": chunks, "memory_mb": memory,
            "ratios": {size: medians[size] / medians[size // 2] for size in THOUSANDS[1:]}}


def one(client, article):
    status, answer, seconds, _ = client.post(*breve.summarize(article))
    if status != 200:
        raise breve.NotStarted(f"the article was answered with {status}: {answer}")
    return seconds, answer["coverage"]["chunks"]
