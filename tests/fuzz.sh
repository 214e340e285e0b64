#!/usr/bin/env bash
# fuzz.sh [SECONDS] [TARGET...]: looks for bytes that break a promise, so many seconds for each
# target, ten minutes if nothing else is said. Needs a nightly compiler and cargo-fuzz:
#
#     rustup toolchain install nightly && cargo install cargo-fuzz
#
# What is found lies in tests/fuzz/artifacts; what leads to new code is kept beside the build.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
shift || true
[ $# -gt 0 ] || set -- $(cd tests/fuzz/targets && ls | sed 's/\.rs$//')
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/fuzz
# What is freed is looked at for a while, but not for 256 MB of it.
export ASAN_OPTIONS=quarantine_size_mb=32
found=$CARGO_TARGET_DIR/corpus

cargo +nightly fuzz build --fuzz-dir tests/fuzz
for target; do
    printf '%s, %s s: ' "$target" "$seconds"
    mkdir -p "$found/$target"
    # The threads of the JPEG decoder end a little later than its work: that is no leak.
    if ! cargo +nightly fuzz run --fuzz-dir tests/fuzz "$target" \
        "$found/$target" "tests/fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -timeout=5 -rss_limit_mb=512 -malloc_limit_mb=256 \
        -max_len=8192 -dict=tests/fuzz/words.dict -detect_leaks=0 >"$found/$target.log" 2>&1; then
        echo 'FOUND something:'
        tail -n 60 "$found/$target.log"
        exit 1
    fi
    grep -E '^Done ' "$found/$target.log"
done
