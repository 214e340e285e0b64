#!/usr/bin/env bash
# fresh_machine.sh [FOLDER]: the README's two commands on a machine made fresh. It is Debian 12 with a C
# compiler and Rust, and nothing else; root's home, and with it the project, is closed to all others.
#
#     cargo test   passes, and its last line tells what it has left out
#     cargo run    with libx11-6, libxcursor1 and a display: shows the movie
#
# Needs root, debootstrap, git, Rust and the network; ten minutes, and 5 GB in FOLDER (a temporary one,
# if none is named, which is gone afterwards). What is tried is the last commit.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-$(mktemp -d)}
machine=$folder/machine
mkdir -p "$machine"
# What is mounted is seen by nobody else, and what still runs at the end is ended.
if [ -z "${ALONE:-}" ]; then
    [ $# -gt 0 ] || trap 'rm -rf --one-file-system "$folder"' EXIT
    ALONE=yes unshare --mount --pid --fork --kill-child "$PWD/tests/fresh_machine.sh" "$folder"
    exit
fi

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
fail() { printf 'fresh_machine.sh: %s\n' "$1" >&2; exit 1; }
# A command in the machine, in the project's folder.
inside() {
    chroot "$machine" env -i HOME=/root LANG=C.UTF-8 CARGO_NET_OFFLINE=true "DISPLAY=${display:-}" \
        PATH=/opt/rust/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c "cd /root/rtsp_lab && $1"
}

step 'Debian 12 with a C compiler'
[ -e "$machine/usr/bin/cc" ] ||
    debootstrap --variant=minbase --include=gcc,libc6-dev bookworm "$machine" >"$folder/debootstrap.log"
mount --rbind /dev "$machine/dev"
mount -t proc proc "$machine/proc"
mount -t tmpfs tmp "$machine/tmp"
# As whoever starts a machine gives it.
cp /etc/resolv.conf "$machine/etc/"
echo '127.0.0.1 localhost' >"$machine/etc/hosts"

step 'Rust, the project, and the packages that it is made of'
mkdir -p "$machine/opt/rust"
cp -r "$(rustc --print sysroot)"/{bin,lib} "$machine/opt/rust/"
chmod 700 "$machine/root"
rm -rf "$machine/root/rtsp_lab"
git clone --quiet . "$machine/root/rtsp_lab"
CARGO_HOME=$machine/root/.cargo cargo fetch --quiet --locked

step 'cargo test'
begin=$SECONDS
inside 'cargo test 2>&1' | tee "$folder/tests.log"
printf '%s s, ' $((SECONDS - begin))
inside 'du -sh target'
last=$(grep -v '^$' "$folder/tests.log" | tail -n 1)
for program in ffmpeg python3 xvfb; do
    case $last in
    'left out: '*" $program"*) ;;
    *) fail "the last line does not name $program: $last" ;;
    esac
done

step 'cargo run, with X11 and a display'
inside 'apt-get update -qq'
inside 'DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
    libx11-6 libxcursor1 xvfb >/dev/null'
# It keeps in a file what it shows, as an X window dump.
inside 'exec Xvfb -displayfd 1 -screen 0 1024x768x24 -noreset -fbdir /tmp 2>/dev/null' >"$folder/display" &
screen=$!
until [ -s "$folder/display" ]; do kill -0 "$screen" && sleep 0.1; done
display=:$(cat "$folder/display")
inside 'exec cargo run' >"$folder/run.log" 2>&1 &
player=$!
colours=0
# A grey screen and a window without a movie have few.
while [ "$colours" -lt 500 ]; do
    kill -0 "$player" 2>/dev/null || { cat "$folder/run.log"; fail 'the player has ended'; }
    [ "$SECONDS" -lt 3000 ] || fail "the window shows $colours colours"
    sleep 1
    colours=$(od -An -v -tx4 -w4 "$machine/tmp/Xvfb_screen0" | sort -u | wc -l)
done
mkdir -p target
cp "$machine/tmp/Xvfb_screen0" target/fresh_machine.xwd
printf 'the movie plays: %s colours in target/fresh_machine.xwd\n' "$colours"
