import base64
import os

import pytest

from sealwright.errors import UsageError
from sealwright.services.package_index import PackageIndex

MIRROR = "https://mirror.example/simple"
OTHER = "https://other.example/simple"


@pytest.mark.parametrize(
    ("pip", "uv", "options"),
    [
        ({}, {}, ()),
        ({"PIP_INDEX_URL": MIRROR}, {"UV_DEFAULT_INDEX": MIRROR}, ()),
        ({"PIP_EXTRA_INDEX_URL": f"{MIRROR}  {OTHER}"}, {"UV_INDEX": f"{MIRROR} {OTHER}"}, ()),
        ({"PIP_CERT": "/etc/ca.pem"}, {"SSL_CERT_FILE": "/etc/ca.pem"}, ()),
        ({"PIP_TRUSTED_HOST": "a.example b.example:8080"}, {"UV_INSECURE_HOST": "a.example b.example:8080"}, ()),
        ({"PIP_NO_INDEX": "true"}, {}, ("--no-index",)),
        ({"PIP_NO_INDEX": "0"}, {}, ()),
        (
            {"PIP_FIND_LINKS": "https://links.example/a /there/is/no/such/folder https://links.example/b"},
            {"UV_FIND_LINKS": "https://links.example/a,https://links.example/b"},
            (),
        ),
    ],
)
def test_pip_settings_become_uv_settings(pip, uv, options):
    index = PackageIndex.of(pip)
    assert index.uv_env() == {"UV_NO_CONFIG": "1", **uv}
    assert index.uv_options == options


def test_an_existing_folder_of_links_is_kept_as_an_absolute_path(tmp_path, monkeypatch):
    (tmp_path / "wheels").mkdir()
    monkeypatch.chdir(tmp_path)
    url = (tmp_path / "wheels").as_uri()
    index = PackageIndex.of({"PIP_FIND_LINKS": f"wheels {url} {url}-gone"})
    assert index.find_links == (str(tmp_path / "wheels"), url)


def test_what_is_handed_to_a_job_is_read_back_as_the_same_index():
    index = PackageIndex(MIRROR, (OTHER,), ("https://links.example/a",), "/etc/ca.pem", ("a.example",), no_index=True)
    assert PackageIndex.of(index.pip_env()) == index
    assert index.pip_env()["PIP_CONFIG_FILE"] == os.devnull


FILES = {
    "global": "[global]\nindex-url = https://g.example/simple\ncert = /g.pem\n",
    "install": "[install]\nindex_url = https://i.example/simple\n[freeze]\ntimeout = 10\n",
    "several": "[global]\nextra-index-url =\n    https://a.example/simple\n    https://b.example/simple\n",
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An environment whose only configuration files are those that a test writes."""
    monkeypatch.setattr("sys.prefix", str(tmp_path / "prefix"))
    return {"HOME": str(tmp_path / "home"), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.skipif(os.name == "nt", reason="other places")
@pytest.mark.parametrize(
    ("files", "environ", "expected"),
    [
        ({}, {}, ""),
        ({"home/.config/pip/pip.conf": "global"}, {}, "https://g.example/simple"),
        ({"home/.pip/pip.conf": "global"}, {}, "https://g.example/simple"),
        ({"xdg/pip/pip.conf": "install", "prefix/pip.conf": "global"}, {}, "https://i.example/simple"),
        ({"home/.config/pip/pip.conf": "install"}, {"PIP_INDEX_URL": MIRROR}, MIRROR),
        ({"home/.config/pip/pip.conf": "global"}, {"PIP_CONFIG_FILE": os.devnull}, ""),
    ],
)
def test_configuration_files_are_read_in_pips_order(home, tmp_path, files, environ, expected):
    for path, name in files.items():
        put(tmp_path / path, FILES[name])
    assert PackageIndex.from_pip({**home, **environ}).index_url == expected


@pytest.mark.skipif(os.name == "nt", reason="other places")
def test_a_named_configuration_file_and_options_of_several_lines_are_read(home, tmp_path):
    put(tmp_path / "mine.conf", FILES["several"])
    index = PackageIndex.from_pip({**home, "PIP_CONFIG_FILE": str(tmp_path / "mine.conf")})
    assert index.extra_index_urls == ("https://a.example/simple", "https://b.example/simple")


@pytest.mark.skipif(os.name == "nt", reason="other places")
def test_a_configuration_file_that_is_none_is_named(home, tmp_path):
    put(tmp_path / "home/.pip/pip.conf", "index-url = https://no.section/\n")
    with pytest.raises(UsageError, match=r"pip\.conf") as refused:
        PackageIndex.from_pip(home)
    assert refused.value.code == "pip-configuration-malformed"


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "https://pypi.org/simple"),
        ({"PIP_INDEX_URL": f"{MIRROR}/"}, MIRROR),
        ({"PIP_INDEX_URL": MIRROR, "PIP_EXTRA_INDEX_URL": OTHER}, MIRROR),
        ({"PIP_INDEX_URL": MIRROR, "PIP_EXTRA_INDEX_URL": "https://pypi.org/simple/"}, "https://pypi.org/simple"),
        ({"PIP_EXTRA_INDEX_URL": MIRROR}, "https://pypi.org/simple"),
        ({"PIP_INDEX_URL": "https://pypi.org.evil.example/simple"}, "https://pypi.org.evil.example/simple"),
    ],
)
def test_pypi_says_what_is_pypis_wherever_it_is_one_of_the_indexes(settings, url):
    authority = PackageIndex.of(settings).authority
    assert authority is not None
    assert authority.url == url
    assert authority.headers == {}


def test_nobody_says_it_where_no_index_may_be_asked():
    assert PackageIndex.of({"PIP_NO_INDEX": "1", "PIP_INDEX_URL": MIRROR}).authority is None


@pytest.mark.parametrize(
    ("address", "user"),
    [
        ("https://name:secret@mirror.example:8443/simple", b"name:secret"),
        ("https://name@mirror.example:8443/simple/", b"name:"),
        ("https://a%40b:p%2Fq%3A@mirror.example:8443/simple", b"a@b:p/q:"),
        ("https://name:with@sign@mirror.example:8443/simple", b"name:with@sign"),
    ],
)
def test_user_and_password_are_sent_and_not_shown(address, user):
    authority = PackageIndex.of({"PIP_INDEX_URL": address}).authority
    assert authority.url == "https://mirror.example:8443/simple"
    assert authority.host == "mirror.example"
    assert base64.b64decode(authority.headers["Authorization"].removeprefix("Basic ")) == user
