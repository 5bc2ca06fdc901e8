"""Which backend a wheel names, and what it leaves open."""

from __future__ import annotations

import io
import zipfile

import pytest
from tests.support.differences import WHEEL, wheel

from sealwright.errors import Refused
from sealwright.verify.generator import parse_generator
from sealwright.verify.wheel import generator_of

NAMED = {
    "hatchling 1.27.0": ("hatchling", "hatchling==1.27.0"),
    "flit 3.12.0": ("flit-core", "flit-core==3.12.0"),
    "poetry-core 2.1.1": ("poetry-core", "poetry-core==2.1.1"),
    "poetry 1.0.8": ("poetry-core", "poetry-core==1.0.8"),
    "setuptools (80.9.0)": ("setuptools", "setuptools==80.9.0"),
    "pdm-backend (2.4.5)": ("pdm-backend", "pdm-backend==2.4.5"),
    "pdm-pep517 1.1.4": ("pdm-pep517", "pdm-pep517==1.1.4"),
    "uv 0.9.5": ("uv-build", "uv-build==0.9.5"),
    "maturin (1.9.0)": ("maturin", "maturin==1.9.0"),
}


@pytest.mark.parametrize(("text", "expected"), NAMED.items(), ids=NAMED)
def test_the_recorded_backend_is_pinned(text: str, expected: tuple[str, str]) -> None:
    found = parse_generator(text, {"maturin"})
    assert found is not None
    assert (found.text, found.backend, found.requirements[0], found.gap) == (text, *expected, "")


def test_a_wheel_by_bdist_wheel_fixes_wheel_and_says_that_setuptools_is_open() -> None:
    found = parse_generator("bdist_wheel (0.45.1)")
    assert found is not None
    assert (found.backend, found.requirements) == ("setuptools", ("wheel==0.45.1", "setuptools<70.1"))
    assert "setuptools" in found.gap


def test_poetry_itself_is_meant_where_the_project_asks_for_it() -> None:
    found = parse_generator("poetry 1.0.8", {"poetry"})
    assert found is not None
    assert found.requirements == ("poetry==1.0.8",)


@pytest.mark.parametrize(
    "text",
    ["", "hatchling", "hatchling x", "hatchling 1.0; evil", "evil 1.0", "hatchling 1 2", "hatchling 1.0\nx", "--x 1.0"],
)
def test_what_names_no_backend_is_not_guessed_at(text: str) -> None:
    assert parse_generator(text) is None


def test_the_generator_is_read_from_the_wheel() -> None:
    assert generator_of(io.BytesIO(wheel()), WHEEL) == "hatchling 1.27.0"


def _zip(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize("data", [b"", b"PK", wheel()[:-30], _zip(x="y"), wheel().replace(b"WHEEL", b"whee1")])
def test_a_wheel_that_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        generator_of(io.BytesIO(data), WHEEL)
    assert refused.value.code == "wheel-malformed"
