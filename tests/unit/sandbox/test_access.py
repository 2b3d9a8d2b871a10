"""Promise: who may call what is judged as Publer was observed to judge it."""

from __future__ import annotations

import pytest

from sandbox.clock import VirtualClock
from sandbox.scenario import RateLimit, Scenario, Workspace
from sandbox.server import Sandbox
from tests.support.raw_client import NewSandbox, RawClient

NO_ACCESS = {"errors": ["You don't have access on this workspace"]}
BAD_KEY = {"errors": ["Invalid API key or not active for this account."]}
NEEDING_WORKSPACE = (
    ("GET", "/accounts"),
    ("GET", "/posts"),
    ("GET", "/media?types[]=photo&used[]=true"),
    ("GET", "/job_status/0"),
    ("POST", "/posts/schedule/publish"),
    ("POST", "/media"),
    ("POST", "/media/from-url"),
)


@pytest.mark.parametrize(("method", "path"), NEEDING_WORKSPACE)
@pytest.mark.parametrize("workspace", [None, "", "66db7f0a4e299efa19a2dfff"])
def test_a_right_key_with_a_wrong_workspace_is_401(
    new_sandbox: NewSandbox, method: str, path: str, workspace: str | None
) -> None:
    reply = RawClient(new_sandbox()).send(method, path, b"{}", {"Publer-Workspace-Id": workspace})
    assert (reply.status, reply.json) == (401, NO_ACCESS)


@pytest.mark.parametrize(
    ("method", "path"), [*NEEDING_WORKSPACE, ("GET", "/users/me"), ("GET", "/workspaces")]
)
def test_a_wrong_key_is_403(new_sandbox: NewSandbox, method: str, path: str) -> None:
    reply = RawClient(new_sandbox()).send(method, path, b"{}", {"Authorization": "Bearer-API wrong"})
    assert (reply.status, reply.json) == (403, BAD_KEY)


def test_the_documented_statuses_are_the_other_way_round(new_sandbox: NewSandbox) -> None:
    client = RawClient(new_sandbox(Scenario(auth="documented")))
    assert client.get("/accounts", Authorization="Bearer-API wrong").status == 401
    assert client.get("/accounts", None, **{"Publer-Workspace-Id": "0"}).status == 403


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer {key}", "bearer-api {key}", "Bearer-API", "Bearer-API{key}", "Basic {key}", "{key}"],
)
def test_only_the_scheme_bearer_api_is_known(new_sandbox: NewSandbox, header: str | None) -> None:
    sandbox = new_sandbox()
    sent = header.format(key=sandbox.scenario.api_key) if header is not None else None
    reply = RawClient(sandbox).get("/users/me", Authorization=sent)
    assert reply.status == 401
    assert list(reply.json) == ["errors"]


def test_user_and_workspaces_need_no_workspace(new_sandbox: NewSandbox) -> None:
    client = RawClient(new_sandbox())
    nobody = {"Publer-Workspace-Id": None}
    assert set(client.get("/users/me", **nobody).json) == {"id", "email", "name", "first_name", "picture"}
    (workspace,) = client.get("/workspaces", **nobody).json
    assert (workspace["name"], workspace["plan"]) == ("Acme", "business")
    assert {"owner", "members", "picture", "id"} < set(workspace)


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("accounts", "GET", "/accounts"),
        ("posts", "GET", "/posts"),
        ("posts", "POST", "/posts/schedule/publish"),
        ("posts", "GET", "/job_status/1"),
        ("media", "POST", "/media"),
        ("media", "POST", "/media/from-url"),
    ],
)
def test_a_missing_scope_is_403(new_sandbox: NewSandbox, scope: str, method: str, path: str) -> None:
    scopes = tuple(s for s in Scenario().scopes if s != scope)
    reply = RawClient(new_sandbox(Scenario(scopes=scopes))).send(method, path, b"{}")
    assert reply.status == 403
    assert scope in reply.json["errors"][0]


def test_a_plan_without_api_is_403(new_sandbox: NewSandbox) -> None:
    scenario = Scenario(workspaces=(Workspace(plan="professional"),))
    assert RawClient(new_sandbox(scenario)).get("/accounts").status == 403


