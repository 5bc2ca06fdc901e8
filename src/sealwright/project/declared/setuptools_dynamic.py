"""[tool.setuptools.dynamic]: fields that are read from committed files (https://setuptools.pypa.io/en/latest/userguide/pyproject_config.html#dynamic-metadata)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sealwright.project.declared.entry_points import parse_entry_points
from sealwright.project.declared.model import Declared, Groups, Readme, Unknown
from sealwright.project.declared.reading import bare, optional_requirements, readme_of, requirements
from sealwright.project.declared.setup_cfg import read_setup_cfg
from sealwright.project.tables import Reader, read_text, strings, table, text


def read_setuptools(document: Mapping[str, Any], read: Reader) -> Declared:
    """What setuptools fills in where [project] says `dynamic`: these files, else setup.cfg, else what code says."""
    dynamic = table(document, "tool", "setuptools", "dynamic")
    declared = read_setup_cfg(read)

    def content(*path: str) -> str | Unknown:
        return _content(table(dynamic, *path), read)

    if "dependencies" in dynamic:
        declared = replace(declared, dependencies=_requirements(content("dependencies")))
    if "optional-dependencies" in dynamic:
        declared = replace(declared, optional=_optional(dynamic, read))
    if "description" in dynamic:
        declared = replace(declared, summary=content("description"))
    if "requires-python" in dynamic:
        declared = replace(declared, requires_python=content("requires-python"))
    if "classifiers" in dynamic:
        found = content("classifiers")
        lines = found if isinstance(found, Unknown) else frozenset(filter(None, map(str.strip, found.splitlines())))
        declared = replace(declared, classifiers=lines)
    if "entry-points" in dynamic:
        declared = replace(declared, entry_points=_entry_points(content("entry-points")))
    if "readme" in dynamic:
        declared = replace(declared, readme=_readme(table(dynamic, "readme"), read))
    return declared


def _content(directive: Mapping[str, Any], read: Reader) -> str | Unknown:
    paths = strings(directive, "file")
    contents = [read_text(read, path) for path in paths]
    if not paths or None in contents:
        return Unknown("decided by code" if not paths else f"{', '.join(paths)} is not committed")
    return "\n".join(filter(None, contents)).strip()


def _requirements(content: str | Unknown) -> Any:
    if isinstance(content, Unknown):
        return content
    lines = (line.strip() for line in content.splitlines())
    return requirements(line for line in lines if line and not line.startswith("#"))


def _optional(dynamic: Mapping[str, Any], read: Reader) -> Any:
    found = {}
    for extra in table(dynamic, "optional-dependencies"):
        content = _content(table(dynamic, "optional-dependencies", extra), read)
        if isinstance(content, Unknown):
            return content
        found[extra] = [line for line in map(str.strip, content.splitlines()) if line and not line.startswith("#")]
    return optional_requirements(found)


def _entry_points(content: str | Unknown) -> Groups | Unknown:
    try:
        return content if isinstance(content, Unknown) else parse_entry_points(content.encode())
    except ValueError as error:
        return Unknown(f"the file of entry points: {error}")


def _readme(directive: Mapping[str, Any], read: Reader) -> Readme | Unknown:
    kind = text(directive, "content-type") or ""
    if "text" in directive:
        return Readme(text(directive, "text") or "", bare(kind))
    return readme_of(read, strings(directive, "file"), kind)
