"""Promise: whatever a client sends, the sandbox answers; its own mistakes never look like Publer's."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.scenario import default_accounts
from sandbox.server import Sandbox
from tests.support.raw_client import NewSandbox, RawClient, a_post

KEYS = [
    "networks",
    "accounts",
    "id",
    "type",
    "text",
    "media",
    "url",
    "link",
    "comments",
    "details",
    "title",
    "options",
    "sublinks",
    "document",
]
IDS = [account.id for account in default_accounts()]
NETWORKS = [account.networks_key() for account in default_accounts()]
TYPES = ["status", "photo", "video", "gif", "link", "poll", "carousel", "document", "article", "story"]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["external", *TYPES, *IDS])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
)
CONTENT = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6).map(lambda c: {"text": "x", **c})
POST = st.fixed_dictionaries(
    {
        "networks": st.dictionaries(
            st.sampled_from(NETWORKS), CONTENT | st.tuples(CONTENT, st.sampled_from(TYPES)).map(
                lambda pair: {**pair[0], "type": pair[1]}
            ), max_size=13,
        ),
        "accounts": st.lists(
            st.fixed_dictionaries({"id": st.sampled_from(IDS)}, optional={"comments": VALUES}), max_size=4
        ),
    }
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(POST | VALUES, max_size=3) | VALUES)
def test_no_publish_request_breaks_it(new_sandbox: NewSandbox, posts: Any) -> None:
    with Sandbox() as sandbox:
        client = RawClient(sandbox)
        reply = client.post("/posts/schedule/publish", {"bulk": {"state": "scheduled", "posts": posts}})
        assert reply.status in {200, 400}
        if reply.status == 200:
            assert client.job(reply.json["job_id"])["status"] == "complete"
        assert client.get("/posts").status == 200
        assert RawClient(sandbox, base="").get("/").status == 200
        assert RawClient(sandbox, base="").get("/_sandbox/record").status == 200
        assert sandbox.errors == []


@pytest.mark.parametrize("body", [b"[" * 100_000, b"\xff\xfe", b'"\\ud800"', b"NaN", b"\x00"])
@pytest.mark.parametrize("path", ["/posts/schedule/publish", "/media/from-url"])
def test_odd_bodies_are_400(new_sandbox: NewSandbox, path: str, body: bytes) -> None:
    reply = RawClient(new_sandbox()).send("POST", path, body, {"Content-Type": "application/json"})
    assert reply.status == 400


def test_half_a_surrogate_pair_goes_in_and_out(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    client = RawClient(sandbox)
    client.publish(a_post(sandbox, "half \ud83d", "bluesky"))
    assert client.get("/posts").json["posts"][0]["text"] == "half \ud83d"
    assert RawClient(sandbox, base="").get("/").status == 200


@pytest.mark.parametrize(
    "query", ["page=x", "per_page=0", "page=-1", "per_page=%00", "page=99999999999999999999"]
)
def test_odd_pages_of_releases(new_sandbox: NewSandbox, query: str) -> None:
    client = RawClient(new_sandbox(), base="/github/api/v3")
    assert client.get(f"/repos/a/b/releases?{query}").json == []


@pytest.mark.parametrize(
    "query", ["page=9999999", "page=%D9%A1", "state[]=%00", "from=&to=", "from=2026-13-01&to=2026-13-02"]
)
def test_odd_filters_of_posts(new_sandbox: NewSandbox, query: str) -> None:
    assert RawClient(new_sandbox()).get(f"/posts?{query}").status == 400


def test_a_client_that_leaves_in_the_middle_is_no_mistake(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    connection.putrequest("POST", "/api/v1/posts/schedule/publish")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(json.dumps({"bulk": {}}).encode())
    connection.close()
    assert RawClient(sandbox).get("/users/me").status == 200
    assert sandbox.errors == []
