import io
import zipfile

import pytest
from tests.attacks.test_archives import WHEELS
from tests.support.archives import LIMITS, good_wheel
from tests.support.archives import WHEEL as GOOD

from sealwright.errors import Refused
from sealwright.verify.wheel import EntryPoint, read_wheel

NAME = "tiny_project-1.2.3-py3-none-any.whl"
INFO = "tiny_project-1.2.3.dist-info"
METADATA = """\
Metadata-Version: 2.4
Name: tiny-project
Version: 1.2.3
Requires-Python: >=3.11
Requires-Dist: rich; extra == 'Colour'
Requires-Dist: attrs>=20
Provides-Extra: Colour
Provides-Extra: all_of-it
"""
POINTS = """\
[console_scripts]
Tiny-Up = tiny_project:main.up [Colour]
[gui_scripts]
win=tiny_project:win
[pytest11]
p = tiny
"""


def archive(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, text in members.items():
            target.writestr(name, text)
    return stream


def described(metadata=METADATA, points=""):
    members = {"tiny_project.py": "", f"{INFO}/METADATA": metadata, f"{INFO}/entry_points.txt": points}
    return read_wheel(archive(members), NAME)


def test_a_wheel_says_what_it_needs_and_offers():
    members = {
        "tiny_project/__init__.py": "",
        "tiny_project-1.2.3.data/scripts/tiny-run": "#!python",
        f"{INFO}/METADATA": METADATA,
        f"{INFO}/entry_points.txt": POINTS,
    }
    wheel = read_wheel(archive(members), NAME)
    assert (wheel.name, wheel.version, wheel.requires_python) == ("tiny-project", "1.2.3", ">=3.11")
    assert wheel.requires_dist == ("attrs>=20", 'rich; extra == "colour"')
    assert wheel.extras == ("all-of-it", "colour")
    assert wheel.entry_points == (
        EntryPoint("console_scripts", "Tiny-Up", "tiny_project:main.up", ("colour",)),
        EntryPoint("gui_scripts", "win", "tiny_project:win"),
        EntryPoint("pytest11", "p", "tiny"),
    )
    assert [(point.program, point.graphical) for point in wheel.entry_points] == [
        (True, False),
        (True, True),
        (False, False),
    ]
    assert wheel.scripts == ("tiny-run",)
    assert wheel.imports == ("tiny_project",)


@pytest.mark.parametrize(
    ("name", "members"),
    [
        (NAME, {}),
        (NAME, {"a.dist-info/METADATA": METADATA, "b.dist-info/METADATA": METADATA}),
        (NAME, {f"{INFO}/RECORD": ""}),
        (NAME, {f"{INFO}/METADATA": METADATA, f"{INFO}/entry_points.txt": "no section"}),
        ("tiny.whl", {f"{INFO}/METADATA": METADATA}),
    ],
)
def test_what_is_no_wheel_is_refused(name, members):
    with pytest.raises(Refused) as refused:
        read_wheel(archive(members), name)
    assert refused.value.code == "wheel-malformed"


def test_bytes_that_are_no_archive_are_refused():
    with pytest.raises(Refused):
        read_wheel(io.BytesIO(b"PK no"), NAME)


HOSTILE_METADATA = {
    "an option for the installer": "Requires-Dist: --index-url https://evil.example/simple\n",
    "an option on a line of its own": "Requires-Dist: attrs\n  --index-url https://evil.example/simple\n",
    "a file of requirements": "Requires-Dist: -r /etc/passwd\n",
    "a folder": "Requires-Dist: -e .\n",
    "no requirement": "Requires-Dist: attrs >=\n",
    "a deep marker": f"Requires-Dist: attrs; {'(' * 5000}os_name == 'nt'{')' * 5000}\n",
    "a deep marker that fits a line": f"Requires-Dist: attrs; {'(' * 480}os_name == 'nt'{')' * 480}\n",
    "a long requirement": f"Requires-Dist: attrs{','.join('!=1' for _ in range(1000))}\n",
    "many requirements": "".join(f"Requires-Dist: needed-{n}\n" for n in range(6000)),
    "many versions of Python": f"Requires-Python: {','.join(f'!=3.{n}' for n in range(1000))}\n",
    "a large description": f"\n{'x' * (5 << 20)}",
}


@pytest.mark.parametrize("lines", HOSTILE_METADATA.values(), ids=HOSTILE_METADATA.keys())
def test_metadata_that_would_mislead_or_hold_up_a_resolver_is_refused(lines):
    head = "Metadata-Version: 2.4\nName: tiny-project\nVersion: 1.2.3\n"
    with pytest.raises(Refused) as refused:
        described(head + lines)
    assert refused.value.code == "wheel-malformed"
    assert len(refused.value.message) < 400


@pytest.mark.parametrize("name", ["../tiny", "/bin/ls", "-rf", "a/b", "a\\b"])
def test_a_program_with_a_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(Refused) as refused:
        described(points=f"[console_scripts]\n{name} = tiny_project:main\n")
    assert "no name of a program" in refused.value.message


def test_a_target_that_is_no_object_is_kept_to_be_said():
    (point,) = described(points="[plugins]\nodd = not-a-module\n").entry_points
    assert (point.target, point.malformed) == ("not-a-module", True)


def test_dependencies_by_address_are_known():
    wheel = described(
        METADATA + "Requires-Dist: evil @ https://evil.example/evil-1.0-py3-none-any.whl ; extra == 'x'\n"
    )
    assert wheel.direct == ('evil @ https://evil.example/evil-1.0-py3-none-any.whl ; extra == "x"',)


# What an archive cannot be, as opposed to what a release should not contain: that is left to the stage inspect.
AMBIGUOUS = {
    name: attack
    for name, (code, attack) in WHEELS.items()
    if code
    in {
        "path-traversal",
        "absolute-path",
        "duplicate-member",
        "case-collision",
        "member-below-file",
        "symbolic-link",
        "special-file",
        "metadata-missing",
        "zip-comment",
        "trailing-data",
        "prepended-data",
        "hidden-data",
        "zip-headers-differ",
        "zip-flags",
        "zip-size-lies",
        "decompression-bomb",
        "member-too-large",
        "too-many-members",
        "unreadable",
    }
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("attack", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_an_archive_that_programs_read_differently_is_refused_before_anything_is_made_of_it(attack):
    draft = good_wheel()
    data = attack(draft) or draft.build()
    with pytest.raises(Refused) as refused:
        read_wheel(io.BytesIO(data), GOOD, LIMITS)
    assert refused.value.code == "wheel-malformed"
    assert refused.value.message.isprintable()


def test_the_table_of_attacks_has_such_archives():
    assert len(AMBIGUOUS) > 20


def test_what_a_backend_makes_is_read():
    assert read_wheel(io.BytesIO(good_wheel().build()), GOOD).imports == ("tiny",)
