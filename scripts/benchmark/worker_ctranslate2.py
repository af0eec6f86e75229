"""CTranslate2 as a worker, on a model that models.py has converted."""
import json
import pathlib

import ctranslate2

import protocol


def main():
    args = protocol.arguments("vocabulary", "precision")
    ids = json.loads(pathlib.Path(args.vocabulary).read_text(encoding="utf-8"))
    tokens = {number: token for token, number in ids.items()}
    model = ctranslate2.Translator(
        args.model, device="cpu", inter_threads=1, intra_threads=args.threads, compute_type=args.precision)

    def run(job):
        sources = [[tokens[number] for number in source] for source in job["sources"]]
        results = model.translate_batch(
            sources, beam_size=job["beams"], max_batch_size=64, no_repeat_ngram_size=job["no_repeat_ngram_size"],
            min_decoding_length=job["new_tokens"], max_decoding_length=job["new_tokens"])
        return [[ids[token] for token in result.hypotheses[0]] for result in results]

    protocol.serve(run)


if __name__ == "__main__":
    main()
