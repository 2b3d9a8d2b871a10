"""The delivery rules, with real processes and real sockets: never twice, never silently."""

from __future__ import annotations

import json
import signal
import threading
from fnmatch import fnmatchcase
from typing import Any

import pytest

from sandbox.faults import Fault
from sandbox.scenario import Job, Listing, SeededPost, StoredText
from tests.fake_runner import Outcome, Step
from tests.faults.worlds import picture
from tests.integration.conftest import OUTPUTS, Stage, account, results, statuses, world

FIVE = 'text: Rocket 1.0 is out\naccounts: ["*"]\n'
X, LINKEDIN = account("twitter"), account("linkedin")
PUBLISH = "/posts/schedule/publish"


def seeded(text: str = "Rocket 1.0 is out", account_id: str = X.id, **fields: Any) -> SeededPost:
    return SeededPost(account_id=account_id, text=text, **fields)


def two(*posts: SeededPost, **scenario: Any) -> Any:
    """A world of two accounts in which some posts are live."""
    return world(X, LINKEDIN, posts=posts, **scenario)


# Duplicates


def test_what_is_live_is_skipped_with_its_link_and_the_evidence(stage: Stage) -> None:
    stage.open(two(seeded(link="https://x.com/acme/status/1")))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml")
    assert outcome.exit_code == 0
    assert statuses(outcome) == {"twitter": "skipped", "linkedin": "published"}
    row = results(outcome)[0]
    assert row["url"] == "https://x.com/acme/status/1"
    assert "the same text is on this account, since 20" in row["message"]
    assert [post.network for post in stage.published()] == ["linkedin"]


def test_on_duplicate_fail_sends_nothing_at_all(stage: Stage) -> None:
    stage.open(two(seeded()))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", on_duplicate="fail")
    assert outcome.exit_code == 1
    assert statuses(outcome) == {"twitter": "failed", "linkedin": "failed"}
    assert stage.requests(PUBLISH) == []


def test_on_duplicate_publish_posts_again(stage: Stage) -> None:
    stage.open(two(seeded()))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", on_duplicate="publish")
    assert statuses(outcome) == {"twitter": "published", "linkedin": "published"}


def test_a_window_of_0_does_not_look(stage: Stage) -> None:
    stage.open(two(seeded()))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", duplicate_window="0")
    assert statuses(outcome) == {"twitter": "published", "linkedin": "published"}
    assert stage.requests()[1].path == PUBLISH


def test_what_is_older_than_the_window_is_posted_again(stage: Stage) -> None:
    stage.open(two(seeded(age=7200), seeded(account_id=LINKEDIN.id, age=1800)))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", duplicate_window="1h")
    assert statuses(outcome) == {"twitter": "published", "linkedin": "skipped"}


@pytest.mark.parametrize(
    ("live", "text"),
    [
        ("acme v1.2.3 is out", "acme v1.2.4 is out"),
        ("Read https://example.com/a", "Read https://example.com/b"),
        ("Rocket 1.0 is out!", "Rocket 1.0 is out"),
    ],
)
@pytest.mark.parametrize("attempt", [1, 2])
def test_two_announcements_are_never_taken_for_one(stage: Stage, live: str, text: str, attempt: int) -> None:
    """In a re-run neither: what was posted before the first attempt began is another post."""
    stage.attempt = attempt
    stage.open(two(seeded(live, age=3600)))
    began = {"repository": {"pushed_at": int(stage.sandbox.clock.time()) - 60}}
    outcome = stage.run(event=began, text=text, accounts="twitter/*")
    assert statuses(outcome) == {"twitter": "published"}, outcome.text


@pytest.mark.parametrize("rule", ["collapsed", "crlf", "stripped"])
def test_white_space_that_publer_changes_makes_no_new_post(stage: Stage, rule: Any) -> None:
    stage.open(world(X, stored_text=StoredText(whitespace=rule)))
    stage.write("post.yml", "text: \"One  \\n\\nTwo\\tthree \"\naccounts: ['*']\n")
    assert statuses(stage.run(post_file="post.yml")) == {"twitter": "published"}
    assert statuses(stage.run(post_file="post.yml")) == {"twitter": "skipped"}


