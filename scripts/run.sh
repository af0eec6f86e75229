#!/usr/bin/env bash
# Sets up libtorch, builds Breve and runs it. The first time takes minutes, the next ones a second.
#   scripts/run.sh [FILE [FLAGS]]    prints the English and Spanish summary of FILE (default: an example article)
#   scripts/run.sh --serve [FLAGS]   starts the HTTP service
set -euo pipefail
started_in=$PWD
cd "$(dirname "$0")/.."

die() { printf 'error: %s\n' "$*" >&2; exit 1; }

case "${1:-}" in
    -h | --help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --serve) shift; arguments=(serve "$@") ;;
    -*) die "unknown flag $1; see scripts/run.sh --help" ;;
    '') arguments=(summarize tests/fixtures/article.txt) ;;
    *)  file=$1; shift
        [ "${file#/}" != "$file" ] || file=$started_in/$file
        [ -f "$file" ] || die "there is no file $file"
        arguments=(summarize "$file" "$@") ;;
esac

command -v cargo >/dev/null || { [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"; }
command -v cargo >/dev/null || die "cargo was not found; install Rust 1.94 or newer from rustup.rs"
command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null \
    || die "no C++ compiler was found; install one (Debian: apt-get install g++; macOS: xcode-select --install)"
command -v "${PYTHON:-python3}" >/dev/null || die "python3 was not found; install Python 3, which sets libtorch up"

scripts/setup_libtorch.sh
# Compiling takes long enough to be shown; that there was nothing to do is not worth a line.
cargo build --release --locked --bin breve 2> >(grep --line-buffered -v '^ *Finished ' >&2) \
    || die "the build failed; the reason stands above"
exec "${CARGO_TARGET_DIR:-target}/release/breve" "${arguments[@]}"
