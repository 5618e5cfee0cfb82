#!/usr/bin/env bash
# Finds the program for the steps after it: the one that is there, or a release whose checksum is right.
set -euo pipefail

die() {
  printf '::error title=elb-audit::%s\n' "$*"
  exit 2
}

found() {
  "$1" --version || die "$1 does not run here"
  printf 'program=%s\n' "$1" >>"$GITHUB_OUTPUT"
  exit 0
}

if [[ -n $BINARY ]]; then
  [[ -x $BINARY ]] || die "binary: there is no program $BINARY"
  found "$(realpath "$BINARY")"
fi

case $RUNNER_OS-$RUNNER_ARCH in
  Linux-X64) machine=x86_64 ;;
  Linux-ARM64) machine=arm64 ;;
  *) die "releases are for Linux on x86-64 and arm64, and this is $RUNNER_OS on $RUNNER_ARCH: the input binary takes" \
    "a program that was built for it" ;;
esac
command -v gh >/dev/null || die "gh, which downloads the release, is not here: install it, or give the input binary"

# A release is made from the tag of its version, so the action's own commit says which belongs to it.
if [[ -z $VERSION ]]; then
  VERSION=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -n 1)
fi
tag=()
case $VERSION in
  latest) ;;
  [0-9]*) tag=("v$VERSION") ;;
  v[0-9]*) tag=("$VERSION") ;;
  *) die "version: $VERSION is none: give one such as v0.2.0, or latest" ;;
esac

archive=elb-audit-linux-$machine.tar.gz
folder=$(mktemp -d "$RUNNER_TEMP/elb-audit.XXXXXX")
gh release download ${tag[@]+"${tag[@]}"} --repo "$REPOSITORY" --dir "$folder" \
  --pattern "$archive" --pattern SHA256SUMS ||
  die "$archive of ${tag[0]:-the latest release} of $REPOSITORY cannot be downloaded: the input version names another"
cd "$folder"
awk -v name="$archive" '$2 == name' SHA256SUMS | sha256sum --check --strict ||
  die "$archive is not what SHA256SUMS of its release says: it is not run"
tar --extract --gzip --file "$archive" elb-audit
found "$folder/elb-audit"
