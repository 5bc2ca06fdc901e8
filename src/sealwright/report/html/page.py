"""The page: verdict, chain, checks, SBOMs, files. The same page for a release and for a rehearsal.

It is a report and evidence of nothing: anybody can write such a page, and it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright import __version__
from sealwright.endpoints import GITHUB_URL
from sealwright.model import Mode, State, Verdict
from sealwright.report.findings import WORDS
from sealwright.report.html.answers import Answer
from sealwright.report.html.chain import Link, links
from sealwright.report.html.checks import checks
from sealwright.report.html.contents import digests, sboms
from sealwright.report.html.markup import Markup, code, element, with_digests
from sealwright.report.html.picture import pictures
from sealwright.report.html.style import CSS, policy
from sealwright.report.html.tables import row, table
from sealwright.verify.claims import Claims
from sealwright.verify.evidence import FileContent

_LINK_LABELS = ("Link", "Answer", "Known of it", "Checks")
_LINKED = re.compile(rf"{re.escape(GITHUB_URL)}(/[A-Za-z0-9._-]+)+")
_EXITS = {0: State.PASS, 1: State.FAIL, 3: State.UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page says. Equal values give equal bytes: it reads no clock."""

    title: str
    """Whose release this is, or claims to be."""
    conclusion: str
    """The verdict in one sentence."""
    exit_code: int
    """0 passed, 1 judged and failed, 3 could not judge."""
    verdict: Verdict
    claims: Claims | None
    """Of a certificate that holds; None where none does."""
    mode: Mode
    asked: tuple[tuple[str, str], ...]
    """With what it was judged: (label, value)."""
    files: Mapping[str, FileContent]
    """The files that were looked at, by path in a dossier."""
    meaning: tuple[str, ...] = ()
    """What the verdict proves, and does not."""
    not_looked_at: tuple[str, ...] = ()
    """What no check could look at, a short phrase each."""


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    """One of our own words, never somebody else's: an address within the page is made of it."""
    parts: tuple[Markup, ...]

    @property
    def anchor(self) -> str:
        return self.title.lower().replace(" ", "-")


def render(page: Page) -> str:
    """The whole page, to be kept in UTF-8: it loads nothing and runs nothing, and forbids the browser to."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy()),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{page.title}: {page.conclusion.partition('  ')[0].lower()}"),
        element("style", Markup(CSS)),
    )
    sections = tuple(_sections(page))
    body = element("body", _header(page, _contents(sections)), element("main", *map(_section, sections)), _footer())
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _header(page: Page, contents: Markup) -> Markup:
    answer = Answer(WORDS[_EXITS[page.exit_code]])
    said = element("p", page.conclusion.replace("  ", ": ", 1))
    return element(
        "header",
        element("h1", page.title),
        element("div", answer.shape(), said, class_=f"verdict {answer.kind}"),
        *(element("p", sentence) for sentence in page.meaning),
        element("dl", *_facts(page)),
        contents,
    )


def _facts(page: Page) -> Iterator[Markup]:
    for label, value in (*_claimed(page.claims, page.mode), *page.asked):
        yield element("dt", label)
        yield element("dd", value if isinstance(value, Markup) else with_digests(value))


def _claimed(claims: Claims | None, mode: Mode) -> Iterator[tuple[str, Markup]]:
    if claims is None:
        yield "Signed by", element("span", "nobody whose certificate holds")
        return
    # What a stand-in certified has no page anywhere.
    linked = mode is Mode.RELEASE
    yield "Repository", _address(claims.repository, linked=linked)
    yield "Tag", code(claims.ref.removeprefix("refs/tags/"))
    yield "Commit", code(claims.commit)
    yield "Workflow", code(claims.build_config_uri.removeprefix(f"{claims.repository}/"))
    yield "Run", _address(claims.run_uri, linked=linked)


def _address(address: str, *, linked: bool) -> Markup:
    if linked and _LINKED.fullmatch(address):
        return element("a", code(address), href=address, rel="noreferrer noopener")
    return code(address)


def _sections(page: Page) -> Iterator[_Section]:
    chain = links(page.verdict, page.claims, page.mode.value)
    yield _Section("From commit to index", (element("figure", pictures(chain)), _chain_table(chain)))
    yield _Section("Checks", (checks(page.verdict),))
    if page.not_looked_at:
        items = (element("li", phrase) for phrase in page.not_looked_at)
        yield _Section("Looked at by no check", (element("ul", *items),))
    yield _Section("Components", (sboms(page.files),))
    yield _Section("Files", (digests(page.files),))


def _section(section: _Section) -> Markup:
    return element("section", element("h2", section.title), *section.parts, id=section.anchor)


def _contents(sections: tuple[_Section, ...]) -> Markup:
    """Where to find what: on a phone the page is long."""
    entries = (element("a", section.title, href=f"#{section.anchor}") for section in sections)
    return element("nav", *entries, aria_label="On this page")


def _chain_table(chain: tuple[Link, ...]) -> Markup:
    rows = (
        row(_LINK_LABELS, (link.name, link.answer.markup(), "\n".join(link.facts), ", ".join(link.checks)))
        for link in chain
    )
    return table("chain", "A link is as good as the worst of its checks that count.", _LINK_LABELS, rows)


def _footer() -> Markup:
    told = f"Written by sealwright {__version__}. This page runs no script and loads nothing."
    warning = "It is a report, and evidence of nothing: judge the files themselves before you rely on them."
    return element("footer", element("p", told), element("p", warning))
