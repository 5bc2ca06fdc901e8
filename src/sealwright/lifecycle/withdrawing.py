"""The entry in the policy that withdraws a version: read, and added with everything else as it was."""

from __future__ import annotations

import difflib
import json
from datetime import date

from packaging.version import Version

from sealwright.config import Policy, load_policy
from sealwright.config.policy import POLICY_FILE, Withdrawn
from sealwright.errors import UsageError

_HEAD = "# What a release must satisfy beyond the built-in floor of Sealwright, and which versions were withdrawn.\n"


def entry_for(policy: Policy, version: str) -> Withdrawn | None:
    """What `policy` says of `version`; None where it does not withdraw it."""
    return next((entry for entry in policy.withdrawn if Version(entry.version) == Version(version)), None)


def with_entry(text: str, entry: Withdrawn, where: str = POLICY_FILE) -> str:
    """The text of a policy with `entry` at its end; empty for a file that does not exist yet.

    The result is read again and says what it said before, and the entry. Raises UsageError (`policy-not-editable`)
    with the lines to add by hand where that cannot be had.
    """
    lines = written(entry)
    before = text if not text or text.endswith("\n") else f"{text}\n"
    edited = f"{before or _HEAD}\n{lines}"
    policy = load_policy(text, where)
    expected = policy.model_copy(update={"withdrawn": (*policy.withdrawn, entry)})
    try:
        same = load_policy(edited, where) == expected
    except UsageError:
        same = False
    if not same:
        raise UsageError(
            "policy-not-editable",
            f"{where} cannot be added to without changing what it says",
            hint=f"add by hand: {'; '.join(lines.splitlines())}",
        )
    return edited


def written(entry: Withdrawn) -> str:
    """The entry as TOML."""
    # JSON's strings are TOML's.
    version, reason = (json.dumps(value, ensure_ascii=False) for value in (entry.version, entry.reason))
    return f"[[withdrawn]]\nversion = {version}\nreason = {reason}\ndate = {entry.date.isoformat()}\n"


def diff(before: str, after: str, where: str) -> str:
    """What changes, as a unified diff."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, f"a/{where}", f"b/{where}"))


def entry_of(version: str, reason: str, day: date) -> Withdrawn:
    """A new entry. Raises UsageError (`reason-unusable`): it will be read by people who never saw the project."""
    one_line = " ".join(reason.split())
    if len(one_line) < 10 or not one_line.isprintable():
        raise UsageError(
            "reason-unusable",
            f"{reason!r} is no reason that others could do something with",
            hint="say in ten characters or more what the version does wrong; it is shown to everybody who checks it",
        )
    return Withdrawn(version=version, reason=one_line, date=day)
