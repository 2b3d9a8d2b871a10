"""Promise: every fault happens on the wire as named, and the record says whether the request took effect."""

from __future__ import annotations

import http.client
import socket
import threading
from typing import Any

import pytest

from sandbox.clock import VirtualClock
from sandbox.faults import Fault
from sandbox.scenario import Scenario
from sandbox.server import Sandbox
from tests.support.raw_client import NewSandbox, RawClient, Reply, a_post

PUBLISH = "/posts/schedule/publish"
WHENS = ("before", "after")


def send_publish(sandbox: Sandbox, client: RawClient | None = None) -> Reply:
    document = {"bulk": {"state": "scheduled", "posts": [a_post(sandbox, "Hello", "twitter")]}}
    return (client or RawClient(sandbox)).post(PUBLISH, document)


def with_fault(new_sandbox: NewSandbox, **fault: Any) -> Sandbox:
    chosen = {"method": "POST", "path": PUBLISH, **fault}
    return new_sandbox(Scenario(faults=(Fault(**chosen),)), clock=VirtualClock())


def took_effect(sandbox: Sandbox) -> bool:
    """Whether the publish request was processed; record and truth must agree about it."""
    (request,) = sandbox.record.of("POST", PUBLISH)
    assert request.processed is bool(sandbox.record.published)
    return request.processed


@pytest.mark.parametrize("when", WHENS)
def test_reset(new_sandbox: NewSandbox, when: str) -> None:
    sandbox = with_fault(new_sandbox, kind="reset", when=when)
    with pytest.raises(ConnectionResetError):
        send_publish(sandbox)
    assert took_effect(sandbox) is (when == "after")
    assert sandbox.record.requests[0].status is None
    assert RawClient(sandbox).get("/users/me").status == 200


@pytest.mark.parametrize("when", WHENS)
def test_hang_until_the_client_gives_up(new_sandbox: NewSandbox, when: str) -> None:
    sandbox = with_fault(new_sandbox, kind="hang", when=when, seconds=None)
    client = RawClient(sandbox, timeout=0.2)
    with pytest.raises(TimeoutError):
        send_publish(sandbox, client)
    client.close()
    sandbox.close()
    assert took_effect(sandbox) is (when == "after")


@pytest.mark.parametrize("when", WHENS)
def test_hang_until_released(new_sandbox: NewSandbox, when: str) -> None:
    sandbox = with_fault(new_sandbox, kind="hang", when=when, seconds=None)
    answered = threading.Event()

    def release() -> None:
        # Until it is answered: what is let go before the request hangs does not help it.
        while not answered.wait(0.05):
            sandbox.release_hangs()

    releasing = threading.Thread(target=release)
    releasing.start()
    try:
        assert "job_id" in send_publish(sandbox).json
    finally:
        answered.set()
        releasing.join()
    assert took_effect(sandbox)


@pytest.mark.parametrize("when", WHENS)
def test_hang_for_some_seconds(new_sandbox: NewSandbox, when: str) -> None:
    sandbox = with_fault(new_sandbox, kind="hang", when=when, seconds=0.1)
    assert "job_id" in send_publish(sandbox).json
    assert took_effect(sandbox)


def test_slow_is_whole_in_the_end(new_sandbox: NewSandbox) -> None:
    sandbox = with_fault(new_sandbox, kind="slow", seconds=0.1)
    assert "job_id" in send_publish(sandbox).json


def test_cut_off(new_sandbox: NewSandbox) -> None:
    sandbox = with_fault(new_sandbox, kind="cut_off")
    with pytest.raises(http.client.IncompleteRead):
        send_publish(sandbox)
    assert took_effect(sandbox)


ANSWERS = [
    ("server_error", 500, b"Internal server error"),
    ("bad_gateway", 502, b"<html>"),
    ("unavailable", 503, b""),
    ("rate_limited", 429, b'{"error":"Rate limit exceeded. Retry later."}'),
    ("html", 200, b"<!DOCTYPE html>"),
    ("wrong_json", 200, b'["unexpected"'),
]


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize(("kind", "status", "part"), ANSWERS)
def test_answers_that_are_replaced(
    new_sandbox: NewSandbox, kind: str, status: int, part: bytes, when: str
) -> None:
    sandbox = with_fault(new_sandbox, kind=kind, when=when)
    reply = send_publish(sandbox)
    assert reply.status == status
    assert part in reply.body
    assert took_effect(sandbox) is (when == "after")
    assert sandbox.record.requests[0].fault == kind


