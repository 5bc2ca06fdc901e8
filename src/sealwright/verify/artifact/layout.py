"""The fields that provenance may have. One that nobody knows could change what the others mean.

slsa-verifier decodes with `DisallowUnknownFields`; like Go, names are compared without regard to case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealwright.verify.artifact.refusal import NotVerified, Reason
from sealwright.verify.statement import SLSA_PROVENANCE_V0_2, SLSA_PROVENANCE_V1

Shape = Mapping[str, Any] | tuple[Any] | None
"""Of an object: its fields. Of a list, as a tuple of one: its items. None: anything."""

_SUBJECT: Shape = ({"name": None, "digest": None},)
_DESCRIPTOR: Shape = (
    dict.fromkeys(("uri", "digest", "name", "downloadlocation", "mediatype", "content", "annotations")),
)
_PREDICATES: Mapping[str, Shape] = {
    SLSA_PROVENANCE_V0_2: {
        "builder": {"id": None},
        "buildtype": None,
        "buildconfig": None,
        "invocation": {
            "configsource": dict.fromkeys(("uri", "digest", "entrypoint")),
            "parameters": None,
            "environment": None,
        },
        "metadata": {
            **dict.fromkeys(("buildinvocationid", "buildstartedon", "buildfinishedon", "reproducible")),
            "completeness": dict.fromkeys(("parameters", "environment", "materials")),
        },
        "materials": (dict.fromkeys(("uri", "digest")),),
    },
    SLSA_PROVENANCE_V1: {
        "builddefinition": {
            **dict.fromkeys(("buildtype", "externalparameters", "internalparameters")),
            "resolveddependencies": _DESCRIPTOR,
        },
        "rundetails": {
            "builder": {"id": None, "version": None, "builderdependencies": _DESCRIPTOR},
            "metadata": dict.fromkeys(("invocationid", "startedon", "finishedon")),
            "byproducts": _DESCRIPTOR,
        },
    },
}


def require_known_fields(statement: Mapping[str, Any], predicate_type: str) -> None:
    """It has no field that its predicate type does not know. Raises NotVerified (ErrorInvalidDssePayload)."""
    if predicate_type not in _PREDICATES:
        raise NotVerified(Reason.PAYLOAD, f"predicate type {predicate_type!r}")
    whole = {"_type": None, "predicatetype": None, "subject": _SUBJECT, "predicate": _PREDICATES[predicate_type]}
    _require(statement, whole, "statement")


def _require(value: Any, shape: Shape, where: str) -> None:
    if shape is None or value is None:
        return
    if isinstance(shape, tuple):
        if not isinstance(value, list):
            raise NotVerified(Reason.PAYLOAD, f"{where} is not a list")
        for item in value:
            _require(item, shape[0], where)
        return
    if not isinstance(value, dict):
        raise NotVerified(Reason.PAYLOAD, f"{where} is not an object")
    for key, item in value.items():
        if key.lower() not in shape:
            raise NotVerified(Reason.PAYLOAD, f"{where} has an unknown field {key!r}")
        _require(item, shape[key.lower()], f"{where}.{key}")
