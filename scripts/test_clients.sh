#!/usr/bin/env bash
# Drives a Breve of its own with the client libraries of other services, in Python and from npm.
#   scripts/test_clients.sh [BREVE]    BREVE is the program to start; by default the debug build
# Libraries are installed once, into .venv/clients and scripts/clients/node_modules.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[clients] %s\n' "$*"; }
die() { say "FAILED: $*"; exit 1; }

breve=${1:-}
if [ -z "$breve" ]; then
    cargo build --quiet --locked --bin breve || die "the build"
    breve=${CARGO_TARGET_DIR:-target}/debug/breve
fi
[ -x "$breve" ] || die "there is no program $breve"

python=$(scripts/evaluation/environment.sh clients scripts/clients/requirements.txt) \
    || die "the Python libraries cannot be installed"

node=$(scripts/node.sh scripts/clients) || die "node and the libraries of npm cannot be installed"
export PATH=$node:$PATH

export BREVE__LIMITS__TEXT_CHARACTERS=20000 BREVE__LOG__FORMAT=text
. scripts/alone.sh
BREVE_TEST_KEY=$(alone "$breve" keys create clients 2>/dev/null) || die "no key can be made"
export BREVE_TEST_KEY
start

export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 HF_HUB_DISABLE_TELEMETRY=1 PYTHONDONTWRITEBYTECODE=1
began=$SECONDS failed=()
for check in scripts/clients/check_*.py; do
    HOME=$home "$python" "$check" "$address" || failed+=("$check")
done
for check in scripts/clients/check_*.mjs; do
    node "$check" "$address" || failed+=("$check")
done
[ ${#failed[@]} -eq 0 ] || die "${failed[*]}; to run one alone: $python ${failed[0]} ADDRESS"
say "all went well in $((SECONDS - began)) s"
