from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from tests.support.wheels import write_wheel

from sealwright.errors import Refused
from sealwright.sbom.metadata import Metadata, Person, installed_metadata, parse_metadata, wheel_metadata


def _parse(text: str) -> Metadata:
    return parse_metadata(f"Metadata-Version: 2.1\nName: Some.Thing\nVersion: 1.0.RC1\n{text}\n".encode(), "METADATA")


def test_name_and_version_are_normalised() -> None:
    metadata = parse_metadata(b"Metadata-Version: 2.1\nName: Some.Thing\nVersion: 1.0.RC1\n\n", "METADATA")
    assert (metadata.name, metadata.version) == ("some-thing", "1.0rc1")


@pytest.mark.parametrize(
    ("headers", "people"),
    [
        pytest.param("Author-email: Ada <ada@example.org>", [Person("Ada", "ada@example.org")], id="address"),
        pytest.param("Author: Ada\nAuthor-email: ada@example.org", [Person("Ada", "ada@example.org")], id="halves"),
        pytest.param("Author: Ada and friends", [Person("Ada and friends")], id="a name only"),
        pytest.param(
            "Author: Ada\nAuthor-email: Ada <ada@example.org>, Bob <bob@example.org>",
            [Person("Ada", "ada@example.org"), Person("Bob", "bob@example.org")],
            id="two",
        ),
        pytest.param("Author: Ada\nMaintainer: Ada", [Person("Ada")], id="the same twice"),
        pytest.param("Author-email: Ada <ada at example>", [Person("Ada")], id="address that is none"),
        pytest.param("", [], id="nobody"),
    ],
)
def test_people_are_those_named(headers: str, people: list[Person]) -> None:
    assert list(_parse(headers).people) == people


def test_links_with_a_password_or_another_scheme_are_left_out() -> None:
    metadata = _parse(
        "Home-page: https://example.org\n"
        "Project-URL: Source, https://user:secret@example.org/x\n"
        "Project-URL: Talk, ftp://example.org\n"
        "Project-URL: Posts, https://example.org/@ada"
    )
    assert metadata.links == (
        ("homepage", "https://example.org"),
        ("posts", "https://example.org/@ada"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "Metadata-Version: 2.1\nVersion: 1.0\n\n",
        "Metadata-Version: 2.1\nName: a/b\nVersion: 1.0\n\n",
        "Metadata-Version: 2.1\nName: a\nVersion: one\n\n",
        "Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Dist: ???\n\n",
        "",
    ],
)
def test_metadata_without_name_version_or_readable_requirements_are_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_metadata(text.encode(), "somewhere")
    assert caught.value.code == "metadata-malformed"
    assert "somewhere" in caught.value.message


def test_metadata_of_a_wheel_are_read_from_the_wheel(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, "other-name", "2.0", requires=["rich>=14"])
    metadata = wheel_metadata(wheel)
    assert (metadata.name, metadata.version) == ("other-name", "2.0")
    assert [str(requirement) for requirement in metadata.requires] == ["rich>=14"]


def test_wheel_with_two_metadata_files_is_refused(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("evil-1.0.dist-info/METADATA", "Name: evil\n")
    with pytest.raises(Refused, match="2 readable METADATA files"):
        wheel_metadata(wheel)


def test_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.whl").write_bytes(b"not a zip")
    with pytest.raises(Refused, match="not a readable wheel"):
        wheel_metadata(tmp_path / "x.whl")


def test_installed_metadata_come_from_dist_info_folders(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_wheel(tmp_path / "wheels")) as archive:
        archive.extractall(tmp_path / "site")
    assert set(installed_metadata(tmp_path / "site")) == {"tiny"}
