#!/usr/bin/env bash
# Builds the release in target/reproducible, for the same bytes wherever the checkout and cargo's home lie, and prints its
# SHA-256. The compilers and libtorch have to be the same, too: they are named in the output.
#   scripts/release.sh
# The program finds libtorch in .libtorch/lib three folders above it, or else in lib beside its folder.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[release] %s\n' "$*"; }
die() { say "FAILED: $*"; exit 1; }

scripts/setup_libtorch.sh
here=$(pwd -P)
cargo_home=$(cd "${CARGO_HOME:-$HOME/.cargo}" && pwd -P)
# Both compilers write the places of sources into messages.
export RUSTFLAGS="--remap-path-prefix=$here=/breve --remap-path-prefix=$cargo_home=/cargo"
export CFLAGS="-ffile-prefix-map=$here=/breve -ffile-prefix-map=$cargo_home=/cargo"
export CXXFLAGS=$CFLAGS
# No absolute place to look for libraries in, and no time.
export BREVE_RELOCATABLE=1 SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
cargo build --release --locked --bin breve --target-dir target/reproducible || die "the build; its messages are above"
say "$(rustc --version); $("${CXX:-c++}" --version | sed -n 1p); libtorch in .libtorch"
(cd target/reproducible/release && sha256sum breve 2>/dev/null || shasum -a 256 breve)
