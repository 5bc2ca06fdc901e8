from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import urllib3
from packaging.metadata import Metadata
from tests.support.pypi import PUBLISHER, World, change_wheel, make_world, post, write_release, write_sdist
from tests.support.wheels import write_wheel

from sealwright.errors import Unavailable
from sealwright.rehearsal.standins.pypi import PyPIStandIn
from sealwright.rehearsal.standins.server import Fault

WHEEL, SDIST = "tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"
JSON = "application/vnd.pypi.simple.v1+json"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path / "world") as world:
        yield world


@pytest.fixture
def token(world: World) -> str:
    return world.token()


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    write_release(tmp_path / "dist")
    return tmp_path / "dist"


def get(world: World, path: str, accept: str = "*/*") -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", world.pypi.url + path, headers={"Accept": accept}, redirect=False)


def test_an_uploaded_file_is_served_as_it_was_sent(world: World, token: str, dist: Path) -> None:
    for path in sorted(dist.iterdir()):
        assert post(world.pypi, token, path) == (200, "OK")
    files = {file.filename: file for file in world.client.files("tiny")}
    assert set(files) == {WHEEL, SDIST}
    for name, file in files.items():
        assert world.client.download(file) == (dist / name).read_bytes()
        assert file.size == (dist / name).stat().st_size
        assert not file.provenance_url


def test_the_core_metadata_of_a_wheel_is_served_beside_it(world: World, token: str, dist: Path) -> None:
    post(world.pypi, token, dist / WHEEL)
    (file,) = world.client.files("tiny")
    data = world.client.core_metadata(file)
    assert data is not None
    assert Metadata.from_email(data).name == "tiny"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({":action": "submit"}, "Unknown protocol version."),
        ({"protocol_version": "2"}, "Unknown protocol version."),
        ({"metadata_version": "2.6"}, "'2.6' is not a valid metadata version."),
        ({"metadata_version": None}, "'' is not a valid metadata version."),
        ({"name": "-tiny"}, "'-tiny' is an invalid value for Name."),
        ({"version": "one"}, "'one' is an invalid value for Version."),
        ({"version": "1.0+local"}, "The use of local versions in '1.0+local' is not allowed."),
        ({"filetype": "bdist_egg"}, "Unknown type of file."),
        ({"filetype": "sdist", "pyversion": "source"}, "Invalid file extension"),
        ({"pyversion": "source"}, "Use 'source' as Python version for an sdist"),
        ({"sha256_digest": "0" * 64}, "The digest supplied does not match"),
        ({"blake2_256_digest": "0" * 64}, "The digest supplied does not match"),
        ({"sha256_digest": None, "blake2_256_digest": None}, "Include at least one message digest."),
        ({"version": "1.1"}, "does not match name 'tiny' and version '1.1'"),
        ({"name": "other"}, "does not match name 'other' and version '1.0'"),
        ({"filename": "../tiny-1.0-py3-none-any.whl"}, "in the name."),
        ({"filename": "tiny-1.0-any.whl"}, "Invalid filename"),
        ({"filename": "tiny-1.0-cp311-cp311-linux_x86_64.whl"}, "unsupported platform tag 'linux_x86_64'"),
        ({"filename": "tiny-1.0.zip"}, "Invalid file extension"),
        ({"metadata_version": "2.3"}, "has metadata_version '2.4', the form '2.3'"),
    ],
    ids=str,
)
def test_a_form_that_breaks_a_rule_is_refused_in_the_reason_phrase(
    world: World, token: str, dist: Path, changes: dict[str, str | None], reason: str
) -> None:
    filename = changes.pop("filename", "") or ""
    status, said = post(world.pypi, token, dist / WHEEL, filename=filename, **changes)
    assert status == 400
    assert reason in said
    assert world.client.files("tiny") == ()


def test_metadata_2_5_is_accepted(world: World, token: str, tmp_path: Path) -> None:
    wheel = change_wheel(write_wheel(tmp_path), b"Metadata-Version: 2.4", b"Metadata-Version: 2.5")
    assert post(world.pypi, token, wheel, metadata_version="2.5") == (200, "OK")


def test_an_sdist_must_be_named_in_normal_form(world: World, tmp_path: Path) -> None:
    world.pypi.publishers[:] = [replace(PUBLISHER, project="My.Tiny")]
    sdist = write_sdist(tmp_path, "My.Tiny")
    status, reason = post(world.pypi, world.token(), sdist, name="My.Tiny")
    assert (status, reason) == (400, "Filename 'My.Tiny-1.0.tar.gz' is invalid, should be 'my_tiny-1.0.tar.gz'.")


def _wheel_without_metadata() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("tiny.py", "")
    return raw.getvalue()


