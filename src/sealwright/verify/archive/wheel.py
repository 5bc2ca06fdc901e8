"""Reading a wheel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from sealwright.verify.archive.contents import installed_names
from sealwright.verify.archive.faults import Broken, Fault
from sealwright.verify.archive.limits import Limits
from sealwright.verify.archive.members import Archive, Keep, Member, judge_names
from sealwright.verify.archive.names import Name
from sealwright.verify.archive.suffixes import judge_suffixes
from sealwright.verify.archive.zip import ZipReader

_DATA = re.compile(r"(?P<folder>[^/]+\.data)/(?P<scheme>[^/]+)(?:/|$)")
_SCHEMES = frozenset({"purelib", "platlib", "scripts", "data", "headers"})


def read_wheel(stream: BinaryIO, name: Name, limits: Limits, algorithm: str, keep: Keep) -> Archive:
    """The members of a wheel, and what is wrong with how it is made."""
    members: list[Member] = []
    faults: list[Fault] = []
    complete = False
    reader = ZipReader(stream, limits, algorithm, keep)
    try:
        members.extend(reader.members())
        complete = True
    except Broken as broken:
        faults.append(broken.fault)
    faults += reader.faults
    faults += judge_names(members, limits)
    for member in members:
        faults += _judge_member(member.name, name)
    if complete and not members:
        faults.append(Fault("no-members"))
    return Archive(tuple(members), tuple(faults), complete)


def _judge_member(path: str, name: Name) -> Iterator[Fault]:
    data = _DATA.match(path)
    if data and (data["folder"] != f"{name.stem}.data" or data["scheme"] not in _SCHEMES):
        yield Fault("data-scheme", path)
    for installed in installed_names([path]):
        yield from judge_suffixes(path, installed, pure=name.pure)
