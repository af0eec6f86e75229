"""Puts Spanish pieces in place of Portuguese ones: vocabulary.py DIRECTION TRAIN.tsv PIVOT.tsv OUT

Writes OUT/vocab.spm, as large as the base's, and OUT/init.safetensors, the base's weights with the embedding of every
new piece taken from its Portuguese counterpart. What a piece is used for is judged by word frequencies of the package
`wordfreq` (CC-BY-SA-4.0; statistics only) and by a SentencePiece model of the Spanish side of the training text.
"""
import argparse
import collections
import math
import pathlib
import random
import re

import sentencepiece
import torch
import wordfreq
from safetensors.torch import save_file
from sentencepiece import sentencepiece_model_pb2

import align
import base
import corpus
from network import EMBEDDING, OUTPUT_BIAS
from pieces import SPACE, is_number
from pivot import MANUALS

SPANISH_PIECES = 16000
NEVER = -100.0  # the score of a piece that any other way of writing its text beats
WHOLE_WORDS = 0.75  # of the new pieces
# Letters and marks that the base cannot read or write, with what it has in their place.
CHARACTERS = {
    "ñ": "n", "Ñ": "N", "¿": "?", "¡": "!", "“": '"', "”": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-",
    "—": "-", "€": "$", "£": "$", "ü": "u", "Ü": "U", "ö": "o", "Ö": "O", "ä": "a", "Ä": "A", "ë": "e", "ï": "i",
    "è": "e", "ì": "i", "ò": "o", "ù": "u", "î": "i", "û": "u", "å": "a", "Å": "A", "ø": "o", "Ø": "O", "æ": "a",
    "š": "s", "Š": "S", "č": "c", "Č": "C", "ć": "c", "ž": "z", "Ž": "Z", "ř": "r", "ě": "e", "ň": "n", "ń": "n",
    "ł": "l", "Ł": "L", "ś": "s", "ż": "z", "ź": "z", "ą": "a", "ę": "e", "ğ": "g", "ş": "s", "ș": "s", "ț": "t",
    "ı": "i", "ő": "o", "ű": "u", "ů": "u", "ý": "y", "đ": "d", "ă": "a", "ā": "a", "ō": "o", "ū": "u", "ß": "s",
    "Í": "I", "Ó": "O", "Ú": "U", "È": "E", "Ç": "C", "#": "*", "@": "*", "=": "-", "º": "°", "ª": "a", "²": "2",
    "í": "i", "ó": "o", "ú": "u", "é": "e", "á": "a", "É": "E", "Á": "A", "<": ">", "q": "q", "J": "J", "~": "-",
}


def usage(pieces, language, words=100000):
    """How often a running word of the language takes each piece."""
    frequencies = list(wordfreq.get_frequency_dict(language).items())[:words]
    used = collections.Counter()
    for change, share in ((str, 0.85), (str.capitalize, 0.14), (str.upper, 0.01)):
        for ids, (_, frequency) in zip(pieces.encode([change(word) for word, _ in frequencies]), frequencies):
            for id in ids:
                used[id] += share * frequency
    return used


def portuguese_only(pieces, english, spanish, portuguese):
    """Ids of pieces that neither English nor Spanish has much use for, the least needed first."""
    needed = lambda id: max(english[id], spanish[id])
    ids = [id for id in range(2, pieces.get_piece_size()) if len(pieces.id_to_piece(id).lstrip(SPACE)) > 1
           and portuguese[id] > 8 * needed(id) and needed(id) < 3e-6]
    return sorted(ids, key=lambda id: (needed(id), -portuguese[id]))


def spanish_pieces(texts, work, seed=1):
    """{piece: log probability} of a SentencePiece model of Spanish text."""
    if not (work / "spanish.vocab").exists():
        lines = list(texts)
        random.Random(seed).shuffle(lines)
        (work / "spanish.txt").write_text("\n".join(lines), encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(work / "spanish.txt"), model_prefix=str(work / "spanish"), vocab_size=SPANISH_PIECES,
            character_coverage=0.9995, num_threads=2, minloglevel=2)
    rows = (line.rstrip("\n").split("\t") for line in open(work / "spanish.vocab", encoding="utf-8"))
    return {piece: float(score) for piece, score in rows if not piece.startswith("<")}


