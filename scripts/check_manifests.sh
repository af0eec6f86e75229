#!/usr/bin/env bash
# Checks the manifests of deploy/kubernetes, or those that are named, without a cluster: against the schemas of Kubernetes,
# where an unknown field is an error, and against what no schema knows. scripts/manifests/check.py says what that is; its
# tests, which break copies of the manifests, run first.
#   scripts/check_manifests.sh [MANIFEST.yaml ...]
# Needs Python 3.11 or newer. The schemas (140 MB) are installed once, into .venv/manifests.
set -euo pipefail
manifests=()
for name in "$@"; do manifests+=("$(realpath "$name")"); done
cd "$(dirname "$0")/.."

say() { printf '[manifests] %s\n' "$*"; }
die() { say "FAILED: $*"; exit 1; }

python=$(scripts/evaluation/environment.sh manifests scripts/manifests/requirements.txt) \
    || die "kubernetes-validate cannot be installed"
export PYTHONDONTWRITEBYTECODE=1
say "tests of the checks: copies of the manifests are broken, and that has to be found"
"$python" -m unittest discover -s scripts/manifests/tests || die "the checks themselves"
say "checks"
"$python" scripts/manifests/check.py ${manifests[@]+"${manifests[@]}"} || die "the manifests; see above"
say "all went well"
