"""What is measured while training, on few lines: the likelihood and BLEU of a development set, and names."""
import pathlib

import sacrebleu
import torch

import scoring
from batches import Batch, pad
from decoding import allowed_ids, translate

DEV = "/work/shared/eval/translation/flores-dev"


def read_lines(path):
    return pathlib.Path(path).read_text(encoding="utf-8").splitlines()


class Examiner:
    """Measures a network on the CPU or wherever it is. Names are read from WORK/tests/names.tsv where that exists."""

    def __init__(self, options, pieces):
        self.pieces, self.lines = pieces, options.measure_lines
        self.rows = 32 if options.device == "cpu" else 512
        source, target = options.direction.split("-")
        self.sources, self.references = read_lines(f"{options.dev}.{source}"), read_lines(f"{options.dev}.{target}")
        tests = options.work / "tests" / f"names.{options.direction}.tsv"
        self.exonyms = scoring.exonyms()
        self.names = [line.split("\t") for line in read_lines(tests)][:self.lines * 2] if tests.exists() else []

    @torch.no_grad()
    def likelihood(self, network):
        """Mean negative log-likelihood of a piece over the whole softmax."""
        eos, total, count = [network.shape["eos_id"]], 0.0, 0
        everything = torch.arange(network.shape["vocab"], device=network.positions.device)
        for start in range(0, 2 * self.lines, 50):
            source, target = ([ids + eos for ids in self.pieces.encode(lines[start:start + 50])]
                              for lines in (self.sources, self.references))
            batch = Batch(*pad(source), *pad(target)).to(network.positions.device)
            _, nll = network.loss(batch, everything, batch.target, 0.0)
            tokens = int(batch.target_lengths.sum())
            total, count = total + float(nll) * tokens, count + tokens
        return total / count

    def __call__(self, network):
        run = lambda lines: translate(network, self.pieces, lines, allowed_ids(network), self.rows)
        translations = run(self.sources[:self.lines])
        row = {"dev_nll": self.likelihood(network),
               "dev_bleu": sacrebleu.corpus_bleu(translations, [self.references[:self.lines]]).score,
               "samples": translations[:2]}
        if self.names:
            outputs = run([source for source, *_ in self.names])
            wanted = [(name, text) for (_, *names), text in zip(self.names, outputs) for name in names]
            row["names"] = 100 * sum(scoring.holds_name(*pair, self.exonyms) for pair in wanted) / len(wanted)
        return row
