#!/usr/bin/env bash
# Fetches the public schema of JUnit reports below target/, for the test that holds `lab_check --junit`
# to it. The schema is a file in a package of Rust's, which is unpacked and not built.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=target/tools/junit
schema=$folder/packages/junit-report/tests/JUnit.xsd
[ -f "$schema" ] && exit
mkdir -p "$folder/src"
: >"$folder/src/lib.rs"
# With `[workspace]` it is none of this project's packages.
cat >"$folder/Cargo.toml" <<'END'
[package]
name = "schema"
edition = "2024"

[dependencies]
junit-report = "=0.9.1"

[workspace]
END
cargo vendor --quiet --manifest-path "$folder/Cargo.toml" "$folder/packages" >"$folder/log"
[ -f "$schema" ]
