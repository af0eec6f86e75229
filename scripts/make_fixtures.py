#!/usr/bin/env python3
"""Writes what the tests compare the tokenizers and the weight readers with.

Needs sentencepiece, torch and transformers 4.44; run from the repository's root:
    python3 scripts/make_fixtures.py CORPUS
CORPUS is a text file, one sentence a line, to train two tiny SentencePiece models on.
"""
import collections
import io
import json
import pathlib
import sys

import sentencepiece
import torch
import transformers

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


def weights_fixtures() -> None:
    """One tiny T5 in every form that weights come in, and what transformers generates with it."""
    torch.manual_seed(3)
    config = transformers.T5Config(
        vocab_size=3025, d_model=4, d_kv=2, d_ff=8, num_layers=1, num_decoder_layers=1, num_heads=2,
        decoder_start_token_id=0, initializer_factor=8.0)
    model = transformers.T5ForConditionalGeneration(config).eval()
    out = ROOT / "tests/fixtures/weights"
    model.half().save_pretrained(out)
    state = model.state_dict()
    torch.save(state, out / "pytorch_model.bin")
    torch.save(state, out / "legacy.bin", _use_new_zipfile_serialization=False)
    for safe in [True, False]:
        model.save_pretrained(out / "sharded", max_shard_size="25KB", safe_serialization=safe)
    for name in ["config.json", "generation_config.json"]:
        (out / "sharded" / name).unlink()
    ids = [40, 1198, 47, 1652, 214, 1]
    output = model.float().generate(torch.tensor([ids]), max_new_tokens=12)[0].tolist()
    (out / "expected.json").write_text(json.dumps({"input_ids": ids, "output_ids": output}) + "\n", "utf-8")


def nllb_fixtures() -> None:
    """NLLB's numbering on another model's pieces.

    The slow tokenizer of 4.44, made from nothing but pieces, puts <mask> before the languages; the published models
    name every id in tokenizer_config.json and have it after them (eng_Latn is 256047), so that is done here too."""
    spm = ROOT / "tests/goldens/mbart50/sentencepiece.bpe.model"
    codes = transformers.models.nllb.tokenization_nllb.FAIRSEQ_LANGUAGE_CODES
    names = dict(enumerate(["<s>", "<pad>", "</s>", "<unk>"])) | dict(enumerate([*codes, "<mask>"], start=3001))
    added = {i: transformers.AddedToken(name, special=True) for i, name in names.items()}
    cases = []
    for source, target in [("eng_Latn", "spa_Latn"), ("spa_Latn", "eng_Latn"), ("arb_Arab", "zho_Hans")]:
        tokenizer = transformers.NllbTokenizer(str(spm), added_tokens_decoder=added, src_lang=source, tgt_lang=target)
        for text in ["The proposed amendment already passed both houses in 2011.", "日本語 año", ""]:
            ids = tokenizer(text)["input_ids"]
            cases.append({"source": source[:3], "target": target[:3], "text": text, "ids": ids,
                          "target_id": tokenizer.convert_tokens_to_ids(target),
                          "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    out = ROOT / "tests/fixtures/nllb.json"
    out.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n", "utf-8")


SEARCHES = [
    {"num_beams": 1, "repetition_penalty": 1.4, "max_length": 20},
    {"num_beams": 3, "repetition_penalty": 1.2, "max_length": 20},
    {"num_beams": 1, "no_repeat_ngram_size": 2, "min_length": 8, "max_length": 24},
    {"num_beams": 4, "early_stopping": "never", "length_penalty": 2.0, "max_length": 24},
    {"num_beams": 4, "early_stopping": "never", "length_penalty": -1.0, "max_length": 24},
    {"num_beams": 4, "early_stopping": False, "length_penalty": 1.0, "max_length": 24},
    {"num_beams": 4, "early_stopping": True, "length_penalty": 0.0, "max_length": 24, "min_length": 5},
    {"num_beams": 2, "no_repeat_ngram_size": 1, "max_new_tokens": 9},
]


def search_fixtures() -> None:
    """Settings that the goldens do not try, with the commonest tokens of each golden as its end tokens, so that
    hypotheses end at different lengths."""
    out = []
    for family in ["bart", "marian", "m2m_100", "t5"]:
        directory = ROOT / "tests/goldens" / family
        cases = json.loads((directory / "cases.json").read_text("utf-8"))["cases"]
        model = transformers.AutoModelForSeq2SeqLM.from_pretrained(directory).eval()
        tokens = collections.Counter(token for case in cases for token in case["output_ids"][2:-1])
        end = [token for token, _ in tokens.most_common(2)]
        bad = [[token] for token, _ in tokens.most_common(5)[2:3]] + [[token, token] for token, _ in tokens.most_common(6)[3:]]
        sources = [cases[index]["input_ids"] for index in (0, 8, 16)]
        for params in [*SEARCHES, {"num_beams": 3, "max_length": 20, "bad_words_ids": bad}]:
            for renormalize in [False] if params["num_beams"] == 1 else [False, True]:
                outputs = [model.generate(
                    torch.tensor([source]), attention_mask=torch.ones(1, len(source), dtype=torch.long),
                    eos_token_id=end, renormalize_logits=renormalize, **params)[0].tolist() for source in sources]
                out.append({"family": family, "eos_token_id": end, "renormalize_logits": renormalize, "params": params,
                            "sources": sources, "outputs": outputs})
    (ROOT / "tests/fixtures/searches.json").write_text(json.dumps(out) + "\n", "utf-8")


if __name__ == "__main__":
    sentencepiece_fixtures(pathlib.Path(sys.argv[1]))
    weights_fixtures()
    nllb_fixtures()
    search_fixtures()
