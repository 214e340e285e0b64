#!/usr/bin/env bash
# fuzz.sh [SECONDS] [TARGET...]: looks for bytes that break a promise, so many seconds for each
# target, ten minutes if nothing else is said. Needs a nightly compiler and cargo-fuzz:
#
#     rustup toolchain install nightly && cargo install cargo-fuzz
#
# JOBS=N runs so many targets at a time; then an input may take as many times longer than 5 s.
# What is found lies in tests/fuzz/artifacts; what leads to new code is kept beside the build.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
jobs=${JOBS:-1}
shift || true
[ $# -gt 0 ] || set -- $(cd tests/fuzz/targets && ls | sed 's/\.rs$//')
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/fuzz
# What is freed is looked at for a while, but not for 256 MB of it.
export ASAN_OPTIONS=quarantine_size_mb=32
export seconds jobs found=$CARGO_TARGET_DIR/corpus

cargo +nightly fuzz build --fuzz-dir tests/fuzz
fuzz() {
    mkdir -p "$found/$1"
    # The threads of the JPEG decoder end a little later than its work: that is no leak.
    if cargo +nightly fuzz run --fuzz-dir tests/fuzz "$1" "$found/$1" "tests/fuzz/corpus/$1" -- \
        -max_total_time="$seconds" -timeout=$((5 * jobs)) -rss_limit_mb=512 -malloc_limit_mb=256 \
        -max_len=8192 -dict=tests/fuzz/words.dict -detect_leaks=0 >"$found/$1.log" 2>&1; then
        printf '%s, %s s: %s\n' "$1" "$seconds" "$(grep -E '^Done ' "$found/$1.log")"
    else
        printf '%s FOUND something:\n%s\n' "$1" "$(tail -n 60 "$found/$1.log")"
        return 1
    fi
}
export -f fuzz
printf '%s\n' "$@" | xargs -P "$jobs" -I '{}' bash -c 'fuzz {}'
