"""transformers in float32 as a worker."""
import torch
import transformers

import protocol


def main():
    args = protocol.arguments()
    torch.set_num_threads(args.threads)
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(args.model, torch_dtype=torch.float32).eval()

    def run(job):
        sources = torch.tensor(job["sources"])
        with torch.inference_mode():
            outputs = model.generate(
                sources, attention_mask=torch.ones_like(sources), do_sample=False, early_stopping=True,
                num_beams=job["beams"], no_repeat_ngram_size=job["no_repeat_ngram_size"],
                min_length=job["new_tokens"], max_length=job["new_tokens"] + 1)
        return outputs.tolist()

    protocol.serve(run)


if __name__ == "__main__":
    main()
