"""What an index accepts as an upload: Warehouse's rules, in its order and mostly in its words.

https://github.com/pypi/warehouse/blob/main/warehouse/forklift/legacy.py. Not played: quotas, prohibited names, the
rendering of descriptions (`twine check` does that).
"""

from __future__ import annotations

import datetime as dt
import io
import re
import tarfile
import zipfile

from packaging.metadata import RawMetadata, parse_email
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from sealwright.rehearsal.standins.pypi_form import Form
from sealwright.rehearsal.standins.pypi_store import Store, StoredFile, digests
from sealwright.rehearsal.standins.server import Refusal
from sealwright.verify.platform_tags import refused_platforms
from sealwright.verify.standing import OPEN_FOR

_METADATA_VERSIONS = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5")
_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE)
_EXTENSIONS = {"sdist": ".tar.gz", "bdist_wheel": ".whl"}
_METADATA_LIMIT = 16 * 1024 * 1024


def read_form(form: Form, now: dt.datetime) -> StoredFile:
    """The file that a form describes, if the form is in itself acceptable. Raises Refusal 400."""
    if form.one(":action") != "file_upload" or form.one("protocol_version") != "1":
        raise Refusal(400, "Unknown protocol version.")
    if form.one("metadata_version") not in _METADATA_VERSIONS:
        raise Refusal(400, f"{form.one('metadata_version')!r} is not a valid metadata version.")
    if not _NAME.fullmatch(form.one("name")):
        raise Refusal(400, f"{form.one('name')!r} is an invalid value for Name.")
    version = _version(form.one("version"))
    filetype = form.one("filetype")
    if filetype not in _EXTENSIONS:
        raise Refusal(400, f"{filetype!r} is an invalid value for Filetype. Error: Unknown type of file.")
    if (filetype == "sdist") != (form.one("pyversion") == "source"):
        raise Refusal(400, "Use 'source' as Python version for an sdist, and for nothing else.")
    _check_filename(form.filename, filetype, form.one("name"), version)
    sha256, blake2 = _checked_digests(form)
    return StoredFile(
        project=canonicalize_name(form.one("name")),
        version=str(version),
        filename=form.filename,
        filetype=filetype,
        size=len(form.content),
        sha256=sha256,
        blake2_256=blake2,
        uploaded=now.isoformat(),
        requires_python=form.one("requires_python"),
    )


def is_known(file: StoredFile, store: Store) -> bool:
    """Whether these very bytes are there already under this name. Raises Refusal 400 for a name or bytes in use."""
    for other in store.ledger.files:
        if (other.filename, other.sha256) == (file.filename, file.sha256):
            return True
        if other.filename == file.filename or other.blake2_256 == file.blake2_256:
            raise Refusal(400, f"File already exists ({file.filename!r}, with blake2_256 hash {other.blake2_256!r}).")
    return False


def check_release(file: StoredFile, store: Store) -> None:
    """Whether a release takes one more file. Raises Refusal 400."""
    if file.filename in store.ledger.used_names:
        raise Refusal(400, "This filename has already been used, use a different version.")
    siblings = store.of_release(file.project, file.version)
    if file.filetype == "sdist" and any(other.filetype == "sdist" for other in siblings):
        raise Refusal(400, "Only one sdist may be uploaded per release.")
    if siblings and file.time - min(other.time for other in siblings) > OPEN_FOR:
        raise Refusal(400, f"Release {file.version} is older than {OPEN_FOR.days} days and does not take new files.")


def read_archive(form: Form, file: StoredFile) -> bytes:
    """The METADATA or PKG-INFO inside, if it says what the form says. Raises Refusal 400."""
    data = archived_metadata(file.filename, form.content)
    raw, _ = parse_email(data)
    for field, expected in (
        ("metadata_version", form.one("metadata_version")),
        ("name", file.project),
        ("version", file.version),
    ):
        if _in_normal_form(field, raw) != expected:
            raise Refusal(
                400, f"Invalid distribution file. Its metadata has {field} {raw.get(field)!r}, the form {expected!r}."
            )
    return data


