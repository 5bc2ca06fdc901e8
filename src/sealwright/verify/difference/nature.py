"""What a member of a distribution is, by its name, its mode and how it begins. In doubt, code."""

from __future__ import annotations

import posixpath

from sealwright.verify.difference.kinds import Kind

_CODE_SUFFIXES = frozenset(
    {
        # Python, and what it imports or runs by itself
        *(".py", ".pyi", ".pyw", ".pyx", ".pxd", ".pxi", ".pth", ".egg-link", ".pyc", ".pyo", ".pyz"),
        *(".ipynb", ".pkl", ".pickle", ".joblib", ".egg", ".whl", ".zip"),
        # native code
        *(".so", ".pyd", ".dll", ".dylib", ".a", ".o", ".lib", ".exe", ".wasm", ".class", ".jar"),
        # what is compiled or interpreted elsewhere
        *(".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".m", ".mm", ".f", ".f90", ".for", ".rs", ".go"),
        *(".java", ".kt", ".swift", ".zig", ".cu", ".s", ".asm", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx"),
        *(".sh", ".bash", ".zsh", ".fish", ".bat", ".cmd", ".ps1", ".vbs", ".pl", ".rb", ".lua", ".php", ".awk"),
    }
)
_BUILD_SUFFIXES = frozenset({".toml", ".cfg", ".ini", ".in", ".cmake", ".mk", ".build", ".ninja", ".gradle", ".lock"})
_BUILD_NAMES = frozenset({"makefile", "cmakelists.txt", "package.json", "configure", "dockerfile"})
"""In an sdist, what decides how a wheel is made of it."""
_EGG_INFO_CODE = frozenset({"entry_points.txt", "requires.txt", "dependency_links.txt"})
_DIST_INFO = frozenset(
    {"METADATA", "WHEEL", "RECORD", "RECORD.jws", "RECORD.p7s", "top_level.txt", "namespace_packages.txt", "zip-safe"}
)
_MAGIC = (
    *(b"#!", b"\x7fELF", b"MZ", b"\0asm", b"PK\x03\x04", b"!<arch>"),
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"),
)
"""How scripts, native code and archives begin, whatever they are called."""
_EXECUTABLE = 0o111


def nature_of(name: str, *, wheel: bool, mode: int = 0, head: bytes = b"") -> Kind:
    """CODE, CONTENT, or METADATA for what the backend writes about the files.

    `name` is as in the archive, `mode` its permission bits, `head` its first bytes.
    """
    if mode & _EXECUTABLE or head.startswith(_MAGIC) or _named_like_code(name, wheel=wheel):
        return Kind.CODE
    return Kind.METADATA if is_metadata(name, wheel=wheel) else Kind.CONTENT


def is_metadata(name: str, *, wheel: bool) -> bool:
    """Whether a backend writes this file about all the others."""
    folder, _, file = name.rpartition("/")
    if wheel:
        return "/" not in folder and folder.endswith(".dist-info") and file in _DIST_INFO
    top = folder.partition("/")[2]
    return (not top and file == "PKG-INFO") or posixpath.basename(folder).endswith(".egg-info")


def _named_like_code(name: str, *, wheel: bool) -> bool:
    folder, _, file = name.rpartition("/")
    suffix = posixpath.splitext(file.lower())[1]
    if folder.endswith((".dist-info", ".egg-info")) and file in _EGG_INFO_CODE:
        return True
    if wheel:
        top, _, rest = name.partition("/")
        return suffix in _CODE_SUFFIXES or (top.endswith(".data") and rest.startswith(("scripts/", "headers/")))
    return suffix in _CODE_SUFFIXES | _BUILD_SUFFIXES or file.lower() in _BUILD_NAMES
