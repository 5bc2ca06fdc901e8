"""One published release, built once more from its commit and compared with what was published."""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.dossier.store import digest_file
from sealwright.errors import Refused, Unavailable, UsageError
from sealwright.model import FileRef, Finding, Tool
from sealwright.rebuilding.backend import Backend, backend_of
from sealwright.rebuilding.commit import Tag
from sealwright.rebuilding.published import Published, published
from sealwright.rebuilding.source import Source
from sealwright.services.environments import PackageIndex, uv_cache
from sealwright.services.git import Repository
from sealwright.stages.build_environment import BuildEnvironment, BuildSystem, Workshop
from sealwright.stages.build_tools import build_tools
from sealwright.stages.building import Builder, Built
from sealwright.stages.normal_sdist import told_by
from sealwright.verify.difference import Difference, compare
from sealwright.verify.difference.findings import CHECK, judge_pair, missing
from sealwright.verify.recorded_times import Epoch, own_time, recovered

_ONLY = "only sdists (.tar.gz) and wheels for every platform are rebuilt"
_NATIVE = "a wheel with native code depends on a compiler and a system that no wheel records"

Say = Callable[[str], None]
"""Tells the user what is going on, one line at a time."""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants rebuilt."""

    source: tuple[str, ...]
    """`pypi:NAME==VERSION`, or paths below `directory`."""
    project: Path
    """A folder of a clone of the project. Nothing in it is changed."""
    directory: Path
    """Where the user stands."""
    commit: str | None = None
    out: Path | None = None
    """An empty folder, or none yet, for what was published, what was built, and what it was built with."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One published file beside ours."""

    first: FileRef
    second: FileRef | None
    """None where the rebuild made no file of this name."""
    differences: tuple[Difference, ...]
    """Nothing where the two are the same."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rebuild showed, and how it was made."""

    release: Published
    tag: Tag
    """The tag that the clone had; its name may have been made for it."""
    backend: Backend
    epoch: Epoch
    tools: tuple[Tool, ...]
    told: tuple[str, ...]
    """What our sdist told of its build, for which it was normalised, as the published one is."""
    files: tuple[Compared, ...]
    findings: tuple[Finding, ...]


def rebuild(request: Request, environ: Mapping[str, str], say: Say) -> Outcome:
    """Fetch, clone, build and compare.

    The backend and the project's own build code are run, as processes that see no token and an empty home.
    Raises UsageError, Unavailable where the release or its backend cannot be had or built, and Refused
    (`digest-mismatch`) where the index serves other bytes than it lists.
    """
    _refuse_used(request.out)
    repository = Repository.find(request.project, environ)
    with tempfile.TemporaryDirectory(prefix="sealwright-rebuild-") as name:
        folder = Path(name).resolve()
        (folder / "published").mkdir()
        index = PackageIndex.from_pip(environ)
        release = published(request.source, request.directory, folder / "published", index, say)
        _refuse_nothing(release)
        source = Source.find(repository, request.project, release, request.commit)
        say(f"cloning {source.tag.commit[:12]}, {source.tag.name}")
        workshop = Workshop(folder, _homeless(environ, folder), index, release.uploaded)
        with warnings.catch_warnings():
            # Of backends, about how the project was written: nobody can change a commit that was released.
            warnings.simplefilter("ignore", UserWarning)
            outcome, made = _rebuilt(release, source, workshop, say)
        if request.out is not None:
            _keep(request.out, release, folder / "rebuilt", made)
    return outcome


def _rebuilt(release: Published, source: Source, workshop: Workshop, say: Say) -> tuple[Outcome, BuildEnvironment]:
    project = source.clone(workshop.folder, workshop.environ)
    backend = backend_of(release, _system(project))
    epoch = _epoch(release, backend, source.committed)
    say(f"installing {backend.text or 'the build requirements'}, by hash")
    made = _environment(project, backend, epoch, workshop)
    say("building")
    built = _build(project, made, epoch, release, workshop.folder / "rebuilt")
    say("comparing")
    files = tuple(_compare(ref, path, built) for ref, path in release.files.items())
    findings = (*_judge(files, backend), *_not_made(release.others))
    return Outcome(release, source.tag, backend, epoch, build_tools(made), built.told, files, findings), made


