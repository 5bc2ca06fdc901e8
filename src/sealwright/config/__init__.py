"""[tool.sealwright] and security/policy.toml, checked where they enter."""

from typing import TYPE_CHECKING

from sealwright.lazy import lazy

if TYPE_CHECKING:
    from sealwright.config.policy import Policy, load_policy
    from sealwright.config.settings import Settings, load_settings

__all__ = ["Policy", "Settings", "load_policy", "load_settings"]

# Building a model takes time, and whoever judges a release of others has no settings.
__getattr__ = lazy(
    __name__,
    {
        "Policy": "sealwright.config.policy",
        "load_policy": "sealwright.config.policy",
        "Settings": "sealwright.config.settings",
        "load_settings": "sealwright.config.settings",
    },
)
