"""What takes minutes: the gap between two posts, the rate limit, long jobs. Real sockets, virtual time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sandbox.faults import Fault
from sandbox.scenario import Account, Job, Listing, RateLimit, SeededPost
from tests.support.desk import Desk, X, posts, statuses
from tests.support.hurried_clock import HurriedClock

PUBLISH = "/posts/schedule/publish"


# Rule 1: the gap


def test_posts_for_one_account_are_a_minute_apart_and_in_file_order(desk: Desk) -> None:
    desk.open()
    report = desk.run(posts("One", "Two", "Three"))
    assert statuses(report) == ["published"] * 3, report.text
    published = desk.sandbox.record.published
    assert [post.text for post in published] == ["One", "Two", "Three"]
    times = [post.time for post in published]
    assert all(60 <= after - before <= 75 for before, after in pairwise(times))
    assert "Publer requires a minute between two posts for one account (twitter/Acme Inc)." in report.text
    assert "Still waiting for the minute" in report.text


def test_the_minute_is_kept_after_an_earlier_run_too(desk: Desk) -> None:
    desk.open()
    desk.run(posts("One"))
    desk.clock.advance(5)
    assert statuses(desk.run(posts("Two"))) == ["published"]


def test_the_minute_is_kept_after_a_post_that_somebody_else_made(desk: Desk) -> None:
    desk.open(posts=(SeededPost(account_id=X.id, text="By hand", age=20),))
    report = desk.run(posts("One"))
    assert statuses(report) == ["published"], report.text
    assert 35 <= report.ended - report.began <= 60


def test_the_spacing_comes_on_top_of_the_timeout(desk: Desk) -> None:
    desk.open()
    assert statuses(desk.run(posts("One", "Two", "Three"), timeout=20)) == ["published"] * 3


# Rules 4 and 5: the rate limit


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        # Later than any window ends: the clock of one of both is wrong.
        ({"X-RateLimit-Reset": "2000000000", "Retry-After": "9"}, 180),
        ({"Retry-After": "9"}, 9),
        ({}, 60),
    ],
)
@pytest.mark.parametrize("path", ["/accounts", "/posts", PUBLISH, "/job_status/*"])
def test_a_429_is_waited_for_and_the_log_says_how_long(
    desk: Desk, path: str, headers: dict[str, str], wait: int
) -> None:
    desk.open(faults=(Fault(kind="rate_limited", path=path, headers=headers),))
    report = desk.run(posts("One"))
    assert statuses(report) == ["published"], report.text
    assert f"{wait} s" in report.text
    limited, repeated = desk.requests(path.rstrip("*"))[:2]
    assert wait <= repeated.time - limited.time <= wait + 12
    assert len(desk.sandbox.record.published) == 1


def test_polls_slow_down_when_little_is_left_of_the_limit(desk: Desk) -> None:
    """The key's limit is shared: a long job must not use it up."""
    desk.open(job=Job(delay=100.0), rate_limit=RateLimit(limit=15, window=120.0))
    report = desk.run(posts("One"))
    assert statuses(report) == ["published"], report.text
    assert [one.status for one in desk.sandbox.record.requests if one.status == 429] == []


def test_500_targets_go_out_within_the_limit(desk: Desk) -> None:
    """100 requests in 2 minutes; every target published, no request refused more often than waited for."""
    accounts = [
        Account(id=f"66db83154e299efa19a2{number:04x}", provider="twitter", name=f"Account {number}")
        for number in range(500)
    ]
    desk.open(*accounts, job=Job(delay=20.0, family="failures"))
    report = desk.run("text: To all of you\naccounts: ['*']\n")
    assert report.outputs["published-count"] == "500", report.text[-2000:]
    assert len(desk.sandbox.record.published) == 500
    assert len(desk.requests(PUBLISH)) == 1
    assert sum(one.status == 429 for one in desk.sandbox.record.requests) <= 2


def test_more_than_500_posts_are_several_requests(desk: Desk) -> None:
    accounts = [
        Account(id=f"66db83154e299efa19a2{number:04x}", provider="twitter", name=f"Account {number}")
        for number in range(501)
    ]
    desk.open(*accounts)
    file = "posts:\n" + "".join(
        f"  - {{text: Post {number}, accounts: [{one.id}]}}\n" for number, one in enumerate(accounts)
    )
    report = desk.run(file)
    assert report.outputs["published-count"] == "501"
    sizes = [len(one.body["bulk"]["posts"]) for one in desk.requests(PUBLISH)]
    assert sorted(sizes) == [1, 500]


# Rule 4: noticing the end