def _tar_with_link() -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        info = tarfile.TarInfo("tiny-1.0/PKG-INFO")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    return raw.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (WHEEL, b"no zip", "Invalid distribution file."),
        (WHEEL, _wheel_without_metadata(), "does not contain the required METADATA file"),
        (SDIST, b"no tar", "Invalid distribution file."),
        (SDIST, b"\x1f\x8b\x08\x00", "Invalid distribution file."),
        (SDIST, _tar_with_link(), "PKG-INFO not found"),
    ],
)
def test_an_archive_that_is_none_is_refused(
    world: World, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    status, said = post(world.pypi, world.token(), tmp_path / name)
    assert status == 400
    assert reason in said


def test_an_archive_that_says_another_version_is_refused(world: World, token: str, tmp_path: Path) -> None:
    wheel = change_wheel(write_wheel(tmp_path), b"\nVersion: 1.0", b"\nVersion: 1.1")
    status, reason = post(world.pypi, token, wheel)
    assert status == 400
    assert "its metadata has version" in reason.lower()


def test_identical_bytes_are_accepted_again(world: World, token: str, dist: Path) -> None:
    assert post(world.pypi, token, dist / WHEEL) == (200, "OK")
    assert post(world.pypi, token, dist / WHEEL, attestations="not even JSON") == (200, "OK")
    assert len(world.client.files("tiny")) == 1


def test_other_bytes_under_a_used_name_are_refused(world: World, token: str, tmp_path: Path) -> None:
    assert post(world.pypi, token, write_sdist(tmp_path)) == (200, "OK")
    status, reason = post(world.pypi, token, write_sdist(tmp_path, text="VALUE = 2\n"))
    assert status == 400
    assert reason.startswith("File already exists ('tiny-1.0.tar.gz'")


def test_a_file_that_was_there_before_with_other_bytes_blocks_the_upload(world: World, token: str, dist: Path) -> None:
    world.pypi.seed(WHEEL, b"somebody else's")
    assert post(world.pypi, token, dist / WHEEL)[1].startswith("File already exists")


def test_a_deleted_name_is_never_given_out_again(world: World, token: str, dist: Path) -> None:
    post(world.pypi, token, dist / WHEEL)
    world.pypi.delete("tiny", "1.0")
    assert world.client.files("tiny") == ()
    expected = "This filename has already been used, use a different version."
    assert post(world.pypi, token, dist / WHEEL) == (400, expected)


@pytest.mark.parametrize(("days", "status"), [(13, 200), (15, 400)])
def test_a_release_takes_new_files_for_fourteen_days(
    world: World, token: str, dist: Path, days: int, status: int
) -> None:
    world.pypi.seed(SDIST, b"", uploaded=dt.datetime.now(dt.UTC) - dt.timedelta(days=days))
    found, reason = post(world.pypi, token, dist / WHEEL)
    assert found == status
    assert status == 200 or "older than 14 days" in reason


def test_an_old_release_still_accepts_the_bytes_it_has(world: World, token: str, dist: Path) -> None:
    old = dt.datetime.now(dt.UTC) - dt.timedelta(days=400)
    world.pypi.seed(WHEEL, (dist / WHEEL).read_bytes(), uploaded=old)
    assert post(world.pypi, token, dist / WHEEL) == (200, "OK")


def test_a_second_sdist_of_a_release_is_refused(world: World, token: str, tmp_path: Path) -> None:
    world.pypi.seed("tiny-1.0.0.tar.gz", b"")
    assert post(world.pypi, token, write_sdist(tmp_path)) == (400, "Only one sdist may be uploaded per release.")


@pytest.mark.parametrize("token", ["", "pypi-guessed"])
def test_without_a_minted_token_nothing_is_uploaded(world: World, token: str, dist: Path) -> None:
    expected = "Invalid or non-existent authentication information."
    assert post(world.pypi, token, dist / WHEEL) == (403, expected)


def test_a_token_ends_after_fifteen_minutes(world: World, token: str, dist: Path) -> None:
    later = world.pypi._clock() + 901
    world.pypi._clock = lambda: later
    assert post(world.pypi, token, dist / WHEEL) == (403, "Invalid API Token: token is expired")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b""),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=b", b"--b\r\n"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--'),
    ],
)
def test_a_body_that_is_no_upload_is_refused(world: World, token: str, kind: str, body: bytes) -> None:
    headers = {**urllib3.make_headers(basic_auth=f"__token__:{token}"), "Content-Type": kind}
    answer = urllib3.request("POST", f"{world.pypi.url}/legacy/", body=body, headers=headers)
    assert answer.status == 400
    assert "payload" in str(answer.reason)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "text/html"),
        ("text/html", "text/html"),
        (JSON, JSON),
        ("application/vnd.pypi.simple.latest+json", JSON),
        (f"{JSON}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01", JSON),
        (f"{JSON}; q=0.1, application/vnd.pypi.simple.v1+html", "application/vnd.pypi.simple.v1+html"),
    ],
)
def test_the_simple_page_is_written_as_asked_for(world: World, accept: str, kind: str) -> None:
    world.pypi.seed(WHEEL, b"")
    answer = get(world, "/simple/tiny/", accept)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)


def test_a_page_in_a_form_nobody_writes_is_not_acceptable(world: World) -> None:
    world.pypi.seed(WHEEL, b"")
    assert get(world, "/simple/tiny/", "application/xml").status == 406


