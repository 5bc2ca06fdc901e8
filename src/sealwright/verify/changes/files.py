"""Files that come, go or change between two distributions, and which of them run without having been asked for."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.verify.archive.installed import installed_names
from sealwright.verify.archive.members import Kind as MemberKind
from sealwright.verify.archive.members import Member
from sealwright.verify.archive.suffixes import is_compiled, judge_suffixes
from sealwright.verify.changes.model import Change, Kind
from sealwright.verify.changes.reading import Distribution

_MAGIC = {
    b"\x7fELF": "ELF",
    b"MZ": "PE",
    b"\xfe\xed\xfa\xce": "Mach-O",
    b"\xfe\xed\xfa\xcf": "Mach-O",
    b"\xce\xfa\xed\xfe": "Mach-O",
    b"\xcf\xfa\xed\xfe": "Mach-O",
    b"\xca\xfe\xba\xbe": "Mach-O for several processors, or a Java class",
    b"\0asm": "WebAssembly",
    b"!<arch>": "a static library",
    b"BC\xc0\xde": "LLVM bitcode",
}
"""How native code begins."""
_BYTECODE = (".pyc", ".pyo")
_WRITTEN = ("*.dist-info/RECORD", "*.dist-info/METADATA", "*.dist-info/WHEEL", "PKG-INFO")
"""What backends write about the files; it changes with every version, and its fields are compared one by one."""
_BUILDS = ("setup.py",)


def compare_files(earlier: Distribution | None, later: Distribution) -> Iterator[Change]:
    """Every file that is not the same; all of them where there is nothing to compare with."""
    before = earlier.members if earlier else {}
    where = "wheel" if later.name.is_wheel else "sdist"
    for path in sorted(before.keys() | later.members.keys()):
        one, other = before.get(path), later.members.get(path)
        if path in _WRITTEN or ".egg-info/" in path or _same(one, other):
            continue
        kind = _kind(path, one, other, pure=not later.name.is_wheel)
        yield Change.of(kind, f"{where}: {path}", _told(one), _told(other), look=kind is not Kind.FILE and bool(other))


def _same(one: Member | None, other: Member | None) -> bool:
    if one is None or other is None:
        return False
    return (one.kind, one.sha256, one.target) == (other.kind, other.sha256, other.target)


def _kind(path: str, one: Member | None, other: Member | None, *, pure: bool) -> Kind:
    """The more telling of what the file was and what it is."""
    if any(member and native(member) for member in (one, other)):
        return Kind.NATIVE_CODE
    if pure:  # an sdist, of which nothing is installed as it is
        return Kind.BUILD if path in _BUILDS else Kind.FILE
    inside = path.replace("*.data/", "x-1.data/", 1)
    at_start = any(list(judge_suffixes(path, name, pure=False)) for name in installed_names([inside]))
    return Kind.AT_START if at_start else Kind.FILE


def native(member: Member) -> str:
    """What kind of compiled code a file is; empty where it is none."""
    if member.kind is not MemberKind.FILE:
        return ""
    magic = next((name for magic, name in _MAGIC.items() if member.head.startswith(magic)), "")
    if magic:
        return magic
    if member.name.lower().endswith(_BYTECODE):
        return "compiled Python"
    return "compiled, by its name" if is_compiled(member.name) else ""


def _told(member: Member | None) -> str:
    if member is None:
        return ""
    if member.kind is MemberKind.LINK:
        return f"a link to {member.target}"
    what = native(member)
    return f"{what + ', ' if what else ''}{member.size} bytes, sha256:{member.sha256.hex()[:12]}"
