"""Publers that could talk a client into posting twice, or into a green run that posted nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.clock import iso
from sandbox.faults import Fault
from sandbox.scenario import Account, Import, Job, Listing, SeededPost
from tests.support.desk import Desk, OtherClock, X, posts, statuses
from tests.support.stage import Stage, account, world
from tests.support.stage import statuses as statuses_of

PUBLISH = "/posts/schedule/publish"
Y = Account(id="66db83154e299efa19a2d802", provider="twitter", name="Acme Labs")
NAMES = {"account_name": "Acme Inc", "provider": "twitter"}


def answered(path: str, body: Any, **when: Any) -> Fault:
    """Publer takes the request and answers this instead."""
    return Fault(kind="answer", path=path, when="after", body=json.dumps(body), **({"times": 0} | when))


def job(payload: Any, **more: Any) -> Fault:
    return answered("/job_status/*", {"status": "complete", "payload": payload, **more})


def listed(desk: Desk, *rows: dict[str, Any], **when: Any) -> Fault:
    """The list of posts: rows with what is usual, and what a test is about."""
    usual = {
        "id": "66db83154e299efa19a2ffff",
        "text": "One",
        "state": "published",
        "type": "status",
        "account_id": X.id,
        "scheduled_at": iso(desk.clock.time() - 300),
        "post_link": "https://x.example/1",
    }
    shown = [{key: value for key, value in (usual | row).items() if value != "absent"} for row in rows]
    return answered("/posts", {"posts": shown, "total": len(shown), "page": 0, "total_pages": 1}, **when)


def texts(desk: Desk) -> list[str]:
    return [post.text for post in desk.sandbox.record.published]


# The same post more than once in a run


@pytest.mark.parametrize(
    "file",
    [
        "posts:\n  - {text: One, accounts: ['*']}\n  - {text: One, accounts: ['twitter/*']}\n",
        "posts:\n  - {text: One, accounts: ['*']}\n  - {text: '{{ \"**One**\" | plain }}', accounts: ['*']}\n",
        "posts:\n  - {text: One, accounts: ['*']}\n  - {text: ' One  ', accounts: ['*', 'twitter/*']}\n",
    ],
)
def test_two_posts_that_come_out_the_same_go_out_once(desk: Desk, file: str) -> None:
    desk.open()
    report = desk.run(file)
    assert statuses(report) == ["published", "skipped"], report.text
    assert texts(desk) == ["One"]
    assert report.rows[1]["url"] == report.rows[0]["url"]
    assert "the same post" in report.rows[1]["message"]
    assert statuses(desk.run(file, attempt=2)) == ["skipped", "skipped"]
    assert texts(desk) == ["One"]


def test_a_repeated_post_shares_the_fate_of_the_first(desk: Desk) -> None:
    """Not live is not "skipped as live": that would be green with nothing posted."""
    desk.open(Account(id=X.id, provider="twitter", failure="X said no", failure_count=1))
    report = desk.run(posts("One", "One"))
    assert statuses(report) == ["failed", "failed"], report.text
    assert report.rows[1]["message"].startswith("not sent")
    assert report.exit_code == 1
    assert statuses(desk.run(posts("One", "One"), attempt=2)) == ["published", "skipped"]


def test_on_duplicate_decides_about_repeated_posts_too(desk: Desk) -> None:
    desk.open()
    refused = desk.run(posts("One", "One"), on_duplicate="fail")
    assert statuses(refused) == ["failed", "failed"], refused.text
    assert texts(desk) == []
    assert statuses(desk.run(posts("One", "One"), on_duplicate="publish")) == ["published", "published"]
    assert texts(desk) == ["One", "One"]
    assert statuses(desk.run(posts("Two", "Three"), on_duplicate="fail")) == ["published", "published"]


@pytest.mark.parametrize(
    ("state", "own", "of_the_other"),
    [
        ("published", "the same text is on this account", "another target is a duplicate"),
        ("scheduled_pending", "may be live or in progress", "another target is a duplicate"),
    ],
)
def test_on_duplicate_fail_says_of_each_target_why_it_was_not_sent(
    desk: Desk, state: str, own: str, of_the_other: str
) -> None:
    desk.open()
    desk.sandbox.add_faults(listed(desk, {"text": "One", "state": state}))
    report = desk.run(posts("One", "Two"), on_duplicate="fail")
    assert statuses(report) == ["failed", "failed"], report.text
    assert [row["message"].startswith("not sent: ") for row in report.rows] == [True, True]
    assert own in report.rows[0]["message"]
    assert of_the_other in report.rows[1]["message"]


def test_after_a_no_the_rest_is_not_tried(desk: Desk) -> None:
    """The second request would be refused as well; what is reported as not sent must not go out."""
    no = Fault(kind="answer", path=PUBLISH, nth=1, status=403, body='{"errors":["expired"]}', when="before")
    desk.open(faults=(no,))
    report = desk.run(posts("One", "Two"))
    assert statuses(report) == ["failed", "failed"], report.text
    assert [row["message"].startswith("not sent: expired") for row in report.rows] == [True, True]
    assert len(desk.requests(PUBLISH)) == 1
    assert texts(desk) == []


# What differs from what is live only where the text does not show it

LINK = """\
posts:
  - accounts: ["*"]
    networks: {twitter: {type: link, text: Read this, url: "%s"}}
