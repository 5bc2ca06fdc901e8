"""Which files of a repository an audit may want to read."""

from __future__ import annotations

import re

from sealwright.doctor.posture import is_action, is_workflow
from sealwright.doctor.scripts import is_script

PYPIRC = re.compile(r"(?:.*/)?[^/]*\.?pypirc(?:\.\w+)?")
"""Where upload programs keep passwords: `.pypirc`, also under other names."""
CONFIGURATION = re.compile(
    r"(?:.*/)?(?:pyproject\.toml|setup\.py|setup\.cfg)|\.bumpversion\.(?:cfg|toml)|\.cz\.(?:toml|json)|\.releaserc(?:\.json)?"
)
"""Where projects and version tools are configured."""
_SECRET = re.compile(r"(?:.*/)?(?:\.env(?:\.\w+)?|\.envrc|\.netrc|pip\.conf)")
_REQUIREMENTS = re.compile(
    r"(?:.*/)?(?:requirements/.*|[^/]*(?:require|constraint|lock|build|tool|dev|ci|release|publish)[^/]*)\.txt"
)


def is_wanted(path: str) -> bool:
    """Whether the file at `path`, from the repository's root and with `/`, has anything to do with a release."""
    patterns = (PYPIRC, CONFIGURATION, _SECRET, _REQUIREMENTS)
    return is_workflow(path) or is_action(path) or is_script(path) or any(p.fullmatch(path) for p in patterns)


def is_requirements(path: str) -> bool:
    """Whether the file at `path` may be a list of requirements."""
    return _REQUIREMENTS.fullmatch(path) is not None
