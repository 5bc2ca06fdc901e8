"""Stand-in of slsa-github-generator's generic generator v2.1.0, down to its format.

Its identity is the reusable workflow's, so its certificate is one that no other job of the release can get.
https://github.com/slsa-framework/slsa-github-generator/blob/v2.1.0/internal/builders/generic/README.md
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sealwright.endpoints import GITHUB_URL, TRUST_CONFIG_VARIABLE
from sealwright.errors import UsageError
from sealwright.model import Sums
from sealwright.rehearsal.actions.claims import compact, token_claims, workflow_path
from sealwright.rehearsal.actions.inputs import refuse_unplayed
from sealwright.services.signing import open_signer
from sealwright.verify.slsa import BUILD_TYPE
from sealwright.verify.statement import SLSA_PROVENANCE_V0_2, STATEMENT_V0_1

_INPUTS = {"base64-subjects", "provenance-name", "upload-assets", "private-repository"}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_AUDIENCE = "slsa-framework/slsa-github-generator"
_REKOR = 1
"""The generator writes to version 1 of the log and asks no timestamp authority."""


def run(inputs: Mapping[str, str], environ: Mapping[str, str], workspace: Path) -> Mapping[str, str]:
    """Sign provenance of `base64-subjects` into the workspace; the output `provenance-name` is the file's name.

    Raises UsageError for inputs that the generator refuses or that are not played.
    """
    refuse_unplayed("generator", inputs, _INPUTS)
    subjects = _subjects(inputs.get("base64-subjects", ""))
    name = _file_name(inputs.get("provenance-name", ""), subjects)
    claims = token_claims(_AUDIENCE, environ)
    _check(inputs, claims)
    statement = {
        "_type": STATEMENT_V0_1,
        "predicateType": SLSA_PROVENANCE_V0_2,
        "subject": [{"name": path, "digest": {"sha256": digest}} for path, digest in subjects],
        "predicate": predicate(claims, _event(claims, environ)),
    }
    with open_signer(environ.get(TRUST_CONFIG_VARIABLE), environ, log_version=_REKOR) as signer:
        bundle = signer.sign_statement(_as_go(statement))
    (workspace / name).write_bytes(_as_generator_writes(bundle))
    return {"provenance-name": name}


def predicate(claims: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """The generator's predicate, keys in its order."""
    uri = f"git+{GITHUB_URL}/{claims['repository']}@{claims['ref']}"
    digest = {"sha1": claims["sha"]}
    return {
        "builder": {"id": f"{GITHUB_URL}/{claims['job_workflow_ref']}"},
        "buildType": BUILD_TYPE,
        "invocation": {
            "configSource": {"uri": uri, "digest": digest, "entryPoint": workflow_path(claims)},
            "environment": _environment(claims, event),
        },
        "metadata": {
            "buildInvocationID": f"{claims['run_id']}-{claims['run_attempt']}",
            "completeness": {"parameters": True, "environment": False, "materials": False},
            "reproducible": False,
        },
        "materials": [{"uri": uri, "digest": digest}],
    }


def _environment(claims: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    copied = {
        "github_actor": "actor",
        "github_actor_id": "actor_id",
        "github_base_ref": "base_ref",
        "github_event_name": "event_name",
        "github_head_ref": "head_ref",
        "github_ref": "ref",
        "github_ref_type": "ref_type",
        "github_repository_id": "repository_id",
        "github_repository_owner": "repository_owner",
        "github_repository_owner_id": "repository_owner_id",
        "github_run_attempt": "run_attempt",
        "github_run_id": "run_id",
        "github_run_number": "run_number",
        "github_sha1": "sha",
    }
    found: dict[str, Any] = {key: claims[claim] for key, claim in copied.items()}
    return dict(sorted({**found, "github_event_payload": event}.items()))


def _event(claims: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """The event that started the run, or as much of a push as is known here."""
    path = environ.get("GITHUB_EVENT_PATH")
    if path and Path(path).is_file():
        event: dict[str, Any] = json.loads(Path(path).read_bytes())
        return event
    owner, _, name = str(claims["repository"]).partition("/")
    return {
        "after": claims["sha"],
        "base_ref": None,
        "before": "0" * 40,
        "created": True,
        "deleted": False,
        "forced": False,
        "ref": claims["ref"],
        "repository": {
            "full_name": claims["repository"],
            "html_url": f"{GITHUB_URL}/{claims['repository']}",
            "id": int(claims["repository_id"]),
            "name": name,
            "owner": {"id": int(claims["repository_owner_id"]), "login": owner},
            "private": claims["repository_visibility"] != "public",
            "visibility": claims["repository_visibility"],
        },
    }


def _subjects(encoded: str) -> Sums:
    try:
        return Sums.decode(encoded)
    except ValueError as error:
        raise UsageError(
            "subjects-malformed", f"base64-subjects: {error}", hint="give base64 of the lines of `sha256sum`"
        ) from error


def _file_name(asked: str, subjects: Sums) -> str:
    name = asked or (f"{subjects.files[0][0]}.intoto.jsonl" if len(subjects.files) == 1 else "multiple.intoto.jsonl")
    if not _NAME.fullmatch(name):
        raise UsageError("provenance-name", f"provenance-name: {name!r} is not a plain file name")
    return name


def _check(inputs: Mapping[str, str], claims: Mapping[str, Any]) -> None:
    if inputs.get("upload-assets", "false") != "false":
        raise UsageError(
            "input-not-played", "upload-assets: assets cannot be added to a published release where those are immutable"
        )
    if claims["repository_visibility"] != "public" and inputs.get("private-repository", "false") != "true":
        raise UsageError("repository-private", "the repository is private, and its name would become public in the log")


def _as_go(document: object) -> bytes:
    """JSON as Go's encoder writes it, which escapes what means something in HTML."""
    text = compact(document).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


def _as_generator_writes(bundle: bytes) -> bytes:
    """The bundle without a timestamp authority's word, in the generator's key order, no newline at the end."""
    document = json.loads(bundle)
    material = document["verificationMaterial"]
    return compact(
        {
            "mediaType": document["mediaType"],
            "verificationMaterial": {key: material[key] for key in ("certificate", "tlogEntries")},
            "dsseEnvelope": document["dsseEnvelope"],
        }
    )
