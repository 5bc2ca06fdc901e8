"""The official JSON schema of CycloneDX 1.6, as cyclonedx-python-lib brings it along."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from sealwright.errors import Unavailable
from sealwright.model import Finding
from sealwright.verify.sbom import CHECK

_BASE = "http://cyclonedx.org/schema/"
_SCHEMA = "bom-1.6.SNAPSHOT.schema.json"
_REFERENCED = ("spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json")
_SHOWN = 5


def judge_schema(data: bytes, where: str) -> tuple[Finding, ...]:
    """Failures (`sbom-schema-invalid`) of a document against the schema, none if it is valid.

    Formats (dates, addresses, e-mail) count too. Raises Unavailable (`sbom-schema-missing`).
    """
    errors = sorted(
        ("/".join(str(part) for part in error.instance_path) or "document", error.message[:200])
        for error in _validator().iter_errors(json.loads(data))
    )
    return tuple(
        Finding.failed(
            CHECK,
            "sbom-schema-invalid",
            where,
            expected="a document that fits the schema of CycloneDX 1.6",
            found=f"{place}: {message}",
            hint="this is a defect of sealwright if the metadata of the packages are in order",
        )
        for place, message in errors[:_SHOWN]
    )


@cache
def _validator() -> jsonschema_rs.Draft7Validator:
    registry = jsonschema_rs.Registry([(f"{_BASE}{name}", _read(name)) for name in _REFERENCED])
    # offline: the schemas' names are addresses, and nothing is to be fetched from there.
    return jsonschema_rs.Draft7Validator(_read(_SCHEMA), registry=registry, validate_formats=True, offline=True)


def _read(name: str) -> Any:
    try:
        return json.loads((files("cyclonedx.schema") / "_res" / name).read_text("utf-8"))
    except FileNotFoundError as error:
        raise Unavailable(
            "sbom-schema-missing",
            f"cyclonedx-python-lib has no {name}",
            hint="it moved its schemas; use the locked version",
        ) from error
