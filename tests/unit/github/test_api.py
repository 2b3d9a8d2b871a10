"""A release is looked up truthfully, or the run says why not; the token goes to GitHub's host only."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from publer_publish.errors import ActionError
from publer_publish.github.api import GitHub as Api
from publer_publish.github.api import fetch_release
from publer_publish.github.event import Event

RELEASE: dict[str, Any] = {
    "id": 1,
    "tag_name": "v1.2.3",
    "name": None,
    "body": "Fixes.",
    "html_url": "https://github.com/octo-org/octo-repo/releases/tag/v1.2.3",
    "prerelease": True,
    "draft": False,
    "published_at": "2026-11-20T10:00:00Z",
    "author": {"login": "mona", "id": 2},
}
BY_TAG = "/repos/octo-org/octo-repo/releases/tags/v1.2.3"
ALL = "/repos/octo-org/octo-repo/releases?per_page=100"


@dataclass
class Reply:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class GitHub:
    """A stand-in for the API: replies by path, one after the other; the last one stays."""

    url: str = ""
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


@dataclass
class StoppedClock:
    """Counts the waits instead of waiting."""

    slept: list[float] = field(default_factory=list)

    def time(self) -> float:
        return 0.0

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def wait_for(self, event: threading.Event, seconds: float) -> bool:
        raise AssertionError


def handler(github: GitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            github.requests.append((self.path, dict(self.headers.items())))
            waiting = github.replies.get(self.path, [Reply(404, {"message": "Not Found"})])
            reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if reply.hang:
                github.released.wait(30)
                return
            body = reply.encoded()
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    return Handler


@contextmanager
def serving() -> Iterator[GitHub]:
    github = GitHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(github))
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    github.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield github
    finally:
        github.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serving() as stand_in:
        yield stand_in


def fetch(github: GitHub, **changes: Any) -> Any:
    tag = changes.pop("tag", "v1.2.3")
    event = Event(api_url=github.url, repository=changes.pop("repository", "octo-org/octo-repo"))
    return fetch_release(Api(event, **{"token": "ghs_secret", "clock": StoppedClock(), **changes}), tag)


def refused(github: GitHub, **changes: Any) -> ActionError:
    with pytest.raises(ActionError) as caught:
        fetch(github, **changes)
    assert caught.value.hint
    assert "ghs_secret" not in caught.value.message + caught.value.hint
    return caught.value


def test_a_release_has_exactly_the_fields_that_templates_know(github: GitHub) -> None:
    github.replies[BY_TAG] = [Reply(body=RELEASE)]
    assert fetch(github) == {
        "tag_name": "v1.2.3",
        "name": "v1.2.3",
        "title": "",
        "body": "Fixes.",
        "html_url": RELEASE["html_url"],
        "prerelease": True,
        "draft": False,
        "published_at": "2026-11-20T10:00:00Z",
        "author": "mona",
    }
    ((_, headers),) = github.requests
    assert headers["Authorization"] == "Bearer ghs_secret"


def test_without_a_token_none_is_sent(github: GitHub) -> None:
    github.replies[BY_TAG] = [Reply(body=RELEASE)]
    fetch(github, token="")
    ((_, headers),) = github.requests
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("tag", "path"),
    [
        ("a/b", "a%2Fb"),
        ("../../x?y=1#z", "..%2F..%2Fx%3Fy%3D1%23z"),
        ("ü", "%C3%BC"),
        ("v1\r\nHost: x", "v1%0D%0AHost%3A%20x"),
    ],
)
def test_a_hostile_tag_stays_one_segment_of_the_path(github: GitHub, tag: str, path: str) -> None:
    github.replies[f"/repos/octo-org/octo-repo/releases/tags/{path}"] = [Reply(body=RELEASE)]
    assert fetch(github, tag=tag)["author"] == "mona"


@pytest.mark.parametrize("repository", ["", "../x", "a/b/c"])
def test_what_is_no_repository_is_not_asked_for(github: GitHub, repository: str) -> None:
    refused(github, repository=repository)
    assert github.requests == []


@pytest.mark.parametrize("tag", ["..", ".", ""])
def test_what_is_no_tag_has_no_release(github: GitHub, tag: str) -> None:
    github.replies[ALL.partition("?")[0]] = [Reply(body=[RELEASE])]
    github.replies[ALL] = [Reply(body=[RELEASE])]
    refused(github, tag=tag)


def test_a_tag_without_a_release_is_named(github: GitHub) -> None:
    github.replies[ALL] = [Reply(body=[{"tag_name": "v1.2.2", "draft": True}, None])]
    assert refused(github).message == "octo-org/octo-repo has no release for the tag v1.2.3."


def test_a_draft_is_named_where_the_token_may_see_it(github: GitHub) -> None:
    github.replies[ALL] = [Reply(body=[{"tag_name": "v1.2.3", "draft": True}])]
    assert refused(github).message == "The release v1.2.3 of octo-org/octo-repo is still a draft."


def test_a_draft_is_not_announced(github: GitHub) -> None:
    github.replies[BY_TAG] = [Reply(body=RELEASE | {"draft": True})]
    assert "still a draft" in refused(github).message


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_repository_that_is_not_shown_without_a_token(github: GitHub, status: int) -> None:
    github.replies[BY_TAG] = [Reply(404, {})]
    github.replies[ALL] = [Reply(status, {"message": "Not Found"})]
    error = refused(github, token="")
    assert f"without a token (HTTP {status})" in error.message
    assert "permissions: contents: read" in error.hint


@pytest.mark.parametrize(
    ("status", "cause"), [(401, "expired"), (403, "may not read"), (404, "may not read")]
)
def test_a_token_that_is_refused(github: GitHub, status: int, cause: str) -> None:
    github.replies[BY_TAG] = [Reply(status, {"message": "no"})]
    github.replies[ALL] = [Reply(status, {"message": "no"})]
    assert cause in refused(github).message


@pytest.mark.parametrize(
    ("reply", "until"),
    [
        (
            Reply(403, {}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795431600"}),
            " until 2026-11-23 11:00:00 UTC",
        ),
        (Reply(429, {}, {"Retry-After": "60"}), ", for another 60 seconds"),
        (Reply(403, {"message": "You have exceeded a secondary rate limit"}), ""),
        (Reply(429, {}, {"X-RateLimit-Reset": "9" * 30}), ""),
    ],
)
def test_a_rate_limit_says_when_it_ends(github: GitHub, reply: Reply, until: str) -> None:
    github.replies[BY_TAG] = [reply]
    assert refused(github).message == f"GitHub's rate limit is used up{until}."


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 100_000, b"\xff\xfe"])
def test_an_answer_that_is_not_json(github: GitHub, body: bytes) -> None:
    github.replies[BY_TAG] = [Reply(body=body)]
    assert "not what was asked for" in refused(github).message


@pytest.mark.parametrize("body", [[], None, {}, {"tag_name": 1}, "text"])
def test_an_answer_that_is_no_release(github: GitHub, body: object) -> None:
    github.replies[BY_TAG] = [Reply(body=body)]
    assert "not what was asked for" in refused(github).message


def test_a_hiccup_is_tried_again(github: GitHub) -> None:
    github.replies[BY_TAG] = [Reply(502, b"bad"), Reply(503, b"bad"), Reply(body=RELEASE)]
    clock = StoppedClock()
    assert fetch(github, clock=clock)["tag_name"] == "v1.2.3"
    assert clock.slept == [1.0, 2.0]


def test_a_lasting_failure_is_named(github: GitHub) -> None:
    github.replies[BY_TAG] = [Reply(500, b"bad")]
    assert "HTTP 500" in refused(github).message
    assert len(github.requests) == 3


def test_an_answer_that_does_not_come(github: GitHub) -> None:
    github.replies[BY_TAG] = [Reply(hang=True)]
    assert refused(github, read_timeout=0.05).message == "127.0.0.1 did not answer in time."


def test_an_answer_that_does_not_end(github: GitHub) -> None:
    github.replies[BY_TAG] = [Reply(body=b" " * (9 * 1024 * 1024))]
    assert "too long" in refused(github).message


def test_a_host_that_is_not_there() -> None:
    with serving() as gone:
        pass
    assert refused(gone).message.startswith("127.0.0.1 cannot be reached")


def test_a_bundle_of_certificates_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not asked again: a path of the host that the container does not have stays wrong."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ssl/company.pem")
    clock = StoppedClock()
    error = refused(GitHub("https://127.0.0.1:1"), clock=clock)
    assert "invalid path: /etc/ssl/company.pem" in error.message
    assert "REQUESTS_CA_BUNDLE" in error.hint
    assert clock.slept == []


@pytest.mark.parametrize("place", ["/repositories/1/releases/tags/v1.2.3", BY_TAG, "elsewhere"])
def test_the_token_follows_no_redirect(github: GitHub, place: str) -> None:
    """Of a repository that was renamed since the run began; or by a proxy."""
    with serving() as elsewhere:
        place = elsewhere.url + BY_TAG if place == "elsewhere" else place
        github.replies[BY_TAG] = [Reply(301, {}, {"Location": place})]
        error = refused(github)
        assert "HTTP 301" in error.message
        assert "renamed" in error.hint
        assert elsewhere.requests == []
    assert len(github.requests) == 1
