"""The release folder: what every job reads, verifies and adds to."""

from sealwright.dossier.codec import decode, encode
from sealwright.dossier.store import Dossier

__all__ = ["Dossier", "decode", "encode"]
