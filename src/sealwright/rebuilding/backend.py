"""The backend that a published release names, and how it is had again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from sealwright.errors import Refused, Unavailable
from sealwright.rebuilding.published import Published
from sealwright.stages.build_environment import BuildSystem
from sealwright.verify.generator import Generator, parse_generator
from sealwright.verify.wheel import generator_of


@dataclass(frozen=True, slots=True)
class Backend:
    """What a release was built with, as far as it says so."""

    name: str
    """The normalised name of its distribution; empty where no wheel names it."""
    text: str
    """The `Generator` of the wheels; empty where there is none."""
    requirements: tuple[str, ...]
    """What that adds to the project's own build requirements."""
    gaps: tuple[str, ...]
    """What is not recorded, in a few words each."""


def backend_of(release: Published, system: BuildSystem) -> Backend:
    """The backend that the wheels of a release name.

    Raises Unavailable (`backend-unknown`, `backend-ambiguous`) where they name none that could be installed.
    """
    texts = sorted({_text(release, name) for name in (ref.name for ref in release.files) if name.endswith(".whl")})
    if not texts:
        gap = "no wheel was published, so no backend is recorded; the project's build requirements are what there is"
        return Backend("", "", (), (gap,))
    if len(texts) > 1:
        said = ", ".join(repr(text) for text in texts)
        raise Unavailable(
            "backend-ambiguous", f"the wheels name several generators: {said}", hint="give one wheel and the sdist"
        )
    generator = _parsed(texts[0], system)
    if system.in_tree:
        gap = "the backend is in the project's own tree (`backend-path`), which is built as the commit has it"
        return Backend(generator.backend, generator.text, (), (gap,))
    return Backend(generator.backend, generator.text, generator.requirements, tuple(filter(None, [generator.gap])))


def _text(release: Published, name: str) -> str:
    path = next(path for ref, path in release.files.items() if ref.name == name)
    try:
        with path.open("rb") as stream:
            return generator_of(stream, name)
    except Refused as error:
        raise Unavailable("backend-unknown", error.message, hint=error.hint) from error


def _parsed(text: str, system: BuildSystem) -> Generator:
    generator = parse_generator(text, {_project(requirement) for requirement in system.requires})
    if generator is None:
        raise Unavailable(
            "backend-unknown",
            f"the wheel names {text!r} as its generator, which is no backend that could be installed again",
            hint="build it as its maintainers say and compare with `sealwright rebuild` from other files, or by hand",
        )
    return generator


def _project(requirement: str) -> str:
    return canonicalize_name(re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0])
