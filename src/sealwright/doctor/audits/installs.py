"""What jobs fetch and run without knowing its digest beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.doctor import programs
from sealwright.doctor.codes import Audit, Defect, advice, blocking
from sealwright.doctor.posture import Posture

_IDENTITY = blocking(
    "install-with-identity",
    "unhashed software installed in a job with an identity",
    "Whatever is installed there can ask for the identity and publish: a compromised release of any"
    " dependency is enough, as LiteLLM has shown.",
    "Found for pip without `--require-hashes`, uvx, pipx, `uv tool install`, npm and scripts from the"
    " network, in jobs with `id-token: write`. Publish with pypa/gh-action-pypi-publish, which brings its own"
    " locked container, or install from a list with hashes: `uv pip compile --generate-hashes`, then `pip"
    " install --require-hashes -r LIST`.",
)
_BUILD = advice(
    "unlocked-requirements",
    "unhashed software installed in a job whose files are published",
    "A compromised release of a build tool changes what is published, and no later check can tell.",
    "Lock the build's tools with hashes: write them into build.in, `uv pip compile --generate-hashes build.in"
    " -o build.txt`, then `pip install --require-hashes -r build.txt` and `python -m build --no-isolation`.",
)


def _look(posture: Posture) -> Iterator[Defect]:
    for _, job in posture.release_jobs:
        if not job.identity and not posture.makes_files(job):
            continue
        for ran in posture.ran(job):
            fetched = programs.installs(ran.command, posture.material.files)
            if fetched is None:
                continue
            code = _IDENTITY if job.identity else _BUILD
            fix = "`pip install --require-hashes -r LIST`, or do without it in this job"
            yield Defect(code, ran.place, f"{fetched} in job {job.id}: `{_short(str(ran.command))}`", fix, "hashes")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 70 else line[:69] + "…"


AUDIT = Audit("installs", "is everything that release jobs install known by its hash?", (_IDENTITY, _BUILD), _look)
