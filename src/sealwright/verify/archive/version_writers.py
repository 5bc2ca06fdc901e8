"""Which version files the committed configuration has a backend or a plugin write."""

from __future__ import annotations

import configparser
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from sealwright.project.tables import Reader, read_text, table, text


def version_files(document: Mapping[str, Any], read: Reader) -> dict[str, str]:
    """Path, from the project's directory or from a package root, to the tool that writes it."""
    found = {posixpath.normpath(path): tool for path, tool in _configured(document, read) if path}
    return {path: tool for path, tool in found.items() if not path.startswith(("/", ".."))}


def _configured(document: Mapping[str, Any], read: Reader) -> Iterator[tuple[str | None, str]]:
    tool = table(document, "tool")
    for name in ("setuptools_scm", "setuptools-scm"):
        yield text(tool, name, "write_to"), "setuptools-scm"
        yield text(tool, name, "version_file"), "setuptools-scm"
    yield text(tool, "pdm", "version", "write_to"), "pdm-backend"
    yield text(tool, "versioningit", "write", "file"), "versioningit"
    yield from _versioneer(document, read)
    build = table(tool, "hatch", "build")
    targets = [table(build, "targets", name) for name in table(build, "targets")]
    for one in (build, *targets):
        yield text(one, "hooks", "vcs", "version-file"), "hatch-vcs"
        yield text(one, "hooks", "version", "path"), "hatchling"


def _versioneer(document: Mapping[str, Any], read: Reader) -> Iterator[tuple[str | None, str]]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(read_text(read, "setup.cfg") or "")
    except configparser.Error:
        return
    written = dict(parser["versioneer"]) if parser.has_section("versioneer") else {}
    for key in ("versionfile_source", "versionfile_build"):
        yield text(document, "tool", "versioneer", key) or written.get(key), "versioneer"
