#!/usr/bin/env bash
# Puts libtorch 2.4.0 (CPU) into .libtorch/, from the torch wheel, with pinned hashes.
# Idempotent. A LIBTORCH set by the user wins: then nothing is fetched.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly TORCH=2.4.0 CUDA_STUBS=12.1.105
readonly HOME_DIR=.libtorch STAMP=.libtorch/ready
say() { printf '[libtorch] %s\n' "$*" >&2; }
die() { printf '[libtorch] error: %s\n' "$*" >&2; exit 1; }

if [ -n "${LIBTORCH:-}" ]; then
    [ -d "$LIBTORCH/lib" ] || die "LIBTORCH=$LIBTORCH has no lib/ folder; unset it to let this script set libtorch up"
    say "using LIBTORCH=$LIBTORCH"
    exit 0
fi
if [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$TORCH" ]; then exit 0; fi

# The wheel for this machine. Its extension modules are for Python 3.11, but only
# the C++ libraries are taken, so any Python 3 with pip can fetch it.
platform="$(uname -s)-$(uname -m)"
case "$platform" in
    Linux-x86_64) tag=manylinux1_x86_64
        torch_hash=e743adadd8c8152bb8373543964551a7cb7cc20ba898dc8f9c0cdbe47c283de0 ;;
    Linux-aarch64) tag=manylinux2014_aarch64
        torch_hash=7334325c0292cbd5c2eac085f449bf57d3690932eac37027e193ba775703c9e6 ;;
    Darwin-arm64) tag=macosx_11_0_arm64
        torch_hash=f169b4ea6dc93b3a33319611fcc47dc1406e4dd539844dcbd2dec4c1b96e166d ;;
    *) die "no libtorch $TORCH wheel for $platform; install libtorch $TORCH yourself and set LIBTORCH" ;;
esac

python=${PYTHON:-python3}
command -v "$python" >/dev/null || die "python3 was not found; install Python 3 (with pip), or set LIBTORCH"
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip --user >/dev/null 2>&1 \
    || die "$python has no pip; install it (Debian: apt-get install python3-pip), or set LIBTORCH"

# The wheel and what is taken out of it stand side by side for a moment.
needed_mb=600; [ "$platform" = Linux-x86_64 ] && needed_mb=1700
free_mb=$(df -Pm . | awk 'NR==2 {print $4}')
[ "$free_mb" -ge "$needed_mb" ] || die "needs $needed_mb MB of free disk here, $free_mb MB are free"

work=$(mktemp -d "$PWD/.libtorch-work.XXXXXX")
trap 'rm -rf "$work"' EXIT
# pip's own temporary files belong on the disk that was checked.
export TMPDIR=$work
printf 'torch==%s --hash=sha256:%s\n' "$TORCH" "$torch_hash" > "$work/requirements.txt"
if [ "$platform" = Linux-x86_64 ]; then
    # libtorch_cpu.so of this wheel names these two small CUDA libraries, used or not.
    cat >> "$work/requirements.txt" <<EOF
nvidia-cuda-runtime-cu12==$CUDA_STUBS --hash=sha256:6e258468ddf5796e25f1dc591a31029fa317d97a0a94ed93468fc86301d61e40
nvidia-cuda-cupti-cu12==$CUDA_STUBS --hash=sha256:e54fde3983165c624cb79254ae9818a456eb6e87a7fd4d56a2352c24ee542d7e
EOF
fi

say "fetching libtorch $TORCH for $platform with pip (once; up to 800 MB)"
fetch() {
    "$python" -m pip download --disable-pip-version-check --no-deps --only-binary=:all: \
        --implementation cp --python-version 3.11 --platform "$tag" \
        --require-hashes -r "$work/requirements.txt" -d "$work/wheels"
}
# On a terminal pip draws its own progress bar; its errors go to the log either way.
fetched=0
if [ -t 2 ]; then fetch >&2 2> >(tee "$work/pip.log" >&2) || fetched=$?
else fetch > "$work/pip.log" 2>&1 || fetched=$?; fi
if [ "$fetched" -ne 0 ]; then
    tail -n 5 "$work/pip.log" >&2
    if grep -qi 'do not match the hashes' "$work/pip.log"; then
        die "a downloaded wheel does not match its pinned hash; nothing was installed"
    elif grep -qi 'no space left' "$work/pip.log"; then
        die "the disk filled up while downloading; free $needed_mb MB and run this again"
    else
        die "pip could not fetch the wheel; check the network or pip's index settings, or set LIBTORCH"
    fi
fi

say "unpacking"
"$python" - "$work/wheels" "$work/tree" <<'PY' || die "unpacking failed (is the disk full?)"
import os, re, shutil, sys, zipfile

wheels, tree = sys.argv[1:]
keep_out = re.compile(r"python|shm|cuda_linalg|libtorch_cuda|cusparse|caffe2_nvrtc|c10_cuda|global_deps")
lib = re.compile(r"^(torch/lib|torch\.libs|nvidia/cuda_runtime/lib|nvidia/cuda_cupti/lib)/([^/]+\.(?:so|dylib)[^/]*)$")
stubs = {"libcudart.so.12", "libcupti.so.12"}
for wheel in os.listdir(wheels):
    with zipfile.ZipFile(os.path.join(wheels, wheel)) as archive:
        for name in archive.namelist():
            found = lib.match(name)
            if found and not keep_out.search(found[2]) and (not name.startswith("nvidia/") or found[2] in stubs):
                target = os.path.join(tree, "lib", found[2])
            elif name.startswith("torch/include/") and not name.endswith("/"):
                target = os.path.join(tree, name[len("torch/"):])
            else:
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(name) as source, open(target, "wb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
libs = os.path.join(tree, "lib")
cuda = os.path.exists(os.path.join(libs, "libcudart.so.12"))
if cuda:
    # The wheel's own libtorch.so pulls in the CUDA libraries; this linker script does not.
    with open(os.path.join(libs, "libtorch.so"), "w") as script:
        script.write("INPUT(libtorch_cpu.so)\n")
# torch-sys links gomp: give it the one libtorch brings, so that only one is loaded.
for name in os.listdir(libs):
    if name.startswith("libgomp-"):
        os.symlink(name, os.path.join(libs, "libgomp.so"))
        break
PY

printf '%s' "$TORCH" > "$work/tree/build-version"
printf '%s' "$TORCH" > "$work/tree/ready"
rm -rf "$HOME_DIR"
mv "$work/tree" "$HOME_DIR"
say "ready in $HOME_DIR ($(du -sh "$HOME_DIR" | cut -f1))"