def test_accounts_of_another_workspace_are_not_shown(new_sandbox: NewSandbox) -> None:
    other = Workspace(id="66db7f0a4e299efa19a2d802", name="Other", accounts=())
    client = RawClient(new_sandbox(Scenario(workspaces=(Workspace(), other))))
    assert len(client.get("/accounts").json) == 13
    assert client.get("/accounts", None, **{"Publer-Workspace-Id": other.id}).json == []


@pytest.mark.parametrize("form", ["bare", "accounts", "data"])
def test_accounts_come_in_every_envelope(new_sandbox: NewSandbox, form: str) -> None:
    reply = RawClient(new_sandbox(Scenario.from_json({"accounts_form": form}))).get("/accounts").json
    accounts = reply if form == "bare" else reply[form]
    by_provider = {account["provider"]: account["type"] for account in accounts}
    assert by_provider["linkedin"] == "in_page"
    assert by_provider["wordpress"] == "wordpress_basic"
    assert all(len(account["id"]) == 24 for account in accounts)


def test_a_broken_connection_shows_in_the_account(new_sandbox: NewSandbox) -> None:
    client = RawClient(new_sandbox(Scenario().with_account("linkedin", status="reauth")))
    shown = {a["provider"]: a.get("status") for a in client.get("/accounts").json}
    assert (shown["linkedin"], shown["twitter"]) == ("reauth", None)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("DELETE", "/posts"), ("GET", "/posts/1"), ("POST", "/users/me")],
)
def test_unknown_endpoints_are_404(new_sandbox: NewSandbox, method: str, path: str) -> None:
    assert RawClient(new_sandbox()).send(method, path).status == 404


def test_the_rate_limit_slides(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    scenario = Scenario(rate_limit=RateLimit(limit=2, window=120, retry_after=True))
    client = RawClient(new_sandbox(scenario, clock=clock))
    first = client.get("/users/me").headers
    assert (first["x-ratelimit-limit"], first["x-ratelimit-remaining"]) == ("2", "1")
    clock.advance(50)
    assert client.get("/users/me").headers["x-ratelimit-remaining"] == "0"
    limited = client.get("/users/me")
    assert (limited.status, limited.body) == (429, b'{"error":"Rate limit exceeded. Retry later."}')
    assert float(limited.headers["x-ratelimit-reset"]) == clock.time() + 70
    assert limited.headers["retry-after"] == "70"
    clock.advance(70)
    assert client.get("/users/me").status == 200
    assert client.get("/users/me").status == 429


def test_a_429_may_come_without_headers(new_sandbox: NewSandbox) -> None:
    scenario = Scenario(rate_limit=RateLimit(limit=0, headers_when_limited=False))
    headers = RawClient(new_sandbox(scenario)).get("/users/me").headers
    assert not [name for name in headers if "ratelimit" in name or name == "retry-after"]


def test_cloudflare_turns_odd_clients_away(new_sandbox: NewSandbox) -> None:
    client = RawClient(new_sandbox(Scenario(needs_user_agent=True)))
    reply = client.get("/users/me", None, **{"User-Agent": "Python-urllib/3.13"})
    assert (reply.status, b"1010" in reply.body) == (403, True)
    assert client.get("/users/me", None, **{"User-Agent": None}).status == 403
    assert client.get("/users/me").status == 200


def test_the_record_has_every_request_and_never_the_key(new_sandbox: NewSandbox) -> None:
    sandbox: Sandbox = new_sandbox()
    client = RawClient(sandbox)
    client.get("/users/me", [("key", sandbox.scenario.api_key)], **{"X-Other": sandbox.scenario.api_key})
    client.get("/accounts", None, **{"Publer-Workspace-Id": "0"})
    first, second = sandbox.record.requests
    assert first.headers["authorization"] == "Bearer-API ***"
    assert sandbox.scenario.api_key not in str(first.headers)
    assert (first.number, first.method, first.path, first.status, first.processed) == (
        1,
        "GET",
        "/users/me",
        200,
        True,
    )
    assert (second.status, second.error) == (401, "You don't have access on this workspace")
