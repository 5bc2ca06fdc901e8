"""What other programs may call: the examples of docs/api.md are run as they are written."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.evidence import SDIST, WHEEL, SignedRelease
from tests.support.sealed import downloaded, sealed_release
from tests.support.sigstore import RUN

import sealwright
from sealwright import Question, Scope, State, TrustRoot, Wanted, verify_artifact, verify_release

DOCUMENT = Path(__file__).parents[2] / "docs/api.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedRelease]:
    with sealed_release(tmp_path_factory.mktemp("release")) as made:
        yield made


@pytest.fixture(scope="module")
def assets(release: SignedRelease) -> dict[str, bytes]:
    return {path.rpartition("/")[2]: content.data or b"" for path, content in downloaded(release).items()}


def test_every_public_name_is_there_and_described() -> None:
    for name in sealwright.__all__:
        value = getattr(sealwright, name)
        assert name == "__version__" or value.__doc__, name


def test_a_release_is_judged_by_its_bytes(release: SignedRelease, assets: dict[str, bytes]) -> None:
    root = TrustRoot.parse(release.sigstore.trust_config.read_bytes())
    asked = Question(RUN.repository, tag="v1.0")
    assert verify_release(assets, asked, root).verdict.passed
    by_path = {path: content.data or b"" for path, content in downloaded(release).items()}
    assert not verify_release(by_path, asked, root, scope=Scope.DOSSIER).verdict.passed  # it has no records
    changed = {**assets, WHEEL: assets[WHEEL] + b"more"}
    answer = verify_release(changed, asked, root)
    assert ("digest-mismatch", State.FAIL) in {(finding.code, finding.state) for finding in answer.verdict.blocking}


def test_an_artifact_is_judged_by_its_provenance(release: SignedRelease, assets: dict[str, bytes]) -> None:
    root = TrustRoot.parse(release.sigstore.trust_config.read_bytes())
    digests = {name: sealwright.FileRef.of(name, assets[name]).sha256 for name in (WHEEL, SDIST)}
    provenance, wanted = assets["multiple.intoto.jsonl"], Wanted(f"github.com/{RUN.repository}", source_tag="v1.0")
    answer = verify_artifact(provenance, digests, wanted, root)
    assert answer.verdict.passed
    assert answer.verified is not None
    assert answer.verified.commit == RUN.commit
    other = verify_artifact(provenance, {WHEEL: "0" * 64}, wanted, root)
    assert (other.verified, [f.code for f in other.verdict.blocking]) == (None, ["ErrorMismatchHash"])
    assert not verify_artifact(provenance, {}, wanted, root).verdict.passed  # nothing was judged
    with pytest.raises(ValueError, match="abc"):
        verify_artifact(provenance, {WHEEL: "abc"}, wanted, root)


def run_example(text: str, folder: Path, release: SignedRelease) -> str:
    """An example as it is written, but for the names of the project and for whose root it is."""
    root = f"TrustRoot.parse(Path({str(release.sigstore.trust_config)!r}).read_bytes())"
    text = text.replace("public_trust_root()", root).replace("public_trust_root", "TrustRoot")
    for written, here in (("OWNER/NAME", RUN.repository), ("v1.2.3", "v1.0"), ("name-1.2.3-py3-none-any.whl", WHEEL)):
        text = text.replace(written, here)
    argv = [sys.executable, "-c", text]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_of_the_documentation_run(
    release: SignedRelease, assets: dict[str, bytes], tmp_path: Path
) -> None:
    whole, single = EXAMPLES
    (tmp_path / "downloads").mkdir()
    for name, data in assets.items():
        (tmp_path / "downloads" / name).write_bytes(data)
    assert run_example(whole, tmp_path, release) == ""
    assert run_example(single, tmp_path / "downloads", release) == "True []\n"
    (tmp_path / "downloads" / WHEEL).write_bytes(b"other")
    assert "digest-mismatch" in run_example(whole, tmp_path, release)
    assert run_example(single, tmp_path / "downloads", release) == "False ['ErrorMismatchHash']\n"


def test_a_cold_import_reads_nothing_that_it_does_not_use() -> None:
    program = "import sealwright, sys; print(*sorted(m for m in sys.modules if m.startswith('sealwright.')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["sealwright.lazy"]