def test_shortened_links_are_seen_through_in_a_re_run(stage: Stage) -> None:
    stage.open(world(X, stored_text=StoredText(shorten_links=True)))
    stage.write("post.yml", "text: Read https://example.com/rocket\naccounts: ['*']\n")
    assert statuses(stage.run(post_file="post.yml")) == {"twitter": "published"}
    stage.attempt = 2
    outcome = stage.run(post_file="post.yml")
    assert statuses(outcome) == {"twitter": "skipped"}
    assert "its links apart" in results(outcome)[0]["message"]


@pytest.mark.parametrize("dates", ["inclusive", "exclusive"])
def test_a_post_of_today_is_seen_whether_the_dates_include_it_or_not(stage: Stage, dates: Any) -> None:
    stage.open(two(seeded(age=30), listing=Listing(dates=dates)))
    stage.write("post.yml", FIVE)
    assert statuses(stage.run(post_file="post.yml"))["twitter"] == "skipped"


def test_a_duplicate_on_the_third_page_is_found(stage: Stage) -> None:
    others = [seeded(f"Something else {number}", age=60.0 + number) for number in range(45)]
    stage.open(two(*others, seeded(age=7200)))
    stage.write("post.yml", FIVE)
    assert statuses(stage.run(post_file="post.yml"))["twitter"] == "skipped"
    pages = [dict(request.query)["page"] for request in stage.requests("/posts") if request.method == "GET"]
    assert pages[:3] == ["0", "1", "2"]


def test_without_a_look_up_nothing_is_sent(stage: Stage) -> None:
    stage.open(two(faults=(Fault(kind="server_error", path="/posts", times=0),)))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", timeout="3s")
    assert outcome.exit_code == 1
    assert outcome.outputs["outcome"] == "failed"
    assert {row["message"][:8] for row in results(outcome)} == {"not sent"}
    assert stage.requests(PUBLISH) == []


def test_an_equal_post_on_its_way_is_not_sent_beside_it(stage: Stage) -> None:
    stage.open(world(X, posts=(seeded(state="scheduled", age=5),)))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", timeout="4s")
    assert statuses(outcome) == {"twitter": "unconfirmed"}
    assert "on its way" in results(outcome)[0]["message"]
    assert stage.requests(PUBLISH) == []


# fail-on


HALF = (X, account("linkedin", failure="LinkedIn said no"))
NONE = (account("twitter", failure="X said no"), account("linkedin", failure="LinkedIn said no"))


@pytest.mark.parametrize(
    ("accounts", "fail_on", "exit_code", "outcome"),
    [
        (HALF, "any", 1, "partial"),
        (HALF, "all", 0, "partial"),
        (HALF, "never", 0, "partial"),
        (NONE, "any", 1, "failed"),
        (NONE, "all", 1, "failed"),
        (NONE, "never", 0, "failed"),
    ],
)
def test_fail_on(stage: Stage, accounts: Any, fail_on: str, exit_code: int, outcome: str) -> None:
    stage.open(world(*accounts))
    stage.write("post.yml", FIVE)
    ran = stage.run(post_file="post.yml", fail_on=fail_on)
    assert (ran.exit_code, ran.outputs["outcome"]) == (exit_code, outcome)
    assert "LinkedIn said no" in ran.text


def test_a_partial_failure_says_what_a_re_run_does(stage: Stage) -> None:
    stage.open(world(*HALF))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml")
    assert "It sends the target that failed" in outcome.summary
    assert "It recognises the target that is live and skips it" in outcome.summary


# Signals and the end of time


def start(stage: Stage, **inputs: str) -> Step:
    return stage.runner.start(
        stage.inputs(**inputs), env={"GITHUB_RUN_ATTEMPT": "1", "GITHUB_API_URL": stage.sandbox.github_url}
    )


def wait_for_request(stage: Stage, step: Step, path: str, nth: int = 1) -> None:
    """Return as soon as the n-th request for this path has arrived."""
    pause = threading.Event()
    while sum(fnmatchcase(request.path, path) for request in stage.sandbox.record.requests) < nth:
        assert step.is_running(), step.wait().text
        pause.wait(0.01)


