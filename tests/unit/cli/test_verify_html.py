"""`sealwright verify --html`: the page says what the lines say, and writing it changes no verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.evidence import WHEEL, SignedRelease
from tests.support.sealed import downloaded, sealed_release
from tests.support.sigstore import RUN

from sealwright.cli import main
from sealwright.model import Mode


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedRelease]:
    with sealed_release(tmp_path_factory.mktemp("made"), Mode.REHEARSAL) as made:
        yield made


@pytest.fixture
def assets(release: SignedRelease, tmp_path: Path) -> Path:
    folder = tmp_path / "assets"
    folder.mkdir()
    for path, content in downloaded(release).items():
        (folder / path.rpartition("/")[2]).write_bytes(content.data or b"")
    return folder


def verify(release: SignedRelease, assets: Path, page: Path, *options: str) -> int:
    given = (assets, "--repo", RUN.repository, "--trust-config", release.sigstore.trust_config, "--html", page)
    return main(["verify", *map(str, given), *options])


def test_the_page_concludes_what_the_lines_conclude(
    release: SignedRelease, assets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert verify(release, assets, page) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("PASSED")]
    document = page.read_text(encoding="utf-8")
    assert f"<p>{line.replace('  ', ': ', 1)}</p>" in document
    for said in (
        WHEEL,
        RUN.commit,
        "You named the repository; we did not.",
        "Does not prove: ",
        "a rehearsal&#x27;s own",
    ):
        assert said in document


def test_a_page_about_a_changed_release_names_what_was_changed(
    release: SignedRelease, assets: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    (assets / WHEEL).write_bytes(b"PK")
    assert verify(release, assets, page, "--json") == 1
    document = page.read_text(encoding="utf-8")
    assert "<p>FAILED: " in document
    assert "digest-mismatch" in document
    assert "Proves: " not in document


def test_a_page_that_cannot_be_written_is_an_error_with_a_hint(
    release: SignedRelease, assets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(release, assets, tmp_path / "nowhere" / "page.html") == 2
    said = capsys.readouterr()
    assert "html-unwritable" in said.err
    assert said.out == ""
