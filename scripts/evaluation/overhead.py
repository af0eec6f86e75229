"""The stage that times checks: the same articles with them and without, in turn."""
import itertools
import statistics

import sets

ARTICLES, ROUNDS = 60, 3
BAR = 1.10


def articles(breve):
    """Of all sets in turn: (name, text)."""
    columns = ([(name, item["article"]) for item in breve.items(name)] for name in sets.SETS)
    return [pair for row in itertools.zip_longest(*columns) for pair in row if pair][:ARTICLES]


def overhead(breve):
    breve.need("summarize", "checks")
    chosen, times = articles(breve), {True: [], False: []}
    for name, text in chosen[:3]:  # the models come into memory
        breve.timed("/v1/summarize", breve.summary_request(text, sets.SETS[name]))
    for index, (name, text) in enumerate(chosen):
        seconds = {True: [], False: []}
        for turn in range(ROUNDS):
            for checks in (True, False) if (index + turn) % 2 else (False, True):
                request = breve.summary_request(text, sets.SETS[name], checks=checks)
                seconds[checks].append(breve.timed("/v1/summarize", request)[1])
        for checks, found in seconds.items():
            times[checks].append(1000 * statistics.median(found))
    breve.say(f"overhead: {len(chosen)} articles timed")
    on, off = (statistics.fmean(times[checks]) for checks in (True, False))
    middle = statistics.median(with_checks / without for with_checks, without in zip(times[True], times[False]))
    met = "yes" if on / off <= BAR else "NO"
    row = [len(chosen), f"{off:.1f}", f"{on:.1f}", f"{on / off:.3f}", f"{middle:.3f}", f"{met} ({BAR:.2f})"]
    return sets.table(["articles", "mean ms without", "mean ms with", "ratio", "median of each article's ratio", "bar met"], [row])
