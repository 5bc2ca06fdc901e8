"""The text of a version and of a changelog as a release writes it."""

from __future__ import annotations

import datetime as dt

import pytest

from sealwright.errors import UsageError
from sealwright.project.fragments import rendered, towncrier_of, with_entry
from sealwright.project.rewriting import with_version
from sealwright.project.skip_markers import skip_marker
from sealwright.project.unreleased import Moving, with_release
from sealwright.project.uv_lock import with_own_version

MOVING = Moving("1.3.0", "v1.3.0", dt.date(2026, 11, 26))
HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
FLIT = '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
DYNAMIC = '[project]\nname = "tiny"\ndynamic = ["version"]\n'


@pytest.mark.parametrize(
    ("files", "changed", "old", "new"),
    [
        (
            {"pyproject.toml": HATCH + '[project]\r\nname="tiny"\r\nversion="1.2.3" # here\r\nkeywords=["1.2.3"]\r\n'},
            "pyproject.toml",
            'version="1.2.3" # here',
            'version="1.3.0" # here',
        ),
        (
            {"pyproject.toml": '[tool.poetry]\nname = "tiny"\nversion = \'1.2.3\'\n'
             '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'},
            "pyproject.toml",
            "'1.2.3'",
            "'1.3.0'",
        ),
        (
            {
                "pyproject.toml": HATCH + DYNAMIC + '[tool.hatch.version]\npath = "src/tiny/about.py"\n',
                "src/tiny/about.py": '# not 1.2.3\n__version__ = "1.2.3"\n',
            },
            "src/tiny/about.py",
            '= "1.2.3"',
            '= "1.3.0"',
        ),
        (
            {
                "pyproject.toml": SETUPTOOLS + DYNAMIC + '[tool.setuptools.dynamic]\nversion = { file = "VERSION" }\n',
                "VERSION": "1.2.3\n",
            },
            "VERSION",
            "1.2.3",
            "1.3.0",
        ),
        (
            {
                "pyproject.toml": SETUPTOOLS + DYNAMIC + '[tool.setuptools.dynamic]\nversion.attr = "tiny.VERSION"\n',
                "src/tiny/__init__.py": 'SINCE = "1.2.3"\nVERSION = "1.2.3"\n',
            },
            "src/tiny/__init__.py",
            'VERSION = "1.2.3"',
            'VERSION = "1.3.0"',
        ),
        (
            {
                "pyproject.toml": SETUPTOOLS,
                "setup.cfg": "[metadata]\nname = tiny\nversion = 1.2.3\ndescription = since 1.2.3\n",
            },
            "setup.cfg",
            "version = 1.2.3",
            "version = 1.3.0",
        ),
        (
            {
                "pyproject.toml": FLIT + '[project]\nname = "tiny"\ndynamic = ["version", "description"]\n',
                "tiny/__init__.py": '"""Tiny since 1.2.3."""\n\n__version__ = "1.2.3"\n',
            },
            "tiny/__init__.py",
            '__version__ = "1.2.3"',
            '__version__ = "1.3.0"',
        ),
    ],
    ids=["static", "poetry", "hatch-path", "setuptools-file", "setuptools-attr", "setup.cfg", "flit"],
)  # fmt: skip
def test_a_version_changes_where_it_stands_and_nowhere_else(
    files: dict[str, str], changed: str, old: str, new: str
) -> None:
    read = {path: text.encode() for path, text in files.items()}
    assert with_version(read.get, "1.3.0") == {changed: read[changed].replace(old.encode(), new.encode(), 1)}


def test_a_version_that_a_tag_decides_needs_no_change() -> None:
    text = (
        HATCH.replace('"hatchling"]', '"hatchling", "hatch-vcs"]') + DYNAMIC + '[tool.hatch.version]\nsource = "vcs"\n'
    )
    assert with_version({"pyproject.toml": text.encode()}.get, "1.3.0") == {}


LOCK = b"""\
version = 1

[[package]]
name = "other"
version = "1.2.3"
source = { registry = "https://index.example/simple" }

[[package]]
name = "tiny"
version = "1.2.3"
source = { editable = "%s" }
dependencies = [{ name = "other" }]
"""


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("directory", [".", "packages/tiny"])
def test_the_lock_says_the_new_version_of_this_project_alone(directory: str, newline: bytes) -> None:
    lock = (LOCK % directory.encode()).replace(b"\n", newline)
    before, _, after = lock.rpartition(b"1.2.3")
    assert with_own_version(lock, "tiny", directory, "1.3.0") == before + b"1.3.0" + after


@pytest.mark.parametrize(
    ("lock", "name", "directory"),
    [
        (LOCK % b".", "tiny", "packages/tiny"),
        (LOCK % b".", "others", "."),
        (LOCK.replace(b"editable", b"registry") % b".", "tiny", "."),
        (LOCK.replace(b'version = "1.2.3"\nsource = { editable', b"source = { editable") % b".", "tiny", "."),
        (b"version = 1\n", "tiny", "."),
        (b"package = 1\n", "tiny", "."),
        (b"package = [1]\n", "tiny", "."),
        (b'package = [{ name = 1, version = "1", source = { editable = "." } }]\n', "tiny", "."),
        (b'package = [{ name = "tiny", version = "1", source = "." }]\n', "tiny", "."),
    ],
    ids=[
        *("another folder", "another name", "another's", "no version", "no package"),
        *("no list", "no tables", "no name", "no source"),
    ],
)
def test_a_lock_without_the_version_of_this_project_stays(lock: bytes, name: str, directory: str) -> None:
    assert with_own_version(lock, name, directory, "1.3.0") == lock


