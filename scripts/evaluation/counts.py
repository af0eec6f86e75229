"""The stage that adds up what Breve says of its own summaries."""
import sets

STATUSES = ("invented", "missing", "reformatted", "kept")
COUNTS = ("untranslated", "repeated", "dropped", "repaired")


def amount(value):
    """A count, or how many a list has."""
    return len(value) if isinstance(value, list) else int(value or 0)


def of_answer(answer):
    checks = answer.get("checks") or {}
    facts = [fact.get("status") for fact in checks.get("facts") or []]
    found = {status: facts.count(status) for status in STATUSES}
    found |= {name: amount(checks.get(name)) for name in COUNTS}
    found["not wholly read"] = int(bool((answer.get("coverage") or {}).get("truncated")))
    return found, not checks


def row(title, answers):
    counted = [of_answer(answer) for answer in answers]
    without = sum(bare for _, bare in counted)
    names = counted[0][0]
    cells = [f"{100 * sum(found[name] for found, _ in counted) / len(counted):.1f}" for name in names]
    return [title, len(answers), *cells, "all" if without == len(answers) else without]


def counts(breve):
    """Per 100 summaries; an answer without `checks` counts as nothing found, and is counted in the last column."""
    rows, everything = [], []
    for name in sets.SETS:
        answers = breve.summaries(name)
        everything += answers
        rows.append(row(name, answers))
    rows.append(row("all", everything))
    return sets.table(["set", "summaries", *of_answer({})[0], "no checks"], rows)
