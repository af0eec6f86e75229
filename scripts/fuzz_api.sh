#!/usr/bin/env bash
# Sends thousands of requests, made from /openapi.json, to a Breve of its own with the built-in models, and holds the
# answers to the document: no failure that it does not know, no field that it does not have.
#   scripts/fuzz_api.sh [BREVE] [-- OPTIONS OF schemathesis run]    BREVE: by default the release build
# Not part of the tests: it takes some minutes. Tools are installed once, into .venv/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[fuzz] %s\n' "$*"; }
die() { say "FAILED: $*"; exit 1; }

breve=
[ $# -eq 0 ] || [ "$1" = -- ] || { breve=$1; shift; }
[ $# -eq 0 ] || shift
if [ -z "$breve" ]; then
    cargo build --quiet --release --locked --bin breve || die "the build"
    breve=${CARGO_TARGET_DIR:-target}/release/breve
fi
[ -x "$breve" ] || die "there is no program $breve"
python=$(scripts/evaluation/environment.sh fuzz scripts/fuzz/requirements.txt) || die "schemathesis cannot be installed"

export BREVE__LOG__LEVEL=warn,breve=info BREVE__LIMITS__REQUEST_TIMEOUT_MS=20000
. scripts/alone.sh
key=$(alone "$breve" keys create fuzz --scope use --scope manage 2>/dev/null) || die "no key can be made"
start

status=0
NO_PROXY=127.0.0.1 "$(dirname "$python")/schemathesis" --config-file scripts/fuzz/schemathesis.toml run \
    "$address/openapi.json" --header "authorization: Bearer $key" --max-examples 100 --seed 7 --no-shrink \
    --phases examples,coverage,fuzzing "$@" || status=$?
kill -0 "$server" 2>/dev/null || die "the server died"
grep -q "panicked" "$home/log" && { grep "panicked" "$home/log" | head -5 >&2; die "something panicked"; }
if grep -qF "$key" "$home/log"; then die "the key is in the log"; fi
[ "$status" -eq 0 ] || die "see above; one more time with the same seed: scripts/fuzz_api.sh $breve"
say "all went well"
