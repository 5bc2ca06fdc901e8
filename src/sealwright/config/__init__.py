"""[tool.sealwright] and security/policy.toml, checked where they enter."""

from sealwright.config.policy import Policy, load_policy
from sealwright.config.settings import Settings, load_settings

__all__ = ["Policy", "Settings", "load_policy", "load_settings"]
