from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from sealwright.endpoints import IndexSite
from sealwright.errors import Refused, Unavailable, UsageError
from sealwright.model import FileRef, sha256_hex
from sealwright.rehearsal.standins.server import Refusal, Request, Response, StandIn
from sealwright.services.index import (
    IndexClient,
    MintedToken,
    MintRefused,
    Presence,
    compare,
    configured_site,
    of_release,
)
from sealwright.services.package_index import PackageIndex
from sealwright.verify.listing import IndexFile

WHEEL = "tiny-1.0-py3-none-any.whl"
DIGEST = sha256_hex(b"wheel")


class Canned(StandIn):
    """Answers what the test put there."""

    name = "canned"

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Response] = {}
        self.seen: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.seen.append(request)
        if request.path not in self.answers:
            raise Refusal(404, "Not Found")
        return self.answers[request.path]


@pytest.fixture
def canned() -> Iterator[Canned]:
    with Canned() as canned:
        yield canned


@pytest.fixture
def client(canned: Canned) -> IndexClient:
    return IndexClient(IndexSite("pypi", canned.url, f"{canned.url}/legacy/"))


def page(*changes: Mapping[str, Any]) -> dict[str, Any]:
    entry = {"filename": WHEEL, "url": "../../files/w", "hashes": {"sha256": DIGEST}, "size": 5, "yanked": False}
    return {"meta": {"api-version": "1.4"}, "name": "tiny", "files": [{**entry, **change} for change in changes]}


def test_json_is_asked_for_under_the_normalised_name(canned: Canned, client: IndexClient) -> None:
    assert client.files("Tiny_Project") == ()
    (request,) = canned.seen
    assert request.path == "/simple/tiny-project/"
    assert request.headers["accept"] == "application/vnd.pypi.simple.v1+json"


def test_addresses_are_relative_to_the_page(canned: Canned, client: IndexClient) -> None:
    canned.answers = {"/simple/tiny/": Response(body=page({})), "/files/w": Response(body=b"wheel")}
    (file,) = client.files("tiny")
    assert file.url == f"{canned.url}/files/w"
    assert client.download(file) == b"wheel"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"yanked": True}, {"yanked": True}),
        ({"yanked": "a reason"}, {"yanked": True}),
        ({"size": None}, {"size": None}),
        ({"core-metadata": {"sha256": DIGEST}}, {"core_metadata_sha256": DIGEST}),
        ({"core-metadata": False, "dist-info-metadata": {"sha256": DIGEST}}, {"core_metadata_sha256": DIGEST}),
        ({"core-metadata": True}, {"core_metadata_sha256": ""}),
        ({"provenance": "https://x.invalid/p"}, {"provenance_url": "https://x.invalid/p"}),
        ({"provenance": None}, {"provenance_url": ""}),
    ],
    ids=str,
)
def test_optional_keys_are_read_in_every_spelling(
    canned: Canned, client: IndexClient, change: dict[str, Any], expected: dict[str, Any]
) -> None:
    canned.answers["/simple/tiny/"] = Response(body=page(change))
    (file,) = client.files("tiny")
    assert {name: getattr(file, name) for name in expected} == expected


@pytest.mark.parametrize(
    "response",
    [
        Response(403, {}),
        Response(500, {}),
        Response(301, headers={"Location": "/elsewhere"}),
        Response(body=json.dumps(page({})).encode()[:-9]),
        Response(body=b"<html>"),
        Response(body=b""),
        Response(body=[]),
        Response(body={}),
        Response(body={**page({}), "meta": {"api-version": "2.0"}}),
        Response(body={**page(), "files": None}),
        Response(body=page({"hashes": {}})),
        Response(body=page({"hashes": {"sha256": DIGEST.upper()}})),
        Response(body=page({"hashes": "none"})),
        Response(body=page({}, {})),
    ],
    ids=range(14),
)
def test_an_answer_that_is_no_page_is_unavailable(canned: Canned, client: IndexClient, response: Response) -> None:
    canned.answers["/simple/tiny/"] = response
    with pytest.raises(Unavailable):
        client.files("tiny")


def test_other_bytes_than_those_listed_are_refused(canned: Canned, client: IndexClient) -> None:
    canned.answers = {"/f": Response(body=b"other"), "/f.metadata": Response(body=b"other")}
    file = IndexFile(WHEEL, f"{canned.url}/f", DIGEST, core_metadata_sha256=DIGEST)
    for read in (client.download, client.core_metadata):
        with pytest.raises(Refused) as error:
            read(file)
        assert error.value.code == "digest-mismatch"


@pytest.mark.parametrize("read", [IndexClient.download, IndexClient.core_metadata])
def test_a_listed_file_that_is_not_there_is_unavailable(
    canned: Canned, client: IndexClient, read: Callable[[IndexClient, IndexFile], object]
) -> None:
    with pytest.raises(Unavailable):
        read(client, IndexFile(WHEEL, f"{canned.url}/f", DIGEST, core_metadata_sha256=DIGEST))


