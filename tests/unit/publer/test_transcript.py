"""Promise: a transcript shows what Publer did, and nothing of whose posts they were."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.publer.transcript import MOST_CHARACTERS, Anonymiser, Transcript
from sandbox.clock import VirtualClock

NAME, MAIL, ID = "Zanzibar Zeppelins", "boss@vexatious.example", "66db83154e299efa19a2d8eb"
KEY = "k3y-of-somebody-else"
SECRETS = ("Zanzibar", "Zeppelins", "boss", "vexatious", "kumquat", "Rhubarb", ID, KEY)


def shown(value: Any, hide: Anonymiser | None = None) -> Any:
    hide = hide or Anonymiser((KEY,))
    hide.value({"name": NAME, "email": MAIL})
    return hide.value(value)


PLACES = [
    {"text": "Rhubarb and kumquat"},
    {"text": f"{ID} by {MAIL}: https://vexatious.example/kumquat?q=Rhubarb#kumquat"},
    {"url": "https://kumquat:Rhubarb@vexatious.example:8443/%4Bumquat"},
    {"title": KEY},
    {"id": ID, "account_id": ID, "post_ids": [ID, 123456789]},
    {"failures": {ID: [{"account_name": NAME, "message": f"{NAME} said no to {MAIL}"}]}},
    {"failures": {"post_0": f"“Rhubarb and kumquat” is a duplicate for {ID}"}},
    {"failures": [f"Zeppelins may not, see https://vexatious.example/{KEY}"]},
    {"error": f"No access with {KEY} for {MAIL}"},
    {"errors": [{"message": "@kumquat is blocked, 'Rhubarb Pie' too"}]},
    {"message": f"Zanzibar's token: {KEY}"},
    {"post": {"details": {"error": f"{NAME}: the upload of kumquat.png failed", "caption": "kumquat.png"}}},
    {"state": "kumquat pie", "type": "Rhubarb 7", "provider": NAME},
    {"status": MAIL, "plan": {"rate": f"for {NAME}"}},
    {"kumquat and Rhubarb": 1, f"Zanzibar {ID}": {"name": "Rhubarb"}},
    {"text": "kumquat", "kumquat": "Rhubarb"},
    {
        "media": [
            {"name": "kumquat.png", "path": f"https://cdn.publer.com/{ID}/kumquat", "caption": "Rhubarb"}
        ]
    },
    {"labels": ["kumquat", "Rhubarb"], "user": {"name": NAME, "email": MAIL}},
    [[["kumquat"], "x"], {"data": {"result": {"payload": ["Rhubarb kumquat"]}}, "text": "Rhubarb kumquat"}],
]


@pytest.mark.parametrize("document", PLACES, ids=range(len(PLACES)))
def test_no_secret_is_readable_wherever_it_is(document: Any) -> None:
    hide = Anonymiser((KEY,))
    hide.value({"text": "Rhubarb kumquat"})
    written = json.dumps(shown(document, hide), ensure_ascii=False)
    assert [secret for secret in SECRETS if secret in written] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "There's another post at this time. A one minute gap is required between posts",
        "Posts cannot be backdated",
        "The composer is in a bad state for this account as it's missing the social network params",
        "undefined method 'count' for nil",
        "Post type is not valid",
        "Album can't be blank",
        "YouTube requires a video attached",
        "You don't have access on this workspace",
        "Rate limit exceeded. Retry later.",
        "Un altro post esiste già a quest'ora",
    ],
)
def test_publers_own_sentences_stay(sentence: str) -> None:
    assert shown({"errors": [sentence]}) == {"errors": [sentence]}
    assert shown({"failure": {"message": sentence}}) == {"failure": {"message": sentence}}


def test_publers_own_words_stay() -> None:
    document = {
        "status": "complete",
        "plan": {"rate": "business", "locked": False},
        "posts": [{"state": "published_posted", "type": "photo", "source": "post_now", "network": "twitter"}],
        "total": 45,
        "scheduled_at": "2026-10-31T12:00:00+00:00",
        "width": 1200,
        "post_link": None,
    }
    assert shown(document) == document


def test_what_became_of_a_text_can_still_be_seen() -> None:
    """A moved link, tracking words, an entity and a signature are the same words at another place."""
    hide = Anonymiser()
    sent = hide.value({"text": "Cats & dogs: https://a.example/cats?x=1 #Pets"})["text"]
    link = re.search(r"https://\S+", sent)
    assert link is not None
    listed = hide.value({"text": "Cats &amp; dogs: #Pets\n\nBy us", "url": "https://a.example/cats?x=1"})
    assert listed["url"] == link[0]
    assert listed["text"].startswith(sent.replace(f"{link[0]} ", "").replace("&", "&amp;"))
    tracked = hide.value({"url": "https://a.example/cats?x=1&utm_source=publer&utm_medium=twitter"})["url"]
    assert tracked.startswith(f"{link[0]}&utm_source=")
    assert "&utm_medium=" in tracked
    assert hide.value({"text": "By us"})["text"] == listed["text"].rpartition("\n")[2]


TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(["cat", "Dog", "v1", "2", "né", "日本", ".", "#", " "])
).map("".join)


@given(st.lists(TEXTS, max_size=6))
def test_equal_stays_equal_and_the_form_is_kept(texts: list[str]) -> None:
    hide = Anonymiser()
    seen: dict[str, str] = {}
    for text in texts:
        standing = hide.value({"text": text})["text"]
        assert seen.setdefault(text, standing) == standing
        assert len(standing) == len(text)
        for before, after in zip(text, standing, strict=True):
            if unicodedata.category(before)[0] not in "LMN":
                assert before == after
    if all(text.isascii() for text in texts):
        assert len(set(seen.values())) == len(seen)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3)))  # fmt: skip
def test_whatever_publer_answers_becomes_one_line(document: Any) -> None:
    lines: list[str] = []
    end = Transcript(lines.append, VirtualClock(), ()).begin("GET", "/posts", [], None)
    end(status=200, response=json.dumps(document))
    (line,) = lines
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["status"] == 200


def one(body: str | None, **outcome: Any) -> dict[str, Any]:
    lines: list[str] = []
    clock = VirtualClock()
    transcript = Transcript(lines.append, clock, (KEY,))
    document = {"bulk": {"state": "scheduled", "posts": [{"accounts": [{"id": ID}]}]}}
    query = [("state[]", "failed"), ("account_ids[]", ID), ("from", "2026-10-31"), ("page", "0")]
    end = transcript.begin("POST", f"/job_status/{ID}", query, document)
    clock.sleep(1.5)
    end(response=body, **outcome)
    (line,) = lines
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_line_has_request_answer_time_and_rate_limit() -> None:
    standing = f"{1:024x}"
    limit = {"limit": 100, "remaining": 3, "reset_at": 9.0}
    assert one('{"job_id": "66db83154e299efa19a2d8eb"}', status=200, rate_limit=limit) == {
        "publer": 1,
        "at": VirtualClock().time(),
        "ms": 1500,
        "method": "POST",
        "path": f"/job_status/{standing}",
        "query": [["state[]", "failed"], ["account_ids[]", standing], ["from", "2026-10-31"], ["page", "0"]],
        "request": {"bulk": {"state": "scheduled", "posts": [{"accounts": [{"id": standing}]}]}},
        "status": 200,
        "rate_limit": limit,
        "response": {"job_id": standing},
    }


def test_an_answer_that_is_not_json_is_kept_without_its_addresses() -> None:
    line = one(f"<h1>error code: 1010</h1> 203.0.113.77 {KEY} https://vexatious.example/kumquat", status=403)
    assert line["response"]["raw"].startswith("<h1>error code: 1010</h1> ")
    assert [secret for secret in ("203", *SECRETS) if secret in json.dumps(line)] == []


def test_a_line_that_would_be_too_long_says_how_long() -> None:
    line = one(json.dumps({"posts": [{"text": "x" * 1000}] * (MOST_CHARACTERS // 1000)}))
    assert line["response"] is None
    assert line["cut"] > MOST_CHARACTERS


def test_what_cannot_be_written_down_ends_nothing() -> None:
    """A publish request may have been taken: the run has to go on."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    lines: list[str] = []
    Transcript(lines.append, VirtualClock(), ()).planned(deep)
    assert json.loads(lines[0])["unwritten"] == "RecursionError"
    assert "raw" in one("[" * 100_000 + "]" * 100_000)["response"]
