"""The files of one version: what an index serves against the project's own signed list, and where the tag leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sealwright.config import Policy
from sealwright.model import Finding
from sealwright.verify.listing import IndexFile
from sealwright.verify.released.manifest import Manifest
from sealwright.verify.withdrawn import withdrawn

FILES, TAGS, WITHDRAWN = "released-files", "released-tags", "released-withdrawn"
_STRANGER = "nobody of ours vouches for it: security/incident-response.md says what to do first"


def judge_files(served: Iterable[IndexFile], manifest: Manifest) -> Iterator[Finding]:
    """Whether an index serves exactly the distributions that the manifest lists.

    Check `released-files`; codes `file-unclaimed`, `digest-mismatch`, `file-missing`.
    """
    files, wanted = {file.filename: file for file in served}, manifest.distributions
    wrong = False
    for name in sorted(files.keys() | wanted.keys()):
        there, listed = files.get(name), wanted.get(name)
        if there is not None and listed is not None and there.sha256 == listed.sha256:
            continue
        wrong = True
        yield _difference(name, there.sha256 if there else "", listed.sha256 if listed else "")
    if not wrong:
        yield Finding.passed(FILES, manifest.version, f"{len(wanted)} files as listed")


def _difference(name: str, served: str, listed: str) -> Finding:
    if not listed:
        found = f"the index serves sha256:{served}, release.json does not list it"
        return Finding.failed(FILES, "file-unclaimed", name, expected="no such file", found=found, hint=_STRANGER)
    if not served:
        hint = "whoever owns the project there may have deleted it; its name is never given out again"
        found = "the index does not serve it"
        return Finding.failed(FILES, "file-missing", name, expected=f"sha256:{listed}", found=found, hint=hint)
    found = f"the index serves sha256:{served}"
    return Finding.failed(FILES, "digest-mismatch", name, expected=f"sha256:{listed}", found=found, hint=_STRANGER)


def judge_tag(tags: Mapping[str, str], manifest: Manifest) -> Finding:
    """Whether the tag still leads to the commit that was released. Codes: `tag-moved`, `tag-missing`."""
    commit = tags.get(manifest.tag)
    if commit == manifest.commit:
        return Finding.passed(TAGS, manifest.tag, f"at {commit}")
    hint = "a ruleset for tags keeps anybody from that; find out who did it, in the repository's audit log"
    code, found = ("tag-moved", commit) if commit else ("tag-missing", "no such tag")
    return Finding.failed(TAGS, code, manifest.tag, expected=manifest.commit, found=found, hint=hint)


def judge_withdrawn(served: Iterable[IndexFile], version: str, policy: Policy) -> Finding:
    """Whether index and policy agree that a version is withdrawn, or is not.

    Check `released-withdrawn`; codes `withdrawn-not-yanked`, `yanked-not-withdrawn`.
    """
    files = tuple(served)
    offered = [file.filename for file in files if not file.yanked]
    decided = withdrawn(policy, version)
    if decided.code == "version-withdrawn" and offered:
        hint = f"yank it on the index; `sealwright rollback {version}` says how"
        found = f"still offered: {', '.join(offered)}"
        return _disagree("withdrawn-not-yanked", version, "every file yanked", found, hint)
    if decided.code != "version-withdrawn" and files and not offered:
        hint = f"`sealwright rollback {version} --reason TEXT` writes the entry, so that `verify` says it too"
        return _disagree("yanked-not-withdrawn", version, "an entry in [[withdrawn]]", "yanked on the index", hint)
    return Finding.passed(WITHDRAWN, version, "withdrawn and yanked" if decided.code == "version-withdrawn" else "")


def _disagree(code: str, version: str, expected: str, found: str, hint: str) -> Finding:
    return Finding.failed(WITHDRAWN, code, version, expected=expected, found=found, hint=hint)
