"""The two models of the benchmarks: what they look like, and the work that is timed on them."""
import random
from dataclasses import dataclass

QUANTIZATIONS = ("float32", "int8")  # of CTranslate2


@dataclass(frozen=True)
class Shape:
    name: str
    family: str
    pretrained: str  # whose shape it is


@dataclass(frozen=True)
class Task:
    key: str
    title: str
    shape: Shape
    sources: int
    source_tokens: int
    new_tokens: int
    no_repeat_ngram_size: int
    beams: int = 4

    def job(self):
        """The line that a worker is sent; the same ids for every system."""
        numbers = random.Random(f"{self.shape.name} {self.source_tokens}")
        sources = [[numbers.randrange(100, 15000) for _ in range(self.source_tokens)] for _ in range(self.sources)]
        return {"sources": sources, "new_tokens": self.new_tokens, "beams": self.beams,
                "no_repeat_ngram_size": self.no_repeat_ngram_size}


SUMMARIZER = Shape("distilbart-shape", "bart", "distilbart-cnn-12-6")
TRANSLATOR = Shape("opus-mt-shape", "marian", "opus-mt-en-es")
SHAPES = (SUMMARIZER, TRANSLATOR)

SUMMARY = Task("summary_1", "1 article", SUMMARIZER, 1, 512, 64, 3)
SUMMARIES = Task("summary_4", "4 articles", SUMMARIZER, 4, 512, 64, 3)
SENTENCE = Task("translation_1", "1 sentence", TRANSLATOR, 1, 40, 40, 0)
SENTENCES = Task("translation_8", "8 sentences", TRANSLATOR, 8, 40, 40, 0)
TASKS = (SUMMARY, SUMMARIES, SENTENCE, SENTENCES)
