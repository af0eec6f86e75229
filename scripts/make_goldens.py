#!/usr/bin/env python3
"""Makes golden models: tiny networks with random weights in the hub's layout, and what transformers does with them.

Needs torch 2.4, transformers 4.44 and sentencepiece; run from the repository's root:
    python3 scripts/make_goldens.py [--out DIRECTORY] [--seed NUMBER] [--width NUMBER] [--only NAME ...]

Each directory under DIRECTORY holds `config.json`, `generation_config.json`, `model.safetensors` (in float16, to be
computed with in float32), tokenizer files (links to those of the first set, where these fit) and `cases.json`:
- `cases[]`: `text`, `input_ids` (truncated at 200 tokens), generation `params`, `output_ids`, `output_text` (null where
  an id has no piece); with `num_return_sequences` also all `sequences` and their `scores`;
- `batch`: rows of different length, padded, with their `attention_mask` and `output_ids`; `encoder_hidden_mean` is the
  mean over positions of the encoder's last states for the first row, padding included, and `encoder_hidden_means` that
  of each row without its padding;
- `meta`: language codes where the family needs them.

Weights are wide, so that outputs are nonsense but depend on the source. A case is kept only if float64 gives the same
ids, and float64 with noise on the scores of every step as well, larger than what 32 bits get wrong: so none of them
hangs on rounding.
"""
import argparse
import collections
import copy
import json
import math
import os
import pathlib
import shutil

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIRST = ROOT / "tests/goldens"
LONGEST = 200
# How far scores are moved: at least so far, and ten times as far as they are wrong in 32 bits.
LEAST_NOISE = 5e-4
MOST_ERROR = 3e-4
NOISES = 3
CASES = 36
TEXTS = [
    "Antarctica is the coldest place on Earth, and surrounds the South Pole.",
    "The council approved the budget on Tuesday.",
    "In 1969, two people walked on the Moon for the first time; six hundred million watched.",
    "Is it true that prices rose by 4.5% in March, as the bank's report claims?",
    "Moose (also known as elk) aren't inherently aggressive, but will defend themselves if they perceive a threat.",
    "“We don’t know yet”, she said — and hung up.",
    "La reunión terminó sin acuerdo después de nueve horas.",
    "An infectious disease is one that is caused by a pathogen, such as a virus, bacterium, fungus or other parasites.",
    "Rain",
    "The White Sea–Baltic Canal connects the Arctic Ocean to the Baltic Sea, via Lake Onega, Lake Ladoga and Saint "
    "Petersburg, mostly by rivers and lakes.",
    "Firefighters worked through the night to contain the blaze, which destroyed eleven homes and a school. Nobody was "
    "hurt. The mayor thanked the crews, some of whom had come from as far as two hundred kilometres away, and promised "
    "that the school would open again by spring. Insurance will cover most of the damage, according to the county. "
    "Investigators believe that a fallen power line started the fire. " * 2,
]


def links(family, *names):
    return {name: FIRST / family / name for name in names}


