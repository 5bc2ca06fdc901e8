"""Scripts of the repository: what `make publish`, `tox -e release` or `scripts/release.sh` would run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sealwright.doctor.shell import Command, commands

_MAKEFILES = ("Makefile", "makefile", "GNUmakefile")
_JUSTFILES = ("justfile", "Justfile", ".justfile")
_TARGET = re.compile(r"^(?P<names>[\w./ -]+?)\s*:(?![=:])(?P<needs>[^#=]*)")
_SESSION = re.compile(r"session\.run(?:_always|_install)?\(([^)]*)\)")
_WORD = re.compile(r"""["']([^"']*)["']""")
_DEPTH = 3
_ASIDE = re.compile(r"(?:^|/)(?:tests?|docs?|examples?|fixtures?|vendor|node_modules|third_party)/")
_OTHER_CI = (
    ".travis.yml",
    ".gitlab-ci.yml",
    ".appveyor.yml",
    "appveyor.yml",
    "azure-pipelines.yml",
    ".circleci/config.yml",
)
_SCRIPTS = re.compile(
    r"(?:.*/)?(?:[Mm]akefile|GNUmakefile|\.?[Jj]ustfile|Taskfile\.ya?ml|tox\.ini|noxfile\.py|tasks\.py)"
    r"|(?:.*/)?[^/]+\.(?:sh|bash|ps1|bat|cmd)"
    r"|(?:scripts|tools|bin|ci|\.ci|dev|build)/(?:.*/)?[^/]*(?:release|publish|upload|deploy)[^/.]*(?:\.py)?"
)


def is_script(path: str) -> bool:
    """Whether a file is one that people or other services release with."""
    return path in _OTHER_CI or (_SCRIPTS.fullmatch(path) is not None and _ASIDE.search(path) is None)


def commands_in(path: str, text: str) -> Iterator[tuple[Command, int]]:
    """The commands of a script and their lines, from 1, whatever target or job they belong to."""
    if path.endswith(".py"):
        for number, line in enumerate(text.splitlines(), 1):
            yield from ((command, number) for command in _in_python(line))
        return
    # One by one, so that an apostrophe in a recipe or a YAML file does not swallow the rest.
    whole = path.endswith((".sh", ".bash"))
    if whole:
        yield from ((command, command.row + 1) for command in commands(text))
        return
    for number, line in enumerate(text.splitlines(), 1):
        bare = re.sub(r"^\s*(?:[@+-]\s*)*(?:[\w-]+:\s+(?=\w))?", "", line)
        yield from ((command, number) for command in commands(bare))


def called_by(command: Command, files: Mapping[str, str], depth: int = 0) -> tuple[Command, ...]:
    """Every command of the repository's scripts that `command` starts, its own aside."""
    if depth >= _DEPTH:
        return ()
    found = tuple(_started(command, files))
    return found + tuple(inner for each in found for inner in called_by(each, files, depth + 1))


def script_of(command: Command, files: Mapping[str, str]) -> str | None:
    """The path of the repository's file in which what `command` starts is written."""
    match command.words:
        case ("make" | "gmake", *_):
            return _first(_MAKEFILES, files)
        case ("just", *_):
            return _first(_JUSTFILES, files)
        case ("tox", *_):
            return _first(("tox.ini",), files)
        case ("nox", *_):
            return _first(("noxfile.py",), files)
    candidates = (word.removeprefix("./") for word in command.words[:2])
    return next((path for path in candidates if path in files and is_script(path)), None)


def _started(command: Command, files: Mapping[str, str]) -> Iterator[Command]:
    path = script_of(command, files)
    if path is None:
        return
    text = files[path]
    named = [word for word in command.words[1:] if not word.startswith("-")]
    match command.words[0]:
        case "make" | "gmake" | "just":
            for name in named:
                yield from _recipe(text, name, set())
        case "tox":
            yield from _tox(text, (command.value_of("-e") or "").split(","))
        case "nox":
            for name in named:
                yield from _nox(text, name)
        case _:
            yield from (found for found, _ in commands_in(path, text))


def _first(names: tuple[str, ...], files: Mapping[str, str]) -> str | None:
    return next((name for name in names if name in files), None)


def _recipe(text: str, target: str, seen: set[str]) -> Iterator[Command]:
    if target in seen:
        return
    seen.add(target)
    lines = text.splitlines()
    for number, line in enumerate(lines):
        found = _TARGET.match(line)
        if not found or target not in found["names"].split():
            continue
        for need in found["needs"].split():
            yield from _recipe(text, need, seen)
        for inner in lines[number + 1 :]:
            if inner.strip() and not inner[0].isspace():
                break
            yield from commands(inner.strip().lstrip("@+-"))


def _tox(text: str, names: list[str]) -> Iterator[Command]:
    for name in filter(None, names):
        section = re.search(rf"(?ms)^\[testenv:{re.escape(name)}\]\s*$(.*?)(?=^\[|\Z)", text)
        for line in section[1].splitlines() if section else ():
            yield from commands(re.sub(r"^\s*commands\s*=", "", line))


def _nox(text: str, name: str) -> Iterator[Command]:
    body = re.search(rf"(?ms)^def {re.escape(name)}\(.*?(?=^\S|\Z)", text)
    for line in body[0].splitlines() if body else ():
        yield from _in_python(line)


def _in_python(line: str) -> Iterator[Command]:
    """What a line of Python starts by `session.run("twine", "upload")` or `["twine", "upload", ...]`."""
    for found in (*_SESSION.finditer(line), *re.finditer(r"\[([^\]]*)\]", line)):
        words = _WORD.findall(found[1])
        if words:
            yield from commands(" ".join(words))
