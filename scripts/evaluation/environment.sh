#!/usr/bin/env bash
# Makes the virtual environment of the evaluation once and prints its Python: environment.sh [NAME REQUIREMENTS]
set -euo pipefail
cd "$(dirname "$0")/../.."

name=${1:-evaluation} requirements=${2:-scripts/evaluation/requirements.txt}
if ! cmp -s "$requirements" ".venv/$name/requirements.txt"; then
    printf '[evaluate] installing %s in .venv/%s\n' "$requirements" "$name" >&2
    "${PYTHON:-python3}" -m venv ".venv/$name" >&2
    ".venv/$name/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" >&2
    cp "$requirements" ".venv/$name/requirements.txt"
fi
printf '.venv/%s/bin/python\n' "$name"