def test_the_html_page_links_every_file_with_its_digest(world: World, token: str, dist: Path) -> None:
    post(world.pypi, token, dist / WHEEL)
    world.pypi.yank("tiny", "1.0", 'broken "badly"')
    page = get(world, "/simple/tiny/").data.decode()
    assert f"#sha256={hashlib.sha256((dist / WHEEL).read_bytes()).hexdigest()}" in page
    assert 'data-core-metadata="sha256=' in page
    assert 'data-yanked="broken &quot;badly&quot;"' in page


def test_a_yanked_file_is_listed_as_such(world: World) -> None:
    world.pypi.seed(WHEEL, b"")
    world.pypi.yank("tiny", "1.0", "broken")
    (file,) = world.client.files("tiny")
    assert file.yanked
    assert get(world, "/pypi/tiny/1.0/json").json()["info"]["yanked"] is True


def test_the_json_of_a_release_and_of_a_project_name_its_files(world: World) -> None:
    world.pypi.seed(WHEEL, b"one")
    world.pypi.seed("tiny-2.0rc1-py3-none-any.whl", b"two")
    release, project = get(world, "/pypi/tiny/1.0/json").json(), get(world, "/pypi/tiny/json").json()
    assert [file["filename"] for file in release["urls"]] == [WHEEL]
    assert release["urls"][0]["digests"]["sha256"] == hashlib.sha256(b"one").hexdigest()
    assert project["info"]["version"] == "1.0"
    assert set(project["releases"]) == {"1.0", "2.0rc1"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/simple/unknown/",
        "/pypi/unknown/json",
        "/pypi/tiny/9/json",
        "/pypi/tiny/nonsense/json",
        "/packages/aa/bb/cc/tiny.whl",
        "/packages/../index.json",
        "/packages/%2e%2e/index.json",
        f"/integrity/tiny/1.0/{WHEEL}/provenance",
        "/integrity/tiny/1.0/other.whl/provenance",
    ],
)
def test_what_does_not_exist_is_not_found(world: World, path: str) -> None:
    world.pypi.seed(WHEEL, b"")
    assert get(world, path).status == 404


def test_a_name_in_another_spelling_is_redirected(world: World) -> None:
    answer = get(world, "/simple/Tiny/")
    assert (answer.status, answer.headers["Location"]) == (301, f"{world.pypi.url}/simple/tiny/")


def test_a_second_instance_continues_where_the_first_one_ended(tmp_path: Path) -> None:
    wheel, sdist = write_release(tmp_path / "dist")
    with make_world(tmp_path / "world") as first:
        token, identity = first.token(), first.identity_token()
        assert post(first.pypi, token, wheel)[0] == 200
        first.client.mint_token(identity)
    with make_world(tmp_path / "world") as second:
        assert post(second.pypi, token, sdist) == (200, "OK")
        assert {file.filename for file in second.client.files("tiny")} == {WHEEL, SDIST}
        assert "invalid-reuse-token" in str(second.client.mint_token(identity))


def test_the_state_is_never_half_written(world: World, token: str, dist: Path) -> None:
    post(world.pypi, token, dist / WHEEL)
    state = world.folder / "pypi"
    assert json.loads((state / "index.json").read_bytes())["used_names"] == [WHEEL]
    assert not list(state.rglob("tmp*"))
    assert (dist / WHEEL).read_bytes() in [path.read_bytes() for path in state.rglob("*.whl")]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("GET", "/simple/", status=500),
        Fault("GET", "/simple/", status=403),
        Fault("GET", "/simple/", status=301),
        Fault("GET", "/simple/", tamper=lambda body: body[: len(body) // 2]),
        Fault("GET", "/simple/", tamper=lambda _: b"<html>maintenance</html>"),
        Fault("GET", "/simple/", tamper=lambda _: b"[]"),
        Fault("GET", "/simple/", tamper=lambda body: body.replace(b'"1.4"', b'"2.0"')),
        Fault("GET", "/simple/", tamper=lambda body: body.replace(b'"sha256"', b'"md5"')),
    ],
    ids=range(8),
)
def test_a_broken_answer_is_unavailable_and_never_an_empty_one(world: World, fault: Fault) -> None:
    world.pypi.seed(WHEEL, b"")
    world.pypi.faults.append(fault)
    with pytest.raises(Unavailable) as error:
        world.client.files("tiny")
    assert error.value.code in ("answer-unexpected", "answer-malformed")


def test_a_slow_answer_is_an_answer(world: World) -> None:
    world.pypi.seed(WHEEL, b"")
    world.pypi.faults.append(Fault("GET", "/simple/", delay=0.2))
    assert len(world.client.files("tiny")) == 1


def test_uploads_from_several_threads_are_all_kept(world: World, token: str, tmp_path: Path) -> None:
    wheels = [write_wheel(tmp_path, version=f"{number}.0") for number in range(1, 9)]

    def upload(path: Path) -> int:
        return post(world.pypi, token, path, version=path.name.split("-")[1])[0]

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(upload, wheels)) == {200}
    again = PyPIStandIn("pypi", world.folder / "pypi", world.issuer, world.trust_root, [])
    assert len(again.store.of_project("tiny")) == 8
