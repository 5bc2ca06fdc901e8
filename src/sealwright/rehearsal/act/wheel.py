"""The running Sealwright as a wheel, for workflows that install a published one: only its digest tells them apart.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

import sealwright
from sealwright.model import sha256_hex

_PACKAGE = Path(sealwright.__file__).resolve().parent
_LEFT_OUT = ("__pycache__",)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WHEEL = "Wheel-Version: 1.0\nGenerator: sealwright rehearse\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_ENTRY_POINTS = "[console_scripts]\nsealwright = sealwright.cli:main\n"


def pack(folder: Path) -> tuple[str, str]:
    """Write the wheel into `folder`; (version, sha256). The same program gives the same bytes."""
    version = sealwright.__version__
    info = f"sealwright-{version}.dist-info"
    files = {
        **{f"sealwright/{path.relative_to(_PACKAGE).as_posix()}": path.read_bytes() for path in _program()},
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: sealwright\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": _WHEEL.encode(),
        f"{info}/entry_points.txt": _ENTRY_POINTS.encode(),
    }
    files[f"{info}/RECORD"] = _record(files, info)
    target = folder / f"sealwright-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return version, sha256_hex(target.read_bytes())


def _program() -> list[Path]:
    found = sorted(path for path in _PACKAGE.rglob("*") if path.is_file())
    return [path for path in found if not set(_LEFT_OUT) & set(path.relative_to(_PACKAGE).parts)]


def _record(files: dict[str, bytes], info: str) -> bytes:
    lines = [f"{name},sha256={_urlsafe(data)},{len(data)}\n" for name, data in files.items()]
    return "".join([*lines, f"{info}/RECORD,,\n"]).encode()


def _urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
