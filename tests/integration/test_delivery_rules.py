"""The delivery rules, with real processes and real sockets: never twice, never silently."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.faults import Fault
from sandbox.scenario import Job, Listing, SeededPost, StoredText
from tests.support.desk import Desk
from tests.support.desk import statuses as statuses_of
from tests.support.stage import Stage, account, results, statuses, world

FIVE = 'text: Rocket 1.0 is out\naccounts: ["*"]\n'
X, LINKEDIN = account("twitter"), account("linkedin")
PUBLISH = "/posts/schedule/publish"


def seeded(text: str = "Rocket 1.0 is out", account_id: str = X.id, **fields: Any) -> SeededPost:
    return SeededPost(account_id=account_id, text=text, **fields)


def pushed(stage: Stage, ago: int) -> dict[str, Any]:
    return {"repository": {"pushed_at": int(stage.sandbox.clock.time()) - ago}}


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
    outcome = stage.run(event=pushed(stage, ago=60), text=text, accounts="twitter/*")
    assert statuses(outcome) == {"twitter": "published"}, outcome.text


@pytest.mark.parametrize("rule", ["collapsed", "crlf", "stripped"])
def test_white_space_that_publer_changes_makes_no_new_post(stage: Stage, rule: Any) -> None:
    stage.open(world(X, stored_text=StoredText(whitespace=rule)))
    stage.write("post.yml", "text: \"One  \\n\\nTwo\\tthree \"\naccounts: ['*']\n")
    assert statuses(stage.run(post_file="post.yml")) == {"twitter": "published"}
    assert statuses(stage.run(post_file="post.yml")) == {"twitter": "skipped"}


def test_a_link_that_publer_shortened_is_not_sent_beside_in_a_re_run(stage: Stage) -> None:
    """Nobody can see through it: it may be ours, or the link of another announcement."""
    stage.open(world(X, stored_text=StoredText(shorten_links=True)))
    stage.write("post.yml", "text: Read https://example.com/rocket\naccounts: ['*']\n")
    assert statuses(stage.run(post_file="post.yml")) == {"twitter": "published"}
    stage.attempt = 2
    outcome = stage.run(post_file="post.yml", event=pushed(stage, ago=60))
    assert statuses(outcome) == {"twitter": "unconfirmed"}
    assert "differs only in a link" in results(outcome)[0]["message"]
    assert len(stage.published()) == 1


@pytest.mark.parametrize(
    ("event_name", "attempt", "live", "warned"),
    [
        ("schedule", 1, "Standup!", True),
        ("schedule", 1, "Standup", False),
        ("schedule", 2, "Standup!", False),
        ("push", 1, "Standup!", False),
    ],
)
def test_a_daily_post_that_comes_too_early_for_the_window_is_not_silent(
    stage: Stage, event_name: str, attempt: int, live: str, warned: bool
) -> None:
    """GitHub starts schedules late by minutes: today's run may see yesterday's post, and post nothing."""
    stage.attempt = attempt
    stage.open(world(X, posts=(seeded(live, age=23.8 * 3600),)))
    outcome = stage.run(text="Standup!", accounts="*", event_name=event_name)
    assert statuses(outcome) == {"twitter": "skipped" if live == "Standup!" else "published"}
    warnings = [one.message for one in outcome.annotations if one.level == "warning"]
    assert ["duplicate-window" in one for one in warnings] == ([True] if warned else []), outcome.text
    assert outcome.exit_code == 0


@pytest.mark.parametrize("event_name", ["schedule", "workflow_dispatch", "repository_dispatch"])
@pytest.mark.parametrize("latest", ["Daily news: https://pblr.example/x", ""])
def test_yesterdays_post_of_a_daily_run_is_not_taken_for_todays(
    stage: Stage, event_name: str, latest: str
) -> None:
    """Such an event does not tell when the first attempt began. Green with nothing posted would be a lie."""
    stage.attempt = 2
    stage.open(world(X, posts=(seeded(latest, age=80_000),)))
    stage.write("post.yml", "text: 'Daily news: https://example.com/today'\naccounts: ['*']\n")
    outcome = stage.run(post_file="post.yml", event_name=event_name, event=pushed(stage, ago=500_000))
    assert statuses(outcome) == {"twitter": "unconfirmed" if latest else "published"}, outcome.text
    assert outcome.exit_code == bool(latest)


@pytest.mark.parametrize("dates", ["inclusive", "exclusive"])
def test_a_post_of_today_is_seen_whether_the_dates_include_it_or_not(stage: Stage, dates: Any) -> None:
    stage.open(two(seeded(age=30), listing=Listing(dates=dates)))
    stage.write("post.yml", FIVE)
    assert statuses(stage.run(post_file="post.yml"))["twitter"] == "skipped"


def test_a_duplicate_on_the_third_page_is_found(stage: Stage) -> None:
    others = [seeded(f"Something else {number}", age=60.0 + number) for number in range(45)]
    stage.open(two(*others, seeded(age=7200), listing=Listing(window="in_pages", page_size=20)))
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
    assert "in progress" in results(outcome)[0]["message"]
    assert "It looks again for what was not sent (1 target)" in outcome.summary
    assert "else sends it" not in outcome.summary
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


@pytest.mark.parametrize(
    ("linkedin", "fail_on", "exit_code", "outcome"),
    [
        (account("linkedin", failure="LinkedIn said no"), "all", 0, "partial"),
        (account("linkedin", failure="LinkedIn said no"), "any", 1, "partial"),
        (account("linkedin", drops=True), "all", 0, "unconfirmed"),
        (account("linkedin", drops=True), "any", 1, "unconfirmed"),
        (account("linkedin", drops=True), "never", 0, "unconfirmed"),
    ],
)
def test_a_duplicate_counts_as_live_and_unconfirmed_as_not(
    desk: Desk, linkedin: Any, fail_on: str, exit_code: int, outcome: str
) -> None:
    desk.open(X, linkedin, posts=(seeded(age=300),), job=Job(payload="null"))
    ran = desk.run(FIVE, fail_on=fail_on, timeout=90)
    assert statuses_of(ran) == ["skipped", "failed" if linkedin.failure else "unconfirmed"], ran.text
    assert (ran.exit_code, ran.outputs["outcome"]) == (exit_code, outcome)
    assert any(one.level in {"error", "warning"} for one in ran.annotations)


def test_a_lost_post_is_looked_for_until_the_time_is_up_and_the_log_says_so(desk: Desk) -> None:
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH),))
    report = desk.run("text: One\naccounts: ['*']\n", timeout=20.0)
    assert statuses_of(report) == ["unconfirmed"]
    assert "Publer's post list, read 5 times, shows nothing that is certainly the post for" in report.text
    assert "could not be read" not in report.text
    assert report.ended - report.began <= 20.0


def test_unconfirmed_alone_fails_unless_never(desk: Desk) -> None:
    desk.open(account("twitter", drops=True), job=Job(payload="null"))
    codes = {way: desk.run(FIVE, fail_on=way, timeout=90).exit_code for way in ("any", "all", "never")}
    assert codes == {"any": 1, "all": 1, "never": 0}


@pytest.mark.parametrize(
    ("window", "status"),
    [
        ("0", "published"),
        ("0s", "published"),
        ("0m", "published"),
        ("1799", "published"),
        ("1799s", "published"),
        ("29m", "published"),
        ("1801", "skipped"),
        ("31m", "skipped"),
        ("1h", "skipped"),
        ("", "skipped"),
        ("500h", "skipped"),
    ],
)
def test_every_way_to_write_the_window(desk: Desk, window: str, status: str) -> None:
    desk.open(X, posts=(seeded(age=1800),))
    assert statuses_of(desk.run(FIVE, duplicate_window=window)) == [status]


def test_a_partial_failure_says_what_a_re_run_does(stage: Stage) -> None:
    stage.open(world(*HALF))
    stage.write("post.yml", FIVE)
    outcome = stage.run(post_file="post.yml")
    assert "It sends what failed or was not sent (1 target)" in outcome.summary
    assert "It recognises what is live (1 target) and skips it" in outcome.summary
