"""The workspace of a job that looks at what an index serves."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from sealwright.config import Settings
from sealwright.model import FileRef, Record, Sums
from sealwright.services.patience import VARIABLE
from sealwright.stages.base import Context
from tests.support.pypi import World
from tests.support.stages import make_context
from tests.support.wheels import write_pylock

WHEEL, SDIST = "tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"
SUMS = "evidence/SHA256SUMS"


def context_of(
    world: World,
    dist: Path,
    index: str = "pypi",
    *,
    pylock: bytes | None = None,
    patience: str = "0",
    settings: Settings | None = None,
    **changes: bytes,
) -> Context:
    """Job `confirm` after plan, build, examine and gate, about the distributions in `dist`."""
    files = {f"dist/{file.name}": file.read_bytes() for file in dist.iterdir()}
    sums = Sums.of(FileRef.of(path, data) for path, data in files.items()).text.encode()
    later = {"evidence/pylock.toml": pylock or write_pylock([]), SUMS: sums, **changes}
    context = make_context(dist.parent / "job", {**files, **later}, settings=settings)
    build = context.records["build"]
    records = {
        **context.records,
        "build": replace(build, outputs=build.outputs_in("dist")),
        "examine": Record("examine", build.plan, (), (), (build.output("evidence/pylock.toml"),), ()),  # type: ignore[arg-type]
        "gate": Record("gate", build.plan, (), (), (build.output(SUMS),), ()),  # type: ignore[arg-type]
    }
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
        **{name: value for name, value in world.environ().items() if name.startswith("SEALWRIGHT_")},
        "INDEX": index,
        "PIP_INDEX_URL": f"{world.testpypi.url}/simple/",
        VARIABLE: patience,
    }
    return replace(context, job="confirm", environ=environ, records=records)