@pytest.mark.parametrize(
    ("kind", "processed"),
    [
        ("server_error", False),
        ("bad_gateway", False),
        ("unavailable", False),
        ("rate_limited", False),
        ("answer", False),
        ("html", True),
        ("wrong_json", True),
        ("empty", True),
        ("truncated", True),
        ("no_job_id", True),
    ],
)
def test_without_when_a_fault_does_what_its_nature_is(
    new_sandbox: NewSandbox, kind: str, processed: bool
) -> None:
    sandbox = with_fault(new_sandbox, kind=kind)
    send_publish(sandbox)
    assert took_effect(sandbox) is processed


def test_html_says_so(new_sandbox: NewSandbox) -> None:
    assert send_publish(with_fault(new_sandbox, kind="html")).headers["content-type"].startswith("text/html")


def test_truncated_json_in_a_whole_answer(new_sandbox: NewSandbox) -> None:
    reply = send_publish(with_fault(new_sandbox, kind="truncated"))
    assert reply.status == 200
    assert int(reply.headers["content-length"]) == len(reply.body) > 0
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        _ = reply.json


def test_empty(new_sandbox: NewSandbox) -> None:
    reply = send_publish(with_fault(new_sandbox, kind="empty"))
    assert (reply.status, reply.body) == (200, b"")


@pytest.mark.parametrize(("place", "left"), [("job_id", {}), ("data", {"success": True, "data": {}})])
def test_no_job_id(new_sandbox: NewSandbox, place: str, left: dict[str, Any]) -> None:
    scenario = Scenario.from_json({"job": {"id_place": place}, "faults": [{"kind": "no_job_id"}]})
    sandbox = new_sandbox(scenario)
    assert send_publish(sandbox).json == left
    assert took_effect(sandbox)


def test_huge(new_sandbox: NewSandbox) -> None:
    reply = send_publish(with_fault(new_sandbox, kind="huge", size=3_000_000))
    assert len(reply.body) == 3_000_000
    assert list(reply.json) == ["padding"]


def test_429_with_headers(new_sandbox: NewSandbox) -> None:
    bare = send_publish(with_fault(new_sandbox, kind="rate_limited"))
    assert "retry-after" not in bare.headers
    told = send_publish(with_fault(new_sandbox, kind="rate_limited", headers={"Retry-After": "7"}))
    assert told.headers["retry-after"] == "7"


def test_any_answer_at_all(new_sandbox: NewSandbox) -> None:
    sandbox = with_fault(
        new_sandbox, kind="answer", status=418, headers={"X-Tea": "yes"}, body="short and stout"
    )
    reply = send_publish(sandbox)
    assert (reply.status, reply.headers["x-tea"], reply.body) == (418, "yes", b"short and stout")


# Which request is met


def statuses(client: RawClient, *paths: str) -> list[int]:
    return [client.get(path).status for path in paths]


def test_the_nth_such_request(new_sandbox: NewSandbox) -> None:
    fault = Fault(kind="server_error", method="GET", path="/accounts", nth=2, times=2)
    client = RawClient(new_sandbox(Scenario(faults=(fault,))))
    paths = ("/accounts", "/users/me", "/accounts", "/accounts", "/accounts")
    assert statuses(client, *paths) == [200, 200, 500, 500, 200]


def test_every_request_from_the_nth_on(new_sandbox: NewSandbox) -> None:
    client = RawClient(
        new_sandbox(Scenario(faults=(Fault(kind="server_error", path="/users/*", nth=2, times=0),)))
    )
    assert statuses(client, *["/users/me"] * 4) == [200, 500, 500, 500]


