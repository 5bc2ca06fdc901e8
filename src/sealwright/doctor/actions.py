"""What well-known actions do, by `owner/name` in lower case."""

from __future__ import annotations

from sealwright.doctor.workflow import Step, Uses

PUBLISH = "pypa/gh-action-pypi-publish"
CHECKOUT = "actions/checkout"
DOWNLOAD = "actions/download-artifact"
UPLOAD = "actions/upload-artifact"
GENERATOR = "slsa-framework/slsa-github-generator/"

_SETUP = ("actions/setup-python", "actions/setup-node", "actions/setup-go", "actions/setup-java", "astral-sh/setup-uv")
_CACHES = ("actions/cache", "actions/cache/restore", "swatinem/rust-cache", "mozilla-actions/sccache-action")
_CACHES_BY_DEFAULT = ("astral-sh/setup-uv", "actions/setup-go")
_BUILDERS = ("pypa/cibuildwheel", "pyo3/maturin-action", "hynek/build-and-inspect-python-package")
_SIGNERS = (
    *("actions/attest", "actions/attest-build-provenance", "actions/attest-sbom"),
    "sigstore/gh-action-sigstore-python",
)
_RELEASERS = (
    *("softprops/action-gh-release", "ncipollo/release-action", "svenstaro/upload-release-action"),
    *("actions/upload-release-asset", "alexellis/upload-assets", "shogo82148/actions-upload-release-asset"),
)
_HARMLESS = (
    *_SETUP,
    *_CACHES,
    *(CHECKOUT, DOWNLOAD, UPLOAD, "pypa/cibuildwheel", "docker/setup-qemu-action", "step-security/harden-runner"),
)


def publishes(step: Step) -> bool:
    """Whether the step is an action that uploads distributions to an index."""
    return step.action == PUBLISH or (
        step.action == "pyo3/maturin-action" and step.given("command") in ("publish", "upload")
    )


def builds(step: Step) -> bool:
    """Whether the step is an action that builds distributions."""
    return step.action in _BUILDERS and not publishes(step)


def signs(step: Step) -> bool:
    """Whether the step is an action that signs with the job's identity."""
    return step.action in _SIGNERS


def releases(step: Step) -> bool:
    """Whether the step is an action that adds files to a GitHub release."""
    return step.action in _RELEASERS or step.is_on("release-signing-artifacts")


def cache_of(step: Step) -> str | None:
    """The input or action that restores a cache for certain; None where none does."""
    if step.action in _CACHES:
        return step.action
    if step.action in _SETUP and step.given("cache").strip().lower() not in ("", "false"):
        return f"cache: {step.given('cache')}"
    if step.action == "astral-sh/setup-uv" and step.is_on("enable-cache"):
        return "enable-cache: true"
    # Docker's layers are a cache like any other.
    return f"cache-from: {step.given('cache-from')}" if step.given("cache-from").startswith("type=gha") else None


def caches_by_default(step: Step) -> bool:
    """Whether the step is an action that may restore a cache unless it is told not to."""
    name = "enable-cache" if step.action == "astral-sh/setup-uv" else "cache"
    return step.action in _CACHES_BY_DEFAULT and name not in step.with_


def harmless(step: Step) -> bool:
    """Whether the step is an action that is known to need neither an identity nor a right to write."""
    return step.action in _HARMLESS


def is_generator(uses: Uses) -> bool:
    """Whether it is a reusable workflow of slsa-github-generator, which has to be called by its tag."""
    return uses.name.startswith(GENERATOR)
