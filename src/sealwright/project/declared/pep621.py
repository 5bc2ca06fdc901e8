"""[project] (https://packaging.python.org/en/latest/specifications/pyproject-toml/)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sealwright.project.declared.model import Declared, Licence, People, Readme, Unknown, label_of
from sealwright.project.declared.poetry import entry_points_of
from sealwright.project.declared.reading import (
    backend_of,
    bare,
    optional_requirements,
    people,
    plain,
    readme_of,
    requirements,
    scripts_of,
)
from sealwright.project.tables import Reader, read_text, strings, table, text

_WHERE = "pyproject.toml [project]"
# The keys of [project], and the values of `Declared` that they decide.
_DECIDES = {
    "requires-python": ("requires_python",),
    "dependencies": ("dependencies",),
    "optional-dependencies": ("optional",),
    "scripts": ("entry_points",),
    "gui-scripts": ("entry_points",),
    "entry-points": ("entry_points",),
    "description": ("summary",),
    "keywords": ("keywords",),
    "classifiers": ("classifiers",),
    "urls": ("urls",),
    "authors": ("authors",),
    "maintainers": ("maintainers",),
    "license": ("licence", "licence_files"),
    "license-files": ("licence_files",),
    "readme": ("readme",),
}


def read_pep621(document: Mapping[str, Any], read: Reader, behind: Declared) -> Declared:
    """What the table declares. `behind` is what the backend fills in where it says `dynamic`."""
    project = table(document, "project")
    dynamic, poetry = strings(project, "dynamic"), backend_of(document) == "poetry"
    declared = Declared(
        _WHERE,
        requires_python=text(project, "requires-python") or "",
        dependencies=requirements(strings(project, "dependencies")),
        optional=optional_requirements(
            {
                extra: strings(project, "optional-dependencies", extra)
                for extra in table(project, "optional-dependencies")
            }
        ),
        entry_points=_entry_points(document, project),
        summary=text(project, "description") or "",
        keywords=frozenset(strings(project, "keywords")),
        classifiers=frozenset(strings(project, "classifiers")),
        urls=frozenset((label_of(label), str(url)) for label, url in table(project, "urls").items()),
        authors=_people(project, "authors"),
        maintainers=_people(project, "maintainers"),
        licence=_licence(project, read),
        licence_files=_licence_files(project),
        readme=_readme(project, read),
        # Poetry derives them where there are none, too.
        adds_classifiers="classifiers" in dynamic or (poetry and not strings(project, "classifiers")),
        names_one_person=poetry,
    )
    decided = {field for key in dynamic for field in _DECIDES.get(key, ())}
    return replace(declared, **{field: getattr(behind, field) for field in decided})


def _entry_points(document: Mapping[str, Any], project: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    ours, more = plain(scripts_of(project)), entry_points_of(table(document, "tool", "poetry"))
    return {group: {**more.get(group, {}), **ours.get(group, {})} for group in ours.keys() | more.keys()}


def _people(project: Mapping[str, Any], role: str) -> People:
    listed = project.get(role)
    tables = [person for person in listed if isinstance(person, Mapping)] if isinstance(listed, list) else []
    return people(
        (str(person["name"]) for person in tables if "name" in person),
        (str(person["email"]) for person in tables if "email" in person),
    )


def _licence(project: Mapping[str, Any], read: Reader) -> Licence:
    expression = text(project, "license")
    if expression is not None:
        return Licence((expression,))
    written, path = text(project, "license", "text"), text(project, "license", "file")
    content = read_text(read, path) if path else None
    values = tuple(filter(None, (written, content, path)))
    return Licence(values, optional=written is None)


def _licence_files(project: Mapping[str, Any]) -> tuple[str, ...] | Unknown:
    if isinstance(project.get("license-files"), list):
        return strings(project, "license-files")
    # The form of an earlier draft, which hatchling still takes.
    listed = (*strings(project, "license-files", "paths"), *strings(project, "license-files", "globs"))
    return listed or Unknown("the backend chooses them")


def _readme(project: Mapping[str, Any], read: Reader) -> Readme | Unknown:
    path = text(project, "readme")
    if path is not None:
        return readme_of(read, [path])
    kind = text(project, "readme", "content-type") or ""
    written = text(project, "readme", "text")
    if written is not None:
        return Readme(written, bare(kind))
    path = text(project, "readme", "file")
    return readme_of(read, [path], kind) if path else Readme()