"""


def test_two_link_posts_with_other_links_are_two(desk: Desk) -> None:
    desk.open()
    assert statuses(desk.run(LINK % "https://example.com/a")) == ["published"]
    report = desk.run(LINK % "https://example.com/b")
    assert statuses(report) == ["published"], report.text
    assert statuses(desk.run(LINK % "https://example.com/b")) == ["skipped"]
    assert [post.url[-1] for post in desk.sandbox.record.published] == ["a", "b"]


def test_two_link_posts_of_one_file_are_two_and_both_known_again(desk: Desk) -> None:
    file = LINK % "https://example.com/a" + (LINK % "https://example.com/b").partition("\n")[2]
    desk.open(faults=(Fault(kind="reset", when="after", path=PUBLISH, nth=2),))
    assert statuses(desk.run(file)) == ["published", "published"]
    assert statuses(desk.run(file)) == ["skipped", "skipped"]
    assert len(texts(desk)) == 2


@pytest.mark.parametrize(("attempt", "status"), [(1, "unconfirmed"), (2, "skipped")])
def test_a_link_that_the_list_does_not_show_is_not_guessed(desk: Desk, attempt: int, status: str) -> None:
    """Neither a second post nor a green run: only a re-run knows that it was its own."""
    desk.open()
    desk.sandbox.add_faults(listed(desk, {"text": "Read this"}))
    report = desk.run(LINK % "https://example.com/b", attempt=attempt, event_age=900)
    assert statuses(report) == [status], report.text
    assert texts(desk) == []


VIDEO = """\
networks: {youtube: {text: Subscribe!, title: Rocket %s}}
media: [{id: 66db83154e299efa19a2dddd, type: video}]
accounts: ["*"]
"""


@pytest.mark.parametrize(
    ("title", "attempt", "status"),
    [
        ("Rocket 2", 1, "skipped"),
        ("Rocket 1", 1, "published"),
        (None, 1, "unconfirmed"),
        (None, 2, "skipped"),
    ],
)
def test_two_videos_with_other_titles_are_two(
    desk: Desk, title: str | None, attempt: int, status: str
) -> None:
    tube = Account(id=X.id, provider="youtube")
    desk.open(tube)
    world = desk.sandbox.world
    media = world.add_media(desk.sandbox.scenario.workspaces[0].id, "video", "film.mp4")
    row = {"text": "Subscribe!", "type": "video"} | ({"title": title} if title else {})
    desk.sandbox.add_faults(listed(desk, row))
    file = VIDEO.replace("66db83154e299efa19a2dddd", media.id) % "2"
    report = desk.run(file, attempt=attempt, event_age=900)
    assert statuses(report) == [status], report.text


# The list of posts


@pytest.mark.parametrize("state", [None, "", "publishing", "Processing", "in_progress", 7, "absent"])
def test_an_equal_post_in_a_state_that_nobody_knows_is_not_sent_beside(desk: Desk, state: Any) -> None:
    desk.open()
    desk.sandbox.add_faults(listed(desk, {"state": state}))
    report = desk.run(posts("One"), timeout=30)
    assert statuses(report) == ["unconfirmed"], report.text
    assert texts(desk) == []


@pytest.mark.parametrize("state", ["draft", "draft_private", "published_deleted", "recurring", "failed"])
def test_an_equal_post_that_is_not_out_does_not_hold_one_up(desk: Desk, state: str) -> None:
    desk.open()
    desk.sandbox.add_faults(listed(desk, {"state": state}, times=1))
    assert statuses(desk.run(posts("One"))) == ["published"]


@pytest.mark.parametrize("error", ["X said no", None])
def test_what_publer_lists_as_failed_is_not_said_to_be_perhaps_live(desk: Desk, error: str | None) -> None:
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH),))
    row = {"state": "failed", "error": error, "scheduled_at": iso(desk.clock.time() + 2)}
    desk.sandbox.add_faults(listed(desk, row, nth=3))
    report = desk.run(posts("One"), timeout=60)
    assert statuses(report) == ["failed"], report.text
    assert (error or "Publer lists the post as failed") in report.rows[0]["message"]
    assert "may or may not be live" not in report.text


@pytest.mark.parametrize("name", ["PUBLISHED", "published ", "published_posted", "posted"])
def test_live_is_live_however_it_is_written(desk: Desk, name: str) -> None:
    desk.open()
    desk.sandbox.add_faults(listed(desk, {"state": name}))
    assert statuses(desk.run(posts("One"))) == ["skipped"]


@pytest.mark.parametrize("id", [None, "", "absent", {}, True])
def test_posts_without_an_id_are_not_taken_for_one(desk: Desk, id: Any) -> None:  # noqa: A002  (Publer's word)
    """Both are there: neither may hide the other."""
    desk.open()
    desk.sandbox.add_faults(listed(desk, {"id": id, "text": "One"}, {"id": id, "text": "Two"}))
    report = desk.run(posts("One", "Two"))
    assert statuses(report) == ["skipped", "skipped"], report.text
    assert texts(desk) == []


def test_a_post_without_an_id_from_before_is_no_evidence(desk: Desk) -> None:
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH),))
    row = {"id": None, "text": "One, earlier", "scheduled_at": iso(desk.clock.time() - 100)}
    own = {"id": None, "scheduled_at": iso(desk.clock.time() + 1)}
    desk.sandbox.add_faults(listed(desk, row, times=1), listed(desk, row, own))
    assert statuses(desk.run(posts("One"), timeout=90)) == ["published"]


@pytest.mark.parametrize("said", [{"success": False}, {"error": "Try later"}, {"errors": ["Try later"]}])
def test_an_empty_list_with_an_error_beside_it_is_no_list(desk: Desk, said: dict[str, Any]) -> None:
    """Taken for "there is no such post", it would send a second one."""
    desk.open(posts=(SeededPost(account_id=X.id, text="One"),))
    desk.sandbox.add_faults(answered("/posts", {"posts": [], "total": 0} | said, times=2))
    report = desk.run(posts("One"))
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == []


def test_another_accounts_post_is_another_post(desk: Desk) -> None:
    desk.open()
    desk.sandbox.add_faults(listed(desk, {"account_id": Y.id}, times=1))
    assert statuses(desk.run(posts("One"))) == ["published"]


@pytest.mark.parametrize("account", [None, "absent", "", {}])
def test_an_equal_post_of_nobody_is_not_sent_beside(desk: Desk, account: Any) -> None:
    desk.open(X, Y)
    desk.sandbox.add_faults(listed(desk, {"account_id": account}))
    report = desk.run(posts("One"), timeout=30)
    assert statuses(report) == ["unconfirmed", "unconfirmed"], report.text
    assert texts(desk) == []


def test_a_post_of_nobody_is_no_evidence(desk: Desk) -> None:
    desk.open(faults=(Fault(kind="reset", when="before", path=PUBLISH),))
    late = {"account_id": None, "scheduled_at": iso(desk.clock.time() + 1)}
    desk.sandbox.add_faults(listed(desk, times=1), listed(desk, late))
    assert statuses(desk.run(posts("One"), timeout=90)) == ["unconfirmed"]


def test_ids_are_the_same_as_numbers_and_as_text(desk: Desk) -> None:
    number = Account(id="9007199254740993", provider="twitter")
    desk.open(number, job=Job(numeric_post_ids=True))
    row = {"id": number.id, "provider": "twitter", "name": "Acme Inc"}
    desk.sandbox.add_faults(
        answered("/accounts", [row | {"id": int(number.id)}]),
        listed(desk, {"account_id": int(number.id), "id": 9_000_000_000_000_000_001, "text": "Two"}),
    )
    report = desk.run(posts("One", "Two"))
    assert statuses(report) == ["published", "skipped"], report.text
    assert report.rows[1]["post_id"] == "9000000000000000001"


def test_times_cut_to_the_minute_do_not_hide_a_post_from_its_re_run(desk: Desk) -> None:
    """Publer shows minutes; the event came half a minute before the post, of which the list shows no link."""
    desk.open()
    desk.clock.advance(40)
    minute = iso(desk.clock.time() - 40)
    desk.sandbox.add_faults(listed(desk, {"text": "Read this", "scheduled_at": minute}))
    report = desk.run(LINK % "https://example.com/a", attempt=2, event_age=-30)
    assert statuses(report) == ["skipped"], report.text


@pytest.mark.parametrize(
    "body", [{"posts": [None]}, {"posts": {}}, {"posts": "none"}, [], {"posts": [[]]}, {"error": "No"}, 3]
)
def test_a_list_that_is_none_sends_nothing(desk: Desk, body: Any) -> None:
    desk.open()
    desk.sandbox.add_faults(answered("/posts", body))
    report = desk.run(posts("One"), timeout=30)
    if body == []:
        assert statuses(report) == ["published"]
        return
    assert statuses(report) == ["failed"], report.text
    assert report.rows[0]["message"].startswith("not sent")
    assert texts(desk) == []


# The answer of a job


def success(account: Account = X, **post: Any) -> dict[str, Any]:
    usual = {
        "id": "66db83154e299efa19a2eeee",
        "account_id": account.id,
        "state": "published",
        "post_link": None,
    }
    return {"type": "job", "status": "success", "post": usual | post}


def failure(account: Account | None = X, message: Any = "X said no", **more: Any) -> dict[str, Any]:
    about = {"account_id": account.id} if account else {}
    return {"type": "error", "status": "failed", "failure": about | {"message": message} | more}


# Nothing is published in these worlds, whatever the job says.
NOTHING_OUT = Account(id=X.id, provider="twitter", drops=True)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param([failure(message=None)], id="no sentence"),
        pytest.param([failure(message="")], id="an empty sentence"),
        pytest.param({"failures": {"a": [{"account_id": X.id}]}}, id="a dictionary"),
        pytest.param({"failures": [{"account_id": X.id, "message": None}]}, id="a list"),
        pytest.param({"failures": "The network is down"}, id="a sentence"),
        pytest.param({"failures": ["The network is down"]}, id="a list of sentences"),
        pytest.param({"failures": [None]}, id="a list of nothing"),
        pytest.param({"failures": {"a": {"account_id": X.id, "message": {"en": "No"}}}}, id="an object"),
        pytest.param([failure(), failure()], id="twice the same"),
        pytest.param([failure(), success(state="failed")], id="two failures"),
    ],
)
def test_a_failure_is_one_in_whatever_form(desk: Desk, payload: Any) -> None:
    desk.open(NOTHING_OUT, faults=(job(payload),))
    report = desk.run(posts("One"), timeout=120)
    assert statuses(report) == ["failed"], report.text
    assert report.rows[0]["message"]
    assert report.exit_code == 1


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(None, id="null"),
        pytest.param([], id="an empty list"),
        pytest.param({}, id="an empty object"),
        pytest.param({"failures": None}, id="failures null"),
        pytest.param({"failures": ""}, id="failures empty text"),
        pytest.param({"failures": {"a": []}}, id="an empty list of failures"),
        pytest.param({"failures": {}, "note": "see below"}, id="something more"),
        pytest.param([success(Y)], id="another account's post"),
        pytest.param([success(), failure()], id="both at once"),
        pytest.param([success(state="scheduled")], id="only scheduled"),
        pytest.param([success(id=None)], id="a post without an id"),
        pytest.param([success(id="")], id="a post with an empty id"),
        pytest.param([success(state="published", error="Token expired")], id="published with an error"),
        pytest.param(["ok"], id="a word"),
        pytest.param([[success(Y)]], id="nested, another's"),
        pytest.param([failure(Y)], id="another account's failure"),
        pytest.param({"post_ids": ["66db83154e299efa19a2eeee"]}, id="ids only"),
    ],
)
def test_what_says_nothing_clear_is_not_called_published(desk: Desk, payload: Any) -> None:
    desk.open(NOTHING_OUT, Y, faults=(job(payload),))
    report = desk.run(f"text: One\naccounts: [{X.id}, {Y.id}]\n", timeout=120)
    assert report.status[0, X.id] == "unconfirmed", report.text
    assert report.exit_code == 1


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([success(state="scheduled")], id="scheduled"),
        pytest.param([success(state="scheduled_pending", id="")], id="waiting, without an id"),
        pytest.param([success(id=None)], id="published, without an id"),
        pytest.param([success(state="", id="66db83154e299efa19a2eeee")], id="only an id"),
        pytest.param([], id="not mentioned"),
    ],
)
def test_a_job_that_failed_for_one_account_is_no_failure_of_anothers_post(desk: Desk, entries: Any) -> None:
    """Nor are its words: "failed" and "run it again" about a post that Publer has would bring a second one."""
    desk.open(NOTHING_OUT, Y, faults=(job([*entries, failure(Y, "Labs may not")], status="failed"),))
    report = desk.run(f"text: One\naccounts: [{X.id}, {Y.id}]\n", timeout=120)
    assert report.status[0, Y.id] == "failed", report.text
    row = next(one for one in report.rows if one["account_id"] == X.id)
    assert row["status"] in ("unconfirmed", "published"), report.text
    assert "Labs may not" not in row["message"]
    assert "error failed" not in row["message"]


def test_the_post_of_an_earlier_day_in_the_jobs_answer_is_not_this_one(desk: Desk) -> None:
    """The answer of another job, about another post of the same account."""
    desk.open(NOTHING_OUT, posts=(SeededPost(account_id=X.id, text="Yesterday"),))
    old = desk.sandbox.world.posts[0].id
    desk.sandbox.add_faults(job([success(id=old)]))
    report = desk.run(posts("One"), timeout=120)
    assert statuses(report) == ["unconfirmed"], report.text


def test_the_answer_of_another_job_is_none(desk: Desk) -> None:
    other = answered(
        "/job_status/*",
        {"job_id": "66db83154e299efa19a2aaaa", "status": "complete", "payload": [success()]},
        times=1,
    )
    desk.open(faults=(other,))
    report = desk.run(posts("One"))
    assert statuses(report) == ["published"]
    assert report.rows[0]["post_id"] == desk.sandbox.record.published[0].id


def test_a_refusal_without_an_id_is_not_put_on_the_wrong_account(desk: Desk) -> None:
    """Two accounts of one network: which of them was refused is seen in the list."""
    refusing = Account(id=Y.id, provider="twitter", name="Acme Labs", failure="X said no")
    entries = [success(id="66db83154e299efa19a2eeee", account_id=None), failure(None, **NAMES)]
    for one in ({"provider": "twitter"}, NAMES | {"account_name": "Acme Labs"}):
        entries[1]["failure"] = {"message": "X said no", **one}
        desk.open(X, refusing, faults=(job(entries),))
        report = desk.run(posts("One"), timeout=120)
        assert report.status == {(0, X.id): "published", (0, Y.id): "failed"}, report.text


def test_the_order_of_the_answer_does_not_matter(desk: Desk) -> None:
    desk.open(X, Y)
    x, y = success(X, id="66db83154e299efa19a2eee1"), success(Y, id="66db83154e299efa19a2eee2")
    desk.sandbox.add_faults(job([y, x, y]))
    report = desk.run(posts("One"))
    assert {row["account_id"]: row["post_id"][-1] for row in report.rows} == {X.id: "1", Y.id: "2"}


def test_a_huge_answer_of_a_job_is_looked_up(desk: Desk) -> None:
    """It is gone once it was read: the list of posts has to tell."""
    desk.open(faults=(Fault(kind="huge", path="/job_status/*"),))
    report = desk.run(posts("One"), timeout=120)
    assert statuses(report) == ["published"], report.text
    assert len(texts(desk)) == 1


def test_an_account_that_is_listed_twice_is_posted_to_once(desk: Desk) -> None:
    desk.open()
    row = {"id": X.id, "provider": "twitter", "name": "Acme Inc"}
    desk.sandbox.add_faults(answered("/accounts", [row, row, row | {"name": "Acme Inc."}]))
    file = f"text: One\naccounts: ['twitter/*', 'twitter/acme inc', '*', {X.id}]\n"
    assert statuses(desk.run(file)) == ["published"]
    assert texts(desk) == ["One"]


def test_white_space_is_all_that_may_differ(desk: Desk) -> None:
    desk.open()
    assert statuses(desk.run(posts("Rocket 1 2"))) == ["published"]
    assert statuses(desk.run(posts("Rocket 12"))) == ["published"]
    assert statuses(desk.run(posts("'Rocket  12 '"))) == ["skipped"]
    assert statuses(desk.run(posts("rocket 12"))) == ["published"]
    assert len(texts(desk)) == 3


# Two at a time, and clocks


def test_two_jobs_of_a_matrix_at_the_same_moment_post_once_and_say_so(process_stage: Stage) -> None:
    """Neither sees the other in time; Publer's minute stops the second, and its re-run finds the post."""
    stage = process_stage
    stage.open(world(account("twitter")))
    stage.write("post.yml", "text: Once\naccounts: ['*']\n")
    # With a longer timeout the second would wait that minute out, and find the post.
    given = stage.inputs(post_file="post.yml", timeout="30s")
    steps = [stage.runner.start(given) for _ in range(2)]
    outcomes = [step.wait() for step in steps]
    assert [post.text for post in stage.published()] == ["Once"]
    told = sorted(statuses_of(outcome)["twitter"] for outcome in outcomes)
    assert told in (["failed", "published"], ["published", "skipped"]), [one.text for one in outcomes]
    for outcome in outcomes:
        assert outcome.exit_code == int(statuses_of(outcome)["twitter"] == "failed")
    stage.attempt = 2
    assert statuses_of(stage.run(post_file="post.yml")) == {"twitter": "skipped"}


