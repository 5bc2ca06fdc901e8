"""The places that a rehearsal published to, to be looked at again: the same state, and nothing is run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sealwright.endpoints import PYPI_VARIABLE, TESTPYPI_VARIABLE, TRUST_CONFIG_VARIABLE
from sealwright.rehearsal.layout import Layout
from sealwright.rehearsal.standins.github import GitHubStandIn
from sealwright.rehearsal.standins.identity import TokenIssuer
from sealwright.rehearsal.standins.pypi import PyPIStandIn


@dataclass(frozen=True, slots=True)
class Places:
    """Where a rehearsal's services are, while they run."""

    variables: dict[str, str]
    """What leads there in place of the public ones."""
    token: str
    """Sees drafts on its GitHub."""


@contextmanager
def places(layout: Layout) -> Iterator[Places]:
    """The services of the rehearsal in a folder, which nobody else may work in meanwhile.

    Raises UsageError (`nothing-to-resume`, `out-in-use`).
    """
    with ExitStack() as stack:
        subject, lock = layout.resume()
        stack.enter_context(lock)
        state = layout.services
        github = stack.enter_context(GitHubStandIn(state / "github", subject.repository, origin=layout.origin))
        issuer, root = TokenIssuer(state / "identity"), layout.trust_config.read_bytes()
        pypi = stack.enter_context(PyPIStandIn("pypi", state / "pypi", issuer, root, ()))
        testpypi = stack.enter_context(PyPIStandIn("testpypi", state / "testpypi", issuer, root, ()))
        variables = {
            "GITHUB_API_URL": github.url,
            PYPI_VARIABLE: pypi.url,
            TESTPYPI_VARIABLE: testpypi.url,
            TRUST_CONFIG_VARIABLE: str(layout.trust_config),
        }
        yield Places(variables, github.token({"contents": "write"}))
