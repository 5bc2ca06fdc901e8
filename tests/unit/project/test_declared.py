"""What a commit declares, in every form that backends know, without running any of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import pytest
from packaging.specifiers import SpecifierSet

from sealwright.project.declared import Declared, Unknown, read_declared
from sealwright.project.declared.constraints import marker_of, specifier_of

FILES = {
    "README.md": "# Tiny\n",
    "CHANGES.rst": "Changes\n",
    "requirements.txt": "# pinned elsewhere\nfoo>=1\n\nbar\n",
    "summary.txt": "Small on purpose\n",
    "tiny.py": '"""Small on purpose.\n\nAnd more.\n"""\n',
}
SETUPTOOLS = '[build-system]\nrequires=["setuptools"]\nbuild-backend="setuptools.build_meta"\n'


def reader(files: dict[str, str]) -> Callable[[str], bytes | None]:
    return lambda path: files[path].encode() if path in files else None


def declared(pyproject: str = "", **files: str) -> Declared:
    every = {**FILES, **{name.replace("__", "."): text for name, text in files.items()}}
    return read_declared(tomllib.loads(pyproject), reader(every))


def lines(found: object) -> list[str]:
    assert not isinstance(found, Unknown), found
    return [str(requirement).replace("vcs @", "vcs@") for requirement in found]


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("^3.8", ">=3.8,<4"),
        ("^1.0.0-beta.1", ">=1.0.0-beta.1,<2"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.2", "~=1.2"),
        ("1.2.*", "==1.2.*"),
        ("!=1.2.*", "!=1.2.*"),
        ("*", ""),
        ("1.2", "==1.2"),
        ("=1.2", "==1.2"),
        (">=1.2 <2", ">=1.2,<2"),
        (">=1.2, !=1.5, <2", ">=1.2,!=1.5,<2"),
        ("v1.2", "==1.2"),
    ],
)
def test_poetrys_constraints_are_read_as_specifiers(constraint: str, expected: str) -> None:
    assert specifier_of(constraint) == SpecifierSet(expected)


@pytest.mark.parametrize("constraint", ["^1 || ^2", "latest", "^x", ">=1,,<<2"])
def test_a_constraint_that_is_not_understood_is_unknown_and_not_any_version(constraint: str) -> None:
    assert specifier_of(constraint) is None
    assert marker_of(constraint) is None


def test_poetry_declares_dependencies_extras_and_people() -> None:
    found = declared(
        """
        [build-system]
        build-backend = "poetry.core.masonry.api"
        [tool.poetry]
        name = "tiny"
        description = "Small on purpose"
        authors = ["Tiny Authors <tiny@example.org>"]
        license = "MIT"
        readme = ["README.md", "CHANGES.rst"]
        homepage = "https://tiny.example"
        [tool.poetry.dependencies]
        python = "^3.9"
        foo = "^1.2"
        bar = { version = "*", optional = true, extras = ["x"] }
        old = [{ version = "<2", python = "<3.10" }, { version = ">=2", markers = "python_version >= '3.10'" }]
        vcs = { git = "https://example.org/vcs.git", tag = "v1" }
        never = { version = "1", optional = true }
        [tool.poetry.extras]
        More_Of = ["bar"]
        [tool.poetry.group.dev.dependencies]
        pytest = "*"
        [tool.poetry.dev-dependencies]
        nose = "*"
        [tool.poetry.scripts]
        tiny = "tiny:main"
        file = { reference = "bin/x.sh", type = "file" }
        [tool.poetry.plugins."tiny.plugins"]
        one = "tiny:one"
        [tool.poetry.urls]
        "Bug Tracker" = "https://tiny.example/bugs"
        """
    )
    assert lines(found.dependencies) == [
        "foo<2,>=1.2",
        'old<2; python_version < "3.10"',
        'old>=2; python_version >= "3.10"',
        "vcs@ git+https://example.org/vcs.git@v1",
    ]
    assert {extra: lines(several) for extra, several in found.optional.items()} == {"more-of": ["bar[x]"]}
    assert SpecifierSet(found.requires_python) == SpecifierSet(">=3.9,<4")
    assert found.entry_points == {"console_scripts": {"tiny": "tiny:main"}, "tiny.plugins": {"one": "tiny:one"}}
    assert found.urls == {("homepage", "https://tiny.example"), ("bugtracker", "https://tiny.example/bugs")}
    assert (found.authors.names, found.authors.emails) == ({"Tiny Authors"}, {"tiny@example.org"})
    assert found.readme.text == "# Tiny\n\nChanges\n"
    assert found.adds_classifiers


@pytest.mark.parametrize(
    "dependency",
    ['{ path = "../x" }', '"^1 || ^2"', '{ version = "1", platform = "linux" }', '{ git = "git@x.org:x/y" }', "3"],
)
def test_a_dependency_of_poetry_that_is_not_understood_is_said(dependency: str) -> None:
    found = declared(
        f'[build-system]\nbuild-backend="poetry.core.masonry.api"\n[tool.poetry.dependencies]\nx={dependency}\n'
    )
    assert isinstance(found.dependencies, Unknown)
    assert isinstance(found.optional, Unknown)
    assert "x" in found.dependencies.why


def test_flit_declares_in_its_own_table() -> None:
    found = declared(
        """
        [build-system]
        build-backend = "flit_core.buildapi"
        [tool.flit.metadata]
        module = "tiny"
        author = "Tiny Authors"
        author-email = "tiny@example.org"
        home-page = "https://tiny.example"
        requires = ["foo>=1"]
        requires-python = ">=3.9"
        description-file = "README.md"
        [tool.flit.metadata.requires-extra]
        test = ["pytest"]
        [tool.flit.scripts]
        tiny = "tiny:main"
        [tool.flit.entrypoints."tiny.plugins"]
        one = "tiny:one"
        """
    )
    assert lines(found.dependencies) == ["foo>=1"]
    assert {extra: lines(several) for extra, several in found.optional.items()} == {"test": ["pytest"]}
    assert found.summary == "Small on purpose."
    assert found.entry_points == {"console_scripts": {"tiny": "tiny:main"}, "tiny.plugins": {"one": "tiny:one"}}
    assert (found.readme.text, found.readme.content_type) == ("# Tiny\n", "text/markdown")


SETUP_CFG = """
[metadata]
name = tiny
description = Small on purpose
long-description = file: README.md, CHANGES.rst
long_description_content_type = text/markdown; charset=UTF-8
author = Tiny Authors
author_email = tiny@example.org
license = MIT
url = https://tiny.example
project_urls =
    Bug Tracker = https://tiny.example/bugs
