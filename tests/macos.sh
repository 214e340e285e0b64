#!/usr/bin/env bash
# Type-checks all programs, tests and benches for macOS on a Debian machine. Nothing is linked and nothing
# run; what the window's package has in Objective-C is not looked at. As root it installs what it needs.
set -euo pipefail
cd "$(dirname "$0")/.."
target=aarch64-apple-darwin

# The compiler is Debian's: only with the standard library's source can it be checked for macOS here.
packages='rustc-web cargo-web rust-web-src'
# shellcheck disable=SC2086 # a list of names
if ! dpkg -s $packages >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
# In place of Apple's C compiler and its headers there is nothing: what they would make is for the linker.
# What is made for this machine along the way serves tests/wine.sh, too.
env PATH="/usr/bin:$PATH" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
    CARGO_UNSTABLE_BUILD_STD=std,panic_unwind,test CARGO_TARGET_DIR="$PWD/target/windows" \
    CC_aarch64_apple_darwin=true AR_aarch64_apple_darwin=true SDKROOT=/ \
    CARGO_UNSTABLE_WARNINGS=true CARGO_BUILD_WARNINGS=deny \
    /usr/bin/cargo check --keep-going --target $target --locked --workspace --all-targets
