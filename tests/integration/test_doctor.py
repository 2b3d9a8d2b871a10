"""``doctor``: everything that publishing needs is looked at, each with a cure, and nothing is ever posted."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.faults import Fault
from sandbox.scenario import Account, RateLimit, Scenario, Workspace
from tests.integration.test_desk import in_pipes
from tests.support.fake_runner import Outcome
from tests.support.stage import Stage, account, world

X = account("twitter")
PINTEREST = Account(id="66db83154e299efa19a2d8f0", provider="pinterest")
FILE = 'posts:\n  - {text: Hello, accounts: ["twitter/*"]}\n  - {text: Ho, accounts: ["linkedin/Acme Inc"]}\n'


def examined(stage: Stage, scenario: Scenario, **inputs: Any) -> Outcome:
    stage.open(scenario)
    stage.write("post.yml", FILE)
    outcome = stage.run(post_file="post.yml", mode="doctor", **inputs)
    assert {request.method for request in stage.requests()} <= {"GET"}
    assert stage.published() == []
    return outcome


def test_all_is_well(stage: Stage) -> None:
    outcome = examined(stage, world())
    assert (outcome.exit_code, outcome.outputs["outcome"]) == (0, "healthy")
    for line in (
        "Wile E. Coyote",
        "business",
        "Acme (66db7f0a4e299efa19a2d801)",
        "twitter/* → twitter/Acme Inc",
        "linkedin/Acme Inc →",
        "of 100 requests left",
    ):
        assert line in outcome.text, outcome.text


LOCKED_OUT = world().workspaces[0].accounts


@pytest.mark.parametrize(
    ("scenario", "inputs", "bad", "cure"),
    [
        pytest.param(world(), {"api-key": "no-such-key-0123456789"}, "Invalid API key", "api-key", id="key"),
        pytest.param(
            world(),
            {"workspace-id": "66db7f0a4e299efa19a2ffff"},
            "does not see the workspace",
            "Acme",
            id="id",
        ),
        pytest.param(
            Scenario(workspaces=(Workspace(accounts=LOCKED_OUT, plan="free"),)),
            {},
            "`free` does not include the API",
            "Business",
            id="plan",
        ),
        pytest.param(
            world(X),
            {},
            "No account matches `linkedin/Acme Inc`",
            "The workspace has: twitter/Acme Inc",
            id="selector",
        ),
        pytest.param(
            world(X, account("linkedin", status="disconnected")),
            {},
            "): disconnected",
            "Reconnect the account",
            id="connection",
        ),
        pytest.param(
            world(rate_limit=RateLimit(limit=8)),
            {},
            "5 of 8 requests left",
            "Something else uses",
            id="limit",
        ),
        pytest.param(
            Scenario(workspaces=(Workspace(accounts=()),)),
            {},
            "the workspace has none",
            "Connect social",
            id="accounts",
        ),
        pytest.param(
            world(faults=(Fault(kind="html", path="/accounts", times=0),)),
            {"timeout": "2s"},
            "not JSON",
            "status.publer.com",
            id="service",
        ),
    ],
)
def test_what_is_wrong_is_a_line_with_its_cure(
    stage: Stage, scenario: Scenario, inputs: dict[str, str], bad: str, cure: str
) -> None:
    outcome = examined(stage, scenario, **inputs)
    assert (outcome.exit_code, outcome.outputs["outcome"]) == (1, "unhealthy"), outcome.text
    line = next((one for one in outcome.log if bad in one), "")
    assert cure in line + outcome.text[outcome.text.find(bad) :], outcome.text
    assert bad in outcome.summary.replace("\\", "") or "limit" in outcome.summary


def test_wrong_posts_and_wrong_selectors_are_reported_together(stage: Stage) -> None:
    stage.open(world(X))
    stage.write("post.yml", "text: Hello\naccounts: ['bluesky/*']\nnetwork: {}\n")
    outcome = stage.run(post_file="post.yml", mode="doctor")
    assert outcome.outputs["outcome"] == "unhealthy"
    assert "post.yml:3:1" in outcome.text
    assert stage.published() == []


def test_what_is_wrong_in_a_file_is_shown_at_its_place_and_told_once(stage: Stage) -> None:
    stage.open(world(X))
    posts = "".join(f"  - {{text: Hi, accounts: ['twitter/*'], wrong{number}: 1}}\n" for number in range(12))
    stage.write("post.yml", f"posts:\n{posts}")
    outcome = stage.run(post_file="post.yml", mode="doctor")
    errors = [one for one in outcome.annotations if one.level == "error"]
    assert [(one.file, one.line) for one in errors[:-1]] == [("post.yml", line) for line in range(2, 11)]
    assert errors[-1].message == (
        "12 of 18 checks failed: post file (12). "
        'The first: post.yml:2:41 (posts[0].wrong0): Unknown key "wrong0".\n'
        "Allowed here: text, media, networks, accounts, comments, labels, when."
    )
    for number in range(12):
        assert outcome.text.count(f'Unknown key "wrong{number}"') == 1 + (number == 0)
    assert outcome.summary.count("❌ | post file") == 12


@pytest.mark.parametrize("fail_on", ["never", "all"])
def test_no_input_makes_a_bad_state_pass(stage: Stage, fail_on: str) -> None:
    assert examined(stage, world(X), fail_on=fail_on).exit_code == 1


@pytest.mark.parametrize(("accounts", "code"), [((), 0), ((X,), 1)])
def test_the_same_on_a_desk(stage: Stage, accounts: Any, code: int) -> None:
    stage.open(world(*accounts))
    stage.write("post.yml", FILE)
    done = in_pipes(stage, "doctor", "post.yml")
    assert done.returncode == code, done.stdout
    assert "rate limit" in done.stdout
    assert {request.method for request in stage.requests()} == {"GET"}


def test_the_boards_of_pinterest_are_listed_by_name_and_id(stage: Stage) -> None:
    """Publer refuses a pin without one, and its own pages show no ids."""
    outcome = examined(stage, world(account("twitter"), account("linkedin"), PINTEREST))
    assert (outcome.exit_code, outcome.outputs["outcome"]) == (0, "healthy")
    assert "pinterest/Acme Inc" in outcome.text
    assert "Launches (66db" in outcome.text
