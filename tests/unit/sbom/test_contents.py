from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest
from tests.support.wheels import write_wheel

from sealwright.errors import Refused
from sealwright.sbom import contents
from sealwright.sbom.contents import Contents, installed_contents, wheel_contents

MEMBERS: dict[str, str | bytes] = {
    "{info}/sboms/b.cdx.json": "{}",
    "{info}/sboms/deep/a.spdx.json": "[]",
    "{info}/licenses/LICENSE": "MIT License\n\nCopyright (c) 2020 Ada\n",
    "{info}/licenses/tiny/_vendor/x/LICENSE": "Copyright (c) 1999 Somebody Else\n",
    "tiny/_vendor/x/__init__.py": "",
    "tiny.libs/libz-1234.so.1": b"\x7fELF",
    "tiny/fast.cpython-311-x86_64-linux-gnu.so": b"\x7fELF",
    "tiny/data/inner-1.0-py3-none-any.whl": b"PK",
    "tiny/vendors.py": "",
}


def _installed(wheel: Path, folder: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_same_is_seen_in_a_wheel_and_in_what_was_installed_from_it(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, members=MEMBERS)
    seen = wheel_contents(wheel)
    assert installed_contents(_installed(wheel, tmp_path / "site")) == {"tiny": seen}
    assert [(file.path, file.data) for file in seen.documents] == [
        ("tiny-1.0.dist-info/sboms/b.cdx.json", b"{}"),
        ("tiny-1.0.dist-info/sboms/deep/a.spdx.json", b"[]"),
    ]
    assert seen.documents[0].sha256 == hashlib.sha256(b"{}").hexdigest()
    assert seen.foreign == ("tiny.libs", "tiny/_vendor", "tiny/data/inner-1.0-py3-none-any.whl")
    assert seen.compiled == 1
    assert seen.notices == ("Copyright (c) 2020 Ada",)


def test_plain_wheel_holds_nothing_of_the_kind(tmp_path: Path) -> None:
    assert wheel_contents(write_wheel(tmp_path)) == Contents()


def test_sbom_that_the_record_keeps_silent_about_is_seen_all_the_same(tmp_path: Path) -> None:
    site = _installed(write_wheel(tmp_path, members={"{info}/sboms/a.cdx.json": "{}"}), tmp_path / "site")
    (site / "tiny-1.0.dist-info" / "RECORD").write_text("")
    assert len(installed_contents(site)["tiny"].documents) == 1


def test_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    site = _installed(write_wheel(tmp_path, members={"{info}/sboms/a.cdx.json": "{}"}), tmp_path / "site")
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (site / "tiny-1.0.dist-info" / "sboms" / "b.cdx.json").symlink_to(secret)
    (site / "tiny-1.0.dist-info" / "RECORD").write_text("../secret.json,,\n")
    (document,) = installed_contents(site)["tiny"].documents
    assert document.path.endswith("a.cdx.json")


def test_large_documents_are_hashed_and_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "LARGEST", 10)
    (document,) = wheel_contents(write_wheel(tmp_path, members={"{info}/sboms/a.json": "x" * 11})).documents
    assert (document.data, document.sha256) == (None, hashlib.sha256(b"x" * 11).hexdigest())
    monkeypatch.setattr(contents, "_HASHED", 10)
    (document,) = wheel_contents(tmp_path / "tiny-1.0-py3-none-any.whl").documents
    assert (document.data, document.sha256) == (None, "")


def test_only_so_many_documents_are_looked_at(tmp_path: Path) -> None:
    seen = wheel_contents(write_wheel(tmp_path, members={f"{{info}}/sboms/{at}.json": "{}" for at in range(40)}))
    assert (len(seen.documents), seen.further) == (contents.MOST, 40 - contents.MOST)


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.whl").write_bytes(b"no zip")
    with pytest.raises(Refused) as caught:
        wheel_contents(tmp_path / "x.whl")
    assert caught.value.code == "wheel-malformed"


def test_member_that_is_damaged_is_refused(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, members={"{info}/sboms/a.json": "x" * 50})
    wheel.write_bytes(wheel.read_bytes().replace(b"x" * 50, b"y" * 50))
    with pytest.raises(Refused, match="CRC"):
        wheel_contents(wheel)


def test_compressed_data_that_are_none_are_refused(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path)
    with zipfile.ZipFile(wheel, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tiny-1.0.dist-info/sboms/a.json", "abc" * 1000)
        start = archive.getinfo("tiny-1.0.dist-info/sboms/a.json").header_offset
    data = bytearray(wheel.read_bytes())
    at = start + 30 + len("tiny-1.0.dist-info/sboms/a.json")
    data[at : at + 4] = b"\xff\xff\xff\xff"
    wheel.write_bytes(data)
    with pytest.raises(Refused) as caught:
        wheel_contents(wheel)
    assert caught.value.code == "wheel-malformed"
