"""The one shell script between an artifact and an upload, the same on GitHub and in a rehearsal."""

from sealwright.pipeline.steps import SUMS_FILE

# `sha256sum --strict -c` is content with a file beside the listed ones and with a list that was cut off, so the list
# must not be empty and must name exactly what lies in the folder, hidden files included.
SCRIPT = f"""\
set -euo pipefail
printf '%s' "$SUMS" | base64 -d > {SUMS_FILE}
test -s {SUMS_FILE} || {{ echo "::error::the list of what may be published is empty"; exit 1; }}
(cd "$FOLDER" && sha256sum --strict -c "$GITHUB_WORKSPACE/{SUMS_FILE}")
diff <(cut -c67- {SUMS_FILE} | LC_ALL=C sort) \\
  <(cd "$FOLDER" && find . -mindepth 1 | cut -c3- | LC_ALL=C sort) \\
  || {{ echo "::error::$FOLDER does not hold exactly the listed files"; exit 1; }}
"""
"""Bash. Reads SUMS (base64 of sha256sum lines), FOLDER and GITHUB_WORKSPACE, the working directory; leaves the list
in `SUMS_FILE`."""
