#!/usr/bin/env python3
"""Writes what the tests compare the tokenizers and the weight readers with.

Needs sentencepiece and torch (any recent version); run from the repository's root:
    python3 scripts/make_fixtures.py CORPUS
CORPUS is a text file, one sentence a line, to train two tiny SentencePiece models on.
"""
import io
import json
import pathlib
import sys

import sentencepiece
import torch

ROOT = pathlib.Path(__file__).resolve().parent.parent
HARD = [
    "", " ", "  two  spaces ", "Nov. 3, U.S. GDP: 4.5%!", "a\u0301 e\u0301\u0323 ñ Å Ａ ﬁ ½ ①", "line\r\nbreak\ttab",
    "zero\u200bwidth\u00a0nbsp\u3000wide", "NUL\x00 and \x07 bell", "😀 👩‍👩‍👧 🇪🇸", "日本語のテキスト", "اختبار", "<s> text </s> <unk>",
    "▁literal ▁ block", "«¿Qué?» —dijo…", "ééé" * 20, "x" * 300, "1,234,567.89 €", "don't ‘quote’ “double”", "한국어",
    "i\u0307stanbul \u1e9b\u0323", "\ufb03 \u2126", "a<sep>b<sep>", "\ufeffBOM", "~tilde～",
]


def train(corpus: pathlib.Path, name: str, **options) -> bytes:
    model = io.BytesIO()
    lines = [line for line in corpus.read_text("utf-8").splitlines() if line.strip()]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, minloglevel=2, num_threads=1,
        user_defined_symbols=["<sep>"], **options)
    path = ROOT / "tests/fixtures/sentencepiece" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.getvalue())


def split(path: pathlib.Path) -> dict:
    model = sentencepiece.SentencePieceProcessor(model_file=str(path))
    cases = []
    for text in HARD:
        ids = model.encode(text)
        cases.append({"text": text, "ids": ids, "pieces": model.encode(text, out_type=str), "decoded": model.decode(ids)})
    return {"model": str(path.relative_to(ROOT)), "cases": cases}


def sentencepiece_fixtures(corpus: pathlib.Path) -> None:
    train(corpus, "bpe.model", model_type="bpe", vocab_size=400, normalization_rule_name="identity")
    train(corpus, "bytes.model", model_type="unigram", vocab_size=500, byte_fallback=True,
          normalization_rule_name="identity", remove_extra_whitespaces=False)
    models = ["tests/fixtures/sentencepiece/bpe.model", "tests/fixtures/sentencepiece/bytes.model",
              "models/en-es-tiny/vocab.spm", "tests/goldens/marian/target.spm",
              "tests/goldens/mbart50/sentencepiece.bpe.model"]
    out = ROOT / "tests/fixtures/sentencepiece/cases.json"
    out.write_text(json.dumps([split(ROOT / model) for model in models], indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sentencepiece_fixtures(pathlib.Path(sys.argv[1]))
