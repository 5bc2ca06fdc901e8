"""Whether setuptools would take a new folder at a project's root for one of its packages.

By itself it looks for packages in every folder, with or without an `__init__.py`, and refuses to build where it finds
two: https://setuptools.pypa.io/en/latest/userguide/package_discovery.html
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from sealwright.project.legacy import cfg_options
from sealwright.project.reading import ProjectInfo
from sealwright.project.tables import Reader, read_text, strings, table


def takes_folder(info: ProjectInfo, folder: str, read: Reader, *, has_src: bool) -> bool:
    """Whether a build would change, or end, with `folder` beside the project's own; when in doubt, yes.

    `has_src` says whether there is a folder `src`.
    """
    if not info.backend.startswith("setuptools"):
        return False
    settings = table(info.document, "tool", "setuptools")
    if "packages" in settings:
        find = table(settings, "packages", "find")
        return isinstance(settings["packages"], dict) and _found(
            folder,
            strings(find, "where"),
            strings(find, "include"),
            strings(find, "exclude"),
            namespaces=find.get("namespaces") is not False,
        )
    if "py-modules" in settings:
        return False
    named = _by_cfg(folder, read)
    if named is None:
        named = _by_script(read_text(read, "setup.py") or "")
    if named is not None:
        return named
    return not has_src and not table(settings, "package-dir").get("")


def _by_cfg(folder: str, read: Reader) -> bool | None:
    """What setup.cfg says of packages; None where it says nothing."""
    options = cfg_options(read_text(read, "setup.cfg") or "")
    packages = options.get(("options", "packages"), "")
    if packages.startswith("find_namespace:"):
        where, include, exclude = (
            tuple(options.get(("options.packages.find", key), "").split()) for key in ("where", "include", "exclude")
        )
        return _found(folder, where, include, exclude, namespaces=True)
    return False if packages or ("options", "py_modules") in options else None


def _by_script(script: str) -> bool | None:
    if re.search(r"\bfind_namespace_packages\s*\(", script):
        return True
    return False if re.search(r"\b(?:packages|py_modules)\s*=", script) else None


def _found(
    folder: str, where: tuple[str, ...], include: tuple[str, ...], exclude: tuple[str, ...], *, namespaces: bool
) -> bool:
    at_root = not where or any(place.rstrip("/") in ("", ".") for place in where)
    included = not include or any(fnmatchcase(folder, pattern) for pattern in include)
    return namespaces and at_root and included and not any(fnmatchcase(folder, pattern) for pattern in exclude)
