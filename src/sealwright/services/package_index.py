"""The package index that the user's pip is configured for, handed on to uv and to other processes.

uv ignores pip's configuration, and a job of a rehearsal sees no configuration files at all. So the settings are read
once, on purpose, and travel as environment variables.
https://pip.pypa.io/en/stable/topics/configuration/
"""

from __future__ import annotations

import base64
import configparser
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sealwright.endpoints import PYPI_URL
from sealwright.errors import UsageError

_PYPI = f"{PYPI_URL}/simple"
"""What pip takes where it is told nothing."""
_SECTIONS = ("global", "install")
"""Later ones win, whichever file they are in."""
_VARIABLES = {
    "index-url": "PIP_INDEX_URL",
    "extra-index-url": "PIP_EXTRA_INDEX_URL",
    "find-links": "PIP_FIND_LINKS",
    "cert": "PIP_CERT",
    "trusted-host": "PIP_TRUSTED_HOST",
    "no-index": "PIP_NO_INDEX",
}
_NAME = "pip.ini" if os.name == "nt" else "pip.conf"
_NO = ("", "0", "false", "no", "off", "n", "f")


@dataclass(frozen=True, slots=True)
class SimpleApi:
    """Where an index is asked about a project, and as whom."""

    url: str
    """Without a final slash, a user name or a password."""
    headers: Mapping[str, str] = field(repr=False)
    """The `Authorization` that its address asks for; nothing where it holds no user name."""

    @property
    def host(self) -> str:
        """Its name, for people."""
        return urlsplit(self.url).hostname or self.url

    @classmethod
    def of(cls, address: str) -> SimpleApi:
        """The index at an address as pip takes it, which may hold a user name and a password."""
        scheme, separator, rest = address.rstrip("/").partition("://")
        place, slash, path = rest.partition("/")
        user, at, host = place.rpartition("@")
        if not at:
            return cls(f"{scheme}{separator}{rest}", {})
        name, _, password = user.partition(":")
        known = base64.b64encode(f"{unquote(name)}:{unquote(password)}".encode()).decode()
        return cls(f"{scheme}{separator}{host}{slash}{path}", {"Authorization": f"Basic {known}"})


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """Where packages come from."""

    index_url: str = ""
    """Empty for the installer's own default."""
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    """URLs, or absolute paths that exist: pip passes over a missing folder, uv does not."""
    certificate: str = ""
    """Path of a PEM file of certificate authorities; empty for the installer's default."""
    trusted_hosts: tuple[str, ...] = ()
    no_index: bool = False

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> PackageIndex:
        """The index that PIP_* variables name, the installer's default otherwise."""

        def words(option: str) -> tuple[str, ...]:
            return tuple(environ.get(_VARIABLES[option], "").split())

        return cls(
            environ.get("PIP_INDEX_URL", "").strip(),
            words("extra-index-url"),
            tuple(_existing(words("find-links"))),
            environ.get("PIP_CERT", "").strip(),
            words("trusted-host"),
            environ.get("PIP_NO_INDEX", "").strip().lower() not in _NO,
        )

    @classmethod
    def from_pip(cls, environ: Mapping[str, str]) -> PackageIndex:
        """The index that pip would use here: its configuration files, overridden by PIP_* variables.

        The files are parsed here, because the Python that runs this may well have no pip.
        Raises UsageError (`pip-configuration-malformed`).
        """
        files = [_parsed(file) for file in _configuration_files(environ)]
        found: dict[str, str] = {}
        for section in _SECTIONS:
            for parser in files:
                found |= _options(parser, section)
        return cls.of({**found, **{name: environ[name] for name in _VARIABLES.values() if name in environ}})

    def pip_env(self) -> dict[str, str]:
        """Variables that make pip use this index and look at no configuration file."""
        return {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            **_set(
                PIP_INDEX_URL=self.index_url,
                PIP_EXTRA_INDEX_URL=" ".join(self.extra_index_urls),
                PIP_FIND_LINKS=" ".join(self.find_links),
                PIP_CERT=self.certificate,
                PIP_TRUSTED_HOST=" ".join(self.trusted_hosts),
                PIP_NO_INDEX="1" if self.no_index else "",
            ),
        }

    def uv_env(self) -> dict[str, str]:
        """The same for uv, except `no_index`, for which uv has an option only.

        uv takes a name from the first index that has it, the extra ones first; pip takes the highest version of all.
        uv's way is kept: it cannot be made to prefer a stranger's higher version of an internal name.
        """
        return {
            "UV_NO_CONFIG": "1",
            **_set(
                UV_DEFAULT_INDEX=self.index_url,
                UV_INDEX=" ".join(self.extra_index_urls),
                UV_FIND_LINKS=",".join(self.find_links),
                UV_INSECURE_HOST=" ".join(self.trusted_hosts),
                SSL_CERT_FILE=self.certificate,
            ),
        }

    @property
    def authority(self) -> SimpleApi | None:
        """The index that says which files are PyPI's; None where no index may be asked.

        PyPI itself wherever it is one of the indexes, as it is by default; else the first index, which a machine
        without PyPI can only take for a mirror of it. What other indexes and folders have beside is not PyPI's.
        """
        if self.no_index:
            return None
        indexes = [SimpleApi.of(url) for url in (self.index_url or _PYPI, *self.extra_index_urls)]
        return next((index for index in indexes if index.host == urlsplit(_PYPI).hostname), indexes[0])

    @property
    def uv_options(self) -> tuple[str, ...]:
        """What cannot be said in `uv_env`, for commands that resolve or install."""
        return ("--no-index",) if self.no_index else ()


