"""A release as its gate let it through and the job seal signed it: what anybody downloads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sealwright.model import Mode
from sealwright.verify.evidence import FileContent
from tests.support.evidence import SignedRelease, signed_release

RELEASE, VERIFYING = "release.json", "VERIFYING.md"


@contextmanager
def sealed_release(folder: Path, mode: Mode = Mode.RELEASE) -> Iterator[SignedRelease]:
    """`signed_release`, judged and sealed."""
    with signed_release(folder, mode=mode) as made:
        judged = made.run("gate", made.gate_variables)
        outputs = {"VSA": judged.outputs["vsa"], "RELEASE": judged.outputs["release"]}
        sealed = made.run("seal", {**made.sigstore.identity.grant(environment="seal"), **outputs})
        assert sealed.exit_code == 0, sealed.blocking
        yield made


def downloaded(release: SignedRelease) -> dict[str, FileContent]:
    """Its assets, by their path in a dossier."""
    paths = [f"{folder}/{entry.name}" for folder in ("dist", "evidence") for entry in (release.kept / folder).iterdir()]
    return {
        path: FileContent.of(path, (release.kept / path).read_bytes()) for path in sorted([*paths, RELEASE, VERIFYING])
    }
