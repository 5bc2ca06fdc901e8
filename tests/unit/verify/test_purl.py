from __future__ import annotations

import pytest

from sealwright.verify.purl import Purl, parse_purl


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pkg:pypi/requests@2.19.1", Purl("pypi", "", "requests", "2.19.1")),
        ("pkg:PyPI/Requests", Purl("pypi", "", "Requests", "")),
        ("pkg://pypi/a@1.0%2Blocal?file_name=x@y#sub/path", Purl("pypi", "", "a", "1.0+local")),
        ("pkg:npm/%40scope/name@1", Purl("npm", "@scope", "name", "1")),
        ("pkg:golang/github.com/a/b@v1", Purl("golang", "github.com/a", "b", "v1")),
    ],
)
def test_package_urls_are_taken_apart(text: str, expected: Purl) -> None:
    assert parse_purl(text) == expected


@pytest.mark.parametrize(
    "text", ["", "requests", "pkg:", "pkg:pypi", "pkg:pypi/", "pkg:pypi/@1", "pkg:1/a", "a pkg:b/c"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="package URL"):
        parse_purl(text)
