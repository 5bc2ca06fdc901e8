from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from sealwright.errors import Refused
from sealwright.sbom.graph import Graph, resolve_edges
from sealwright.sbom.metadata import Metadata
from sealwright.verify.cyclonedx import marker_environment

LINUX = {**marker_environment(), "sys_platform": "linux"}


def _installed(**requires: list[str]) -> dict[str, Metadata]:
    return {
        name: Metadata(name, "1.0", requires=tuple(Requirement(text) for text in texts))
        for name, texts in requires.items()
    }


def _edges(packages: dict[str, Metadata], *extras: str, **environment: str) -> dict[str, tuple[str, ...]]:
    installed = {name: metadata for name, metadata in packages.items() if name != "root"}
    return dict(resolve_edges(packages["root"], installed, {**LINUX, **environment}, extras).edges)


def test_requirements_count_where_their_marker_holds() -> None:
    packages = _installed(root=["a", "b ; sys_platform == 'win32'"], a=[], b=[])
    assert _edges(packages) == {"root": ("a",), "a": ()}
    assert _edges(packages, sys_platform="win32") == {"root": ("a", "b"), "a": (), "b": ()}


def test_extras_count_only_where_somebody_asked_for_them() -> None:
    packages = _installed(root=["a[More]"], a=["b ; extra == 'more'", "c ; extra == 'other'"], b=[], c=[])
    assert _edges(packages) == {"root": ("a",), "a": ("b",), "b": ()}


def test_extras_of_the_wheel_count_only_if_asked_for() -> None:
    packages = _installed(root=["a", "b ; extra == 'web'"], a=[], b=[])
    assert _edges(packages) == {"root": ("a",), "a": ()}
    assert _edges(packages, "web") == {"root": ("a", "b"), "a": (), "b": ()}


def test_extra_made_of_other_extras_of_the_same_package_is_followed() -> None:
    packages = _installed(root=["a[all]"], a=["a[one] ; extra == 'all'", "b ; extra == 'one'"], b=[])
    assert _edges(packages) == {"root": ("a",), "a": ("b",), "b": ()}


def test_circles_end() -> None:
    packages = _installed(root=["a"], a=["b"], b=["a"])
    assert _edges(packages) == {"root": ("a",), "a": ("b",), "b": ("a",)}


def test_requirement_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="a requires `b>=2`") as caught:
        _edges(_installed(root=["a"], a=["b>=2"]))
    assert caught.value.code == "sbom-dependency-missing"


def _graph(packages: dict[str, Metadata], *extras: str) -> Graph:
    installed = {name: metadata for name, metadata in packages.items() if name != "root"}
    return resolve_edges(packages["root"], installed, LINUX, extras)


def test_requirements_are_kept_as_declared_where_they_hold() -> None:
    packages = _installed(root=["A[More]>=1", "b ; sys_platform == 'win32'"], a=["a[x] ; extra == 'more'", "b<3"], b=[])
    graph = _graph(packages)
    assert graph.requirements["root"] == ("A[More]>=1",)
    assert graph.requirements["a"] == ('a[x]; extra == "more"', "b<3")


@pytest.mark.parametrize(
    ("requires", "conditional"),
    [
        (["a"], False),
        (["a ; sys_platform == 'linux'"], False),
        (["a", "b ; sys_platform == 'win32'"], True),
        (["a", "b ; extra == 'web'"], False),  # only if somebody asks
        (["a", "b ; extra == 'Web' and sys_platform == 'win32'"], False),
        (["a", "b ; extra == 'asked'"], False),
        (["a", "b ; extra == 'asked' and sys_platform == 'win32'"], True),
        (["a", "b ; extra == 'web' or sys_platform == 'win32'"], True),
    ],
)
def test_packages_that_another_environment_gives_more_to_are_known(requires: list[str], conditional: bool) -> None:
    graph = _graph(_installed(root=requires, a=[], b=[]), "asked")
    assert ("root" in graph.conditional) is conditional


def test_extras_that_are_asked_for_late_are_followed_too() -> None:
    packages = _installed(root=["a", "c"], a=["b ; extra == 'late'"], b=[], c=["a[late]"])
    assert _edges(packages) == {"root": ("a", "c"), "a": ("b",), "b": (), "c": ("a",)}


def test_marker_that_compares_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        _graph(_installed(root=["a ; sys_platform ~= 'x'"], a=[]))
    assert caught.value.code == "marker-undefined"