def test_a_post_that_another_run_made_while_media_came_is_seen(desk: Desk) -> None:
    """The first look is old by then."""
    desk.open(imports=Import(delay=120.0))
    other = {"id": "new", "text": "Look", "type": "photo", "scheduled_at": iso(desk.clock.time() + 60)}
    desk.sandbox.add_faults(listed(desk, {"text": "Older"}, times=1), listed(desk, other))
    file = "text: Look\nmedia: [{url: 'https://example.com/a.png', alt_text: A}]\naccounts: ['*']\n"
    report = desk.run(file)
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == []


def test_a_post_that_was_due_later_and_went_out_while_media_came_is_seen(desk: Desk) -> None:
    """Somebody has scheduled the same post: the first look shows it as none of our business."""
    desk.open(imports=Import(delay=180.0))
    due = {"id": "planned", "text": "Look", "type": "photo", "scheduled_at": iso(desk.clock.time() + 150)}
    desk.sandbox.add_faults(listed(desk, due | {"state": "scheduled"}, times=1), listed(desk, due))
    file = "text: Look\nmedia: [{url: 'https://example.com/a.png', alt_text: A}]\naccounts: ['*']\n"
    report = desk.run(file)
    assert statuses(report) == ["skipped"], report.text
    assert texts(desk) == []


