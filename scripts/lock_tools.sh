#!/usr/bin/env bash
# Renews every hash-locked tool set. A new version is taken only after it has been public for a week.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
export UV_NO_CONFIG=1 UV_PYTHON_DOWNLOADS=never
before=${EXCLUDE_NEWER:-$(date -u -d '7 days ago' +%Y-%m-%d)}
compile() {
  "$uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade \
    --exclude-newer "$before" --no-header --no-annotate "$@"
}
for role in src/sealwright/locks/*.in; do compile "$role" -o "${role%.in}.txt"; done
compile requirements/build.in -o requirements/build.txt
compile requirements/act.in -o requirements/act.txt
compile pyproject.toml requirements/rehearse.in -o requirements/rehearse.txt
compile pyproject.toml requirements/dev.in -o requirements/dev.txt
