"""The official JSON schemas of CycloneDX, as cyclonedx-python-lib brings them along."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from sealwright.errors import Unavailable
from sealwright.model import Finding
from sealwright.verify.sbom import CHECK

SCHEMAS = {
    "1.2": "bom-1.2-strict",
    "1.3": "bom-1.3-strict",
    "1.4": "bom-1.4",
    "1.5": "bom-1.5",
    "1.6": "bom-1.6",
    "1.7": "bom-1.7",
}
"""Version of the specification to the name of its schema. Older ones know no JSON."""
_BASE = "http://cyclonedx.org/schema/"
_SUFFIX = ".SNAPSHOT.schema.json"
_REFERENCED = ("spdx", "jsf-0.82", "cryptography-defs")
_SHOWN = 5


def judge_schema(
    data: bytes,
    where: str,
    hint: str = "this is a defect of sealwright if the metadata of the packages are in order",
) -> tuple[Finding, ...]:
    """Failures (`sbom-schema-invalid`) of a JSON document against the schema of the version it names, none if valid.

    Formats (dates, addresses, e-mail) count too. Raises Unavailable (`sbom-schema-missing`).
    """
    document = json.loads(data)
    version = str(document.get("specVersion"))
    if version not in SCHEMAS:
        expected = f"a document of CycloneDX {', '.join(SCHEMAS)}"
        return (Finding.failed(CHECK, "sbom-schema-invalid", where, expected=expected, found=version, hint=hint),)
    try:
        errors = sorted(
            ("/".join(str(part) for part in error.instance_path) or "document", error.message[:200])
            for error in _validator(version).iter_errors(document)
        )
    except ValueError as error:  # nested more deeply than the validator follows
        errors = [("document", str(error)[:200])]
    return tuple(
        Finding.failed(
            CHECK,
            "sbom-schema-invalid",
            where,
            expected=f"a document that fits the schema of CycloneDX {version}",
            found=f"{place}: {message}",
            hint=hint,
        )
        for place, message in errors[:_SHOWN]
    )


@cache
def _validator(version: str) -> jsonschema_rs.Draft7Validator:
    registry = jsonschema_rs.Registry([(f"{_BASE}{name}{_SUFFIX}", _read(name)) for name in _REFERENCED])
    # offline: the schemas' names are addresses, and nothing is to be fetched from there.
    return jsonschema_rs.Draft7Validator(
        _read(SCHEMAS[version]), registry=registry, validate_formats=True, offline=True
    )


def _read(name: str) -> Any:
    try:
        return json.loads((files("cyclonedx.schema") / "_res" / f"{name}{_SUFFIX}").read_text("utf-8"))
    except FileNotFoundError as error:
        raise Unavailable(
            "sbom-schema-missing",
            f"cyclonedx-python-lib has no {name}{_SUFFIX}",
            hint="it moved its schemas; use the locked version",
        ) from error
