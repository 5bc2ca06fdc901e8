from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.tags import parse_tag

from sealwright.errors import Refused
from sealwright.sbom.components import Dependency, Origin
from sealwright.sbom.document import Description, compose
from sealwright.sbom.files import Digests, Locked, chosen_wheel, digests_of, source_of
from sealwright.sbom.formulation import BuildTool, build_tools
from sealwright.sbom.graph import Graph
from sealwright.sbom.metadata import Metadata, Person
from sealwright.sbom.schema import judge_schema
from sealwright.verify.closure import Pin
from sealwright.verify.cyclonedx import marker_environment

ALPHA = Dependency(
    Metadata("alpha", "1.0", licence="odd terms"),
    Locked("alpha-1.0-py3-none-any.whl", "https://index.example/alpha-1.0-py3-none-any.whl", "a" * 64),
)
DESCRIPTION = Description(
    metadata=Metadata("tiny", "1.0+local.1", "does little", "MIT", people=(Person("Ada", "ada@example.org"),)),
    wheel=Digests("tiny-1.0+local.1-py3-none-any.whl", "1" * 64, "2" * 128, "3" * 64),
    sdists=(),
    origin=Origin("https://code.example/owner/tiny", "owner", "c" * 40),
    epoch=0,
    environment=marker_environment(),
    dependencies=(ALPHA,),
    graph=Graph({"tiny": ("alpha",), "alpha": ()}),
    complete=True,
)


def _document(**changes: Any) -> Any:
    return json.loads(compose(replace(DESCRIPTION, **changes)))


def test_document_fits_the_schema_in_less_than_a_fifth_of_a_second() -> None:
    data = compose(DESCRIPTION)
    judge_schema(data, "warm-up")
    started = time.monotonic()
    assert judge_schema(data, "tiny.cdx.json") == ()
    assert time.monotonic() - started < 0.2


@pytest.mark.parametrize(
    "change",
    [
        {"serialNumber": "1234"},
        {"unknown": True},
        {"metadata": {"timestamp": "yesterday"}},
        {"components": [{"type": "library", "name": "x", "licenses": [{"license": {"id": "NOT-SPDX"}}]}]},
        {"components": [{"type": "library", "name": "x", "externalReferences": [{"type": "vcs", "url": "a b"}]}]},
        {"components": [{"type": "library", "name": "x"}] * 2},
    ],
)
def test_document_that_breaks_the_schema_is_refused(change: dict[str, Any]) -> None:
    data = json.dumps({**_document(), **change}).encode()
    findings = judge_schema(data, "tiny.cdx.json")
    assert {finding.code for finding in findings} == {"sbom-schema-invalid"}


def test_bytes_do_not_depend_on_the_order_of_hashes() -> None:
    program = "import tests.unit.sbom.test_document as t; import sys; sys.stdout.buffer.write(t.compose(t.DESCRIPTION))"
    root = Path(__file__).parents[3]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C", "PYTHONPATH": f"{root}{os.pathsep}{root}/src"},
            cwd=root,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {compose(DESCRIPTION)}


def test_serial_number_follows_the_content() -> None:
    first, same, other = _document(), _document(), _document(environment={"python_version": "3.99"})
    assert first["serialNumber"] == same["serialNumber"] != other["serialNumber"]


def test_composition_is_called_complete_only_where_no_other_environment_adds_anything() -> None:
    assert [entry["aggregate"] for entry in _document()["compositions"]] == ["unknown", "complete"]
    assert [entry["aggregate"] for entry in _document(complete=False)["compositions"]] == ["unknown", "incomplete"]


def test_build_tools_are_in_the_formulation_and_not_among_the_components() -> None:
    document = _document(build_tools=(BuildTool("hatchling", "1.33.0", "d" * 64),))
    assert [c["name"] for c in document["components"]] == ["alpha"]
    assert [c["name"] for c in document["formulation"][0]["components"]] == ["hatchling"]
    assert judge_schema(json.dumps(document).encode(), "") == ()


def test_supplier_of_a_package_from_an_unknown_index_is_left_out() -> None:
    assert "supplier" not in _document()["components"][0]


def test_project_without_people_is_supplied_by_the_owner_of_its_repository() -> None:
    nobody = replace(DESCRIPTION.metadata, people=())
    assert _document(metadata=nobody)["metadata"]["component"]["supplier"]["name"] == "owner"
    unknown = _document(metadata=nobody, origin=Origin("", "", "c" * 40))["metadata"]["component"]
    assert "supplier" not in unknown
    assert [r["type"] for r in unknown["externalReferences"]] == ["distribution"]


def test_address_of_a_file_on_the_index_follows_from_its_digest(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"abc")
    digests = digests_of(tmp_path / "a.whl")
    # BLAKE2b-256 of "abc"
    assert digests.url.endswith("/packages/bd/dd/813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319/a.whl")
    assert digests.sha256.startswith("ba7816bf")
    assert digests.sha512.startswith("ddaf35a1")


def _pin(*files: str, url: str = "https://index.example/file") -> Pin:
    return Pin("a", "1.0", "", tuple(sorted((name, url, "e" * 64) for name in files)))


def test_most_specific_wheel_that_fits_is_the_one_described() -> None:
    tags = [*parse_tag("cp311-cp311-manylinux_2_17_x86_64"), *parse_tag("py3-none-any")]
    special, general = "a-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", "a-1.0-py3-none-any.whl"
    foreign = "a-1.0-cp311-cp311-win_amd64.whl"
    chosen = chosen_wheel(_pin(special, general, foreign, "a-1.0.tar.gz"), tags)
    assert chosen is not None
    assert chosen.filename == special
    assert chosen_wheel(_pin(foreign), tags) is None
    rebuilt = chosen_wheel(_pin(general, "a-1.0-2-py3-none-any.whl"), tags)
    assert rebuilt is not None
    assert rebuilt.filename == "a-1.0-2-py3-none-any.whl"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://index.example/a.tar.gz#sha256=1", "https://index.example/a.tar.gz"),
        ("https://user:password@index.example/a.tar.gz", ""),
        ("/home/somebody/a.tar.gz", ""),
        ("file:///home/somebody/a.tar.gz", ""),
    ],
)
def test_only_public_addresses_are_repeated(url: str, said: str) -> None:
    source = source_of(_pin("a-1.0-py3-none-any.whl", "a-1.0.tar.gz", url=url))
    assert source is not None
    assert source.url == said


def test_build_tools_have_a_digest_only_where_there_is_one() -> None:
    text = f"""# made by uv
Hatchling[extra]==1.33.0 ; python_version >= '3' \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
packaging==26.0 --hash=sha256:{"c" * 64}
colorama==0.4.6 ; sys_platform == 'plan9' --hash=sha256:{"d" * 64}
"""
    assert build_tools(text, marker_environment(), "build/environment.txt") == (
        BuildTool("hatchling", "1.33.0", ""),
        BuildTool("packaging", "26.0", "c" * 64),
    )


def test_build_environment_without_versions_is_refused() -> None:
    with pytest.raises(Refused, match="hatchling>=1"):
        build_tools("hatchling>=1\n", marker_environment(), "build/environment.txt")
