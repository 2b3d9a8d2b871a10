"""Promise: the GitHub stand-in answers a release look-up as GitHub does."""

from __future__ import annotations

from sandbox.clock import VirtualClock
from sandbox.scenario import GitHub, RateLimit, Release, Scenario
from tests.support.raw_client import NewSandbox, RawClient

RELEASES = (
    Release(tag_name="v2.0.0", name="Two"),
    Release(tag_name="pkg/v1", prerelease=True),
    Release(tag_name="v3.0.0", draft=True),
)
PATH = "/repos/acme/rocket/releases"


def github(new_sandbox: NewSandbox, **fields: object) -> RawClient:
    scenario = Scenario(github=GitHub(releases=RELEASES, **fields))  # type: ignore[arg-type]
    client = RawClient(new_sandbox(scenario, clock=VirtualClock()), base="/github/api/v3")
    client.headers = {"User-Agent": "raw/1"}
    return client


def test_a_release_by_its_tag(new_sandbox: NewSandbox) -> None:
    release = github(new_sandbox).get(f"{PATH}/tags/v2.0.0").json
    assert (release["name"], release["author"]["login"], release["draft"]) == ("Two", "octocat", False)
    assert release["html_url"] == "https://github.com/acme/rocket/releases/tag/v2.0.0"


def test_a_tag_with_a_slash(new_sandbox: NewSandbox) -> None:
    client = github(new_sandbox)
    assert client.get(f"{PATH}/tags/pkg%2Fv1").json["prerelease"] is True
    assert client.get(f"{PATH}/tags/pkg/v1").json["prerelease"] is True


def test_drafts_and_strangers_are_not_found(new_sandbox: NewSandbox) -> None:
    client = github(new_sandbox)
    for path in (
        f"{PATH}/tags/v3.0.0",
        f"{PATH}/tags/v9",
        "/repos/other/rocket/releases/tags/v2.0.0",
        "/nowhere",
    ):
        reply = client.get(path)
        assert (reply.status, reply.json["message"]) == (404, "Not Found")


def test_the_list_of_releases(new_sandbox: NewSandbox) -> None:
    client = github(new_sandbox)
    assert [r["tag_name"] for r in client.get(PATH).json] == ["v2.0.0", "pkg/v1", "v3.0.0"]
    assert [r["tag_name"] for r in client.get(PATH, [("per_page", "2"), ("page", "2")]).json] == ["v3.0.0"]


def test_a_wrong_token_is_401(new_sandbox: NewSandbox) -> None:
    client = github(new_sandbox, token="right")
    reply = client.get(PATH, Authorization="Bearer wrong")
    assert (reply.status, reply.json["message"]) == (401, "Bad credentials")
    assert client.get(PATH, Authorization="Bearer right").status == 200
    assert client.get(PATH).status == 200
    assert "wrong" not in str(client.sandbox.record.requests[0].headers)


def test_the_rate_limit_is_a_403_with_headers(new_sandbox: NewSandbox) -> None:
    client = github(new_sandbox, rate_limited=True)
    reply = client.get(PATH)
    assert reply.status == 403
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert int(reply.headers["x-ratelimit-reset"]) > client.sandbox.clock.time()
    assert "rate limit exceeded" in reply.json["message"]


def test_a_user_agent_is_demanded(new_sandbox: NewSandbox) -> None:
    client = github(new_sandbox)
    client.headers = {}
    assert client.get(PATH).status == 403


def test_faults_meet_it_too_and_publers_limit_does_not(new_sandbox: NewSandbox) -> None:
    scenario = Scenario(rate_limit=RateLimit(limit=0), github=GitHub(releases=RELEASES))
    client = RawClient(new_sandbox(scenario), base="/github/api/v3")
    assert client.get(PATH).status == 200
    assert client.sandbox.record.requests[0].path == f"/github{PATH}"
