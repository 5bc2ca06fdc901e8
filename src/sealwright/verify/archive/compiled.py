"""Compiled code in a wheel of one platform. None of it can be compared with a commit; but not everything may be it.

It has to be in the format of the platform that the wheel is for, where something loads it: an extension module that
the wheel's Python imports, or a library that auditwheel, delocate or delvewheel bundled. And the commit must have
something that it can have been compiled from.
"""

from __future__ import annotations

import re

from sealwright.project.compiled import compiled_from
from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.explained import Accepted, Judged
from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.members import Member
from sealwright.verify.archive.names import Name

_ELF, _PE, _WASM = (b"\x7fELF",), (b"MZ",), (b"\0asm",)
# Thin files of both widths, and those for several machines: <mach-o/loader.h>, <mach-o/fat.h>.
_MACH_O = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_FORMATS = {
    "win": ("a Windows program", _PE),
    "macosx": ("a Mach-O file", _MACH_O),
    "ios": ("a Mach-O file", _MACH_O),
    "pyemscripten": ("a WebAssembly module", _WASM),
}
_LINUX = ("an ELF file", _ELF)

_EXTENSION = re.compile(r"[^\W\d]\w*(?P<tag>\.[A-Za-z0-9_-]+)?\.(so|pyd)")
_LIBRARY = re.compile(r"[\w.+-]+\.(so(\.[0-9]+)*|pyd|dylib|dll)")
_NAMED = re.compile(r"\.(?:cpython-|cp|pypy)(?P<version>[0-9]+t?)-.+")


def is_library(path: str) -> bool:
    """Whether a member of a wheel is called as compiled code is that something loads."""
    return _LIBRARY.fullmatch(path.rpartition("/")[2].lower()) is not None


def judge_compiled(member: Member, rest: str, name: Name, commit: Commit) -> Judged:
    """What is to be said of a member that is called like a library, in a wheel `name` that is for some platform only.

    `rest` is where it is installed. Codes: `compiled-member`, `compiled-format`.
    """
    what, beginnings = _format(name)
    if not member.head.startswith(beginnings):
        return Fault("compiled-format", member.name, f"begins with {member.head[:4].hex() or 'nothing'}", what)
    kind = _kind(rest, name)
    if kind is None:
        return Fault("compiled-member", member.name, "neither what this Python imports nor a bundled library")
    source = compiled_from(commit.document, commit.tree)
    if not source:
        return Fault("compiled-member", member.name, "the commit has nothing that it could be compiled from")
    return Accepted(member.name, f"{kind}, {what}; compiled, so nobody compared it with {source}", compared=False)


def _format(name: Name) -> tuple[str, tuple[bytes, ...]]:
    platform = min(tag.platform for tag in name.tags)
    return next((found for prefix, found in _FORMATS.items() if platform.startswith(prefix)), _LINUX)


def _kind(rest: str, name: Name) -> str | None:
    """What loads the file; None where nothing would."""
    *folders, file = rest.split("/")
    if folders and (folders[-1] == ".dylibs" or folders in ([f"{_written(name)}.libs"], [f"{_written(name)}.dylibs"])):
        return "a bundled library of others"
    extension = _EXTENSION.fullmatch(file)
    if extension and _imported(extension["tag"] or "", name):
        return "an extension module"
    # A wheel for any Python brings libraries that its modules open themselves.
    if folders and all(tag.abi == "none" for tag in name.tags):
        return "a library"
    return None


def _imported(tag: str, name: Name) -> bool:
    """Whether the Python that the wheel is for imports a module with this in its file name.

    https://peps.python.org/pep-3149/
    """
    named = _NAMED.fullmatch(tag)
    if named is None:
        return tag in ("", ".abi3")
    versions = {part[2:] for tag in name.tags for part in (tag.interpreter, tag.abi) if part[:2] in ("cp", "pp")}
    versions |= {tag.abi.removeprefix("pypy").partition("_")[0] for tag in name.tags if tag.abi.startswith("pypy")}
    return named["version"] in versions


def _written(name: Name) -> str:
    return name.stem.rsplit("-", 1)[0]
