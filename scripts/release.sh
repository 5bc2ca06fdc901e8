#!/usr/bin/env bash
# `sealwright prepare` for this repository, with an environment like that of `make rehearse`: scripts/release.sh patch --dry-run
set -euo pipefail
cd "$(dirname "$0")/.."
environment=build/rehearse-venv

make --silent "$environment/.ready" >&2
PYTHONPATH=src exec "$environment/bin/python" -m sealwright prepare "$@"
