"""The comparison: each system as a process that stays, timed in turns on the same token ids."""
import statistics

import shapes
import systems
from workers import Failed, Worker


def measure(setting):
    """Times of every system on every task, its memory and its start, or why it failed."""
    results = {system.key: {"title": system.title, "tasks": {}, "shapes": {}} for system in systems.SYSTEMS}
    for shape in shapes.SHAPES:
        workers = []
        try:
            start_all(shape, workers, setting, results)
            for task in [task for task in shapes.TASKS if task.shape is shape]:
                time_in_turns(task, workers, setting, results)
                note_memory(task, workers, results)
        finally:
            for worker in workers:
                worker.close()
    return results


def start_all(shape, workers, setting, results):
    for system in systems.SYSTEMS:
        try:
            workers.append(start_twice(system, shape, setting, results))
        except Failed as failure:
            give_up(system, shape.name, failure, setting, results)


def start_twice(system, shape, setting, results):
    """The second of two starts: the first fills the disk's cache, and Breve's own of quantised weights."""
    setting.say(f"starting {system.title} on {shape.name}")
    log = setting.logs / f"{system.key.replace(' ', '-')}-{shape.name}.log"
    first = Worker(system, system.command(shape, setting), log)
    first.close()
    worker = Worker(system, system.command(shape, setting), log)
    worker.hold()
    results[system.key]["shapes"][shape.name] = {"first_start_s": first.start_s, "start_s": worker.start_s}
    return worker


def time_in_turns(task, workers, setting, results):
    """One answer of each that is not counted, then rounds in which each has its turn."""
    times = {worker.system.key: [] for worker in workers}
    outputs = {}
    for turn in range(setting.repetitions + 1):
        for worker in list(workers):
            wanted = worker.system.repetitions(task, setting.repetitions)
            # What takes a minute is warm already, from the task with one source.
            if turn > wanted or (turn == 0 and wanted < setting.repetitions):
                continue
            try:
                answer = worker.ask(task.job())
                check(task, answer["outputs"])
            except Failed as failure:
                give_up(worker.system, task.key, failure, setting, results)
                workers.remove(worker)
                worker.close()
                continue
            outputs[worker.system.key] = answer["outputs"]
            if turn > 0:
                times[worker.system.key].append(answer["seconds"])
                setting.say(f"{task.title}, {turn}: {worker.system.title} {answer['seconds']:.3f} s")
    for worker in workers:
        key = worker.system.key
        results[key]["tasks"][task.key] = {**spread(times[key]), "as_transformers": agreement(task, key, outputs)}


def note_memory(task, workers, results):
    for worker in workers:
        results[worker.system.key]["tasks"][task.key]["memory_mb"] = worker.memory()


def check(task, outputs):
    """Every system must have done the same work."""
    lengths = {len(output) for output in outputs}
    # Some count the decoder's start token, some leave the end token out.
    if len(outputs) != task.sources or not lengths <= {task.new_tokens - 1, task.new_tokens, task.new_tokens + 1}:
        raise Failed(f"{task.sources} outputs of {task.new_tokens} tokens were asked for, not {sorted(lengths)}")


def spread(times):
    return {"seconds": times, "median": statistics.median(times), "least": min(times), "most": max(times)}


def agreement(task, key, outputs):
    """How many outputs are, token for token, those of transformers, less the start token and the last, forced one."""
    theirs = outputs.get(systems.TRANSFORMERS.key)
    if theirs is None:
        return None
    first, count = 0 if key.startswith("ctranslate2") else 1, task.new_tokens - 1
    same = [ours[first:first + count] == other[1:1 + count] for ours, other in zip(outputs[key], theirs)]
    return [sum(same), len(same)]


def give_up(system, where, failure, setting, results):
    setting.say(f"FAILED: {system.title}, {where}: {failure}")
    results[system.key].setdefault("failures", {})[where] = str(failure)
