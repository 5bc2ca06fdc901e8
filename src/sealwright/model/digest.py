"""Files named by what they contain."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+!-]*")


def sha256_hex(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def is_sha256(text: str) -> bool:
    """Whether `text` is a SHA-256 in the one spelling used here, 64 lower-case hexadecimal digits."""
    return _SHA256.fullmatch(text) is not None


def is_plain_path(path: str) -> bool:
    """Whether `path` is relative, uses `/`, and has no empty, `.` or `..` part."""
    parts = path.split("/")
    return bool(path) and "\\" not in path and "\0" not in path and all(p not in ("", ".", "..") for p in parts)


def is_plain_name(name: str) -> bool:
    """Whether `name` can stand in a list of `sha256sum`: letters, digits, `_`, and further on `.+!-`."""
    return _NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, order=True)
class FileRef:
    """One file of the dossier, as somebody recorded it."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    path: str
    """Relative to the dossier, with `/` between the parts."""
    sha256: str
    """64 lower-case hexadecimal digits."""
    size: int
    """In bytes."""

    def __post_init__(self) -> None:
        if not is_plain_path(self.path):
            raise ValueError(f"not a path inside a dossier: {self.path!r}")
        if not is_sha256(self.sha256):
            raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {self.sha256!r}")
        if self.size < 0:
            raise ValueError(f"a file cannot hold {self.size} bytes")

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]

    @classmethod
    def of(cls, path: str, data: bytes) -> FileRef:
        """The reference to a file at `path` that contains `data`."""
        return cls(path, sha256_hex(data), len(data))


@dataclass(frozen=True, slots=True)
class Sums:
    """What `sha256sum` prints for a flat folder: the exact set of files that a job may touch.

    Travels between jobs as a job output, so it is encoded as base64 of the lines, which is also what
    slsa-github-generator takes as `base64-subjects`.
    """

    files: tuple[tuple[str, str], ...]
    """(file name, sha256), sorted by name."""

    def __post_init__(self) -> None:
        names = [name for name, _ in self.files]
        if len(set(names)) != len(names) or list(names) != sorted(names):
            raise ValueError("file names must be sorted and unique")
        for name, digest in self.files:
            if not is_plain_name(name):
                raise ValueError(f"not a plain file name: {name!r}")
            if not is_sha256(digest):
                raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {digest!r}")

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.files)

    @classmethod
    def of(cls, refs: Iterable[FileRef]) -> Sums:
        """The sums of files that lie in one folder, by their last path part."""
        return cls(tuple(sorted((ref.name, ref.sha256) for ref in refs)))

    @property
    def text(self) -> str:
        """Lines as `sha256sum` writes and `sha256sum --strict -c` reads them."""
        return "".join(f"{digest}  {name}\n" for name, digest in self.files)

    def encode(self) -> str:
        """Base64 of `text`, one line."""
        return base64.b64encode(self.text.encode()).decode()

    @classmethod
    def decode(cls, encoded: str) -> Sums:
        """The inverse of `encode`.

        Raises ValueError for anything that `encode` could not have produced, an empty list included: an empty
        job output must never read as "no file to check".
        """
        try:
            text = base64.b64decode(encoded, validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ValueError("not base64 of sha256sum lines") from error
        return cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> Sums:
        """The inverse of `text`. Raises ValueError for anything else, an empty list included."""
        if not text.endswith("\n"):
            raise ValueError("empty or cut off" if text else "empty")
        pairs = [line.partition("  ") for line in text.splitlines()]
        return cls(tuple((name, digest) for digest, _, name in pairs))
