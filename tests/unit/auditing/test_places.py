from __future__ import annotations

import json

import pytest

from sealwright.auditing.places import Lock, Pyproject

PYPROJECT = """\
# requests is needed
[build-system]
requires = ["requests", "flask"]

[project]  # ours
name = "requests-tools"
keywords = ["requests", "urllib3"]
dependencies = [
  # "flask",
  "Flask_Login[x]>=1; extra == 'requests'",
  'Requests[socks] >=2 ; python_version < "4"', "idna==3",
  "certifi",
]

[project.optional-dependencies]
all = ["urllib3"]

[tool.poetry.dependencies]
pyyaml = "^5"
"""


@pytest.mark.parametrize(
    ("package", "direct", "line"),
    [
        ("requests", "", 11),
        ("urllib3", "requests", 11),
        ("idna", "", 11),
        ("flask-login", "", 10),
        ("certifi", "certifi", 12),
        ("pyyaml", "", 19),
        ("flask", "", 5),
        ("urllib3", "", 5),
        ("name", "", 5),
    ],
)
def test_line_is_that_of_the_direct_dependency_or_of_the_project(package: str, direct: str, line: int) -> None:
    assert Pyproject("pyproject.toml", PYPROJECT).line((package, "1"), direct) == line


def test_dependencies_in_one_line_are_found() -> None:
    text = '[project]\nname = "x"\ndependencies = ["a>=1", "b"]\n'
    assert Pyproject("pyproject.toml", text).line(("b", "1"), "") == 3


@pytest.mark.parametrize("text", ["", "not toml at all", "[tool.other]\nx = 1\n"])
def test_without_a_project_it_is_the_first_line(text: str) -> None:
    assert Pyproject("pyproject.toml", text).line(("a", "1"), "") == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a==1 \\\n    --hash=sha256:0\nRequests[socks]==2.19.1 ; python_version < '4' \\\n", 3),
        ('lock-version = "1.0"\n[[packages]]\nname = "a"\n[[packages]]\nname = "requests"\n', 5),
        (json.dumps({"components": [{"purl": "pkg:pypi/requests@2.19.1"}]}, indent=1), 4),
        (json.dumps({"components": [{"purl": "pkg:pypi/requests@2.19.1"}]}), 1),
        ("requests-toolbelt==1\n", 1),
    ],
)
def test_locks_and_sboms_name_their_packages_somewhere(text: str, line: int) -> None:
    assert Lock("x", text).line(("requests", "2.19.1"), "flask") == line
