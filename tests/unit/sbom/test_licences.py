from __future__ import annotations

import pytest
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression

from sealwright.sbom.licences import declared
from sealwright.sbom.metadata import Metadata

MIT = "License :: OSI Approved :: MIT License"
BSD = "License :: OSI Approved :: BSD License"


def _said(metadata: Metadata) -> list[tuple[str, str]]:
    said = []
    for licence in declared(metadata):
        match licence:
            case LicenseExpression():
                said.append(("expression", licence.value))
            case DisjunctiveLicense(id=None):
                said.append(("name", str(licence.name)))
            case DisjunctiveLicense():
                said.append(("id", str(licence.id)))
    return said


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        pytest.param(Metadata("a", "1", expression="mit"), [("id", "MIT")], id="expression of one id"),
        pytest.param(
            Metadata("a", "1", expression="MIT OR Apache-2.0"), [("expression", "MIT OR Apache-2.0")], id="expression"
        ),
        pytest.param(
            Metadata("a", "1", expression="MIT", licence="GPL"), [("id", "MIT")], id="expression before free text"
        ),
        pytest.param(Metadata("a", "1", licence="Apache-2.0"), [("id", "Apache-2.0")], id="free text that is an id"),
        pytest.param(Metadata("a", "1", classifiers=(MIT,)), [("id", "MIT")], id="classifier"),
        pytest.param(Metadata("a", "1", licence="BSD", classifiers=(BSD,)), [("name", "BSD License")], id="ambiguous"),
        pytest.param(
            Metadata("a", "1", classifiers=(MIT, BSD)), [("name", "BSD License"), ("name", "MIT License")], id="several"
        ),
        pytest.param(Metadata("a", "1", licence="My own terms"), [("name", "My own terms")], id="own terms"),
        pytest.param(Metadata("a", "1", licence="Copyright 2020\nAll rights"), [], id="a whole text"),
        pytest.param(Metadata("a", "1"), [], id="nothing said"),
    ],
)
def test_only_what_is_beyond_doubt_becomes_an_spdx_id(metadata: Metadata, said: list[tuple[str, str]]) -> None:
    assert _said(metadata) == said
