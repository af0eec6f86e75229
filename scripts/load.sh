#!/usr/bin/env bash
# Loads a Breve of its own, on loopback, and says whether it kept its promises: scripts/load.sh STAGE ARTICLES.jsonl [OPTIONS].
# STAGE is "overload" (four times what it can do, for two minutes), "crowd" (10,000 idle and 500 slow connections), "kill"
# (services that are killed while they work on a job) or "faults" (a full disk, a database that goes, clocks that jump).
# scripts/load/STAGE.py says what is promised, and the options. BREVE_BINARY names a breve to ask instead of building one.
set -euo pipefail
stage=$1
articles=$(realpath "$2")
shift 2
cd "$(dirname "$0")/.."
[ -f "scripts/load/$stage.py" ] || { echo "no stage is called $stage" >&2; exit 2; }
python=$(scripts/evaluation/environment.sh load scripts/load/requirements.txt)
if [ -z "${BREVE_BINARY:-}" ]; then
    cargo build --release --locked --quiet --bin breve
    BREVE_BINARY=${CARGO_TARGET_DIR:-target}/release/breve
fi
exec "$python" "scripts/load/$stage.py" "$BREVE_BINARY" "$articles" "$@"
