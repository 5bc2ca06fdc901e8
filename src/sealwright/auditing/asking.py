"""Who is asked about known vulnerabilities: the configured advisory service, and the index that pip is set up for."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from sealwright.endpoints import OSV_VARIABLE, Endpoints
from sealwright.errors import UsageError
from sealwright.model import Mode
from sealwright.services.advisories import Patience, Sources
from sealwright.services.package_index import PackageIndex


def configured_sources(environ: Mapping[str, str], osv_url: str | None = None) -> Sources:
    """By the environment; `osv_url` replaces its advisory service. Raises UsageError (`osv-url-invalid`)."""
    index = PackageIndex.from_pip(environ)
    known = {**environ, **index.pip_env(), **({OSV_VARIABLE: osv_url} if osv_url else {})}
    url = Endpoints.of(known).osv_url
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError("osv-url-invalid", f"{url!r} is no http address", hint="such as https://api.osv.dev")
    return Sources(url, index, known, Patience.of(Mode.RELEASE))
