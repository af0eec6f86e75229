"""Which representation of sentences selects best? Writes the second table of docs/QUALITY.md.

representations.py SETS WORK, where WORK holds {set}.sentences.jsonl as examples/extract.rs splits them.

Selection works as in src/engine/extractive.rs; only what nearness is computed on differs. The weight of
nearness to the whole article is set for each row on the tuned half, so that no row is judged by another's weight.
"""
import collections
import itertools
import json
import math
import pathlib
import re
import sys

import numpy as np
import torch
from nltk.stem import PorterStemmer
from rouge_score import rouge_scorer, tokenizers
from safetensors.torch import load_file
from sentencepiece import SentencePieceProcessor

import sets

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models" / "en-es-tiny"
CENTRALITY = [0.0, 1.0, 2.0, 3.0, 4.0]
OPENING, POSITION, FADE, FIGURE, QUOTATION, QUESTION, UNBALANCED = 1.0, 0.5, 4.0, 0.1, 0.1, 0.1, 0.1
LONG_WORD, REPETITION, SAME = 0.015, 2.0, 0.8
# Words that carry no subject; the program takes them from the crate stop-words.
STOP_WORDS = set(
    """a an the of to in on at by for from with and or but that this these those as than into is are was were be been
    being it its he she they we you i his her their our my your him them us me not no do does did have has had will
    would can could may might should shall there here who which what when where why how if so about after before over
    under up down out off then also just more most some such only own same too very s t said says say one two""".split()
)


class Encoder:
    """The encoder of the built-in English-Spanish translator; a sentence is the mean of its states."""

    def __init__(self):
        self.config = json.load(open(MODEL / "config.json"))
        self.tensors = {name: tensor.float() for name, tensor in load_file(MODEL / "best.safetensors").items()}
        self.pieces = SentencePieceProcessor(str(MODEL / "vocab.spm"))

    def linear(self, x, weight, bias):
        return x @ self.tensors[weight] + self.tensors[bias].reshape(-1)

    def add_norm(self, y, x, name):
        scale, bias = (self.tensors[f"{name}_ln_{part}"].reshape(-1) for part in ("scale", "bias"))
        return torch.nn.functional.layer_norm(x + y, x.shape[-1:], scale, bias, 1e-9)

    def attend(self, x, name):
        heads = self.config["heads"]
        query, key, value = (
            self.linear(x, f"{name}_W{m}", f"{name}_b{m}").unflatten(-1, (heads, -1)).transpose(0, 1) for m in "qkv"
        )
        weights = torch.softmax(query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1]), -1)
        y = (weights @ value).transpose(0, 1).flatten(1)
        return self.add_norm(self.linear(y, f"{name}_Wo", f"{name}_bo"), x, f"{name}_Wo")

    def positions(self, length):
        half = self.config["dim"] // 2
        rates = torch.exp(torch.arange(half) * -(math.log(10000.0) / (half - 1)))
        angles = torch.arange(length, dtype=torch.float32)[:, None] * rates
        return torch.cat([angles.sin(), angles.cos()], 1)

    @torch.no_grad()
    def mean_state(self, sentence):
        ids = self.pieces.encode(sentence)[:200] + [0]
        x = self.tensors["Wemb"][ids] * math.sqrt(self.config["dim"]) + self.positions(len(ids))
        for layer in range(1, self.config["enc_layers"] + 1):
            x = self.attend(x, f"encoder_l{layer}_self")
            name = f"encoder_l{layer}_ffn"
            y = self.linear(torch.relu(self.linear(x, name + "_W1", name + "_b1")), name + "_W2", name + "_b2")
            x = self.add_norm(y, x, name + "_ffn")
        return x.mean(0).numpy()


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)


def word_vectors(sentences, inverse_frequency):
    stem = PorterStemmer().stem
    bags = [collections.Counter(stem(w) for w in re.findall(r"\w+", s.lower()) if w not in STOP_WORDS) for s in sentences]
    frequency = collections.Counter(itertools.chain.from_iterable(bags))
    ids = {word: index for index, word in enumerate(frequency)}
    rows = np.zeros((len(sentences), max(len(ids), 1)))
    for row, bag in zip(rows, bags):
        for word, count in bag.items():
            weight = math.log((len(sentences) + 1) / (frequency[word] + 0.5)) if inverse_frequency else 1.0
            row[ids[word]] = math.log1p(count) * weight
    return unit(rows)


