from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml

from sealwright.errors import UsageError
from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import Call, Job
from sealwright.workflow.render import render_for

if TYPE_CHECKING:
    from conftest import Rendered

ON = True  # how YAML 1.1 reads the key `on`
EXPRESSION = re.compile(r"\$\{\{ *([^}]*?) *\}\}")


def test_only_a_pushed_tag_starts_it(rendered: Rendered) -> None:
    assert rendered.document[ON] == {"push": {"tags": [rendered.options.tag_pattern]}}
    assert "workflow_dispatch" not in rendered.text


def test_nothing_is_permitted_beyond_the_table_and_every_grant_says_why(rendered: Rendered) -> None:
    assert rendered.document["permissions"] == {}
    for id_, job in rendered.table.items():
        granted = {grant.scope: grant.level for grant in job.grants}
        found = dict(rendered.jobs[id_]["permissions"])
        if rendered.options.tool == "checkout" and "contents" not in granted and found.get("contents") == "read":
            del found["contents"]  # to check out the program
        assert found == granted, id_
    lines = [line for line in rendered.text.splitlines() if re.fullmatch(r"      [a-z-]+: (read|write)\b.*", line)]
    assert lines
    assert all(re.search(r" # \w+", line) for line in lines)


def test_publish_jobs_hold_an_identity_and_nothing_else(rendered: Rendered) -> None:
    for id_ in {"testpypi", "pypi"} & rendered.jobs.keys():
        assert rendered.jobs[id_]["permissions"] == {"id-token": "write"}


def test_at_most_six_actions_each_at_a_full_commit_with_its_version(rendered: Rendered) -> None:
    called = [path for path in (rendered.options.extra_gate, rendered.options.wheels) if path]
    uses = re.findall(r"(?m)^ +(?:- )?uses: (\S+)@(\S+) # (.+)$", rendered.text)
    assert len(uses) == rendered.text.count("uses:") - len(called)
    actions = {(name, commit, note) for name, commit, note in uses if ".github/workflows/" not in name}
    assert len({name for name, _, _ in actions}) == len(actions) <= 6 + (rendered.options.egress != "off")
    for _, commit, note in actions:
        assert re.fullmatch(r"[0-9a-f]{40}", commit)
        assert re.fullmatch(r"v\d+\.\d+\.\d+", note)
    flows = {(name.rpartition("/")[2], ref) for name, ref, _ in uses if ".github/workflows/" in name}
    assert flows == ({("generator_generic_slsa3.yml", "v2.1.0")} if rendered.options.generator else set())


def test_no_cache_and_no_secret_but_the_webhook(rendered: Rendered) -> None:
    assert "cache" not in rendered.text
    secrets = set(re.findall(r"secrets\.\w+", rendered.text))
    assert secrets == ({"secrets.SEALWRIGHT_WEBHOOK"} if rendered.options.notify else set())
    assert [id_ for id_, step in rendered.steps() if "secrets." in str(step)] == (
        ["notify-approval", "notify"] if rendered.options.notify else []
    )


