"""Writes what was measured between the markers of docs/PERFORMANCE.md. Everything outside them is kept."""
import shapes
import systems
from bars import BARS

BEGIN, END = "<!-- begin peers -->", "<!-- end peers -->"


def write(document, stages):
    """`stages` has for each stage when it ran, on what, and its results."""
    text = document.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise SystemExit(f"[bench] error: {document} has no lines {BEGIN} and {END}")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    document.write_text(f"{before}{BEGIN}\n{render(stages)}\n{END}{after}", encoding="utf-8")


def render(stages):
    results = {name: stage["results"] for name, stage in stages.items()}
    parts = [heading(stages), bars(results)]
    sections = {"peers": peers, "busy": busy, "start": start, "scaling": scaling, "service": service, "soak": soak,
                "quality": quality}
    for name, section in sections.items():
        if name in stages:
            failed = set(results[name]) == {"failure"}
            parts.append(f"### {name.capitalize()}\n\nFailed: {results[name]['failure']}" if failed else section(results[name]))
    return "\n\n".join(parts)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def heading(stages):
    """The machine and versions; stages of different runs are told apart, since only one run's figures compare."""
    groups = {}
    for name, stage in stages.items():
        origin = (stage["run"], describe(stage["machine"], stage["versions"], stage["threads"], stage["repetitions"]))
        groups.setdefault(origin, []).append(name)
    lines = [f"Run of {run} ({', '.join(names)}): {text}" for (run, text), names in groups.items()]
    if len(groups) > 1:
        lines.insert(0, "These figures come from more than one run; compare only within each.")
    return "\n\n".join(lines)


def describe(machine, versions, threads, repetitions):
    cpu = ", ".join(part for part in (machine["cpu"], machine["identity"]) if part)
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (f"{machine['cores']} cores of {cpu} ({', '.join(machine['flags'])}), {machine['memory_gb']} GB, "
            f"{machine['system']}, load {machine['load']} at the start; {threads} threads; "
            f"repetitions: {repetitions}. {listed}.")


def bars(results):
    head = ["what", "measured", "bar", "stretch", ""]
    return "### Bars\n\n" + table(head, [bar.row(results) for bar in BARS])


def spread(times):
    count = len(times["seconds"])
    return f"{times['median']:.2f} ({times['least']:.2f}-{times['most']:.2f}, n={count})"


def peers(results):
    head = ["system", *(task.title for task in shapes.TASKS)]
    seconds = [[result["title"], *(cell(result, task) for task in shapes.TASKS)] for result in results.values()]
    notes = "Seconds: median (least-most, repetitions)."
    equal = "Outputs that are token for token those of transformers:"
    same = [[result["title"], *(agreement(result, task) for task in shapes.TASKS)] for result in results.values()]
    return "\n\n".join(["### Time", notes, table(head, seconds), equal, table(head, same), *failures(results),
                        "### Memory and start of each system", memory(results)])


def cell(result, task):
    times = result["tasks"].get(task.key)
    return spread(times) if times else "failed"


def agreement(result, task):
    share = (result["tasks"].get(task.key) or {}).get("as_transformers")
    return f"{share[0]} of {share[1]}" if share else ""


def failures(results):
    lines = [f"- {result['title']}, {where}: {reason}"
             for result in results.values() for where, reason in result.get("failures", {}).items()]
    return ["What failed:\n\n" + "\n".join(lines)] if lines else []


def memory(results):
    notes = ("MB (1,000,000 bytes) resident after one article, of these mapped from files, and at the highest, after "
             "four articles; seconds from the start of a process to a loaded model, first and second start.")
    head = ["system", "resident", "of these files", "highest", "first start", "second start"]
    rows = [memory_row(result) for result in results.values() if shapes.SUMMARIES.key in result["tasks"]]
    return f"{notes}\n\n{table(head, rows)}"


