"""Reading a source distribution."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sealwright.verify.archive.faults import Broken, Fault
from sealwright.verify.archive.gunzip import Gunzip
from sealwright.verify.archive.limits import Limits
from sealwright.verify.archive.members import Archive, Keep, Member, judge_names
from sealwright.verify.archive.tar import TarReader


def read_sdist(stream: BinaryIO, folder: str, limits: Limits, algorithm: str, keep: Keep) -> Archive:
    """The members of a .tar.gz, and what is wrong with how it is made. `folder` is what all of it must lie in."""
    members: list[Member] = []
    faults: list[Fault] = []
    complete = False
    gunzip = reader = None
    try:
        gunzip = Gunzip(stream, limits)
        reader = TarReader(gunzip, limits, algorithm, keep)
        members.extend(reader.members())
        gunzip.finish()
        complete = True
    except Broken as broken:
        faults.append(broken.fault)
    faults += [*(gunzip.faults if gunzip else ()), *(reader.faults if reader else ())]
    faults += judge_names(members, limits)
    faults += _judge_folder(members, folder)
    if complete and not members:
        faults.append(Fault("no-members"))
    return Archive(tuple(members), tuple(faults), complete)


def _judge_folder(members: list[Member], folder: str) -> Iterator[Fault]:
    for member in members:
        if member.name != folder and not member.name.startswith(folder + "/"):
            yield Fault("top-level", member.name, member.name.split("/")[0], folder)
