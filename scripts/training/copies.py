"""Which pieces of a translation are copies of which of the source's."""


class Copies:
    """Finds the words that a translation copies: names and numbers that stand once on both sides, piece by piece."""

    def __init__(self, pieces):
        strings = [pieces.id_to_piece(id) for id in range(pieces.get_piece_size())]
        self.begins = [string.startswith("▁") for string in strings]
        self.is_word = [any(c.isalnum() for c in string) and not string.startswith("<") for string in strings]
        self.is_telling = [any(c.isupper() or c.isdigit() for c in string) for string in strings]

    def _words(self, ids):
        """{ids of a word: where it begins}, of the words that stand once."""
        begins = [at for at, id in enumerate(ids) if at == 0 or self.begins[id]] + [len(ids)]
        found, twice = {}, set()
        for start, end in zip(begins, begins[1:]):
            while end > start and not self.is_word[ids[end - 1]]:
                end -= 1
            word = tuple(ids[start:end])
            if word in found:
                twice.add(word)
            if any(self.is_telling[id] for id in word):
                found[word] = start
        return {word: start for word, start in found.items() if word not in twice}

    def __call__(self, source, target):
        """(position of the target, position of the source) of each copied piece."""
        here, there = self._words(target), self._words(source)
        return [(here[word] + i, there[word] + i) for word in here if word in there for i in range(len(word))]
