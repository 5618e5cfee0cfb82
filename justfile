# Recipes for working on elb-audit; `just` lists them.

_list:
    @just --list

# what CI runs
check:
    .ci/run

# all tests; those against a stand-in for AWS where Python is there
test:
    cargo test --workspace

# lints, as CI has them
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# puts the code in form
fmt:
    cargo fmt --all

# renews everything that the code renders: check pages, policy, tables, snapshots
docs:
    UPDATE_GOLDEN=1 cargo test --workspace

# audits the sample account
demo:
    cargo run -- demo

# a Python for the tests that want one
python:
    scripts/python-env

# the binary as it ships
release:
    cargo build --release --locked
