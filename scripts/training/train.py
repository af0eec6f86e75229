"""Trains a translator: train.py WORK --direction en-es [--run NAME]. Goes on where WORK/DIRECTION/NAME was left.

WORK holds data/{train,held}.tsv and DIRECTION/{vocab.spm,init.safetensors} (see corpus.py and vocabulary.py). Writes,
in WORK/DIRECTION/NAME: checkpoint.pt (all that going on needs), ema.safetensors (averaged weights, to measure and ship),
metrics.jsonl (a line a measurement) and log.txt. Stops with a checkpoint on SIGTERM, SIGINT, or a file STOP there.
"""
import argparse
import collections
import json
import math
import os
import pathlib
import random
import signal
import time

import sentencepiece
import torch
from safetensors.torch import load_file, save_file

import augment
import corpus
import measure
import names
from batches import Stream
from network import EMBEDDING, OUTPUT_BIAS, Network
from sources import SOURCES, SYNTHETIC

HERE = pathlib.Path(__file__).parent
COUNTS = ("step", "tokens", "pool", "batch")  # where a run stands


class Sampler:
    """The pieces that a batch's softmax runs over: frequent ones, the batch's own, and random others.

    The random ones stand for all that are left out, so their logits are raised by how many each stands for. The
    source's pieces are among the batch's own: copying one of them wrongly is the likeliest fault in a name.
    """

    def __init__(self, frequent, vocabulary, others, device):
        self.frequent, self.vocabulary, self.others, self.device = frequent, vocabulary, others, device
        self.everything = torch.arange(vocabulary, device=device)

    def __call__(self, batch):
        """Candidates, the targets as indices into them, and what to add to the logits."""
        if not self.others:
            return self.everything, batch.target, None
        kept = torch.zeros(self.vocabulary, dtype=torch.bool)
        kept[self.frequent] = True
        kept[batch.target.flatten().cpu()] = True
        kept[batch.source.flatten().cpu()] = True
        rest = (~kept).nonzero()[:, 0]
        picked = rest[torch.randperm(len(rest))[:self.others]]
        candidates = torch.cat([kept.nonzero()[:, 0], picked])
        place = torch.zeros(self.vocabulary, dtype=torch.long)
        place[candidates] = torch.arange(len(candidates))
        shift = torch.zeros(len(candidates))
        shift[-len(picked):] = math.log(len(rest) / len(picked))
        return candidates.to(self.device), place.to(self.device)[batch.target], shift.to(self.device)


class Average:
    """An exponential moving average of the weights, which is what is measured and shipped."""

    def __init__(self, network, decay, every=4):
        self.network, self.decay, self.every = network, decay, every
        self.tensors = network.tensors()

    def update(self, step):
        if step % self.every == 0:
            decay = min(self.decay, (1 + step) / (10 + step)) ** self.every
            live = [self.network.weights[name].detach() for name in self.tensors]
            torch._foreach_lerp_(list(self.tensors.values()), live, 1 - decay)


def optimizer(network, options):
    """AdamW, with a larger epsilon for the embedding.

    Adam makes every step about as long as the learning rate, however small the gradient. A piece that is never met
    has only the softmax's faint push away, always in one direction: at full length it drifts from the rest, and names
    come out as other words. An epsilon of the size of a real gradient leaves it where it is.
    """
    shared = {EMBEDDING, OUTPUT_BIAS}
    rest = [weight for name, weight in network.weights.items() if name not in shared]
    groups = [{"params": rest}, {"params": [network.weights[name] for name in sorted(shared)],
                                 "eps": options.embedding_epsilon}]
    return torch.optim.AdamW(groups, lr=options.rate, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.0, fused=True)


