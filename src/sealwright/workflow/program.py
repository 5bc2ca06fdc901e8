"""How a job gets the pipeline's own program: from a published release, or from the tagged repository itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sealwright.errors import UsageError
from sealwright.model.digest import is_sha256
from sealwright.pipeline.steps import Grant, Role

Kind = Literal["release", "checkout"]

TOOL = "tool"
"""Where the repository is checked out a second time, for the program in it. `source` may be changed by a build."""
LOCKS = "src/sealwright/locks"
"""Where the locks of the roles lie in the repository of the program."""
SELF_GRANT = Grant("contents", "read", "check out the pipeline's own program")
REQUIREMENT_VARIABLE = "SEALWRIGHT"

_VERSION = re.compile(r"[0-9][0-9A-Za-z.!+]*")

# Outside the workspace, so that nothing a job fetches or makes can lie in it. Windows has Scripts where others have
# bin. No environment variable of Python's is set: a project's build or tests must not inherit the tools.
_ENVIRONMENT = """\
set -euo pipefail
python -m venv "$RUNNER_TEMP/tools"
bin="$RUNNER_TEMP/tools/bin"
test -d "$bin" || bin="$RUNNER_TEMP/tools/Scripts"
install() { "$bin/python" -m pip install --require-hashes --only-binary :all: --no-deps -r "$1"; }
"""
_ON_PATH = """\
printf '%s\\n' "$bin" >> "$GITHUB_PATH"
"""
_RELEASED = """\
printf '%s\\n' "$SEALWRIGHT" > "$RUNNER_TEMP/sealwright.txt"
install "$RUNNER_TEMP/sealwright.txt"
install "$("$bin/python" -I -m sealwright.locks {role})"
"""
_CHECKED_OUT = f"""\
install {TOOL}/{LOCKS}/{{role}}.txt
site=$("$bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"), end="")')
"$bin/python" -c 'import os; print(os.path.abspath("{TOOL}/src"))' > "$site/sealwright.pth"
cat > "$bin/sealwright" <<'END'
#!/usr/bin/env bash
exec "$(dirname "$0")/python" -I -m sealwright "$@"
END
chmod +x "$bin/sealwright"
"""


@dataclass(frozen=True, slots=True)
class Program:
    """Where the program comes from, checked."""

    kind: Kind
    requirement: str = ""
    """`sealwright==VERSION --hash=sha256:...`, for a published release."""

    @classmethod
    def of(cls, kind: Kind, release: tuple[str, str] | None) -> Program:
        """From the tool mode and (version, sha256 of the wheel).

        Raises UsageError (`release-unknown`, `release-malformed`).
        """
        if kind == "checkout":
            return cls(kind)
        if release is None:
            raise UsageError(
                "release-unknown",
                "release.yml installs one published version of sealwright, and none was named",
                hint="name it: sealwright workflow --release VERSION SHA256-OF-ITS-WHEEL",
            )
        version, sha256 = release
        if not _VERSION.fullmatch(version) or not is_sha256(sha256):
            raise UsageError(
                "release-malformed",
                f"not a version and a SHA-256 in lower-case hexadecimal: {version!r}, {sha256!r}",
                hint="take both from the release's SHA256SUMS",
            )
        return cls(kind, f"sealwright=={version} --hash=sha256:{sha256}")

    def script(self, role: Role) -> str:
        """Bash that puts the role's tools and the program first on PATH."""
        middle = _CHECKED_OUT if self.kind == "checkout" else _RELEASED
        return _ENVIRONMENT + middle.format(role=role.value) + _ON_PATH
