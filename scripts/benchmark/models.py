"""Builds the models of the benchmarks: random weights of a fixed seed in the Hub's layout, and CTranslate2's copies.

    models.py DIRECTORY

What is there already is kept; a build that broke off is begun again.
"""
import json
import pathlib
import shutil
import sys

import ctranslate2.converters
import safetensors.torch
import sentencepiece
import tokenizers
import torch
import transformers
from transformers import BartConfig, BartForConditionalGeneration, GenerationConfig, MarianConfig, MarianMTModel

import shapes
import texts

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 20
BART_TOKENS = 50264
MARIAN_TOKENS = 65001


def bart(directory):
    """The shape of distilbart-cnn-12-6, with a byte-level BPE trained on the repository's own documents."""
    vocabulary = tokenizers.ByteLevelBPETokenizer()
    vocabulary.train(
        [str(path) for path in texts.documents()], vocab_size=20000, show_progress=False,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    vocabulary.save_model(str(directory))
    ids = json.loads((directory / "vocab.json").read_text(encoding="utf-8"))
    write_json(directory / "vocab.json", filled(ids, BART_TOKENS))
    write_json(directory / "tokenizer_config.json", {"tokenizer_class": "BartTokenizer", "model_max_length": 1024})
    special = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2}
    config = BartConfig(
        vocab_size=BART_TOKENS, d_model=1024, encoder_layers=12, decoder_layers=6, encoder_ffn_dim=4096,
        decoder_ffn_dim=4096, encoder_attention_heads=16, decoder_attention_heads=16, max_position_embeddings=1024,
        activation_function="gelu", scale_embedding=False, normalize_before=False, normalize_embedding=True,
        static_position_embeddings=False, add_final_layer_norm=False, **special)
    generation = {"max_length": 65, "min_length": 64, "no_repeat_ngram_size": 3, "forced_eos_token_id": 2}
    save(BartForConditionalGeneration(config), GenerationConfig(num_beams=4, early_stopping=True, **special, **generation), directory)


def marian(directory):
    """The shape of opus-mt-en-es, with the SentencePiece model of the built-in translator."""
    pieces = ROOT / "models/en-es-tiny/vocab.spm"
    for name in ("source.spm", "target.spm"):
        shutil.copy(pieces, directory / name)
    model = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    ids = {"</s>": 0, "<unk>": 1}
    for index in range(model.vocab_size()):
        ids.setdefault(model.id_to_piece(index), len(ids))
    ids = filled(ids, MARIAN_TOKENS - 1)
    write_json(directory / "vocab.json", {**ids, "<pad>": MARIAN_TOKENS - 1})
    write_json(directory / "tokenizer_config.json",
               {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "es", "model_max_length": 512})
    special = {"pad_token_id": MARIAN_TOKENS - 1, "eos_token_id": 0, "decoder_start_token_id": MARIAN_TOKENS - 1}
    config = MarianConfig(
        vocab_size=MARIAN_TOKENS, d_model=512, encoder_layers=6, decoder_layers=6, encoder_ffn_dim=2048,
        decoder_ffn_dim=2048, encoder_attention_heads=8, decoder_attention_heads=8, max_position_embeddings=512,
        activation_function="swish", scale_embedding=True, static_position_embeddings=True, add_final_layer_norm=False,
        normalize_before=False, normalize_embedding=False, **special)
    generation = {"max_length": 41, "min_length": 40, "bad_words_ids": [[MARIAN_TOKENS - 1]], "forced_eos_token_id": 0}
    model = MarianMTModel(config)
    save(model, GenerationConfig(num_beams=4, **special, **generation), directory)
    add_positions(model, directory / "model.safetensors")


def add_positions(model, path):
    """The fixed positions, which transformers leaves out, the hub's files have, and rust-bert looks for."""
    tensors = safetensors.torch.load_file(path)
    for part in ("encoder", "decoder"):
        name = f"model.{part}.embed_positions.weight"
        tensors[name] = model.get_parameter(name).data
    safetensors.torch.save_file(tensors, path, metadata={"format": "pt"})


def filled(ids, size):
    """`ids` with made-up words up to `size` of them."""
    return {**ids, **{f"madeupword{number:05d}": number for number in range(len(ids), size)}}


def save(model, generation, directory):
    model.generation_config = generation
    model.eval().save_pretrained(directory, safe_serialization=True)


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


class Converter(ctranslate2.converters.TransformersConverter):
    """CTranslate2's, which hands `from_pretrained` an argument `dtype` that transformers 4.44 does not know."""

    def load_model(self, model_class, name, **settings):
        settings.pop("dtype", None)
        return super().load_model(model_class, name, **settings)


def once(directory, build):
    """Has `build` fill `directory`, unless an earlier run has."""
    done = directory / "complete"
    if done.exists():
        return
    print(f"[bench] building {directory.name}", file=sys.stderr, flush=True)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    build(directory)
    done.touch()


def main():
    home = pathlib.Path(sys.argv[1])
    transformers.logging.set_verbosity_error()
    builders = {"bart": bart, "marian": marian}
    for shape in shapes.SHAPES:
        torch.manual_seed(SEED)
        once(home / shape.name, builders[shape.family])
        for quantization in shapes.QUANTIZATIONS:
            def convert(directory, name=str(home / shape.name), kind=quantization):
                Converter(name).convert(str(directory), quantization=kind, force=True)
            once(home / f"{shape.name}-ct2-{quantization}", convert)


if __name__ == "__main__":
    main()
