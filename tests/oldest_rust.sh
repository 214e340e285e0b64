#!/usr/bin/env bash
# Checks all programs, tests and benches with the oldest Rust, which Cargo.toml names: clippy knows of
# newer functions, but not of newer syntax. The compiler is Debian's; its packages are unpacked below
# target/, and nothing is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
oldest=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
folder=$PWD/target/tools/rust-$oldest

if [ ! -x "$folder/usr/bin/rustc" ]; then
    versions=$(apt-cache madison rustc-web 2>/dev/null | awk '{ print $3 }')
    version=$(grep -m 1 "^$oldest\." <<<"$versions" || true)
    if [ -z "$version" ]; then
        echo "skipped: there is no Rust $oldest among this system's packages"
        exit 0
    fi
    library=libstd-rust-web-$oldest
    llvm=$(apt-cache show "$library=$version" | grep -o 'libllvm[0-9]*' | uniq)
    mkdir -p "$folder/packages"
    pushd "$folder/packages" >/dev/null
    apt-get download -qq "rustc-web=$version" "libstd-rust-web-dev=$version" \
        "$library=$version" "$llvm"
    for package in *.deb; do dpkg -x "$package" "$folder"; done
    popd >/dev/null
    rm -r "$folder/packages"
fi
libraries=$(find "$folder/usr/lib" -name '*.so*' -printf '%h\n' | sort -u | paste -sd :)
export LD_LIBRARY_PATH=$libraries RUSTC=$folder/usr/bin/rustc CARGO_TARGET_DIR=$folder/target
"$RUSTC" --version
cargo check --keep-going --locked --workspace --all-targets --config 'profile.dev.package."*".opt-level = 0'
