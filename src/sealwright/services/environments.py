"""Python environments, made by uv: empty ones to try a distribution in, hash-locked ones to build in."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.services.package_index import PackageIndex
from sealwright.services.processes import Finished, run, run_contained

__all__ = [
    "Environment",
    "PackageIndex",
    "base_env",
    "build_variables",
    "build_wheel",
    "find_uv",
    "make_environment",
    "uv",
    "uv_cache",
    "uv_env",
]

# An allow-list: whatever GitHub or a user adds to the environment later stays out of reach of project code.
_KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "UV_CACHE_DIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    # without these, nothing starts on Windows
    "APPDATA",
    "COMSPEC",
    "LOCALAPPDATA",
    "PATHEXT",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "WINDIR",
)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_HOMES = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA") if os.name == "nt" else ("HOME",)
_BIN, _EXE = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")


def base_env(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for project code: no token, no identity, no GITHUB_*, no index, nothing that Python reads."""
    return {name: environ[name] for name in _KEPT if name in environ}


def build_variables(epoch: int | None) -> dict[str, str]:
    """What every build sees beside `base_env`, so that neither clock, locale nor hash order get into the files.

    `epoch` is in Unix seconds (https://reproducible-builds.org/docs/source-date-epoch/); None leaves it to the backend.
    """
    fixed = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    return fixed if epoch is None else {"SOURCE_DATE_EPOCH": str(epoch), **fixed}


def uv_env(environ: Mapping[str, str], index: PackageIndex) -> dict[str, str]:
    """The environment for uv itself. Never for a uv that runs project code: an index URL may hold a password."""
    proxies = {name: environ[name] for proxy in _PROXIES for name in (proxy, proxy.lower()) if name in environ}
    return {
        **base_env(environ),
        **proxies,
        **index.uv_env(),
        "UV_NO_CONFIG": "1",
        "UV_NO_PROGRESS": "1",
        # A download of ten seconds is no answer to a Python that was asked for and is not here.
        "UV_PYTHON_DOWNLOADS": "never",
    }


def find_uv(environ: Mapping[str, str]) -> Path:
    """The uv beside the running Python, else the one its package knows, else the first on PATH.

    Raises UsageError (`uv-missing`).
    """
    # Not resolved: the interpreter of a virtual environment is a link to one elsewhere.
    beside = Path(sys.executable).parent / f"uv{_EXE}"
    if beside.is_file():
        return beside
    try:
        return Path(importlib.import_module("uv").find_uv_bin())
    except (ImportError, FileNotFoundError):
        pass  # not installed as a package; PATH is left
    found = shutil.which("uv", path=environ.get("PATH", os.defpath))
    if found is None:
        raise UsageError(
            "uv-missing",
            "uv is neither beside this Python nor on PATH",
            hint="install `sealwright[release]`, or uv by itself",
        )
    return Path(found)


def uv_cache(environ: Mapping[str, str]) -> Path:
    """Where uv keeps what it downloaded: UV_CACHE_DIR for processes that have another HOME."""
    env = {**uv_env(environ, PackageIndex()), **{k: environ[k] for k in ("XDG_CACHE_HOME",) if k in environ}}
    return Path(run((find_uv(environ), "cache", "dir"), env=env).stdout.strip())


def uv(
    arguments: Sequence[str | Path],
    environ: Mapping[str, str],
    index: PackageIndex,
    *,
    cwd: Path | None = None,
    stdin: bytes | None = None,
) -> Finished:
    """Run uv against `index`. Raises Refused or Unavailable with what uv said."""
    argv = (find_uv(environ), *arguments)
    finished = run(argv, env=uv_env(environ, index), cwd=cwd, stdin=stdin, check=False)
    if finished.returncode != 0:
        raise _explained(finished)
    return finished


_REPLACED = (
    "the index serves other bytes than those that were locked: do not release before you know whether the file was "
    "replaced or the lock is of other files; compare its digest with what the project itself publishes"
)
# What uv says, the code, what to do. The first that fits.
_COMPLAINTS = (
    ("Hash mismatch", "hash-mismatch", _REPLACED),
    ("all requirements must have a hash", "hash-missing", "lock every requirement with `--hash`"),
    ("must have their versions pinned", "hash-missing", "lock every requirement as `name==version --hash=...`"),
    ("no usable wheels", "wheel-missing", "nothing is built from source here; choose a version that has a wheel"),
    ("no matching wheel", "wheel-missing", "nothing is built from source here; choose a version that has a wheel"),
    (
        "Wheels are required for",
        "wheel-missing",
        "nothing is built from source here; choose a version that has a wheel",
    ),
    ("No solution found", "unresolvable", "correct the requirements, or the index that pip is configured for"),
)
_UNANSWERED = (
    "Failed to fetch",
    "error sending request",
    "Request failed after",
    "dns error",
    "client error (Connect)",
)


