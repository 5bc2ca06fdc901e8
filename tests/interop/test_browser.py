"""The page in a real browser: it loads nothing, complains of nothing, and fits a phone, a desk and paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.browser import Browser, Tab, needs_browser, running
from tests.support.pages import PASSING, hostile, page

from sealwright.model import Finding
from sealwright.report.html import render

pytestmark = needs_browser
LONG = "a-very-long-name-without-any-place-to-break-it" * 6
EVIL = "\"><img src='http://127.0.0.1:9/x' onerror=alert(1)></title></style><script>alert(1)</script>"
PAGES = {
    "passed": render(page()).encode(),
    "failed": render(
        page(Finding.failed("files", LONG, LONG, expected=LONG, found="f" * 300, hint=LONG), *PASSING)
    ).encode(),
    "hostile": render(hostile(EVIL)).encode(),
}
SHOWN = "[...document.querySelectorAll('figure > svg')].filter(s => s.getBoundingClientRect().width).length"
OVERHANGING = """
[...document.querySelectorAll('figure > svg')].filter(svg => svg.getBoundingClientRect().width).flatMap(svg =>
  [...svg.querySelectorAll('text')].filter(said => {
    const edge = said.getBoundingClientRect();
    return ![...svg.querySelectorAll('rect')].some(box => {
      const around = box.getBoundingClientRect();
      return around.left <= edge.left && edge.right <= around.right
        && around.top <= edge.top && edge.bottom <= around.bottom;
    });
  }).map(said => said.textContent))
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with running(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def tab(browser: Browser) -> Tab:
    return browser.tab()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_nothing_and_fits_any_window(tab: Tab, tmp_path: Path, name: str) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(PAGES[name])
    for width in (320, 360, 768, 1000, 1440):
        tab.open(file, width=width)
        assert tab.ask("document.documentElement.scrollWidth") <= width
        assert tab.ask(OVERHANGING) == []
        assert tab.ask(SHOWN) == 1
    assert tab.complaints == []
    assert set(tab.requests) == {file.as_uri()}
    assert tab.ask("document.scripts.length + document.images.length") == 0


def test_it_is_dark_at_night_and_light_on_paper(tab: Tab, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(PAGES["passed"])
    back = "getComputedStyle(document.body).backgroundColor"
    tab.open(file, width=1000)
    assert tab.ask(back) == "rgb(255, 255, 255)"
    tab.open(file, width=1000, dark=True)
    assert tab.ask(back) == "rgb(18, 21, 24)"
    tab.open(file, width=1000, dark=True, medium="print")
    assert tab.ask(back) == "rgb(255, 255, 255)"
    assert tab.paper().startswith(b"%PDF-")


def test_a_reader_who_hears_the_page_gets_tables_headings_and_the_picture_in_words(tab: Tab, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(PAGES["passed"])
    tab.open(file, width=360)
    nodes = tab.call("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
    assert {"heading", "table", "rowheader", "cell", "image", "banner", "main", "contentinfo"} <= set(roles)
    (picture,) = [node for node in nodes if node["role"]["value"] == "image" and not node["ignored"]]
    assert picture["name"]["value"].startswith("From commit to index. Commit: unseen; Workflow run: ok;")


def test_the_browser_would_have_noticed(tab: Tab, tmp_path: Path) -> None:
    """A page that does what ours must not, with and without our policy in front of it."""
    head = PAGES["passed"].split(b"<style>")[0]
    evil = b"<body><script>console.log('ran')</script><img src='http://127.0.0.1:9/x'>"
    file = tmp_path / "page.html"
    file.write_bytes(head + evil)
    tab.open(file, width=1000)
    assert len(tab.complaints) >= 2
    assert tab.ask("document.images[0].complete && document.images[0].naturalWidth") == 0
    file.write_bytes(evil)
    tab.open(file, width=1000)
    assert "http://127.0.0.1:9/x" in tab.requests
