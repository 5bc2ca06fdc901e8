"""actions/attest and the generator, as the rehearsal plays them."""

import base64
import json
from pathlib import Path

import pytest
from tests.support.provenance import FILES, GENERATOR, WHEEL, Maker, statement_of
from tests.support.sigstore import local_sigstore

from sealwright.errors import Refused, UsageError
from sealwright.model import FileRef, Sums
from sealwright.rehearsal.actions import attest, slsa_generator

SAMPLES = Path(__file__).parents[5] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample bundles are not beside this checkout")


@pytest.fixture(scope="module", params=[1, 2], ids=["rekor-v1", "rekor-v2"])
def maker(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("actions")
    with local_sigstore(folder / "sigstore", rekor=request.param) as sigstore:
        yield Maker(sigstore, folder)


def paths(document, path=()):
    """Every path of keys, list items under one name: the shape of a document."""
    yield path
    if isinstance(document, dict):
        for key, value in document.items():
            yield from paths(value, (*path, key))
    if isinstance(document, list):
        for value in document:
            yield from paths(value, (*path, "*"))


def shape(document):
    # What is below these is the platform's or the log's, not the generator's.
    return {p for p in paths(document) if "github_event_payload" not in p[:-1] and "hashes" not in p[:-1]}


@needs_samples
@pytest.mark.parametrize("part", [json.loads, statement_of], ids=["bundle", "statement"])
def test_the_generator_s_format_is_the_real_one_s(maker, part):
    real = (SAMPLES / "slsa-generic-v2.1.0" / "binary-linux-amd64-push-v14.2.intoto.jsonl").read_bytes()
    ours = maker.generator((WHEEL,))
    assert shape(part(ours)) == shape(part(real))
    assert ours[-1:] == real[-1:] == b"}"
    assert list(json.loads(ours)) == list(json.loads(real))
    assert list(statement_of(ours)) == list(statement_of(real))
    assert list(statement_of(ours)["predicate"]) == list(statement_of(real)["predicate"])
    kinds = [json.loads(b)["verificationMaterial"]["tlogEntries"][0]["kindVersion"] for b in (ours, real)]
    assert kinds[0] == kinds[1] == {"kind": "dsse", "version": "0.0.1"}


@needs_samples
def test_github_s_statement_has_the_real_one_s_format(maker):
    real = statement_of((SAMPLES / "github-attest" / "MODULE.bazel.intoto.jsonl").read_bytes())
    ours = statement_of(maker.github((WHEEL,)))
    assert set(paths(ours)) == set(paths(real))
    assert list(ours) == list(real)


def test_one_subject_gives_the_file_its_name(maker):
    environ = maker.job(**GENERATOR)
    outputs = slsa_generator.run({"base64-subjects": Sums.of([WHEEL]).encode()}, environ, maker.folder)
    assert outputs == {"provenance-name": f"{WHEEL.name}.intoto.jsonl"}


SUBJECTS = Sums.of(FILES).encode()
REFUSED = {
    "no subjects": ({"base64-subjects": ""}, "subjects-malformed"),
    "no base64": ({"base64-subjects": "%%"}, "subjects-malformed"),
    "no sums": ({"base64-subjects": base64.b64encode(b"x\n").decode()}, "subjects-malformed"),
    "a path": ({"base64-subjects": SUBJECTS, "provenance-name": "../x.intoto.jsonl"}, "provenance-name"),
    "uploads": ({"base64-subjects": SUBJECTS, "upload-assets": "true"}, "input-not-played"),
    "an unknown input": ({"base64-subjects": SUBJECTS, "compile-generator": "true"}, "input-not-played"),
}


@pytest.mark.parametrize(("inputs", "code"), REFUSED.values(), ids=REFUSED)
def test_the_generator_refuses_what_it_cannot_describe(maker, inputs, code):
    with pytest.raises(UsageError) as caught:
        slsa_generator.run(inputs, maker.job(**GENERATOR), maker.folder)
    assert caught.value.code == code


def test_the_generator_keeps_a_private_repository_s_name_out_of_the_log(maker):
    environ = maker.job(run={"visibility": "private"}, **GENERATOR)
    with pytest.raises(UsageError) as caught:
        slsa_generator.run({"base64-subjects": SUBJECTS}, environ, maker.folder)
    assert caught.value.code == "repository-private"


def test_the_event_that_started_the_run_is_described_where_it_is_known(maker, tmp_path):
    (tmp_path / "event.json").write_text('{"ref": "refs/tags/v1.0", "note": "<&>"}')
    environ = {**maker.job(**GENERATOR), "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    bundle = maker.generator(environ=environ)
    payload = base64.b64decode(json.loads(bundle)["dsseEnvelope"]["payload"])
    assert b'"note":"\\u003c\\u0026\\u003e"' in payload


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "subjects-count"),
        ("x  y\n", "subjects-malformed"),
        (f"{'a' * 63}  y\n", "subjects-malformed"),
        (None, "subjects-missing"),
    ],
)
def test_attest_refuses_a_list_that_is_not_one(maker, tmp_path, content, code):
    if content is not None:
        (tmp_path / "sums.txt").write_text(content)
    with pytest.raises(UsageError) as caught:
        attest.run({"subject-checksums": "sums.txt"}, maker.job(), tmp_path)
    assert caught.value.code == code


@pytest.mark.parametrize("inputs", [{"subject-path": "dist/*"}, {"subject-checksums": "sums.txt", "sbom-path": "x"}])
def test_attest_refuses_inputs_it_would_ignore(maker, inputs):
    with pytest.raises(UsageError) as caught:
        attest.run(inputs, maker.job(), maker.folder)
    assert caught.value.code == "input-not-played"


def test_a_job_without_an_identity_cannot_attest(maker):
    (maker.folder / "sums.txt").write_text(Sums.of([FileRef.of("a", b"a")]).text)
    environ = {key: value for key, value in maker.job().items() if not key.startswith("ACTIONS_")}
    with pytest.raises(Refused) as caught:
        attest.run({"subject-checksums": "sums.txt"}, environ, maker.folder)
    assert caught.value.code == "identity-missing"