def spanish_words(texts):
    """{"▁word": log probability} of words as they are written, in the training text and in `wordfreq` evenly.

    SentencePiece by itself leaves out words as frequent as "los", which it can write as "lo" and the plural's "s".
    """
    counts = collections.Counter(word for text in texts for word in re.findall(r"[^\W\d_]+", text))
    total = sum(counts.values())
    mixed = {word: 0.5 * count / total for word, count in counts.items() if count > 1}
    for word, frequency in wordfreq.get_frequency_dict("es").items():
        for form, share in ((word, 0.9), (word.capitalize(), 0.1)):
            mixed[form] = mixed.get(form, 0) + 0.5 * share * frequency
    # Of all pieces about one in four is a mark or a part of a word.
    return {SPACE + word: math.log(0.75 * share) for word, share in mixed.items() if share > 1e-6}


def chosen_pieces(spanish, words, old, slots):
    """New pieces, the most useful first: whole words by how many pieces they save, and SentencePiece's parts."""
    saved = {piece: math.exp(score) * (len(old.encode(piece[1:])) - 1) for piece, score in words.items()
             if old.piece_to_id(piece) == old.unk_id() and len(piece) > 2}
    whole = sorted(saved, key=saved.get, reverse=True)[:int(slots * WHOLE_WORDS)]
    parts = [piece for piece in sorted(spanish, key=spanish.get, reverse=True)
             if old.piece_to_id(piece) == old.unk_id() and piece not in saved]
    return whole + parts[:slots - len(whole)]


class Origins:
    """Which pieces of the base a Spanish piece takes its embedding from."""

    def __init__(self, pieces, counterparts, cognates):
        self.pieces, self.counterparts, self.cognates = pieces, counterparts, cognates
        self.ids = {pieces.id_to_piece(id): id for id in range(pieces.get_piece_size())}
        self.ways = collections.Counter()

    def __call__(self, piece):
        for way in (self._character, self._word, self._cognate, self._ending):
            ids = way(piece)
            if ids:
                self.ways[way.__name__.strip("_")] += 1
                return ids
        self.ways["segments"] += 1
        return self._segments(piece.lstrip(SPACE), piece.startswith(SPACE))

    def _character(self, piece):
        return [self.ids[CHARACTERS[piece]]] if piece in CHARACTERS else None

    def _word(self, piece):
        return self._written_as(piece, self.counterparts.get(piece[1:].lower()))

    def _cognate(self, piece):
        return self._written_as(piece, self.cognates(piece[1:].lower()) if piece.startswith(SPACE) else None)

    def _written_as(self, piece, other):
        """The pieces of a Portuguese word in the letter case of a Spanish one that begins a word."""
        word = piece[1:]
        if other is None or not piece.startswith(SPACE):
            return None
        return self._segments(other.capitalize() if word.istitle() else other.upper() if word.isupper() else other, True)

    def _ending(self, piece):
        for spanish, portuguese in align.ENDINGS:
            other = piece[:-len(spanish)] + portuguese
            if piece.endswith(spanish) and other in self.ids:
                return [self.ids[other]]
        return None

    def _segments(self, text, starts):
        ids = self.pieces.encode(text)
        if not starts and ids and self.pieces.id_to_piece(ids[0]) == SPACE:
            ids = ids[1:]
        return [id for id in ids if id != self.pieces.unk_id()] or [self.ids[","]]


def swap(model, tensors, scores, new, free, origins):
    """Renames the free pieces and sets their embeddings; returns how many changed."""
    weight, bias = torch.tensor(tensors[EMBEDDING]), torch.tensor(tensors[OUTPUT_BIAS])[0]
    old_weight, old_bias = weight.clone(), bias.clone()
    for piece, id in zip(new, free):
        ids = origins(piece)
        weight[id], bias[id] = old_weight[ids].mean(0), old_bias[ids].mean() - 0.3 * (len(ids) > 1)
        model.pieces[id].piece = piece
        # Half of all text is Spanish; characters stay the last resort that they are for the base.
        model.pieces[id].score = scores.get(piece, -14.0) + math.log(0.5)
    tensors[EMBEDDING], tensors[OUTPUT_BIAS] = weight, bias[None]