class Trainer:
    """The state of a run, and its loop."""

    def __init__(self, options):
        self.options, self.folder = options, options.work / options.direction / options.run
        self.folder.mkdir(exist_ok=True)
        self.device = torch.device(options.device)
        self.pieces = sentencepiece.SentencePieceProcessor(str(self.folder.parent / "vocab.spm"))
        self.network = Network().to(self.device)
        self.step = self.tokens = self.pool = self.batch = 0
        self.stopping = False
        self.log_file = open(self.folder / "log.txt", "a", encoding="utf-8")
        self._load()
        self.log("start", json.dumps({key: str(value) for key, value in vars(options).items()}))

    def log(self, *parts):
        line = " ".join([time.strftime("%m-%d %H:%M:%S"), *map(str, parts)])
        print(line, flush=True)
        self.log_file.write(line + "\n")
        self.log_file.flush()

    def _load(self):
        path, state = self.folder / "checkpoint.pt", None
        if path.exists():
            state = torch.load(path, map_location="cpu", weights_only=True)
        self.network.load(state["weights"] if state else load_file(self.options.start or self.folder.parent / "init.safetensors"))
        self.average = Average(self.network, self.options.average)
        self.optimizer = optimizer(self.network, self.options)
        if state:
            self._resume(state)

    def _resume(self, state):
        for name in COUNTS:
            setattr(self, name, state[name])
        self.batch += 1
        for name, tensor in self.average.tensors.items():
            tensor.copy_(state["average"][name])
        for name, moments in state["moments"].items():
            self.optimizer.state[self.network.weights[name]] = {key: value.to(self.device) for key, value in moments.items()}

    def save(self):
        names = {weight: name for name, weight in self.network.weights.items()}
        state = {"weights": self.network.tensors(), "average": self.average.tensors,
                 "moments": {names[weight]: dict(state) for weight, state in self.optimizer.state.items()},
                 **{name: getattr(self, name) for name in COUNTS}}
        torch.save(state, self.folder / "checkpoint.tmp")
        os.replace(self.folder / "checkpoint.tmp", self.folder / "checkpoint.pt")
        averaged = {name: tensor.cpu().contiguous() for name, tensor in self.average.tensors.items()}
        save_file(averaged, self.folder / "ema.tmp")
        os.replace(self.folder / "ema.tmp", self.folder / "ema.safetensors")

    def prepare(self):
        """The data, and which pieces are frequent in it."""
        data = self.options.work / "data"
        pairs, augmenter = corpus.read(data / "train.tsv"), make_augmenter(data, self.pieces)
        pairs += read_synthetic(data / "synthetic.tsv", self.options.synthetic, self.options.direction)
        passes = {name: source.passes for name, source in {**SOURCES, **SYNTHETIC}.items()}
        self.stream = Stream(pairs, passes, augmenter, self.pieces, self.options.direction, self.options.batch_tokens,
                             self.options.seed, self.options.resplit)
        counts = collections.Counter(id for batch in self.stream.pool(-1) for id in batch.target.flatten().tolist())
        frequent = torch.tensor([id for id, _ in counts.most_common(self.options.frequent)])
        self.sampler = Sampler(frequent, self.pieces.get_piece_size(), self.options.others, self.device)
        self.examiner = measure.Examiner(self.options, self.pieces)

    def rate(self):
        """Warm-up, then constant, then by the root of the step; in the last minutes down to nothing in a line."""
        options = self.options
        rate = options.rate * min(1, (self.step + 1) / options.warmup) * min(1, math.sqrt(options.hold / (self.step + 1)))
        if options.cooldown:
            rate *= max(0.0, min(1.0, (self.ends - time.monotonic()) / (60 * options.cooldown)))
        return rate

    def train_on(self, batch):
        """One step; the summed negative log-likelihood."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        candidates, gold, shift = self.sampler(batch)
        loss, nll = self.network.loss(batch, candidates, gold, self.options.smooth, shift, self.options.guided,
                                      self.options.hidden)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.weights.values(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.average.update(self.step)
        return nll.detach() * len(batch.kept)  # not yet as a number: that would wait for the device

    def examine(self, train_loss):
        live = self.network.tensors()
        self.network.load(self.average.tensors)
        row = {"time": time.strftime("%Y-%m-%dT%H:%M:%S"), "step": self.step, "tokens": self.tokens,
               "rate": self.rate(), "train_loss": train_loss, **self.examiner(self.network)}
        self.network.load(live)
        with open(self.folder / "metrics.jsonl", "a", encoding="utf-8") as metrics:
            metrics.write(json.dumps(row) + "\n")
        self.log("measured", json.dumps(row, ensure_ascii=False))

    def over(self):
        return time.monotonic() > self.ends or self.stopping or (self.folder / "STOP").exists()

    def run(self):
        saved = logged = time.monotonic()
        minutes = self.options.minutes or self.options.cooldown or math.inf
        self.ends = saved + 60 * minutes
        recent = collections.deque(maxlen=400)  # (loss, tokens) of the last steps
        since = 0
        for self.pool, self.batch, batch in self.stream.batches(self.pool, self.batch, self.options.workers):
            count = len(batch.kept)
            recent.append((self.train_on(batch.to(self.device)), count))
            self.tokens, since, now = self.tokens + count, since + count, time.monotonic()
            if self.step % 20 == 0:
                self.log(f"step {self.step} tokens {self.tokens} loss {mean_loss(list(recent)[-20:]):.4f} "
                         f"rate {self.rate():.2e} {since / (now - logged):.0f} tokens/s")
                logged, since = now, 0
            over = self.over()
            if over or now - saved > 60 * self.options.save_minutes:
                self.save()
                saved = time.monotonic()
            # By steps, not minutes: on a busy machine measuring would take most of the time.
            if (over or self.step % self.options.measure_steps == 0) and not self.stopping:
                self.examine(mean_loss(recent))
                logged, since = time.monotonic(), 0
            if over:
                break
        self.log("end")


def read_synthetic(path, kinds, direction):
    """Pairs of distil.py: of all kinds, of those alone whose side that is learnt people wrote ("back"), or none."""
    pairs = [] if kinds == "none" or not path.exists() else corpus.read(path)
    return [pair for pair in pairs if kinds == "all" or pair[0].endswith("_es") == (direction == "en-es")]


def mean_loss(rows):
    return float(sum(loss for loss, _ in rows)) / max(1, sum(count for _, count in rows))


def make_augmenter(data, pieces):
    """`data`: the directory of names.json and train.tsv."""
    found = json.loads((data / "names.json").read_text(encoding="utf-8"))
    common = set(found["common"])
    strings = [pieces.id_to_piece(id) for id in range(pieces.get_piece_size())]
    places = names.places()
    exonyms = {name for pair in places if pair[0] != pair[1] for name in pair}
    inventor = names.Inventor(strings, found["seen"], common, exonyms)
    templates, asides = (augment.read_templates(HERE / f"{name}.tsv") for name in ("templates", "asides"))
    dates = {"C": names.days(), "M": names.months(), "J": names.short_months()}
    return augment.Augmenter(inventor, common, templates, asides, places, names.languages(), dates)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("work", type=pathlib.Path)
    add("--direction", choices=("en-es", "es-en"), required=True)
    add("--run", default="main")
    add("--start", type=pathlib.Path, help="weights to begin with (default: WORK/DIRECTION/init.safetensors)")
    add("--synthetic", choices=("all", "back", "none"), default="all", help="which pairs of distil.py")
    add("--dev", default=measure.DEV, help="PREFIX of PREFIX.en and PREFIX.es")
    add("--minutes", type=float, default=0, help="stop after so long (default: never)")
    add("--cooldown", type=float, default=0, help="the last so many minutes bring the rate down to 0; alone: at once")
    add("--rate", type=float, default=6e-4)
    add("--warmup", type=int, default=150, help="steps")
    add("--hold", type=int, default=3000, help="steps at the full rate, before it falls by the root")
    add("--batch-tokens", type=int, default=2500, help="with padding")
    add("--smooth", type=float, default=0.1)
    add("--guided", type=float, default=0.5, help="weight of the attention's place on copied words in the loss")
    add("--resplit", type=float, default=0, help="share of the source's words that are split into other pieces (splits.py)")
    add("--hidden", type=float, default=0, help="share of the target's pieces that the decoder does not see as it goes on")
    add("--average", type=float, default=0.998, help="decay of the averaged weights a step")
    add("--embedding-epsilon", type=float, default=2e-6)
    add("--frequent", type=int, default=2500, help="pieces in every softmax")
    add("--others", type=int, default=1500, help="random pieces in each softmax; 0 takes all (better on CUDA)")
    add("--threads", type=int, default=2)
    add("--workers", type=int, default=0, help="processes that make batches; 0: none beside (on CUDA: several)")
    add("--device", default="cpu")
    add("--seed", type=int, default=17)
    add("--save-minutes", type=float, default=5)
    add("--measure-steps", type=int, default=1000)
    add("--measure-lines", type=int, default=150)
    return parser.parse_args()


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    if options.device != "cpu":
        torch.set_float32_matmul_precision("high")  # TF32
    trainer = Trainer(options)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(trainer, "stopping", True))
    trainer.prepare()
    trainer.run()
    if trainer.stopping:
        raise SystemExit("train.py: stopped by a signal; the same command goes on from the checkpoint")


if __name__ == "__main__":
    main()
