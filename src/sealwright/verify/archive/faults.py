"""Everything that can be wrong with an archive: code, check, and what to do. The one list of all codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sealwright.model import Finding

_SHOWN = 25
"""Faults of one check that are reported one by one, so that a hostile archive cannot fill a record."""

CHECKS = (
    *("archive", "names", "record", "metadata", "declared", "dependencies", "entry-points", "contents", "explained"),
)

_UNUSUAL = "no build backend writes this; find out what changed the archive after or during the build"
_REBUILD = "build again from a clean clone, and find out what changed the archive"
_NAME = "rename the file in the repository, or find out which build step adds it"
_COMMIT = "commit the file, or keep it out of the archive; a build step that makes it must be known to be one"
_LARGE = "nothing was unpacked further; look at it by hand, in a container"
_STATIC = "the committed configuration decides; find out what changed it during the build"
_START = "it would run whenever Python, or another tool, starts; do without"
_LIST = "the backend makes this file, and never with this in it; build again from a clean clone"

CODES: dict[str, tuple[str, str]] = {
    # what the container itself may not be
    "unreadable": ("archive", "it is not the archive that its name says"),
    "truncated": ("archive", _REBUILD),
    "decompression-bomb": ("archive", _LARGE),
    "too-many-members": ("archive", _LARGE),
    "member-too-large": ("archive", _LARGE),
    "no-members": ("archive", _REBUILD),
    "trailing-data": ("archive", _UNUSUAL),
    "prepended-data": ("archive", _UNUSUAL),
    "hidden-data": ("archive", _UNUSUAL),
    "gzip-header": ("archive", _UNUSUAL),
    "tar-header": ("archive", _UNUSUAL),
    "tar-global-header": ("archive", _UNUSUAL),
    "tar-pax-key": ("archive", _UNUSUAL),
    "zip-comment": ("archive", _UNUSUAL),
    "zip-member-comment": ("archive", _UNUSUAL),
    "zip-extra-field": ("archive", _UNUSUAL),
    "zip-64": ("archive", _UNUSUAL),
    "zip-flags": ("archive", _UNUSUAL),
    "zip-compression": ("archive", _UNUSUAL),
    "zip-headers-differ": ("archive", _UNUSUAL),
    "zip-size-lies": ("archive", _UNUSUAL),
    "zip-two-ends": ("archive", _UNUSUAL),
    "zip-overlap": ("archive", _UNUSUAL),
    "tar-two-names": ("archive", _UNUSUAL),
    # what its members may not be
    "absolute-path": ("archive", _UNUSUAL),
    "path-traversal": ("archive", _UNUSUAL),
    "backslash-in-name": ("archive", _NAME),
    "control-character-in-name": ("archive", _NAME),
    "invisible-character-in-name": ("archive", _NAME),
    "name-not-utf8": ("archive", _NAME),
    "name-not-normalised": ("archive", _NAME),
    "name-too-long": ("archive", _NAME),
    "name-ends-badly": ("archive", _NAME),
    "device-name": ("archive", _NAME),
    "duplicate-member": ("archive", _UNUSUAL),
    "case-collision": ("archive", _NAME),
    "member-below-file": ("archive", _UNUSUAL),
    "symbolic-link": ("archive", "commit the file itself, or exactly this link; a wheel holds no links at all"),
    "hard-link": ("archive", _UNUSUAL),
    "special-file": ("archive", _UNUSUAL),
    "sparse-file": ("archive", _UNUSUAL),
    "setid-bit": ("archive", _UNUSUAL),
    "top-level": ("archive", "everything in an sdist lies in one folder called like the sdist"),
    "pth-file": ("archive", _START),
    "startup-module": ("archive", _START),
    "editable-install": ("archive", "it belongs to a development install on one machine; build a wheel"),
    "other-metadata": ("archive", "installers and importlib.metadata would take it for another distribution"),
    "shadows-standard-library": ("archive", "rename the module: it has the name of one that comes with Python"),
    "bytecode": ("archive", "keep compiled files out of the archive; nobody reviews them"),
    "native-code": ("archive", "a wheel for every platform holds no compiled code"),
    "data-scheme": ("archive", _UNUSUAL),
    "data-escapes": ("archive", "data files go below share or etc; this one would land among programs or modules"),
    "installed-twice": ("archive", "two members would be installed at one place, and the last one wins"),
    # names, versions, tags
    "filename-malformed": ("names", "names follow PEP 427 and PEP 625; use a current build backend"),
    "name-mismatch": ("names", "the build made another project; look at `name` in pyproject.toml"),
    "version-mismatch": ("names", "the build made another version; look at where the project's version comes from"),
    "dist-info": ("names", _UNUSUAL),
    "tags-differ": ("names", _UNUSUAL),
    "wheel-file": ("names", _UNUSUAL),
    "several-sdists": ("names", "an index takes one sdist a version"),
    "unexpected-file": ("names", "only wheels and .tar.gz sdists are released"),
    # RECORD
    "record-missing": ("record", _REBUILD),
    "record-malformed": ("record", _REBUILD),
    "record-duplicate": ("record", _REBUILD),
    "record-unlisted": ("record", _REBUILD),
    "record-phantom": ("record", _REBUILD),
    "record-quoted": ("record", _UNUSUAL),
    "record-weak-hash": ("record", "use a current build backend; sha256 is expected"),
    "record-hash-mismatch": ("record", _REBUILD),
    "record-size-mismatch": ("record", _REBUILD),
    # METADATA and PKG-INFO
    "metadata-missing": ("metadata", _REBUILD),
    "metadata-malformed": ("metadata", _REBUILD),
    "metadata-field-twice": ("metadata", "readers differ in which of them counts; find out what wrote the second one"),
    "metadata-folded": ("metadata", "write the field in one line: some readers take the next one for a field"),
    "metadata-differs": ("metadata", "wheel and sdist were not built from the same source; build both again"),
    # ... against what the commit declares
    "declaration-differs": ("declared", _STATIC),
    "dependency-added": ("dependencies", _STATIC),
    "dependency-missing": ("dependencies", _STATIC),
    "extras-differ": ("dependencies", _STATIC),
    "requires-python-differs": ("dependencies", _STATIC),
    "dependencies-malformed": ("dependencies", _REBUILD),
    # entry points
    "entry-points-malformed": ("entry-points", "object references are written as `package.module:function`"),
    "entry-points-differ": ("entry-points", _STATIC),
    "entry-point-name": ("entry-points", "a program's name is a file name; anything else leads installers elsewhere"),
    "entry-point-loaded-by-others": ("entry-points", _START),
    # members against git
    "not-in-git": ("contents", _COMMIT),
    "modified": ("contents", "the committed file decides; find out what changed it during the build"),
    "relocated": (
        "contents",
        "it is committed, but elsewhere; map it in pyproject.toml so that everybody can see that",
    ),
    "compiled-member": (
        "contents",
        "compiled code cannot be compared with a commit; it is for wheels of one platform, of projects that compile",
    ),
    "compiled-format": (
        "contents",
        "it is called like compiled code and is none of the platform that the wheel is for",
    ),
    "differs-in-case": ("contents", "the committed name has other capital letters; on some systems they are one file"),
    "submodule-unseen": ("contents", "`git submodule update --init --recursive`, then ask again"),
    "build-file-missing": (
        "contents",
        "include it: without it the sdist would be built in another way than the commit",
    ),
    "not-in-sdist": ("contents", "include it in the sdist, from which everybody must be able to build this wheel"),
    # members that are not simply the commit's
    "version-file": ("explained", "a generated version file assigns the version and does nothing else"),
    "rewritten": ("explained", "the backend rewrites this file, but not into this"),
    "list-says-more": ("explained", _LIST),
    "embedded-sbom": ("explained", "an SBOM in a wheel is JSON of CycloneDX or SPDX (PEP 770), or a committed file"),
}
UNSEEN = frozenset({"submodule-unseen"})
"""Codes of what could not be looked at, rather than found wanting."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    code: str
    member: str = ""
    """Its name in the archive; empty where it is about the whole."""
    found: str = ""
    expected: str = ""

    @property
    def check(self) -> str:
        """The check that finds it."""
        return CODES[self.code][0]


