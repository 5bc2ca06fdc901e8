"""What may be renewed in a rendered file without another structure: pins of actions, and the published sealwright."""

from __future__ import annotations

import re

from packaging.version import Version

_PIN = re.compile(
    r"(?m)^(?P<head>\s*(?:- )?uses: (?P<action>[A-Za-z0-9_./-]+))@(?P<commit>[0-9a-f]{40})"
    r" +# v(?P<version>[0-9]+(?:\.[0-9]+)*)[ \t]*\r?$"
)
_RELEASE = re.compile(r"sealwright==(?P<version>[0-9][0-9A-Za-z.!+]*) --hash=sha256:(?P<sha256>[0-9a-f]{64})")


def pins_in(text: str) -> dict[str, dict[str, str]]:
    """`owner/name` of each action in a workflow to its versions, with their `v`, and the commit that each is pinned to.

    An action in a folder of a repository is one of that repository's. One that is pinned twice to different commits
    under one version has both of them, and the later one is taken: tags lead to one commit, so one of them is wrong.
    """
    found: dict[str, dict[str, str]] = {}
    for match in _PIN.finditer(text):
        repository = "/".join(match["action"].split("/")[:2])
        found.setdefault(repository, {})[f"v{match['version']}"] = match["commit"]
    return found


def masked(text: str) -> str:
    """`text` with the same word for every pin and every published sealwright."""
    return _RELEASE.sub("sealwright==PINNED", _PIN.sub(r"\g<head>@PINNED", text))


def release_in(text: str) -> tuple[str, str] | None:
    """(version, sha256 of the wheel) that a workflow installs; None where it names none, or several."""
    found = {(match["version"], match["sha256"]) for match in _RELEASE.finditer(text)}
    return found.pop() if len(found) == 1 else None


def with_newer_pins(rendered: str, there: str) -> str:
    """`rendered`, with those pins of the file that is `there` whose version is higher: rendering takes nothing back."""
    newest = _newest(there)

    def choose(match: re.Match[str]) -> str:
        version, commit = newest.get(match["action"], (match["version"], ""))
        if Version(version) <= Version(match["version"]):
            return match[0]
        return f"{match['head']}@{commit} # v{version}"

    return _PIN.sub(choose, rendered)


def _newest(text: str) -> dict[str, tuple[str, str]]:
    """Each action's highest version and its commit; left out where one version stands for two commits."""
    found: dict[str, dict[str, set[str]]] = {}
    for match in _PIN.finditer(text):
        found.setdefault(match["action"], {}).setdefault(match["version"], set()).add(match["commit"])
    chosen = {action: max(versions.items(), key=lambda item: Version(item[0])) for action, versions in found.items()}
    return {action: (version, min(commits)) for action, (version, commits) in chosen.items() if len(commits) == 1}
