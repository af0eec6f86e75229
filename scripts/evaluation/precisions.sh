#!/usr/bin/env bash
# Scores `breve generate` by BLEU and chrF on a parallel text, a row of docs/QUALITY.md: a stage of scripts/evaluate.sh.
#
#   scripts/evaluate.sh --only precisions [--model DIR] [--set NAME] [--beams N] [--precision P] [--figures FILE] [DATA]
#
# DATA holds NAME.en and NAME.es, one sentence a line (default ../shared/eval/translation, set flores-dev).
# P is a precision of `breve generate` (f32, bf16, int8; its own choice when not given); FILE gets the figures as JSON.
set -euo pipefail
cd "$(dirname "$0")/../.."

model=models/en-es-tiny set=flores-dev beams=4 precision='' figures='' data=../shared/eval/translation
while [ $# -gt 0 ]; do
    case $1 in
        --model) model=$2; shift 2 ;;
        --set) set=$2; shift 2 ;;
        --beams) beams=$2; shift 2 ;;
        --precision) precision=$2; shift 2 ;;
        --figures) figures=$2; shift 2 ;;
        -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) data=$1; shift ;;
    esac
done
for language in en es; do
    [ -f "$data/$set.$language" ] || { echo "error: $data/$set.$language is missing" >&2; exit 1; }
done

echo "[evaluate] building breve and the scorer" >&2
scripts/setup_libtorch.sh
cargo build --release --locked --quiet
python=$(scripts/evaluation/environment.sh)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "[evaluate] translating $set with $model, $beams beams${precision:+, $precision}" >&2
$python scripts/evaluation/precisions.py lines "$data/$set.en" "$beams" > "$work/in.jsonl"
$python scripts/evaluation/precisions.py score "$work/in.jsonl" "$data/$set.es" \
    --model "$model" --set "$set" --beams "$beams" --document docs/QUALITY.md \
    ${precision:+--precision "$precision"} ${figures:+--figures "$figures"}