SPM = "sentencepiece.bpe.model"
BYTES = links("bart", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")


def bart(**options):
    config = dict(vocab_size=3000, forced_bos_token_id=0, **options)
    return transformers.BartConfig, config, BYTES, transformers.BartTokenizer, {}


def marian(**options):
    pad = dict(pad_token_id=5481, decoder_start_token_id=5481, eos_token_id=0, forced_eos_token_id=0)
    config = dict(vocab_size=5482, decoder_vocab_size=5482, **pad, **options)
    files = links("marian", "vocab.json", "source.spm", "target.spm", "tokenizer_config.json", "special_tokens_map.json")
    return transformers.MarianConfig, config, files, transformers.MarianTokenizer, {}


def marian_separate(**options):
    """A vocabulary for each side, each with its own order; what is not in one is unknown to it."""
    pad = dict(pad_token_id=2, decoder_start_token_id=2, eos_token_id=0, forced_eos_token_id=0)
    config = dict(vocab_size=1500, decoder_vocab_size=1500, share_encoder_decoder_embeddings=False, **pad, **options)
    files = links("marian", "source.spm", "target.spm") | {
        "vocab.json": pieces("source.spm", 1500), "target_vocab.json": pieces("target.spm", 1500),
        "tokenizer_config.json": {"tokenizer_class": "MarianTokenizer", "separate_vocabs": True,
                                  "clean_up_tokenization_spaces": False, "source_lang": "en", "target_lang": "es"}}
    return transformers.MarianConfig, config, files, transformers.MarianTokenizer, {}


def pieces(name, count):
    import sentencepiece
    model = sentencepiece.SentencePieceProcessor(model_file=str(FIRST / "marian" / name))
    special = ["</s>", "<unk>", "<pad>"]
    others = [model.id_to_piece(i) for i in range(model.get_piece_size()) if not model.is_control(i) and not model.is_unknown(i)]
    return {piece: i for i, piece in enumerate([*special, *others][:count])}


def pegasus(**options):
    special = dict(pad_token_id=0, eos_token_id=1, bos_token_id=None, decoder_start_token_id=0, forced_eos_token_id=1)
    config = dict(vocab_size=3302, **special, **options)
    files = links("pegasus", "spiece.model", "tokenizer_config.json", "special_tokens_map.json")
    return transformers.PegasusConfig, config, files, transformers.PegasusTokenizer, {}


def mbart50(**options):
    config = dict(vocab_size=3054, decoder_start_token_id=2, forced_eos_token_id=2, **options)
    files = links("mbart50", SPM, "tokenizer_config.json", "special_tokens_map.json")
    return transformers.MBartConfig, config, files, transformers.MBart50Tokenizer, {"src_lang": "en_XX", "tgt_lang": "es_XX"}


def m2m100(**options):
    config = dict(vocab_size=3104, decoder_start_token_id=2, **options)
    files = links("m2m_100", SPM, "vocab.json", "tokenizer_config.json", "special_tokens_map.json")
    return transformers.M2M100Config, config, files, transformers.M2M100Tokenizer, {"src_lang": "en", "tgt_lang": "es"}


def nllb(**options):
    config = dict(vocab_size=3204, decoder_start_token_id=2, max_length=200, **options)
    files = links("mbart50", SPM) | {
        "tokenizer_config.json": {"tokenizer_class": "NllbTokenizer", "clean_up_tokenization_spaces": True}}
    return transformers.M2M100Config, config, files, transformers.NllbTokenizer, {"src_lang": "eng_Latn", "tgt_lang": "spa_Latn"}


def t5(**options):
    config = dict(vocab_size=3025, decoder_start_token_id=0, **options)
    files = links("t5", "spiece.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
    return transformers.T5Config, config, files, transformers.T5Tokenizer, {}


def shape(encoder, decoder, encoder_heads, decoder_heads, **options):
    """Layers and heads of either side, for all families but T5."""
    return dict(encoder_layers=encoder, decoder_layers=decoder, encoder_attention_heads=encoder_heads,
                decoder_attention_heads=decoder_heads, encoder_ffn_dim=88, decoder_ffn_dim=56,
                max_position_embeddings=256, **options)


def t5_shape(encoder, decoder, heads, d_kv, **options):
    return dict(num_layers=encoder, num_decoder_layers=decoder, num_heads=heads, d_kv=d_kv, d_ff=72, **options)


# Name: how to make it, and settings that generation_config.json holds besides those of the family.
MODELS = {
    "bart-gelu_new": (bart(**shape(1, 3, 8, 2, activation_function="gelu_new", scale_embedding=True)),
                      {"num_beams": 3, "length_penalty": 0.8, "max_length": 24, "no_repeat_ngram_size": 2}),
    "bart-untied": (bart(**shape(2, 1, 2, 4, activation_function="silu", tie_word_embeddings=False)), {}),
    "marian-relu": (marian(**shape(3, 1, 4, 8, activation_function="relu", scale_embedding=False)), {}),
    "marian-separate": (marian_separate(**shape(2, 2, 8, 4, activation_function="swish", scale_embedding=True)), {}),
    "pegasus-gelu": (pegasus(**shape(1, 3, 2, 8, activation_function="gelu", scale_embedding=False)), {}),
    "mbart50-gelu": (mbart50(**shape(3, 1, 8, 4, activation_function="gelu", scale_embedding=False)),
                     {"num_beams": 5, "early_stopping": "never", "max_length": 22, "repetition_penalty": 1.3}),
    "m2m_100-silu": (m2m100(**shape(1, 2, 4, 2, activation_function="silu", scale_embedding=False)),
                     {"renormalize_logits": True}),
    "nllb": (nllb(**shape(2, 1, 2, 8, activation_function="relu", scale_embedding=True)), {}),
    "t5-relu": (t5(**t5_shape(1, 3, 6, 8, feed_forward_proj="relu", relative_attention_num_buckets=16,
                              relative_attention_max_distance=40)), {}),
    "t5-gated-gelu": (t5(**t5_shape(3, 1, 2, 20, feed_forward_proj="gated-gelu", tie_word_embeddings=False)), {}),
    "t5-gated-silu": (t5(**t5_shape(2, 1, 4, 12, feed_forward_proj="gated-silu")), {"num_beams": 2, "suppress_tokens": [5, 9]}),
}


# A decoder that looks more at its source and its last token than at all that it wrote does not fall into loops.
GAINS = {"self_attn": 1.4, "encoder_attn": 2.0, "SelfAttention": 1.4, "EncDecAttention": 2.0}
POST_NORM_GAINS = {"self_attn": 0.8, "encoder_attn": 1.3}


def draw(model, generator, end, push):
    """Fills the weights, wide enough for sharp attention and scores some units apart. `push` makes the end token win now
    and then: by its bias, or where there is none by a wider row."""
    width = model.config.d_model
    is_t5 = model.config.model_type == "t5"
    tied_t5 = is_t5 and model.config.tie_word_embeddings
    normal = lambda p, std, mean=0.0: torch.randn(p.shape, generator=generator) * std + mean
    for name, p in model.named_parameters():
        if name.endswith("embed_positions.weight"):
            # Nearly as wide as embeddings, or an output that repeats itself once does so for ever.
            if p.requires_grad:
                p.data = normal(p, 4.0 if model.config.scale_embedding else 1.0)
        elif "relative_attention_bias" in name:
            p.data = normal(p, 1.0)
        elif any(part in name for part in ["shared", "embed_tokens", "lm_head"]):
            scaled = getattr(model.config, "scale_embedding", False)
            p.data = normal(p, 6.0 if tied_t5 else 6.0 / math.sqrt(width) if scaled else 1.5)
            # Of one length: long ones would win over all others.
            p.data *= p.data.norm(dim=1).mean() / p.data.norm(dim=1, keepdim=True)
            if name.startswith("lm_head") or model.get_output_embeddings().weight is p:
                p.data[end] *= 1 if hasattr(model, "final_logits_bias") else 1 + push / 4
        elif "norm" in name and name.endswith("weight"):
            # Either sign, or tied embeddings would make every token its own likeliest successor.
            p.data = normal(p, 0.2, 1.0) * normal(p, 1.0).sign()
        elif p.dim() == 1:
            p.data = normal(p, 0.2)
        else:
            gains = POST_NORM_GAINS if model.config.model_type in ("bart", "marian") else GAINS
            gain = next((gain for part, gain in gains.items() if part in name), 1.8)
            if is_t5 and name.endswith("Attention.q.weight"):
                gain /= math.sqrt(model.config.d_kv)
            p.data = normal(p, gain / math.sqrt(p.shape[1]))
    if hasattr(model, "final_logits_bias"):
        model.final_logits_bias.data = torch.randn(model.final_logits_bias.shape, generator=generator)
        model.final_logits_bias[0, end] = push
    model.tie_weights()
    # All that is saved is saved in 16 bits; sinusoids are not.
    for tensor in [*(p for p in model.parameters() if p.requires_grad), getattr(model, "final_logits_bias", torch.zeros(1))]:
        tensor.data = tensor.data.half().float()
    return model.eval()


class Noise(transformers.LogitsProcessor):
    def __init__(self, seed, width):
        self.generator, self.width = torch.Generator().manual_seed(seed), width

    def __call__(self, _ids, scores):
        return scores + self.width * torch.randn(scores.shape, generator=self.generator, dtype=scores.dtype)


def run(model, ids, mask, params, noise=None):
    """Rows of ids, and scores where there are any."""
    processors = transformers.LogitsProcessorList([noise] if noise else [])
    ids = torch.tensor(ids)
    with torch.no_grad():
        output = model.generate(ids, attention_mask=torch.tensor(mask), logits_processor=processors,
                                return_dict_in_generate=True, output_scores=True, **params)
    scores = output.get("sequences_scores")
    return output.sequences.tolist(), None if scores is None else scores.tolist()


def without_padding(row, ends):
    end = next((i for i, token in enumerate(row) if i and token in ends), len(row) - 1)
    return row[:end + 1]


class Golden:
    def __init__(self, name, seed, width):
        (self.config_class, options, self.files, tokenizer_class, self.languages), self.settings = MODELS[name]
        self.name, self.seed = name, seed
        options = dict(options, d_model=width)
        self.config = self.config_class(**{**options, "torch_dtype": "float16"})
        self.tokenizer_class = tokenizer_class
        self.class_ = transformers.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING[self.config_class]

    def write_tokenizer(self, directory):
        for name, content in self.files.items():
            path = directory / name
            if isinstance(content, pathlib.Path):
                path.symlink_to(os.path.relpath(content, directory))
            else:
                path.write_text(json.dumps(content, ensure_ascii=False) + "\n", "utf-8")
        self.tokenizer = self.open_tokenizer(directory)

    def open_tokenizer(self, directory):
        if self.tokenizer_class is not transformers.NllbTokenizer:
            options = {"target_vocab_file": str(directory / "target_vocab.json")} if "target_vocab.json" in self.files else {}
            return self.tokenizer_class.from_pretrained(directory, **options, **self.languages)
        # See make_fixtures.py: the numbering of the published models.
        codes = transformers.models.nllb.tokenization_nllb.FAIRSEQ_LANGUAGE_CODES
        names = dict(enumerate(["<s>", "<pad>", "</s>", "<unk>"])) | dict(enumerate([*codes, "<mask>"], start=3001))
        added = {i: transformers.AddedToken(name, special=True) for i, name in names.items()}
        return self.tokenizer_class(str(directory / SPM), added_tokens_decoder=added, **self.languages)

    def language_params(self):
        if not self.languages:
            return {}
        target = self.languages["tgt_lang"]
        by_name = getattr(self.tokenizer, "get_lang_id", self.tokenizer.convert_tokens_to_ids)
        return {"forced_bos_token_id": by_name(target)}

    def encode(self, text):
        return self.tokenizer(text, truncation=True, max_length=LONGEST)["input_ids"]

    def decode(self, ids):
        try:
            return self.tokenizer.decode(ids, skip_special_tokens=True)
        except (TypeError, IndexError, KeyError):
            return None

    def build(self):
        """Draws the model with the least push of the end token that ends a third of its outputs before their limit; what
        is wrong with what was drawn, if anything."""
        generation = transformers.GenerationConfig.from_model_config(self.config)
        self.ends = {self.config.eos_token_id}
        sources = [self.encode(text) for text in TEXTS]
        for push in range(0, 60, 2):
            torch.manual_seed(self.seed)
            model = self.class_(copy.deepcopy(self.config))
            model = draw(model, torch.Generator().manual_seed(self.seed), self.config.eos_token_id, push)
            model.generation_config = copy.deepcopy(generation)
            outputs = [without_padding(run(model, [ids], [[1] * len(ids)], {"num_beams": beams, "max_length": 24} | self.language_params())[0][0], self.ends)
                       for ids in sources for beams in (1, 4)]
            if sum(len(output) < 24 for output in outputs) * 3 >= len(outputs):
                break
        else:
            return "nothing ends its outputs"
        distinct = len({tuple(output) for output in outputs[::2]})
        if distinct * 3 < len(sources) * 2:
            return f"only {distinct} different outputs of {len(sources)} sources"
        # Those of the model's own come last, so that the outputs above are of plain searches.
        for name, value in self.settings.items():
            setattr(model.generation_config, name, value)
        self.model, self.plain, self.push = model, outputs, push
        self.model64 = copy.deepcopy(model).double()
        error = self.error32()
        self.noise = max(LEAST_NOISE, 10 * error)
        return f"scores are wrong by {error} in 32 bits" if error > MOST_ERROR else None

    def save(self, directory):
        half = copy.deepcopy(self.model).half()
        half.config.torch_dtype = torch.float16
        half.generation_config = transformers.GenerationConfig()
        half.save_pretrained(directory)
        # Written here, since save_pretrained refuses some that generate takes.
        generation = self.model.generation_config.to_json_string(use_diff=True)
        (directory / "generation_config.json").write_text(generation, "utf-8")
        again, here = self.class_.from_pretrained(directory).state_dict(), self.model.state_dict()
        # Sinusoids are not saved.
        assert all(torch.equal(again[name], here[name]) for name in here if "embed_positions" not in name), self.name

    def error32(self):
        ids = torch.tensor([self.encode(TEXTS[4])])
        output = torch.tensor([self.plain[8][:-1]])
        with torch.no_grad():
            one = self.model(input_ids=ids, decoder_input_ids=output).logits
            # transformers makes masks of the default type.
            torch.set_default_dtype(torch.float64)
            other = self.model64(input_ids=ids, decoder_input_ids=output).logits
            torch.set_default_dtype(torch.float32)
        return (one.double() - other).abs().max().item()

    def all_params(self):
        """Names of settings, and the settings: what the first set tries, and what it does not."""
        start = self.config.decoder_start_token_id
        counts = collections.Counter(token for output in self.plain for token in output[2:] if token not in self.ends)
        common = [token for token, _ in counts.most_common(6)]
        pairs = collections.Counter(pair for output in self.plain for pair in zip(output[2:], output[3:]) if not self.ends & {*pair})
        triples = collections.Counter(t for output in self.plain for t in zip(output[1:], output[2:], output[3:]) if not self.ends & {*t})
        bad = [[common[0]], *map(list, [p for p, _ in pairs.most_common(3)]), *map(list, [t for t, _ in triples.most_common(2)])]
        first = self.language_params()
        first = {} if first else {"forced_bos_token_id": common[2]}
        return {
            "defaults": {},
            "greedy": {"num_beams": 1, "max_new_tokens": 20},
            "greedy-penalty": {"num_beams": 1, "max_length": 20, "repetition_penalty": 1.4, "suppress_tokens": common[:2]},
            "beam4": {"num_beams": 4, "max_new_tokens": 20, "early_stopping": True},
            "summary": {"num_beams": 4, "min_length": 12, "max_length": 28, "no_repeat_ngram_size": 3, "length_penalty": 2.0, "early_stopping": True},
            "n-best": {"num_beams": 5, "num_return_sequences": 3, "max_length": 18, "early_stopping": False},
            "n-best-never": {"num_beams": 3, "num_return_sequences": 3, "max_length": 22, "early_stopping": "never", "length_penalty": -0.7},
            "never": {"num_beams": 4, "max_length": 22, "early_stopping": "never", "length_penalty": 1.5},
            "bad-words": {"num_beams": 3, "max_length": 20, "bad_words_ids": bad, "early_stopping": False},
            "penalty": {"num_beams": 3, "max_length": 20, "repetition_penalty": 1.6, "suppress_tokens": common[:1], "length_penalty": 0.0},
            "forced": {"num_beams": 2, "max_length": 9, "forced_eos_token_id": self.config.eos_token_id, "length_penalty": -1.0} | first,
        }

    def agree(self, ids, mask, params):
        """The output, if neither rounding nor noise changes it."""
        expected, scores = run(self.model, ids, mask, params)
        noises = [None, *(Noise(seed, self.noise) for seed in range(NOISES))]
        others = (run(self.model64, ids, mask, params, noise)[0] for noise in noises)
        return (expected, scores) if all(other == expected for other in others) else None

    def case(self, text, name, params):
        ids = self.encode(text)
        params = params | self.language_params()
        found = self.agree([ids], [[1] * len(ids)], params)
        if not found:
            return None
        rows, scores = [without_padding(row, self.ends) for row in found[0]], found[1]
        case = {"text": text, "input_ids": ids, "params": {"name": name, **params, "do_sample": False},
                "output_ids": rows[0], "output_text": self.decode(rows[0])}
        if "num_return_sequences" in params:
            case |= {"sequences": rows, "scores": scores}
        return case

    def cases(self):
        """As many as wanted, every setting with as many texts as any other."""
        all_params = self.all_params()
        tried = [self.case(TEXTS[(i + shift) % len(TEXTS)], name, params)
                 for shift in range(5) for i, (name, params) in enumerate(all_params.items())]
        kept = [case for case in tried if case][:CASES]
        missing = set(all_params) - {case["params"]["name"] for case in kept}
        assert not missing, f"{self.name}: no case of {missing} leads clearly"
        return kept, len(tried)

    def batch(self):
        params = {"num_beams": 4, "max_new_tokens": 16, "early_stopping": True} | self.language_params()
        alone = [text for text in TEXTS if self.case(text, "", params)]
        rows = [self.encode(text) for text in alone[:5]]
        pad = self.config.pad_token_id
        width = max(map(len, rows))
        ids = [row + [pad] * (width - len(row)) for row in rows]
        mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
        outputs, _ = self.agree(ids, mask, params)
        with torch.no_grad():
            states = self.model.get_encoder()(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask)).last_hidden_state
        means = [states[i, :len(row)].mean(0).tolist() for i, row in enumerate(rows)]
        return {"input_ids": ids, "attention_mask": mask, "params": params, "output_ids": outputs,
                "encoder_hidden_mean": short(states[0].mean(0).tolist()), "encoder_hidden_means": [short(mean) for mean in means]}


def short(numbers):
    return [float(f"{number:.7g}") for number in numbers]


def make(name, out, seed, width):
    directory = out / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    golden = Golden(name, seed, width)
    golden.write_tokenizer(directory)
    while reason := golden.build():
        print(f"{name}: not with the seed {golden.seed}: {reason}", flush=True)
        golden.seed += 1
    golden.save(directory)
    cases, tried = golden.cases()
    content = {"meta": golden.languages, "cases": cases, "batch": golden.batch()}
    (directory / "cases.json").write_text(json.dumps(content, ensure_ascii=False) + "\n", "utf-8")
    lengths = sorted(len(output) for output in golden.plain)
    size = sum(path.lstat().st_size for path in directory.iterdir())
    print(f"{name}: {len(cases)} cases ({tried} tried), lengths {lengths}, push {golden.push}, "
          f"seed {golden.seed}, noise {golden.noise:.1e}, {size / 1e3:.0f} kB", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=FIRST / "second")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--width", type=int, default=40, help="of the states, a multiple of 8")
    parser.add_argument("--only", nargs="*", choices=list(MODELS), default=list(MODELS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in options.only:
        make(name, options.out, options.seed, options.width)
