from dataclasses import replace

import pytest

from sealwright.model import Mode, Plan, Project, State
from sealwright.verify.claims import Claims
from sealwright.verify.expected import Expected, Signer, canonical, judge_claims, judge_environment

EXPECTED = Expected("owner/tiny", "a" * 40, "refs/tags/v1.0", run_uri="https://github.com/owner/tiny/actions/runs/1")
CLAIMS = Claims(
    san=EXPECTED.workflow_uri,
    issuer=EXPECTED.issuer,
    build_signer_uri=EXPECTED.workflow_uri,
    build_signer_digest=EXPECTED.commit,
    runner="github-hosted",
    repository=EXPECTED.repository_url,
    commit=EXPECTED.commit,
    ref=EXPECTED.ref,
    build_config_uri=EXPECTED.workflow_uri,
    build_config_digest=EXPECTED.commit,
    trigger="push",
    run_uri=EXPECTED.run_uri,
    environment="sign",
)


def judge(claims, expected=EXPECTED, **options):
    return judge_claims(claims, expected, "signatures", "a.whl", **options)


def test_the_expected_certificate_passes():
    (finding,) = judge(CLAIMS)
    assert (finding.check, finding.state, finding.subject) == ("signatures", State.PASS, "a.whl")


@pytest.mark.parametrize("value", ["", "other", "https://github.com/other/tiny"])
@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("san", "signer-workflow"),
        ("issuer", "signer-issuer"),
        ("build_signer_uri", "signer-workflow"),
        ("build_signer_digest", "signer-commit"),
        ("runner", "signer-runner"),
        ("repository", "signer-repository"),
        ("commit", "signer-commit"),
        ("ref", "signer-ref"),
        ("build_config_uri", "signer-workflow"),
        ("build_config_digest", "signer-commit"),
        ("trigger", "signer-trigger"),
        ("run_uri", "signer-run"),
    ],
)
def test_each_claim_counts_alone(claim, code, value):
    (finding,) = judge(replace(CLAIMS, **{claim: value}))
    assert (finding.state, finding.code, finding.found) == (State.FAIL, code, value or "nothing")
    assert finding.expected
    assert finding.hint


def test_a_run_that_is_not_known_is_not_compared():
    (finding,) = judge(replace(CLAIMS, run_uri=""), replace(EXPECTED, run_uri=""))
    assert finding.state is State.PASS


@pytest.mark.parametrize("field", ["repository", "commit", "ref", "workflow", "trigger", "runner", "issuer"])
def test_an_expectation_cannot_be_empty(field):
    with pytest.raises(ValueError, match=field):
        replace(EXPECTED, **{field: ""})


def test_github_s_names_are_compared_without_case():
    other = "https://github.com/Owner/TINY"
    changed = {key: getattr(CLAIMS, key).replace(EXPECTED.repository_url, other) for key in Claims.__slots__}
    assert judge(Claims(**changed))[0].state is State.PASS


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("https://github.com/owner/tiny/.github/workflows/Release.yml@refs/tags/v1.0", False),
        ("https://github.com/owner/tiny/.github/workflows/release.yml@refs/tags/V1.0", False),
        ("https://GitHub.com/Owner/Tiny/.github/workflows/release.yml@refs/tags/v1.0", True),
        ("http://github.com/owner/tiny/.github/workflows/release.yml@refs/tags/v1.0", False),
    ],
)
def test_only_owner_and_name_lose_their_case(text, same):
    assert (canonical(text) == canonical(EXPECTED.workflow_uri)) is same


@pytest.mark.parametrize(
    ("environment", "state", "code"),
    [
        ("sign", State.PASS, "environment"),
        ("", State.ABSENT, "environment-unproven"),
        ("other", State.FAIL, "environment-mismatch"),
    ],
)
def test_an_environment_is_proved_contradicted_or_unproven(environment, state, code):
    finding = judge_environment(replace(CLAIMS, environment=environment), "sign", "a.whl")
    assert (finding.check, finding.state, finding.code) == ("environment", state, code)
    assert judge(replace(CLAIMS, environment=environment), environment="sign")[-1] == finding


def test_a_reusable_workflow_can_be_the_expected_signer():
    by = Signer("https://github.com/other/flow/.github/workflows/x.yml@refs/tags/v1", "b" * 40)
    claims = replace(CLAIMS, san=by.uri, build_signer_uri=by.uri, build_signer_digest=by.commit)
    assert judge(claims, signer=by)[0].state is State.PASS
    assert judge(CLAIMS, signer=by)[0].state is State.FAIL


def test_expectations_come_from_the_plan():
    plan = Plan(Project("tiny", "."), "1.0", "v1.0", "a" * 40, "owner/tiny", Mode.RELEASE, 1, (), ())
    assert Expected.of(plan, run_uri=EXPECTED.run_uri) == EXPECTED