@pytest.mark.parametrize(
    ("number", "times", "expected"),
    [
        (1, 1, [503, 200, 200, 200]),
        (2, 1, [200, 503, 200, 200]),
        (2, 2, [200, 503, 503, 200]),
        (3, 0, [200, 200, 503, 503]),
        (5, 1, [200, 200, 200, 200]),
    ],
)
def test_by_the_number_of_the_request(
    new_sandbox: NewSandbox, number: int, times: int, expected: list[int]
) -> None:
    fault = Fault(kind="unavailable", number=number, times=times)
    client = RawClient(new_sandbox(Scenario(faults=(fault,))))
    assert statuses(client, "/users/me", "/accounts", "/accounts", "/users/me") == expected


def test_a_number_that_has_passed_meets_nobody(new_sandbox: NewSandbox) -> None:
    client = RawClient(new_sandbox())
    statuses(client, "/users/me", "/users/me")
    client.sandbox.add_faults(Fault(kind="unavailable", number=2))
    assert statuses(client, "/users/me") == [200]


def test_the_first_fault_wins_and_the_next_meets_the_next(new_sandbox: NewSandbox) -> None:
    faults = (Fault(kind="server_error"), Fault(kind="unavailable", nth=2))
    client = RawClient(new_sandbox(Scenario(faults=faults)))
    assert statuses(client, *["/users/me"] * 3) == [500, 503, 200]


def test_faults_may_be_added_and_cleared(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    client = RawClient(sandbox)
    client.get("/users/me")
    sandbox.add_faults(Fault(kind="server_error", times=0))
    assert statuses(client, "/users/me") == [500]
    sandbox.clear_faults()
    assert statuses(client, "/users/me") == [200]


# Refusing


def is_refused(sandbox: Sandbox) -> bool:
    with socket.socket() as probe:
        try:
            probe.connect(("127.0.0.1", sandbox.port))
        except ConnectionRefusedError:
            return True
    return False


def test_the_first_request_is_refused(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    sandbox = new_sandbox(Scenario(faults=(Fault(kind="refuse", number=1, seconds=2),)), clock=clock)
    assert is_refused(sandbox)
    clock.advance(1.9)
    assert is_refused(sandbox)
    clock.advance(0.1)
    assert send_publish(sandbox).status == 200
    assert sandbox.record.requests[0].number == 1


def test_the_request_after_another_is_refused(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    sandbox = new_sandbox(Scenario(faults=(Fault(kind="refuse", number=2, seconds=2),)), clock=clock)
    client, idle = RawClient(sandbox), RawClient(sandbox)
    idle.connection.connect()
    reply = client.get("/users/me")
    assert (reply.status, reply.headers["connection"]) == (200, "close")
    with pytest.raises(ConnectionRefusedError):
        client.get("/users/me")
    client.close()
    assert idle.connection.sock.recv(1) == b""
    clock.advance(2)
    assert client.get("/users/me").status == 200
    assert [request.number for request in sandbox.record.requests] == [1, 2]


def test_a_chosen_request_shuts_the_door_behind_it(new_sandbox: NewSandbox) -> None:
    sandbox = with_fault(new_sandbox, kind="refuse", seconds=None)
    assert send_publish(sandbox).status == 200
    assert took_effect(sandbox)
    assert is_refused(sandbox)
    sandbox.open_door()
    assert RawClient(sandbox).get("/users/me").status == 200


def test_the_door_opens_again_by_the_machines_clock(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario(faults=(Fault(kind="refuse", number=1, seconds=0.05),)))
    waited = threading.Event()
    while is_refused(sandbox):
        waited.wait(0.01)
    assert RawClient(sandbox).get("/users/me").status == 200


def test_other_connections_go_on_in_another_thread(new_sandbox: NewSandbox) -> None:
    """A hanging request does not hold up the others."""
    sandbox = with_fault(new_sandbox, kind="hang", seconds=None)
    answers: list[Reply] = []
    hanging = threading.Thread(target=lambda: answers.append(send_publish(sandbox)))
    hanging.start()
    client = RawClient(sandbox)
    while not sandbox.record.requests:
        client.sandbox.hang_token().wait(0.01)
    assert client.get("/users/me").status == 200
    assert answers == []
    sandbox.release_hangs()
    hanging.join()
    assert answers[0].status == 200
