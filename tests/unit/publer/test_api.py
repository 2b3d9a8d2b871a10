"""Promise: what is harmless is repeated until the deadline; a post is sent once."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from publer_publish.errors import ServiceError
from publer_publish.publer.errors import LostError, NotSentError, RateLimitedError, RefusedError
from publer_publish.publer.model import JobState

BULK = {"state": "scheduled", "posts": []}


# --- publish ---------------------------------------------------------------------------------------


def test_publish_sends_the_bulk_and_returns_the_job_id(bench: Any) -> None:
    server = bench.serve(bench.answer(200, {"job_id": "j1"}))
    assert bench.publer(server.url).publish(BULK, deadline=bench.deadline()) == "j1"
    (sent,) = server.requests
    assert (sent.method, sent.target, sent.json) == ("POST", "/api/v1/posts/schedule/publish", {"bulk": BULK})


def test_publish_accepts_202(bench: Any) -> None:
    server = bench.serve(bench.answer(202, {"success": True, "data": {"job_id": "j1"}}))
    assert bench.publer(server.url).publish(BULK, deadline=bench.deadline()) == "j1"


@pytest.mark.parametrize(
    ("behave", "kind"),
    [
        (lambda b: b.close, LostError),
        (lambda b: b.reset, LostError),
        (lambda b: b.answer(502, raw=b"<html>"), LostError),
        (lambda b: b.answer(200, {}), LostError),
        (lambda b: b.answer(200, raw=b'{"job'), LostError),
        (lambda b: b.answer(429, {"error": "Retry later."}), RateLimitedError),
        (lambda b: b.answer(400, {"errors": ["Unknown state auto"]}), RefusedError),
    ],
    ids=["closed", "reset", "502", "no job id", "truncated", "429", "400"],
)
def test_publish_is_one_attempt_whatever_happens(bench: Any, behave: Any, kind: type[ServiceError]) -> None:
    server = bench.serve(behave(bench), bench.answer(200, {"job_id": "second"}))
    with pytest.raises(ServiceError) as caught:
        bench.publer(server.url).publish(BULK, deadline=bench.deadline())
    assert type(caught.value) is kind
    assert len(server.requests) == 1
    assert bench.clock.sleeps == []


def test_publish_does_not_use_a_connection_that_may_have_died(bench: Any) -> None:
    """A kept connection that was closed at the wrong moment would leave a post unconfirmed for nothing."""
    server = bench.serve(bench.answer(200, []), bench.answer(200, {"job_id": "j1"}))
    publer = bench.publer(server.url)
    publer.accounts(deadline=bench.deadline())
    publer.publish(BULK, deadline=bench.deadline())
    assert server.connections == 2


# --- what is read is asked for again ---------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        lambda b: b.close,
        lambda b: b.reset,
        lambda b: b.answer(500),
        lambda b: b.answer(502, raw=b"<html>"),
        lambda b: b.answer(200, raw=b"<html>"),
        lambda b: b.answer(200, raw=b'[{"id'),
        lambda b: b.answer(200, {"unexpected": True}),
        lambda b: b.answer(429, {"error": "Retry later."}),
    ],
    ids=["closed", "reset", "500", "502", "HTML", "truncated", "another form", "429"],
)
def test_a_fault_while_reading_is_survived(bench: Any, fault: Any) -> None:
    server = bench.serve(
        fault(bench), bench.answer(200, [{"id": "a1", "provider": "twitter", "name": "Acme"}])
    )
    accounts = bench.publer(server.url).accounts(deadline=bench.deadline(120))
    assert [account.id for account in accounts] == ["a1"]
    assert bench.lines, "waiting is said in the log"


def test_the_pauses_double_up_to_ten_seconds_until_the_deadline(bench: Any) -> None:
    server = bench.serve(bench.answer(503, {"error": "Maintenance"}))
    with pytest.raises(LostError, match="Maintenance"):
        bench.publer(server.url).accounts(deadline=bench.deadline(60))
    assert bench.clock.sleeps == [0.5, 1, 2, 4, 8, 10, 10, 10, 10]


def test_a_refused_connection_is_tried_again_until_the_deadline(bench: Any) -> None:
    with pytest.raises(NotSentError):
        bench.publer(f"http://127.0.0.1:{bench.shut_port()}").me(deadline=bench.deadline(3))
    assert bench.clock.sleeps == [0.5, 1]


def test_an_untrusted_certificate_is_not_tried_again(bench: Any) -> None:
    server = bench.serve(bench.answer(), tls=True)
    with pytest.raises(NotSentError):
        bench.publer(server.url).me(deadline=bench.deadline())
    assert server.connections == 1


@pytest.mark.parametrize("sentence", ["Invalid API key", "Non autorizzato"])
def test_a_no_is_not_asked_again(bench: Any, sentence: str) -> None:
    server = bench.serve(bench.answer(403, {"errors": [sentence]}))
    with pytest.raises(RefusedError):
        bench.publer(server.url).me(deadline=bench.deadline())
    assert len(server.requests) == 1


def test_a_rate_limit_is_waited_for_as_long_as_publer_says_and_the_log_says_so(bench: Any) -> None:
    reset = f"X-RateLimit-Reset: {int(bench.clock.time()) + 37}\r\n"
    server = bench.serve(bench.answer(429, {"error": "Retry later."}, headers=reset), bench.answer(200, []))
    bench.publer(server.url).accounts(deadline=bench.deadline(60))
    assert sum(bench.clock.sleeps) == 37
    assert max(bench.clock.sleeps) <= 15, "a sign of life at least every 15 s"
    assert "Waiting 37 s for Publer's rate limit." in bench.lines[0]
    assert bench.lines[-1] == "Still waiting for Publer's rate limit (30 s)"


def test_a_wait_beyond_the_deadline_is_not_begun(bench: Any) -> None:
    server = bench.serve(bench.answer(429, {"error": "Retry later."}, headers="Retry-After: 90\r\n"))
    with pytest.raises(RateLimitedError) as caught:
        bench.publer(server.url).accounts(deadline=bench.deadline(60))
    assert caught.value.wait_seconds == 90
    assert bench.clock.sleeps == []


# --- the other endpoints ---------------------------------------------------------------------------


def test_the_rate_limit_of_the_latest_answer_is_known(bench: Any) -> None:
    server = bench.serve(bench.answer(200, [], headers="X-RateLimit-Remaining: 42\r\n"))
    publer = bench.publer(server.url)
    publer.accounts(deadline=bench.deadline())
    assert publer.rate_limit.remaining == 42


def test_me_and_workspaces(bench: Any) -> None:
    server = bench.serve(
        bench.answer(200, {"id": "u", "name": "Ada"}), bench.answer(200, [{"id": "w", "name": "Team"}])
    )
    publer = bench.publer(server.url)
    assert publer.me(deadline=bench.deadline()).name == "Ada"
    assert [workspace.id for workspace in publer.workspaces(deadline=bench.deadline())] == ["w"]
    assert [request.target for request in server.requests] == ["/api/v1/users/me", "/api/v1/workspaces"]


@pytest.mark.parametrize(
    ("states", "asked"),
    [
        (["published"], [("state", "published")]),
        (["published", "failed"], [("state[]", "published"), ("state[]", "failed")]),
    ],
)
def test_posts_are_asked_for_as_documented(
    bench: Any, states: list[str], asked: list[tuple[str, str]]
) -> None:
    """8.1: one state alone or several in bare brackets, both dates, pages from 0."""
    server = bench.serve(bench.answer(200, {"posts": [], "total_pages": 0}))
    bench.publer(server.url).posts(
        ["a1", "a2"], date(2026, 11, 1), date(2026, 11, 3), 2, states=states, deadline=bench.deadline()
    )
    target = urlsplit(server.requests[0].target)
    assert target.path == "/api/v1/posts"
    assert parse_qsl(target.query) == [
        *asked,
        ("account_ids[]", "a1"),
        ("account_ids[]", "a2"),
        ("from", "2026-11-01"),
        ("to", "2026-11-03"),
        ("page", "2"),
    ]


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"data": rows}])
def test_signatures_are_asked_for_as_documented(bench: Any, wrap: Any) -> None:
    rows = [
        {
            "account_id": "a1",
            "signatures": [{"id": "s", "text": "Bye", "default": True}, {"id": "t", "text": ""}],
        },
        {"account_id": "a2", "signatures": []},
    ]
    server = bench.serve(bench.answer(200, wrap(rows)))
    found = bench.publer(server.url).signatures(["a1", "a2"], deadline=bench.deadline())
    assert found == {"a1": ("Bye",), "a2": ()}
    target = urlsplit(server.requests[0].target)
    assert target.path == f"/api/v1/workspaces/{bench.workspace}/signatures"
    assert parse_qsl(target.query) == [("accounts[]", "a1"), ("accounts[]", "a2")]


def test_a_job_is_read_and_its_id_cannot_leave_its_place(bench: Any) -> None:
    server = bench.serve(bench.answer(200, {"status": "complete", "payload": {"failures": {}}}))
    publer = bench.publer(server.url)
    assert publer.job("j1", deadline=bench.deadline()).nothing_failed
    publer.job("a/b?c", deadline=bench.deadline())
    assert [request.target for request in server.requests] == [
        "/api/v1/job_status/j1",
        "/api/v1/job_status/a%2Fb%3Fc",
    ]


def test_an_unknown_status_word_is_logged_once_it_is_seen(bench: Any) -> None:
    server = bench.serve(bench.answer(200, {"status": "half_done"}))
    assert bench.publer(server.url).job("j1", deadline=bench.deadline()).state is JobState.WORKING
    assert "half_done" in bench.lines[0]


def test_the_raw_answer_of_a_job_does_not_show_the_key(bench: Any) -> None:
    server = bench.serve(bench.answer(200, {"status": "failed", "error": f"bad key {bench.key}"}))
    job = bench.publer(server.url).job("j1", deadline=bench.deadline())
    assert bench.key not in job.raw + job.message


# --- media -----------------------------------------------------------------------------------------


def upload(
    bench: Any, url: str, stream: io.BytesIO, size: int, name: str = "card.png"
) -> tuple[Any, list[tuple[int, int]]]:
    seen: list[tuple[int, int]] = []
    media = bench.publer(url).upload(
        name,
        stream,
        size,
        "image/png",
        on_progress=lambda *sent: seen.append(sent),
        deadline=bench.deadline(),
    )
    return media, seen


def test_an_upload_is_multipart_with_its_length(bench: Any) -> None:
    server = bench.serve(bench.answer(200, {"id": "m1", "type": "photo"}))
    content = bytes(range(256)) * 1000
    media, seen = upload(bench, server.url, io.BytesIO(content), len(content))
    assert media["id"] == "m1"
    (sent,) = server.requests
    assert sent.target == "/api/v1/media"
    assert sent.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert int(sent.headers["content-length"]) == len(sent.body)
    assert content in sent.body
    assert b'name="file"; filename="card.png"' in sent.body
    assert b'name="direct_upload"\r\n\r\nfalse' in sent.body
    assert b'name="in_library"\r\n\r\nfalse' in sent.body
    assert seen[-1] == (len(sent.body), len(sent.body))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


@pytest.mark.parametrize("name", ['a"; name="x.png', "a\r\nX-Evil: 1.png", "grüße 🚀.png"])
def test_a_file_name_stays_within_its_field(bench: Any, name: str) -> None:
    server = bench.serve(bench.answer(200, {"id": "m1"}))
    upload(bench, server.url, io.BytesIO(b"x"), 1, name)
    body = server.requests[0].body
    assert body.count(b"name=") - body.count(b"filename=") == 3 + name.count("name=")
    assert b"\r\nX-Evil" not in body


def test_memory_stays_flat_while_uploading(bench: Any) -> None:
    """The file is read in small pieces, never as a whole."""
    server = bench.serve(bench.answer(200, {"id": "m1"}))

    class Counting(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1, /) -> bytes:
            piece = super().read(size)
            self.largest = max(self.largest, len(piece))
            return piece

        def getvalue(self) -> bytes:
            raise AssertionError("read as a whole")

    stream = Counting(b"x" * 5_000_000)
    upload(bench, server.url, stream, 5_000_000)
    assert 0 < stream.largest <= 1024 * 1024


def test_a_lost_upload_is_repeated_from_its_start(bench: Any) -> None:
    server = bench.serve(bench.answer(502), bench.answer(200, {"id": "m1"}))
    media, _ = upload(bench, server.url, io.BytesIO(b"content"), 7)
    assert media["id"] == "m1"
    assert [b"content" in request.body for request in server.requests] == [True, True]


def test_uploads_that_keep_getting_lost_end(bench: Any) -> None:
    server = bench.serve(bench.answer(502))
    with pytest.raises(LostError):
        upload(bench, server.url, io.BytesIO(b"content"), 7)
    assert len(server.requests) == 4


def test_a_file_over_the_limit_is_refused_once(bench: Any) -> None:
    server = bench.serve(bench.answer(413, {"errors": ["File too large"]}))
    with pytest.raises(RefusedError, match="File too large"):
        upload(bench, server.url, io.BytesIO(b"content"), 7)
    assert len(server.requests) == 1


def test_a_file_that_becomes_shorter_does_not_hang(bench: Any) -> None:
    server = bench.serve(bench.answer(200, {"id": "m1"}))
    with pytest.raises(ServiceError, match=r"card\.png became shorter"):
        upload(bench, server.url, io.BytesIO(b"short"), 5000)
    assert server.requests == []


def test_a_file_that_becomes_longer_is_sent_as_long_as_it_was_announced(bench: Any) -> None:
    server = bench.serve(bench.answer(200, {"id": "m1"}))
    upload(bench, server.url, io.BytesIO(b"announced, and more"), 9)
    assert b"announced\r\n" in server.requests[0].body


def test_an_import_by_url(bench: Any) -> None:
    """6.2"""
    server = bench.serve(bench.answer(200, {"job_id": "j1"}))
    items = [
        {"url": "https://example.com/a.png", "name": "a.png"},
        {"url": "https://example.com/b.png", "name": "b.png"},
    ]
    assert bench.publer(server.url).import_urls(items, deadline=bench.deadline()) == "j1"
    assert server.requests[0].json == {
        "media": items,
        "type": "bulk",
        "direct_upload": False,
        "in_library": False,
    }


def test_an_import_waits_for_the_one_that_is_running(bench: Any) -> None:
    """6.2: a 403 that passes."""
    busy = {"errors": ["Please wait until your other download media from URL jobs have finished"]}
    server = bench.serve(
        bench.answer(403, busy), bench.answer(403, busy), bench.answer(200, {"job_id": "j1"})
    )
    items = [{"url": "https://example.com/a.png", "name": "a.png"}]
    assert bench.publer(server.url).import_urls(items, deadline=bench.deadline()) == "j1"
    assert bench.clock.sleeps == [5, 5]


def test_an_import_that_is_not_allowed_does_not_wait(bench: Any) -> None:
    server = bench.serve(bench.answer(403, {"errors": ["Missing scope media"]}))
    with pytest.raises(RefusedError):
        bench.publer(server.url).import_urls(
            [{"url": "https://e.com/a", "name": "a"}], deadline=bench.deadline()
        )
    assert len(server.requests) == 1
