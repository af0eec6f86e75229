#!/usr/bin/env bash
# Asks a Breve of its own, on loopback, for four times what it can do, for two minutes, and says whether it kept its
# promises: scripts/overload.sh ARTICLES.jsonl [OPTIONS]. scripts/load/overload.py says which, and the options.
# BREVE_BINARY names a breve to ask instead of building one.
set -euo pipefail
articles=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
python=$(scripts/evaluation/environment.sh load scripts/load/requirements.txt)
if [ -z "${BREVE_BINARY:-}" ]; then
    cargo build --release --locked --quiet --bin breve
    BREVE_BINARY=${CARGO_TARGET_DIR:-target}/release/breve
fi
exec "$python" scripts/load/overload.py "$BREVE_BINARY" "$articles" "$@"
