#!/usr/bin/env bash
# Checks the page that is served at `/`: its types, its parts, that what is built in web/dist is its source, and the whole
# in a real Chromium against a Breve of its own.
#   scripts/test_page.sh [BREVE]    BREVE is the program to start; by default the debug build
# Libraries are installed once, into web/node_modules. Chromium is installed where this runs as root on Debian or Ubuntu.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[page] %s\n' "$*"; }
die() { say "FAILED: $*"; exit 1; }

node=$(scripts/node.sh web) || die "node 20.19 or newer, and the libraries of npm, cannot be installed"
export PATH=$node:$PATH

breve=${1:-${BREVE_BINARY:-}}
if [ -z "$breve" ]; then
    cargo build --quiet --locked --bin breve || die "the build"
    breve=${CARGO_TARGET_DIR:-target}/debug/breve
fi
[ -x "$breve" ] || die "there is no program $breve"
breve=$(realpath "$breve")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
began=$SECONDS

cd web
export NO_COLOR=1
! grep -nE '"resolved"|https?://[^"]*registry' package-lock.json || die "package-lock.json names a registry"

say "checking types"
npx --no-install tsc --noEmit || die "the types"
say "testing its parts"
npx --no-install vitest run --silent --reporter=dot || die "the parts"
say "comparing web/dist with its source"
npx --no-install vite build --logLevel warn --emptyOutDir --outDir "$scratch/dist" || die "the page cannot be built"
diff -r "$scratch/dist" dist >&2 || die "web/dist is not what its source makes: run npm run build in web and commit web/dist"

CHROME_OF_MACS="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
find_chromium() {
    local name
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome "$CHROME_OF_MACS"; do
        if [ -n "$name" ] && command -v "$name"; then return; fi
    done
    return 1
}
if ! CHROMIUM=$(find_chromium); then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        die "Chromium is not installed: install the package chromium, or name a Chrome in CHROMIUM"
    fi
    say "installing Chromium"
    { apt-get update -qq && apt-get install -y -qq chromium; } >"$scratch/apt" 2>&1 \
        || { cat "$scratch/apt" >&2; die "Chromium cannot be installed"; }
    CHROMIUM=$(find_chromium) || die "Chromium is installed, and not found"
fi
export CHROMIUM BREVE_BINARY=$breve NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost

say "driving $(basename "$CHROMIUM") against $breve"
node --test-reporter=spec tests/browser/run.mjs || die "the browser's tests"
say "all went well in $((SECONDS - began)) s"
