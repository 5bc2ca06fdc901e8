from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.tags import parse_tag

from sealwright.errors import Refused
from sealwright.model import Tool
from sealwright.sbom.components import Dependency
from sealwright.sbom.contents import Contents
from sealwright.sbom.document import Description, compose
from sealwright.sbom.files import Digests, Locked, chosen_wheel, digests_of, source_of
from sealwright.sbom.formulation import BuildTool, build_tools
from sealwright.sbom.graph import Graph
from sealwright.sbom.metadata import Metadata, Person
from sealwright.sbom.references import Origin
from sealwright.sbom.schema import _validator, judge_schema
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
    graph=Graph({"tiny": ("alpha",), "alpha": ()}, {"tiny": ("alpha>=1",)}),
)


def _document(**changes: Any) -> Any:
    return json.loads(compose(replace(DESCRIPTION, **changes)))


@pytest.mark.parametrize("spec", ["1.6", "1.7"])
def test_document_fits_its_schema_in_less_than_a_fifth_of_a_second(spec: str) -> None:
    data = compose(replace(DESCRIPTION, spec=spec))
    assert json.loads(data)["specVersion"] == spec
    _validator.cache_clear()  # compiling the schema counts
    started = time.process_time()
    assert judge_schema(data, "tiny.cdx.json") == ()
    assert time.process_time() - started < 0.2


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


@pytest.mark.parametrize("version", ["1.1", "2.0", None])
def test_version_without_a_schema_is_named(version: str | None) -> None:
    (finding,) = judge_schema(json.dumps({**_document(), "specVersion": version}).encode(), "tiny.cdx.json")
    assert (finding.code, finding.found) == ("sbom-schema-invalid", str(version))


def test_serial_number_follows_the_content() -> None:
    first, same, other = _document(), _document(), _document(environment={"python_version": "3.99"})
    assert first["serialNumber"] == same["serialNumber"] != other["serialNumber"]


def _claims(document: Any) -> set[tuple[str, str, str]]:
    return {
        (entry["aggregate"], kind, ref.removeprefix("pkg:pypi/").partition("@")[0])
        for entry in document["compositions"]
        for kind in ("assemblies", "dependencies")
        for ref in entry.get(kind, [])
    }


def test_parts_are_never_called_complete_and_dependencies_only_where_no_environment_changes_them() -> None:
    conditional = replace(DESCRIPTION.graph, conditional=frozenset({"tiny"}))
    assert _claims(_document(graph=conditional)) == {
        ("unknown", "assemblies", "tiny"),
        ("unknown", "assemblies", "alpha"),
        ("incomplete", "dependencies", "tiny"),
        ("complete", "dependencies", "alpha"),
    }


def test_copied_code_that_nothing_describes_makes_a_component_incomplete() -> None:
    document = _document(dependencies=(replace(ALPHA, contents=Contents(foreign=("alpha/_vendor",), compiled=2)),))
    assert ("incomplete", "assemblies", "alpha") in _claims(document)
    properties = {p["name"]: p["value"] for p in document["components"][0]["properties"]}
    assert properties["sealwright:contains"] == "alpha/_vendor"
    assert properties["sealwright:compiled"] == "2"


def test_compiled_code_alone_is_no_known_gap() -> None:
    document = _document(dependencies=(replace(ALPHA, contents=Contents(compiled=1)),))
    assert ("unknown", "assemblies", "alpha") in _claims(document)


def test_declared_range_stands_beside_the_version() -> None:
    root = _document()["metadata"]["component"]
    assert {"name": "sealwright:requires", "value": "alpha>=1"} in root["properties"]


def test_only_what_the_wheel_does_not_ship_is_external_and_only_in_1_7() -> None:
    newer = _document(spec="1.7")
    assert [component["isExternal"] for component in newer["components"]] == [True]
    assert "isExternal" not in newer["metadata"]["component"]
    assert "versionRange" not in json.dumps(newer)
    assert "isExternal" not in json.dumps(_document())


