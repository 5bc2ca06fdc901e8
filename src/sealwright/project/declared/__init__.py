"""What a commit declares about its distributions: read from files, nothing of the project is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sealwright.project.declared.flit import read_flit, summary_of
from sealwright.project.declared.model import Declared, Groups, Licence, People, Readme, Unknown, label_of
from sealwright.project.declared.pep621 import read_pep621
from sealwright.project.declared.poetry import read_poetry
from sealwright.project.declared.reading import addressed, backend_of, people
from sealwright.project.declared.setup_cfg import read_setup_cfg
from sealwright.project.declared.setuptools_dynamic import read_setuptools
from sealwright.project.tables import Reader, table, text

__all__ = [
    "Declared",
    "Groups",
    "Licence",
    "People",
    "Readme",
    "Unknown",
    "addressed",
    "backend_of",
    "label_of",
    "people",
    "read_declared",
]


def read_declared(document: Mapping[str, Any], read: Reader) -> Declared:
    """What the project with this pyproject.toml declares, whichever of the known forms it uses."""
    if table(document, "project"):
        return read_pep621(document, read, _behind(document, read))
    if table(document, "tool", "poetry"):
        return read_poetry(document, read)
    if table(document, "tool", "flit", "metadata"):
        return read_flit(document, read)
    if backend_of(document) == "setuptools":
        return read_setup_cfg(read)
    return Declared.nothing("pyproject.toml", "it has no table that is known here")


def _behind(document: Mapping[str, Any], read: Reader) -> Declared:
    """What fills in the fields that [project] calls dynamic."""
    unknown = Declared.nothing("pyproject.toml", "dynamic in [project]")
    match backend_of(document):
        case "setuptools":
            return read_setuptools(document, read)
        case "poetry":
            return read_poetry(document, read)
        case "flit_core":
            name = text(document, "tool", "flit", "module", "name") or text(document, "project", "name") or ""
            return replace(unknown, summary=summary_of(read, name.replace("-", "_")))
        case _:
            return unknown
