import json

import pytest
import urllib3

from sealwright.errors import SealwrightError
from sealwright.rehearsal.standins.advisories import AdvisoriesStandIn

YAML = """\
id: PYSEC-2024-1
modified: 2024-01-02T03:04:05Z
details: |
  Text.
affected:
- package: {name: Foo.Bar, ecosystem: PyPI, purl: pkg:pypi/foo-bar}
  ranges:
  - type: GIT
    repo: https://example.com
    events: [{introduced: "0"}, {fixed: abcdef}]
  - type: ECOSYSTEM
    events:
    - introduced: "1.0"
    - fixed: 1.5
    - introduced: "2.0"
    - last_affected: "2.2"
  versions: [0.5, 1.10.post1]
"""


def advisory(name="tiny", id_="GHSA-1", **fields):
    affected = {"package": {"name": name, "ecosystem": "PyPI"}, "versions": ["1.0"]}
    return {
        "id": id_,
        "modified": "2024-01-02T03:04:05Z",
        "affected": [{**affected, **fields.pop("affected", {})}],
        **fields,
    }


@pytest.fixture
def ask(tmp_path):
    folder = tmp_path / "vulns"
    (folder / "foo-bar").mkdir(parents=True)
    (folder / "foo-bar" / "PYSEC-2024-1.yaml").write_text(YAML)
    withdrawn = advisory(id_="GHSA-2", withdrawn="2024-02-02T00:00:00Z")
    other = advisory(id_="GHSA-3")
    other["affected"][0]["package"]["ecosystem"] = "npm"
    for document in (advisory(), withdrawn, other):
        (folder / f"{document['id']}.json").write_text(json.dumps(document))
    with AdvisoriesStandIn(tmp_path) as standin:

        def query(body, path="/v1/query"):
            response = urllib3.request("POST", standin.url + path, body=json.dumps(body).encode(), retries=False)
            return response.status, response.json()

        yield query


def of(name, version, ecosystem="PyPI"):
    return {"package": {"name": name, "ecosystem": ecosystem}, "version": version}


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("0.4", False),
        ("0.5", True),  # listed, unquoted in the file
        ("0.5.0", True),  # the same version in another spelling
        ("1.10.post1", True),
        ("1.0", True),
        ("1.0rc1", False),
        ("1.4.9", True),
        ("1.5", False),
        ("1.9", False),
        ("2.0", True),
        ("2.2", True),
        ("2.2.post1", False),
        ("2.3", False),
        ("not a version", False),
    ],
)
def test_versions_are_listed_or_lie_in_a_range(ask, version, affected):
    status, body = ask(of("foo-bar", version))
    assert status == 200
    assert [v["id"] for v in body.get("vulns", ())] == (["PYSEC-2024-1"] if affected else [])


@pytest.mark.parametrize("name", ["foo-bar", "Foo_Bar", "foo.bar", "FOO--BAR"])
def test_names_are_compared_in_normal_form(ask, name):
    (found,) = ask(of(name, "1.0"))[1]["vulns"]
    assert found["affected"][0]["package"]["name"] == "foo-bar"
    assert found["modified"] == "2024-01-02T03:04:05Z"


def test_nothing_known_is_an_empty_object(ask):
    assert ask(of("unheard-of", "1.0")) == (200, {})


def test_withdrawn_advisories_and_other_ecosystems_are_left_out(ask):
    assert [v["id"] for v in ask(of("tiny", "1.0"))[1]["vulns"]] == ["GHSA-1"]


def test_without_a_version_all_advisories_of_a_package_are_returned(ask):
    assert [v["id"] for v in ask({"package": {"name": "tiny", "ecosystem": "PyPI"}})[1]["vulns"]] == ["GHSA-1"]


def test_a_batch_is_answered_in_order_with_ids_only(ask):
    status, body = ask({"queries": [of("none", "1"), of("tiny", "1.0")]}, "/v1/querybatch")
    assert (status, body["results"]) == (200, [{}, {"vulns": [{"id": "GHSA-1", "modified": "2024-01-02T03:04:05Z"}]}])


@pytest.mark.parametrize("query", [{}, [], {"commit": "abc"}, of("tiny", "1.0", "npm"), of("", "1.0")])
def test_a_query_that_is_not_played_is_refused(ask, query):
    assert ask(query)[0] == 400


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "{"),
        ("a.json", "[]"),
        ("a.json", '{"affected": []}'),
        ("a.json", json.dumps(advisory(affected={"versions": [1.0]}))),
        ("a.json", json.dumps(advisory(affected={"ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "one"}]}]}))),
        ("a.json", json.dumps(advisory(affected={"ranges": [{"type": "ECOSYSTEM", "events": [{"broken": "1"}]}]}))),
        ("a.json", json.dumps(advisory(affected={"ranges": [{"type": "ECOSYSTEM"}]}))),
        ("a.yaml", "id: ["),
        ("a.yml", "id: X\naffected: [{package: tiny}]"),
        ("a.yaml", ""),
    ],
)
def test_an_advisory_that_cannot_be_read_stops_the_start_and_is_named(tmp_path, name, content):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / name).write_text(content)
    with pytest.raises(SealwrightError, match=f"deep.{name}") as caught:
        AdvisoriesStandIn(tmp_path)
    assert caught.value.code == "advisory-malformed"


def test_a_folder_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(SealwrightError) as caught:
        AdvisoriesStandIn(tmp_path / "none")
    assert caught.value.code == "advisories-missing"
