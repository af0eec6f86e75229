"""Other splits of a word into pieces (subword regularisation, Kudo, 2018), so that a text is never read twice the same."""
from pieces import SPACE, words

MOST = 6  # splits of a word, the best first


class Splits:
    """Splits some words of a source anew: lower-case ones, so that names keep the pieces that they are copied by."""

    def __init__(self, pieces, share):
        """`share`: of the words."""
        self.pieces, self.share, self.known = pieces, share, {}
        self.strings = [pieces.id_to_piece(id) for id in range(pieces.get_piece_size())]
        self.begins = [string.startswith(SPACE) for string in self.strings]

    def __call__(self, ids, rng):
        if not self.share:
            return ids
        found = [ids[start:end] for start, end in words(ids, self.begins)]
        return [id for word in found for id in (self._other(tuple(word), rng) if rng.random() < self.share else word)]

    def _other(self, word, rng):
        if word not in self.known:
            self.known[word] = self._others(word)
        return rng.choice(self.known[word])

    def _others(self, word):
        end = len(word)
        while end and not any(c.isalnum() for c in self.strings[word[end - 1]]):
            end -= 1
        text = "".join(self.strings[id] for id in word[:end]).removeprefix(SPACE)
        if not (text.isalpha() and text.islower()):
            return [word]
        found = self.pieces.nbest_encode_as_ids(text, MOST)
        return [[*ids, *word[end:]] for ids in found[1:] if self.pieces.unk_id() not in ids] or [word]
