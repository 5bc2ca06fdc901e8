"""Files of the dossier: read only by digest, written once, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from sealwright.errors import Refused
from sealwright.model import FileRef
from sealwright.model.digest import is_plain_path

PLAN = "plan.json"
POLICY = "policy.json"
SETTINGS = "settings.json"
RELEASE = "release.json"
VERDICT = "verdict.json"
VERIFYING = "VERIFYING.md"
DIST = "dist"
EVIDENCE = "evidence"
STATEMENTS = "statements"
RECORDS = "records"
RECORD_SUMS = f"{RECORDS}/SHA256SUMS"
"""The digests of all records, written by the last job after its own."""
SBOM_SUFFIX = ".cdx.json"
"""Of an SBOM, after the name of its wheel."""
VEX = f"{EVIDENCE}/vex{SBOM_SUFFIX}"
"""What is known about vulnerabilities of what the wheels bring along; signed like the SBOMs, beside which it lies."""
PUBLISHED = "published"
REBUILT = "rebuilt"
LOCAL = "build/local"
"""A wheel that the job build made of the sdist where wheels come from elsewhere. Never published."""


def record_path(job: str) -> str:
    """Where the record of `job` lies."""
    return f"{RECORDS}/{job}.json"


def is_sbom(path: str) -> bool:
    """Whether a file is an SBOM, by its path or name; a VEX is CycloneDX as well and is none."""
    return path.endswith(SBOM_SUFFIX) and path.rpartition("/")[2] != VEX.rpartition("/")[2]


def is_part(path: str) -> bool:
    """Whether release.json vouches for `path` as a file that is published; the others that it lists stay here."""
    return path.partition("/")[0] in (DIST, EVIDENCE) or path == VERIFYING


def digest_file(path: Path) -> tuple[str, int]:
    """(sha256, size) of a file of any size."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return digest.hexdigest(), stream.tell()


class Dossier:
    """What earlier jobs handed over (`old`) and what this one adds (`new`).

    They are two folders because a job keeps exactly what it made: nothing that came from elsewhere can ride along.
    Every read and every addition is remembered, so that the job's record says what was really used.
    """

    def __init__(self, old: Path, new: Path) -> None:
        self.old = old
        self.new = new
        self._read: dict[str, FileRef] = {}
        self._added: dict[str, FileRef] = {}

    @property
    def inputs(self) -> tuple[FileRef, ...]:
        """Every file that was read, in path order, without those this job made itself."""
        return tuple(ref for path, ref in sorted(self._read.items()) if path not in self._added)

    @property
    def outputs(self) -> tuple[FileRef, ...]:
        """Every file that was added, in path order."""
        return tuple(ref for _, ref in sorted(self._added.items()))

    def locate(self, path: str) -> Path | None:
        """The file at `path`, if there is one, without any promise about its content."""
        if not is_plain_path(path):
            raise Refused("path-unsafe", f"{path!r} is not a path inside a dossier")
        for root in (self.new, self.old):
            candidate = root / path
            if candidate.is_file() and not candidate.is_symlink():
                return candidate
        return None

    def listing(self, folder: str) -> tuple[str, ...]:
        """Paths of everything that lies below `folder`, whoever put it there."""
        found = {
            entry.relative_to(root).as_posix()
            for root in (self.old, self.new)
            for entry in (root / folder).rglob("*")
            if not entry.is_dir() or entry.is_symlink()
        }
        return tuple(sorted(found))

    def file(self, ref: FileRef) -> Path:
        """The path of a file that was just found to have the recorded digest and size.

        Raises Refused (`file-missing`, `file-changed`).
        """
        path = self.locate(ref.path)
        if path is None:
            raise Refused(
                "file-missing",
                f"{ref.path} was recorded but is not here",
                hint="the artifact it came in is incomplete; run the job that made it again",
            )
        digest, size = digest_file(path)
        if (digest, size) != (ref.sha256, ref.size):
            raise Refused(
                "file-changed",
                f"{ref.path}: recorded sha256:{ref.sha256} ({ref.size} bytes), found sha256:{digest} ({size} bytes)",
                hint="it was changed after the job that made it; nothing that follows can be trusted with it",
            )
        self._read[ref.path] = ref
        return path

    def read(self, ref: FileRef) -> bytes:
        """The bytes of a file, if they are the recorded ones. Raises like `file`."""
        data = self.file(ref).read_bytes()
        if hashlib.sha256(data).hexdigest() != ref.sha256:  # changed between the two reads
            raise Refused("file-changed", f"{ref.path} changes while it is read")
        return data

    def read_unrecorded(self, path: str) -> bytes | None:
        """Bytes that no record of ours vouches for, such as a third party's output; None if absent.

        The caller must judge them by their signature. They are remembered as an input by what was found.
        """
        found = self.locate(path)
        if found is None:
            return None
        data = found.read_bytes()
        self._read[path] = FileRef.of(path, data)
        return data

    def add(self, path: str, data: bytes) -> FileRef:
        """Write a new file. It appears whole or not at all.

        Raises Refused (`file-exists`) if anything is there already, even the same bytes.
        """
        with tempfile.TemporaryDirectory(dir=self._staging()) as folder:
            temporary = Path(folder) / "file"
            temporary.write_bytes(data)
            return self._place(temporary, path)

    def add_file(self, path: str, source: Path) -> FileRef:
        """Copy a file of any size into the dossier. Raises like `add`."""
        with tempfile.TemporaryDirectory(dir=self._staging()) as folder:
            temporary = Path(folder) / "file"
            shutil.copyfile(source, temporary)
            return self._place(temporary, path)

    def adopt(self, ref: FileRef) -> FileRef:
        """Keep a file that no record vouches for, such as a third party's output, as this job's own output.

        `ref` is what was judged. Raises like `file`, and `file-exists`.
        """
        source = self.file(ref)
        with tempfile.TemporaryDirectory(dir=self._staging()) as folder:
            temporary = Path(folder) / "file"
            shutil.copyfile(source, temporary)
            kept = self._link(temporary, ref.path)
        if kept != ref:
            raise Refused("file-changed", f"{ref.path} changes while it is read")
        return kept

    def _staging(self) -> Path:
        # Beside `new`, on the same file system, and not inside it: `new` is uploaded as a whole.
        self.new.mkdir(parents=True, exist_ok=True)
        return self.new.parent

    def _place(self, temporary: Path, path: str) -> FileRef:
        if self.locate(path) is not None or (self.new / path).is_symlink():
            raise Refused("file-exists", f"{path} is already in the dossier", hint="a dossier is never rewritten")
        return self._link(temporary, path)

    def _link(self, temporary: Path, path: str) -> FileRef:
        digest, size = digest_file(temporary)
        target = self.new / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(temporary, target)  # unlike a rename, fails if the target came into being meanwhile
        except FileExistsError as error:
            raise Refused("file-exists", f"{path} is already in the dossier") from error
        target.chmod(0o644)
        ref = FileRef(path, digest, size)
        self._added[path] = ref
        return ref
