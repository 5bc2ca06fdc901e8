import pytest

from sealwright.errors import Refused
from sealwright.rehearsal.artifacts import Artifacts, attempt_name


@pytest.fixture
def artifacts(tmp_path):
    (tmp_path / "store").mkdir()
    return Artifacts(tmp_path / "store")


def folder(path, **files):
    for name, text in files.items():
        (path / name.replace("__", "/")).parent.mkdir(parents=True, exist_ok=True)
        (path / name.replace("__", "/")).write_text(text)
    return path


def test_what_is_kept_is_fetched_by_its_id(artifacts, tmp_path):
    id_ = artifacts.keep("build", "build", folder(tmp_path / "new", dist__a="x"))
    artifacts.fetch(id_, tmp_path / "into")
    assert (tmp_path / "into" / "dist" / "a").read_text() == "x"


def test_several_artifacts_are_laid_over_each_other(artifacts, tmp_path):
    for job, name in (("plan", "records__plan"), ("build", "records__build")):
        artifacts.fetch(artifacts.keep(job, job, folder(tmp_path / job, **{name: job})), tmp_path / "into")
    assert sorted(path.name for path in (tmp_path / "into" / "records").iterdir()) == ["build", "plan"]


def test_a_file_that_two_jobs_made_is_refused(artifacts, tmp_path):
    ids = [artifacts.keep(job, job, folder(tmp_path / job, plan="x")) for job in ("plan", "build")]
    artifacts.fetch(ids[0], tmp_path / "into")
    with pytest.raises(Refused, match="two artifacts"):
        artifacts.fetch(ids[1], tmp_path / "into")


@pytest.mark.parametrize("id_", ["", "nobody.nothing", ".", "../store", ".digests", "build.build/../x"])
def test_an_artifact_that_is_not_there_is_refused(artifacts, tmp_path, id_):
    with pytest.raises(Refused) as caught:
        artifacts.fetch(id_, tmp_path / "into")
    assert caught.value.code == "artifact-missing"


def test_nothing_cannot_be_kept(artifacts, tmp_path):
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "empty", tmp_path / "absent"):
        with pytest.raises(Refused) as caught:
            artifacts.keep("build", "build", source)
        assert caught.value.code == "nothing-to-keep"


def test_what_a_job_left_is_discarded_and_nothing_of_a_job_with_a_longer_name(artifacts, tmp_path):
    source = folder(tmp_path / "new", a="x")
    artifacts.keep("pypi", "pypi", source)
    artifacts.keep("testpypi", "testpypi", source)
    artifacts.discard("pypi")
    assert artifacts.ids() == ("testpypi.testpypi",)


def test_the_dossier_gets_what_belongs_to_it(artifacts, tmp_path):
    artifacts.keep("gate", attempt_name("gate"), folder(tmp_path / "new", release="x", rebuilt__a="x"))
    artifacts.keep("gate", attempt_name("publish"), folder(tmp_path / "publish", wheel="x"))
    assert list(artifacts.dossier_files("gate")) == ["release"]


def test_an_artifact_is_found_by_name_if_there_is_one_of_that_name(artifacts, tmp_path):
    source = folder(tmp_path / "new", a="x")
    artifacts.keep("provenance", "multiple.intoto.jsonl", source)
    assert artifacts.named("multiple.intoto.jsonl") == "provenance.multiple.intoto.jsonl"
    assert artifacts.named("other") == ""


def test_an_artifact_that_was_changed_is_not_handed_out(artifacts, tmp_path):
    id_ = artifacts.keep("build", "build", folder(tmp_path / "new", wheel="x"))
    for change in (folder(artifacts.root / id_, wheel="y"), folder(artifacts.root / id_, wheel="x", other="")):
        with pytest.raises(Refused) as caught:
            artifacts.fetch(id_, tmp_path / "into")
        assert caught.value.code == "artifact-digest", change
    (artifacts.root / id_ / "other").unlink()
    artifacts.fetch(id_, tmp_path / "into")


def test_no_job_replaces_what_another_one_kept(artifacts, tmp_path):
    source = folder(tmp_path / "new", a="x")
    artifacts.keep("build", "build-1", source)
    with pytest.raises(Refused) as caught:
        artifacts.keep("rebuild", "build-1", folder(tmp_path / "other", a="y"))
    assert caught.value.code == "artifact-exists"
    assert artifacts.ids() == ("build.build-1",)


def test_hidden_files_are_kept_only_where_they_are_asked_for(artifacts, tmp_path):
    source = folder(tmp_path / "new", a="x", **{".hidden": "x", ".folder__b": "x"})
    artifacts.fetch(artifacts.keep("build", "visible", source, hidden=False), tmp_path / "visible")
    artifacts.fetch(artifacts.keep("build", "all", source), tmp_path / "all")
    assert [path.name for path in (tmp_path / "visible").iterdir()] == ["a"]
    assert (tmp_path / "all" / ".folder" / "b").is_file()


def test_a_single_file_is_an_artifact_of_that_file(artifacts, tmp_path):
    (tmp_path / "multiple.intoto.jsonl").write_text("{}")
    id_ = artifacts.keep("provenance", "multiple.intoto.jsonl", tmp_path / "multiple.intoto.jsonl")
    assert [path.name for path in (artifacts.root / id_).iterdir()] == ["multiple.intoto.jsonl"]
