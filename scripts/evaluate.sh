#!/usr/bin/env bash
# Runs the evaluation sets through a pair of models and writes the tables of docs/QUALITY.md.
#
#   scripts/evaluate.sh [--summarizer ID] [--translator ID] [--only STAGE,...] [--limit N] [--evaluation DIR]
#                       [--document FILE]                                        (--help says what each does)
#
# Stages: summaries, translation, counts, strict, names, overhead (all of them when --only is left out), which ask
# `breve serve`; and three that stand alone, for what the program is made of:
#
#   scripts/evaluate.sh --only selection [DIR]          the choice of sentences, by the halves of the sets
#   scripts/evaluate.sh --only representations [DIR]    what sentences are compared by (downloads PyTorch)
#   scripts/evaluate.sh --only precisions [...]         `breve generate` on parallel text (its own --help)
#
# BREVE_BINARY names a breve to measure instead of building one. Logs and findings are kept in .evaluation/.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
caller=$PWD

say() { printf '[evaluate] %s\n' "$*" >&2; }
die() { printf '[evaluate] error: %s\n' "$*" >&2; exit 1; }

case "${1:-} ${2:-}" in
    '--only selection') exec "$root/scripts/evaluation/selection.sh" "${@:3}" ;;
    '--only representations') exec "$root/scripts/evaluation/selection.sh" "${@:3}" --representations ;;
    '--only precisions') exec "$root/scripts/evaluation/precisions.sh" "${@:3}" ;;
esac

[ "$(uname -s)" = Linux ] || die "it reads /proc, so it runs on Linux only"
cd "$root"
python=$root/$(scripts/evaluation/environment.sh) || die "no virtual environment; the reason is above"
case " $* " in *' --help '* | *' -h '*)
    sed -n '2,14s/^# \{0,1\}//p' scripts/evaluate.sh
    exec "$python" scripts/evaluation/run.py --home . --breve . --help ;;
esac
"$python" scripts/evaluation/run.py --home . --breve . --parse-only "$@" # a mistake shows before the build

if [ -z "${BREVE_BINARY:-}" ]; then
    say "building breve (BREVE_BINARY names one that is built)"
    scripts/setup_libtorch.sh
    cargo build --release --locked --quiet || die "the build failed; its messages are above"
    BREVE_BINARY=$(realpath "${CARGO_TARGET_DIR:-target}")/release/breve
fi
mkdir -p .evaluation
cd "$caller" # where relative paths among the options start
[ -x "$BREVE_BINARY" ] || die "$BREVE_BINARY cannot be run"
exec "$python" "$root/scripts/evaluation/run.py" --home "$root/.evaluation" --breve "$BREVE_BINARY" "$@"
