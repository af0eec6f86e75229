"""What kinds of pieces a vocabulary has."""
SPACE = "▁"


def is_digit(piece):
    """A single digit, with or without a space before it."""
    return piece.removeprefix(SPACE) in set("0123456789")


def is_number(piece):
    """A piece with a digit and more, which is never used: every digit is a piece of its own."""
    return not is_digit(piece) and not piece.startswith("<") and any(c in "0123456789" for c in piece)


def words(ids, begins):
    """(start, end) of each word; `begins` says of every id whether its piece begins one."""
    starts = [at for at, id in enumerate(ids) if at == 0 or begins[id]] + [len(ids)]
    return zip(starts, starts[1:])
