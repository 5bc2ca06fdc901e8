"""A wheel and an sdist as a backend would make them, in memory, to be changed by whoever attacks them."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sealwright.model import Finding, State
from sealwright.verify.archive import Commit, Expected, Limits, judge

STEM = "tiny-1.0"
WHEEL = f"{STEM}-py3-none-any.whl"
SDIST = f"{STEM}.tar.gz"
INFO = f"{STEM}.dist-info"
PYPROJECT = b"""\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "tiny"
version = "1.0"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["packaging>=20"]
[project.scripts]
tiny = "tiny:main"
[tool.hatch.build.hooks.vcs]
version-file = "src/tiny/_version.py"
"""
COMMITTED: Mapping[str, bytes] = {
    "pyproject.toml": PYPROJECT,
    "README.md": b"# Tiny\n",
    "LICENSE": b"MIT\n",
    "src/tiny/__init__.py": b"def main():\n    return 1\n",
    "src/tiny/data.txt": b"data\n",
    "tests/evil/tiny/payload.py": b"print('a committed test file')\n",
}
METADATA = b"""\
Metadata-Version: 2.4
Name: tiny
Version: 1.0
Requires-Python: >=3.11
Requires-Dist: packaging>=20
Description-Content-Type: text/markdown

# Tiny
"""
WHEEL_FILE = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
ENTRY_POINTS = b"[console_scripts]\ntiny = tiny:main\n"
VERSION_FILE = b"__version__ = version = '1.0'\n__version_tuple__ = (1, 0)\n"
LIMITS = Limits(total=8 << 20, member=4 << 20, ratio=20, ratio_from=1 << 20, members=200)


def git_blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324 - git's


def commit_of(files: Mapping[str, bytes], links: Mapping[str, str] | None = None, directory: str = ".") -> Commit:
    """A commit of these files and symbolic links."""
    contents = {path: ("100644", data) for path, data in files.items()}
    contents |= {path: ("120000", target.encode()) for path, target in (links or {}).items()}
    objects = {git_blob(data): data for _, data in contents.values()}
    tree = {path: (mode, git_blob(data)) for path, (mode, data) in contents.items()}
    return Commit(tree, objects.__getitem__, directory)


@dataclass(frozen=True)
class Entry:
    """A member of a wheel to be."""

    name: str
    data: bytes
    mode: int = 0o100644
    method: int = zipfile.ZIP_DEFLATED
    extra: bytes = b""
    comment: bytes = b""


@dataclass
class WheelDraft:
    """A wheel whose RECORD is made last, unless `record` changes its rows or `raw_record` its text."""

    entries: list[Entry] = field(default_factory=list)
    comment: bytes = b""
    record: Callable[[list[list[str]]], list[list[str]]] = lambda rows: rows
    raw_record: Callable[[bytes], bytes] = lambda data: data
    recorded: bool = True

    def add(self, name: str, data: bytes = b"x\n", **more: object) -> None:
        self.entries.append(replace(Entry(name, data), **more))

    def change(self, name: str, data: bytes) -> None:
        self.entries = [replace(e, data=data) if e.name == name else e for e in self.entries]

    def remove(self, name: str) -> None:
        self.entries = [e for e in self.entries if e.name != name]

    def build(self) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.comment = self.comment
            record = [Entry(f"{INFO}/RECORD", self._record())] if self.recorded else []
            for entry in [*self.entries, *record]:
                info = zipfile.ZipInfo(entry.name, (2024, 1, 1, 0, 0, 0))
                info.filename = entry.name  # ZipInfo cuts names at NUL
                info.external_attr = entry.mode << 16
                info.compress_type = entry.method
                info.extra, info.comment = entry.extra, entry.comment
                archive.writestr(info, entry.data)
        return buffer.getvalue()

    def _record(self) -> bytes:
        rows = [[e.name, f"sha256={_digest(e.data)}", str(len(e.data))] for e in self.entries]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(self.record([*rows, [f"{INFO}/RECORD", "", ""]]))
        return self.raw_record(text.getvalue().encode())


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


@dataclass
class SdistDraft:
    """An sdist as a list of tar headers and their content."""

    members: list[tuple[tarfile.TarInfo, bytes]] = field(default_factory=list)
    format: int = tarfile.PAX_FORMAT
    global_header: Mapping[str, str] = field(default_factory=dict)

    def add(self, name: str, data: bytes = b"x\n", **more: object) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o644
        for key, value in more.items():
            setattr(info, key, value)
        self.members.append((info, data))

    def change(self, name: str, data: bytes) -> None:
        for at, (info, _) in enumerate(self.members):
            if info.name == f"{STEM}/{name}":
                info.size = len(data)
                self.members[at] = (info, data)

    def remove(self, name: str) -> None:
        self.members = [(info, data) for info, data in self.members if info.name != f"{STEM}/{name}"]

    def tar(self) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(
            fileobj=buffer, mode="w", format=self.format, pax_headers=dict(self.global_header)
        ) as archive:
            for info, data in self.members:
                archive.addfile(info, io.BytesIO(data))
        return buffer.getvalue()

    def build(self) -> bytes:
        return gzip.compress(self.tar(), mtime=0)


def good_wheel(files: Mapping[str, bytes] = COMMITTED) -> WheelDraft:
    """The wheel that a backend would make of the committed files."""
    draft = WheelDraft()
    for path, data in files.items():
        if path.startswith("src/"):
            draft.add(path.removeprefix("src/"), data)
    draft.add("tiny/_version.py", VERSION_FILE)
    draft.add(f"{INFO}/METADATA", METADATA)
    draft.add(f"{INFO}/WHEEL", WHEEL_FILE)
    draft.add(f"{INFO}/entry_points.txt", ENTRY_POINTS)
    draft.add(f"{INFO}/licenses/LICENSE", b"MIT\n")
    return draft


def good_sdist(files: Mapping[str, bytes] = COMMITTED) -> SdistDraft:
    """The sdist that a backend would make of the committed files."""
    draft = SdistDraft()
    for path, data in files.items():
        draft.add(f"{STEM}/{path}", data)
    draft.add(f"{STEM}/src/tiny/_version.py", VERSION_FILE)
    draft.add(f"{STEM}/PKG-INFO", METADATA)
    return draft


def judged(
    distributions: Mapping[str, bytes], commit: Commit | None = None, limits: Limits = LIMITS
) -> tuple[Finding, ...]:
    """All findings about these distributions as a release of tiny 1.0."""
    streams = {name: io.BytesIO(data) for name, data in distributions.items()}
    return judge(streams, commit or commit_of(COMMITTED), Expected("tiny", "1.0"), limits)


def codes(findings: tuple[Finding, ...]) -> set[str]:
    """Codes of everything that failed."""
    return {finding.code for finding in findings if finding.state is State.FAIL}
