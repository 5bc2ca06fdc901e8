import re
import subprocess
import sys
from pathlib import Path

import pytest

from sealwright import __version__, cli
from sealwright.errors import UsageError

ROOT = Path(__file__).parents[3]
TEXTS = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])


def test_help_lists_every_command_and_the_exit_codes(capsys):
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in cli.COMMANDS)
    assert "3 could not judge" in text


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: sealwright {name}" in capsys.readouterr().out


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_that_a_message_or_a_document_names_exists(path):
    named = re.findall(r"(?:`|^)sealwright ([a-z][a-z-]*)", path.read_text(), re.MULTILINE)
    assert set(named) <= {*cli.COMMANDS, "help"}


def test_nothing_at_all_is_a_usage_error_with_help(capsys):
    assert cli.main([]) == 2
    assert "usage: sealwright" in capsys.readouterr().out


def test_an_unknown_command_is_a_usage_error_on_stderr(capsys):
    assert cli.main(["publish"]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert "no command `publish`" in caught.err


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"{__version__}\n"


def test_an_error_says_what_and_what_next(capsys, monkeypatch):
    def run(_):
        raise UsageError("no-good", "x is not y", hint="make it y")

    monkeypatch.setattr(cli.importlib, "import_module", lambda _: type("M", (), {"run": staticmethod(run)}))
    assert cli.main(["stage"]) == 2
    assert capsys.readouterr().err == "error: no-good: x is not y\n  fix: make it y\n"


def test_what_the_system_refuses_is_an_error_and_no_traceback(capsys, monkeypatch):
    def run(_):
        raise OSError(28, "No space left on device", "/somewhere")

    monkeypatch.setattr(cli.importlib, "import_module", lambda _: type("M", (), {"run": staticmethod(run)}))
    assert cli.main(["rehearse"]) == 3
    text = capsys.readouterr().err
    assert text.startswith("error: system-refused: ")
    assert "No space left on device" in text
    assert "/somewhere" in text
    assert "fix: " in text


@pytest.mark.parametrize("arguments", [["--help"], ["rehearse", "--help"]])
def test_help_costs_no_imports_of_others(arguments):
    code = (
        "import sys\nfrom sealwright.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        "heavy = {'pydantic', 'sigstore', 'rich', 'urllib3', 'cryptography'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
