"""Makes the files of a built-in translator: package.py WORK DIRECTION OUT [--weights FILE]

Writes OUT/{best.safetensors,config.json,vocab.spm,allowed.json,golden.json,data.md,SHA256SUMS}. README.md, the model
card, is written by hand.
"""
import argparse
import collections
import hashlib
import json
import pathlib
import shutil

import sentencepiece
import torch
from safetensors.torch import load_file, save_file

import corpus
from batches import pad
from decoding import Greedy
from network import EMBEDDING, FORMULAS, OUTPUT_BIAS, SHAPE, Network
from pieces import is_number
from sources import SOURCES, SYNTHETIC

BARRED = -100.0  # float16 holds it, and nothing with it is ever chosen
LISTED = ["best.safetensors", "config.json", "vocab.spm", "allowed.json"]
HEAD = ["# Training data", "", '"Passes" is how often a pair is met in one pass over the data.', ""]
BETWEEN = ["Text in one language, paired with a translation by a model of the same origin (docs/TRAINING.md):", "",
           "| text | pairs | passes | licence | what |", "|---|---|---|---|---|"]
LANGUAGES = {"en": "English", "es": "Spanish"}
GOLDEN = {
    "en": [
        "Hello, world!", "The meeting starts at nine o'clock tomorrow morning.", "She didn't know where the keys were.",
        "How many people live in this city?", "Please restart the computer and try again.", "Fire kills three",
        "Krzysztof Wojciechowski flew from Tegucigalpa to Reykjavik on 24 March 2009.",
        "The government announced new measures to reduce inflation, said the minister, but nobody believed her.",
        "Hokuriku Electric Power Co. reported no effects from the earthquake and that the Number 1 and 2 reactors at its "
        "Shika nuclear power plant were shut down.",
        "The two leaders spoke by phone for 25 minutes on Nov. 3, the White House said.",
        '"We will not give up," said Laura Bennett, who owns 1,250 shares worth $3.2 million.',
        "The cities of Harappa and Mohenjo-daro had a flush toilet in almost every house, attached to a sophisticated "
        "sewage system.",
    ],
    "es": [
        "¡Hola, mundo!", "La reunión empieza mañana a las nueve.", "Ella no sabía dónde estaban las llaves.",
        "¿Cuánta gente vive en esta ciudad?", "Reinicie el ordenador e inténtelo otra vez.", "Un incendio mata a tres personas",
        "Krzysztof Wojciechowski voló de Tegucigalpa a Reikiavik el 24 de marzo de 2009.",
        "El gobierno anunció nuevas medidas para reducir la inflación, dijo la ministra, pero nadie la creyó.",
        "La empresa Hokuriku Electric Power informó de que el terremoto no había causado daños y de que los reactores 1 y 2 "
        "de su central nuclear de Shika se habían detenido.",
        "Los dos dirigentes hablaron por teléfono durante 25 minutos el 3 de noviembre, según la Casa Blanca.",
        "«No nos rendiremos», dijo Laura Bennett, que posee 1.250 acciones por valor de 3,2 millones de dólares.",
        "Las ciudades de Harappa y Mohenjo-daro tenían un retrete en casi todas las casas, unido a un complejo alcantarillado.",
    ],
}


def allowed_ids(pieces, texts):
    """Ids that may be produced: all but lower-case beginnings of words that the target language was never seen to use,
    and pieces of more than a digit, which no text is split into. Everything else may be part of a name."""
    used = {id for ids in pieces.encode(texts) for id in ids}
    foreign = lambda piece: piece.startswith("▁") and len(piece) > 2 and piece[1:].isalpha() and piece.islower()
    return [id for id in range(pieces.get_piece_size()) if id != pieces.unk_id()
            and (id in used or not foreign(pieces.id_to_piece(id))) and not is_number(pieces.id_to_piece(id))]


