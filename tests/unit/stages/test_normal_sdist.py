import gzip
import io
import tarfile

import pytest

from sealwright.errors import Refused
from sealwright.stages.normal_sdist import normalise, told_by

EPOCH = 1_700_000_000
FILES = {"tiny-1.0/b.py": b"b", "tiny-1.0/a.sh": b"#!/bin/sh\n"}


def pack(path, *, stamp=EPOCH, name="", reverse=False, folders=False, kind=tarfile.REGTYPE, **attributes):
    """An sdist of FILES whose members have these attributes."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        if folders:
            folder = tarfile.TarInfo("tiny-1.0")
            folder.type, folder.mtime = tarfile.DIRTYPE, attributes.get("mtime", EPOCH)
            archive.addfile(folder)
        for member, data in sorted(FILES.items(), reverse=reverse):
            entry = tarfile.TarInfo(member)
            entry.mtime, entry.mode, entry.type = EPOCH, 0o755 if member.endswith(".sh") else 0o664, kind
            entry.size = len(data) if kind == tarfile.REGTYPE else 0
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            archive.addfile(entry, io.BytesIO(data) if kind == tarfile.REGTYPE else None)
    with path.open("wb") as file, gzip.GzipFile(filename=name, mode="wb", fileobj=file, mtime=stamp) as stream:
        stream.write(plain.getvalue())
    return path


WRITTEN_BY_A_CLOCK = {
    "time of members": {"mtime": 1_800_000_000},
    "time of the archive": {"stamp": 1_800_000_001},
    "name of the archive": {"name": "/home/somebody/tiny-1.0.tar"},
    "owner": {"uid": 1001, "gid": 1001},
    "name of the owner": {"uname": "somebody"},
}


@pytest.mark.parametrize("attributes", WRITTEN_BY_A_CLOCK.values(), ids=WRITTEN_BY_A_CLOCK.keys())
def test_what_tells_of_the_build_is_replaced_and_the_content_stays(tmp_path, attributes):
    here = pack(tmp_path / "here.tar.gz", folders=True, **attributes)
    there = pack(tmp_path / "there.tar.gz", reverse=True, uname="other", mtime=1_900_000_000)
    assert normalise(here, EPOCH)
    assert normalise(there, EPOCH)
    assert here.read_bytes() == there.read_bytes()
    with tarfile.open(here) as archive:
        assert {m.name: archive.extractfile(m).read() for m in archive} == FILES
        assert [m.name for m in archive] == sorted(FILES)
        assert {m.name: m.mode for m in archive} == {"tiny-1.0/a.sh": 0o755, "tiny-1.0/b.py": 0o644}
        assert {(m.mtime, m.uid, m.gid, m.uname, m.gname) for m in archive} == {(EPOCH, 0, 0, "", "")}
    assert not normalise(here, EPOCH)


@pytest.mark.parametrize("name", ["", "tiny-1.0.tar"], ids=["hatchling", "flit and poetry"])
def test_a_backend_that_is_reproducible_keeps_its_bytes(tmp_path, name):
    sdist = pack(tmp_path / "tiny-1.0.tar.gz", name=name)
    before = sdist.read_bytes()
    assert normalise(sdist, EPOCH) == ()
    assert sdist.read_bytes() == before


def test_what_an_sdist_told_is_listed(tmp_path):
    sdist = pack(tmp_path / "tiny-1.0.tar.gz", stamp=7, name="x", uname="somebody", mtime=8)
    told = ("time of the archive", "place of the archive", "times of members", "owners of members")
    assert told_by(sdist, EPOCH) == told
    assert normalise(sdist, EPOCH) == told
    assert told_by(sdist, EPOCH) == ()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_members_that_are_no_files_are_refused(tmp_path, kind):
    sdist = pack(tmp_path / "tiny-1.0.tar.gz", kind=kind, uid=1, linkname="/etc/passwd")
    with pytest.raises(Refused) as refused:
        normalise(sdist, EPOCH)
    assert refused.value.code == "sdist-malformed"


@pytest.mark.parametrize(
    "data", [b"", b"no archive", gzip.compress(b"no tar" * 200, mtime=0)], ids=["empty", "text", "no tar"]
)
def test_what_is_no_archive_is_refused(tmp_path, data):
    (tmp_path / "x.tar.gz").write_bytes(data)
    with pytest.raises(Refused):
        normalise(tmp_path / "x.tar.gz", EPOCH)
