"""What a commit declares about the distributions that are built from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.requirements import Requirement


@dataclass(frozen=True, slots=True)
class Unknown:
    """What only running code would tell, or what is not understood here."""

    why: str
    """A few words for whoever reads that it was not compared."""


Groups = Mapping[str, Mapping[str, str]]
"""Entry points: group, name, object reference without white space."""


@dataclass(frozen=True, slots=True)
class People:
    """Authors or maintainers."""

    names: frozenset[str] = frozenset()
    """Split at commas, since METADATA joins names with them."""
    emails: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Licence:
    """How the project may be used."""

    values: tuple[str, ...] = ()
    """What `License` or `License-Expression` may say; empty where the project declares nothing."""
    optional: bool = False
    """Whether backends may leave it out, as they do where only a file is named."""


@dataclass(frozen=True, slots=True)
class Readme:
    """The long description."""

    text: str = ""
    content_type: str = ""
    """Without parameters; empty where the backend decides."""


@dataclass(frozen=True, slots=True)
class Declared:
    """Everything that ends up in METADATA and entry_points.txt, as far as it is written down in the commit."""

    where: str
    """Which part of which file declares it."""
    requires_python: str | Unknown = ""
    """A version specifier."""
    dependencies: tuple[Requirement, ...] | Unknown = ()
    optional: Mapping[str, tuple[Requirement, ...]] | Unknown = field(default_factory=dict)
    """Dependencies by normalised extra."""
    entry_points: Groups | Unknown = field(default_factory=dict)
    summary: str | Unknown = ""
    keywords: frozenset[str] | Unknown = frozenset()
    classifiers: frozenset[str] | Unknown = frozenset()
    urls: frozenset[tuple[str, str]] | Unknown = frozenset()
    """(label, address); labels as `label_of` makes them."""
    authors: People | Unknown = People()
    maintainers: People | Unknown = People()
    licence: Licence | Unknown = Licence()
    licence_files: tuple[str, ...] | Unknown = Unknown("the backend chooses them")
    """Glob patterns."""
    readme: Readme | Unknown = Readme()
    adds_classifiers: bool = False
    """Whether the backend derives classifiers from the licence and the supported Pythons."""
    names_one_person: bool = False
    """Whether the backend writes down the first author and maintainer only."""

    @classmethod
    def nothing(cls, where: str, why: str) -> Declared:
        """Where nothing can be told."""
        unknown = Unknown(why)
        return cls(
            where,
            requires_python=unknown,
            dependencies=unknown,
            optional=unknown,
            entry_points=unknown,
            summary=unknown,
            keywords=unknown,
            classifiers=unknown,
            urls=unknown,
            authors=unknown,
            maintainers=unknown,
            licence=unknown,
            licence_files=unknown,
            readme=unknown,
        )


def label_of(label: str) -> str:
    """A label of a project's address, normalised (https://packaging.python.org/en/latest/specifications/well-known-project-urls/)."""
    return "".join(character for character in label.lower() if character.isalnum())
