"""What commands do, as far as a release is concerned."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sealwright.doctor.shell import Command

PYPI, TESTPYPI, OTHER = "pypi", "testpypi", "other"
"""Where something is uploaded to. Any other index has rules of its own, and none of ours."""

_UPLOADS = (
    *(("twine", "upload"), ("maturin", "upload")),
    *((tool, "publish") for tool in ("flit", "poetry", "uv", "hatch", "pdm", "rye", "maturin")),
)
_BUILDS = (
    *(("pyproject-build",), ("cibuildwheel",), ("pip", "wheel")),
    *((tool, "build") for tool in ("uv", "hatch", "poetry", "flit", "pdm", "rye", "maturin")),
)
_TESTS = (
    *(("pytest",), ("py.test",), ("tox",), ("nox",), ("unittest",), ("coverage", "run"), ("hatch", "test")),
    *((runner, target) for runner in ("make", "just", "task") for target in ("test", "tests", "check")),
)
_SIGNS = (("sigstore", "sign"), ("sigstore", "attest"), ("cosign", "sign"), ("cosign", "sign-blob"))
_CHECKS = (
    *(("gh", "attestation", "verify"), ("slsa-verifier",), ("sealwright",)),
    *(("sigstore", "verify"), ("cosign", "verify"), ("cosign", "verify-blob")),
)
_SUMS = ("sha256sum", "sha512sum", "shasum", "b2sum")
_INSTALLS = (("pip", "install"), ("uv", "pip", "install"), ("uv", "pip", "sync"))
_TOOL_INSTALLS = (("uv", "tool", "install"), ("pipx", "install"))
_NODE = (
    *(("npx",), ("bunx",)),
    *((tool, word) for tool in ("npm", "pnpm", "yarn") for word in ("install", "i", "exec")),
)
_VALUED = (
    *("-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints"),
    *("-i", "--index-url", "--index", "--extra-index-url", "-f", "--find-links"),
    *("-p", "--python", "-t", "--target", "--prefix", "--root", "--cache-dir"),
)
_RUNNERS = ("make", "just", "task", "invoke", "tox", "nox")
_INTERPRETER = re.compile(r"(?:python|pypy|py)[0-9.]*|bash|sh|node|pwsh")
_SCRIPT = re.compile(r"(?:[\w.-]+/)*[\w.-]+\.(?:py|sh|bash|ps1|js)|\.{1,2}/[\w./-]+")
_PYPI = re.compile(r"(?:^|//)(?:upload\.)?pypi\.org(?:[/:]|$)")
_INDEX_OPTIONS = (
    *("--repository-url", "--publish-url", "--index-url"),
    *("--repository", "-r", "--index", "-i", "--repo"),
)
_INDEX_VARIABLES = (
    *("TWINE_REPOSITORY_URL", "TWINE_REPOSITORY", "UV_PUBLISH_URL", "UV_PUBLISH_INDEX", "HATCH_INDEX_REPO"),
    *("FLIT_INDEX_URL", "PDM_PUBLISH_REPO", "MATURIN_REPOSITORY_URL", "MATURIN_REPOSITORY"),
)


def uploads(command: Command) -> bool:
    """Whether it uploads distributions to an index."""
    if command.has("--dry-run"):
        return False
    return _any(command, _UPLOADS) or ("setup.py" in command.words[:2] and "upload" in command.words)


def index_of(command: Command, variables: Mapping[str, str]) -> str:
    """Which index it uploads to: `pypi`, `testpypi` or `other`."""
    given = command.value_of(*_INDEX_OPTIONS)
    return index_named(given or next((variables[name] for name in _INDEX_VARIABLES if variables.get(name)), ""))


def index_named(given: str) -> str:
    """The index that an address or a name in a configuration stands for; nothing stands for PyPI."""
    word = given.strip().strip("\"'").lower()
    if "${{" not in word and re.search(r"test\.pypi\.org|^test-?_?pypi$|^pypi-?_?test$", word):
        return TESTPYPI
    # What is computed could be PyPI, and is looked at as if it were.
    computed = "$" in word
    return PYPI if computed or word in ("", "pypi") or _PYPI.search(word) else OTHER


def builds(command: Command) -> bool:
    """Whether it builds a distribution, which runs the project's code."""
    made = "setup.py" in command.words[:2] and bool({"sdist", "bdist_wheel", "bdist", "build"} & set(command.words))
    # A bare `build` would be somebody's script.
    module = command.words[0] == "build" and bool(command.launchers)
    return made or module or _any(command, _BUILDS)


