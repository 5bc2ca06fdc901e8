"""Files that run, or are run by others, without anybody having read them."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.verify.archive.faults import Fault

_LOADED = (".so", ".pyd", ".dll", ".dylib")
_COMPILED = (*_LOADED, ".a", ".o", ".lib", ".exe", ".wasm", ".class", ".jar")
_BYTECODE = (".pyc", ".pyo")


def is_compiled(path: str) -> bool:
    """Whether it is native or other compiled code, by its name."""
    return path.lower().endswith(_COMPILED)


def judge_suffixes(member: str, installed: str, *, pure: bool) -> Iterator[Fault]:
    """Faults of a wheel's member that would be installed at this path below site-packages."""
    lowered = installed.lower()
    if "/" not in lowered and lowered.endswith(".pth"):
        yield Fault("pth-file", member)
    if lowered.endswith(_BYTECODE):
        yield Fault("bytecode", member)
    if pure and lowered.endswith(_LOADED):
        yield Fault("native-code", member)