def test_provenance_is_absent_or_unavailable_and_never_mixed_up(canned: Canned, client: IndexClient) -> None:
    assert client.provenance("Tiny", "1.0", WHEEL) is None
    path = f"/integrity/tiny/1.0/{WHEEL}/provenance"
    assert canned.seen[0].path == path
    canned.answers[path] = Response(body={})
    assert client.provenance("tiny", "1.0", WHEEL) == b"{}"
    canned.answers[path] = Response(502, {})
    with pytest.raises(Unavailable):
        client.provenance("tiny", "1.0", WHEEL)


def test_a_refusal_to_mint_carries_the_index_s_codes(canned: Canned, client: IndexClient) -> None:
    errors = [{"code": "invalid-publisher", "description": "no"}]
    canned.answers["/_/oidc/mint-token"] = Response(422, {"message": "x", "errors": errors})
    answer = client.mint_token("jwt")
    assert isinstance(answer, MintRefused)
    assert (answer.codes, str(answer)) == ({"invalid-publisher"}, "invalid-publisher: no")


def test_a_minted_token_is_not_shown(canned: Canned, client: IndexClient) -> None:
    canned.answers["/_/oidc/mint-token"] = Response(body={"success": True, "token": "pypi-secret", "expires": 9})
    answer = client.mint_token("jwt")
    assert answer == MintedToken("pypi-secret", 9)
    assert "secret" not in repr(answer)


@pytest.mark.parametrize(
    "response",
    [
        Response(body={}),
        Response(body={"token": ""}),
        Response(body={"token": "t", "expires": "soon"}),
        Response(422, {"errors": []}),
        Response(422, {"errors": ["x"]}),
        Response(422, {}),
        Response(403, {}),
        Response(503, {}),
        Response(302, b""),
    ],
    ids=range(9),
)
def test_any_other_answer_about_a_token_is_unavailable(canned: Canned, client: IndexClient, response: Response) -> None:
    canned.answers["/_/oidc/mint-token"] = response
    with pytest.raises(Unavailable):
        client.mint_token("jwt")


@pytest.mark.parametrize("response", [Response(body={}), Response(body={"audience": ""}), Response(403, {})])
def test_an_index_without_audience_is_unavailable(canned: Canned, client: IndexClient, response: Response) -> None:
    canned.answers["/_/oidc/audience"] = response
    with pytest.raises(Unavailable):
        client.audience()


def test_files_are_absent_identical_or_different() -> None:
    refs = [FileRef.of(f"dist/{name}", name.encode()) for name in ("a.whl", "b.whl", "c.whl")]
    files = [IndexFile("a.whl", "", sha256_hex(b"a.whl")), IndexFile("b.whl", "", DIGEST), IndexFile("d.whl", "", "")]
    found = compare(files, refs)
    assert found == {"a.whl": Presence.IDENTICAL, "b.whl": Presence.DIFFERENT, "c.whl": Presence.ABSENT}


@pytest.mark.parametrize(
    ("filename", "belongs"),
    [
        (WHEEL, True),
        ("tiny-1.0.tar.gz", True),
        ("tiny-1.0.0.tar.gz", True),
        ("tiny-1.0-1-py3-none-any.whl", True),
        ("tiny-1.0-py3.11.egg", True),
        ("tiny-1.0.post1.tar.gz", False),
        ("tiny-11.0.tar.gz", False),
        ("tiny-1.0rc1-py3-none-any.whl", False),
        ("tiny-2.0-py3.11.egg", False),
    ],
)
def test_files_belong_to_a_release_by_version(filename: str, *, belongs: bool) -> None:
    file = IndexFile(filename, "", DIGEST)
    assert of_release([file], "1.0") == ((file,) if belongs else ())


@pytest.mark.parametrize(
    ("configured", "simple"),
    [
        ("", "https://pypi.org/simple"),
        ("https://index.example/simple/", "https://index.example/simple"),
        ("https://index.example/root/pypi/+simple", "https://index.example/root/pypi/+simple"),
        ("https://somebody:secret@index.example/simple", "https://index.example/simple"),
    ],
)
def test_the_index_that_pip_uses_is_asked_without_its_password(configured: str, simple: str) -> None:
    site = configured_site(PackageIndex(index_url=configured))
    assert site.simple == simple
    assert "secret" not in repr(site)


def test_a_pip_without_index_has_none() -> None:
    with pytest.raises(UsageError) as error:
        configured_site(PackageIndex(no_index=True))
    assert error.value.code == "index-none"


@pytest.mark.parametrize(
    ("listed", "read"),
    [
        ("2025-10-27T08:28:21.535190Z", "2025-10-27T08:28:21.535190Z"),
        ("2025-10-27T08:28:21Z", "2025-10-27T08:28:21Z"),
        ("yesterday", ""),
        ("2025-10-27T08:28:21Z --index-url x", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_the_upload_time_is_a_time_or_nothing(canned: Canned, client: IndexClient, listed: object, read: str) -> None:
    entry = {"filename": WHEEL, "url": "x", "hashes": {"sha256": DIGEST}, "upload-time": listed}
    body = {"meta": {"api-version": "1.1"}, "files": [entry]}
    canned.answers["/simple/tiny/"] = Response(body=body, content_type="application/vnd.pypi.simple.v1+json")
    assert [file.uploaded for file in client.files("tiny")] == [read]
