#!/usr/bin/env bash
# Every linter, in the order of how fast they fail. A linter that cannot run is a failure, not a pass.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

check() {
  echo "lint: $*"
  "$@"
}

actionlint=$(scripts/actionlint.sh)
check "$bin/ruff" check .
check "$bin/ruff" format --check .
check "$bin/mypy"
check "$bin/zizmor" --offline --no-progress --strict-collection --persona auditor .
check "$bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml
check "$actionlint" .github/workflows/*.yml
check "$bin/python" -m sealwright workflow --check
