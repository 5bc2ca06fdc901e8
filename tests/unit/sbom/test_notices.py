from __future__ import annotations

import pytest

from sealwright.sbom.notices import notices_in

GPL = """\
 Copyright (C) 2007 Free Software Foundation, Inc. <https://fsf.org/>
 Everyone is permitted to copy and distribute verbatim copies
 of this license document, but changing it is not allowed.
"""


@pytest.mark.parametrize(
    ("text", "notices"),
    [
        ("Copyright (c) 2020  Ada\n", ["Copyright (c) 2020 Ada"]),
        ("# copyright 2020-2026 Ada,\n", ["copyright 2020-2026 Ada"]),
        ("  © 2020 Ada\n(c) 2021 Bob", ["© 2020 Ada", "(c) 2021 Bob"]),
        ("Copyright © Ada and contributors", ["Copyright © Ada and contributors"]),
        ("Copyright 2001 by\nAda", []),
        ("   Copyright [yyyy] [name of copyright owner]", []),
        ("Copyright (c) <year> <owner>", []),
        ("copyright notice that is included in or attached to the work", []),
        ("(c) You must retain, in the Source form", []),
        ("Copyright holders disclaim all warranties", []),
        (GPL, []),
        (f"{GPL}\nCopyright (C) 2020 Ada", ["Copyright (C) 2020 Ada"]),
        ("Copyright 2020 " + "x" * 500, []),
        ("", []),
    ],
)
def test_notices_are_lines_that_name_somebody(text: str, notices: list[str]) -> None:
    assert list(notices_in(text)) == notices
