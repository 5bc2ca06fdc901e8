"""The page about a release that `sealwright verify` judged."""

from __future__ import annotations

from collections.abc import Mapping

from sealwright.project.versions import version_of
from sealwright.report.html.page import Page, render
from sealwright.report.verification import Judged, alternative, conclusion, given_by, meaning
from sealwright.verify.evidence import Accept, FileContent
from sealwright.verify.question import owner_and_name


def as_html(judged: Judged, files: Mapping[str, FileContent]) -> str:
    """`release_page`, written out."""
    return render(release_page(judged, files))


def release_page(judged: Judged, files: Mapping[str, FileContent]) -> Page:
    """What was judged, as a page. `files` are those that the verdict is about."""
    answer, question, root = judged.answer, judged.question, judged.root
    asked = (
        ("Expected repository", question.repository or "not named, so that nothing can pass"),
        *((("Expected tag", question.tag),) if question.tag else ()),
        *((("Expected version", question.version),) if question.version else ()),
        *((("Accepted", question.accept.value),) if question.accept is not Accept.RELEASE else ()),
        ("Looked at", f"{' '.join(judged.targets)} ({judged.scope})"),
        ("Trust root", f"{given_by(judged)}, newest key of {root.newest:%Y-%m-%d}, sha256:{root.sha256}"),
        ("Policy", f"sha256:{answer.verdict.policy}" if answer.verdict.policy else "the built-in floor"),
    )
    return Page(
        title=_title(judged),
        conclusion=conclusion(judged),
        exit_code=answer.verdict.exit_code,
        verdict=answer.verdict,
        claims=answer.claims,
        mode=answer.mode,
        asked=asked,
        files=files,
        meaning=(*alternative(judged), *meaning(judged)),
    )


def _title(judged: Judged) -> str:
    claims = judged.answer.claims
    whose = owner_and_name(claims) if claims is not None else "files that nobody signed"
    versions = dict.fromkeys(version_of(subject.name) for subject in judged.answer.verdict.subjects)
    return " ".join([whose, *(str(version) for version in versions if version is not None)])
