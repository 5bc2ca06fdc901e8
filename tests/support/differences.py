"""One wheel and one sdist, written again and again with something else about them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping

STEM = "tiny-1.0"
WHEEL, SDIST = f"{STEM}-py3-none-any.whl", f"{STEM}.tar.gz"
INFO = f"{STEM}.dist-info"
EPOCH = 1_700_000_000
METADATA = b"Metadata-Version: 2.4\nName: tiny\nVersion: 1.0\nSummary: Small\nRequires-Dist: packaging>=20\n\n# Tiny\n"
IN_WHEEL: Mapping[str, bytes] = {
    "tiny/__init__.py": b"def main():\n    return 1\n",
    "tiny/data.txt": b"one\ntwo\n",
    f"{INFO}/METADATA": METADATA,
    f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: hatchling 1.27.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{INFO}/entry_points.txt": b"[console_scripts]\ntiny = tiny:main\n",
    f"{INFO}/licenses/LICENSE": b"MIT\n",
}
IN_SDIST: Mapping[str, bytes] = {
    f"{STEM}/PKG-INFO": METADATA,
    f"{STEM}/README.md": b"# Tiny\n",
    f"{STEM}/pyproject.toml": b'[build-system]\nrequires = ["hatchling"]\n',
    f"{STEM}/src/tiny/__init__.py": b"def main():\n    return 1\n",
}


def record_of(files: Mapping[str, bytes]) -> bytes:
    """RECORD of these files."""
    rows = [f"{name},sha256={_b64(data)},{len(data)}\n" for name, data in files.items()]
    return "".join([*rows, f"{INFO}/RECORD,,\n"]).encode()


def wheel(
    files: Mapping[str, bytes] = IN_WHEEL,
    *,
    record: bytes | None = None,
    entry: Callable[[zipfile.ZipInfo], None] = lambda _: None,
    level: int = 6,
    method: int = zipfile.ZIP_DEFLATED,
    comment: bytes = b"",
) -> bytes:
    """A wheel of `files`, with a RECORD that fits unless one is given."""
    whole = {**files, f"{INFO}/RECORD": record_of(files) if record is None else record}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = comment
        for name, data in whole.items():
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.external_attr = 0o100644 << 16
            info.compress_type = method
            entry(info)
            archive.writestr(info, data, compresslevel=level)
    return buffer.getvalue()


def sdist(
    files: Mapping[str, bytes] = IN_SDIST,
    *,
    entry: Callable[[tarfile.TarInfo], None] = lambda _: None,
    level: int = 9,
    stamp: int = EPOCH,
    name: str = "",
    form: int = tarfile.PAX_FORMAT,
    tail: bytes = b"",
) -> bytes:
    """An sdist of `files`."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=form) as archive:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size, info.mode, info.mtime = len(data), 0o644, EPOCH
            entry(info)
            archive.addfile(info, io.BytesIO(data))
    packed = io.BytesIO()
    with gzip.GzipFile(filename=name, mode="wb", fileobj=packed, mtime=stamp, compresslevel=level) as stream:
        stream.write(plain.getvalue() + tail)
    return packed.getvalue()


def changed(files: Mapping[str, bytes], **changes: bytes | None) -> dict[str, bytes]:
    """`files` with other bytes in those whose path ends like a name in `changes`, or without them."""
    found = {path: changes.get(path.rpartition("/")[2], data) for path, data in files.items()}
    return {path: data for path, data in found.items() if data is not None}


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
