import pytest

from sealwright.dossier import Dossier
from sealwright.errors import Refused
from sealwright.model import FileRef


@pytest.fixture
def dossier(tmp_path):
    (tmp_path / "dossier" / "dist").mkdir(parents=True)
    (tmp_path / "dossier" / "dist" / "x.whl").write_bytes(b"wheel")
    return Dossier(tmp_path / "dossier", tmp_path / "new")


WHEEL = FileRef.of("dist/x.whl", b"wheel")


def test_reading_remembers_what_was_read(dossier):
    assert dossier.read(WHEEL) == b"wheel"
    assert dossier.inputs == (WHEEL,)


def test_adding_remembers_what_was_added_and_does_not_count_it_as_an_input(dossier):
    ref = dossier.add("evidence/a.json", b"{}")
    assert dossier.read(ref) == b"{}"
    assert dossier.outputs == (ref,)
    assert dossier.inputs == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"weel!", "file-changed"), (b"", "file-changed"), (b"wheel\n", "file-changed"), (None, "file-missing")],
)
def test_a_file_that_is_not_the_recorded_one_is_refused(dossier, content, code):
    path = dossier.old / "dist" / "x.whl"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        dossier.read(WHEEL)
    assert caught.value.code == code
    assert "dist/x.whl" in caught.value.message
    assert dossier.inputs == ()


def test_a_link_in_place_of_a_file_is_not_read(dossier):
    path = dossier.old / "dist" / "x.whl"
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")
    with pytest.raises(Refused, match="not here"):
        dossier.file(WHEEL)


@pytest.mark.parametrize("data", [b"wheel", b"other"])
def test_nothing_is_ever_written_twice(dossier, data):
    with pytest.raises(Refused) as caught:
        dossier.add("dist/x.whl", data)
    assert caught.value.code == "file-exists"
    dossier.add("dist/y.whl", data)
    with pytest.raises(Refused):
        dossier.add("dist/y.whl", data)


def test_what_is_kept_is_only_what_was_added(dossier):
    dossier.add("evidence/a.json", b"{}")
    kept = [path.relative_to(dossier.new).as_posix() for path in dossier.new.rglob("*") if path.is_file()]
    assert kept == ["evidence/a.json"]


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b", ""])
def test_a_path_out_of_the_dossier_is_refused(dossier, path):
    with pytest.raises(Refused) as caught:
        dossier.add(path, b"")
    assert caught.value.code == "path-unsafe"


def test_a_listing_shows_everything_whoever_put_it_there(dossier):
    dossier.add("dist/y.whl", b"y")
    (dossier.old / "dist" / ".hidden").write_bytes(b"")
    (dossier.old / "dist" / "link").symlink_to("x.whl")
    assert dossier.listing("dist") == ("dist/.hidden", "dist/link", "dist/x.whl", "dist/y.whl")
