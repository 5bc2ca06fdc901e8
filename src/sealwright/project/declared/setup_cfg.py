"""setup.cfg, the declarative form of setuptools (https://setuptools.pypa.io/en/latest/userguide/declarative_config.html)."""

from __future__ import annotations

import configparser
from collections.abc import Iterable, Iterator, Mapping

from sealwright.project.declared.entry_points import parse_entry_points
from sealwright.project.declared.model import Declared, Groups, Licence, People, Readme, Unknown, label_of
from sealwright.project.declared.reading import optional_requirements, people, readme_of, requirements
from sealwright.project.static import only_calls
from sealwright.project.tables import Reader, read_text

_WHERE = "setup.cfg"
# Keywords of setup() that decide about nothing that is compared.
_NEUTRAL = frozenset({"use_scm_version", "setup_requires", "version", "packages", "package_dir", "zip_safe"})
Section = Mapping[str, str]


def read_setup_cfg(read: Reader) -> Declared:
    """What it declares, where no setup.py could say otherwise: what code passes to setup() goes first."""
    script = read_text(read, "setup.py")
    if script is not None and not only_calls(script, "setup", _NEUTRAL):
        return Declared.nothing("setup.py", "decided by setup.py, which was not run")
    try:
        sections = _sections(read_text(read, "setup.cfg") or "")
    except configparser.Error:
        return Declared.nothing(_WHERE, "setup.cfg is not understood")
    return _declared(sections, read)


def _declared(sections: Mapping[str, Section], read: Reader) -> Declared:
    metadata, options = _Values(sections.get("metadata", {}), read), _Values(sections.get("options", {}), read)
    extras = _Values(sections.get("options.extras_require", {}), read)
    return Declared(
        _WHERE,
        requires_python=options.text("python_requires"),
        dependencies=requirements(options.requirements("install_requires")),
        optional=optional_requirements({extra: tuple(extras.requirements(extra)) for extra in extras.names}),
        entry_points=_entry_points(sections, options, read),
        summary=metadata.text("description", "summary"),
        keywords=frozenset(metadata.list("keywords")),
        classifiers=frozenset(metadata.list("classifiers", "classifier")),
        urls=frozenset(_urls(metadata)),
        authors=_person(metadata, "author"),
        maintainers=_person(metadata, "maintainer"),
        licence=Licence(tuple(filter(None, [metadata.text("license")]))),
        licence_files=tuple(metadata.list("license_files", "license_file")) or Unknown("the backend chooses them"),
        readme=metadata.readme(),
    )


class _Values:
    """One section, with the conventions that setuptools has for values."""

    def __init__(self, section: Section, read: Reader) -> None:
        self._section = section
        self._read = read

    @property
    def names(self) -> Iterable[str]:
        return self._section

    def text(self, *names: str) -> str:
        """A value, or the files that `file:` names, one after the other."""
        written = next((self._section[name] for name in names if name in self._section), "")
        if not written.startswith("file:"):
            return written
        paths = [path.strip() for path in written.removeprefix("file:").replace("\n", ",").split(",")]
        return "\n".join(filter(None, (read_text(self._read, path) for path in paths if path)))

    def list(self, *names: str) -> Iterator[str]:
        """Lines, or parts between commas where there is but one line."""
        return _parts(self.text(*names), ",")

    def requirements(self, name: str) -> Iterator[str]:
        return (line for line in _parts(self.text(name), ";") if not line.startswith("#"))

    def readme(self) -> Readme | Unknown:
        written = self._section.get("long_description", "")
        kind = self._section.get("long_description_content_type", "")
        if not written.startswith("file:"):
            return Readme(written, kind.partition(";")[0].strip())
        paths = written.removeprefix("file:").replace("\n", ",").split(",")
        found = readme_of(self._read, [path.strip() for path in paths if path.strip()], kind)
        return found if isinstance(found, Unknown) or kind else Readme(found.text)


def _parts(text: str, separator: str) -> Iterator[str]:
    parts = text.splitlines() if "\n" in text else text.split(separator)
    return (part.strip() for part in parts if part.strip())


def _entry_points(sections: Mapping[str, Section], options: _Values, read: Reader) -> Groups | Unknown:
    written = options.text("entry_points")
    if not written:
        section = _Values(sections.get("options.entry_points", {}), read)
        written = "".join(f"[{group}]\n{section.text(group).strip()}\n" for group in section.names)
    try:
        return parse_entry_points(written.encode())
    except ValueError as error:
        return Unknown(f"entry points of setup.cfg: {error}")


def _urls(metadata: _Values) -> Iterator[tuple[str, str]]:
    for name, label in (("url", "homepage"), ("home_page", "homepage"), ("download_url", "download")):
        if url := metadata.text(name):
            yield label, url
    for line in metadata.list("project_urls"):
        label, _, url = line.partition("=")
        yield label_of(label), url.strip()


def _person(metadata: _Values, role: str) -> People:
    return people([metadata.text(role)], metadata.text(f"{role}_email").split(","))


def _sections(content: str) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(content)
    return {name: {_key(name, key): value.strip() for key, value in parser.items(name)} for name in parser.sections()}


def _key(section: str, key: str) -> str:
    """Options are spelled with `-` or `_`; extras and groups are names of their own."""
    return key.lower().replace("-", "_") if section in ("metadata", "options") else key