class Broken(Exception):
    """An archive that cannot be read any further."""

    def __init__(self, code: str, member: str = "", found: str = "") -> None:
        super().__init__(code, member, found)
        self.fault = Fault(code, member, found)


def printable(text: str) -> str:
    """A hostile name as it can be shown: nothing in it controls a terminal."""
    shown = text.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)[:200]


def findings(faults: Iterable[Fault], distribution: str) -> tuple[Finding, ...]:
    """The faults of one distribution as findings, the first `_SHOWN` of each check."""
    by_check: defaultdict[str, list[Fault]] = defaultdict(list)
    for fault in dict.fromkeys(faults):
        by_check[fault.check].append(fault)
    found = []
    for check, several in by_check.items():
        found += [_finding(fault, distribution) for fault in several[:_SHOWN]]
        if len(several) > _SHOWN:
            hint = "look at the archive by hand"
            rest = f"{len(several) - _SHOWN} more findings"
            found.append(Finding.failed(check, several[_SHOWN].code, distribution, found=rest, hint=hint))
    return tuple(found)


def _finding(fault: Fault, distribution: str) -> Finding:
    check, hint = CODES[fault.code]
    subject = f"{distribution}: {printable(fault.member)}" if fault.member else distribution
    expected, found = printable(fault.expected), printable(fault.found)
    if fault.code in UNSEEN:
        return Finding.unavailable(check, fault.code, subject, found=found, hint=hint)
    return Finding.failed(check, fault.code, subject, expected=expected, found=found, hint=hint)