def test_a_release_is_described_by_its_project_and_another_wheel_by_whoever_says_so() -> None:
    ours = _document()["metadata"]
    assert ours["manufacturer"]["contact"] == [{"name": "Ada", "email": "ada@example.org"}]
    assert ours["authors"] == [{"name": "Ada", "email": "ada@example.org"}]
    assert ours["lifecycles"] == [{"phase": "build"}]
    nobody = _document(in_release=False)["metadata"]
    assert not {"authors", "manufacturer"} & nobody.keys()
    assert nobody["lifecycles"] == [{"phase": "post-build"}]
    bob = _document(in_release=False, author=Person("Bob", "bob@example.org"))["metadata"]
    assert bob["authors"] == [{"name": "Bob", "email": "bob@example.org"}]


def test_creator_is_whoever_the_metadata_name_else_the_projects_website() -> None:
    people = (Person("Ada", "ada@example.org"), Person("Bob"))
    linked = Metadata("alpha", "1.0", links=(("bugs", "https://b.example"), ("homepage", "https://a.example")))
    for metadata, creator in (
        (
            Metadata("alpha", "1.0", people=people),
            {"name": "Ada, Bob", "contact": [{"name": "Ada", "email": "ada@example.org"}]},
        ),
        (linked, {"url": ["https://a.example"]}),
        (Metadata("alpha", "1.0"), None),
    ):
        (component,) = _document(dependencies=(replace(ALPHA, metadata=metadata),))["components"]
        assert component.get("manufacturer") == creator


def test_copyright_is_what_the_licence_files_say() -> None:
    document = _document(contents=Contents(notices=("Copyright 2020 Ada", "Copyright 2021 Bob")))
    assert document["metadata"]["component"]["copyright"] == "Copyright 2020 Ada\nCopyright 2021 Bob"
    assert "copyright" not in document["components"][0]


def test_files_that_are_not_on_pypi_have_no_address_there() -> None:
    sdist = replace(DESCRIPTION.wheel, filename="tiny-1.0.tar.gz")
    root = _document(on_pypi=False, sdists=(sdist,))["metadata"]["component"]
    urls = {reference["type"]: reference["url"] for reference in root["externalReferences"]}
    assert urls["distribution"] == DESCRIPTION.wheel.filename
    assert urls["source-distribution"] == "tiny-1.0.tar.gz"


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
    assert build_tools(text, (), marker_environment(), "build/environment.txt") == (
        BuildTool("hatchling", "1.33.0", ""),
        BuildTool("packaging", "26.0", "c" * 64),
    )


def test_the_file_that_the_build_says_it_used_counts_if_the_lock_allows_it() -> None:
    text = f"hatchling==1.33.0 --hash=sha256:{'a' * 64} --hash=sha256:{'b' * 64}\n"
    for said, known in (("b" * 64, "b" * 64), ("c" * 64, "")):
        recorded = (Tool("hatchling", "1.33.0", said), Tool("python", "3.11.7"), Tool("hatchling", "1.0", "d" * 64))
        assert build_tools(text, recorded, marker_environment(), "") == (
            BuildTool("hatchling", "1.0", "d" * 64, locked=False),
            BuildTool("hatchling", "1.33.0", known),
            BuildTool("python", "3.11.7", "", locked=False),
        )


def test_what_is_no_package_of_the_locked_environment_is_named_without_a_package_url() -> None:
    tools = (BuildTool("hatchling", "1.33.0", "d" * 64), BuildTool("python", "3.11.7", "", locked=False))
    document = _document(build_tools=tools)
    assert [c.get("purl") for c in document["formulation"][0]["components"]] == ["pkg:pypi/hatchling@1.33.0", None]
    assert judge_schema(json.dumps(document).encode(), "") == ()


def test_build_environment_without_versions_is_refused() -> None:
    with pytest.raises(Refused, match="hatchling>=1"):
        build_tools("hatchling>=1\n", (), marker_environment(), "build/environment.txt")
