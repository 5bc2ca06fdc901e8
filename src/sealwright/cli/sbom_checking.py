"""What `sealwright sbom --check` does."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.cli.sbom_making import existing
from sealwright.model import Finding, State
from sealwright.report.answer import Answer, as_json, as_lines
from sealwright.report.elements import element_lines
from sealwright.sbom.check import Checked, Question, check
from sealwright.services.environments import PackageIndex
from sealwright.verify import sbom_elements
from sealwright.verify.closure import parse_pylock
from sealwright.verify.cyclonedx import LARGEST

_DEFAULT = ("ntia",)
_SIGNATURES = (".sigstore.json", ".sig", ".asc")


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Judge an SBOM and print the answer."""
    file = existing(invocation.directory, arguments.check)
    lock = existing(invocation.directory, arguments.pylock) if arguments.pylock else None
    question = Question(
        _beginning(file),
        arguments.check,
        existing(invocation.directory, arguments.wheel),
        signature=any(file.with_name(file.name + suffix).is_file() for suffix in _SIGNATURES),
        closure=parse_pylock(lock.read_bytes(), arguments.pylock) if lock else None,
    )
    required = tuple(dict.fromkeys(arguments.require or _DEFAULT))
    checked = check(question, invocation.environ, PackageIndex.from_pip(invocation.environ))
    answer = Answer("sbom --check", (checked.wheel,), checked.findings, tuple(_blocking(checked, required)))
    if arguments.json:
        elements = [dataclasses.asdict(presence) for presence in checked.elements]
        sys.stdout.write(json.dumps(as_json(answer, required=required, elements=elements), indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(answer, checked, required)))
    return answer.exit_code


def _beginning(file: Path) -> bytes:
    """The file, or as much of one that is too large as shows that it is."""
    with file.open("rb") as stream:
        return stream.read(LARGEST + 1)


def _lines(answer: Answer, checked: Checked, required: tuple[str, ...]) -> Iterator[str]:
    yield from element_lines(checked.elements, required)
    yield from as_lines(answer)


def _blocking(checked: Checked, required: tuple[str, ...]) -> Iterator[Finding]:
    """Everything that did not pass, but of the lists of elements only the required ones."""
    codes = {sbom_elements.code_of(standard) for standard in required}
    for finding in checked.findings:
        if finding.state is not State.PASS and (finding.check != sbom_elements.CHECK or finding.code in codes):
            yield finding
