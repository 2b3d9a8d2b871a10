"""Promise (design 5.5): a 429 is waited for until X-RateLimit-Reset, else Retry-After, else 60 s."""

from __future__ import annotations

import pytest

from publer_publish.publer.transport import wait_of

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Reset": "1800000037"}, 37),
        ({"X-RateLimit-Reset": "1800000037", "Retry-After": "5"}, 37),
        ({"X-RateLimit-Reset": "1799999000"}, 1),
        ({"X-RateLimit-Reset": "1800009999"}, 180),
        ({"X-RateLimit-Reset": "0"}, 1),
        ({"X-RateLimit-Reset": "soon", "Retry-After": "5"}, 5),
        ({"X-RateLimit-Reset": "", "Retry-After": "5"}, 5),
        ({"X-RateLimit-Reset": "-5", "Retry-After": "5"}, 5),
        ({"X-RateLimit-Reset": "nan"}, 60),
        ({"X-RateLimit-Reset": "9" * 400}, 60),
        ({"Retry-After": "90"}, 90),
        ({"Retry-After": "900"}, 900),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "later"}, 60),
        ({}, 60),
    ],
    ids=repr,
)
def test_how_long_a_429_is_waited_for(headers: dict[str, str], seconds: float) -> None:
    assert wait_of(headers, NOW) == seconds
