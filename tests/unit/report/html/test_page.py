"""The page: what it says, what it can never hold, and that it can be read."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from tests.support.pages import CLAIMS, PASSING, SBOM, component, hostile, page, sbom

from sealwright.model import FileRef, Finding, Mode
from sealwright.report.html import Page, render
from sealwright.report.html.style import ANSWERS, DARK, LIGHT
from sealwright.verify.evidence import FileContent

ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "footer",
        "nav",
        "section",
        "h1",
        "h2",
        "h3",
        "p",
    ),
    *("div", "span", "code", "strong", "a", "dl", "dt", "dd", "ul", "li", "figure", "svg", "rect", "path", "text"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "viewbox", "role", "aria-hidden", "aria-label"),
    *("x", "y", "width", "height", "rx", "d", "scope", "data-label", "href", "rel", "id"),
}

ANCHORS = ("from-commit-to-index", "checks", "looked-at-by-no-check", "components", "files")


class Reading(HTMLParser):
    """What a browser would see: elements, attributes, and text outside the style."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.said: list[str] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.said)


def read(made: Page) -> Reading:
    reading = Reading(render(made))
    assert reading.open == []
    return reading


def linked(reading: Reading) -> set[str]:
    """The addresses outside the page that it links to."""
    return {value for name, value in reading.attributes if name == "href" and not value.startswith("#")}


HOSTILE = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "\"><img src='//evil.example/x' onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "--><svg onload=alert(1)>",
    "<!--",
    "</td></tr></table><h1>PASSED</h1>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "javascript:alert(1)",
    'https://github.com/" onclick="alert(1)',
    "sha256:" + "a" * 64 + "<b>",
    "]]></svg><script>alert(1)</script>",
    "a\nb\r\nc\u2028d",
    "\x00\x1b[31m\u202etxt.exe\u200b\udc80",
    "{{7*7}}${7*7}",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_others_write_becomes_markup(text: str) -> None:
    harmless, attacked = read(hostile("friendly")), read(hostile(text))
    assert attacked.elements.count("a") <= harmless.elements.count("a")
    assert set(attacked.elements) <= ELEMENTS
    assert {name for name, _ in attacked.attributes} <= ATTRIBUTES
    assert [tag for tag in attacked.elements if tag not in ("code", "a", "text")] == [
        tag for tag in harmless.elements if tag not in ("code", "a", "text")
    ]
    for name, value in attacked.attributes:
        assert name != "href" or value.startswith("https://github.com/") or value[1:] in ANCHORS
        assert name not in ("class", "content", "d") or "alert" not in value


@pytest.mark.parametrize("text", HOSTILE)
def test_what_others_write_is_shown_as_they_wrote_it(text: str) -> None:
    shown = text.splitlines()[0].encode("ascii", "ignore").decode()
    if shown.isprintable() and shown.isascii():
        assert html.escape(shown) in render(hostile(text))


def test_characters_that_turn_or_hide_others_are_spelled_out() -> None:
    document = render(hostile("\x00\x1b[31m\u202etxt.exe\u200b\udc80"))
    assert "\\x00\\x1b[31m\\u202etxt.exe\\u200b\\udc80" in document
    assert not re.search("[\x00\x1b\u202e\u200b\udc80]", document)


def test_the_browser_is_told_to_load_and_run_nothing() -> None:
    document = render(page())
    style = re.search(r"<style>(.*)</style>", document, re.DOTALL)
    told = re.search(r'Content-Security-Policy" content="([^"]*)"', document)
    assert style is not None
    assert told is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    wanted = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert html.unescape(told[1]) == wanted
    assert document.index("Content-Security-Policy") < document.index("<style>")
    assert not re.search(r"(?i)<script|\bsrc=|@import|url\(|\bstyle=", document)


def test_only_pages_of_a_real_release_on_github_are_linked() -> None:
    assert linked(read(page())) == {CLAIMS.repository, CLAIMS.run_uri}
    assert linked(read(page(mode=Mode.REHEARSAL))) == set()
    assert linked(read(hostile("http://github.com/x"))) == set()


def test_every_section_can_be_reached_from_the_top() -> None:
    found = read(page(not_looked_at=("PyPI's settings",)))
    assert {value for name, value in found.attributes if name == "id"} == set(ANCHORS)
    assert {value for name, value in found.attributes if name == "href"} >= {f"#{anchor}" for anchor in ANCHORS}


def test_the_same_verdict_gives_the_same_bytes() -> None:
    assert render(page()) == render(page())


def test_everything_that_was_found_is_there() -> None:
    failed = Finding.failed("files", "digest-mismatch", "dist/x", expected="this", found="that", hint="get it again")
    text = read(page(failed, *PASSING, not_looked_at=("PyPI's settings",))).text
    for said in ("digest-mismatch", "dist/x", "this", "that", "get it again", "PyPI's settings", CLAIMS.commit):
        assert said in text
    for finding in PASSING:
        assert finding.check in text
        assert finding.subject in text
    assert "1 of them stands in the way" in text
    assert re.search(r"FAIL\s+files\s+digest-mismatch\s+required", text)
    for said in ("attrs", "idna", "3.10", "BSD-3-Clause", "ab" * 32, "d1" * 32, "1234"):
        assert said in text


def test_answers_about_several_files_are_told_once() -> None:
    signatures = [f for f in PASSING if f.check == "signatures"]
    assert len(signatures) == 2
    rows = re.findall(r"<strong>signatures</strong>", render(page()))
    assert len(rows) == 1


def test_without_a_certificate_nobody_is_named() -> None:
    text = read(page(Finding.absent("release", "release-unsigned"), claims=None)).text
    assert "nobody whose certificate holds" in text
    assert "octo-org" not in text.replace("octo-org/tiny 1.0", "").replace("Expected repository octo-org/tiny", "")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not JSON"),
        (b"<bom/>", "is XML"),
        (b'{"spdxVersion": "SPDX-2.3"}', "is SPDX"),
        (b"[" * 100_000, "cannot be shown"),
        (sbom(), "It lists no further component"),
        (sbom({"name": 1, "licenses": [None, {"license": []}], "hashes": "x"}), "without a name"),
        (sbom(component("bare", licenses=[], hashes=[])), "none stated"),
        (sbom(*(component(f"p{number}") for number in range(2_001))), "the first 2000 are shown"),
        (sbom(component("outer", components=[component("inner")])), "1 components inside others"),
        (b'{"bomFormat": "CycloneDX"}', "nothing that it names"),
    ],
)
def test_any_sbom_is_shown_as_far_as_it_goes(data: bytes, said: str) -> None:
    assert said in read(page(files={SBOM: FileContent.of(SBOM, data)})).text


def test_a_file_too_large_to_be_held_is_listed_by_its_digest() -> None:
    large = FileContent(FileRef("dist/large.whl", "e" * 64, 99_999_999))
    assert "e" * 64 in read(page(files={"dist/large.whl": large})).text


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def pairs() -> Iterator[tuple[str, str, str]]:
    for name, colours in (("light", LIGHT), ("dark", DARK)):
        for front in ("text", "mute", *sorted(set(ANSWERS.values()))):
            for back in ("back", "card"):
                yield f"{name}: {front} on {back}", colours[front], colours[back]


@pytest.mark.parametrize(("which", "front", "back"), list(pairs()))
def test_text_stands_out_as_the_strict_level_of_wcag_asks(which: str, front: str, back: str) -> None:
    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 7, which
