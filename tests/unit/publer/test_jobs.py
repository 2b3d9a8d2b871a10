"""Promise: no form of Publer's job answer makes a failure look like a success, or a silence like a post."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.errors import ServiceError
from publer_publish.publer.answers import read_job_id, read_posts
from publer_publish.publer.errors import LostError, RefusedError
from publer_publish.publer.jobs import read_job
from publer_publish.publer.model import Job, JobState, Verdict

FAILURE = {"account_id": "a1", "account_name": "Acme", "provider": "facebook", "message": "One minute gap"}
POST = {"id": "p1", "account_id": "a2", "state": "published", "post_link": "https://example.com/p1"}
SUCCESS = {"type": "job", "status": "success", "post": POST}
ERROR = {"type": "error", "status": "failed", "failure": FAILURE}
EMPTY: dict[str, Any] = {"failures": {}}


def complete(payload: Any, **more: Any) -> dict[str, Any]:
    return {"status": "complete", "payload": payload, "plan": {"rate": "business", "locked": False}, **more}


def verdicts(job: Job) -> list[tuple[str, str, str]]:
    return [(entry.verdict.value, entry.account_id, entry.message) for entry in job.entries]


# --- 4.1: envelopes and status words ---------------------------------------------------------------

STATES = {
    "live envelope": (complete(EMPTY), "complete"),
    "documented envelope": (
        {"success": True, "data": {"status": "complete", "result": {"status": "complete", "payload": EMPTY}}},
        "complete",
    ),
    "data without result": ({"success": True, "data": complete(EMPTY)}, "complete"),
    "result without data": ({"status": "complete", "result": {"payload": EMPTY}}, "complete"),
    "outer complete, inner working": (
        {"data": {"status": "complete", "result": {"status": "working"}}},
        "working",
    ),
    "outer complete, inner failed": (
        {"data": {"status": "complete", "result": {"status": "failed"}}},
        "failed",
    ),
    "outer working, inner complete": (
        {"data": {"status": "working", "result": {"status": "complete", "payload": EMPTY}}},
        "complete",
    ),
    "outer failed, inner complete": ({"data": {"status": "failed", "result": complete(EMPTY)}}, "failed"),
    "only errors, of an account": ({"errors": [{"account_id": "a1", "message": "x"}]}, "failed"),
    "only errors, beside a payload": ({"errors": ["x"], "payload": {}}, "failed"),
    "success false, working": ({"success": False, "status": "working"}, "working"),
    "null status": ({"status": None}, "working"),
    "no status": ({}, "working"),
    "null status, null payload": ({"status": None, "payload": None}, "working"),
    "null status, but a failure": ({"status": None, "payload": [ERROR]}, "complete"),
    "status of another type": ({"status": 7}, "working"),
    "status in capitals": ({"status": " Complete "}, "complete"),
    "with an id of its own": ({"id": "j1", "status": "working"}, "working"),
    "bare array": ([SUCCESS], "complete"),
    "bare media object": ({"id": "m1", "type": "photo", "path": "https://cdn.example/x"}, "complete"),
    **{
        word: ({"status": word}, "working")
        for word in ("working", "pending", "queued", "processing", "running")
    },
    **{word: ({"status": word}, "working") for word in ("in_progress", "half_done", "?")},
    **{word: ({"status": word}, "complete") for word in ("complete", "completed", "success", "succeeded")},
    **{word: ({"status": word}, "complete") for word in ("successful", "done", "finished")},
    **{word: ({"status": word}, "failed") for word in ("failed", "failure", "error", "errored")},
    **{word: ({"status": word}, "failed") for word in ("canceled", "cancelled", "aborted")},
    **{word: ({"status": word}, "failed") for word in ("rejected", "declined", "refused")},
}


@pytest.mark.parametrize(("body", "state"), STATES.values(), ids=STATES.keys())
def test_every_envelope_and_status_word(body: Any, state: str) -> None:
    assert read_job(body).state == JobState(state)


def test_an_answer_may_say_which_job_it_is_about() -> None:
    for body in (complete(EMPTY), {"job": {"job_id": "j1"}, **complete(EMPTY)}, complete(EMPTY, job_id="j1")):
        assert read_job(body, "j1").nothing_failed
    with pytest.raises(LostError, match="about another one"):
        read_job(complete(EMPTY, job_id="j2"), "j1")


REFUSALS = [
    {"success": False, "error": "No such job"},
    {"errors": ["No such job"]},
    {"status": None, "error": "No such job"},
    {"data": {"error": "No such job", "payload": None}},
]


@pytest.mark.parametrize("body", REFUSALS, ids=repr)
def test_an_error_alone_is_no_word_about_the_job(body: Any) -> None:
    """So that it is asked again: the job may go on, and its posts go live after a report of failure."""
    with pytest.raises(RefusedError, match="No such job"):
        read_job(body)


@pytest.mark.parametrize("body", [None, [], "complete", 7, True], ids=repr)
def test_what_is_no_answer_about_a_job_is_lost(body: Any) -> None:
    """So that it is asked again, instead of ending the polling."""
    with pytest.raises(LostError):
        read_job(body)


# --- 4.2 A: an object with failures ----------------------------------------------------------------

FAILED = ("failed", "a1", "One minute gap")
NAMELESS = ("failed", "", "One minute gap")
FAMILY_A = {
    "keyed by post, arrays": ({"failures": {"0": [FAILURE]}}, [FAILED]),
    "keyed by post, one object": ({"failures": {"0": FAILURE}}, [FAILED]),
    "keyed by post, a string": ({"failures": {"0": "One minute gap"}}, [NAMELESS]),
    "keyed by post, array of strings": ({"failures": {"0": ["One minute gap"]}}, [NAMELESS]),
    "flat array": ({"failures": [FAILURE]}, [FAILED]),
    "array of strings": ({"failures": ["One minute gap"]}, [NAMELESS]),
    "array of arrays": ({"failures": [[FAILURE], [FAILURE]]}, [FAILED, FAILED]),
    "one bare object": ({"failures": FAILURE}, [FAILED]),
    "one string": ({"failures": "One minute gap"}, [NAMELESS]),
    "two posts": (
        {"failures": {"0": [FAILURE], "1": [{**FAILURE, "account_id": "a9"}]}},
        [FAILED, ("failed", "a9", "One minute gap")],
    ),
    "numeric account id": (
        {"failures": [{**FAILURE, "account_id": 17}]},
        [("failed", "17", "One minute gap")],
    ),
    "nested account": (
        {"failures": [{"account": {"id": "a1", "name": "Acme"}, "message": "One minute gap"}]},
        [FAILED],
    ),
    "an entry with failure": ({"failures": [ERROR]}, [FAILED]),
    "an empty object in the array": ({"failures": [{}]}, [("failed", "", "")]),
    "a null in the array": ({"failures": [None]}, [("failed", "", "")]),
    "an object of foreign keys": ({"failures": {"0": [{"why": "x"}]}}, [("failed", "", "x")]),
    "beside media": ({"failures": [FAILURE], "media": [{"id": "m"}]}, [FAILED]),
    "beside successes": (
        {"failures": {"0": [FAILURE]}, "successes": {"0": [{"account_id": "a2"}]}},
        [FAILED, ("unknown", "a2", "")],
    ),
    "errors with accounts": ({"errors": [FAILURE]}, [FAILED]),
    "one error": ({"error": "One minute gap"}, [NAMELESS]),
    "failure as an object": ({"failure": FAILURE}, [FAILED]),
    "post ids only": ({"post_ids": ["p1", 2]}, [("unknown", "", ""), ("unknown", "", "")]),
    "posts": ({"posts": [POST]}, [("published", "a2", "")]),
}


@pytest.mark.parametrize(("payload", "expected"), FAMILY_A.values(), ids=FAMILY_A.keys())
def test_family_a(payload: Any, expected: list[tuple[str, str, str]]) -> None:
    job = read_job(complete(payload))
    assert verdicts(job) == expected
    assert not job.nothing_failed


WHOSE = {
    "account_id": ("a1", ("a1", "", "", "")),
    "account_name": ("Acme", ("", "Acme", "", "")),
    "account": ({"id": "a1", "name": "Acme"}, ("a1", "Acme", "", "")),
    "provider": ("facebook", ("", "", "facebook", "")),
    "network": ("facebook", ("", "", "facebook", "")),
    **dict.fromkeys(("message", "error", "reason", "description"), ("Too late", ("", "", "", "Too late"))),
}


@pytest.mark.parametrize("field", WHOSE)
@pytest.mark.parametrize("wrap", [lambda one: [one], lambda one: one, lambda one: {"0": [one]}])
def test_whatever_a_failure_says_of_itself_is_read(field: str, wrap: Any) -> None:
    """It must not be taken for failures keyed by post: then nobody would know whose it is."""
    value, said = WHOSE[field]
    (entry,) = read_job(complete({"failures": wrap({field: value})})).entries
    assert (entry.account_id, entry.account_name, entry.provider, entry.message) == said


@pytest.mark.parametrize(
    "payload",
    [{"failures": {}}, {"failures": []}, {"failures": {}, "media": []}, {"failures": {}, "success": True}],
    ids=repr,
)
def test_only_the_documented_empty_failures_mean_that_nothing_failed(payload: Any) -> None:
    job = read_job(complete(payload))
    assert job.nothing_failed
    assert job.entries == ()


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        [],
        "",
        "fine",
        0,
        False,
        {"failures": None},
        {"failures": ""},
        {"failures": 0},
        {"failures": {"0": []}},
        {"failures": {"0": None}},
        {"failures": {}, "message": "Queued for approval"},
        {"failures": {}, "pending": ["a1"]},
        {"failures": {}, "post_ids": ["p1"]},
        {"post_ids": ["p1"]},
        [{}],
        [None],
    ],
    ids=repr,
)
def test_a_silence_is_neither_success_nor_failure(payload: Any) -> None:
    job = read_job(complete(payload))
    assert not job.nothing_failed
    assert {entry.verdict for entry in job.entries} <= {Verdict.UNKNOWN}


def test_a_missing_payload_is_a_silence() -> None:
    job = read_job({"status": "complete"})
    assert (job.entries, job.nothing_failed) == ((), False)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "complete", "payload": EMPTY, "error": "Workspace locked"},
        {"status": "complete", "payload": EMPTY, "errors": ["Workspace locked"]},
        {"status": "complete", "payload": EMPTY, "failures": ["Workspace locked"]},
        {"success": False, "message": "Workspace locked", "data": complete(EMPTY)},
        {"success": "false", "message": "Workspace locked", "data": complete(EMPTY)},
        {
            "data": {
                "status": "complete",
                "payload": {"failures": ["Workspace locked"]},
                "result": complete(EMPTY),
            }
        },
    ],
)
def test_a_failure_beside_an_empty_payload_is_not_lost(body: Any) -> None:
    job = read_job(body)
    assert ("failed", "", "Workspace locked") in verdicts(job)
    assert not job.nothing_failed


# --- 4.2 B: one entry per account ------------------------------------------------------------------


def test_family_b_with_both_kinds() -> None:
    job = read_job(complete([SUCCESS, ERROR]))
    published, failed = job.entries
    assert (published.verdict, published.account_id) == (Verdict.PUBLISHED, "a2")
    assert published.post is not None
    assert (published.post.id, published.post.link) == ("p1", "https://example.com/p1")
    assert (failed.verdict, failed.account_id, failed.account_name, failed.provider, failed.message) == (
        Verdict.FAILED,
        "a1",
        "Acme",
        "facebook",
        "One minute gap",
    )


FAMILY_B = {
    "no link yet": ({**SUCCESS, "post": {**POST, "post_link": None}}, "published"),
    "numeric post id": ({"post": {**POST, "id": 17}}, "published"),
    "bare post": (POST, "published"),
    "posted": ({"post": {**POST, "state": "posted"}}, "published"),
    "published_posted": ({"post": {**POST, "state": "published_posted"}}, "published"),
    "no state, success": ({"status": "success", "post": {"id": "p", "account_id": "a2"}}, "published"),
    "no state, a link": (
        {"post": {"id": "p", "account_id": "a2", "post_link": "https://x.com/1"}},
        "published",
    ),
    **{
        f"no state, a link, {status}": (
            {"status": status, "post": {"id": "p", "account_id": "a2", "post_link": "https://x.com/1"}},
            verdict,
        )
        for status, verdict in {
            "success": "published",
            "published": "published",
            "scheduled": "unknown",
            "pending": "unknown",
            "working": "unknown",
        }.items()
    },
    "no state, nothing": ({"post": {"id": "p", "account_id": "a2"}}, "unknown"),
    "no id": ({"status": "success", "post": {"account_id": "a2", "state": "published"}}, "unknown"),
    "neither post nor id": ({"status": "queued", "account": {"id": "a2"}}, "unknown"),
    "no post": ({"type": "job", "status": "success", "account_id": "a2"}, "unknown"),
    "live, but with an error": ({"post": {**POST, "error": "comment failed"}}, "unknown"),
    **{
        state: ({**SUCCESS, "post": {**POST, "state": state}}, "unknown")
        for state in (
            *("scheduled", "scheduled_pending", "scheduled_approved", "scheduled_reauth", "scheduled_locked"),
            *("draft", "draft_private", "recycling", "published_deleted", "published_hidden", "anything"),
        )
    },
    **{
        state: ({**SUCCESS, "post": {**POST, "state": state}}, "failed")
        for state in ("failed", "scheduled_declined", "recycling_failed", "error")
    },
    "error in the post": ({"post": {"id": "p", "account_id": "a2", "error": "x"}}, "failed"),
    "type error only": ({"type": "error", "account_id": "a2", "message": "x"}, "failed"),
    "status failed only": ({"status": "failed", "account_id": "a2"}, "failed"),
    "status error only": ({"status": "error", "account_id": "a2"}, "failed"),
    "success false": ({"success": False, "account_id": "a2"}, "failed"),
    "success false as text": ({**SUCCESS, "success": "False"}, "unknown"),
    "success false as a number": ({**SUCCESS, "success": 0}, "unknown"),
    "success as text": ({**SUCCESS, "success": "true"}, "published"),
    "a failure that is a sentence": ({"failure": "x", "account_id": "a2"}, "failed"),
    "an error that is a sentence": ({"error": "x", "account_id": "a2"}, "failed"),
    "errors that are sentences": ({"errors": ["x"], "account_id": "a2"}, "failed"),
    "success and failure": ({**SUCCESS, "failure": {"message": "x"}}, "unknown"),
    "success and failure, but no id": (
        {"failure": {"message": "x"}, "post": {**POST, "id": None}},
        "unknown",
    ),
    "an error that is true": ({"error": True, "account_id": "a2"}, "failed"),
    "no id, a link": ({"post": {"account_id": "a2", "post_link": "https://x.com/1"}}, "unknown"),
    "success, but of type error": ({**SUCCESS, "type": "error"}, "unknown"),
    "a live post with an error that is no sentence": (
        {**SUCCESS, "post": {**POST, "error": {"code": 7}}},
        "unknown",
    ),
    "a live post with such an error in its details": (
        {**SUCCESS, "post": {**POST, "details": {"error": {"code": 7}}}},
        "unknown",
    ),
    "a success whose post denies it": ({**SUCCESS, "post": {**POST, "success": False}}, "unknown"),
    "an empty failure": ({**SUCCESS, "failure": None, "error": "", "errors": []}, "published"),
}


@pytest.mark.parametrize(("entry", "verdict"), FAMILY_B.values(), ids=FAMILY_B.keys())
def test_family_b(entry: Any, verdict: str) -> None:
    job = read_job(complete([entry]))
    assert [(found.verdict.value, found.account_id) for found in job.entries] == [(verdict, "a2")]


def test_a_live_post_that_is_not_named_is_no_evidence_and_said_so() -> None:
    job = read_job(complete([{"status": "success", "post": {**POST, "id": 1.5}}]))
    assert verdicts(job) == [("unknown", "a2", "Publer says that it is published, but names no post.")]


@pytest.mark.parametrize(
    ("post", "verdict", "message"),
    [
        ({**POST, "state": "failed", "error": "Too long"}, "failed", "Too long"),
        ({**POST, "state": "failed", "details": {"error": "Too long"}}, "failed", "Too long"),
        ({**POST, "state": "failed", "error": "No", "details": {"error": "Too long"}}, "failed", "No"),
        (
            {**POST, "state": "failed", "error": None, "details": {"type": "reel"}},
            "failed",
            "Publer lists the post as failed.",
        ),
        ({**POST, "state": "failed"}, "failed", "Publer lists the post as failed."),
        ({"id": "p", "account_id": "a2", "error": "Too long"}, "failed", "Too long"),
        ({**POST, "state": "scheduled_reauth", "error": "Log in"}, "unknown", "Log in"),
        ({**POST, "id": None, "error": "No comment"}, "unknown", "No comment"),
    ],
)
def test_a_post_that_is_not_out_says_why_in_publers_own_words(post: Any, verdict: str, message: str) -> None:
    assert verdicts(read_job(complete([{"post": post}]))) == [(verdict, "a2", message)]


@pytest.mark.parametrize("entry", [{"failure": "No"}, {"error": "No"}, {"errors": ["No"]}])
def test_a_failed_entry_says_why_wherever_it_says_it(entry: Any) -> None:
    assert verdicts(read_job(complete([{"account_id": "a2", **entry}]))) == [("failed", "a2", "No")]


@pytest.mark.parametrize("pages", ["many", "-1", "\u00b2", "1.5", "9" * 400, True, -1, None])
def test_a_number_of_pages_that_is_none_is_not_believed(pages: Any) -> None:
    assert read_posts({"posts": [], "total_pages": pages}).total_pages is None


def test_what_is_said_of_nobody_is_kept() -> None:
    job = read_job(complete([{"status": "queued", "message": "Waiting for an approval"}]))
    assert verdicts(job) == [("unknown", "", "Waiting for an approval")]


def test_an_account_that_is_only_named_is_kept() -> None:
    """A job that failed and names others only says nothing of the rest."""
    (entry,) = read_job(complete([{"status": "queued", "account_name": "Acme"}])).entries
    assert (entry.verdict, entry.account_name) == (Verdict.UNKNOWN, "Acme")


def test_what_is_said_of_an_account_under_an_unknown_key_is_kept() -> None:
    job = read_job(complete({"failures": {}, "refused": [{"account_id": "a1", "message": "Too late"}]}))
    assert verdicts(job) == [("unknown", "a1", "Too late")]
    assert not job.nothing_failed


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//x", "https://", "https://a b", 7, None]
)
def test_only_web_addresses_are_links(link: Any) -> None:
    job = read_job(complete([{"post": {**POST, "post_link": link}}]))
    assert job.entries[0].post is not None
    assert job.entries[0].post.link == ""


# --- 4.2 C: media imports --------------------------------------------------------------------------

MEDIA = {"id": "m1", "type": "photo", "path": "https://cdn.publer.com/x", "validity": {"facebook": True}}
FAMILY_C = {
    "array": ([MEDIA, {**MEDIA, "id": "m2"}], ["m1", "m2"]),
    "a single object": (MEDIA, ["m1"]),
    "beside failures": ({"failures": {}, "media": [MEDIA]}, ["m1"]),
    "bare ids": (["m1", 2], ["m1", "2"]),
    "an error keeps its place": ([{"error": "Timed out while reading data"}, MEDIA], [None, "m1"]),
    "a null keeps its place": ([None, MEDIA], [None, "m1"]),
}


@pytest.mark.parametrize(("payload", "ids"), FAMILY_C.values(), ids=FAMILY_C.keys())
def test_family_c(payload: Any, ids: list[str | None]) -> None:
    job = read_job(complete(payload))
    assert [item.get("id") for item in job.media] == ids
    assert not job.nothing_failed


def test_an_import_error_is_a_failure() -> None:
    job = read_job(complete([{"error": "Videos need to be smaller than 2 gb"}]))
    assert verdicts(job) == [("failed", "", "Videos need to be smaller than 2 gb")]


# --- status failed: the message may be anywhere (4.2) -----------------------------------------------


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"error": "Boom"}, "Boom"),
        ({"errors": ["Boom"]}, "Boom"),
        ({"message": "Boom"}, "Boom"),
        ({"payload": {"error": "Boom"}}, "Boom"),
        ({"payload": {"message": "Boom"}}, "Boom"),
        ({"payload": {"errors": [{"message": "Boom"}]}}, "Boom"),
        ({"payload": {"failures": {"0": [{"account_id": "a", "message": "Boom"}]}}}, "Boom"),
        ({"payload": {"failures": ["Boom"]}}, "Boom"),
        ({"payload": "Boom"}, "Boom"),
        ({"payload": ["No room"]}, "No room"),
        ({"payload": [{"type": "error", "status": "failed", "failure": {"message": "Boom"}}]}, "Boom"),
        ({"payload": [{"type": "error", "status": "failed", "post": {"id": "1", "state": "failed"}}]}, ""),
        ({"result": {"status": "failed", "error": "Boom"}}, "Boom"),
        ({}, ""),
        ({"payload": None}, ""),
    ],
    ids=repr,
)
def test_a_failed_job_says_why_wherever_it_says_it(more: dict[str, Any], message: str) -> None:
    job = read_job({"status": "failed", **more})
    assert job.state is JobState.FAILED
    assert message in {job.message, *(entry.message for entry in job.entries)}
    assert not job.nothing_failed


def test_what_a_job_says_of_one_account_is_not_said_of_all() -> None:
    """Publer's minute for one account must not make the post of another go out again."""
    job = read_job(
        {
            "status": "failed",
            "error": "Boom",
            "payload": [{"failure": {"account_id": "a", "message": "Boom"}}],
        }
    )
    assert (job.message, job.entries[0].message) == ("", "Boom")


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"data": x}, lambda x: {"data": {"result": x}}])
@pytest.mark.parametrize(
    ("locked", "expected"), [(True, True), (False, False), (None, False), ("yes", False)]
)
def test_a_locked_plan_is_noticed(wrap: Any, locked: Any, expected: bool) -> None:
    assert read_job(wrap({"status": "complete", "plan": {"locked": locked}})).locked is expected


