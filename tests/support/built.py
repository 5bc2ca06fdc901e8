"""Provenance by each kind of builder, made by the local Sigstore with that builder's identity."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sealwright.endpoints import GITHUB_URL, TRUST_CONFIG_VARIABLE
from sealwright.services.signing import _Verbatim, open_signer
from sealwright.verify.artifact import builders
from sealwright.verify.statement import SLSA_PROVENANCE_V1, STATEMENT_V1
from tests.support.provenance import GENERATOR, RUN, WHEEL, Maker, statement_of

REPOSITORY = f"github.com/{RUN.repository}"
_SOURCE = f"git+{GITHUB_URL}/{RUN.repository}@{RUN.ref}"
OWN_BUILDER = f"{GITHUB_URL}/other/builder/.github/workflows/build.yml"
Change = Callable[[Any], None]


def unchanged(_statement: Any) -> None:
    """Nothing."""


@dataclass(frozen=True)
class Build:
    """What a builder is to say, and as whom."""

    name: str
    """Of the workflow file that signs."""
    ref: str = "refs/tags/v2.1.0"
    shape: Callable[[Any], Any] = field(default=lambda generated: generated)
    """From what the generator says to what this builder says."""
    change: Change = unchanged
    claims: dict[str, str] = field(default_factory=dict)
    """Of the identity token, beyond the usual ones."""
    run: dict[str, Any] = field(default_factory=dict)

    def bundle(self, maker: Maker) -> bytes:
        """Signed by that builder."""
        workflow = f"{self.name.removeprefix(GITHUB_URL + '/')}@{self.ref}"
        environ = maker.job(run=self.run, claims=self.claims, reusable_workflow=workflow, reusable_sha="a" * 40)
        said = statement_of(maker.generator(environ=maker.job(run=self.run, claims=self.claims, **GENERATOR)))
        shaped = self.shape(said)
        named = json.dumps(shaped["predicate"]).replace("<builder>", f"{self.name}@{self.ref}")
        statement = {**shaped, "predicate": json.loads(named)}
        self.change(statement)
        with open_signer(environ[TRUST_CONFIG_VARIABLE], environ) as signer:
            return signer._signer.sign_dsse(_Verbatim(json.dumps(statement).encode())).to_json().encode()


def generated(statement: Any) -> Any:
    """What the generic generator says."""
    statement["predicate"]["builder"]["id"] = "<builder>"
    return statement


def go(statement: Any) -> Any:
    """What the builder for Go says."""
    statement = generated(statement)
    statement["predicate"]["buildType"] = "https://github.com/slsa-framework/slsa-github-generator/go@v1"
    return statement


def _first_version(statement: Any, build_type: str) -> Any:
    environment = statement["predicate"]["invocation"]["environment"]
    variables = {name.upper(): value for name, value in environment.items()}
    variables["GITHUB_WORKFLOW_REF"] = f"{RUN.repository}/.github/workflows/release.yml@{RUN.ref}"
    source = {"uri": _SOURCE, "digest": {"gitCommit": RUN.commit}}
    return {
        "_type": STATEMENT_V1,
        "subject": statement["subject"],
        "predicateType": SLSA_PROVENANCE_V1,
        "predicate": {
            "buildDefinition": {
                "buildType": build_type,
                "externalParameters": {},
                "internalParameters": variables,
                "resolvedDependencies": [source],
            },
            "runDetails": {"builder": {"id": "<builder>"}, "metadata": {"invocationId": "1"}},
        },
    }


def container(statement: Any) -> Any:
    """What the container-based builder says."""
    return _first_version(statement, "https://slsa.dev/container-based-build/v0.1?draft")


def delegated(statement: Any, builder: str = f"{builders.WORKFLOWS}builder_nodejs_slsa3.yml@refs/tags/v2.0.0") -> Any:
    """What a delegator says for a builder that it calls."""
    made = _first_version(statement, builders.DELEGATED_BUILD)
    made["predicate"]["runDetails"]["builder"]["id"] = builder
    return made


def delegated_for_own(statement: Any) -> Any:
    """The same for a builder that somebody brought."""
    return delegated(statement, f"{OWN_BUILDER}@refs/tags/v1.2.3")


def delegated_before(statement: Any) -> Any:
    """What a delegator said in SLSA v0.2."""
    statement = generated(statement)
    predicate = statement["predicate"]
    predicate["buildType"] = builders.DELEGATED_BUILD
    predicate["builder"]["id"] = f"{OWN_BUILDER}@refs/tags/v1.2.3"
    environment = predicate["invocation"]["environment"]
    predicate["invocation"]["environment"] = {name.upper(): value for name, value in environment.items()}
    return statement


GENERIC = Build(builders.GENERIC, shape=generated)
GO = Build(builders.GO, shape=go)
CONTAINER = Build(builders.CONTAINER_BASED, shape=container)
DELEGATOR = f"{builders.WORKFLOWS}delegator_generic_slsa3.yml"
DELEGATED = Build(DELEGATOR, shape=delegated)
OWN = Build(DELEGATOR, shape=delegated_for_own)
OWN_BEFORE = Build(DELEGATOR, shape=delegated_before)
DIGEST = WHEEL.sha256


def plain_envelope(bundle: bytes) -> bytes:
    """A bundle as generators before v2.1.0 wrote it: an envelope with the certificate, and no log entry."""
    document = json.loads(bundle)
    der = base64.b64decode(document["verificationMaterial"]["certificate"]["rawBytes"])
    body = base64.encodebytes(der).decode()
    envelope = document["dsseEnvelope"]
    envelope["signatures"][0]["cert"] = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
    return json.dumps(envelope).encode()


def sha512(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha512(content).hexdigest()
