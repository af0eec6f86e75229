"""The bars that Breve holds itself to, and how far each was held. Every figure is a ratio within one run, or absolute."""
from dataclasses import dataclass
from typing import Callable

import shapes
import systems


@dataclass(frozen=True)
class Bar:
    title: str
    value: Callable
    bar: float
    stretch: float
    unit: str = "x"
    # Whether more is better.
    rising: bool = True

    def row(self, results):
        """The table's row; a figure that was not measured is said to be so."""
        try:
            value = self.value(results)
        except (KeyError, TypeError, IndexError, ZeroDivisionError, ValueError):
            return [self.title, "not measured", self._limit(self.bar), self._limit(self.stretch), ""]
        return [self.title, self._text(value), self._limit(self.bar), self._limit(self.stretch), self._verdict(value)]

    def _verdict(self, value):
        if self._reaches(value, self.stretch):
            return "held, stretch reached"
        return "held" if self._reaches(value, self.bar) else "**missed**"

    def _reaches(self, value, limit):
        return value >= limit if self.rising else value <= limit

    def _limit(self, value):
        return f"{'at least' if self.rising else 'at most'} {value:g}{self._suffix()}"

    def _text(self, value):
        digits = 0 if self.unit == "MB" else 2
        return f"{value:.{digits}f}{self._suffix()}"

    def _suffix(self):
        return self.unit if self.unit == "x" else f" {self.unit}"


def times_faster(task, peer):
    def value(results):
        tasks = results["peers"]
        return tasks[peer.key]["tasks"][task.key]["median"] / tasks[systems.BREVE_INT8.key]["tasks"][task.key]["median"]
    return value


def batching(work):
    def value(results):
        rows = {(row["way"], row["work"], row["clients"]): row["throughput"] for row in results["service"]["rows"]}
        return rows["batched", work, 16] / rows["one at a time", work, 16]
    return value


def lost(measure):
    return lambda results: results["quality"]["f32"][measure] - results["quality"]["int8"][measure]


def summary_memory(results):
    return results["peers"][systems.BREVE_INT8.key]["tasks"][shapes.SUMMARY.key]["memory_mb"]["resident"]


CT2 = systems.CT2_INT8
BARS = (
    Bar("one summary, times as fast as CTranslate2 int8", times_faster(shapes.SUMMARY, CT2), 2, 3),
    Bar("four summaries together, times as fast as CTranslate2 int8", times_faster(shapes.SUMMARIES, CT2), 1.5, 2.5),
    Bar("eight sentences translated, times as fast as CTranslate2 int8", times_faster(shapes.SENTENCES, CT2), 1.5, 3),
    Bar("one summary, times as fast as rust-bert float32", times_faster(shapes.SUMMARY, systems.RUST_BERT), 8, 12),
    Bar("16 clients translating: throughput with batching against one at a time", batching("translation"), 2, 3),
    Bar("16 clients summarising: throughput with batching against one at a time", batching("summary"), 2, 3),
    Bar("int8 against float32 on trained weights: BLEU lost", lost("bleu"), 0.3, 0.1, "BLEU", rising=False),
    Bar("int8 against float32 on trained weights: ROUGE-L lost", lost("rouge_l"), 0.3, 0.1, "points", rising=False),
    Bar("one summary while every core is busy, times as long as alone",
        lambda results: results["busy"][systems.BREVE_INT8.key]["ratio"], 2.5, 2, rising=False),
    Bar("resident memory, distilbart shape, int8", summary_memory, 700, 450, "MB", rising=False),
    Bar("process start to ready, both shapes, second start",
        lambda results: results["start"]["median"], 3, 1, "s", rising=False),
    Bar("an article twice as long: the worst of four doublings",
        lambda results: max(float(ratio) for ratio in results["scaling"]["ratios"].values()), 2.1, 2, rising=False),
)