def redirect(model, tensors, spanish, counterparts, old, english):
    """Words that both languages have with other meanings take the embedding of what they mean in Spanish.

    Only where English hardly uses the piece; "en" and "con" come from Portuguese "em" and "com".
    """
    weight, bias = tensors[EMBEDDING], tensors[OUTPUT_BIAS][0]
    old_weight, old_bias, moved = weight.clone(), bias.clone(), []
    for id, entry in enumerate(model.pieces):
        word = entry.piece[1:]
        if not entry.piece.startswith(SPACE) or spanish.get(entry.piece, -99) < -12 or old.id_to_piece(id) != entry.piece:
            continue
        other = counterparts.get(word.lower())
        target = other and old.piece_to_id(SPACE + (other.capitalize() if word.istitle() else other))
        frequent = math.exp(spanish[entry.piece]) > 20 * english[id]
        if target and target != old.unk_id() and other != word.lower() and frequent:
            weight[id], bias[id] = old_weight[target], old_bias[target]
            moved.append(word)
    return moved


def lower_bias(tensors, model, old, scores, spanish, portuguese, least=-9.0):
    """Makes Portuguese unlikely as output: the bias holds how often each piece is written, and that has changed.

    Pieces that stay are as much less likely as Spanish uses them less. A new piece may have the embedding of one that
    stays ("ł" that of "l"): without this the two would be equally likely.
    """
    weight, bias = tensors[EMBEDDING], tensors[OUTPUT_BIAS][0]
    stays = [old.id_to_piece(id) == entry.piece for id, entry in enumerate(model.pieces)]
    owner = {weight[id].numpy().tobytes(): id for id, same in enumerate(stays) if same}
    share = lambda a, b: min(0.0, max(least, math.log((a + 1e-6) / (b + 1e-6))))
    for id, entry in enumerate(model.pieces):
        if stays[id]:
            bias[id] += share(spanish[id], portuguese[id])
        elif (twin := owner.get(weight[id].numpy().tobytes())) is not None:
            bias[id] += share(math.exp(scores.get(entry.piece, -14.0)), spanish[twin])


def rescore(model, spanish):
    """Spanish words that the joint model held for rare would be split otherwise."""
    for entry in model.pieces:
        score = spanish.get(entry.piece)
        if score is not None and entry.piece.strip(SPACE).isalpha():
            entry.score = max(entry.score, score + math.log(0.5))


def split_digits(model):
    """Makes every digit a piece of its own, so that a number is copied digit by digit.

    The base writes 82,704 as "82 , 70 4" and 82.704 as "8 2.7 04": there is nothing in common to copy.
    """
    for entry in model.pieces:
        if is_number(entry.piece):
            entry.score = NEVER


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("direction", choices=base.DIRECTIONS)
    parser.add_argument("pairs", type=pathlib.Path)
    parser.add_argument("pivot", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    old, tensors = base.pieces(options.direction), base.tensors(options.direction)
    model = sentencepiece_model_pb2.ModelProto.FromString(base.vocabulary_path(options.direction).read_bytes())
    texts = [text for name, _, text in corpus.read(options.pairs) if name not in MANUALS]
    parts, words = spanish_pieces(texts, options.out), spanish_words(texts)
    scores = {**parts, **{piece: max(score, parts.get(piece, -99)) for piece, score in words.items()}}
    with open(options.pivot, encoding="utf-8") as lines:
        counterparts = align.counterparts(lines)
    cognates = align.Cognates(list(wordfreq.get_frequency_dict("pt"))[:60000])
    english, spanish, portuguese = (usage(old, language) for language in ("en", "es", "pt"))
    free, origins = portuguese_only(old, english, spanish, portuguese), Origins(old, counterparts, cognates)
    new = [c for c in CHARACTERS if c not in origins.ids]
    new += chosen_pieces({p: s for p, s in parts.items() if p not in new}, words, old, len(free) - len(new))
    swap(model, tensors, scores, new, free, origins)
    moved = redirect(model, tensors, scores, counterparts, old, english)
    if options.direction == "en-es":
        lower_bias(tensors, model, old, scores, spanish, portuguese)
    rescore(model, scores)
    split_digits(model)
    print(f"{len(counterparts)} words aligned, {len(free)} free pieces, {len(new)} new: {dict(origins.ways)}")
    print(f"{len(moved)} words redirected: {' '.join(moved[:80])}")
    (options.out / "vocab.spm").write_bytes(model.SerializeToString())
    save_file({name: torch.as_tensor(t).contiguous() for name, t in tensors.items()}, options.out / "init.safetensors")


if __name__ == "__main__":
    main()
