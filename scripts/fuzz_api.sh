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

home=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$home"
}
trap stop EXIT

# Short texts and few sentences: what is tried is the contract, not the models.
alone() {
    HOME=$home XDG_DATA_HOME=$home/data XDG_CONFIG_HOME=$home/config HF_HUB_OFFLINE=1 BREVE__LOG__LEVEL=warn,breve=info \
        BREVE__LIMITS__REQUEST_TIMEOUT_MS=20000 "$@"
}
key=$(alone "$breve" keys create fuzz --scope use --scope manage 2>/dev/null) || die "no key can be made"
alone "$breve" serve --bind 127.0.0.1:0 2>"$home/log" &
server=$!
address=
for _ in $(seq 300); do
    address=$(sed -n 's|.*listening on \(http://[^ ]*\).*|\1|p' "$home/log" | head -n 1)
    [ -z "$address" ] || break
    kill -0 "$server" 2>/dev/null || { cat "$home/log" >&2; die "the server ended at its start"; }
    sleep 0.1
done
[ -n "$address" ] || { cat "$home/log" >&2; die "the server does not say where it listens"; }

status=0
NO_PROXY=127.0.0.1 "$(dirname "$python")/schemathesis" --config-file scripts/fuzz/schemathesis.toml run \
    "$address/openapi.json" --header "authorization: Bearer $key" --max-examples 100 --seed 7 --no-shrink \
    --phases examples,coverage,fuzzing "$@" || status=$?
kill -0 "$server" 2>/dev/null || die "the server died"
grep -q "panicked" "$home/log" && { grep "panicked" "$home/log" | head -5 >&2; die "something panicked"; }
if grep -qF "$key" "$home/log"; then die "the key is in the log"; fi
[ "$status" -eq 0 ] || die "see above; one more time with the same seed: scripts/fuzz_api.sh $breve"
say "all went well"
