"""Which platforms of wheels PyPI takes: a name that says less than a specification of its binary interface is refused.

https://github.com/pypi/warehouse/blob/main/warehouse/utils/wheel.py; read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

_LISTED = frozenset(
    {
        *("any", "win32", "win_arm64", "win_amd64", "win_ia64", "linux_armv6l", "linux_armv7l"),
        *(f"manylinux{spec}_{machine}" for spec in ("1", "2010", "2014") for machine in ("x86_64", "i686")),
        *(f"manylinux2014_{machine}" for machine in ("aarch64", "armv7l", "ppc64", "ppc64le", "s390x")),
    }
)
_LINUX = r"x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64"
_MAC = r"ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal|universal2"
# Since macOS 11 the minor version says nothing: https://github.com/pypa/packaging.python.org/issues/1933
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"macosx_(10_[0-9]+|(11|12|13|14|15|26)_0)_({_MAC})",
        rf"manylinux_[0-9]+_[0-9]+_({_LINUX}|ppc64)",
        rf"musllinux_[0-9]+_[0-9]+_({_LINUX})",
        r"ios_[0-9]+_[0-9]+_(arm64|x86_64)_(iphoneos|iphonesimulator)",
        r"android_[0-9]+_(armeabi_v7a|arm64_v8a|x86|x86_64)",
        r"pyemscripten_[0-9]+_[0-9]+_wasm32",
    )
)


def is_accepted(platform: str) -> bool:
    """Whether the index takes wheels for `platform`, the last part of a tag, such as `manylinux_2_28_x86_64`."""
    return platform in _LISTED or any(pattern.fullmatch(platform) for pattern in _PATTERNS)


def refused_platforms(filename: str) -> tuple[str, ...]:
    """The platforms in the name of a wheel that the index does not take; nothing for a name that cannot be read."""
    return tuple(sorted(set(_refused(filename))))


def _refused(filename: str) -> Iterator[str]:
    try:
        tags = parse_wheel_filename(filename)[3]
    except InvalidWheelFilename:
        return
    yield from (tag.platform for tag in tags if not is_accepted(tag.platform))
