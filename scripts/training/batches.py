"""Pairs as padded batches of ids, in an endless stream that can be taken up again at any pool."""
import collections
import itertools
import multiprocessing
import random
from dataclasses import dataclass, field

import numpy
import torch

import figures
import quotes
from copies import Copies
from splits import Splits

POOL = 12000  # pairs that are sorted by length together
LONGEST = 90  # pieces
TEMPLATES = 0.16  # of the stream
AMERICAN = 0.25  # of the Spanish that is read
SHORT, SHORT_TIMES = 4, 3  # pairs of so few words come so many times as often: greetings, headlines, labels


@dataclass
class Batch:
    source: torch.Tensor  # [rows, time] ids that end with eos, padded with 0
    source_lengths: torch.Tensor
    target: torch.Tensor
    target_lengths: torch.Tensor
    # [links, 3]: a row, a position of its target, and the position of its source that the piece there is a copy of
    links: torch.Tensor = field(default_factory=lambda: torch.zeros(0, 3, dtype=torch.long))
    kept: torch.Tensor = None  # where in the flattened target there is a piece, no padding

    def __post_init__(self):
        if self.kept is None:
            within = torch.arange(self.target.shape[1])[None] < self.target_lengths[:, None]
            self.kept = within.flatten().nonzero()[:, 0]

    def to(self, device):
        return Batch(*(tensor.to(device, non_blocking=True) for tensor in vars(self).values()))


def pad(rows):
    """Lists of ids -> [rows, time] and lengths."""
    lengths = torch.tensor([len(row) for row in rows])
    padded = numpy.zeros((len(rows), int(lengths.max())), dtype=numpy.int64)
    for i, row in enumerate(rows):
        padded[i, :len(row)] = row
    return torch.from_numpy(padded), lengths


def group(encoded, tokens):
    """Groups (source, target) rows, sorted by length, so that none takes more than `tokens` with padding."""
    groups, current, longest = [], [], 0
    for source, target in sorted(encoded, key=lambda row: (len(row[1]), len(row[0]))):
        width = max(longest, len(source), len(target))
        if current and width * (len(current) + 1) > tokens:
            groups.append(current)
            current, width = [], max(len(source), len(target))
        current.append((source, target))
        longest = width
    return groups + [current] if current else groups


class Stream:
    """Batches for one direction. Each pool is a function of the seed and its number, so resuming repeats nothing."""

    def __init__(self, pairs, passes, augmenter, pieces, direction, tokens, seed, resplit=0.0):
        """`pairs`: (source name, English, Spanish); `passes`: {source name: how often in one pass}; `resplit`: see Splits."""
        self.pairs, self.augmenter, self.pieces = pairs, augmenter, pieces
        self.weights = [passes[name] * (SHORT_TIMES if len(english.split()) <= SHORT else 1) for name, english, _ in pairs]
        self.reverse, self.tokens, self.seed = direction == "es-en", tokens, seed
        self.copies, self.splits = Copies(pieces), Splits(pieces, resplit)

    def texts(self, number):
        """The changed pairs of one pool, as (source, target)."""
        rng = random.Random(f"{self.seed}.{number}")
        for _, english, spanish in rng.choices(self.pairs, self.weights, k=POOL):
            if rng.random() < TEMPLATES:
                english, spanish = self.augmenter.template(rng)
            else:
                english, spanish = self.augmenter(english, spanish, rng)
            english, spanish = quotes.alike(english, spanish, self.reverse)
            if self.reverse and rng.random() < AMERICAN:
                spanish = figures.american(spanish)
            yield (spanish, english) if self.reverse else (english, spanish)

    def pool(self, number):
        """The batches of one pool, shuffled."""
        sources, targets = zip(*self.texts(number))
        rng = random.Random(f"{self.seed}.{number}.splits")
        rows = zip((self.splits(ids, rng) for ids in self.pieces.encode(list(sources))), self.pieces.encode(list(targets)))
        encoded = [(s + [0], t + [0]) for s, t in rows
                   if 0 < len(s) < LONGEST and 0 < len(t) < LONGEST and self.pieces.unk_id() not in t]
        groups = group(encoded, self.tokens)
        random.Random(f"{self.seed}.{number}.order").shuffle(groups)
        return [self._batch(rows) for rows in groups]

    def _batch(self, rows):
        sources, targets = zip(*rows)
        links = [(row, *link) for row, pair in enumerate(rows) for link in self.copies(*pair)]
        return Batch(*pad(sources), *pad(targets), torch.tensor(links, dtype=torch.long).reshape(-1, 3))

    def batches(self, pool, batch, workers=0):
        """(pool, index, batch) from there on, without end; pools are made ahead by so many processes."""
        for number, made in self._pools(pool, workers):
            for index, one in enumerate(made):
                if number > pool or index >= batch:
                    yield number, index, one

    def _pools(self, first, workers):
        """(number, its batches) from the first on."""
        if not workers:
            yield from ((number, self.pool(number)) for number in itertools.count(first))
        with multiprocessing.get_context("fork").Pool(workers, _become, (self,)) as processes:
            ahead = collections.deque()
            for number in itertools.count(first):
                ahead.append((number, processes.apply_async(_made, (number,))))
                if len(ahead) > 2 * workers:
                    done, result = ahead.popleft()
                    yield done, [Batch(*map(torch.from_numpy, arrays)) for arrays in result.get()]


def _become(stream):
    """In a process that makes pools."""
    global _stream
    torch.set_num_threads(1)
    _stream = stream


def _made(number):
    """A pool as arrays, which pass between processes more easily than tensors."""
    return [[tensor.numpy() for tensor in vars(batch).values()] for batch in _stream.pool(number)]
