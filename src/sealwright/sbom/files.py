"""Which file of a release is the one that is described, and what can be said of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.tags import Tag, sys_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from sealwright.endpoints import FILES_URL
from sealwright.verify.closure import Pin

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Digests:
    """A distribution file by all the names it has."""

    filename: str
    sha256: str
    sha512: str
    blake2b: str
    """BLAKE2b with 256 bits, under which PyPI stores a file."""

    @property
    def url(self) -> str:
        """Where PyPI will serve this very file, known before it is uploaded.

        The path is the one that Warehouse makes of the digest: `_make_file_path` in
        https://github.com/pypi/warehouse/blob/main/warehouse/forklift/legacy.py.
        """
        digest = self.blake2b
        return f"{FILES_URL}/packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{self.filename}"


def digests_of(path: Path) -> Digests:
    """All digests of a file of any size, in one reading."""
    sha256, sha512, blake2b = hashlib.sha256(), hashlib.sha512(), hashlib.blake2b(digest_size=32)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            for digest in (sha256, sha512, blake2b):
                digest.update(chunk)
    return Digests(path.name, sha256.hexdigest(), sha512.hexdigest(), blake2b.hexdigest())


@dataclass(frozen=True, slots=True)
class Locked:
    """A file that a lock pins."""

    filename: str
    url: str
    """Empty unless it is an http address."""
    sha256: str


def chosen_wheel(pin: Pin, tags: Iterable[Tag] | None = None) -> Locked | None:
    """The wheel that an installer takes here: the one whose tag is most specific, by `tags` or this interpreter's."""
    ranks = {tag: rank for rank, tag in enumerate(sys_tags() if tags is None else tags)}
    candidates: list[tuple[int, tuple[int, str], Locked]] = []
    for filename, url, sha256 in pin.files:
        try:
            _, _, build, wheel_tags = parse_wheel_filename(filename)
        except InvalidWheelFilename:
            continue  # a source distribution
        fitting = [ranks[tag] for tag in wheel_tags if tag in ranks]
        if fitting:
            number, suffix = build or (-1, "")
            candidates.append((-min(fitting), (number, suffix), Locked(filename, _public(url), sha256)))
    return max(candidates, key=lambda item: (item[0], item[1], item[2].filename))[2] if candidates else None


def source_of(pin: Pin) -> Locked | None:
    """The source distribution that the lock pins beside the wheels, if it does."""
    found = [Locked(name, _public(url), sha256) for name, url, sha256 in pin.files if not name.endswith(".whl")]
    return found[0] if len(found) == 1 else None


def _public(url: str) -> str:
    # A private index may carry a password in its address; an SBOM is published.
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0]
    return url.partition("#")[0] if scheme in ("http", "https") and "@" not in host else ""
