"""Stand-in of pypa/gh-action-pypi-publish v1.14: trusted publishing, attestations, and the real twine.

https://github.com/pypa/gh-action-pypi-publish: `oidc-exchange.py`, `attestations.py` and `twine-upload.sh`, in the
order of the last. Not played: passwords, `skip-existing`, indexes other than PyPI and TestPyPI.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pypi_attestations import Attestation, AttestationType
from sigstore.models import Bundle

from sealwright.dossier.store import digest_file
from sealwright.endpoints import PYPI_UPLOAD_URL, TESTPYPI_UPLOAD_URL, Endpoints, IndexSite
from sealwright.errors import Refused, UsageError
from sealwright.rehearsal.actions.claims import compact
from sealwright.rehearsal.actions.inputs import refuse_unplayed
from sealwright.services.identity import request_identity_token
from sealwright.services.index import IndexClient, MintedToken, MintRefused
from sealwright.services.processes import Finished
from sealwright.services.processes import run as run_process
from sealwright.services.signing import open_signer
from sealwright.verify.statement import STATEMENT_V1

_INPUTS = {"packages-dir", "repository-url", "attestations"}
_REKOR = 1
"""pypi-attestations reads no entries of Rekor v2."""
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


def run(inputs: Mapping[str, str], environ: Mapping[str, str], workspace: Path) -> Mapping[str, str]:
    """Upload every distribution in `packages-dir`.

    Raises Refused with the index's own code where it gives out no token (`invalid-publisher`, ...), and
    `distributions-missing`, `not-a-distribution`, `attestation-exists`, `metadata-invalid`, `upload-refused`;
    UsageError and Unavailable.
    """
    refuse_unplayed("pypa/gh-action-pypi-publish", inputs, _INPUTS)
    folder = workspace / inputs.get("packages-dir", "dist")
    endpoints = Endpoints.of(environ)
    site = _site(inputs.get("repository-url", "") or PYPI_UPLOAD_URL, endpoints)
    token = exchange(IndexClient(site), environ)
    distributions = collect(folder)
    _check(distributions, environ)
    attested = inputs.get("attestations", "true").lower() != "false"
    extra = attest(distributions, endpoints.trust_config, environ) if attested else []
    _upload([*distributions, *extra], site, token, environ, attested=attested)
    return {}


def exchange(client: IndexClient, environ: Mapping[str, str]) -> MintedToken:
    """This job's identity for an upload token. Raises Refused with the index's code, and Unavailable."""
    answer = client.mint_token(request_identity_token(client.audience(), environ))
    match answer:
        case MintedToken():
            return answer
        case MintRefused():
            raise Refused(
                answer.errors[0][0],
                f"{client.site.name} refused to exchange this job's identity for an upload token: {answer}",
                hint="register repository, workflow file and environment of this job as the project's publisher",
            )


def collect(folder: Path) -> list[Path]:
    """The distributions in a folder that holds nothing else.

    Raises Refused (`distributions-missing`, `not-a-distribution`, `attestation-exists`).
    """
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    for entry in entries:
        if entry.name.endswith(".publish.attestation"):
            raise Refused(
                "attestation-exists",
                f"{entry.name}: a distribution already has a publish attestation",
                hint="the action makes them itself; hand it the distributions alone",
            )
        if not entry.is_file() or not _is_distribution(entry.name):
            raise Refused(
                "not-a-distribution",
                f"{entry.name} in {folder.name}/ is not a distribution; everything in that folder is uploaded",
                hint="hand the action a folder with exactly the files that passed the gate",
            )
    if not entries:
        raise Refused(
            "distributions-missing",
            f"there are no distributions to publish in {folder.name}/",
            hint="the artifact was empty, or was fetched into another folder",
        )
    return entries


def attest(distributions: Iterable[Path], trust_config: str | None, environ: Mapping[str, str]) -> list[Path]:
    """A publish attestation beside each distribution.

    Raises UsageError (`trust-config-missing`) rather than write a rehearsal's signatures into a public log.
    """
    if trust_config is None:
        raise UsageError("trust-config-missing", "a rehearsal signs with its own Sigstore only, and none is configured")
    made = []
    with open_signer(trust_config, environ, log_version=_REKOR) as signer:
        for path in distributions:
            bundle = Bundle.from_json(signer.sign_statement(statement_about(path)))
            target = path.with_name(f"{path.name}.publish.attestation")
            target.write_text(Attestation.from_bundle(bundle).model_dump_json(), "utf-8")
            made.append(target)
    return made


def statement_about(path: Path) -> bytes:
    """The in-toto statement of a publish attestation, as pypi-attestations spells it."""
    digest, _ = digest_file(path)
    document = {
        "_type": STATEMENT_V1,
        "subject": [{"name": path.name, "digest": {"sha256": digest}}],
        "predicateType": AttestationType.PYPI_PUBLISH_V1.value,
        "predicate": None,
    }
    return compact(document)


def _site(url: str, endpoints: Endpoints) -> IndexSite:
    site = {PYPI_UPLOAD_URL: endpoints.pypi, TESTPYPI_UPLOAD_URL: endpoints.testpypi}.get(url)
    if site is None:
        raise UsageError(
            "repository-url-unknown",
            f"repository-url {url!r} is neither PyPI's nor TestPyPI's, and no other index is played here",
            hint=f"leave it out for PyPI, or set it to {TESTPYPI_UPLOAD_URL}",
        )
    return site


def _is_distribution(name: str) -> bool:
    try:
        if name.endswith(".whl"):
            parse_wheel_filename(name)
        else:
            parse_sdist_filename(name)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return False
    return True


def _check(distributions: Sequence[Path], environ: Mapping[str, str]) -> None:
    finished = _twine(["check", *distributions], _environment(environ))
    if finished.returncode != 0:
        raise Refused(
            "metadata-invalid",
            f"`twine check` found what the index would refuse:\n{finished.stdout.strip()}",
            hint="correct the project's description or metadata",
        )


def _upload(
    files: Sequence[Path], site: IndexSite, token: MintedToken, environ: Mapping[str, str], *, attested: bool
) -> None:
    options = ["--non-interactive", "--disable-progress-bar", "--config-file", os.devnull]
    options += ["--attestations"] if attested else []
    env = {
        **_environment(environ),
        "TWINE_USERNAME": "__token__",
        "TWINE_PASSWORD": token.token,
        "TWINE_REPOSITORY_URL": site.upload_url,
    }
    finished = _twine(["upload", *options, *files], env)
    if finished.returncode != 0:
        raise Refused(
            "upload-refused",
            f"{site.name} did not take the upload: {_complaint(finished)}",
            hint="files uploaded before this one stay; run the job again with the same bytes, never with new ones",
        )


def _twine(arguments: Sequence[str | Path], env: Mapping[str, str]) -> Finished:
    beside = Path(sys.executable).with_name("twine")
    program = beside if beside.exists() else shutil.which("twine", path=env.get("PATH")) or "twine"
    return run_process([program, "--no-color", *arguments], env=env, check=False)


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    # Nothing of the job beyond this: TWINE_*, proxies and a netrc file all change where an upload goes.
    kept = {name: environ[name] for name in _KEPT if name in environ}
    return {**kept, "NETRC": os.devnull}


def _complaint(finished: Finished) -> str:
    """What follows ERROR; twine wraps and pads its lines."""
    _, found, said = (finished.stdout + finished.stderr).partition("ERROR")
    return " ".join(said.split()) if found else finished.tail
