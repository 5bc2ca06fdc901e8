"""TOML into a model, with errors a maintainer can act on."""

from __future__ import annotations

import tomllib
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from sealwright.errors import UsageError


def kebab(name: str) -> str:
    """`smoke_cells` -> `smoke-cells`, the spelling in TOML files."""
    return name.replace("_", "-")


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and reads kebab-case."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=kebab, populate_by_name=True)


M = TypeVar("M", bound=Strict)


def parse_toml(text: str, where: str) -> dict[str, object]:
    """The parsed document. Raises UsageError naming `where`."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError("toml-malformed", f"{where}: {error}", hint="correct the syntax at that place") from error


def validate(model: type[M], data: object, where: str) -> M:
    """`data` as `model`. Raises UsageError that lists every wrong key at once."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in problem['loc']) or 'table'}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise UsageError(
            "configuration-invalid",
            f"{where}: " + "; ".join(lines),
            hint="docs/configuration.md lists every key",
        ) from error
