#!/usr/bin/env bash
# soak.sh [MINUTES] [CLIENTS]: clients that come, play, pause, seek and vanish by chance, an hour and
# 200 of them if nothing else is said. Then the server must come back to rest: as many threads and
# descriptors as before, and not much more memory. The exit code is 0 if it does.
#
# Linux only: the figures are those of /proc.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-60}
clients=${2:-200}
# Of memory above rest: what the allocator keeps for as many threads as there were.
most_kib=$((8192 + 64 * clients))

cargo build --locked --quiet --release --bin server --example soak_clients
programs=${CARGO_TARGET_DIR:-target}/release
# Two descriptors a client and more, at both ends.
ulimit -n "$(ulimit -H -n)"

server= turn=0
folder=$(mktemp -d)
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
mkfifo "$folder/transcript"
"$programs/server" --bind 127.0.0.1 0 >"$folder/transcript" 2>"$folder/errors" &
server=$!
exec 3<"$folder/transcript"
read -r line <&3
address=${line##* at }
# The rest of the transcript is printed, too, to somebody who reads it.
cat <&3 >/dev/null &

memory() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }
threads() { find "/proc/$server/task" -mindepth 1 -maxdepth 1 | wc -l; }
descriptors() { find "/proc/$server/fd" -mindepth 1 -maxdepth 1 | wc -l; }
figures() { printf '%-22s %8s KiB %6s threads %6s descriptors\n' "$1" "$(memory)" "$(threads)" "$(descriptors)"; }

# A few visits first: what is only made once is there then.
"$programs/examples/soak_clients" "$address" 0.1 3
# Sessions of those who vanished end by themselves, after a minute at most.
rest() {
    for _ in $(seq 100); do
        [ "$(threads)" -le "$1" ] && [ "$(descriptors)" -le "$2" ] && return 0
        sleep 1
    done
    return 1
}
rest 3 10 || true
figures 'at rest before'
memory_before=$(memory) threads_before=$(threads) descriptors_before=$(descriptors)

"$programs/examples/soak_clients" "$address" "$minutes" "$clients" &
load=$!
while kill -0 "$load" 2>/dev/null; do
    sleep 10
    [ $((++turn % 6)) -ne 0 ] || figures "after $((turn / 6)) min"
done
code=0
wait "$load" || code=1
figures 'at the end'
rest "$threads_before" "$descriptors_before" || code=1
figures 'at rest after'
[ "$(memory)" -le $((memory_before + most_kib)) ] || code=1
if [ -s "$folder/errors" ]; then
    code=1
    cat "$folder/errors"
fi
[ "$code" = 0 ] && echo 'the server is back at rest' || echo 'NOT well: see above'
exit "$code"
