"""Rule 2: a publish request is sent again only when it is certain that Publer did not take it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from publer_publish.clock import Deadline
from publer_publish.delivery.deliver import send_once
from publer_publish.errors import ServiceError
from publer_publish.publer.errors import LostError, NotSentError, RateLimitedError, RefusedError
from sandbox.clock import VirtualClock

NEVER = 1_000


def attempts(
    error: Callable[[], ServiceError], *, times: int, seconds: float = 600
) -> tuple[int, str, float]:
    """How often it was tried, what came of it, and how long that took."""
    clock, tried = VirtualClock(), 0
    began = clock.monotonic()

    def publish() -> str:
        nonlocal tried
        tried += 1
        if tried <= times:
            raise error()
        return "job"

    try:
        came = send_once(publish, deadline=Deadline.after(clock, seconds), log=lambda _: None)
    except ServiceError as raised:
        came = type(raised).__name__
    return tried, came, clock.monotonic() - began


@pytest.mark.parametrize(
    ("error", "name"),
    [(lambda: LostError("lost"), "LostError"), (lambda: RefusedError(403, "no"), "RefusedError")],
)
def test_what_may_have_been_taken_and_what_was_refused_is_never_sent_again(
    error: Callable[[], ServiceError], name: str
) -> None:
    assert attempts(error, times=NEVER) == (1, name, 0)


def test_what_never_left_is_sent_again_after_longer_and_longer_pauses() -> None:
    assert attempts(lambda: NotSentError("refused"), times=2) == (3, "job", 1 + 2)
    assert attempts(lambda: NotSentError("refused"), times=NEVER) == (8, "NotSentError", 1 + 2 + 4 + 8 + 30)


def test_what_cannot_get_better_or_has_no_time_left_is_not_tried_again() -> None:
    assert attempts(lambda: NotSentError("bad", hopeless=True), times=1) == (1, "NotSentError", 0)
    assert attempts(lambda: NotSentError("refused"), times=NEVER, seconds=3) == (2, "NotSentError", 1)


def test_a_rate_limit_is_waited_for_if_there_is_time() -> None:
    assert attempts(lambda: RateLimitedError(45), times=2) == (3, "job", 90)
    assert attempts(lambda: RateLimitedError(45), times=NEVER, seconds=45) == (1, "RateLimitedError", 0)
