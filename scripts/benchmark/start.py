"""From the start of the process until both models are ready to work, and the memory that they then take."""
import statistics

import breve
import shapes
import texts


def measure(setting):
    """Starts the service again and again; the first fills Breve's cache of quantised weights and is not counted."""
    text = texts.article("start", shapes.SUMMARY.source_tokens, texts.Counters(setting.models).summarizer)
    first, starts = None, []
    for turn in range(setting.repetitions + 1):
        with breve.Service(setting, {}) as service:
            setting.say(f"breve serve: ready after {service.start_s:.2f} s")
            first = first or service.start_s
            starts += [service.start_s] if turn else []
            idle = service.memory()
            statuses = work(service, text)
            worked = service.memory()
    return {"first_s": first, "seconds": starts, "median": statistics.median(starts), "idle_mb": idle,
            "worked_mb": worked, "statuses": statuses}


def work(service, text):
    with breve.Client(service.port) as client:
        return [client.post(*breve.summarize(text))[0], client.post(*breve.translate(text))[0]]
