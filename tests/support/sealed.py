"""A release as its gate let it through and the job seal signed it: what anybody downloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sealwright.config import Settings
from sealwright.model import Mode
from sealwright.verify.evidence import FileContent
from tests.support.evidence import DISTRIBUTIONS, SignedRelease, signed_release

RELEASE, VERIFYING = "release.json", "VERIFYING.md"


@contextmanager
def sealed_release(
    folder: Path,
    mode: Mode = Mode.RELEASE,
    *,
    settings: Settings | None = None,
    made: Mapping[str, bytes] = DISTRIBUTIONS,
) -> Iterator[SignedRelease]:
    """`signed_release`, judged and sealed."""
    with signed_release(folder, mode=mode, settings=settings, made=made) as release:
        judged = release.run("gate", release.gate_variables)
        outputs = {"VSA": judged.outputs["vsa"], "RELEASE": judged.outputs["release"]}
        sealed = release.run("seal", {**release.sigstore.identity.grant(environment="seal"), **outputs})
        assert sealed.exit_code == 0, sealed.blocking
        yield release


def downloaded(release: SignedRelease) -> dict[str, FileContent]:
    """Its assets, by their path in a dossier."""
    paths = [f"{folder}/{entry.name}" for folder in ("dist", "evidence") for entry in (release.kept / folder).iterdir()]
    return {
        path: FileContent.of(path, (release.kept / path).read_bytes()) for path in sorted([*paths, RELEASE, VERIFYING])
    }