keywords = small, tiny
classifiers =
    Typing :: Typed
[options]
python_requires = >=3.9
install_requires =
    foo>=1
    # bar is not needed
    bar; os_name == "nt"
[options.extras_require]
test = pytest; coverage
Docs_All =
    sphinx
[options.entry_points]
console_scripts =
    tiny = tiny:main
"""


@pytest.mark.parametrize(
    "script",
    [
        None,
        "from setuptools import setup\nsetup()\n",
        "import setuptools\n\nif __name__ == '__main__':\n    setuptools.setup(use_scm_version={'write_to': 'x.py'})\n",
    ],
)
def test_setup_cfg_declares_where_no_code_could_say_otherwise(script: str | None) -> None:
    found = declared(setup__cfg=SETUP_CFG, **({"setup__py": script} if script else {}))
    assert lines(found.dependencies) == ["foo>=1", 'bar; os_name == "nt"']
    assert {extra: lines(several) for extra, several in found.optional.items()} == {
        "test": ["pytest", "coverage"],
        "docs-all": ["sphinx"],
    }
    assert found.requires_python == ">=3.9"
    assert found.summary == "Small on purpose"
    assert found.keywords == {"small", "tiny"}
    assert found.classifiers == {"Typing :: Typed"}
    assert found.urls == {("homepage", "https://tiny.example"), ("bugtracker", "https://tiny.example/bugs")}
    assert (found.readme.text, found.readme.content_type) == ("# Tiny\n\nChanges\n", "text/markdown")
    assert found.entry_points == {"console_scripts": {"tiny": "tiny:main"}}


@pytest.mark.parametrize(
    "script",
    [
        "from setuptools import setup\nsetup(install_requires=open('x').read())\n",
        "from setuptools import setup\nprint(1)\nsetup()\n",
        "from setuptools import setup\nsetup(**words)\n",
        "this is not Python",
    ],
)
def test_what_setup_py_may_decide_is_unknown(script: str) -> None:
    found = declared(setup__cfg=SETUP_CFG, setup__py=script)
    values = (
        found.dependencies,
        found.optional,
        found.entry_points,
        found.summary,
        found.requires_python,
        found.readme,
    )
    assert all(isinstance(value, Unknown) and "setup.py" in value.why for value in values)


def test_fields_that_setuptools_reads_from_committed_files_are_known() -> None:
    found = declared(
        SETUPTOOLS
        + """
        [project]
        name = "tiny"
        dynamic = ["version", "dependencies", "optional-dependencies", "description", "readme", "classifiers"]
        [tool.setuptools.dynamic]
        version = { attr = "tiny.__version__" }
        dependencies = { file = ["requirements.txt"] }
        optional-dependencies.test = { file = "requirements.txt" }
        description = { file = "summary.txt" }
        readme = { file = ["README.md"], content-type = "text/markdown" }
        """
    )
    assert lines(found.dependencies) == ["foo>=1", "bar"]
    assert {extra: lines(several) for extra, several in found.optional.items()} == {"test": ["foo>=1", "bar"]}
    assert found.summary == "Small on purpose"
    assert found.readme.text == "# Tiny\n"


@pytest.mark.parametrize("dynamic", ['{ file = "missing.txt" }', '{ attr = "tiny.needs" }'])
def test_a_dynamic_field_that_no_committed_file_holds_is_unknown(dynamic: str) -> None:
    found = declared(
        f'{SETUPTOOLS}[project]\nname="tiny"\ndynamic=["dependencies"]\n[tool.setuptools.dynamic]\ndependencies={dynamic}\n'
    )
    assert isinstance(found.dependencies, Unknown)


@pytest.mark.parametrize("backend", ["hatchling.build", "pdm.backend", "maturin"])
def test_what_is_dynamic_for_another_backend_is_unknown(backend: str) -> None:
    found = declared(
        f'[build-system]\nbuild-backend="{backend}"\n[project]\nname="tiny"\ndescription="x"\ndynamic=["dependencies","readme"]\n'
    )
    assert isinstance(found.dependencies, Unknown)
    assert isinstance(found.readme, Unknown)
    assert found.optional == {}
    assert found.summary == "x"


def test_a_project_in_no_form_that_is_known_declares_nothing_that_could_be_compared() -> None:
    found = declared('[build-system]\nbuild-backend="my_backend"\n')
    assert isinstance(found.dependencies, Unknown)
    assert isinstance(found.entry_points, Unknown)
