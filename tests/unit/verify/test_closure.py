import pytest
from packaging.markers import default_environment

from sealwright.errors import Refused
from sealwright.verify.closure import Closure, Pin, parse_pylock

A, B, C = "a" * 64, "b" * 64, "c" * 64
HEAD = 'lock-version = "1.0"\ncreated-by = "uv"\nrequires-python = ">=3.9"\n'


def package(name="attrs", version="26.1.0", marker="", files="wheel", digest=A):
    url = f"https://files.example/{name}-{version}-py3-none-any.whl"
    wheel = f'wheels = [{{ url = "{url}", hashes = {{ sha256 = "{digest}" }} }}]'
    sdist = f'sdist = {{ url = "https://files.example/{name}-{version}.tar.gz", hashes = {{ sha256 = "{B}" }} }}'
    lines = {"wheel": wheel, "sdist": sdist, "both": f"{sdist}\n{wheel}"}[files]
    condition = f"marker = {marker!r}\n" if marker else ""
    return f'\n[[packages]]\nname = "{name}"\nversion = "{version}"\n{condition}{lines}\n'


def parse(*packages):
    return parse_pylock((HEAD + "".join(packages)).encode(), "pylock.toml")


def test_a_lock_becomes_sorted_pins_with_every_file():
    closure = parse(package("zipp", "3.0"), package(files="both"))
    assert [pin.name for pin in closure.pins] == ["attrs", "zipp"]
    assert closure.pins[0].files == (
        ("attrs-26.1.0-py3-none-any.whl", "https://files.example/attrs-26.1.0-py3-none-any.whl", A),
        ("attrs-26.1.0.tar.gz", "https://files.example/attrs-26.1.0.tar.gz", B),
    )
    assert closure.requires_python == ">=3.9"


def test_a_lock_of_nothing_is_an_empty_closure():
    closure = parse_pylock(f"{HEAD}packages = []\n".encode(), "pylock.toml")
    assert closure.pins == ()
    assert closure.requirements_text() == ""


def test_requirements_carry_marker_and_all_hashes():
    text = parse(package(files="both", marker="sys_platform == 'win32'")).requirements_text()
    assert text == (f'attrs==26.1.0 ; sys_platform == "win32" \\\n    --hash=sha256:{A} \\\n    --hash=sha256:{B}\n')


FORKS = (
    package("numpy", "2.0.2", "python_full_version < '3.10'"),
    package("numpy", "2.4.0", "python_full_version >= '3.10'", digest=C),
    package("colorama", "0.4.6", "sys_platform == 'win32'"),
    package("attrs"),
)


@pytest.mark.parametrize(
    ("python", "platform", "expected"),
    [
        ("3.9.1", "linux", ["attrs 26.1.0", "numpy 2.0.2"]),
        ("3.13.0", "linux", ["attrs 26.1.0", "numpy 2.4.0"]),
        ("3.13.0", "win32", ["attrs 26.1.0", "colorama 0.4.6", "numpy 2.4.0"]),
    ],
)
def test_markers_choose_what_one_environment_gets(python, platform, expected):
    environment = {**default_environment(), "python_full_version": python, "sys_platform": platform}
    chosen = parse(*FORKS).select(environment)
    assert [f"{pin.name} {pin.version}" for pin in chosen.pins] == expected
    assert ";" not in chosen.requirements_text()


def test_two_versions_in_one_environment_are_refused():
    closure = Closure((Pin("x", "1", "", (("f", "u", A),)), Pin("x", "2", "", (("f", "u", B),))))
    with pytest.raises(Refused) as refused:
        closure.select(dict(default_environment()))
    assert refused.value.code == "closure-ambiguous"


BAD = {
    "not toml": "packages = [",
    "not utf-8": b"\xff",
    "no version of the format": 'created-by = "x"\npackages = []\n',
    "a format to come": HEAD.replace("1.0", "2.0") + "packages = []\n",
    "no packages": HEAD,
    "no sha256": HEAD + package().replace("sha256", "md5"),
    "half a sha256": HEAD + package(digest="abcd"),
    "a folder": f'{HEAD}[[packages]]\nname = "x"\ndirectory = {{ path = "../x" }}\n',
    "a repository": f'{HEAD}[[packages]]\nname = "x"\nvcs = {{ type = "git", url = "u", commit-id = "{A[:8]}" }}\n',
    "an archive": f'{HEAD}[[packages]]\nname = "x"\narchive = {{ url = "x.zip", hashes = {{ sha256 = "{A}" }} }}\n',
    "no version": HEAD + package().replace('version = "26.1.0"\n', ""),
    "the file of another package": HEAD + package().replace('name = "attrs"', 'name = "other"'),
    "the file of another version": HEAD + package().replace('version = "26.1.0"', 'version = "1.0"'),
    "the same pin twice": HEAD + package() + package(digest=B),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_what_is_not_exactly_pinned_is_refused(text):
    with pytest.raises(Refused) as refused:
        parse_pylock(text if isinstance(text, bytes) else text.encode(), "evidence/pylock.toml")
    assert refused.value.code == "closure-malformed"
    assert "evidence/pylock.toml" in refused.value.message