@pytest.mark.parametrize("lock", [b"[", b"\xff", (LOCK % b".").replace(b'version = "1.2.3"', b'version="1.2.3"')])
def test_a_lock_that_uv_did_not_write_is_not_guessed_at(lock: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        with_own_version(lock, "tiny", ".", "1.3.0")
    assert caught.value.code == "lock-not-writable"
    assert "uv lock" in caught.value.hint


KEPT = """\
# Changelog

## [Unreleased]

### Added

- Something.

## [1.2.3] - 2026-01-02

- Older.

[Unreleased]: https://github.com/tiny/tiny/compare/v1.2.3...HEAD
[1.2.3]: https://github.com/tiny/tiny/releases/tag/v1.2.3
"""


def test_what_is_unreleased_moves_under_the_version_and_links_go_on() -> None:
    moved = KEPT.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [1.3.0] - 2026-11-26\n").replace(
        "compare/v1.2.3...HEAD\n",
        "compare/v1.3.0...HEAD\n[1.3.0]: https://github.com/tiny/tiny/compare/v1.2.3...v1.3.0\n",
    )
    assert with_release(KEPT, MOVING, "CHANGELOG.md") == moved


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.3.0 (unreleased)\n------------------\n\n- New.\n\n1.2.3 (2026-01-02)\n------------------\n\n- Old.\n",
         "1.3.0 (2026-11-26)\n------------------\n\n- New.\n\n1.2.3 (2026-01-02)\n------------------\n\n- Old.\n"),
        ("# News\r\n\r\n## Unreleased\r\n\r\n- New.\r\n",
         "# News\r\n\r\n## Unreleased\r\n\r\n## 1.3.0 - 2026-11-26\r\n\r\n- New.\r\n"),
    ],
    ids=["underlined", "crlf"],
)  # fmt: skip
def test_the_form_of_a_changelog_is_kept(text: str, expected: str) -> None:
    assert with_release(text, MOVING, "CHANGES") == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("# Changelog\n\n## [Unreleased]\n\n## 1.2.3\n\n- Old.\n", "changelog-empty"),
        (
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n<!-- write here -->\n\n## 1.2.3\n\n- Old.\n",
            "changelog-empty",
        ),
        ("# Changelog\n\n## 1.2.3\n\n- Old.\n", "changelog-unreleased-missing"),
    ],
)
def test_a_release_without_a_word_about_it_is_refused(text: str, code: str) -> None:
    with pytest.raises(UsageError) as raised:
        with_release(text, MOVING, "CHANGELOG.md")
    assert raised.value.code == code
    assert "1.3.0" in raised.value.hint + raised.value.message


TOWNCRIER = '[project]\nname = "tiny"\n[tool.towncrier]\ndirectory = "changes"\nfilename = "NEWS.md"\n'


def test_fragments_become_an_entry_by_type_and_reference() -> None:
    config = towncrier_of({"pyproject.toml": TOWNCRIER.encode()}.get)
    assert config is not None
    fragments = {
        "12.feature": "Says hello.\n",
        "9.feature": "Says hello.\n",
        "+x.bugfix.md": "Says it once.\n",
        "7.misc": "Not shown.\n",
        "README.md": "Not a fragment.\n",
    }
    entry = rendered(config, fragments, MOVING)
    assert entry == (
        "# tiny 1.3.0 (2026-11-26)\n\n## Features\n\n- Says hello. (#9, #12)\n\n"
        "## Bugfixes\n\n- Says it once.\n\n## Misc\n\n- #7\n\n\n"
    )
    start = "<!-- towncrier release notes start -->\n"
    news = with_entry(f"# News\n\n{start}\n# tiny 1.2.3 (2026-01-02)\n\n- Old.\n", config, entry)
    assert news == f"# News\n\n{start}\n{entry}# tiny 1.2.3 (2026-01-02)\n\n- Old.\n"


def test_no_fragment_is_refused_and_an_own_template_too() -> None:
    config = towncrier_of({"pyproject.toml": TOWNCRIER.encode()}.get)
    assert config is not None
    with pytest.raises(UsageError, match="changelog-empty"):
        rendered(config, {".gitignore": ""}, MOVING)
    with pytest.raises(UsageError, match="towncrier-unsupported"):
        towncrier_of({"pyproject.toml": f'{TOWNCRIER}template = "own.md"\n'.encode()}.get)


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Work [skip ci]", "[skip ci]"),
        ("Work\n\nbody [ci skip] more", "[ci skip]"),
        ("[no ci] Work", "[no ci]"),
        ("Work [skip actions]", "[skip actions]"),
        ("Work [actions skip]", "[actions skip]"),
        ("Work\n\nbody\n\nskip-checks: true\n", "skip-checks: true"),
        ("Skip ci by [skip-ci]", None),
        ("Work", None),
    ],
)
def test_words_that_keep_a_run_from_starting_are_found(message: str, found: str | None) -> None:
    marker = skip_marker(message)
    assert marker is None if found is None else marker is not None and found in marker