def bar(tensors, allowed):
    """The weights as float16, in which other pieces than those allowed never win."""
    barred = torch.ones(tensors[EMBEDDING].shape[0], dtype=torch.bool)
    barred[allowed] = False
    tensors = {name: tensor.clone() for name, tensor in tensors.items()}
    tensors[OUTPUT_BIAS].reshape(-1)[barred] = BARRED
    return {name: tensor.half().contiguous() for name, tensor in tensors.items()}


def config(direction, tensors):
    source, target = direction.split("-")
    return {**SHAPE, "model": f"marian tiny {direction}", "source_language": source, "target_language": target,
            "parameters": sum(tensor.numel() for tensor in tensors.values()), "dtype": "float16", **FORMULAS,
            "bos_id": None, "max_length_factor": 2.5, "beam": 4, "length_penalty": "score / length",
            "tokenizer": "vocab.spm (SentencePiece unigram, nmt_nfkc), append eos to the source; one sentence per input"}


def golden(tensors, pieces, allowed, language):
    """What the shipped weights make of a few sentences, greedily, computed in float32."""
    network = Network().load({name: tensor.float() for name, tensor in tensors.items()})
    search, cases = Greedy(network, torch.tensor(allowed)), []
    for line in GOLDEN[language]:
        source = pieces.encode(line) + [SHAPE["eos_id"]]
        output = search(*pad([source]))[0]
        cases.append({"source": line, "source_ids": source, "output_ids": output + [SHAPE["eos_id"]],
                      "output": pieces.decode(output)})
    return cases


def data_card(pairs, counts):
    """The tables of sources, for the model card. `pairs`: those that were trained on, of the archive and of texts."""
    rows = ["| source | pairs in the archive | used | passes | licence | what |", "|---|---|---|---|---|---|"]
    for name, source in SOURCES.items():
        count = counts.get(name)
        if count:  # --pairs-only does without those of packages
            rows.append(f"| {name} | {count['read']} | {count['train']} | {source.passes} | {source.licence} | {source.what} |")
    made = collections.Counter(pair[0] for pair in pairs)
    texts = [f"| {name} | {made[name]} | {source.passes} | {source.licence} | {source.what} |"
             for name, source in SYNTHETIC.items() if made[name]]
    texts = [*BETWEEN, *texts] if texts else []
    return "\n".join([*HEAD, *rows, "", *texts]) + "\n"


def sums(directory):
    digest = lambda name: hashlib.sha256((directory / name).read_bytes()).hexdigest()
    return "".join(f"{digest(name)}  {name}\n" for name in LISTED)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("direction", choices=("en-es", "es-en"))
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--weights", type=pathlib.Path, help="(default: WORK/DIRECTION/main/ema.safetensors)")
    options = parser.parse_args()
    folder, out = options.work / options.direction, options.out
    out.mkdir(parents=True, exist_ok=True)
    source, target = options.direction.split("-")
    pieces = sentencepiece.SentencePieceProcessor(str(folder / "vocab.spm"))
    data = options.work / "data"
    made = data / "synthetic.tsv"
    synthetic = corpus.read(made) if made.exists() else []
    texts = [pair[2 if target == "es" else 1] for pair in corpus.read(data / "train.tsv") + synthetic]
    allowed = allowed_ids(pieces, texts)
    tensors = bar(load_file(options.weights or folder / "main" / "ema.safetensors"), allowed)
    save_file(tensors, out / "best.safetensors", metadata={
        "format": "pt", "origin": f"Mozilla's Firefox Translations student (MPL-2.0), trained for {LANGUAGES[target]}"})
    (out / "allowed.json").write_text(json.dumps(allowed))
    (out / "config.json").write_text(json.dumps(config(options.direction, tensors), indent=1))
    (out / "golden.json").write_text(json.dumps(golden(tensors, pieces, allowed, source), indent=1, ensure_ascii=False))
    (out / "data.md").write_text(data_card(synthetic, json.loads((data / "counts.json").read_text())))
    shutil.copyfile(folder / "vocab.spm", out / "vocab.spm")
    (out / "SHA256SUMS").write_text(sums(out))
    print(f"{len(allowed)} pieces may be produced; {sum(f.stat().st_size for f in out.iterdir()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
