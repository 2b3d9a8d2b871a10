"""What Publer was seen to do, or may do, and what a user then sees: nothing twice, nothing green in vain."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sandbox.clock import iso
from sandbox.faults import Fault
from sandbox.scenario import Account, Job, Listing
from tests.integration.test_nasty_answers import NOTHING_OUT, PUBLISH, answered, job, listed, texts
from tests.support.desk import Desk, X, posts, statuses

TAG = "https://github.com/acme/rocket/releases/tag/v1.2.3"
SENT = f"Rocket is out: {TAG} #rocket"
FILE = f"text: '{SENT}'\naccounts: ['*']\n"
SIGNATURES = answered(
    "/workspaces/*/signatures",
    [{"account_id": X.id, "signatures": [{"id": "s", "text": "Acme Inc\nMade with care", "default": True}]}],
)


def row(text: str, url: str | None = None, **more: Any) -> dict[str, Any]:
    return {"text": text, "url": url, "type": "status", **more}


KEPT = {
    "moves a link into the url of the row": row("Rocket is out: #rocket", TAG),
    "writes entities": row(SENT.replace(":", "&#58;")),
    "adds tracking words to a link": row(SENT.replace("v1.2.3", "v1.2.3?utm_source=publer&utm_medium=x")),
    "moves a link and adds tracking words": row("Rocket is out: #rocket", f"{TAG}?utm_source=publer"),
    "appends a signature that it lists": row(f"{SENT}\n\nAcme Inc\nMade with care"),
    "moves a link and appends a signature": row("Rocket is out: #rocket\nAcme Inc\nMade with care", TAG),
}
PERHAPS = {
    "appends what it does not list as a signature": row(f"{SENT}\n\nSent with love"),
    "imports a post of the network": row(SENT, source="sync"),
}
OTHERS = {
    "another version": row(SENT.replace("v1.2.3", "v1.2.4")),
    "another version, its link moved": row("Rocket is out: #rocket", TAG.replace("v1.2.3", "v1.2.4")),
    "no link of ours": row("Rocket is out: #rocket"),
    "no link, and a signature": row("Rocket is out: #rocket\nAcme Inc\nMade with care"),
    "a part of our text": row("Rocket is out:", TAG),
    "more on the same line": row(f"{SENT} #acme"),
    "a link on another host": row(SENT.replace(TAG, "https://pblr.example/x")),
}


def after_a_lost_answer(desk: Desk, shown: dict[str, Any]) -> Any:
    """A run whose publish request was lost; only then the list shows this."""
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH), SIGNATURES))
    desk.sandbox.add_faults(listed(desk, shown | {"scheduled_at": iso(desk.clock.time() + 2)}, nth=3))
    return desk.run(FILE)


@pytest.mark.parametrize("shown", KEPT.values(), ids=KEPT)
def test_publer_keeps_another_text_and_the_post_is_known_all_the_same(
    desk: Desk, shown: dict[str, Any]
) -> None:
    desk.open(faults=(SIGNATURES,))
    desk.sandbox.add_faults(listed(desk, shown))
    report = desk.run(FILE)
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == []


@pytest.mark.parametrize("shown", KEPT.values(), ids=KEPT)
def test_publer_keeps_another_text_and_a_lost_answer_is_confirmed(desk: Desk, shown: dict[str, Any]) -> None:
    report = after_a_lost_answer(desk, shown)
    assert statuses(report) == ["published"], report.text


@pytest.mark.parametrize("shown", PERHAPS.values(), ids=PERHAPS)
def test_what_may_be_ours_is_neither_evidence_nor_sent_beside(desk: Desk, shown: dict[str, Any]) -> None:
    desk.open(faults=(SIGNATURES,))
    desk.sandbox.add_faults(listed(desk, shown))
    report = desk.run(FILE)
    assert statuses(report) == ["unconfirmed"], report.text
    assert report.rows[0]["message"].startswith("not sent: Publer lists a post ")
    assert texts(desk) == []


@pytest.mark.parametrize("shown", PERHAPS.values(), ids=PERHAPS)
def test_what_may_be_ours_does_not_confirm_a_lost_answer(desk: Desk, shown: dict[str, Any]) -> None:
    report = after_a_lost_answer(desk, shown)
    assert statuses(report) == ["unconfirmed"], report.text
    assert report.rows[0]["message"].startswith("Publer lists a post ")


@pytest.mark.parametrize("shown", OTHERS.values(), ids=OTHERS)
def test_another_announcement_is_never_taken_for_ours(desk: Desk, shown: dict[str, Any]) -> None:
    desk.open(faults=(SIGNATURES,))
    desk.sandbox.add_faults(listed(desk, shown, times=2))
    report = desk.run(FILE)
    assert statuses(report) == ["published"], report.text
    assert texts(desk) == [SENT]


@pytest.mark.parametrize("shown", OTHERS.values(), ids=OTHERS)
def test_another_announcement_does_not_confirm_a_lost_answer(desk: Desk, shown: dict[str, Any]) -> None:
    report = after_a_lost_answer(desk, shown)
    assert statuses(report) == ["unconfirmed"], report.text


def test_signatures_are_asked_for_only_where_a_row_goes_on_after_our_text(desk: Desk) -> None:
    for text, asked in ((SENT, 0), ("Something else", 0), (f"{SENT}\nAcme Inc\nMade with care", 1)):
        desk.open(faults=(SIGNATURES,))
        desk.sandbox.add_faults(listed(desk, row(text), times=2))
        desk.run(FILE)
        assert len(desk.requests("/workspaces/")) == asked


# The list itself


def window(desk: Desk, count: int, **said: Any) -> Fault:
    """The whole window in one answer, whatever the page; the last row is our post."""
    rows = [
        {
            "id": f"66db83154e299efa19a2{number:04x}",
            "text": "One" if number == count - 1 else f"Older {number}",
            "state": "published",
            "type": "status",
            "account_id": X.id,
            "scheduled_at": iso(desk.clock.time() - 300),
        }
        for number in range(count)
    ]
    return answered("/posts", {"posts": rows} | said)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"total": 545},
        {"total": 545, "page": 0, "per_page": 20, "total_pages": 28},
        {"total": 10_000, "total_pages": 500},
        {"total_pages": 28, "page": 1},
    ],
)
def test_publer_answers_with_the_whole_window_whatever_the_page_is(desk: Desk, said: dict[str, Any]) -> None:
    """And counts whatever it counts: the same in a window of the future."""
    desk.open()
    desk.sandbox.add_faults(window(desk, 545, **said))
    report = desk.run(posts("One"))
    assert statuses(report) == ["skipped"], report.text
    assert len(desk.requests("/posts")) <= 5


def test_a_list_that_answers_as_documented_takes_two_requests_at_most(desk: Desk) -> None:
    desk.open()
    assert statuses(desk.run(posts("One"))) == ["published"]
    assert [one.path for one in desk.requests("/posts")][:3] == ["/posts", "/posts", PUBLISH]


# A job that is complete


@pytest.mark.parametrize("timeout", [600.0, 60.0])
def test_a_job_that_is_complete_without_a_post_is_looked_up_for_two_minutes_and_is_never_green(
    desk: Desk, timeout: float
) -> None:
    desk.open(NOTHING_OUT, job=Job(family="failures"))
    report = desk.run(posts("One"), timeout=timeout)
    assert statuses(report) == ["unconfirmed"], report.text
    assert report.exit_code == 1
    assert "names no failure, but shows no post" in report.rows[0]["message"]
    assert min(timeout, 120.0) - 2 <= report.ended - report.began <= min(timeout, 130.0)


def test_a_job_that_is_complete_without_a_post_is_published_once_the_list_shows_it(desk: Desk) -> None:
    desk.open(job=Job(family="failures"), listing=Listing(lag=18.0))
    report = desk.run(posts("One"))
    assert statuses(report) == ["published"], report.text
    assert report.ended - report.began <= 40


@pytest.mark.parametrize(
    "body",
    [
        {"payload": {"failures": {}}, "message": "No post was created"},
        {"payload": {"failures": {}, "message": "No post was created"}},
        {"payload": {"failures": {}}, "failed_count": 1},
        {"payload": {"failures": {}, "published": False}},
        {"payload": {"failures": {}}, "published": True},
        {"payload": {"failures": [], "posts": []}},
        {"payload": {"failures": {}}, "posts": []},
        {"payload": {"failures": {}}, "plan": {"locked": True}},
        {"payload": [{"type": "job", "status": "success"}]},
        {"payload": {"failures": {}, "post_ids": ["66db83154e299efa19a2eeee"]}},
    ],
)
@pytest.mark.parametrize("envelope", ["bare", "oas"])
def test_words_beside_an_empty_failures_are_no_evidence_at_whatever_level(
    desk: Desk, body: dict[str, Any], envelope: str
) -> None:
    inner = {"status": "complete", **body}
    outer = {"success": True, "data": {"status": "complete", "result": inner}}
    said = inner if envelope == "bare" else outer
    desk.open(NOTHING_OUT, faults=(answered("/job_status/*", said),))
    report = desk.run(posts("One"), timeout=60)
    assert statuses(report) == ["unconfirmed"], report.text
    assert ("No post was created." in report.rows[0]["message"]) is ("message" in str(body))
    assert ("locked by its subscription" in report.text) is ("locked" in str(body))


FAILED = {"id": "66db83154e299efa19a2eeee", "account_id": X.id, "state": "failed"}
SENTENCE = "Album can't be blank"


@pytest.mark.parametrize(
    "payload",
    [
        [{"type": "error", "status": "failed", "failure": {"account_id": X.id, "message": SENTENCE}}],
        [{"type": "job", "status": "success", "post": FAILED | {"error": SENTENCE}}],
        [{"type": "job", "status": "success", "post": FAILED | {"details": {"error": SENTENCE}}}],
        [{"post": FAILED | {"details": {"error": {"message": SENTENCE}}}}],
        [{"type": "error", "status": "failed", "post": FAILED | {"details": {"error": SENTENCE}}}],
        {"failures": {"post_0": [{"account_id": X.id, "message": SENTENCE}]}},
        {"failures": [{"account_id": X.id, "message": SENTENCE}]},
    ],
)
def test_publers_own_sentence_is_shown_wherever_it_is(desk: Desk, payload: Any) -> None:
    desk.open(NOTHING_OUT, faults=(job(payload),))
    report = desk.run(posts("One"))
    assert statuses(report) == ["failed"], report.text
    assert report.rows[0]["message"] == SENTENCE
    assert SENTENCE in report.text
    assert SENTENCE in report.outputs["summary"]


# Publer's minute


GAP = "A one minute gap is required between posts"


def test_a_post_that_publers_minute_refuses_is_sent_again_after_it(desk: Desk) -> None:
    """Three releases of one repository in the same minute: none sees the others in time, and all go out."""
    desk.open(listing=Listing(lag=40.0))
    for name in ("One", "Two", "Three"):
        report = desk.run(posts(name))
        assert statuses(report) == ["published"], report.text
        desk.clock.advance(5)
    assert texts(desk) == ["One", "Two", "Three"]
    times = [post.time for post in desk.sandbox.record.published]
    assert all(later - earlier >= 60 for earlier, later in pairwise(times))


def test_what_another_run_has_posted_in_that_minute_is_not_sent_again(desk: Desk) -> None:
    desk.open(listing=Listing(lag=40.0))
    assert statuses(desk.run(posts("One"))) == ["published"]
    desk.clock.advance(5)
    report = desk.run(posts("One"))
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == ["One"]


def test_publers_minute_is_waited_for_as_often_as_the_timeout_leaves(desk: Desk) -> None:
    busy = Account(id=X.id, provider="twitter", failure=f"There's another post at this time. {GAP}")
    desk.open(busy)
    report = desk.run(posts("One"), timeout=300.0)
    assert statuses(report) == ["failed"], report.text
    assert GAP in report.rows[0]["message"]
    assert "`timeout` leaves no time for another attempt" in report.rows[0]["message"]
    sent = [one.time for one in desk.requests(PUBLISH)]
    assert len(sent) == 5
    assert all(later - earlier >= 60 for earlier, later in pairwise(sent))
    assert report.ended - report.began <= 300


def test_a_lost_post_that_the_list_shows_as_refused_by_the_minute_has_failed(desk: Desk) -> None:
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH),))
    refused = {"state": "failed", "error": GAP, "scheduled_at": iso(desk.clock.time() + 2)}
    desk.sandbox.add_faults(listed(desk, refused, nth=3))
    report = desk.run(posts("One"), timeout=60.0)
    assert statuses(report) == ["failed"], report.text
    assert report.rows[0]["message"] == GAP


def test_only_the_accounts_that_the_minute_refused_get_their_post_again(desk: Desk) -> None:
    page = Account(id="66db83154e299efa19a2d811", provider="linkedin", failure=GAP, failure_count=1)
    desk.open(X, page)
    report = desk.run("text: One\naccounts: ['*']\n")
    assert statuses(report) == ["published", "published"], report.text
    accounts = [
        [one["id"] for one in sent.body["bulk"]["posts"][0]["accounts"]] for sent in desk.requests(PUBLISH)
    ]
    assert accounts == [[X.id, page.id], [page.id]]
    assert len(texts(desk)) == 2


def test_a_list_that_cannot_be_read_stops_another_attempt(desk: Desk) -> None:
    busy = Account(id=X.id, provider="twitter", failure=GAP, failure_count=1)
    desk.open(busy, faults=(Fault(kind="server_error", path="/posts", nth=3, times=0),))
    report = desk.run(posts("One"), timeout=200.0)
    assert statuses(report) == ["failed"], report.text
    assert texts(desk) == []


# Cloudflare


PAGE = "<!DOCTYPE html><html><head><title>Access denied | Error 1010</title></head></html>"


@pytest.mark.parametrize("body", [PAGE, "error code: 1010", '{"cloudflare_error":true,"error_code":1010}'])
@pytest.mark.parametrize("path", ["/accounts", PUBLISH])
def test_cloudflares_403_is_not_put_on_the_key(desk: Desk, path: str, body: str) -> None:
    desk.open(faults=(Fault(kind="answer", path=path, status=403, body=body, when="before", times=0),))
    report = desk.run(posts("One"))
    assert report.exit_code == 1
    assert "this says nothing about `api-key` or `workspace-id`" in report.text
    assert "check both" not in report.text
    assert texts(desk) == []


def origin_is_unknown(path: str, when: Any, **more: Any) -> Fault:
    return Fault(kind="answer", path=path, status=520, body=PAGE, when=when, **more)


@pytest.mark.parametrize("path", ["/accounts", "/posts", "/job_status/*"])
def test_cloudflares_520_passes_while_reading(desk: Desk, path: str) -> None:
    desk.open(faults=(origin_is_unknown(path, "before", times=2),))
    assert statuses(desk.run(posts("One"))) == ["published"]


def test_cloudflares_520_passes_while_uploading(desk: Desk) -> None:
    desk.open(faults=(origin_is_unknown("/media/from-url", "before", times=2),))
    file = "text: One\nmedia: [{url: 'https://example.com/a.png', alt_text: A}]\naccounts: ['*']\n"
    assert statuses(desk.run(file)) == ["published"]


@pytest.mark.parametrize(("when", "status"), [("after", "published"), ("before", "unconfirmed")])
def test_cloudflares_520_to_a_publish_request_is_a_lost_answer(desk: Desk, when: str, status: str) -> None:
    desk.open(faults=(origin_is_unknown(PUBLISH, when),))
    report = desk.run(posts("One"))
    assert statuses(report) == [status], report.text
    assert len(desk.requests(PUBLISH)) == 1
