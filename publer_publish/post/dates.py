"""Start and end of an event or an offer: each a point in time, and in this order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from publer_publish.errors import Problem, Where

_DAY_AND_TIME = re.compile(r"\d{4}-?\d\d-?\d\dT\d\d")


def check_period(details: Mapping[str, Any], where: Callable[[str], Where]) -> list[Problem]:
    """Return what is wrong with ``start`` and ``end``. ``where`` tells the place of each."""
    problems = []
    times = []
    for key in ("start", "end"):
        value = details.get(key)
        if not isinstance(value, str):
            continue  # there is none, or the schema has said that it is no text
        time = _time(value)
        if time is None:
            shown = value if len(value) <= 40 else value[:40] + "…"  # noqa: PLR2004
            problems.append(
                Problem(
                    message=f'"{key}" is no date with time and offset: "{shown}".',
                    hint="Write it as ISO 8601 does, such as 2026-11-01T09:00:00+01:00.",
                    where=where(key),
                )
            )
        else:
            times.append(time)
    if len(times) == 2 and times[1] < times[0]:  # noqa: PLR2004
        problems.append(
            Problem(
                message="The end is before the start.",
                hint="Exchange the two, or look at year and offset.",
                where=where("end"),
            )
        )
    return problems


def _time(value: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(value.upper())
    except ValueError:  # such as the 13th month
        return None
    return time if time.tzinfo and _DAY_AND_TIME.match(value.upper()) else None
