"""Promise: ``GET /posts`` filters, pages and shows posts and links as Publer does, no sooner."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clock import VirtualClock
from sandbox.scenario import Job, Listing, Scenario, SeededPost, default_accounts
from sandbox.server import Sandbox
from tests.support.raw_client import NewSandbox, RawClient, a_post

X, LINKEDIN = (next(a.id for a in default_accounts() if a.provider == p) for p in ("twitter", "linkedin"))
DAY = 86_400.0
SEEDED = (
    SeededPost(account_id=X, text="Version ONE is out", age=60),
    SeededPost(account_id=X, text="two", age=DAY, type="link", url="https://example.com"),
    SeededPost(account_id=LINKEDIN, text="three", age=2 * DAY, state="failed", error="No.", link=None),
    SeededPost(account_id=LINKEDIN, text="four", age=3 * DAY, type="photo", has_media=True),
    SeededPost(account_id=LINKEDIN, text="five", age=-DAY, state="scheduled", link=None),
)


def texts(client: RawClient, *query: tuple[str, str]) -> list[str]:
    return [post["text"] for post in client.get("/posts", list(query)).json["posts"]]


def seeded(new_sandbox: NewSandbox, **changes: Any) -> RawClient:
    return RawClient(new_sandbox(Scenario(posts=SEEDED, **changes), clock=VirtualClock()))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ([], ["five", "Version ONE is out", "two", "three", "four"]),
        ([("state", "all")], ["five", "Version ONE is out", "two", "three", "four"]),
        ([("state", "published")], ["Version ONE is out", "two", "four"]),
        ([("state[]", "published_posted")], ["Version ONE is out", "two", "four"]),
        ([("state[]", "failed"), ("state[]", "scheduled")], ["five", "three"]),
        ([("state", "draft")], []),
        ([("account_ids[]", X)], ["Version ONE is out", "two"]),
        ([("account_ids[]", X), ("account_ids[]", LINKEDIN), ("state", "published")], ["Version ONE is out", "two", "four"]),
        ([("from", "2026-10-30"), ("to", "2026-10-31")], ["Version ONE is out", "two"]),
        ([("from", "2026-10-28"), ("to", "2026-10-28")], ["four"]),
        ([("page", "1")], []),
    ],
)  # fmt: skip
def test_filters(new_sandbox: NewSandbox, query: list[tuple[str, str]], expected: list[str]) -> None:
    assert texts(seeded(new_sandbox), *query) == expected


def test_dates_may_be_exclusive(new_sandbox: NewSandbox) -> None:
    client = seeded(new_sandbox, listing=Listing(dates="exclusive"))
    assert texts(client, ("from", "2026-10-30"), ("to", "2026-10-31")) == []
    assert texts(client, ("from", "2026-10-29"), ("to", "2026-11-01")) == ["Version ONE is out", "two"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ([("state", "posted")], "Unknown state posted"),
        ([("state[]", "published"), ("state[]", "Failed")], "Unknown state Failed"),
        ([("from", "2026-10-30")], "Both from and to are required"),
        ([("to", "2026-10-30")], "Both from and to are required"),
        ([("from", "2026-10-30 00:00"), ("to", "2026-10-31")], "Invalid date"),
        ([("from", "20261030"), ("to", "2026-10-31")], "Invalid date"),
        ([("page", "-1")], "Invalid page"),
        ([("page", "one")], "Invalid page"),
    ],
)
def test_wrong_filters_are_400(new_sandbox: NewSandbox, query: list[tuple[str, str]], sentence: str) -> None:
    reply = seeded(new_sandbox).get("/posts", query)
    assert reply.status == 400
    assert sentence in reply.json["errors"][0]


def test_unknown_parameters_are_surprises(new_sandbox: NewSandbox) -> None:
    client = seeded(new_sandbox)
    client.get("/posts", [("limit", "100"), ("query", "x"), ("account_ids", X)])
    assert client.sandbox.record.surprises == (
        "GET /posts: parameter limit",
        "GET /posts: parameter query",
        "GET /posts: parameter account_ids",
    )


MANY = tuple(SeededPost(account_id=X, text=f"{n}", age=n * 100.0) for n in range(45))
WINDOW = [("from", "2026-10-30"), ("to", "2026-11-01")]


def answers(new_sandbox: NewSandbox, listing: Listing, *query: tuple[str, str], first: int = 0) -> list[Any]:
    """The answers about four pages."""
    client = RawClient(new_sandbox(Scenario(posts=MANY, listing=listing), clock=VirtualClock()))
    return [client.get("/posts", [*query, ("page", str(first + page))]).json for page in range(4)]


def test_without_a_window_pages_have_fifteen_rows(new_sandbox: NewSandbox) -> None:
    pages = answers(new_sandbox, Listing(), ("per_page", "100"))
    assert [[post["text"] for post in page.pop("posts")][:1] for page in pages] == [["0"], ["15"], ["30"], []]
    assert pages[1] == {"total": 45, "page": 1, "per_page": 15, "total_pages": 3}


@pytest.mark.parametrize(
    ("listing", "rows", "total", "pages"),
    [
        (Listing(), [45] * 4, 45, 1),
        (Listing(total_pages="as_if_in_pages"), [45] * 4, 45, 3),
        (Listing(total_pages="missing", total="missing"), [45] * 4, None, None),
        (Listing(window="in_pages"), [15, 15, 15, 0], 45, 3),
        (Listing(window="in_pages", page_size=20), [20, 20, 5, 0], 45, 3),
        (Listing(window="in_pages", first_page="1"), [15, 15, 15, 15], 45, 3),
    ],
)
def test_a_window_comes_at_once_or_in_pages(
    new_sandbox: NewSandbox, listing: Listing, rows: list[int], total: int | None, pages: int | None
) -> None:
    found = answers(new_sandbox, listing, *WINDOW)
    assert [len(page["posts"]) for page in found] == rows
    assert {(page.get("total"), page.get("total_pages")) for page in found} == {(total, pages)}


@pytest.mark.parametrize(("total", "expected"), [("of_the_filters", 0), ("of_the_workspace", 45)])
def test_what_the_total_of_a_window_in_the_future_is(
    new_sandbox: NewSandbox, total: Any, expected: int
) -> None:
    (page, *_) = answers(new_sandbox, Listing(total=total), ("from", "2027-01-01"), ("to", "2027-01-02"))
    assert (page["posts"], page["total"]) == ([], expected)


@pytest.mark.parametrize(
    ("honoured", "expected"),
    [
        ("all", ["Version ONE is out", "two", "three", "four"]),
        ("first", ["Version ONE is out", "two", "four"]),
        ("last", ["three"]),
        ("ignored", ["five", "Version ONE is out", "two", "three", "four"]),
        ("nothing", []),
    ],
)
def test_several_states_may_not_be_honoured(
    new_sandbox: NewSandbox, honoured: Any, expected: list[str]
) -> None:
    client = seeded(new_sandbox, listing=Listing(states=honoured))
    assert texts(client, ("state[]", "published"), ("state[]", "failed")) == expected
    assert texts(client, ("state[]", "failed")) == texts(client, ("state", "failed")) == ["three"]


DOCUMENTED = {
    "id", "text", "url", "state", "type", "account_id", "user", "scheduled_at", "post_link", "has_media", "network",
}  # fmt: skip
OBSERVED = {
    "id", "account_id", "account_type", "state", "type", "source", "scheduled_at", "updated_at", "text", "title",
    "media", "post_link", "error",
}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "keys"),
    [("all_keys", DOCUMENTED | OBSERVED), ("documented", DOCUMENTED), ("observed", OBSERVED)],
)
def test_a_row_has_the_documented_and_the_observed_keys(
    new_sandbox: NewSandbox, rows: Any, keys: set[str]
) -> None:
    client = seeded(new_sandbox, listing=Listing(rows=rows))
    first, failed = client.get("/posts", [("state[]", "published"), ("state[]", "failed")]).json["posts"][1:3]
    assert set(first) == keys
    assert first.get("url", "https://example.com") == "https://example.com"
    assert first["scheduled_at"] == "2026-10-30T12:00:00+00:00"
    assert (failed["state"], failed.get("error", "No."), failed["post_link"]) == ("failed", "No.", None)


def test_a_row_says_where_it_comes_from(new_sandbox: NewSandbox) -> None:
    natively = SeededPost(account_id=X, text="By hand", source="sync")
    sandbox = new_sandbox(Scenario(posts=(natively,), listing=Listing(source="schedule")))
    client = RawClient(sandbox)
    client.publish(a_post(sandbox, "Ours", "bluesky"))
    assert [(row["text"], row["source"]) for row in client.get("/posts").json["posts"]] == [
        ("Ours", "schedule"),
        ("By hand", "sync"),
    ]


def published_states(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [(post["state"], post["id"]) for post in RawClient(sandbox).get("/posts").json["posts"]]


@pytest.mark.parametrize("running", ["hidden", "scheduled"])
def test_posts_of_a_running_job(new_sandbox: NewSandbox, running: str) -> None:
    clock = VirtualClock()
    scenario = Scenario.from_json({"job": {"delay": 5}, "listing": {"running": running}})
    sandbox = new_sandbox(scenario, clock=clock)
    RawClient(sandbox).publish(a_post(sandbox, "Hello", "twitter"))
    before = published_states(sandbox)
    assert [state for state, _ in before] == (["scheduled"] if running == "scheduled" else [])
    clock.advance(5)
    ((state, post_id),) = published_states(sandbox)
    assert (state, post_id) == ("published", sandbox.record.published[0].id)
    assert post_id not in [earlier for _, earlier in before]


def test_the_list_may_lag_behind(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    sandbox = new_sandbox(Scenario(listing=Listing(lag=10)), clock=clock)
    RawClient(sandbox).publish(a_post(sandbox, "Hello", "twitter"))
    clock.advance(9)
    assert published_states(sandbox) == []
    clock.advance(1)
    assert len(published_states(sandbox)) == 1


@pytest.mark.parametrize(("listed", "count"), [(True, 1), (False, 0)])
def test_refused_posts_are_listed_as_failed(new_sandbox: NewSandbox, listed: bool, count: int) -> None:
    scenario = Scenario(listing=Listing(failed_posts=listed)).with_account("twitter", failure="Duplicate")
    sandbox = new_sandbox(scenario)
    RawClient(sandbox).publish(a_post(sandbox, "Hello", "twitter"))
    posts = RawClient(sandbox).get("/posts", [("state", "failed")]).json["posts"]
    assert [post["error"] for post in posts] == ["Duplicate"] * count


@pytest.mark.parametrize(
    ("account", "links"),
    [
        ({"link": "at_once"}, [True, True, True]),
        ({"link": "never"}, [False, False, False]),
        ({"link": "late"}, [False, True, True]),
        ({"link": "late", "link_after_lookups": 2}, [False, False, True]),
        ({"link": "late", "link_after_lookups": 0, "link_after_seconds": 10.0}, [False, True, True]),
    ],
)
def test_links_may_come_late(new_sandbox: NewSandbox, account: dict[str, Any], links: list[bool]) -> None:
    clock = VirtualClock()
    sandbox = new_sandbox(
        Scenario().with_account("tiktok", **account).with_account("twitter", **account), clock=clock
    )
    client = RawClient(sandbox)
    client.publish(a_post(sandbox, "Hello", "twitter"))
    seen = []
    for _ in links:
        (post,) = client.get("/posts").json["posts"]
        seen.append(post["post_link"] == sandbox.record.published[0].link)
        clock.advance(10)
    assert seen == links


def test_a_seeded_post_keeps_the_minute(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario(posts=(SeededPost(account_id=X, age=30),)))
    client = RawClient(sandbox)
    (entry,) = client.job(client.publish(a_post(sandbox, "Hello", "twitter")))["payload"]
    assert "one minute gap" in entry["failure"]["message"]


def test_the_job_of_a_lost_answer_is_found_in_the_list(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario(job=Job(working_polls=99)))
    RawClient(sandbox).publish(a_post(sandbox, "Hello", "twitter"))
    assert [state for state, _ in published_states(sandbox)] == ["published"]
