import pytest

from sealwright.config import Policy, Settings, load_policy, load_settings
from sealwright.errors import UsageError
from sealwright.model import Cell, Finding, Level, Mode


def test_no_configuration_at_all_is_a_configuration():
    assert load_settings("") == Settings()
    assert load_policy("") == Policy()


def test_settings_are_read_in_the_spelling_of_toml():
    settings = load_settings(
        '[tool.sealwright]\ntag-pattern = "pkg-v*"\ncells = ["ubuntu-24.04/3.11"]\nenvironments.pypi = "release"\n'
    )
    assert settings.cells == (Cell("ubuntu-24.04", "3.11"),)
    assert settings.environments.pypi == "release"
    assert settings.tag_for("1.0") == "pkg-v1.0"


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ('colour = "blue"', "colour"),
        ("testpypi = 3", "testpypi"),
        ('tag-pattern = "v"', "tag-pattern"),
        ('cells = ["linux"]', "cells"),
        ('repository = "nobody"', "repository"),
        ('audit = "maybe"', "audit"),
        ('cells = ["self-hosted/3.13"]', "self-hosted"),
        ('runners.default = "self-hosted"', "self-hosted"),
        ('runners.build = "linux-Self-Hosted"', "self-hosted"),
        ('extra-gate = "acceptance.yml"', "extra-gate"),
        ('extra-gate = ".github/workflows/../../x.yml"', "extra-gate"),
        ('extra-gate = ".github/workflows/release.yml"', "extra-gate"),
        ('extra-gate = "o/r/.github/workflows/x.yml@main"', "extra-gate"),
        ('wheels = "wheels.yml"', "wheels"),
        ('wheels = ".github/workflows/release.yml"', "wheels"),
        ('egress = "on"', "egress"),
        ('egress-allow = ["example.org"]', "egress-allow"),
        ('egress-allow = ["https://example.org:443"]', "egress-allow"),
        ('egress-allow = ["*:443"]', "egress-allow"),
        ('workflow = "mine"', "workflow"),
        ('smoke.skip-imports = [{ module = "x", reason = "no" }]', "reason"),
    ],
)
def test_a_wrong_setting_is_named(toml, key):
    with pytest.raises(UsageError) as caught:
        load_settings(f"[tool.sealwright]\n{toml}\n")
    assert caught.value.code == "configuration-invalid"
    assert key in caught.value.message


def test_every_wrong_setting_is_named_at_once():
    with pytest.raises(UsageError, match=r"colour.*testpypi|testpypi.*colour"):
        load_settings('[tool.sealwright]\ncolour = "blue"\ntestpypi = 3\n')


def test_broken_toml_is_an_error_with_a_place():
    with pytest.raises(UsageError, match="line 2"):
        load_settings("[tool]\nx = \n")


@pytest.mark.parametrize(("tag", "version"), [("pkg-v1.0", "1.0"), ("v1.0", None), ("pkg-v", None), ("xpkg-v1", None)])
def test_a_tag_names_a_version_only_if_it_fits_the_pattern(tag, version):
    assert Settings(tag_pattern="pkg-v*").version_in(tag) == version


def test_policy_tightens():
    assert load_policy('checks.rebuild = "require"').level("rebuild", Mode.RELEASE) is Level.REQUIRE


@pytest.mark.parametrize("check", ["signatures", "provenance", "contents", "something-new"])
def test_policy_never_loosens(check):
    with pytest.raises(UsageError, match="floor"):
        load_policy(f'checks.{check} = "report"')


def test_a_check_nobody_thought_of_blocks():
    findings = (Finding.failed("brand-new", "brand-new"),)
    assert Policy().judge(findings, Mode.RELEASE) == findings


def test_an_unreachable_audit_stops_a_release_and_not_a_rehearsal():
    policy = Policy().with_settings(Settings())
    unreachable = (Finding.unavailable("audit", "audit-unreachable"),)
    assert policy.judge(unreachable, Mode.RELEASE) == unreachable
    assert policy.judge(unreachable, Mode.REHEARSAL) == ()


def test_a_vulnerable_dependency_stops_a_rehearsal_too():
    vulnerable = (Finding.failed("audit", "vulnerable-dependency"),)
    assert Policy().with_settings(Settings()).judge(vulnerable, Mode.REHEARSAL) == vulnerable


def test_settings_cannot_take_away_what_the_policy_file_requires():
    policy = load_policy('checks.audit = "require"').with_settings(Settings(audit="report"))
    assert policy.level("audit", Mode.RELEASE) is Level.REQUIRE


def test_an_effective_policy_survives_as_json():
    policy = Policy().with_settings(Settings())
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    assert Settings.model_validate_json(Settings(cells=(Cell("ubuntu-24.04", "3.13"),)).model_dump_json()).cells


IGNORE = {
    "id": '"PYSEC-2018-28"',
    "package": '"requests"',
    "reason": '"only talks to our own hosts"',
    "expires": "2026-12-31",
}


def ignoring(**changes):
    """A policy with one ignore."""
    return "[[audit.ignore]]\n" + "".join(f"{key} = {value}\n" for key, value in {**IGNORE, **changes}.items())


def test_an_ignore_is_read_and_survives_as_json():
    policy = load_policy(ignoring(justification='"code_not_reachable"'))
    (ignore,) = policy.audit.ignore
    assert ignore.expires.isoformat() == "2026-12-31"
    assert ignore.justification == "code_not_reachable"
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", '"*"'),
        ("id", '"PYSEC-*"'),
        ("id", '"PYSEC-2018-28 CVE-2018-18074"'),
        ("id", '""'),
        ("package", '"*"'),
        ("package", '"requests*"'),
        ("package", '"requests, urllib3"'),
        ("package", '""'),
        ("reason", '"too short"'),
        ("reason", f'"{" " * 30}"'),
        ("expires", '"never"'),
        ("expires", "20000"),
        ("expires", "2026-12-31T00:00:00Z"),
        ("justification", '"we say so"'),
        ("version", '"<3"'),
    ],
)
def test_an_ignore_names_one_advisory_of_one_package_with_a_reason_and_a_day(key, value):
    with pytest.raises(UsageError) as caught:
        load_policy(ignoring(**{key: value}))
    assert caught.value.code == "configuration-invalid"
    assert key in caught.value.message


def test_an_ignore_in_another_spelling_is_the_same_one():
    with pytest.raises(UsageError, match="ignored twice"):
        load_policy(ignoring() + ignoring(id='"pysec-2018-28"', package='"Requests"', expires="2027-01-31"))


@pytest.mark.parametrize("audit", ["block", "report"])
@pytest.mark.parametrize("mode", list(Mode))
def test_an_ignore_that_has_ended_stops_even_a_release_that_only_reports(audit, mode):
    policy = Policy().with_settings(Settings(audit=audit))
    expired = (Finding.failed("audit-ignores", "ignore-expired"),)
    assert policy.judge(expired, mode) == expired


def test_reporting_stops_neither_for_what_is_known_nor_for_what_is_not():
    policy = Policy().with_settings(Settings(audit="report"))
    findings = (Finding.failed("audit", "vulnerable-dependency"), Finding.unavailable("audit", "audit-unreachable"))
    assert policy.judge(findings, Mode.RELEASE) == ()
