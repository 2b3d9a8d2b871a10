"""From measurements to ``RESULTS.md``: ratios first."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence

from benchmarks import polling
from benchmarks.polling import OURS, Noticed, fewest_polls
from benchmarks.stage import Timing, middle, spread
from benchmarks.startup import REQUESTS
from benchmarks.uploads import AT_ONCE, Uploads

HEAD = """# Measurements

Written by `make bench`: everything side by side in one run, each thing once a round in turn, medians of {rounds}
rounds, against the stand-in for Publer (`sandbox/`) on loopback. {cores} cores, Python {python}.
**R** is the time of `python -E -c "import requests"` in the same run ({unit:.0f} ms); ± is half the distance of
the quartiles. Only ratios mean something: absolute times are those of one machine on one day.
"""


def head(rounds: int, unit: float) -> str:
    """What was measured, and in which unit."""
    return HEAD.format(
        rounds=rounds, cores=os.cpu_count(), python=platform.python_version(), unit=unit * 1000
    )


def unit_of(timings: Mapping[str, Sequence[Timing]]) -> float:
    """R in seconds."""
    return middle([one.whole for one in timings[REQUESTS]]) or 0.0


def targets(rows: Iterable[tuple[str, str, float, float]]) -> str:
    """Name, unit, what is wanted at most (negative: at least), what was measured."""
    lines = ["## Targets", "", "| | wanted | measured | |", "| --- | --- | --- | --- |"]
    for name, unit, wanted, measured in rows:
        least = wanted < 0
        reached = measured >= -wanted if least else measured <= wanted
        of = f" {unit}" if unit else ""
        sign = "≥" if least else "≤"
        lines.append(
            f"| {name} | {sign} {abs(wanted):g}{of} | {measured:.2f}{of} | {'✓' if reached else '✗'} |"
        )
    return "\n".join(lines) + "\n"


def startup(title: str, timings: Mapping[str, Sequence[Timing]]) -> str:
    """One table of (a) or (b)."""
    unit = unit_of(timings)

    def cell(values: Sequence[float | None]) -> str:
        value, noise = middle(values), spread(values)
        return "" if value is None else f"{value / unit:.2f} R ± {100 * (noise or 0):.0f} %"

    lines = [
        f"## {title}",
        "",
        "| | start → first request | last request → exit | start → exit | |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, found in timings.items():
        whole = middle([one.whole for one in found]) or 0.0
        lines.append(
            f"| {name} | {cell([one.first for one in found])} | {cell([one.last for one in found])} "
            f"| {cell([one.whole for one in found])} | {whole * 1000:.0f} ms |"
        )
    return "\n".join(lines) + "\n"


def polls(found: Mapping[str, Sequence[Noticed]]) -> str:
    """The tables of (c)."""
    ours, three = found[OURS], found["every 3 s"]
    lines = [
        "## (c) How soon the end of a job is noticed",
        "",
        f"On a virtual clock that program and stand-in share; {polling.PHASES} jobs around each length (± 20 %). Mean delay in seconds, and mean number of polls.",
        "",
        "| job | " + " | ".join(found) + " | allowed: 0.3 s + 5 % | any schedule that keeps the rule |",
        "| --- |" + " --- |" * (len(found) + 2),
    ]
    for index, one in enumerate(ours):
        cells = [
            f"{way[index].delay:.2f} s, {way[index].polls:.0f}"
            + (" (refused: 429)" if way[index].refused else "")
            for way in found.values()
        ]
        lines.append(
            f"| {one.length:g} s | {' | '.join(cells)} | {polling.allowed(one.length):.2f} s | ≥ {fewest_polls(one.length)} polls |"
        )
    lines += [
        "",
        _about_polls(ours, three),
        "",
        "![Delay over the length of the job](../docs/polling.svg)",
    ]
    return "\n".join(lines) + "\n"


def _about_polls(ours: Sequence[Noticed], three: Sequence[Noticed]) -> str:
    over = [
        one.length
        for one, other in zip(ours, three, strict=True)
        if one.length > 10 and one.polls > other.polls
    ]
    worst = max(one.late for one in ours)
    return (
        f"The rule is that a finished job is noticed within 0.5 s and a tenth of its run time: the latest of all "
        f"these took {100 * worst:.0f} % of that. So the n-th poll can be no later than 5 · (1.1ⁿ − 1) s: a job of 10 s "
        f"needs {fewest_polls(10)} polls, where fixed 3 s polling makes 4, and no schedule can keep this rule and "
        f"make no more polls than that. The mean delay alone asks for about 10 · ln(1 + t / 6) polls up to t, which is "
        f"more than t / 3 below 90 s. We keep the rule, which serves who waits: more polls than every 3 s for "
        f"{_listed(over)}; for all lengths over 10 s together {polls_over_10_s(ours):.0f} against "
        f"{polls_over_10_s(three):.0f}."
    )


def _listed(lengths: Sequence[float]) -> str:
    return f"jobs of {', '.join(f'{length:g} s' for length in lengths)}" if lengths else "no job"


def polls_over_10_s(found: Sequence[Noticed]) -> float:
    """The polls for one job of each length over 10 s."""
    return sum(one.polls for one in found if one.length > 10)


def memory(found: Mapping[str, float]) -> str:
    """The table of (d)."""
    lines = [
        "## (d) Peak memory",
        "",
        "Posts are published to an account each, as those for one account go a minute apart.",
        "",
        "| | MB |",
        "| --- | --- |",
    ]
    lines += [f"| {name} | {megabytes:.1f} |" for name, megabytes in found.items()]
    return "\n".join(lines) + "\n"


def uploads(found: Uploads) -> str:
    """The table of (e)."""
    lines = [
        "## (e) Ten files, with 100 ms of latency",
        "",
        "On the line: a round trip takes 100 ms, and so does a new connection, of which curl makes one a file.",
        "In the answer: nothing takes time but Publer's thinking. Ten files, at most four at once, take three turns, so",
        "on that alone nothing can be more than 3.33 × as quick; what is beyond it is curl's own start.",
        "The stand-in and the line have a process each.",
        "",
        "| | on the line | | in the answer | |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {name} | {seconds / found.on_a_line[AT_ONCE]:.2f} × | {seconds * 1000:.0f} ms "
        f"| {found.answered_late[name] / found.answered_late[AT_ONCE]:.2f} × "
        f"| {found.answered_late[name] * 1000:.0f} ms |"
        for name, seconds in found.on_a_line.items()
    ]
    return "\n".join(lines) + "\n"


def validation(plain: Mapping[int, float], templates: Mapping[int, float], unit: float) -> str:
    """The table of (f)."""
    lines = [
        "## (f) Validate and render for 13 networks",
        "",
        "Parse, schema, media, counting and every rule; without and with templates of its own in each post. In CPU time, R as well.",
        "",
        "| posts | | a post | with templates | a post |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {number} | {plain[number] / unit:.2f} R | {plain[number] / number * 1000:.1f} ms "
        f"| {templates[number] / unit:.2f} R | {templates[number] / number * 1000:.1f} ms |"
        for number in plain
    ]
    lines += ["", "![Time over the number of posts](../docs/validation.svg)"]
    return "\n".join(lines) + "\n"