def test_the_terminal_body_is_kept_for_the_log_and_cut() -> None:
    """4.3: it may be readable only once."""
    assert read_job(complete([SUCCESS])).raw == json.dumps(complete([SUCCESS]))
    assert len(read_job(complete([{"x": "y" * 10_000}])).raw) == 2000
    assert read_job({"status": "working"}).raw == ""
    assert "half_done" in read_job({"status": "half_done"}).raw, "an unknown word is worth a line in the log"


def test_messages_are_one_visible_line() -> None:
    job = read_job(complete({"failures": [{"message": "two\nlines\u202e\x1b[31m", "account_name": "A\nB"}]}))
    assert (job.entries[0].message, job.entries[0].account_name) == ("two lines\ufffd\ufffd[31m", "A B")


# --- anything at all -------------------------------------------------------------------------------

KEYS = st.sampled_from(
    [
        "status",
        "state",
        "type",
        "post",
        "failure",
        "failures",
        "successes",
        "error",
        "errors",
        "message",
        "account_id",
        "account_name",
        "account",
        "provider",
        "payload",
        "data",
        "result",
        "plan",
        "locked",
        "success",
        "id",
        "post_link",
        "posts",
        "post_ids",
        "media",
        "ids",
        "job_id",
        "other",
    ]
)
WORDS = st.sampled_from(
    ["complete", "working", "failed", "success", "published", "error", "", "a1", "One two"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=20)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=25,
)