def hang(path: str, nth: int = 1, when: Any = "before") -> Fault:
    return Fault(kind="hang", path=path, nth=nth, when=when, seconds=None, times=0)


NOT_SENT, UNKNOWN, LIVE = "failed", "unconfirmed", "published"
PHASES = {
    "accounts": ("/accounts", 1, "before", None),
    "look-up": ("/posts", 1, "before", NOT_SENT),
    "upload": ("/media", 1, "before", NOT_SENT),
    "publish, not taken": (PUBLISH, 1, "before", UNKNOWN),
    "publish, taken": (PUBLISH, 1, "after", UNKNOWN),
    "poll": ("/job_status/*", 1, "before", UNKNOWN),
    "confirm": ("/posts", 2, "before", UNKNOWN),
}


def in_phase(stage: Stage, path: str, nth: int, when: str) -> None:
    """A post with a picture, whose job says nothing, so that every phase is gone through."""
    stage.open(world(X, job=Job(payload="null"), faults=(hang(path, nth, when),)))
    stage.write("post.yml", "text: Look\nmedia: [{file: card.png, alt_text: A card}]\naccounts: ['*']\n")
    stage.write("card.png", picture())


def check_end(stage: Stage, outcome: Outcome, status: str | None) -> None:
    assert set(outcome.outputs) == OUTPUTS, outcome.text
    assert outcome.exit_code == 1
    assert len(outcome.errors) == 1
    assert outcome.summary
    assert "Traceback" not in outcome.text + outcome.stderr.decode()
    rows = json.loads(outcome.outputs["results"])
    assert [row["status"] for row in rows] == ([status] if status else [])
    if status == NOT_SENT:
        assert rows[0]["message"].startswith("not sent")
        assert stage.published() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("phase", PHASES)
def test_a_signal_in_any_phase_ends_the_run_with_what_is_known(
    stage: Stage, phase: str, number: signal.Signals
) -> None:
    path, nth, when, status = PHASES[phase]
    in_phase(stage, path, nth, when)
    step = start(stage, post_file="post.yml")
    wait_for_request(stage, step, path, nth)
    before = len(stage.requests())
    step.signal(number)
    outcome = step.wait(timeout=5)
    stage.sandbox.release_hangs()
    check_end(stage, outcome, status)
    assert outcome.outputs["outcome"] == "cancelled"
    assert len(stage.requests()) == before


def test_a_signal_while_waiting_for_the_rate_limit_says_that_nothing_was_sent(stage: Stage) -> None:
    """A 429 is a clear no: whoever waits after it has sent nothing."""
    limited = Fault(kind="rate_limited", path=PUBLISH, times=0, headers={"Retry-After": "50"})
    stage.open(world(X, faults=(limited,)))
    stage.write("post.yml", FIVE)
    step = start(stage, post_file="post.yml", timeout="2m")
    step.wait_for_line("Waiting 50 s")
    step.signal(signal.SIGTERM)
    check_end(stage, step.wait(timeout=5), NOT_SENT)


@pytest.mark.parametrize("phase", PHASES)
def test_the_timeout_holds_in_any_phase(stage: Stage, phase: str) -> None:
    path, nth, when, status = PHASES[phase]
    in_phase(stage, path, nth, when)
    outcome = stage.run(post_file="post.yml", timeout="3s")
    stage.sandbox.release_hangs()
    live = bool(stage.published())
    row = results(outcome)[0]["status"] if results(outcome) else None
    # What was taken may have been found in the post list before the time was up.
    assert row == status or (live and row == LIVE), outcome.text
    assert len(stage.requests(PUBLISH)) <= 1


# doctor


def test_doctor_posts_nothing_and_finds_a_broken_connection(stage: Stage) -> None:
    stage.open(world(X, account("linkedin", status="disconnected")))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml", mode="doctor")
    assert outcome.outputs["outcome"] == "unhealthy"
    assert "disconnected" in outcome.text
    assert {request.method for request in stage.requests()} == {"GET"}
    assert stage.published() == []
