"""Archives with bytes changed at random: never an error of ours, and what is accepted unpacks to the same files."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile

import pytest
from tests.support.archives import SDIST, WHEEL, codes, good_sdist, good_wheel, judged

_ROUNDS = 150


def spoiled(data: bytes, seed: int) -> bytes:
    """A copy with up to three bytes changed, dropped or doubled."""
    chance = random.Random(seed)
    found = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(found))
        match chance.randrange(4):
            case 0:
                del found[at]
            case 1:
                found.insert(at, found[at])
            case 2:
                found[at] ^= 1 << chance.randrange(8)
            case _:
                found[at] = chance.randrange(256)
    return bytes(found)


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def untarred(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}


@pytest.mark.parametrize("part", range(4))
def test_a_wheel_that_is_accepted_unpacks_to_the_same_files(part: int) -> None:
    good, sdist = good_wheel().build(), good_sdist().build()
    refused = 0
    for seed in range(part * _ROUNDS, (part + 1) * _ROUNDS):
        data = spoiled(good, seed)
        if codes(judged({WHEEL: data, SDIST: sdist})):
            refused += 1
        else:
            assert unzipped(data) == unzipped(good), seed
    assert refused > _ROUNDS // 2


@pytest.mark.parametrize("part", range(4))
def test_an_sdist_that_is_accepted_unpacks_to_the_same_files(part: int) -> None:
    good, wheel = good_sdist().tar(), good_wheel().build()
    refused = 0
    for seed in range(part * _ROUNDS, (part + 1) * _ROUNDS):
        data = gzip.compress(spoiled(good, seed), mtime=0)
        if codes(judged({WHEEL: wheel, SDIST: data})):
            refused += 1
        else:
            assert untarred(data) == untarred(gzip.compress(good)), seed
    assert refused > _ROUNDS // 2
