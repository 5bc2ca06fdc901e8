"""What to do about a difference, by its class and the backend that built the files."""

from __future__ import annotations

from collections.abc import Mapping

from sealwright.verify.difference.kinds import Difference, Kind

BACKENDS = ("hatchling", "flit-core", "poetry-core", "setuptools", "pdm-backend", "uv-build")
"""Names, normalised, of the distributions of backends that something particular is known about."""

_NORMALISE = 'leave `sdist = "normalised"`, the default of [tool.sealwright], or set it'
_LINE_ENDINGS = (
    "only line endings differ: one of the two trees was checked out with others; state them in .gitattributes "
    "(`* text=auto eol=lf`) and build from a clean clone"
)
_WRITTEN = (
    "the backend wrote something else about the files; build both with the same version of it and of its plugins, and "
    "look for a field that is read from the environment"
)
_GENERAL: Mapping[Kind, str] = {
    Kind.UNCLASSIFIED: "treat it as other code until somebody has looked: unpack both archives by hand, in a container",
    Kind.CODE: "do not publish before the cause is known: one of the two machines, or a build step that depends on "
    "time, place or network, made other code; unpack both and compare the named members",
    Kind.CONTENT: "a build step wrote the named members differently; make it independent of time, host, locale and "
    "hash order, or commit its output",
    Kind.METADATA: "the named header field differs; build both with the same backend version, umask and user",
    Kind.COMPRESSION: "the same content was packed by another zlib (zlib, or zlib-ng in newer Pythons), or at another "
    "level; build both with one Python, see `zlib.ZLIB_RUNTIME_VERSION`",
    Kind.ORDERING: "members were listed in the order of a file system or of a hash; sort them in the build step that "
    "adds them, and update the backend",
    Kind.TIMESTAMPS: "set SOURCE_DATE_EPOCH to the same seconds for both builds",
}
_PARTICULAR: Mapping[tuple[str, Kind], str] = {
    ("setuptools", Kind.TIMESTAMPS): "one of the wheels was built without SOURCE_DATE_EPOCH, so setuptools wrote the "
    "times of its files; set it for both builds",
    ("setuptools", Kind.METADATA): "setuptools copies the modes of files, which the umask decides, into a wheel; build "
    "both under umask 022, as Sealwright does, and with the same setuptools and wheel",
    ("flit-core", Kind.TIMESTAMPS): "flit writes the times of files where SOURCE_DATE_EPOCH is not set; set it for "
    "both builds",
    ("hatchling", Kind.TIMESTAMPS): "hatchling writes SOURCE_DATE_EPOCH, and 2020-02-02 where it is not set; set it "
    "for both builds or for neither",
    ("poetry-core", Kind.TIMESTAMPS): "poetry-core writes SOURCE_DATE_EPOCH, and where it is not set 1970-01-01 in an "
    "sdist, and 2016-01-01 or, in older versions, the times of files in a wheel; set it for both builds or for neither",
    ("pdm-backend", Kind.TIMESTAMPS): "pdm-backend writes SOURCE_DATE_EPOCH into a wheel, and 2016-01-01 where it is "
    "not set; set it for both builds or for neither",
    ("uv-build", Kind.TIMESTAMPS): "uv_build writes fixed times and no others, so one of the files comes from another "
    "version of it, or was changed after it was built",
    ("uv-build", Kind.COMPRESSION): "uv_build packs by itself, without Python's zlib; build both with one version of "
    "uv_build",
}
_OF_SDISTS: Mapping[tuple[str, Kind], str] = {
    ("setuptools", Kind.TIMESTAMPS): "setuptools writes the times of files and of the build into an sdist, whatever "
    f"SOURCE_DATE_EPOCH says; {_NORMALISE}",
    ("setuptools", Kind.METADATA): "setuptools writes the owner and the umask of whoever builds into an sdist; "
    f"{_NORMALISE}",
    ("setuptools", Kind.ORDERING): f"setuptools lists files as the file system does; {_NORMALISE}",
    ("pdm-backend", Kind.TIMESTAMPS): "pdm-backend writes the time of the build into the gzip header of an sdist; "
    f"{_NORMALISE}",
    ("pdm-backend", Kind.METADATA): f"pdm-backend writes the modes of files into an sdist; {_NORMALISE}",
}


def remedy(difference: Difference, backend: str, *, wheel: bool) -> str:
    """What to do. `backend` is the normalised name of its distribution; empty where it is not known."""
    if difference.line_endings:
        return _LINE_ENDINGS
    key = (backend, difference.kind)
    particular = _PARTICULAR.get(key, _GENERAL[difference.kind])
    told = particular if wheel else _OF_SDISTS.get(key, particular)
    if difference.kind is not Kind.METADATA or not difference.texts:
        return told
    return f"{_WRITTEN}; and {told}" if difference.headers else _WRITTEN