def tests(command: Command) -> bool:
    """Whether it runs a test suite."""
    return _any(command, _TESTS)


def signs(command: Command) -> bool:
    """Whether it asks for an identity token in order to sign, or to see it refused."""
    stage = command.starts("sealwright", "stage") and bool({"attest", "seal", "probe"} & set(command.words))
    return stage or _any(command, _SIGNS)


def checks_sums(command: Command) -> bool:
    """Whether it holds files against digests or signatures."""
    given = command.has("--check") or any(re.fullmatch(r"-[a-z]*c", word) for word in command.words)
    return (command.words[0] in _SUMS and given) or _any(command, _CHECKS)


def runs_project(command: Command) -> bool:
    """Whether it runs code of the checked-out project: builds, tests or installs it, or runs a script of it."""
    if builds(command) or tests(command) or command.words[0] in _RUNNERS or _installs_project(command):
        return True
    interpreted = _INTERPRETER.fullmatch(command.words[0]) and len(command.words) > 1
    return bool(_SCRIPT.fullmatch(command.words[1 if interpreted else 0]))


def _installs_project(command: Command) -> bool:
    if _any(command, _INSTALLS):
        return any(word == "." or word.startswith((".[", "./", "-e", "--editable")) for word in command.words)
    without = command.has("--no-install-project", "--only-group", "--no-install-workspace", "--no-root", "--no-project")
    # `uv run` and its like put the project into the environment first.
    started = {"uv run", "poetry run", "pdm run", "hatch run"} & set(command.launchers)
    synced = any(
        command.starts(tool, word) for tool, word in (("uv", "sync"), ("poetry", "install"), ("pdm", "install"))
    )
    return bool(started or synced) and not without


def installs(command: Command, files: Mapping[str, str]) -> str | None:
    """What it fetches and runs without its digest being known beforehand, in a few words; None where it does not.

    `files` has the repository's requirement files by path.
    """
    if _any(command, _INSTALLS):
        return None if command.has("--require-hashes", "--no-index") or _hashed(command, files) else "unhashed packages"
    fetched = {"uvx", "uv tool run", "pipx run"} & set(command.launchers) or "--with" in command.options
    if _any(command, _TOOL_INSTALLS) or fetched:
        return "a tool and its dependencies, unhashed"
    if _any(command, _NODE):
        return "packages from npm"
    interpreted = _INTERPRETER.fullmatch(command.words[0])
    return "a script from the network" if interpreted and command.feeder in ("curl", "wget") else None


def requirement_files(command: Command, files: Mapping[str, str]) -> tuple[str, ...]:
    """The repository's requirement files that an install names."""
    if not _any(command, _INSTALLS):
        return ()
    pairs = zip(command.words, (*command.words[1:], ""), strict=True)
    named = [value for option, value in pairs if option in ("-r", "--requirement", "--requirements")]
    named += [word.partition("=")[2] for word in command.words if word.startswith("--requirement")]
    named += [word for word in command.words if command.starts("uv", "pip", "sync") and word.endswith(".txt")]
    return tuple(dict.fromkeys(path for name in named if (path := _found(name, files))))


def _hashed(command: Command, files: Mapping[str, str]) -> bool:
    """Whether everything comes from files with hashes: pip then checks them without being told."""
    named = requirement_files(command, files)
    words = command.words[next(len(known) for known in _INSTALLS if command.starts(*known)) :]
    pairs = zip(words, ("", *words), strict=False)
    others = [word for word, before in pairs if not word.startswith("-") and before not in _VALUED]
    synced = command.starts("uv", "pip", "sync")
    return bool(named) and (synced or not others) and all("--hash=" in files[path] for path in named)


def _found(name: str, files: Mapping[str, str]) -> str | None:
    plain = name.removeprefix("./")
    return plain if plain in files else next((path for path in sorted(files) if path.endswith(f"/{plain}")), None)


def _any(command: Command, known: tuple[tuple[str, ...], ...]) -> bool:
    return any(command.starts(*words) for words in known)