def test_what_the_first_look_showed_is_not_taken_for_another_post(desk: Desk) -> None:
    """Two links: the first post is live, and the second look must not take it for the second, shortened."""
    live = SeededPost(account_id=X.id, text="Look https://a.example/1", type="photo", age=600.0)
    desk.open(imports=Import(delay=120.0), posts=(live,))
    file = "posts:\n" + "".join(
        f"  - text: Look https://{name}.example/1\n    accounts: ['*']\n"
        f"    media: [{{url: 'https://example.com/{name}.png', alt_text: A}}]\n"
        for name in "ab"
    )
    report = desk.run(file, attempt=2, event_age=900)
    assert statuses(report) == ["skipped", "published"], report.text
    assert len(texts(desk)) == 1


@pytest.mark.parametrize("off_by", [-100.0, -30.0, 30.0, 100.0])
def test_a_clock_that_is_wrong_by_two_minutes_still_finds_a_lost_post(desk: Desk, off_by: float) -> None:
    desk.open(faults=(Fault(kind="reset", when="after", path=PUBLISH),))
    clock = OtherClock(desk.clock, off_by)
    assert statuses(desk.run(posts("One"), clock=clock)) == ["published"]
    assert statuses(desk.run(posts("One"), clock=clock, attempt=2)) == ["skipped"]
    assert texts(desk) == ["One"]


