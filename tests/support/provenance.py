"""Provenance made by the attesting actions' stand-ins in a run that can be made wrong on purpose."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sealwright.endpoints import TRUST_CONFIG_VARIABLE
from sealwright.model import FileRef, Sums
from sealwright.rehearsal.actions import attest, slsa_generator
from sealwright.rehearsal.standins.identity import Run
from sealwright.services.signing import open_signer
from sealwright.verify.expected import Expected
from sealwright.verify.slsa import GENERATOR_COMMIT, GENERATOR_REF
from tests.support.sigstore import RUN, LocalSigstore

WHEEL = FileRef.of("dist/tiny-1.0-py3-none-any.whl", b"wheel")
SDIST = FileRef.of("dist/tiny-1.0.tar.gz", b"sdist")
FILES = (WHEEL, SDIST)
EXPECTED = Expected(
    RUN.repository, RUN.commit, RUN.ref, run_uri=f"https://github.com/{RUN.repository}/actions/runs/1/attempts/1"
)
GENERATOR: dict[str, str | None] = {"reusable_workflow": GENERATOR_REF, "reusable_sha": GENERATOR_COMMIT}


class Maker:
    """Makes bundles with any identity that the local Sigstore can be brought to certify."""

    def __init__(self, sigstore: LocalSigstore, folder: Path) -> None:
        self.sigstore = sigstore
        self.folder = folder

    def job(
        self, *, run: Mapping[str, Any] | None = None, claims: Mapping[str, str] | None = None, **grant: str | None
    ) -> dict[str, str]:
        """The environment of a job: `run` changes the run, `claims` its token beyond that."""
        identity = self.sigstore.identity
        identity.run = replace(RUN, **(run or {}))
        environ = identity.grant(**grant)
        identity._claims[environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]].update(claims or {})
        return {
            **environ,
            TRUST_CONFIG_VARIABLE: str(self.sigstore.trust_config),
            "GITHUB_SERVER_URL": "https://github.com",
            "RUNNER_TEMP": str(self.folder),
        }

    def generator(self, files: tuple[FileRef, ...] = FILES, environ: Mapping[str, str] | None = None) -> bytes:
        """What the generator's stand-in writes about `files`."""
        inputs = {"base64-subjects": Sums.of(files).encode(), "upload-assets": "false", "private-repository": "true"}
        outputs = slsa_generator.run(inputs, environ or self.job(**GENERATOR), self.folder)
        return (self.folder / outputs["provenance-name"]).read_bytes()

    def github(self, files: tuple[FileRef, ...] = FILES, environ: Mapping[str, str] | None = None) -> bytes:
        """What the stand-in of actions/attest writes about `files`."""
        (self.folder / "sums.txt").write_text(Sums.of(files).text)
        environ = environ or self.job(environment="sign")
        outputs = attest.run({"subject-checksums": "sums.txt"}, environ, self.folder)
        return Path(outputs["bundle-path"]).read_bytes()

    def forged(self, bundle: bytes, change: Callable[[Any], None], environ: Mapping[str, str]) -> bytes:
        """The changed statement of `bundle`, signed anew by the job of `environ`."""
        document = statement_of(bundle)
        change(document)
        with open_signer(environ[TRUST_CONFIG_VARIABLE], environ) as signer:
            return signer.sign_statement(json.dumps(document).encode())


def statement_of(bundle: bytes) -> Any:
    """The statement inside a DSSE bundle."""
    return json.loads(base64.b64decode(json.loads(bundle)["dsseEnvelope"]["payload"]))


__all__ = ["EXPECTED", "FILES", "GENERATOR", "RUN", "SDIST", "WHEEL", "Maker", "Run", "statement_of"]