@pytest.mark.parametrize("delay", [0.0, 2.0, 20.0, 200.0])
def test_the_end_of_a_job_is_noticed_soon_and_its_answer_asked_for_once(desk: Desk, delay: float) -> None:
    desk.open(job=Job(delay=delay))
    report = desk.run(posts("One"))
    assert statuses(report) == ["published"]
    polls = desk.requests("/job_status/")
    done = desk.requests(PUBLISH)[0].time + delay
    assert polls[-1].time - done <= 0.5 + 0.1 * delay + 1e-3
    assert sum(poll.time >= done for poll in polls) == 1


def test_a_signal_of_life_comes_at_least_every_15_seconds(desk: Desk) -> None:
    desk.open(job=Job(delay=90.0))
    report = desk.run(posts("One"))
    assert report.text.count("Waiting for Publer's job") >= 5


# Rule 7: links


def test_a_list_that_cannot_be_read_does_not_hold_up_a_run_for_the_sake_of_a_link(desk: Desk) -> None:
    shy = Account(id=X.id, provider="twitter", link="never")
    desk.open(shy, faults=(Fault(kind="server_error", path="/posts", nth=3, times=0),))
    report = desk.run(posts("One"))
    assert statuses(report) == ["published"]
    assert report.ended - report.began <= 40


def test_a_link_that_comes_some_seconds_later_is_found(desk: Desk) -> None:
    desk.open(Account(id=X.id, provider="twitter", link="late", link_after_lookups=0, link_after_seconds=3.5))
    report = desk.run(posts("One"))
    assert [row["url"] is not None for row in report.rows] == [True], report.text


# Rule 2: after a lost answer


def test_a_publish_request_that_hangs_leaves_time_to_look(desk: Desk) -> None:
    """It was taken: the post list shows it, if there is time to ask."""
    desk.clock = HurriedClock({4: None})
    desk.open(faults=(Fault(kind="hang", when="after", number=4, seconds=None),))
    report = desk.run(posts("One"), timeout=30)
    assert statuses(report) == ["published"], report.text
    assert report.ended - report.began <= 35


def test_a_lost_post_that_is_found_ends_the_run_at_once(desk: Desk) -> None:
    desk.open(faults=(Fault(kind="reset", when="after", path=PUBLISH),))
    report = desk.run(posts("One"))
    assert statuses(report) == ["published"], report.text
    assert report.ended - report.began <= 3


def test_what_comes_before_the_first_request_counts_in_its_timeout(desk: Desk) -> None:
    limited = Fault(kind="rate_limited", path="/posts", headers={"Retry-After": "45"})
    desk.open(job=Job(delay=1000.0), faults=(limited,))
    report = desk.run(posts("One"), timeout=100)
    assert statuses(report) == ["unconfirmed"], report.text
    assert report.ended - report.began <= 101
    assert report.rows[0]["message"].startswith("Publer's job ")
    assert "did not end within `timeout`." in report.rows[0]["message"]


def test_a_list_that_was_never_read_is_not_said_to_show_nothing(desk: Desk) -> None:
    lost = Fault(kind="reset", when="after", path=PUBLISH)
    desk.open(faults=(lost, Fault(kind="server_error", path="/posts", nth=3, times=0)))
    report = desk.run(posts("One"), timeout=120)
    assert statuses(report) == ["unconfirmed"], report.text
    assert "The post list could not be read." in report.text
    assert "shows nothing" not in report.text


def test_evidence_from_before_the_request_is_none(desk: Desk) -> None:
    """Without a look beforehand, a matching post of some minutes ago must not be taken for the lost one."""
    lost = Fault(kind="reset", when="before", path=PUBLISH)
    desk.open(posts=(SeededPost(account_id=X.id, text="One", age=90),), faults=(lost,))
    assert statuses(desk.run(posts("One"), duplicate_window="0")) == ["unconfirmed"]


def test_a_lost_post_of_an_earlier_round_is_not_taken_for_the_next(desk: Desk) -> None:
    """Both differ only in their links. The first was taken and is listed late, the second never arrives."""
    lost = (
        Fault(kind="reset", when="after", path=PUBLISH),
        Fault(kind="reset", when="before", path=PUBLISH, nth=2),
    )
    desk.open(faults=lost, listing=Listing(lag=150.0))
    report = desk.run(posts("Read https://example.com/one", "Read https://example.com/two"))
    assert statuses(report) == ["unconfirmed", "unconfirmed"], report.text


# Rule 3: the re-run


LATE = "text: One\naccounts: ['*']\n"
AGAIN_LATER = (X, Account(id="66db83154e299efa19a2d811", provider="linkedin", failure="no", failure_count=1))


