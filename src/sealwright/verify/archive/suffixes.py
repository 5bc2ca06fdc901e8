"""Files that run, or are run by others, without anybody having asked for them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

from packaging.utils import canonicalize_name

from sealwright.verify.archive.faults import Fault

_LOADED = (".so", ".pyd", ".dll", ".dylib")
_COMPILED = (*_LOADED, ".a", ".o", ".lib", ".exe", ".wasm", ".class", ".jar")
_BYTECODE = (".pyc", ".pyo")
_MODULES = (".py", ".so", ".pyd")
_AT_START = ("sitecustomize", "usercustomize")
"""Modules that every interpreter imports by itself (https://docs.python.org/3/library/site.html)."""
_EDITABLE = re.compile(r"__editable__|_editable_impl_|__editables_")
_GONE = frozenset(
    {
        *("asynchat", "asyncore", "distutils", "imp", "smtpd", "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt"),
        *(
            "imghdr",
            "lib2to3",
            "mailcap",
            "msilib",
            "nis",
            "nntplib",
            "ossaudiodev",
            "pipes",
            "sndhdr",
            "spwd",
            "sunau",
        ),
        *("telnetlib", "uu", "xdrlib"),
    }
)
"""Modules that left the standard library since 3.11, and that others keep alive under their names."""
_METADATA = (".egg-info", ".egg-link", ".egg")


def is_compiled(path: str) -> bool:
    """Whether it is native or other compiled code, by its name."""
    return path.lower().endswith(_COMPILED)


def judge_suffixes(member: str, installed: str, *, pure: bool) -> Iterator[Fault]:
    """Faults of a wheel's member that would be installed at this path below site-packages."""
    lowered = installed.lower()
    top = lowered.split("/")[0]
    if top.endswith(".pth"):
        yield Fault("pth-file", member)
    if top.split(".")[0] in _AT_START:
        yield Fault("startup-module", member)
    if _EDITABLE.match(top):
        yield Fault("editable-install", member)
    if top.endswith(_METADATA):
        yield Fault("other-metadata", member)
    if lowered.endswith(_BYTECODE):
        yield Fault("bytecode", member)
    if pure and lowered.endswith(_LOADED):
        yield Fault("native-code", member)


def judge_top_level(installed: Iterable[str], project: str) -> Iterator[Fault]:
    """Modules of a wheel that have the name of one of the standard library's, unless the project is called so."""
    tops = {path.split("/")[0].split(".")[0] for path in installed if "/" in path or path.endswith(_MODULES)}
    for top in sorted(tops & sys.stdlib_module_names - _GONE):
        if canonicalize_name(top) != project:
            yield Fault("shadows-standard-library", top)