@pytest.mark.parametrize("off_by", [-36_000.0, 36_000.0])
def test_a_clock_that_is_wrong_by_hours_never_posts_twice(desk: Desk, off_by: float) -> None:
    desk.open(faults=(Fault(kind="reset", when="after", path=PUBLISH),))
    clock = OtherClock(desk.clock, off_by)
    first = statuses(desk.run(posts("One"), clock=clock))
    assert first in (["published"], ["unconfirmed"])
    assert statuses(desk.run(posts("One"), clock=clock, attempt=2)) == ["skipped"]
    assert texts(desk) == ["One"]


@pytest.mark.parametrize("jump", [-7200.0, 7200.0])
def test_a_clock_that_jumps_keeps_the_minute(desk: Desk, jump: float) -> None:
    desk.open(job=Job(delay=5.0))
    clock = OtherClock(desk.clock, 0.0, jumps_after=30.0, jump=jump)
    report = desk.run(posts("One", "Two"), clock=clock)
    assert texts(desk) == ["One", "Two"], report.text
    first, second = desk.sandbox.record.published
    assert 60 <= second.time - first.time <= 90


def test_a_failure_of_an_earlier_attempt_that_is_listed_late_is_not_ours(desk: Desk) -> None:
    """It is believed only if it is not older than the request."""
    desk.open(job=Job(payload="null"))
    row = {"state": "failed", "error": "X said no", "scheduled_at": iso(desk.clock.time() - 20)}
    desk.sandbox.add_faults(listed(desk, row, nth=3, times=2))
    assert statuses(desk.run(posts("One"))) == ["published"]


def test_a_failure_of_another_run_that_is_listed_before_our_live_post_is_not_ours(desk: Desk) -> None:
    """Where no job says whose it is, it is believed when it is still all there is at the next look."""
    desk.open(job=Job(payload="null"), listing=Listing(lag=3.0))
    row = {"state": "failed", "error": "X said no", "scheduled_at": iso(desk.clock.time() + 2)}
    desk.sandbox.add_faults(listed(desk, row, nth=3, times=2))
    assert statuses(desk.run(posts("One"))) == ["published"]
