"""[tool.flit.metadata], flit's own tables (https://flit.pypa.io/en/stable/pyproject_toml.html#old-style-metadata)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from sealwright.project.declared.entry_points import parse_entry_points
from sealwright.project.declared.model import Declared, Groups, Licence, People, Unknown, label_of
from sealwright.project.declared.reading import optional_requirements, people, plain, readme_of, requirements
from sealwright.project.static import docstring, module_file
from sealwright.project.tables import Reader, read_text, strings, table, text

_WHERE = "pyproject.toml [tool.flit.metadata]"
ROOTS = (".", "src")


def read_flit(document: Mapping[str, Any], read: Reader) -> Declared:
    """What the tables declare."""
    flit = table(document, "tool", "flit")
    metadata = table(flit, "metadata")
    extras = {extra: strings(metadata, "requires-extra", extra) for extra in table(metadata, "requires-extra")}
    if "dev-requires" in metadata:
        extras.setdefault("dev", strings(metadata, "dev-requires"))
    readme = text(metadata, "description-file")
    return Declared(
        _WHERE,
        requires_python=text(metadata, "requires-python") or "",
        dependencies=requirements(strings(metadata, "requires")),
        optional=optional_requirements({canonicalize_name(extra): lines for extra, lines in extras.items()}),
        entry_points=_entry_points(flit, metadata, read),
        summary=summary_of(read, text(metadata, "module") or ""),
        keywords=frozenset(filter(None, (word.strip() for word in (text(metadata, "keywords") or "").split(",")))),
        classifiers=frozenset(strings(metadata, "classifiers")),
        urls=frozenset(_urls(metadata)),
        authors=_person(metadata, "author"),
        maintainers=_person(metadata, "maintainer"),
        licence=Licence(strings(metadata, "license")),
        readme=readme_of(read, [readme] if readme else []),
    )


def summary_of(read: Reader, module: str) -> str | Unknown:
    """The first line of the module's docstring, which flit takes for the summary."""
    path = module_file(read, module, ROOTS) if module else None
    source = read_text(read, path) if path else None
    written = docstring(source) if source else None
    return written.lstrip().splitlines()[0] if written and written.strip() else Unknown(f"the docstring of {module}")


def _entry_points(flit: Mapping[str, Any], metadata: Mapping[str, Any], read: Reader) -> Groups | Unknown:
    groups = {"console_scripts": table(flit, "scripts")}
    groups |= {group: table(flit, "entrypoints", group) for group in table(flit, "entrypoints")}
    path = text(metadata, "entry-points-file")
    if path is None:
        return plain(groups)
    try:
        return plain({**parse_entry_points(read(path) or b""), **groups})
    except ValueError:
        return Unknown(f"{path} is not understood")


def _urls(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if url := text(metadata, "home-page"):
        yield "homepage", url
    for label, url in table(metadata, "urls").items():
        yield label_of(label), str(url)


def _person(metadata: Mapping[str, Any], role: str) -> People:
    return people(strings(metadata, role), strings(metadata, f"{role}-email"))
