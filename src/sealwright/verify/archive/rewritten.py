"""Configuration that a backend writes anew into an sdist: it may say nothing that the committed one does not."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Mapping
from typing import Any


def objection_to_setup_cfg(committed: bytes, found: bytes) -> str | None:
    """Why `found` is not what setuptools makes of a committed setup.cfg, which may be empty; None where it is.

    It goes through configparser, which loses comments, and a section of the builder is added.
    """
    ours, theirs = _sections(committed), _sections(found)
    if ours is None or theirs is None:
        return "not a setup.cfg"
    expected = {"tag_build": "", "tag_date": "0", **ours.pop("egg_info", {})}
    tags = theirs.pop("egg_info", {})
    return None if theirs == ours and tags == expected else "another setup.cfg than the committed one"


def objection_to_pyproject(committed: Mapping[str, Any], found: bytes, version: str) -> str | None:
    """Why `found` does not say the same as the committed pyproject.toml; None where it does.

    A version that a plugin works out may be written down, and empty tables may come and go.
    """
    try:
        theirs = _without_empty(tomllib.loads(found.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return "not TOML"
    ours = _without_empty(_with_version(dict(committed), version))
    return None if ours == theirs else "another pyproject.toml than the committed one"


def _with_version(document: dict[str, Any], version: str) -> dict[str, Any]:
    project = document.get("project")
    if isinstance(project, dict) and "version" in project.get("dynamic", ()):
        dynamic = [name for name in project["dynamic"] if name != "version"]
        document = {**document, "project": {**project, "dynamic": dynamic, "version": version}}
    tool = document.get("tool")
    if isinstance(tool, dict) and _enabled(tool.get("poetry-dynamic-versioning")):
        # It puts the version in the place of the placeholder that Poetry wants there.
        poetry = {**tool.get("poetry", {}), "version": version} if "version" in tool.get("poetry", {}) else {}
        document = {**document, "tool": {**tool, **({"poetry": poetry} if poetry else {})}}
        if isinstance(document.get("project"), dict) and "version" in document["project"]:
            document["project"] = {**document["project"], "version": version}
    return document


def _enabled(plugin: Any) -> bool:
    return isinstance(plugin, dict) and plugin.get("enable") is True


def _sections(data: bytes) -> dict[str, dict[str, str]] | None:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(data.decode())
    except (configparser.Error, UnicodeDecodeError):
        return None
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _without_empty(value: Any) -> Any:
    """Without empty tables and lists, which the backends add or drop."""
    if isinstance(value, dict):
        inner = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item not in ({}, [])}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value
