"""Pages about made-up releases, friendly and hostile ones."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sealwright.model import FileRef, Finding, Mode, Verdict
from sealwright.report.html import Page
from sealwright.verify.claims import Claims
from sealwright.verify.evidence import FileContent

WHEEL = "tiny-1.0-py3-none-any.whl"
SBOM = f"evidence/{WHEEL}.cdx.json"
REQUIRED = ("release", "files", "signatures", "signer", "runner", "provenance", "provenance-github", "sbom", "gate")
CLAIMS = Claims(
    "https://github.com/octo-org/tiny/.github/workflows/release.yml@refs/tags/v1.0",
    repository="https://github.com/octo-org/tiny",
    commit="c0ffee" * 6 + "c0ff",
    ref="refs/tags/v1.0",
    build_config_uri="https://github.com/octo-org/tiny/.github/workflows/release.yml@refs/tags/v1.0",
    trigger="push",
    run_uri="https://github.com/octo-org/tiny/actions/runs/1/attempts/1",
)
PASSING = (
    Finding.passed("release", found="octo-org/tiny, tag v1.0 at c0ffeec"),
    Finding.unavailable("source", "source-not-compared", found="the commit is not here"),
    Finding.absent("approval", "approval-unproven", hint="no certificate names who approved a release"),
    Finding.passed("files", found="9 named, 9 present, 0 unclaimed"),
    *(Finding.passed("signatures", f"dist/{name}", "2026-01-02") for name in (WHEEL, "tiny-1.0.tar.gz")),
    Finding.passed("signer", f"dist/{WHEEL}", "signed by release.yml"),
    Finding.passed("runner", found="github-hosted, 9 certificates"),
    Finding.passed("provenance", WHEEL, "covered"),
    Finding.passed("provenance-github", WHEEL, "covered"),
    Finding.passed("sbom", SBOM, "binds to it"),
    Finding.passed("gate", found="PASSED, says the project itself"),
)


def component(name: str, version: str = "1.0", licence: str = "MIT", **more: Any) -> dict[str, Any]:
    return {
        "bom-ref": f"{name}@{version}",
        "type": "library",
        "name": name,
        "version": version,
        "licenses": [{"license": {"id": licence}}],
        "hashes": [{"alg": "SHA-256", "content": "ab" * 32}],
        **more,
    }


def sbom(*components: dict[str, Any], name: str = "tiny") -> bytes:
    metadata = {"component": component(name)}
    return json.dumps({"bomFormat": "CycloneDX", "metadata": metadata, "components": list(components)}).encode()


def verdict(*findings: Finding, required: tuple[str, ...] = REQUIRED) -> Verdict:
    subjects = (FileRef(f"dist/{WHEEL}", "d1" * 32, 1234),)
    return Verdict("b" * 64, subjects, required, ("source",), findings or PASSING)


def page(*findings: Finding, **changes: Any) -> Page:
    """A page about a release that passed, or about one with these findings."""
    judged = verdict(*findings)
    files = {
        f"dist/{WHEEL}": FileContent(FileRef(f"dist/{WHEEL}", "d1" * 32, 1234)),
        SBOM: FileContent.of(SBOM, sbom(component("attrs"), component("idna", "3.10", "BSD-3-Clause"))),
    }
    made = Page(
        title="octo-org/tiny 1.0",
        conclusion="PASSED  9 required checks." if judged.passed else "FAILED  1 check stands in the way.",
        exit_code=judged.exit_code,
        verdict=judged,
        claims=CLAIMS,
        mode=Mode.RELEASE,
        asked=(("Expected repository", "octo-org/tiny"), ("Policy", f"sha256:{'b' * 64}")),
        files=files,
        meaning=("Proves: something.", "Does not prove: another thing."),
    )
    return replace(made, **changes)


def hostile(text: str) -> Page:
    """A page in which everything that somebody else can write is `text`."""
    claims = replace(CLAIMS, **dict.fromkeys(("repository", "commit", "ref", "build_config_uri", "run_uri"), text))
    path = f"evidence/{text.replace('/', '_')}.cdx.json"
    parts = (
        component(text, text, text, hashes=[{"alg": text, "content": text}]),
        component("inside", components=[component(text, text, text)]),
        component("expression", licenses=[{"expression": text}]),
    )
    said = Finding.failed("files", text, text, expected=text, found=text, hint=text)
    others = (Finding.passed(text, text, text), Finding.skipped(text, text, text))
    return page(
        said,
        *others,
        claims=claims,
        title=text,
        asked=((text, text),),
        conclusion=f"FAILED  {text}",
        meaning=(text,),
        not_looked_at=(text,),
        files={path: FileContent(FileRef("evidence/x", "0" * 64, 1), sbom(*parts, name=text))},
    )