def _set(**variables: str) -> dict[str, str]:
    return {name: value for name, value in variables.items() if value}


def _existing(places: Iterable[str]) -> Iterator[str]:
    for place in places:
        url = urlsplit(place)
        if len(url.scheme) > 1 and url.scheme != "file":  # a single letter is a drive
            yield place
            continue
        path = Path(unquote(url.path) if url.scheme == "file" else place).expanduser()
        if path.exists():
            yield place if url.scheme == "file" else str(path.absolute())


def _configuration_files(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where pip looks for configuration, the weakest file first."""
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    yield from _global_files(environ)
    if not (named and Path(named).exists()):  # pip lets a named file replace the user's, though not the others
        yield from _user_files(environ, home)
    yield Path(environ.get("VIRTUAL_ENV") or sys.prefix) / _NAME
    if named:
        yield Path(named)


def _global_files(environ: Mapping[str, str]) -> Iterator[Path]:
    if os.name == "nt":
        yield Path(environ.get("PROGRAMDATA", "C:\\ProgramData")) / "pip" / _NAME
    elif sys.platform == "darwin":
        yield Path("/Library/Application Support/pip") / _NAME
    else:
        folders = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
        yield from (Path(folder) / "pip" / _NAME for folder in folders.split(os.pathsep))
        yield Path("/etc") / _NAME


def _user_files(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    if os.name == "nt":
        yield home / "pip" / _NAME
        yield Path(environ.get("APPDATA", home)) / "pip" / _NAME
        return
    yield home / ".pip" / _NAME
    mac = home / "Library" / "Application Support" / "pip"
    other = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip"
    yield (mac if sys.platform == "darwin" and mac.is_dir() else other) / _NAME


def _parsed(file: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise UsageError(
            "pip-configuration-malformed", f"{file}: {error}", hint="`pip config debug` shows which files are read"
        ) from error
    return parser


def _options(parser: configparser.RawConfigParser, section: str) -> dict[str, str]:
    """The options of one section, by the variable of the same meaning."""
    options = parser.items(section) if parser.has_section(section) else []
    known = ((key.replace("_", "-"), value) for key, value in options)
    return {_VARIABLES[option]: value for option, value in known if option in _VARIABLES}