def memory_row(result):
    one, four = (result["tasks"][task.key]["memory_mb"] for task in (shapes.SUMMARY, shapes.SUMMARIES))
    started = result["shapes"][shapes.SUMMARIZER.name]
    return [result["title"], f"{one['resident']:.0f}", f"{one['files']:.0f}", f"{four['highest']:.0f}",
            f"{started['first_start_s']:.2f}", f"{started['start_s']:.2f}"]


def busy(results):
    head = ["system", "alone, s", "every core busy, s", "ratio"]
    rows = [[result["title"], "failed: " + result["failure"], "", ""] if "failure" in result else
            [result["title"], spread(result["alone"]), spread(result["busy"]), f"{result['ratio']:.2f}x"]
            for result in results.values()]
    return "### Beside a process that keeps every core busy\n\nOne summary.\n\n" + table(head, rows)


def start(results):
    seconds = ", ".join(f"{second:.2f}" for second in results["seconds"])
    idle, worked = results["idle_mb"], results["worked_mb"]
    return (f"### Start of the service\n\n`breve serve` with both models, from the start of the process to "
            f"`/health/ready`: first start {results['first_s']:.2f} s, then {seconds} s. Resident: "
            f"{idle['resident']:.0f} MB when ready, {worked['resident']:.0f} MB after a summary and a translation.")


def scaling(results):
    title = "### Longer articles\n\nThe whole summariser over HTTP, in pieces of at most 1024 tokens, 64 tokens each out."
    head = ["thousand tokens", "pieces", "seconds", "against half as long"]
    rows = [[size, results["chunks"][size], seconds(results["seconds"][size], results["medians"][size]),
             f"{results['ratios'][size]:.2f}x" if size in results["ratios"] else ""] for size in results["medians"]]
    return f"{title} The process had {results['memory_mb']['highest']:.0f} MB at most.\n\n{table(head, rows)}"


def seconds(times, median):
    return spread({"seconds": times, "median": median, "least": min(times), "most": max(times)})


def service(results):
    title = ("### Concurrent clients\n\nOver HTTP, each client with its next request as soon as the last is answered; "
             "seconds. With few requests the 99th percentile is the slowest of them.")
    head = ["work", "clients", "way", "requests", "a second", "p50", "p95", "p99", "statuses"]
    rows = sorted(results["rows"], key=lambda row: (row["work"], row["clients"], row["way"]))
    cells = [[row["work"], row["clients"], row["way"], row["requests"], f"{row['throughput']:.2f}",
              *(f"{row[name]:.2f}" for name in ("p50", "p95", "p99")), statuses(row["statuses"])] for row in rows]
    failed = f"\n\nOne at a time failed: {results['failure']}" if results["failure"] else ""
    return f"{title}\n\n{table(head, cells)}{failed}"


def statuses(counts):
    return ", ".join(f"{status}: {count}" for status, count in sorted(counts.items()))


def soak(results):
    memory = ", ".join(f"{name} {value:.0f}" for name, value in results["memory_mb"].items())
    wrong = results["wrong_count"]
    outcome = "every answer was right" if wrong == 0 else f"**{wrong} answers were wrong**: {results['wrong']}"
    return (f"### Soak\n\n{results['clients']} clients for {results['seconds']} s, {results['answers']} answers "
            f"({statuses(results['statuses'])}): {outcome}. A right answer is the one that the same request gets alone, "
            f"or a documented one that says there is too much work. p50 {results['p50']:.2f} s, p99 "
            f"{results['p99']:.2f} s, longest {results['longest']:.2f} s. Resident MB: {memory}.")


def quality(results):
    title = ("### Quality\n\nThe built-in translator on flores-dev, four beams. ROUGE-L is the F1 of the longest common "
             "subsequence of words with the reference, in points of 100.")
    names = {"bleu": "BLEU", "chrf2": "chrF2", "rouge_l": "ROUGE-L"}
    rows = [[precision, *(f"{figures[name]:.2f}" for name in names)]
            for precision, figures in results.items() if precision != "failures"]
    failed = "".join(f"\n\nFailed: {precision}: {reason}" for precision, reason in results["failures"].items())
    return f"{title}\n\n{table(['precision', *names.values()], rows)}{failed}"
