#!/usr/bin/env bash
# Measures Breve beside rust-bert, transformers and CTranslate2 and writes the tables of docs/PERFORMANCE.md.
#
#   scripts/bench_peers.sh [--quick] [--only STAGE,...] [--threads N] [...]      (--help lists all)
#
# Prepares everything by itself in .bench/ and keeps it: a virtual environment with the peers (a download of about
# 3 GB, most of it libraries that PyTorch's package asks for), and 4 GB of models with random weights.
# BREVE_BENCH_PYTHON names a Python that has the peers already; then nothing is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[bench] %s\n' "$*" >&2; }
die() { printf '[bench] error: %s\n' "$*" >&2; exit 1; }

[ "$(uname -s)" = Linux ] || die "it reads /proc, so it runs on Linux only"
readonly home=$PWD/.bench requirements=scripts/benchmark/requirements.txt
mkdir -p "$home"

free_mb=$(df -Pm "$home" | awk 'NR==2 {print $4}')
[ -e "$home/models/complete" ] || [ "$free_mb" -ge 12000 ] || die "needs 12000 MB of free disk here, $free_mb MB are free"

python=${BREVE_BENCH_PYTHON:-}
if [ -z "$python" ]; then
    python=$home/venv/bin/python
    if ! cmp -s "$requirements" "$home/venv/requirements.txt"; then
        say "installing the peers in .bench/venv"
        "${PYTHON:-python3}" -m venv "$home/venv" || die "no virtual environment (Debian: apt-get install python3-venv)"
        "$python" -m pip install --quiet --disable-pip-version-check -r "$requirements" \
            || die "pip could not install the peers; check the network, then run this again"
        cp "$requirements" "$home/venv/requirements.txt"
    fi
fi
case " $* " in *' --help '* | *' -h '*) exec "$python" scripts/benchmark/run.py --home "$home" --help ;; esac

scripts/setup_libtorch.sh
say "building breve and the workers"
programs=()
built=$(cargo build --release --locked --quiet --message-format=json-render-diagnostics \
    --bin breve --bench bench_breve --bench bench_rust_bert) || die "the build failed; its messages are above"
while read -r program; do programs+=(--program "$program"); done < <("$python" scripts/benchmark/programs.py <<<"$built")

"$python" -W ignore scripts/benchmark/models.py "$home/models" || die "the models could not be built; the reason is above"
touch "$home/models/complete"

exec "$python" scripts/benchmark/run.py --home "$home" "${programs[@]}" "$@"
