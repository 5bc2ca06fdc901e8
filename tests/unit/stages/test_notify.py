import json

import pytest
from tests.support.release_page import REPOSITORY, Page

from sealwright.model import State
from sealwright.rehearsal.standins.github import GitHubStandIn
from sealwright.rehearsal.standins.server import Fault
from sealwright.stages import notify
from sealwright.stages.base import Context


@pytest.fixture
def page(tmp_path):
    with GitHubStandIn(tmp_path / "github", REPOSITORY) as standin:
        yield Page(standin, tmp_path)


def run(page, address=None, **environ):
    variables = {"WEBHOOK": f"{page.standin.url}/webhook" if address is None else address, "GITHUB_RUN_ID": "7"}
    (finding,) = notify.run(page.context("notify", {**variables, **environ})).findings
    return finding


def needs(**results):
    return json.dumps({job: {"result": result, "outputs": {}} for job, result in results.items()})


@pytest.mark.parametrize(
    ("told", "result", "failed"),
    [
        (None, "ended", []),
        ("not JSON", "ended", []),
        (needs(build="success", notify="skipped"), "succeeded", []),
        (needs(build="failure", gate="skipped", probe="cancelled"), "failed", ["build", "probe"]),
    ],
)
def test_the_webhook_is_told_how_the_release_ended(page, told, result, failed):
    assert run(page, **({"NEEDS": told} if told else {})).state is State.PASS
    (message,) = page.standin.notifications
    assert (message["result"], message["failed_jobs"]) == (result, failed)
    assert message["version"] == "1.0"
    assert message["run_url"] == "https://github.com/owner/tiny/actions/runs/7"
    assert f"tiny 1.0: release {result}" in message["text"]


def test_a_release_that_was_not_even_planned_is_told_as_well(page):
    context = page.context("notify", {"WEBHOOK": f"{page.standin.url}/webhook", "GITHUB_REPOSITORY": REPOSITORY})
    unplanned = Context(context.job, context.workspace, {**context.environ, "GITHUB_REF_NAME": "v1.0"}, context.dossier)
    (finding,) = notify.run(unplanned).findings
    assert finding.state is State.PASS
    assert page.standin.notifications[0]["tag"] == "v1.0"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/secret", "ftp://host/secret", "secret", "http://[secret", "http://host:secret/"]
)
def test_a_webhook_that_cannot_be_reached_is_unavailable_and_its_address_stays_secret(page, address, caplog):
    finding = run(page, address)
    assert (finding.state, finding.code) == (State.UNAVAILABLE, "webhook-failed")
    assert "secret" not in (finding.found + finding.expected + finding.subject + caplog.text)


def test_a_webhook_that_refuses_is_unavailable(page):
    page.standin.faults.append(Fault("POST", "/webhook", status=403))
    assert (run(page).state, run(page).code) == (State.UNAVAILABLE, "webhook-refused")


def test_without_a_webhook_the_check_is_skipped(page):
    assert run(page, "").state is State.SKIPPED
