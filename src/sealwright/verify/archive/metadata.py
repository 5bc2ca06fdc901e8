"""METADATA and PKG-INFO: alike, and as the committed pyproject.toml declares.

https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.requirements import Wanted, canonical, judge_requirements

_MAY_DIFFER = frozenset({"dynamic"})
"""`Dynamic` says of an sdist what a wheel has decided."""


@dataclass(frozen=True, slots=True)
class CoreMetadata:
    """A parsed METADATA or PKG-INFO."""

    fields: Mapping[str, tuple[str, ...]]
    """Values by name in lower case, sorted."""
    body: str

    def one(self, name: str) -> str:
        """The single value of a field; empty where it is absent or there are several."""
        values = self.fields.get(name, ())
        return values[0] if len(values) == 1 else ""


def parse(data: bytes) -> CoreMetadata:
    """Raises ValueError."""
    try:
        message = BytesParser(policy=compat32).parsebytes(data)
        names = {name.lower() for name in message}
        fields = {name: tuple(sorted(str(value).strip() for value in message.get_all(name, []))) for name in names}
        body = message.get_payload()
    except (MessageError, UnicodeError, LookupError) as error:
        raise ValueError(str(error)) from error
    if message.defects or not isinstance(body, str):
        raise ValueError("not a list of fields with a text behind it")
    return CoreMetadata(fields, "\n".join(line.rstrip() for line in body.strip().splitlines()))


def judge_same(wheel: CoreMetadata, sdist: CoreMetadata) -> Iterator[Fault]:
    """Fields in which a wheel's METADATA and the sdist's PKG-INFO differ."""
    for name in sorted((wheel.fields.keys() | sdist.fields.keys()) - _MAY_DIFFER):
        ours, theirs = wheel.fields.get(name, ()), sdist.fields.get(name, ())
        if ours != theirs:
            yield Fault("metadata-differs", name, _short(ours, theirs), _short(theirs, ours))
    if wheel.body != sdist.body:
        yield Fault("metadata-differs", "description")


def judge_static(metadata: CoreMetadata, commit: Commit) -> Iterator[Fault]:
    """Fields that are not what the committed [project] declares. What it calls dynamic is not judged."""
    project = commit.document.get("project")
    if not isinstance(project, Mapping):
        return
    dynamic = project.get("dynamic", ())
    try:
        yield from _requires_python(metadata, project, dynamic)
        if "dependencies" not in dynamic and "optional-dependencies" not in dynamic:
            found = [Requirement(line) for line in metadata.fields.get("requires-dist", ())]
            yield from judge_requirements(_wanted(project), found)
            yield from _extras(metadata, project)
    except (InvalidRequirement, InvalidSpecifier, TypeError, AttributeError) as error:
        yield Fault("metadata-malformed", found=str(error))


def _requires_python(metadata: CoreMetadata, project: Mapping[str, Any], dynamic: Any) -> Iterator[Fault]:
    ours, theirs = str(project.get("requires-python", "")), metadata.one("requires-python")
    if "requires-python" not in dynamic and canonical(SpecifierSet(ours)) != canonical(SpecifierSet(theirs)):
        yield Fault("requires-python-differs", found=theirs, expected=ours)


def _wanted(project: Mapping[str, Any]) -> Iterator[Wanted]:
    for line in project.get("dependencies", ()):
        yield Wanted(Requirement(line))
    for extra, lines in project.get("optional-dependencies", {}).items():
        for line in lines:
            yield Wanted(Requirement(line), extra)


def _extras(metadata: CoreMetadata, project: Mapping[str, Any]) -> Iterator[Fault]:
    ours = {canonicalize_name(extra) for extra in project.get("optional-dependencies", {})}
    theirs = {canonicalize_name(extra) for extra in metadata.fields.get("provides-extra", ())}
    if ours != theirs:
        yield Fault("extras-differ", found=", ".join(sorted(theirs)), expected=", ".join(sorted(ours)))


def _short(values: tuple[str, ...], others: tuple[str, ...]) -> str:
    return "; ".join(value for value in values if value not in others) or "nothing more"