def _explained(finished: Finished) -> SealwrightError:
    command = " ".join(Path(word).name if at == 0 else word for at, word in enumerate(finished.argv[:3]))
    message = f"`{command}` ended with exit code {finished.returncode}:\n{finished.tail}"
    for words, code, hint in _COMPLAINTS:
        if words in finished.stderr:
            return Refused(code, message, hint=hint)
    if any(words in finished.stderr for words in _UNANSWERED):
        return Unavailable("index-unavailable", message, hint="check the network and pip's index settings")
    return Refused("environment-refused", message, hint="uv gives the reason above; nothing was built or installed")


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment with nothing in it but what `install` put there, not even pip."""

    folder: Path
    environ: Mapping[str, str]
    """Of the job; what runs inside sees `run_env` only."""
    index: PackageIndex

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return self.folder / _BIN

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.bin / f"python{_EXE}"

    def script(self, name: str) -> Path:
        """Where a console script of this name would be."""
        return self.bin / f"{name}{_EXE}"

    def run_env(self) -> dict[str, str]:
        """`base_env` with this environment first on PATH."""
        env = base_env(self.environ)
        path = os.pathsep.join(part for part in (str(self.bin), env.get("PATH", os.defpath)) if part)
        return {**env, "PATH": path, "VIRTUAL_ENV": str(self.folder)}

    def install(self, requirements: str, *, no_deps: bool = True, only_binary: bool = True) -> None:
        """Install the text of a requirements file in which everything is pinned by hash.

        Raises Refused (`hash-mismatch`, `hash-missing`, `wheel-missing`, ...) or Unavailable.
        """
        if not requirements.strip():
            return
        options = ["--require-hashes", *self.index.uv_options]
        if no_deps:
            options.append("--no-deps")
        if only_binary:
            options += ["--only-binary", ":all:"]
        if self.index.extra_index_urls:
            # The hash decides what is installed, so any index may supply it.
            options += ["--index-strategy", "unsafe-best-match"]
        self._pip("install", *options, "-r", "-", stdin=requirements.encode())

    def install_file(self, wheel: Path) -> None:
        """Install exactly this wheel, without its dependencies. Raises Refused."""
        self._pip("install", "--no-deps", "--no-index", "--offline", wheel.absolute())

    def complaints(self) -> str:
        """What `uv pip check` finds wrong with the dependencies of what is installed; empty if nothing."""
        argv = (find_uv(self.environ), "pip", "check", "--python", self.python)
        finished = run(argv, env=uv_env(self.environ, self.index), check=False)
        return "" if finished.returncode == 0 else finished.tail

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path,
        timeout: float = 900,
        extra: Mapping[str, str] | None = None,
    ) -> Finished:
        """Run a program of this environment, whatever it ends with. Raises Unavailable."""
        env = {**self.run_env(), **(extra or {})}
        first = shutil.which(str(argv[0]), path=env["PATH"]) or argv[0]  # a child's PATH does not count for its start
        return run((first, *argv[1:]), env=env, cwd=cwd, timeout=timeout, check=False)

    def try_out(self, argv: Sequence[str | Path], *, cwd: Path, home: Path, timeout: float) -> Finished:
        """Run a program of this environment that may do anything, with `home` as the home of its user.

        Its own user's would show it settings that others do not have, and would be left changed.
        Raises Unavailable (`program-missing`, `process-timeout`).
        """
        env = {**self.run_env(), **dict.fromkeys(_HOMES, str(home))}
        first = shutil.which(str(argv[0]), path=env["PATH"]) or argv[0]
        return run_contained((first, *argv[1:]), env=env, cwd=cwd, timeout=timeout)

    def _pip(self, command: str, *arguments: str | Path, stdin: bytes | None = None) -> None:
        uv(("pip", command, "--python", self.python, *arguments), self.environ, self.index, stdin=stdin)


def make_environment(folder: Path, python: str | Path, environ: Mapping[str, str], index: PackageIndex) -> Environment:
    """A new, empty environment in `folder` for the interpreter `python`. Raises Refused or Unavailable."""
    uv(("venv", "--quiet", "--no-project", "--python", python, folder.absolute()), environ, index)
    return Environment(folder.absolute(), environ, index)


def build_wheel(sdist: Path, out: Path, environment: Environment, variables: Mapping[str, str]) -> Path:
    """Build the one wheel of an sdist with the backend that is installed in `environment`, into the empty `out`.

    Raises Refused (`build-failed`).
    """
    # uv hands its own environment to the backend, so it gets none that project code must not see, and no network.
    env = {**environment.run_env(), **variables, "UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never"}
    options = ("--wheel", "--no-build-isolation", "--offline", "--no-index", "--python", environment.python)
    argv = (find_uv(environment.environ), "build", *options, "--out-dir", out.absolute(), sdist.absolute())
    finished = run(argv, env=env, cwd=environment.folder, check=False)
    wheels = list(out.glob("*.whl"))
    if finished.returncode != 0 or len(wheels) != 1:
        raise Refused("build-failed", f"no wheel could be built from {sdist.name}:\n{finished.tail}")
    return wheels[0]
