#!/usr/bin/env bash
# Everything that CI runs, cheap steps first; stops at the first that fails and names it.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[test] %s\n' "$*"; }

step() {
    local name=$1 began=$SECONDS
    shift
    say "$name ..."
    if ! "$@"; then
        say "FAILED: $name, after $((SECONDS - began)) s"
        [ "$(type -t "$1")" = function ] || say "to run it alone: $*"
        exit 1
    fi
    say "$name: ok, $((SECONDS - began)) s"
}

python_syntax() {
    find scripts -name node_modules -prune -o -name '*.py' -print0 | xargs -0 "${PYTHON:-python3}" -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)'
}

shell_syntax() {
    local script
    for script in scripts/*.sh scripts/evaluation/*.sh .ci/run; do bash -n "$script" || return 1; done
}

# The database of advisories cannot be fetched offline, so this runs only where a tool for it is installed.
advisories() {
    if cargo deny --version >/dev/null 2>&1; then
        cargo deny --all-features check
    elif cargo audit --version >/dev/null 2>&1; then
        cargo audit --deny warnings --ignore RUSTSEC-2024-0437 --ignore RUSTSEC-2024-0436
    else
        say "advisories were NOT checked: neither cargo-deny nor cargo-audit is installed"
    fi
}

documentation() { RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps; }

export CARGO_TERM_PROGRESS_WHEN=${CARGO_TERM_PROGRESS_WHEN:-never}
step "shell scripts" shell_syntax
step "Python scripts" python_syntax
step "Python tests" "${PYTHON:-python3}" -m unittest discover -s scripts/evaluation/tests
step "Python tests of training" "${PYTHON:-python3}" -m unittest discover -s scripts/training/tests
step "formatting" cargo fmt --check
step "libtorch" scripts/setup_libtorch.sh
step "licences, bans, sources" "${PYTHON:-python3}" scripts/check_licenses.py
step "advisories, where a tool for them is installed" advisories
step "clippy" cargo clippy --locked --all-targets -- -D warnings
step "documentation" documentation
step "tests" cargo test --locked
step "manifests of Kubernetes" scripts/check_manifests.sh
step "page" scripts/test_page.sh
step "client libraries of other services" scripts/test_clients.sh
say "all passed in $SECONDS s"
