#!/usr/bin/env bash
# Fetches models for Breve: a set by name, or any models of config/catalog.toml by id. Builds `breve` where needed.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly CATALOG=config/catalog.toml
readonly STANDARD=(distilbart-cnn-12-6 opus-mt-en-es opus-mt-es-en)
readonly QUALITY=(bart-large-cnn opus-mt-en-es opus-mt-es-en m2m100_418M)
say() { printf '[models] %s\n' "$*" >&2; }
die() { printf '[models] error: %s\n' "$*" >&2; exit 1; }

usage() {
    cat <<EOF
Usage: scripts/download_models.sh [builtin|standard|quality|ID...]

  builtin    checks the models that ship with Breve; fetches nothing
  standard   ${STANDARD[*]} (the default)
  quality    ${QUALITY[*]}
  ID...      any models of $CATALOG

Sets and ids can be mixed. Downloads resume where an earlier one broke off. The models go where Hugging Face's tools
keep theirs: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and the proxy variables are honoured.
BREVE names another program to fetch with than the one built here.
EOF
}

# One line for each model of the catalog: id, bytes, licence.
catalog() {
    awk -F' = ' '
        function entry() { if (id != "") print id "\t" size "\t" license }
        $1 == "[[model]]" { entry(); id = "" }
        $1 == "id" { id = $2; gsub(/"/, "", id) }
        $1 == "size_bytes" { size = $2; gsub(/_/, "", size) }
        $1 == "license" { license = $2; gsub(/"/, "", license) }
        END { entry() }' "$CATALOG"
}

check_builtin=false
ids=()
[ $# -gt 0 ] || set -- standard
for argument in "$@"; do
    case "$argument" in
        -h | --help) usage; exit 0 ;;
        builtin) check_builtin=true ;;
        standard) ids+=("${STANDARD[@]}") ;;
        quality) ids+=("${QUALITY[@]}") ;;
        -*) usage >&2; die "unknown option $argument" ;;
        *) ids+=("$argument") ;;
    esac
done

total=0 wanted=()
for id in ${ids[@]+"${ids[@]}"}; do
    case " ${wanted[*]-} " in *" $id "*) continue ;; esac
    line=$(catalog | awk -F'\t' -v id="$id" '$1 == id')
    [ -n "$line" ] || die "no model is called $id; known are: $(catalog | cut -f1 | paste -sd' ' -)"
    IFS=$'\t' read -r _ size license <<<"$line"
    if [ "$size" -eq 0 ]; then
        say "$id ships with Breve: nothing to fetch"
        check_builtin=true
        continue
    fi
    [ "${#wanted[@]}" -gt 0 ] || say "to be fetched, as far as it is not here already:"
    say "$(printf '  %-34s %5d MB  %s' "$id" "$((size / 1000000))" "$license")"
    total=$((total + size))
    wanted+=("$id")
done
[ "${#wanted[@]}" -eq 0 ] || say "$(printf '  %-34s %5d MB' 'in all' "$((total / 1000000))")"

breve=${BREVE:-}
if [ -n "$breve" ]; then
    [ -x "$breve" ] || die "BREVE=$breve is not a program"
else
    command -v cargo >/dev/null || die "neither BREVE nor cargo is there; install Rust, or set BREVE to a built breve"
    scripts/setup_libtorch.sh
    # Also where a program is there already: it holds the catalog, which may be older than this script's.
    say "building breve (minutes the first time)"
    cargo build --release --locked --quiet --bin breve || die "the build failed; its messages are above"
    breve=${CARGO_TARGET_DIR:-target}/release/breve
fi

if $check_builtin; then
    "$breve" models verify en-es-tiny es-en-tiny || die "a built-in model is damaged: restore models/ from the repository"
fi
if [ "${#wanted[@]}" -gt 0 ]; then
    "$breve" models pull "${wanted[@]}" \
        || die "not everything was fetched (see above); run this again: what arrived is kept"
fi
say "done"
