"""Every member is the commit's, or a generated file that can be nothing else."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.generated import Generated, in_dist_info
from sealwright.verify.archive.members import Archive, Kind, Member
from sealwright.verify.archive.names import Name
from sealwright.verify.archive.sources import Sources
from sealwright.verify.archive.suffixes import is_compiled

_DATA = re.compile(r"[^/]+\.data/(?P<scheme>[^/]+)/(?P<rest>.+)")
_SCHEMES = frozenset({"purelib", "platlib", "scripts", "data", "headers"})


def judge_sdist(archive: Archive, name: Name, generated: Generated) -> Iterator[Fault]:
    """Members of an sdist against the commit."""
    commit, folder = generated.commit, name.stem + "/"
    pkg_info = archive.files.get(folder + "PKG-INFO")
    for member in archive.members:
        rest = member.name.removeprefix(folder)
        if not member.name.startswith(folder) or member.kind is Kind.DIRECTORY:
            continue  # said where names are judged
        if member.kind is Kind.LINK:
            yield from _judge_link(member, rest, commit)
        elif commit.blob(rest) != member.blob:
            faults = generated.judge_in_sdist(rest, member, (pkg_info.data or b"") if pkg_info else b"")
            yield from _unexplained(member, rest, commit) if faults is None else faults


def judge_wheel(archive: Archive, name: Name, generated: Generated) -> Iterator[Fault]:
    """Members of a wheel against the commit."""
    dist_info = f"{name.stem}.dist-info/"
    packages = [(_installed(path), member) for path, member in archive.files.items() if not path.startswith(dist_info)]
    sources = Sources(generated.commit, tuple(rest for scheme, rest in (p for p, _ in packages) if scheme == ""))
    for path, member in archive.files.items():
        if path.startswith(dist_info):
            yield from _judge_dist_info(path.removeprefix(dist_info), member, generated.commit)
    for (scheme, rest), member in packages:
        if scheme in ("scripts", "data", "headers"):
            yield from _judge_data(scheme, rest, member, generated)
        else:
            yield from _judge_package(rest, member, sources, generated)


def judge_subset(wheel: Archive, wheel_name: Name, sdist: Archive, generated: Generated) -> Iterator[Fault]:
    """Members of a wheel that could not have been built from the sdist."""
    dist_info = f"{wheel_name.stem}.dist-info/"
    blobs = {member.blob for member in sdist.members}
    for path, member in wheel.files.items():
        made = path.startswith(dist_info) and in_dist_info(path.removeprefix(dist_info))
        # Version files may name the commit in one and not in the other; each was judged by itself.
        script = ".data/scripts/" in path
        if not (made or script or member.blob in blobs or generated.is_version_file(_installed(path)[1])):
            yield Fault("not-in-sdist", path)


def _judge_link(member: Member, rest: str, commit: Commit) -> Iterator[Fault]:
    inside = not posixpath.normpath(posixpath.join(posixpath.dirname(rest), member.target)).startswith(("/", ".."))
    if commit.link(rest) != member.target or not inside:
        yield Fault("symbolic-link", member.name, member.target, commit.link(rest) or "no link")


def _judge_dist_info(rest: str, member: Member, commit: Commit) -> Iterator[Fault]:
    # Licence files keep their names, and backends differ in what they make of their folders.
    elsewhere = commit.by_blob.get(member.blob, ())
    same_name = any(posixpath.basename(path) == posixpath.basename(rest) for path in elsewhere)
    if not in_dist_info(rest) and not same_name:
        yield Fault("not-in-git", member.name, f"{member.size} bytes")


def _judge_data(scheme: str, rest: str, member: Member, generated: Generated) -> Iterator[Fault]:
    paths = generated.commit.by_name.get(posixpath.basename(rest), ())
    if any(generated.commit.blob(path) == member.blob for path in paths):
        return
    if scheme == "scripts" and any(_same_script(member.data, generated.commit.read(path)) for path in paths):
        return
    yield Fault("modified" if paths else "not-in-git", member.name, f"{member.size} bytes")


def _same_script(found: bytes | None, committed: bytes | None) -> bool:
    """Whether only the interpreter in the first line was replaced by the placeholder that installers look for."""
    if found is None or committed is None or not committed.startswith(b"#!"):
        return False
    first, _, body = found.partition(b"\n")
    return re.fullmatch(rb"#!pythonw?", first.strip()) is not None and body == committed.partition(b"\n")[2]


def _judge_package(rest: str, member: Member, sources: Sources, generated: Generated) -> Iterator[Fault]:
    commit, path = generated.commit, sources.of(rest)
    if path is not None and commit.blob(path) == member.blob:
        return
    if generated.is_version_file(rest):
        yield from generated.judge_version_file(member)
    elif path is not None:
        yield Fault("modified", member.name, _why(member, commit.read(path)), path)
    elif is_compiled(rest):
        yield Fault("compiled-member", member.name)
    else:
        yield from _unexplained(member, None, commit)


def _unexplained(member: Member, rest: str | None, commit: Commit) -> Iterator[Fault]:
    committed = commit.read(rest) if rest else None
    if committed is not None:
        yield Fault("modified", member.name, _why(member, committed))
        return
    elsewhere = commit.by_blob.get(member.blob)
    if elsewhere:
        yield Fault("relocated", member.name, elsewhere[0])
    else:
        below = next((path for path in commit.submodules if rest and rest.startswith(path + "/")), None)
        yield Fault("not-in-git", member.name, f"inside submodule {below}" if below else f"{member.size} bytes")


def _why(member: Member, committed: bytes | None) -> str:
    """The usual innocent reasons, for whoever has to find the cause."""
    if committed is None:
        return f"{member.size} bytes"
    if committed.startswith(b"version https://git-lfs.github.com/spec/"):
        return "git has a Git LFS pointer"
    if b"$Format:" in committed:
        return "git replaces $Format:$ on export"
    if b"\r\n" in committed or member.size == len(committed) + committed.count(b"\n"):
        return "line endings, as .gitattributes may change them"
    return f"{member.size} bytes instead of {len(committed)}"


def _installed(path: str) -> tuple[str, str]:
    """(scheme of the data folder or empty, path below it): where an installer would put it."""
    match = _DATA.fullmatch(path)
    if match is None or match["scheme"] not in _SCHEMES:
        return "", path
    scheme = match["scheme"]
    return ("", match["rest"]) if scheme in ("purelib", "platlib") else (scheme, match["rest"])


def installed_names(files: Mapping[str, Member] | Iterable[str]) -> tuple[str, ...]:
    """Paths below site-packages that the members of a wheel are installed at."""
    return tuple(rest for scheme, rest in map(_installed, files) if scheme == "")
