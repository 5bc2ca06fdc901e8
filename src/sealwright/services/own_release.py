"""Which published wheel holds the very program that runs here."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import sealwright
from sealwright.errors import SealwrightError, UsageError
from sealwright.services.index import IndexClient, of_release

_NAME = "sealwright"
_INFO = f"{_NAME}-{sealwright.__version__}.dist-info"
_ENTRY_POINTS = b"[console_scripts]\nsealwright = sealwright.cli:main\n"
# Read by installers and never run: dependencies are those of our locks, whatever METADATA says.
_SILENT = re.compile(re.escape(_INFO) + r"/(?:METADATA|WHEEL|RECORD|licenses/[A-Za-z.]+)")


def own_release(index: IndexClient) -> tuple[str, str]:
    """(version, sha256) of the wheel on `index` whose program is byte for byte the one that runs here.

    Neither the name nor the version is enough: whoever registers them first could have them installed in jobs with an
    identity. Raises UsageError (`release-unknown`) that says what the index answered.
    """
    version = sealwright.__version__
    try:
        listed = of_release(index.files(_NAME), version)
        wheels = [file for file in listed if file.filename.endswith(".whl") and not file.yanked]
        for wheel in wheels:
            if _is_what_runs(index.download(wheel)):
                return version, wheel.sha256
    except SealwrightError as error:
        raise _unknown(f"the index could not tell: {error.message}") from error
    raise _unknown("the one there is another program" if wheels else f"{index.site.url} has no wheel of it")


def _is_what_runs(wheel: bytes) -> bool:
    """Whether a wheel holds exactly the files of this package, and beside them nothing that could be run."""
    package = Path(sealwright.__file__).resolve().parent
    here = {
        f"{_NAME}/{path.relative_to(package).as_posix()}": path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    here[f"{_INFO}/entry_points.txt"] = _ENTRY_POINTS
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            members = [info for info in archive.infolist() if not _SILENT.fullmatch(info.filename)]
            sizes = sorted((info.filename, info.file_size) for info in members)
            # Sizes first: what unpacks to something huge is not unpacked.
            return sizes == sorted((name, len(data)) for name, data in here.items()) and all(
                archive.read(info) == here[info.filename] for info in members
            )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False


def _unknown(why: str) -> UsageError:
    return UsageError(
        "release-unknown",
        f"release.yml installs one published sealwright by hash, and which one holds the {sealwright.__version__} that"
        f" runs here is not known: {why}",
        hint="name one that you have checked: --release VERSION SHA256-OF-ITS-WHEEL",
    )
