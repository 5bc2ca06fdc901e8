"""Every member is the commit's, or a generated file that can be nothing else."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from packaging.requirements import Requirement

from sealwright.verify.archive.checkout import as_checked_out, why_modified
from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.compiled import is_library, judge_compiled
from sealwright.verify.archive.dist_info import is_generated, judge_dist_info
from sealwright.verify.archive.egg_info import Surroundings
from sealwright.verify.archive.explained import Accepted, Judged
from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.generated import Generated, judge_each
from sealwright.verify.archive.installed import installed, installed_names
from sealwright.verify.archive.members import Archive, Kind, Member
from sealwright.verify.archive.names import Name
from sealwright.verify.archive.sources import Sources
from sealwright.verify.archive.suffixes import is_compiled

_ALWAYS_IN_SDIST = ("pyproject.toml", "setup.py")


def judge_sdist(archive: Archive, name: Name, generated: Generated, around: Surroundings) -> Iterator[Judged]:
    """Members of an sdist against the commit."""
    commit, folder = generated.commit, name.stem + "/"
    pkg_info = archive.files.get(folder + "PKG-INFO")
    for member in archive.members:
        rest = member.name.removeprefix(folder)
        if not member.name.startswith(folder) or member.kind is Kind.DIRECTORY:
            continue  # said where names are judged
        if member.kind is Kind.LINK:
            yield from _judge_link(member, rest, commit)
            continue
        same = as_checked_out(rest, member, commit)
        if same is not None:
            yield from _through_link(rest, member, commit) if same == "" else (Accepted(member.name, same),)
            continue
        judged = generated.judge_in_sdist(rest, member, around, (pkg_info.data or b"") if pkg_info else b"")
        yield from _unexplained(member, rest, commit) if judged is None else judge_each(judged)
    yield from _left_out(archive, folder, generated)


def judge_wheel(archive: Archive, name: Name, generated: Generated, around: Surroundings) -> Iterator[Judged]:
    """Members of a wheel against the commit."""
    dist_info = f"{name.stem}.dist-info/"
    packages = [(installed(path), member) for path, member in archive.files.items() if not path.startswith(dist_info)]
    sources = Sources(generated.commit, tuple(rest for scheme, rest in (p for p, _ in packages) if scheme == ""))
    for path, member in archive.files.items():
        if path.startswith(dist_info):
            yield from judge_dist_info(path.removeprefix(dist_info), member, generated.commit, around)
    for (scheme, rest), member in packages:
        if scheme in ("scripts", "data", "headers"):
            yield from _judge_data(scheme, rest, member, generated)
        else:
            yield from _judge_package(rest, member, name, sources, generated)


def judge_subset(wheel: Archive, wheel_name: Name, sdist: Archive, generated: Generated) -> Iterator[Fault]:
    """Members of a wheel that could not have been built from the sdist."""
    dist_info = f"{wheel_name.stem}.dist-info/"
    blobs = {member.blob for member in sdist.members}
    for path, member in wheel.files.items():
        made = path.startswith(dist_info) and is_generated(path.removeprefix(dist_info))
        # Version files may name the commit in one and not in the other; each was judged by itself.
        script = ".data/scripts/" in path
        compiled = not wheel_name.pure and is_library(path)  # each was judged by itself, too
        if not (made or script or compiled or member.blob in blobs or generated.writer_of(installed(path)[1])):
            yield Fault("not-in-sdist", path)


def surroundings(archive: Archive, name: Name, requirements: tuple[Requirement, ...]) -> Surroundings:
    """What lists in an archive may speak of, with what its metadata asks for."""
    if name.is_wheel:
        paths = installed_names(archive.files)
    else:
        paths = tuple(path.removeprefix(f"{name.stem}/") for path in archive.files)
    return Surroundings(paths, requirements)


def _judge_link(member: Member, rest: str, commit: Commit) -> Iterator[Judged]:
    inside = not posixpath.normpath(posixpath.join(posixpath.dirname(rest), member.target)).startswith(("/", ".."))
    if commit.link(rest) != member.target or not inside:
        yield Fault("symbolic-link", member.name, member.target, commit.link(rest) or "no link")


def _through_link(path: str, member: Member, commit: Commit) -> Iterator[Judged]:
    """Whether a link was followed on the way: the archive has what it points to."""
    link = commit.first_link(path)
    if link is not None:
        yield Accepted(member.name, f"the committed link {link} leads there; the file itself is in the archive")


def _left_out(archive: Archive, folder: str, generated: Generated) -> Iterator[Judged]:
    """Without these the sdist would be built in another way than the commit."""
    for path in _ALWAYS_IN_SDIST:
        decides = path == "pyproject.toml" or generated.backend == "setuptools"
        if decides and generated.commit.blob(path) is not None and folder + path not in archive.files:
            yield Fault("build-file-missing", folder + path)


def _judge_data(scheme: str, rest: str, member: Member, generated: Generated) -> Iterator[Judged]:
    paths = generated.commit.by_name.get(posixpath.basename(rest), ())
    for path in paths:
        if as_checked_out(path, member, generated.commit) is not None:
            yield Accepted(member.name, f"the committed {path}, installed as {scheme}")
            return
    if scheme == "scripts":
        for path in paths:
            if _same_script(member.data, generated.commit.read(path)):
                yield Accepted(member.name, f"the committed {path}, with the interpreter left to the installer")
                return
    yield Fault("modified" if paths else "not-in-git", member.name, f"{member.size} bytes")


def _same_script(found: bytes | None, committed: bytes | None) -> bool:
    """Whether only the interpreter in the first line was replaced by the placeholder that installers look for."""
    if found is None or committed is None or not committed.startswith(b"#!"):
        return False
    first, _, body = found.partition(b"\n")
    return re.fullmatch(rb"#!pythonw?", first.strip()) is not None and body == committed.partition(b"\n")[2]


def _judge_package(rest: str, member: Member, name: Name, sources: Sources, generated: Generated) -> Iterator[Judged]:
    commit, path = generated.commit, sources.of(rest)
    same = as_checked_out(path, member, commit) if path is not None else None
    if path is not None and same is not None:
        mapped = sources.mapping_of(rest)
        if same or mapped:
            yield Accepted(member.name, same or f"the committed {path}, which {mapped} puts there")
        else:
            yield from _through_link(path, member, commit)
    elif generated.writer_of(rest) is not None:
        yield generated.judge_version_file(rest, member)
    elif path is not None:
        yield Fault("modified", member.name, why_modified(path, member, commit), path)
    elif not name.pure and is_library(rest):
        yield judge_compiled(member, rest, name, commit)
    elif is_compiled(rest):
        yield Fault("compiled-member", member.name)
    else:
        yield from _unexplained(member, None, commit)


def _unexplained(member: Member, rest: str | None, commit: Commit) -> Iterator[Fault]:
    if rest is not None and commit.read(rest) is not None:
        yield Fault("modified", member.name, why_modified(rest, member, commit))
        return
    # Where a package has its files in the repository is not known for one that no committed file points to.
    module = commit.unseen_at(rest) if rest is not None else next(iter(commit.unseen), None)
    if module is not None:
        yield Fault("submodule-unseen", member.name, f"submodule {module} at {commit.unseen[module]}")
        return
    other_case = commit.in_other_case(rest or member.name)
    elsewhere = commit.by_blob.get(member.blob)
    if other_case is not None:
        yield Fault("differs-in-case", member.name, other_case)
    elif elsewhere:
        yield Fault("relocated", member.name, elsewhere[0])
    else:
        yield Fault("not-in-git", member.name, f"{member.size} bytes")
