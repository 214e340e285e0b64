#!/usr/bin/env bash
# wine.sh [brief]: builds everything for Windows on a Debian machine, and runs it under Wine. As root it
# installs what it needs. `brief` leaves out all tests but the library's.
#
# What runs there: the tests of the library and of the programs; the test programs `lab` and `standard`
# (server and client in both dialects, over real sockets), the pictures of `window`, and of lab_check
# its own tests and those of the commands that it is given; then, with the programs as they are, a dialogue
# in each dialect, the report card of the server, and the window under Xvfb.
#
# What does not, and why:
# - `house` and `documents` read the project's files, which are the same everywhere.
# - `machine`, `long`, the faults of `report_card`: peers that are Linux programs, or its rights and /proc.
# - the other tests of `window`: they drive the window with programs of Linux, so one is enough.
# - the single tests below, each with its reason.
set -euo pipefail
cd "$(dirname "$0")/.."

not_under_wine=(
    # Windows tells a UDP socket that nobody has listened (error 10054); Wine does not.
    connection::tests::what_this_system_says_of_a_closed_port_is_no_fault
    # Wine sends from 127.0.0.1, though the socket is bound to 127.0.0.2.
    client_mistakes::silence::from_another_address
)

target=x86_64-pc-windows-gnu
folder=$PWD/target/windows
programs=$folder/$target/debug
wine=/usr/lib/wine/wine64

# The compiler is Debian's: only with the standard library's source can it be had for Windows here.
install() {
    local packages='rustc-web cargo-web rust-web-src gcc-mingw-w64-x86-64-win32 wine64 xvfb'
    # shellcheck disable=SC2086 # a list of names
    if ! dpkg -s $packages >/dev/null 2>&1; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
    fi
    # What a program begins and ends with. Debian has it for its own system alone.
    local library=/usr/lib/rustlib/$target/lib object
    mkdir -p "$library"
    for object in rsbegin rsend; do
        RUSTC_BOOTSTRAP=1 /usr/bin/rustc --target $target --emit obj -o "$library/$object.o" \
            /usr/src/rustc-*/library/rtstartup/$object.rs
    done
}

# Cargo, for Windows. What it has built it runs under Wine. The standard library is built, too, so nothing
# is built better than it needs to be.
cargo_for_windows() {
    env PATH="/usr/bin:$PATH" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        CARGO_UNSTABLE_BUILD_STD=std,panic_unwind,test CARGO_TARGET_DIR="$folder" \
        CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc \
        CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=$wine \
        CARGO_UNSTABLE_WARNINGS=true CARGO_BUILD_WARNINGS=deny /usr/bin/cargo \
        --config 'profile.dev.package."*".opt-level=0' --config profile.dev.debug=false \
        "$1" --target $target --locked "${@:2}"
}

# Wine 8 lacks a DLL that the standard library needs for random numbers.
make_dll() {
    local source=$folder/random.c
    cat >"$source" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) {
    return SystemFunction036(bytes, (ULONG)count);
}
C
    x86_64-w64-mingw32-gcc -shared -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" \
        "$source" -ladvapi32
}

# Wine's own folder and its own server, which goes on for a moment after each program.
begin_wine() {
    export WINEPREFIX=$folder/wine WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
    unset DISPLAY WAYLAND_DISPLAY
    trap end_wine EXIT
    mkdir -p "$WINEPREFIX"
    $wine wineboot --init
}
end_wine() { /usr/lib/wine/wineserver -k -w || true; }

step() { printf -- '-- %s (%s s)\n' "$1" "$SECONDS"; }

run_tests() {
    export PROGRAMS=built
    local skip=() name
    for name in "${not_under_wine[@]}"; do skip+=(--skip "$name"); done
    if [ "$1" = brief ]; then
        cargo_for_windows test --test units -- "${skip[@]}"
        return
    fi
    # One after the other: a peer that is held up under Wine loses packets.
    cargo_for_windows test --no-fail-fast --test units --bins --test lab --test standard -- \
        --test-threads 1 "${skip[@]}"
    cargo_for_windows test --test window -- drawing
    cargo_for_windows test -p lab_check --bins --test report_card -- --skip lab_check_client \
        --skip lab_check_server --skip lab_check_compare
}

# Server and client as people start them, in both dialects, and what the report card says.
play() {
    local port place lab=$folder/lab
    $wine "$programs/server.exe" 0 >"$folder/server.log" &
    port=$(timeout 60 sh -c 'until sed -n "s/.* at 0\.0\.0\.0:\([0-9]*\).*/\1/p" "$1" | grep .; do
        sleep 0.2; done' sh "$folder/server.log")
    for place in "127.0.0.1 $port 5008 movie.Mjpeg" "rtsp://127.0.0.1:$port/movie.Mjpeg"; do
        # shellcheck disable=SC2086 # words
        $wine "$programs/client_launcher.exe" --headless --quiet --seconds 5 $place
    done
    mkdir -p "$lab"
    cp movie.Mjpeg "$lab"
    (cd "$lab" && $wine "$programs/lab_check.exe" server "\"$(winepath "$programs/server.exe")\" {port}")
}
winepath() { printf 'Z:%s' "$1" | tr / '\\'; }

# The test that uses Linux's window by its keys, and reads back what it shows: here with a program that
# starts the client for Windows. The server is Linux's, for Wine has the display of its first program.
look_at_window() {
    local here=$folder/window test
    test=$(cargo test --locked --test window --no-run 2>&1 | sed -n 's/.*(\(target.*\))$/\1/p')
    cargo build --locked --quiet --bin server
    mkdir -p "$here/deps"
    cp "$test" "$here/deps/window"
    cp target/debug/server "$here/server"
    printf '#!/bin/sh\nexec %s %s "$@"\n' $wine "$programs/client_launcher.exe" >"$here/client_launcher"
    chmod +x "$here/client_launcher"
    end_wine
    LEFT_OUT=refused PROGRAMS=built "$here/deps/window" the_whole_dialogue_by_keys | tee "$here/log"
    grep -q '1 passed' "$here/log"
}

step 'install what is missing'
install
step 'build the programs for Windows'
cargo_for_windows build --workspace --bins
begin_wine
make_dll
step 'tests under Wine'
run_tests "${1:-all}"
step 'a dialogue in each dialect, and the report card'
play
step 'the window'
look_at_window
