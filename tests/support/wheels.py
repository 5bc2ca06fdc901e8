"""Wheels written by hand, and locks of packages that exist: small enough to read in a test."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

EPOCH = (2024, 1, 1, 0, 0, 0)


def write_wheel(
    folder: Path,
    name: str = "tiny",
    version: str = "1.0",
    *,
    requires: Iterable[str] = (),
    headers: str = "",
    members: Mapping[str, str | bytes] | None = None,
    module: str = "VALUE = 1\n",
) -> Path:
    """A pure wheel with one module. `members` are further files; `{info}` in a name is the dist-info folder."""
    metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{headers}"
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    files: dict[str, str | bytes] = {
        f"{name.replace('-', '_')}.py": module,
        **{path.replace("{info}", info): content for path, content in (members or {}).items()},
        f"{info}/METADATA": f"{metadata}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in files.items():
            archive.writestr(zipfile.ZipInfo(member, EPOCH), content)
    return path


def _record(files: Mapping[str, str | bytes], own: str) -> str:
    datas = {name: content.encode() if isinstance(content, str) else content for name, content in files.items()}
    rows = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}"
        for name, data in datas.items()
    ]
    return "\n".join([*rows, f"{own},,", ""])


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_pylock(packages: Iterable[tuple[str, str, str, str, str]]) -> bytes:
    """A pylock.toml of (name, version, marker, URL or path of the wheel, its sha256)."""
    text = 'lock-version = "1.0"\ncreated-by = "a test"\nrequires-python = ">=3.11"\n\npackages = []\n'
    entries = []
    for name, version, marker, url, sha256 in packages:
        place = f'url = "{url}"' if "://" in url else f'path = "{url}"'
        condition = f"marker = {marker!r}\n" if marker else ""
        entries.append(
            f'[[packages]]\nname = "{name}"\nversion = "{version}"\n{condition}'
            f'wheels = [{{ name = "{url.rpartition("/")[2]}", {place}, hashes = {{ sha256 = "{sha256}" }} }}]\n'
        )
    return ("\n".join([text.replace("packages = []\n", ""), *entries]) if entries else text).encode()
