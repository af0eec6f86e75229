#!/usr/bin/env bash
# Measures sentence selection by ROUGE on the halves of the sets: a stage of scripts/evaluate.sh.
#
#   scripts/evaluate.sh --only selection [DIRECTORY]
#   scripts/evaluate.sh --only representations [DIRECTORY]
#
# DIRECTORY holds summarization/{cnn300,xsum200,newsroom60}.jsonl (default: ../shared/eval beside the repository).
# The second also compares word counts, TF-IDF and encoder states, which needs PyTorch (a large download).
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
cd "$(dirname "$0")/../.."
sets=$directory/summarization
[ -d "$sets" ] || { echo "no folder $sets: name the folder that holds summarization/" >&2; exit 2; }

scripts/setup_libtorch.sh
python=$(scripts/evaluation/environment.sh)
cargo build --example extract
extract=${CARGO_TARGET_DIR:-target}/debug/examples/extract
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for pair in cnn300:3 xsum200:1 newsroom60:3; do
    name=${pair%:*} count=${pair#*:}
    "$python" scripts/evaluation/articles.py "$sets/$name.jsonl" > "$work/articles.jsonl"
    "$extract" --count "$count" < "$work/articles.jsonl" > "$work/$name.ours.jsonl"
    "$extract" --count "$count" --lead < "$work/articles.jsonl" > "$work/$name.lead.jsonl"
    "$extract" --count 1000000 --lead < "$work/articles.jsonl" > "$work/$name.sentences.jsonl"
done
"$python" scripts/evaluation/selection.py "$sets" "$work"
if $representations; then
    python=$(scripts/evaluation/environment.sh representations scripts/evaluation/requirements-representations.txt)
    "$python" scripts/evaluation/representations.py "$sets" "$work"
fi
