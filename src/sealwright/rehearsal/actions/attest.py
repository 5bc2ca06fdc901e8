"""Stand-in of actions/attest v4: one signed statement of build provenance about the files of a list.

Predicate: https://github.com/actions/toolkit/blob/main/packages/attest/src/provenance.ts, from the claims of the job's
identity token. What GitHub does beyond that, storing the attestation in its API, is not played.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sealwright.endpoints import TRUST_CONFIG_VARIABLE
from sealwright.errors import UsageError
from sealwright.rehearsal.actions.claims import compact, token_claims, workflow_path
from sealwright.rehearsal.actions.inputs import refuse_unplayed
from sealwright.services.signing import open_signer
from sealwright.verify.github_provenance import BUILD_TYPE
from sealwright.verify.statement import SLSA_PROVENANCE_V1, STATEMENT_V1

_LINE = re.compile(r"(?P<digest>[0-9a-f]{64}) [ *](?P<name>.+)")
_AUDIENCE = "nobody"
_MOST_SUBJECTS = 1024


def run(inputs: Mapping[str, str], environ: Mapping[str, str], workspace: Path) -> Mapping[str, str]:
    """Sign provenance of the files in `subject-checksums`, a path of `sha256sum` lines.

    The output `bundle-path` names the bundle. Raises UsageError for inputs that are wrong or not played.
    """
    refuse_unplayed("actions/attest", inputs, {"subject-checksums"})
    subjects = _subjects(workspace / inputs.get("subject-checksums", ""))
    claims = token_claims(_AUDIENCE, environ)
    statement = {
        "_type": STATEMENT_V1,
        "subject": subjects,
        "predicateType": SLSA_PROVENANCE_V1,
        "predicate": predicate(claims, environ["GITHUB_SERVER_URL"]),
    }
    with open_signer(environ.get(TRUST_CONFIG_VARIABLE), environ) as signer:
        bundle = signer.sign_statement(compact(statement))
    path = Path(tempfile.mkdtemp(prefix="attest-", dir=environ["RUNNER_TEMP"])) / "attestation.json"
    path.write_bytes(bundle + b"\n")
    return {"bundle-path": str(path)}


def predicate(claims: Mapping[str, Any], server: str) -> dict[str, Any]:
    """The provenance that GitHub's toolkit makes of an identity token's claims."""
    repository = f"{server}/{claims['repository']}"
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {
                "workflow": {"ref": claims["ref"], "repository": repository, "path": workflow_path(claims)}
            },
            "internalParameters": {
                "github": {
                    "event_name": claims["event_name"],
                    "repository_id": claims["repository_id"],
                    "repository_owner_id": claims["repository_owner_id"],
                    "runner_environment": claims["runner_environment"],
                }
            },
            "resolvedDependencies": [
                {"uri": f"git+{repository}@{claims['ref']}", "digest": {"gitCommit": claims["sha"]}}
            ],
        },
        "runDetails": {
            "builder": {"id": f"{server}/{claims['job_workflow_ref']}"},
            "metadata": {
                "invocationId": f"{repository}/actions/runs/{claims['run_id']}/attempts/{claims['run_attempt']}"
            },
        },
    }


def _subjects(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise UsageError("subjects-missing", f"subject-checksums: there is no file {path}")
    found: dict[tuple[str, str], None] = {}
    for line in path.read_text("utf-8").splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise UsageError("subjects-malformed", f"{path.name}: not a line of sha256sum: {line!r}")
        found[match["name"], match["digest"]] = None
    if not 0 < len(found) <= _MOST_SUBJECTS:
        raise UsageError("subjects-count", f"{path.name}: {len(found)} subjects; 1 to {_MOST_SUBJECTS} are possible")
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in found]
