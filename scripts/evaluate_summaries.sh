#!/usr/bin/env bash
# Measures sentence selection by ROUGE and writes the tables of docs/QUALITY.md.
#
#   scripts/evaluate_summaries.sh [DIRECTORY] [--representations]
#
# DIRECTORY holds summarization/{cnn300,xsum200,newsroom60}.jsonl (default: ../shared/eval).
# --representations also compares word counts, TF-IDF and encoder states, which needs PyTorch (a large download).
set -euo pipefail

directory=../shared/eval representations=false
for argument in "$@"; do
    case "$argument" in
        --representations) representations=true ;;
        -*) echo "unknown option $argument" >&2; exit 2 ;;
        *) directory=$argument ;;
    esac
done
# A relative directory is the caller's; the default is beside the repository.
if [ "$directory" != ../shared/eval ]; then directory=$(realpath "$directory"); fi
cd "$(dirname "$0")/.."
sets=$directory/summarization
[ -d "$sets" ] || { echo "no folder $sets: name the folder that holds summarization/" >&2; exit 2; }

environment() { # NAME REQUIREMENTS: a virtual environment that is made once
    if ! cmp -s "$2" ".venv/$1/requirements.txt"; then
        "${PYTHON:-python3}" -m venv ".venv/$1"
        ".venv/$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$2"
        cp "$2" ".venv/$1/requirements.txt"
    fi
}

scripts/setup_libtorch.sh
environment rouge scripts/evaluation/requirements.txt
cargo build --example extract
extract=${CARGO_TARGET_DIR:-target}/debug/examples/extract
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python=.venv/rouge/bin/python
for pair in cnn300:3 xsum200:1 newsroom60:3; do
    name=${pair%:*} count=${pair#*:}
    "$python" scripts/evaluation/articles.py "$sets/$name.jsonl" > "$work/articles.jsonl"
    "$extract" --count "$count" < "$work/articles.jsonl" > "$work/$name.ours.jsonl"
    "$extract" --count "$count" --lead < "$work/articles.jsonl" > "$work/$name.lead.jsonl"
    "$extract" --count 1000000 --lead < "$work/articles.jsonl" > "$work/$name.sentences.jsonl"
done
"$python" scripts/evaluation/evaluate_summaries.py "$sets" "$work"
if $representations; then
    environment representations scripts/evaluation/requirements-representations.txt
    .venv/representations/bin/python scripts/evaluation/compare_representations.py "$sets" "$work"
fi
