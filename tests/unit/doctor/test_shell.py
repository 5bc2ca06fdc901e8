"""Scripts as commands: near enough to a shell to tell what is run from what is only said."""

from __future__ import annotations

import pytest

from sealwright.doctor import programs
from sealwright.doctor.scripts import called_by
from sealwright.doctor.shell import commands


def words(script: str) -> list[str]:
    return [" ".join(command.words) for command in commands(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("twine upload dist/*", ["twine upload dist/*"]),
        ("a && b || c; d | e & f", list("abcdef")),
        ("twine \\\n  upload \\\n  dist/*", ["twine upload dist/*"]),
        ("echo 'a; b' \"c && d\"", ["echo a; b c && d"]),
        ("echo a # twine upload", ["echo a"]),
        ("echo a#b", ["echo a#b"]),
        ("if twine upload x; then echo y; fi", ["twine upload x", "echo y", "fi"]),
        ("A=1 B=2 twine upload", ["twine upload"]),
        ("sudo -E env X=1 twine upload", ["twine upload"]),
        ("cat <<'END'\ntwine upload\nEND\nls", ["cat", "ls"]),
        ("cat <<-END > file\n\ttwine upload\n\tEND\nls", ["cat file", "ls"]),
        ("cat <<< 'twine upload'", ["cat twine upload"]),
        ("twine upload dist/* 2>&1 >/dev/null", ["twine upload dist/* 2 1 /dev/null"]),
        ("x=$(python -m build)", ["build"]),
        ("echo `uv build`", ["echo", "uv build"]),
        ("(cd dist && sha256sum -c x)", ["cd dist", "sha256sum -c x"]),
        ("echo ${{ a && 'b c' }} d", ["echo ${{ a && 'b c' }} d"]),
        ('python -c "\nimport x\ntwine upload\n" y', ["python -c \nimport x\ntwine upload\n y"]),
        ("echo 'unclosed\ntwine upload", ["echo unclosed\ntwine uploa"]),
        ("", []),
        ("\\", []),
        ("<<", []),
    ],
)
def test_a_script_is_taken_apart(script: str, expected: list[str]) -> None:
    assert words(script) == expected


@pytest.mark.parametrize(
    ("line", "expected", "launchers"),
    [
        ("python -m twine upload x", "twine upload x", ("python -m",)),
        ('"$bin/python" -I -m twine upload x', "twine upload x", ("python -m",)),
        ("python3.13 -m build", "build", ("python -m",)),
        ("py -3.11 -m build", "build", ("python -m",)),
        ("$PYTHON -m build", "build", ("python -m",)),
        ("/opt/x/bin/twine upload", "twine upload", ()),
        (".venv/bin/twine upload", "twine upload", ()),
        ("uv run --with twine -- twine upload", "twine upload", ("uv run",)),
        ("uv run --group=x python -m twine upload", "twine upload", ("uv run", "python -m")),
        ("uvx --from build pyproject-build", "pyproject-build", ("uvx",)),
        ("uvx twine@6.1 upload", "twine upload", ("uvx",)),
        ("pipx run build --sdist", "build --sdist", ("pipx run",)),
        ("poetry run pytest", "pytest", ("poetry run",)),
        ("./twine upload", "./twine upload", ()),
        ("python script.py -m build", "python script.py -m build", ()),
        ("uv publish", "uv publish", ()),
    ],
)
def test_what_launches_a_program_is_set_apart(line: str, expected: str, launchers: tuple[str, ...]) -> None:
    (command,) = commands(line)
    assert (" ".join(command.words), command.launchers) == (expected, launchers)


def test_every_command_has_the_row_it_begins_in() -> None:
    script = "set -e\n\n# comment\na \\\n  b\ncat <<END\nx\nEND\nc 'd\ne'\nf"
    rows = [(command.words[0], command.row) for command in commands(script)]
    assert rows == [("set", 0), ("a", 3), ("cat", 5), ("c", 8), ("f", 10)]


