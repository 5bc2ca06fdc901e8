"""What a distribution declares about its licence, in the terms of SPDX where it is beyond doubt."""

from __future__ import annotations

from cyclonedx.model.license import DisjunctiveLicense, LicenseAcknowledgement, LicenseExpression
from cyclonedx.spdx import is_supported_id
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from sealwright.sbom.metadata import Metadata

Licence = DisjunctiveLicense | LicenseExpression

_OSI = "License :: OSI Approved :: "
_NAME_LIMIT = 100

# Only classifiers that mean one licence: "BSD License" may be any of five, "Apache Software License" is 1.1 or 2.0.
# https://peps.python.org/pep-0639/#mapping-license-classifiers-to-spdx-identifiers
_SPDX = {
    f"{_OSI}Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    f"{_OSI}Eclipse Public License 2.0 (EPL-2.0)": "EPL-2.0",
    f"{_OSI}European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2",
    f"{_OSI}GNU Affero General Public License v3": "AGPL-3.0-only",
    f"{_OSI}GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
    f"{_OSI}GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    f"{_OSI}GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    f"{_OSI}GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    f"{_OSI}GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    f"{_OSI}GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    f"{_OSI}GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    f"{_OSI}ISC License (ISCL)": "ISC",
    f"{_OSI}MIT License": "MIT",
    f"{_OSI}MIT No Attribution License (MIT-0)": "MIT-0",
    f"{_OSI}Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    f"{_OSI}Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    f"{_OSI}The Unlicense (Unlicense)": "Unlicense",
    f"{_OSI}Universal Permissive License (UPL)": "UPL-1.0",
    f"{_OSI}zlib/libpng License": "Zlib",
    "License :: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": "CC0-1.0",
}


def declared(metadata: Metadata) -> tuple[Licence, ...]:
    """The declared licence: one expression or id, else what the distribution calls it, else nothing.

    Nothing is concluded: no licence text was compared.
    """
    mapped = {_SPDX[c] for c in metadata.classifiers if c in _SPDX}
    for candidate in (metadata.expression, metadata.licence, *(mapped if len(metadata.classifiers) == 1 else ())):
        if known := spdx_licence(candidate, LicenseAcknowledgement.DECLARED):
            return (known,)
    return tuple(
        DisjunctiveLicense(name=name, acknowledgement=LicenseAcknowledgement.DECLARED) for name in _names(metadata)
    )


def spdx_licence(text: str, acknowledgement: LicenseAcknowledgement | None) -> Licence | None:
    """An SPDX identifier or expression, if `text` is one."""
    if not text or "\n" in text or len(text) > 5 * _NAME_LIMIT:
        return None  # a licence's whole text is in `License` of many old distributions
    try:
        expression = str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        return None
    if is_supported_id(expression):
        return DisjunctiveLicense(id=expression, acknowledgement=acknowledgement)
    return LicenseExpression(expression, acknowledgement=acknowledgement)


def _names(metadata: Metadata) -> tuple[str, ...]:
    if metadata.classifiers:
        return tuple(sorted({c.rpartition(" :: ")[2] for c in metadata.classifiers}))
    one_line = metadata.licence and "\n" not in metadata.licence and len(metadata.licence) <= _NAME_LIMIT
    return (metadata.licence,) if one_line else ()
