"""Scores the extractor's summaries and the first sentences by ROUGE; writes the table of docs/QUALITY.md.

selection.py SETS WORK, where WORK holds {set}.{ours,lead}.jsonl as examples/extract.rs writes them.
"""
import pathlib
import random
import statistics
import sys

from rouge_score import rouge_scorer

import sets

MEASURES = ["rouge1", "rouge2", "rougeLsum"]
SYSTEMS = {"lead": "first sentences", "ours": "sentence selection"}


def scores(directory, work, name, system):
    """ROUGE F1 in percent for each item."""
    scorer = rouge_scorer.RougeScorer(MEASURES, use_stemmer=True)
    items = sets.read(directory / f"{name}.jsonl")
    summaries = sets.read(work / f"{name}.{system}.jsonl")
    assert len(items) == len(summaries), f"{name}: {len(items)} items, {len(summaries)} summaries"
    found = []
    for item, summary in zip(items, summaries):
        score = scorer.score(sets.reference(item), "\n".join(summary["summary"]))
        found.append([100 * score[measure].fmeasure for measure in MEASURES])
    return found


def gain(ours, lead):
    """Mean ROUGE-Lsum over the first sentences, with the 95% interval of 10,000 paired bootstrap samples."""
    differences = [a[-1] - b[-1] for a, b in zip(ours, lead)]
    choose = random.Random(0).choices
    means = sorted(statistics.fmean(choose(differences, k=len(differences))) for _ in range(10_000))
    return f"{statistics.fmean(differences):+.2f} ({means[250]:+.2f} to {means[9749]:+.2f})"


def main():
    directory, work = map(pathlib.Path, sys.argv[1:])
    all_scores = {(name, system): scores(directory, work, name, system) for name in sets.SETS for system in SYSTEMS}
    titles = [f"{name}, {count} sentence{'s' if count > 1 else ''}" for name, count in sets.SETS.items()]
    lines = ["| system | items | " + " | ".join(titles) + " |", "|---|---|" + "---|" * len(titles)]
    for half in ("all", "tuned", "other half"):
        for system, title in SYSTEMS.items():
            cells = []
            for name in sets.SETS:
                columns = zip(*sets.halves(all_scores[name, system])[half])
                cells.append(" / ".join(f"{statistics.mean(column):.2f}" for column in columns))
            lines.append(f"| {title} | {half} | " + " | ".join(cells) + " |")
        gains = [gain(*(sets.halves(all_scores[name, system])[half] for system in ("ours", "lead"))) for name in sets.SETS]
        lines.append(f"| gain in R-Lsum | {half} | " + " | ".join(gains) + " |")
    print("\n".join(lines))
    sets.write_table("selection", lines)


if __name__ == "__main__":
    main()
