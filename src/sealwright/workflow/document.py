"""The text of a workflow as data, read as GitHub reads it: by the core schema of YAML 1.2.

PyYAML by itself reads YAML 1.1, where `yes`, `on` and `1:00` mean something else than to GitHub: an edit to
`attestations: yes` would be the same value to us, and switch the attestations off.
https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import re
from collections.abc import Hashable

import yaml

from sealwright.errors import UsageError


def parsed(text: str, where: str) -> dict[str, object]:
    """The mapping on top of a workflow. Raises UsageError (`workflow-malformed`) naming `where`."""
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise _malformed(where, str(error)) from error
    if not isinstance(document, dict):
        raise _malformed(where, "a mapping was expected at its top")
    return {str(key): value for key, value in document.items()}


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in a mapping. GitHub does too; PyYAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"{twice} stands twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


_CORE = (
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
)
"""Tag, the plain scalars that it is given to, and the characters they begin with."""


def _integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _CORE:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), [*_first, *([""] if _tag == "null" else [])]
    )
_Loader.add_constructor("tag:yaml.org,2002:int", _integer)


def _malformed(where: str, problem: str) -> UsageError:
    return UsageError(
        "workflow-malformed",
        f"{where} cannot be read as a workflow: {' '.join(problem.split())}",
        hint="correct it, or render it again with `sealwright workflow`",
    )
