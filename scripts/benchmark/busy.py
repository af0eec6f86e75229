"""One summary while every core is busy with something else, against the same alone a moment before."""
import contextlib
import statistics
import subprocess
import sys
import time

import shapes
import systems
from peers import spread
from workers import Failed, Worker

SYSTEMS = (systems.BREVE_INT8, systems.CT2_INT8)


def measure(setting):
    return {system.key: {"title": system.title, **one(system, setting)} for system in SYSTEMS}


def one(system, setting):
    log, worker = setting.logs / f"busy-{system.key.replace(' ', '-')}.log", None
    try:
        worker = Worker(system, system.command(shapes.SUMMARIZER, setting), log)
        return compare(worker, setting)
    except Failed as failure:
        setting.say(f"FAILED: {system.title}: {failure}")
        return {"failure": str(failure)}
    finally:
        if worker:
            worker.close()


def compare(worker, setting):
    job = shapes.SUMMARY.job()
    worker.ask(job)
    alone, busy = [], []
    for _ in range(setting.repetitions):
        alone.append(worker.ask(job)["seconds"])
        with every_core_busy(setting.cores):
            busy.append(worker.ask(job)["seconds"])
        setting.say(f"{worker.system.title}: alone {alone[-1]:.3f} s, beside busy loops {busy[-1]:.3f} s")
    ratio = statistics.median(busy) / statistics.median(alone)
    return {"alone": spread(alone), "busy": spread(busy), "ratio": ratio}


@contextlib.contextmanager
def every_core_busy(cores):
    """A process for each core that does nothing but compute."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        time.sleep(0.3)
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
