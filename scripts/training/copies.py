"""Which pieces of a translation are copies of which of the source's."""
from pieces import SPACE, is_digit, words


class Copies:
    """Finds the words that a translation copies: names and numbers that stand once on both sides, piece by piece.

    Of a number only the digits count: 12,345 is copied as 12.345, and $12 as 12.
    """

    def __init__(self, pieces):
        strings = [pieces.id_to_piece(id) for id in range(pieces.get_piece_size())]
        self.begins = [string.startswith(SPACE) for string in strings]
        self.is_word = [any(c.isalnum() for c in string) and not string.startswith("<") for string in strings]
        self.is_name = [any(c.isupper() for c in string) for string in strings]
        self.digits = {id: string[-1] for id, string in enumerate(strings) if is_digit(string)}

    def _words(self, ids):
        """{what identifies a word: the places of its pieces}, of the words that stand once."""
        found, twice = {}, set()
        for start, end in words(ids, self.begins):
            while end > start and not self.is_word[ids[end - 1]]:
                end -= 1
            places = list(range(start, end))
            if any(self.is_name[id] for id in ids[start:end]):
                word = tuple(ids[start:end])
            else:
                places = [at for at in places if ids[at] in self.digits]
                word = "".join(self.digits[ids[at]] for at in places)
            if word in found:
                twice.add(word)
            if word:
                found[word] = places
        return {word: places for word, places in found.items() if word not in twice}

    def __call__(self, source, target):
        """(position of the target, position of the source) of each copied piece."""
        here, there = self._words(target), self._words(source)
        return [link for word in here if word in there for link in zip(here[word], there[word])]