@pytest.mark.parametrize("window", ["24h", "1h"])
def test_a_re_run_after_a_weekend_sends_only_what_is_missing(desk: Desk, window: str) -> None:
    """However short the window is: the re-run knows when its first attempt began, and looks back to that."""
    desk.open(*AGAIN_LATER)
    first = desk.run(LATE, duplicate_window=window)
    assert statuses(first) == ["published", "failed"]
    assert "skips it, however much later it is started" in first.outputs["summary"]
    desk.clock.advance(3 * 86_400)
    report = desk.run(LATE, attempt=2, duplicate_window=window)
    assert statuses(report) == ["skipped", "published"], report.text
    assert len(desk.sandbox.record.published) == 2


def test_a_new_run_looks_back_no_further_than_the_window(desk: Desk) -> None:
    desk.open()
    assert statuses(desk.run(posts("Weekly"))) == ["published"]
    desk.clock.advance(7 * 86_400)
    assert statuses(desk.run(posts("Weekly"), event_age=8 * 86_400)) == ["published"]


def test_a_window_of_0_looks_nowhere_in_a_re_run_either(desk: Desk) -> None:
    desk.open()
    assert statuses(desk.run(posts("One"))) == ["published"]
    desk.clock.advance(120)
    report = desk.run(posts("One"), attempt=2, duplicate_window="0")
    assert statuses(report) == ["published"], report.text


# Rule 3: a look is never older than 10 s when something is published


def somebody_posts(desk: Desk, text: str, after: float, **how: object) -> None:
    """Another run posts this, so many seconds from now."""

    def post() -> None:
        world, workspace = desk.sandbox.world, desk.sandbox.scenario.workspaces[0]
        body = {"networks": {"twitter": {"type": "status", "text": text}}, "accounts": [{"id": X.id}]}
        with world.lock:
            world.start_publishing(workspace, "scheduled", [body])

    desk.clock.call_later(after, post)


def texts(desk: Desk) -> list[str]:
    return [post.text for post in desk.sandbox.record.published]


def test_what_another_run_posts_between_two_posts_of_an_account_is_not_sent_again(desk: Desk) -> None:
    desk.open(gap=0.0)
    somebody_posts(desk, "Two", after=30)
    report = desk.run(posts("One", "Two", "Three"))
    assert statuses(report) == ["published", "skipped", "published"], report.text
    assert sorted(texts(desk)) == ["One", "Three", "Two"]


def test_what_another_run_posts_while_a_rate_limit_is_waited_for_is_not_sent_again(desk: Desk) -> None:
    limited = Fault(kind="rate_limited", path=PUBLISH, headers={"Retry-After": "40"})
    desk.open(gap=0.0, faults=(limited,))
    somebody_posts(desk, "One", after=20)
    report = desk.run(posts("One"))
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == ["One"]


def test_what_another_run_posts_while_publer_cannot_be_reached_is_not_sent_again(desk: Desk) -> None:
    desk.open(gap=0.0, faults=(Fault(kind="refuse", number=4, seconds=25.0),))
    somebody_posts(desk, "One", after=20)
    report = desk.run(posts("One"))
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == ["One"]


def test_without_a_fresh_look_the_rest_is_not_sent(desk: Desk) -> None:
    """What is published before keeps its report."""
    desk.open(faults=(Fault(kind="server_error", path="/posts", nth=3, times=0),))
    report = desk.run(posts("One", "Two"), timeout=60)
    assert statuses(report) == ["published", "failed"], report.text
    assert report.rows[1]["message"].startswith("not sent: ")
    assert texts(desk) == ["One"]


def test_an_equal_post_that_is_listed_no_more_before_it_is_live_is_not_sent_beside(desk: Desk) -> None:
    """Publer gives it another id when it goes live: between the two, the list may show neither."""
    desk.open(gap=0.0, job=Job(delay=8.0), listing=Listing(running="scheduled", lag=12.0))
    somebody_posts(desk, "One", after=0.0)
    desk.clock.advance(1.0)
    report = desk.run(posts("One"))
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == ["One"]


def test_an_equal_post_that_fails_on_its_way_is_sent(desk: Desk) -> None:
    refusing = Account(id=X.id, provider="twitter", failure="No.", failure_count=1)
    desk.open(refusing, gap=0.0, job=Job(delay=8.0), listing=Listing(running="scheduled"))
    somebody_posts(desk, "One", after=0.0)
    desk.clock.advance(1.0)
    assert statuses(desk.run(posts("One"))) == ["published"]