def one(line: str):
    return commands(line)[-1]


@pytest.mark.parametrize(
    ("line", "index"),
    [
        ("twine upload dist/*", "pypi"),
        ("twine upload -r testpypi dist/*", "testpypi"),
        ("twine upload --repository-url=https://test.pypi.org/legacy/ dist/*", "testpypi"),
        ("twine upload --repository-url https://upload.pypi.org/legacy/ dist/*", "pypi"),
        ("twine upload --repository-url https://pypi.example.org/simple dist/*", "other"),
        ("uv publish --index testpypi", "testpypi"),
        ("twine upload -r $WHERE dist/*", "pypi"),
        ("twine upload -r internal dist/*", "other"),
    ],
)
def test_where_an_upload_goes(line: str, index: str) -> None:
    assert programs.uploads(one(line))
    assert programs.index_of(one(line), {}) == index


def test_where_an_upload_goes_by_the_environment() -> None:
    assert programs.index_of(one("twine upload x"), {"TWINE_REPOSITORY": "testpypi"}) == "testpypi"


@pytest.mark.parametrize(
    ("line", "uploads", "builds", "runs", "installs"),
    [
        ("twine check --strict dist/*", False, False, False, False),
        ("twine upload --dry-run", False, False, False, False),
        ("python setup.py sdist upload", True, True, True, False),
        ("build x", False, False, False, False),
        ("pip wheel . -w dist", False, True, True, False),
        ("pip install --require-hashes -r x.txt", False, False, False, False),
        ("pip install .", False, False, True, True),
        ("pip install --no-index dist/x.whl", False, False, False, False),
        ("uv pip install -e .[test]", False, False, True, True),
        ("uv sync --locked --no-install-project", False, False, False, False),
        ("uv sync --locked", False, False, True, False),
        ("uv run --no-project twine check x", False, False, False, False),
        ("uv run --no-project --with twine twine check x", False, False, False, True),
        ("uv run twine check x", False, False, True, False),
        ("uv tool install twine", False, False, False, True),
        ("pip download x", False, False, False, False),
        ("curl -L x | bash", False, False, False, True),
        ("curl -L x || bash", False, False, False, False),
        ("npm install", False, False, False, True),
        ("python scripts/x.py", False, False, True, False),
        ("python -c 'print()'", False, False, False, False),
        ("bash -c 'true'", False, False, False, False),
        ("./x", False, False, True, False),
        ("echo make", False, False, False, False),
        ("cat setup.py", False, False, False, False),
        ("sha256sum --strict -c x.txt", False, False, False, False),
    ],
)
def test_what_commands_do(line: str, uploads: bool, builds: bool, runs: bool, installs: bool) -> None:
    command = one(line)
    found = (
        programs.uploads(command),
        programs.builds(command),
        programs.runs_project(command),
        programs.installs(command, {}) is not None,
    )
    assert found == (uploads, builds, runs, installs)


@pytest.mark.parametrize(
    ("line", "checks"),
    [
        ("sha256sum --strict -c x", True),
        ("sha256sum --check x", True),
        ("shasum -a 256 -c x", True),
        ("gh attestation verify x --repo y", True),
        ("sealwright verify x", True),
        ("sha256sum dist/*", False),
        ("tar -c x", False),
    ],
)
def test_what_counts_as_a_check_of_digests(line: str, checks: bool) -> None:
    assert programs.checks_sums(one(line)) is checks


def test_scripts_that_start_each_other_come_to_an_end() -> None:
    files = {"scripts/a.sh": "bash scripts/b.sh\n", "scripts/b.sh": "bash scripts/a.sh\ntwine upload x\n"}
    assert any(programs.uploads(command) for command in called_by(one("bash scripts/a.sh"), files))
    makefile = {"Makefile": "a: b\n\techo\nb: a\n\ttwine upload x\n"}
    assert any(programs.uploads(command) for command in called_by(one("make a"), makefile))