def _homeless(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """An environment with an empty home: the code of others looks for credentials in the user's."""
    home = folder / "home"
    home.mkdir()
    places = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
    return {**environ, **dict.fromkeys(places, str(home)), "UV_CACHE_DIR": str(uv_cache(environ))}


def _refuse_nothing(release: Published) -> None:
    if not release.files:
        raise Unavailable(
            "rebuild-not-made",
            f"{release.name} {release.version} was published as {', '.join(release.others) or 'nothing'}; {_ONLY}",
            hint=_NATIVE,
        )


def _refuse_used(out: Path | None) -> None:
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError("out-exists", f"{out} is there already, and not empty", hint="name another folder with --out")


def _system(project: Path) -> BuildSystem:
    try:
        return BuildSystem.of(project)
    except UsageError as error:
        raise _unbuildable(error) from error


def _epoch(release: Published, backend: Backend, committed: int) -> Epoch:
    streams = {ref.name: path.open("rb") for ref, path in release.files.items()}
    try:
        return recovered(streams, backend.name, committed)
    finally:
        for stream in streams.values():
            stream.close()


def _environment(project: Path, backend: Backend, epoch: Epoch, workshop: Workshop) -> BuildEnvironment:
    required = (*BuildSystem.of(project).requires, *backend.requirements)
    floor = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        return workshop.resolved(required, floor, lambda made: Builder(project, made, epoch.seconds).requirements())
    except UsageError as error:
        raise _unbuildable(error) from error
    except Refused as error:
        if error.code == "build-failed":  # the backend is there, and could not say what else it needs
            raise _unbuildable(error) from error
        raise Unavailable(
            "backend-unavailable",
            f"{backend.text or 'the build requirements'} cannot be had with the requirements of the project, "
            f"{', '.join(required) or 'which has none'}: {error.message}",
            hint="the commit may be another one than was released, or the release was built in another way than from "
            "its pyproject.toml",
        ) from error


def _build(project: Path, made: BuildEnvironment, epoch: Epoch, release: Published, out: Path) -> Built:
    try:
        return Builder(project, made.environment, epoch.seconds).build(out, normal=_normal_time(release))
    except (Refused, UsageError) as error:
        raise _unbuildable(error) from error


def _unbuildable(error: Refused | UsageError) -> Unavailable:
    return Unavailable(
        "rebuild-failed",
        f"the commit cannot be built here: {error.message}",
        hint=f"Python {sys.version_info.major}.{sys.version_info.minor} may be too new or too old for it; run this "
        "with another one",
    )


def _normal_time(release: Published) -> int | None:
    """What our sdist has to be normalised to, so that it can be like the published one; None where that is not."""
    for ref, path in release.files.items():
        if ref.name.endswith(".tar.gz"):
            with path.open("rb") as stream:
                time = own_time(stream, ref.name)
            return time if time is not None and not told_by(path, time) else None
    return None


def _compare(ref: FileRef, path: Path, built: Built) -> Compared:
    ours = next((file for file in built.files if file.name == ref.name), None)
    if ours is None:
        return Compared(ref, None, ())
    second = FileRef(ours.name, *digest_file(ours))
    with path.open("rb") as one, ours.open("rb") as other:
        return Compared(ref, second, compare(one, other, ref.name))


def _judge(files: Iterable[Compared], backend: Backend) -> Iterator[Finding]:
    for file in files:
        if file.second is None:
            yield missing(file.first)
        else:
            yield from judge_pair(file.first, file.second, file.differences, backend.name)


def _not_made(names: Iterable[str]) -> Iterator[Finding]:
    for name in names:
        yield Finding.unavailable(
            CHECK,
            "rebuild-not-made",
            name,
            found=_ONLY,
            hint=_NATIVE,
        )


def _keep(out: Path, release: Published, rebuilt: Path, made: BuildEnvironment) -> None:
    (out / "published").mkdir(parents=True)
    for ref, path in release.files.items():
        shutil.copyfile(path, out / "published" / ref.name)
    (out / "rebuilt").mkdir()
    for path in sorted(rebuilt.iterdir()):
        shutil.copyfile(path, out / "rebuilt" / path.name)
    (out / "environment.txt").write_text(made.text, encoding="utf-8")