def test_scripts_hold_no_expressions(rendered: Rendered) -> None:
    scripts = [step["run"] for _, step in rendered.steps() if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_every_value_comes_from_a_job_that_is_waited_for_and_that_puts_it_out(rendered: Rendered) -> None:
    for id_, job in rendered.jobs.items():
        used = set(re.findall(r"needs\.([\w-]+)\.outputs\.([\w-]+)", str(job)))
        for other, output in used:
            assert other in job["needs"], (id_, other)
            if isinstance(rendered.table[other], Job):
                assert output in rendered.jobs[other]["outputs"], (id_, other, output)


def test_step_outputs_name_an_earlier_step_of_the_same_job(rendered: Rendered) -> None:
    for id_, job in rendered.jobs.items():
        seen: set[str] = set()
        for step in job.get("steps", []):
            inside = {key: value for key, value in step.items() if key != "if"}
            assert set(re.findall(r"steps\.([\w-]+)\.", str(inside))) <= seen, id_
            seen |= {step["id"]} if "id" in step else set()
        assert set(re.findall(r"steps\.([\w-]+)\.", str(job.get("outputs", {})))) <= seen, id_


def test_jobs_come_after_everything_they_need(rendered: Rendered) -> None:
    seen: set[str] = set()
    for id_, job in rendered.jobs.items():
        assert set(job.get("needs", [])) <= seen
        seen.add(id_)


def test_a_published_program_is_never_checked_out(rendered: Rendered) -> None:
    tools = [step for _, step in rendered.steps() if step.get("with", {}).get("path") == "tool"]
    assert bool(tools) == (rendered.options.tool == "checkout")


def test_checkouts_leave_no_credentials_and_bring_all_tags(rendered: Rendered) -> None:
    checkouts = [step["with"] for _, step in rendered.steps() if "actions/checkout@" in step.get("uses", "")]
    assert all(given["persist-credentials"] is False for given in checkouts)
    sources = [given for given in checkouts if given["path"] == "source"]
    assert sources
    assert all(given["fetch-depth"] == 0 and given["fetch-tags"] is True for given in sources)


def test_the_jobs_that_look_at_the_tree_check_out_submodules_and_no_other_does(rendered: Rendered) -> None:
    given = {job: step["with"] for job, step in rendered.steps() if step.get("with", {}).get("path") == "source"}
    assert {job for job, inputs in given.items() if "submodules" in inputs} == {"build", "rebuild", "examine"}
    assert {inputs["submodules"] for inputs in given.values() if "submodules" in inputs} == {"recursive"}


def test_publish_jobs_only_fetch_compare_and_publish(rendered: Rendered) -> None:
    for id_ in {"testpypi", "pypi"} & rendered.jobs.keys():
        fetch, compare, publish = rendered.jobs[id_]["steps"]
        assert "actions/download-artifact@" in fetch["uses"]
        assert "sha256sum --strict -c" in compare["run"]
        assert "pypa/gh-action-pypi-publish@" in publish["uses"]
        assert publish["with"]["attestations"] is (id_ == "pypi")
        assert rendered.jobs[id_]["environment"] == getattr(rendered.options, id_)
        assert not any("if" in step or "continue-on-error" in step for step in (fetch, compare, publish))


def test_only_what_was_made_is_kept_after_a_failure(rendered: Rendered) -> None:
    conditional = [(id_, step) for id_, step in rendered.steps() if "if" in step]
    assert conditional
    for id_, step in conditional:
        assert "actions/upload-artifact@" in step["uses"], id_
        assert step["with"]["path"] == "new"


def test_artifacts_last_and_no_attempt_replaces_another(rendered: Rendered) -> None:
    kept = [(id_, step["with"]) for id_, step in rendered.steps() if "upload-artifact@" in step.get("uses", "")]
    names = [given["name"] for _, given in kept]
    assert len(set(names)) == len(names)
    for _, given in kept:
        assert given["name"].endswith("-${{ github.run_attempt }}")
        assert given["retention-days"] == 90
        assert given["if-no-files-found"] == "error"
        assert given["include-hidden-files"] is True


def test_a_lost_artifact_id_does_not_fetch_everything(rendered: Rendered) -> None:
    # Without a name and without ids download-artifact takes every artifact of the run.
    for id_, step in rendered.steps():
        if "download-artifact@" in step.get("uses", ""):
            given = step["with"].get("artifact-ids") or step["with"]["name"]
            assert given.endswith("|| 'lost' }}"), id_


def test_record_digests_travel_as_job_outputs(rendered: Rendered) -> None:
    gate = next(step for step in rendered.jobs["gate"]["steps"] if step.get("id") == "stage")
    lines = gate["env"]["RECORDS"].splitlines()
    assert "attest=${{ needs.attest.outputs.record }}" in lines
    assert all(re.fullmatch(r"([\w-]+)=\$\{\{ needs\.\1\.outputs\.record \}\}", line) for line in lines)
    assert rendered.jobs["attest"]["outputs"]["record"] == "${{ steps.stage.outputs.record }}"


def test_every_job_ends_in_time_on_a_runner_of_github(rendered: Rendered) -> None:
    for id_, job in rendered.table.items():
        if isinstance(job, Job):
            assert 0 < rendered.jobs[id_]["timeout-minutes"] <= 60
            assert re.match(r"(ubuntu|macos|windows)-(\d|latest)", rendered.jobs[id_]["runs-on"])


def test_one_run_a_tag_and_none_is_cancelled(rendered: Rendered) -> None:
    assert rendered.document["concurrency"] == {"group": "release-${{ github.ref }}", "cancel-in-progress": False}


def test_the_generator_is_given_booleans(rendered: Rendered) -> None:
    for id_, job in rendered.table.items():
        if isinstance(job, Call):
            given = rendered.jobs[id_]["with"]
            assert given["upload-assets"] is False
            assert given["private-repository"] is True
            assert "runs-on" not in rendered.jobs[id_]


def test_only_the_notification_runs_whatever_happened(rendered: Rendered) -> None:
    always = [id_ for id_, job in rendered.jobs.items() if "if" in job]
    assert always == (["notify"] if rendered.options.notify else [])
    told = [id_ for id_, step in rendered.steps() if step.get("env", {}).get("NEEDS") == "${{ toJSON(needs) }}"]
    assert told == always


def test_expressions_are_references_and_nothing_more(rendered: Rendered) -> None:
    reference = r"(needs|steps|github|secrets)(\.[\w-]+)+( \|\| 'lost')?|toJSON\(needs\)"
    conditions = {str(job["if"]) for job in rendered.jobs.values() if "if" in job}
    conditions |= {str(step["if"]) for _, step in rendered.steps() if "if" in step}
    for text in EXPRESSION.findall(rendered.text):
        assert re.fullmatch(reference, text) or any(text in condition for condition in conditions), text


def test_the_head_names_identities_and_environments(rendered: Rendered) -> None:
    head = " ".join(rendered.text.split("\nname: release")[0].replace("#", " ").split())
    assert "attest, seal, probe" in head
    assert "pypi (pypi)" in head
    assert ("tool" in rendered.text and "decision 0004" in head) or rendered.options.tool == "release"


def test_a_published_program_must_be_named(options: Options) -> None:
    with pytest.raises(UsageError) as error:
        render_for(replace(options, tool="release", release=None))
    assert error.value.code == "release-unknown"
    assert error.value.hint


@pytest.mark.parametrize(
    "release",
    [("1.0", "AB" * 32), ("1.0", "ab" * 31), ("", "ab" * 32), ("1.0 -i http://x", "ab" * 32), ("1.0\n-r x", "ab" * 32)],
)
def test_a_published_program_is_named_by_version_and_digest(options: Options, release: tuple[str, str]) -> None:
    with pytest.raises(UsageError) as error:
        render_for(replace(options, tool="release", release=release))
    assert error.value.code == "release-malformed"


@pytest.mark.parametrize(
    ("pattern", "filtered"), [("v*", "v*"), ("a+b-*", r"a\+b-*"), ("[x]*", r"\[x\]*"), ("!*", r"\!*")]
)
def test_a_tag_pattern_means_the_same_to_github(options: Options, pattern: str, filtered: str) -> None:
    document = yaml.safe_load(render_for(replace(options, tag_pattern=pattern)))
    assert document[ON]["push"]["tags"] == [filtered]


@pytest.mark.parametrize(
    "changes",
    [
        {"pypi": "${{ needs.build.outputs.sums }}"},
        {"sign": "sign ${{ github.ref_name }}"},
        {"directory": "${{ secrets.TOKEN }}"},
        {"tag_pattern": "v*${{ 1 }}"},
        {"tag_pattern": " v*\non: workflow_dispatch"},
        {"seal": "seal\x7f"},
    ],
)
def test_no_setting_is_an_expression_or_more_than_a_line(options: Options, changes: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="setting-unrenderable"):
        render_for(replace(options, **changes))  # type: ignore[arg-type]


def test_egress_is_controlled_where_project_code_runs_and_never_beside_an_identity(options: Options) -> None:
    for egress in ("audit", "block"):
        document = yaml.safe_load(render_for(replace(options, egress=egress)))  # type: ignore[arg-type]
        firsts = {id_: job["steps"][0] for id_, job in document["jobs"].items() if "steps" in job}
        guarded = {id_ for id_, step in firsts.items() if "step-security/harden-runner@" in step["uses"]}
        assert guarded == {job.id for job in table(options) if isinstance(job, Job) and job.runs_project_code}
        assert not any("id-token" in document["jobs"][id_]["permissions"] for id_ in guarded)
        others = [step for job in document["jobs"].values() for step in job.get("steps", [])[1:]]
        assert not any("harden-runner" in str(step) for step in others)


def test_what_is_blocked_leaves_the_pipeline_and_the_projects_own_hosts_open(options: Options) -> None:
    chosen = replace(options, egress="block", egress_allow=("data.example.org:443",))
    document = yaml.safe_load(render_for(chosen))
    given = document["jobs"]["build"]["steps"][0]["with"]
    assert given["egress-policy"] == "block"
    assert {"pypi.org:443", "files.pythonhosted.org:443", "data.example.org:443"} <= set(
        given["allowed-endpoints"].splitlines()
    )
    # The action blocks on Linux alone.
    assert document["jobs"]["smoke-macos-3-13"]["steps"][0]["with"] == {"egress-policy": "audit"}


def test_without_the_option_no_seventh_action_is_named(options: Options) -> None:
    assert "step-security" not in render_for(options)


def test_a_gate_of_the_projects_own_has_no_identity_no_secret_and_comes_before_every_signature(
    options: Options,
) -> None:
    document = yaml.safe_load(render_for(replace(options, extra_gate=".github/workflows/acceptance.yml")))
    gate = document["jobs"]["extra-gate"]
    assert gate["uses"] == "./.github/workflows/acceptance.yml"
    assert gate["permissions"] == {"contents": "read"}
    assert "secrets" not in gate
    assert gate["with"] == {"artifact": "${{ needs.build.outputs.artifact }}"}
    for id_ in ("provenance", "attest", "gate"):
        assert "extra-gate" in document["jobs"][id_]["needs"]


def test_wheels_of_the_projects_own_workflow_have_no_identity_and_no_secret_and_are_fetched_by_id(
    options: Options,
) -> None:
    document = yaml.safe_load(render_for(replace(options, wheels=".github/workflows/wheels.yml")))
    job = document["jobs"]["wheels"]
    assert {key: job[key] for key in ("uses", "permissions", "needs")} == {
        "uses": "./.github/workflows/wheels.yml",
        "permissions": {"contents": "read"},
        "needs": ["plan"],
    }
    assert job.keys().isdisjoint({"with", "secrets"})
    fetched = [step["with"] for step in document["jobs"]["build"]["steps"] if "artifact-ids" in step.get("with", {})]
    assert {"artifact-ids": "${{ needs.wheels.outputs.artifact || 'lost' }}", "path": "wheels"} in fetched


def test_runners_are_the_projects_choice_and_cells_keep_theirs(options: Options) -> None:
    chosen = replace(options, runner="ubuntu-24.04-arm", build_runner="ubuntu-latest-16-cores")
    text = render_for(chosen)
    labels = {id_: job.get("runs-on") for id_, job in yaml.safe_load(text)["jobs"].items()}
    assert labels["build"] == labels["rebuild"] == "ubuntu-latest-16-cores"
    assert labels["pypi"] == labels["attest"] == "ubuntu-24.04-arm"
    assert labels["smoke-windows-3-14"] == "windows-2025"
    assert "ubuntu-latest-16-cores (build)" in " ".join(text.partition("\nname:")[0].replace("#", " ").split())


def test_what_the_generator_keeps_for_five_days_is_kept_like_everything_else_before_anybody_approves(
    options: Options,
) -> None:
    jobs = yaml.safe_load(render_for(options))["jobs"]
    keeping = jobs["keep-provenance"]
    assert keeping["needs"] == ["provenance"]
    assert "environment" not in keeping
    assert keeping["permissions"] == {}
    fetch, keep = keeping["steps"]
    assert fetch["with"]["path"] == keep["with"]["path"]
    assert keep["with"]["retention-days"] == 90


def test_every_artifact_that_a_job_behind_an_environment_or_after_one_fetches_is_kept_for_ninety_days(
    rendered: Rendered,
) -> None:
    """Only the job that re-uploads the generator's file may fetch something that lasts for less.

    The project's own workflow decides how long its wheels last; the job build, which waits for nobody, keeps them.
    """
    wheels = {"needs.wheels.outputs.artifact"} if rendered.options.wheels else set()
    kept = wheels | {
        f"needs.{id_}.outputs.{name}"
        for id_, job in rendered.jobs.items()
        for name, value in job.get("outputs", {}).items()
        if "artifact-id" in value
    }
    for id_, step in rendered.steps():
        if "download-artifact@" in step.get("uses", "") and id_ != "keep-provenance":
            assert re.search(r"needs\.[\w.-]+", step["with"]["artifact-ids"])[0] in kept, id_  # type: ignore[index]
