"""One release of a project on an index, as people write it: `pypi:NAME==VERSION`."""

from __future__ import annotations

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from sealwright.errors import UsageError

PREFIX = "pypi:"


def pinned(text: str, spelling: str) -> tuple[str, str]:
    """The (name, version) in normal form. `spelling` says how to write it. Raises UsageError (`source-malformed`)."""
    try:
        requirement = Requirement(text.removeprefix(PREFIX))
        exact = [pin.version for pin in requirement.specifier if pin.operator in ("==", "===")]
        versions = [str(Version(version)) for version in exact]
    except (InvalidRequirement, InvalidVersion) as error:
        raise UsageError("source-malformed", f"`{text}`: {error}", hint=spelling) from error
    more = requirement.extras or requirement.url or requirement.marker
    if more or len(versions) != 1 or len(requirement.specifier) != 1:
        raise UsageError("source-malformed", f"`{text}` does not name exactly one version", hint=spelling)
    return canonicalize_name(requirement.name), versions[0]
