"""What a release consists of: its SBOMs component by component, and its files with their digests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sealwright.dossier.store import is_sbom
from sealwright.errors import SealwrightError
from sealwright.report.html.markup import Markup, code, element, fragment
from sealwright.report.html.tables import row, table
from sealwright.verify.evidence import FileContent
from sealwright.verify.sbom_document import Item, objects, read_document, text

_PART_LABELS = ("Component", "Version", "Licence", "Digest")
_FILE_LABELS = ("File", "Bytes", "SHA-256")
_MOST = 2_000
"""Rows of a table; what follows is counted."""


def sboms(files: Mapping[str, FileContent]) -> Markup:
    """A table for each SBOM. It shows what the file says; whether that holds is for the checks to answer."""
    found = [_sbom(path, files[path]) for path in sorted(files) if is_sbom(path)]
    return fragment(found) or element("p", "There is no CycloneDX SBOM among the files.")


def digests(files: Mapping[str, FileContent]) -> Markup:
    """Every file of the release that was looked at, distributions first."""
    order = sorted(files, key=lambda path: (not path.startswith("dist/"), path))
    rows = (_file(files[path]) for path in order[:_MOST])
    return table("files", f"{len(files)} files{_cut(len(files))}", _FILE_LABELS, rows)


def _file(content: FileContent) -> Markup:
    ref = content.ref
    return row(_FILE_LABELS, (ref.path, str(ref.size), code(ref.sha256)), numbers=(1,))


def _sbom(path: str, content: FileContent) -> Markup:
    head = element("h3", path)
    try:
        document = read_document(content.data or b"", path)
    except SealwrightError as error:
        return fragment([head, element("p", f"It cannot be shown: {error.message}")])
    about = element("p", "About ", _name(document.main), class_="mute")
    if not document.items:
        return fragment([head, about, element("p", "It lists no further component.")])
    brought = [item for item in document.items if not item.inside]
    inside = [item for item in document.items if item.inside]
    tables = [_parts(brought, "components")] if brought else []
    if inside:  # often ten times as many, by the word of those that they are inside of
        summary = element("summary", f"{len(inside)} components inside others")
        tables.append(element("details", summary, _parts(inside, "components inside others")))
    return fragment([head, about, *tables])


def _parts(items: Sequence[Item], what: str) -> Markup:
    rows = (_part(item) for item in items[:_MOST])
    return table("parts", f"{len(items)} {what}{_cut(len(items))}", _PART_LABELS, rows)


def _name(main: Item | None) -> Markup:
    if main is None:
        return element("span", "nothing that it names")
    digest = ", ".join(_digests(main)) or "no digest"
    return fragment([element("span", f"{text(main.raw.get('name'))} {main.version}, "), code(digest)])


def _part(item: Item) -> Markup:
    licence = " or ".join(dict.fromkeys(_licences(item))) or "not stated"
    digest = next(iter(_digests(item)), "")
    shown = code(digest) if digest else element("span", "none stated", class_="mute")
    return row(_PART_LABELS, (text(item.raw.get("name")) or "without a name", item.version, licence, shown))


def _licences(item: Item) -> Iterator[str]:
    for entry in objects(item.raw.get("licenses")):
        (one,) = objects([entry.get("license")])
        yield text(entry.get("expression")) or text(one.get("id")) or text(one.get("name")) or "unnamed"


def _digests(item: Item) -> list[str]:
    """SHA-256 first, as the rest of the page has it; others with the name of their algorithm."""
    named = {text(entry.get("alg")): text(entry.get("content")) for entry in objects(item.raw.get("hashes"))}
    others = [f"{name} {value}" for name, value in sorted(named.items()) if name != "SHA-256" and value]
    return [value for value in (named.get("SHA-256", ""), *others[:1]) if value][:1]


def _cut(count: int) -> str:
    return f"; the first {_MOST} are shown" if count > _MOST else ""
