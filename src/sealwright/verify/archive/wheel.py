"""Reading a wheel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sealwright.verify.archive.faults import Broken, Fault
from sealwright.verify.archive.installed import installed_names, judge_data_folder, judge_installed_twice
from sealwright.verify.archive.limits import Limits
from sealwright.verify.archive.members import Archive, Keep, Kind, Member, judge_names
from sealwright.verify.archive.names import Name
from sealwright.verify.archive.suffixes import judge_suffixes, judge_top_level
from sealwright.verify.archive.zip import ZipReader


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
    paths = [member.name for member in members if member.kind is Kind.FILE]
    faults += _judge_paths(paths, name)
    if complete and not members:
        faults.append(Fault("no-members"))
    return Archive(tuple(members), tuple(faults), complete)


def _judge_paths(paths: list[str], name: Name) -> Iterator[Fault]:
    for path in paths:
        yield from judge_data_folder(path, name.stem)
        for installed in installed_names([path]):
            yield from judge_suffixes(path, installed, pure=name.pure)
    yield from judge_installed_twice(paths)
    yield from judge_top_level(installed_names(paths), name.project)
