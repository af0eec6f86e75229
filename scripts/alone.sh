# Sourced by scripts that ask a Breve of their own, which knows nothing of this machine. They have set `breve`, exported
# its settings, and have `say` and `die`.

home=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
    rm -rf "$home"
}
trap stop EXIT

own=("HOME=$home" "XDG_DATA_HOME=$home/data" "XDG_CONFIG_HOME=$home/config" HF_HUB_OFFLINE=1)
alone() { env "${own[@]}" "$@"; }

# Starts it on a free port of loopback and sets `address`; its log is "$home/log".
start() {
    # No function: what is started in the background by one is a shell, and to end that leaves the service running.
    env "${own[@]}" "$breve" serve --bind 127.0.0.1:0 >/dev/null 2>"$home/log" &
    server=$!
    address=
    for _ in $(seq 300); do
        address=$(sed -n 's|.*listening on \(http://[^ ]*\).*|\1|p' "$home/log" | head -n 1)
        [ -z "$address" ] || return 0
        kill -0 "$server" 2>/dev/null || { cat "$home/log" >&2; die "the server ended at its start"; }
        sleep 0.1
    done
    cat "$home/log" >&2
    die "the server does not say where it listens"
}
