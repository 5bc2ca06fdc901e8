"""Names of the properties in our SBOMs, and how their values are written. docs/sbom.md explains each.

https://github.com/CycloneDX/cyclonedx-property-taxonomy
"""

from __future__ import annotations

from dataclasses import dataclass

ENVIRONMENT = "sealwright:environment:"
"""Of the metadata, followed by the name of a PEP 508 marker: its value where the document holds."""
REQUIRES = "sealwright:requires"
"""Of a component: a requirement that it declares and that led to an edge, as PEP 508 writes it."""
CONTAINS = "sealwright:contains"
"""Of a component: a folder or file in it that holds other projects' code, by its name."""
COMPILED = "sealwright:compiled"
"""Of a component: how many files of compiled code are in it."""
MERGED = "sealwright:embedded:merged"
"""Of a component: an SBOM inside it whose components are listed."""
UNREAD = "sealwright:embedded:unread"
"""Of a component: an SBOM inside it whose components are not listed, and why."""
FROM = "sealwright:embedded:from"
"""Of a component that is listed in such an SBOM: which one that is."""
EMBEDDED_REF = "embedded:"
"""How the bom-refs of such components begin, so that none can stand for a package of the closure."""

BSI_FILENAME = "bsi:component:filename"
BSI_EXECUTABLE = "bsi:component:executable"
BSI_ARCHIVE = "bsi:component:archive"
BSI_STRUCTURED = "bsi:component:structured"
"""Of BSI TR-03183-2 v2.1.0, 8.2: https://github.com/BSI-Bund/tr-03183-cyclonedx-property-taxonomy."""


@dataclass(frozen=True, slots=True)
class FileName:
    """An embedded SBOM, named so that it can be found again."""

    path: str
    """In the wheel: `<name>-<version>.dist-info/sboms/...`."""
    sha256: str
    """Empty where the file is too large even to be hashed."""

    def __str__(self) -> str:
        return f"{self.path} sha256:{self.sha256}" if self.sha256 else self.path
