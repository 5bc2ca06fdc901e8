"""Compiled members of wheels: nobody can compare them, so what may be one is narrow, and none counts as compared."""

from __future__ import annotations

import pytest
from tests.support.archives import (
    COMMITTED,
    INFO,
    SDIST,
    WHEEL_FILE,
    codes,
    commit_of,
    good_sdist,
    good_wheel,
    judged,
)

from sealwright.model import Finding, State
from sealwright.verify.archive import Commit

ELF, PE, MACH_O, FAT = b"\x7fELF\x02", b"MZ\x90\0", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"
LINUX, MAC, WINDOWS = (
    "cp311-cp311-manylinux_2_28_x86_64",
    "cp311-cp311-macosx_11_0_arm64",
    "cp311-cp311-win_amd64",
)
SOURCE = {"src/tiny/_fast.c": b"int main;\n"}
COMPILING = commit_of({**COMMITTED, **SOURCE})


def examined(tags: str, members: dict[str, bytes], commit: Commit = COMPILING) -> tuple[Finding, ...]:
    """A good wheel with these tags and further members, and the sdist of the same commit."""
    wheel, sdist = good_wheel(), good_sdist()
    wheel.change(f"{INFO}/WHEEL", WHEEL_FILE.replace(b"py3-none-any", tags.encode()).replace(b"true", b"false"))
    for name, data in members.items():
        wheel.add(name, data)
    sdist.add("tiny-1.0/src/tiny/_fast.c", SOURCE["src/tiny/_fast.c"])
    return judged({f"tiny-1.0-{tags}.whl": wheel.build(), SDIST: sdist.build()}, commit)


HONEST = [
    (LINUX, "tiny/_fast.cpython-311-x86_64-linux-gnu.so", ELF),
    (LINUX, "tiny/_fast.so", ELF),
    (LINUX, "tiny.libs/libpng16-4dd52e7b.so.16.44.0", ELF),
    (LINUX.replace("cp311-cp311", "cp39-abi3"), "tiny/_fast.abi3.so", ELF),
    ("cp313-cp313t-musllinux_1_2_aarch64", "tiny/_fast.cpython-313t-aarch64-linux-musl.so", ELF),
    ("pp311-pypy311_pp73-manylinux_2_28_x86_64", "tiny/_fast.pypy311-pp73-x86_64-linux-gnu.so", ELF),
    (MAC, "tiny/_fast.cpython-311-darwin.so", MACH_O),
    (MAC.replace("arm64", "universal2"), "tiny/_fast.cpython-311-darwin.so", FAT),
    (MAC, "tiny/.dylibs/libz.1.3.1.dylib", MACH_O),
    (WINDOWS, "tiny/_fast.cp311-win_amd64.pyd", PE),
    (WINDOWS, "tiny.libs/msvcp140-263139962577ecda4cd9469ca360a746.dll", PE),
    (LINUX.replace("cp311-cp311", "py3-none"), "tiny/libtiny.so", ELF),
]


@pytest.mark.parametrize(("tags", "member", "data"), HONEST, ids=[member for _, member, _ in HONEST])
def test_what_a_build_leaves_is_let_through_and_said_not_to_be_compared(tags: str, member: str, data: bytes) -> None:
    findings = examined(tags, {member: data})
    assert codes(findings) == set()
    (found,) = [finding for finding in findings if finding.subject.endswith(f": {member}")]
    assert (found.check, found.state) == ("explained", State.SKIPPED)
    assert "src/tiny/_fast.c" in found.found


HOSTILE = [
    ("a library in a wheel for every platform", "py3-none-any", "tiny/_evil.so", ELF, "native-code"),
    ("another platform's", LINUX, "tiny/_evil.so", PE, "compiled-format"),
    ("a program of another system", WINDOWS, "tiny/_evil.cp311-win_amd64.pyd", ELF, "compiled-format"),
    ("a script by a library's name", LINUX, "tiny/_evil.so", b"#!/bin/sh\n", "compiled-format"),
    ("nothing", LINUX, "tiny/_evil.so", b"", "compiled-format"),
    ("of another Python", LINUX, "tiny/_evil.cpython-312-x86_64-linux-gnu.so", ELF, "compiled-member"),
    ("with another lock", LINUX, "tiny/_evil.cpython-311t-x86_64-linux-gnu.so", ELF, "compiled-member"),
    ("a tag that no Python has", LINUX, "tiny/_evil.hidden.so", ELF, "compiled-member"),
    ("no name that can be imported", LINUX, "tiny/libevil-1.so", ELF, "compiled-member"),
    ("a library where nothing is bundled", LINUX, "other.libs/libevil.so.1", ELF, "compiled-member"),
    ("a library of no package", LINUX.replace("cp311-cp311", "py3-none"), "lib-evil.so", ELF, "compiled-member"),
    ("an object file", LINUX, "tiny/evil.o", ELF, "compiled-member"),
    ("a program", WINDOWS, "tiny/evil.exe", PE, "compiled-member"),
    ("a module of Python's", LINUX, "socket.so", ELF, "shadows-standard-library"),
    ("a module that always runs", LINUX, "sitecustomize.so", ELF, "startup-module"),
    ("Python beside it", LINUX, "tiny/_evil.py", b"import os\n", "not-in-git"),
]


@pytest.mark.parametrize(("tags", "member", "data", "code"), [row[1:] for row in HOSTILE], ids=[r[0] for r in HOSTILE])
def test_anything_else_is_refused(tags: str, member: str, data: bytes, code: str) -> None:
    assert code in codes(examined(tags, {member: data}))


def test_a_project_that_compiles_nothing_has_no_compiled_code() -> None:
    wheel = {"tiny/_evil.cpython-311-x86_64-linux-gnu.so": ELF}
    assert "compiled-member" in codes(examined(LINUX, wheel, commit_of(COMMITTED)))