def archived_metadata(filename: str, content: bytes) -> bytes:
    """METADATA of a wheel or PKG-INFO of an sdist. Raises Refusal 400."""
    try:
        return _from_wheel(filename, content) if filename.endswith(".whl") else _from_sdist(filename, content)
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, KeyError, ValueError) as error:
        raise Refusal(400, f"Invalid distribution file. {error}") from error


def _from_wheel(filename: str, content: bytes) -> bytes:
    name, version = filename.split("-")[:2]
    path = f"{name}-{version}.dist-info/METADATA"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if path not in archive.namelist():
            raise Refusal(400, f"Wheel {filename!r} does not contain the required METADATA file: {path}")
        broken = archive.testzip()
        if broken is not None or archive.getinfo(path).file_size > _METADATA_LIMIT:
            raise Refusal(400, f"Invalid distribution file. {broken or path} cannot be read.")
        return archive.read(path)


def _from_sdist(filename: str, content: bytes) -> bytes:
    path = f"{filename.removesuffix('.tar.gz')}/PKG-INFO"
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        members = {member.name: member for member in archive.getmembers()}
        if path not in members or not members[path].isfile() or members[path].size > _METADATA_LIMIT:
            raise Refusal(400, f"Invalid distribution file. PKG-INFO not found at {path}")
        stream = archive.extractfile(members[path])
        return stream.read() if stream else b""


def _in_normal_form(field: str, raw: RawMetadata) -> str:
    match field:
        case "name":
            return canonicalize_name(raw.get("name", ""))
        case "version":
            return str(_version(raw.get("version", "")))
        case _:
            return raw.get("metadata_version", "")


def _version(text: str) -> Version:
    try:
        version = Version(text)
    except InvalidVersion as error:
        raise Refusal(400, f"{text!r} is an invalid value for Version.") from error
    if version.local is not None:
        raise Refusal(400, f"The use of local versions in {text!r} is not allowed.")
    return version


def _check_filename(filename: str, filetype: str, name: str, version: Version) -> None:
    if "/" in filename or "\\" in filename:
        raise Refusal(400, "Cannot upload a file with '/' or '\\' in the name.")
    if not filename.endswith(_EXTENSIONS[filetype]):
        raise Refusal(400, f"Invalid file extension: a {filetype} ends with {_EXTENSIONS[filetype]}.")
    stem = canonicalize_name(name).replace("-", "_")
    try:
        if filetype == "sdist":
            found: tuple[object, ...] = parse_sdist_filename(filename)
        else:
            found = parse_wheel_filename(filename)
    except (InvalidSdistFilename, InvalidWheelFilename) as error:
        raise Refusal(400, f"Invalid filename {filename!r}: {error}") from error
    if found[:2] != (canonicalize_name(name), version):
        raise Refusal(400, f"Filename {filename!r} does not match name {name!r} and version {str(version)!r}.")
    for platform in refused_platforms(filename):
        raise Refusal(400, f"Binary wheel {filename!r} has an unsupported platform tag {platform!r}.")
    # PEP 625 and the wheel specification want the normal form. Wheels with the old one are only warned about.
    if filetype == "sdist" and filename != f"{stem}-{version}.tar.gz":
        raise Refusal(400, f"Filename {filename!r} is invalid, should be '{stem}-{version}.tar.gz'.")


def _checked_digests(form: Form) -> tuple[str, str]:
    sha256, blake2 = digests(form.content)
    given = {"sha256_digest": sha256, "blake2_256_digest": blake2}
    if not any(form.one(field) for field in given):
        raise Refusal(400, "Include at least one message digest.")
    for field, calculated in given.items():
        if form.one(field).lower() not in ("", calculated):
            raise Refusal(400, "The digest supplied does not match a digest calculated from the uploaded file.")
    return sha256, blake2