def style(sentence):
    odd = any(sentence.count(a) != sentence.count(b) for a, b in [("(", ")"), ("“", "”"), ("[", "]"), ("``", "''")])
    return (
        FIGURE * bool(re.search(r"\d", sentence))
        - QUOTATION * bool(re.search('["“”«»]|``', sentence))
        - QUESTION * bool(re.search(r"\?\W*$", sentence))
        - UNBALANCED * (odd or sentence.count('"') % 2)
        - LONG_WORD * max(len(sentence.split()) - 40, 0)
    )


def is_whole(sentence):
    return bool(re.search(r"[.!?…][\"'”’»)\]\s]*$", sentence)) and len(re.findall(r"\w+", sentence)) >= 4


def select(document, rows, weights, count):
    """The best sentences. rows: representations; weights: that of centrality for each."""
    sentences = document["sentences"]
    if len(sentences) <= count:
        return range(len(sentences))
    whole = [index for index in range(len(sentences)) if is_whole(sentences[index])]
    whole = whole if len(whole) >= count else list(range(len(sentences)))
    first = document[rows[0]]
    value = np.full(len(sentences), -1e9)
    score = document["style"] + OPENING * first @ unit(first[whole[:3]].sum(0))
    for name, weight in zip(rows, weights):
        score = score + weight * document[name] @ unit(document[name].sum(0))
    for place, index in enumerate(whole):
        value[index] = score[index] + POSITION * math.exp(-place / FADE)
    chosen, repeated = [], np.zeros(len(sentences))
    for _ in range(count):
        price = REPETITION * repeated + 10 * (repeated > SAME)
        price[chosen] = 1e10
        chosen.append(int((value - price).argmax()))
        repeated = np.maximum(repeated, first @ first[chosen[-1]])
    return sorted(chosen)


def rouge(document, chosen):
    known = document["known"]
    chosen = tuple(chosen)
    if chosen not in known:
        tokens = [document["tokens"][index] for index in chosen]
        known[chosen] = 100 * rouge_scorer._summary_level_lcs(document["reference"], tokens).fmeasure
    return known[chosen]


def load(directory, work, name, encoder):
    tokenize = tokenizers.DefaultTokenizer(use_stemmer=True).tokenize
    for item, split in zip(sets.read(directory / f"{name}.jsonl"), sets.read(work / f"{name}.sentences.jsonl")):
        sentences = split["summary"]
        yield {
            "sentences": sentences,
            "tokens": [tokenize(sentence) for sentence in sentences],
            "reference": [tokenize(line) for line in sets.reference(item).split("\n")],
            "known": {},
            "style": np.array([style(sentence) for sentence in sentences]),
            "counts": word_vectors(sentences, False),
            "tf-idf": word_vectors(sentences, True),
            "encoder": unit(np.array([encoder.mean_state(sentence) for sentence in sentences])),
        }


def means(documents, rows, weights, half):
    found = []
    for name, count in sets.SETS.items():
        items = sets.halves(documents[name])[half]
        found.append(float(np.mean([rouge(item, select(item, rows, weights, count)) for item in items])))
    return found


ROWS = {
    "word counts": ["counts"],
    "TF-IDF": ["tf-idf"],
    "encoder": ["encoder"],
    "TF-IDF and encoder": ["tf-idf", "encoder"],
    "word counts and encoder": ["counts", "encoder"],
}


def main():
    directory, work = map(pathlib.Path, sys.argv[1:])
    encoder = Encoder()
    documents = {name: list(load(directory, work, name, encoder)) for name in sets.SETS}
    lines = ["| representation | weights | items | " + " | ".join(sets.SETS) + " | mean |", "|---|---|---|" + "---|" * 4]
    for title, rows in ROWS.items():
        grid = itertools.product(CENTRALITY, repeat=len(rows))
        weights = max(grid, key=lambda weights: sum(means(documents, rows, weights, "tuned")))
        for half in ("tuned", "other half", "all"):
            found = means(documents, rows, weights, half)
            cells = " | ".join(f"{value:.2f}" for value in [*found, sum(found) / len(found)])
            lines.append(f"| {title} | {', '.join(f'{weight:g}' for weight in weights)} | {half} | {cells} |")
    print("\n".join(lines))
    sets.write_table("representations", lines)


if __name__ == "__main__":
    main()
