"""Every public address that Sealwright itself talks to, once.

Environment variables replace them: in stages, and where a workflow to be written names a published Sealwright.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PYPI_URL = "https://pypi.org"
PYPI_UPLOAD_URL = "https://upload.pypi.org/legacy/"
TESTPYPI_URL = "https://test.pypi.org"
TESTPYPI_UPLOAD_URL = "https://test.pypi.org/legacy/"
FILES_URL = "https://files.pythonhosted.org"
"""Where PyPI serves distribution files."""
TESTPYPI_FILES_URL = "https://test-files.pythonhosted.org"
"""Where TestPyPI serves them."""
OSV_URL = "https://api.osv.dev"
GITHUB_URL = "https://github.com"
GITHUB_API_URL = "https://api.github.com"
GITHUB_ISSUER = "https://token.actions.githubusercontent.com"
"""The `iss` claim of every GitHub Actions identity token."""

PYPI_VARIABLE = "SEALWRIGHT_PYPI_URL"
TESTPYPI_VARIABLE = "SEALWRIGHT_TESTPYPI_URL"
OSV_VARIABLE = "SEALWRIGHT_OSV_URL"
TRUST_CONFIG_VARIABLE = "SEALWRIGHT_TRUST_CONFIG"


@dataclass(frozen=True, slots=True)
class IndexSite:
    """One package index: where it is read, where it mints tokens, and where it takes uploads."""

    name: str
    """`pypi` or `testpypi`."""
    url: str
    """Without a final slash."""
    upload_url: str
    simple_url: str = ""
    """Where its simple API is, without a final slash; empty for `/simple` below `url`."""

    @property
    def simple(self) -> str:
        """Where its simple API is, without a final slash."""
        return self.simple_url or f"{self.url}/simple"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the outside is, for one job."""

    pypi: IndexSite
    testpypi: IndexSite
    osv_url: str
    github_url: str
    github_api_url: str
    trust_config: str | None
    """Path of a Sigstore client trust configuration; None for the public-good instance."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Endpoints:
        """The endpoints that a job's environment names, the public ones otherwise."""
        return cls(
            _site("pypi", environ.get(PYPI_VARIABLE), PYPI_URL, PYPI_UPLOAD_URL),
            _site("testpypi", environ.get(TESTPYPI_VARIABLE), TESTPYPI_URL, TESTPYPI_UPLOAD_URL),
            environ.get(OSV_VARIABLE, OSV_URL).rstrip("/"),
            environ.get("GITHUB_SERVER_URL", GITHUB_URL).rstrip("/"),
            environ.get("GITHUB_API_URL", GITHUB_API_URL).rstrip("/"),
            environ.get(TRUST_CONFIG_VARIABLE) or None,
        )

    def index(self, name: str) -> IndexSite:
        """The index called `pypi` or `testpypi`."""
        return {"pypi": self.pypi, "testpypi": self.testpypi}[name]


def _site(name: str, replaced: str | None, url: str, upload_url: str) -> IndexSite:
    if not replaced:
        return IndexSite(name, url, upload_url)
    base = replaced.rstrip("/")
    return IndexSite(name, base, f"{base}/legacy/")