@given(JSON)
def test_any_json_gives_a_job_or_an_expected_error(body: Any) -> None:
    try:
        job = read_job(body)
    except ServiceError:
        return
    if job.nothing_failed:
        assert job.state is JobState.COMPLETE
        assert job.entries == ()
    for entry in job.entries:
        if entry.verdict is Verdict.PUBLISHED:
            assert entry.post is not None
            assert entry.post.id


@pytest.mark.parametrize(
    "path",
    [
        [],
        ["message"],
        ["error"],
        ["payload"],
        ["payload", "failures"],
        ["payload", "post"],
        ["payload", "error"],
        ["data"],
    ],
    ids=".".join,
)
@pytest.mark.parametrize("opening", ["[", '{"failures":'], ids=["lists", "objects"])
def test_endless_nesting_is_lost_or_read_but_never_a_crash(path: list[str], opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    body: Any = json.loads(opening * 400 + "1" + closing * 400)
    for key in reversed(path):
        body = {"status": "failed", key: body}
    with contextlib.suppress(LostError):
        job = read_job(body)
        assert not job.nothing_failed
        assert Verdict.PUBLISHED not in {entry.verdict for entry in job.entries}


@given(JSON)
def test_any_json_gives_a_job_id_or_is_lost(body: Any) -> None:
    try:
        found = read_job_id(body)
    except LostError:
        return
    assert found
    assert all(char.isalnum() or char in "-_" for char in found)


VALID_PAYLOADS = st.sampled_from(
    [
        {"failures": {}},
        {"failures": []},
        {"failures": {"0": [FAILURE]}},
        {"failures": {}, "successes": {"0": [{"account_id": "a2"}]}},
        {"failures": {}, "posts": [POST]},
        {"failures": {}, "media": [MEDIA]},
        [],
        [SUCCESS],
        [SUCCESS, SUCCESS],
        [{"post": {**POST, "comments": [{"text": "x"}]}}],
        [MEDIA],
        {"posts": {"0": [POST]}},
    ]
)
FAILURES = st.sampled_from(
    [
        ERROR,
        {"failure": FAILURE},
        {"type": "error", "message": "x"},
        {"status": "failed"},
        {"status": "error", "account_id": "a3"},
        {"error": "x"},
        {"errors": ["x"]},
        {"errors": [{"message": "x"}]},
        {"success": False},
        {"failures": [FAILURE]},
        {"failures": {"0": ["x"]}},
        {"post": {"id": "p", "state": "failed"}},
        {"state": "scheduled_declined", "id": "p"},
    ]
)
ENVELOPES = st.sampled_from(
    [
        lambda payload: {"status": "complete", "payload": payload},
        lambda payload: {"success": True, "data": {"status": "complete", "payload": payload}},
        lambda payload: {
            "data": {"status": "complete", "result": {"status": "complete", "payload": payload}}
        },
        lambda payload: {"status": "completed", "result": {"payload": payload}},
        lambda payload: {"data": {"result": {"data": {"result": {"status": "done", "payload": payload}}}}},
    ]
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every list and object in a payload, by path."""
    if not isinstance(node, dict | list):
        return []
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


@given(VALID_PAYLOADS, FAILURES, ENVELOPES, st.data())
def test_a_failure_inserted_anywhere_is_never_lost(
    payload: Any, failure: Any, envelope: Any, data: Any
) -> None:
    copy = json.loads(json.dumps(payload))
    target = copy
    for key in data.draw(st.sampled_from(places(copy))):
        target = target[key]
    if isinstance(target, list):
        target.insert(data.draw(st.integers(0, len(target))), failure)
    else:
        target[data.draw(st.sampled_from(["0", "more", "1f"]))] = data.draw(
            st.sampled_from([failure, [failure]])
        )
    job = read_job(envelope(copy))
    assert any(entry.verdict is Verdict.FAILED for entry in job.entries), copy
    assert not job.nothing_failed


# --- 3.3: the job id -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"job_id": "abc"},
        {"success": True, "data": {"job_id": "abc"}},
        {"post": {"id": "p"}, "job_id": "abc"},
        {"job": {"id": "abc"}},
        {"data": {"id": "abc"}},
        {"job_id": " abc "},
    ],
    ids=repr,
)
def test_the_job_id_is_found(body: Any) -> None:
    assert read_job_id(body) == "abc"
    assert read_job_id({"job_id": "0f-4_A"}) == "0f-4_A"


@pytest.mark.parametrize(
    "body",
    [
        *(
            {},
            [],
            None,
            "abc",
            {"id": "abc"},
            {"job_id": None},
            {"job_id": ""},
            {"job_id": {}},
            {"job_id": True},
        ),
        *({"job_id": "../users/me"}, {"job_id": ".."}, {"job_id": "a b"}, {"job_id": "x" * 200}),
    ],
    ids=lambda body: repr(body)[:30],
)
def test_a_200_without_a_job_id_may_have_been_taken(body: Any) -> None:
    with pytest.raises(LostError, match="without a job id"):
        read_job_id(body)


def test_a_200_without_a_job_id_quotes_what_publer_said() -> None:
    with pytest.raises(LostError, match="It said: Unknown state auto"):
        read_job_id({"errors": ["Unknown state auto"]})
