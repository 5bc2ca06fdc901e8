"""Entry points: what runs under a name of its own once a wheel is installed.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.faults import Fault

Groups = dict[str, dict[str, str]]
"""Group, name, object reference."""
_GROUPS = {"scripts": "console_scripts", "gui-scripts": "gui_scripts"}


def judge_entry_points(data: bytes | None, commit: Commit) -> Iterator[Fault]:
    """Faults of an entry_points.txt, which is None where the wheel has none."""
    try:
        found = parse(data or b"")
    except ValueError as error:
        yield Fault("entry-points-malformed", "entry_points.txt", str(error))
        return
    expected = declared(commit)
    if expected is None:
        return
    for group in sorted(found.keys() | expected.keys()):
        ours, theirs = expected.get(group, {}), found.get(group, {})
        for name in sorted(ours.keys() | theirs.keys()):
            if ours.get(name) != theirs.get(name):
                where = f"[{group}] {name}"
                yield Fault("entry-points-differ", where, theirs.get(name, "none"), ours.get(name, "none"))


def declared(commit: Commit) -> Groups | None:
    """What the committed configuration declares; None where only the project's own code would tell."""
    document = commit.document
    project = _table(document.get("project"))
    dynamic = project.get("dynamic", ())
    if "scripts" in dynamic or "entry-points" in dynamic or "gui-scripts" in dynamic:
        return None
    tool = _table(document.get("tool"))
    if project:
        groups = {_GROUPS[key]: _table(project.get(key)) for key in _GROUPS}
        groups |= {name: _table(table) for name, table in _table(project.get("entry-points")).items()}
        # Poetry may have some here although there is a [project].
        return _plain(_merged(groups, _poetry(_table(tool.get("poetry")))))
    if "poetry" in tool:
        return _plain(_poetry(_table(tool["poetry"])))
    return _from_setup_cfg(commit)


def parse(data: bytes) -> Groups:
    """The groups of an entry_points.txt. Raises ValueError."""
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#", ";"), default_section="\0")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(data.decode())
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ValueError(str(error).splitlines()[0]) from error
    return _plain({section: dict(parser.items(section)) for section in parser.sections()})


def _poetry(poetry: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    scripts = {
        name: value["reference"] if isinstance(value, Mapping) else value
        for name, value in _table(poetry.get("scripts")).items()
        if not isinstance(value, Mapping) or value.get("type") == "console"
    }
    plugins = {name: _table(table) for name, table in _table(poetry.get("plugins")).items()}
    return {"console_scripts": scripts, **plugins}


def _from_setup_cfg(commit: Commit) -> Groups | None:
    if commit.read("setup.py") is not None:
        return None
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string((commit.read("setup.cfg") or b"").decode())
        written = dict(parser["options.entry_points"]) if "options.entry_points" in parser else {}
        lines = "".join(f"[{group}]\n{text.strip()}\n" for group, text in written.items())
        return parse(lines.encode())
    except (configparser.Error, UnicodeDecodeError, ValueError):
        return None


def _merged(one: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {group: {**other.get(group, {}), **one.get(group, {})} for group in one.keys() | other.keys()}


def _plain(groups: Mapping[str, Mapping[str, Any]]) -> Groups:
    """Without white space, which means nothing in an object reference, and without empty groups."""
    return {
        group.strip(): {name.strip(): re.sub(r"\s+", "", str(value)) for name, value in table.items()}
        for group, table in groups.items()
        if table
    }


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
