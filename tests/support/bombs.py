"""Archives that would cost whoever unpacks or reads them dearly. Run as a program, it judges one of them."""

from __future__ import annotations

import io
import struct
import sys
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable

from sealwright.verify.archive import Expected, judge
from tests.support.archives import COMMITTED, INFO, METADATA, SDIST, STEM, WHEEL, commit_of, good_sdist, good_wheel

_HUGE = 400 << 20
"""Bytes; several times what may be used."""


def _gzip_of_zeros() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    info = tarfile.TarInfo(f"{STEM}/bomb")
    info.size = _HUGE
    parts = [packer.compress(info.tobuf(tarfile.USTAR_FORMAT))]
    parts += [packer.compress(bytes(1 << 20)) for _ in range(_HUGE >> 20)]
    return b"".join([*parts, packer.flush()])


def _many_long_names() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    info = tarfile.TarInfo("././@LongLink")
    name = b"e" * 60_000
    info.type, info.size = b"L", len(name)
    one = info.tobuf(tarfile.GNU_FORMAT) + name + bytes(-len(name) % 512)
    one += tarfile.TarInfo("e" * 99).tobuf(tarfile.USTAR_FORMAT)
    return b"".join([*(packer.compress(one) for _ in range(8000)), packer.flush()])


def _deflated_zeros() -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(_HUGE >> 20)), packer.flush()])


def _wheel_of(packed: bytes, size: int) -> bytes:
    """A zip with one member; `size` is what its headers say."""
    name, crc = b"tiny/bomb.txt", 0
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, crc, len(packed), size, len(name), 0) + name + packed
    fields = (20, 20, 0, 8, 0, 33, crc, len(packed), size, len(name), 0, 0, 0, 0, 0o100644 << 16, 0)
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", *fields) + name
    return local + central + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local), 0)


def _metadata(more: bytes) -> bytes:
    wheel = good_wheel()
    wheel.change(f"{INFO}/METADATA", METADATA.replace(b">=20\n", b">=20\n" + more))
    return wheel.build()


def _many_markers() -> bytes:
    atoms = " and ".join(f"(platform_release != '%d{n}' or platform_version == '{n}')" for n in range(6))
    wheel = good_wheel()
    lines = b"".join(b"Requires-Dist: packaging>=20; %s\n" % (atoms % ((n,) * 6)).encode() for n in range(450))
    wheel.change(f"{INFO}/METADATA", METADATA.replace(b"Requires-Dist: packaging>=20\n", lines))
    return wheel.build()


def _version_file(text: bytes) -> bytes:
    wheel = good_wheel()
    wheel.change("tiny/_version.py", text)
    return wheel.build()


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "gzip of zeros": (SDIST, _gzip_of_zeros),
    "names without end": (SDIST, _many_long_names),
    "wheel of zeros": (WHEEL, lambda: _wheel_of(_deflated_zeros(), _HUGE)),
    "wheel whose sizes lie": (WHEEL, lambda: _wheel_of(_deflated_zeros(), 10)),
    "large METADATA": (WHEEL, lambda: _metadata(b"License: x\n" + b" evil\n" * 2_000_000)),
    "METADATA of markers": (WHEEL, _many_markers),
    "METADATA of brackets": (
        WHEEL,
        lambda: _metadata(b"Requires-Dist: x; " + b"(" * 50_000 + b"os_name=='x'" + b")" * 50_000 + b"\n"),
    ),
    "version file of signs": (WHEEL, lambda: _version_file(b"__version__ = " + b"-" * 16_000 + b"1\n")),
    "version file of brackets": (WHEEL, lambda: _version_file(b"__version__ = " + b"[" * 8000 + b"]" * 8000)),
    "version file of sums": (WHEEL, lambda: _version_file(b"__version__ = 1" + b"+1" * 8000)),
}


def main(name: str) -> None:
    """Judge one bomb, and print what was found and the most that was allocated while judging."""
    filename, make = BOMBS[name]
    data = make()
    other = {SDIST: good_sdist, WHEEL: good_wheel}[SDIST if filename == WHEEL else WHEEL]().build()
    streams = {filename: io.BytesIO(data), SDIST if filename == WHEEL else WHEEL: io.BytesIO(other)}
    tracemalloc.start()
    findings = judge(streams, commit_of(COMMITTED), Expected("tiny", "1.0"))
    _, peak = tracemalloc.get_traced_memory()
    codes = sorted({f.code for f in findings if f.state.value == "fail"})
    sys.stdout.write(f"{peak} {len(data)} {' '.join(codes)}\n")


if __name__ == "__main__":
    main(sys.argv[1])
