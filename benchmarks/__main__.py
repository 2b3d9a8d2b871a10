"""``make bench``: measure everything and write ``benchmarks/RESULTS.md`` and the plots in ``docs/``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import mean

from benchmarks import polling, resources, results, startup, uploads, validation
from benchmarks.plot import Plot, svg
from benchmarks.polling import OURS, Noticed
from benchmarks.stage import ROOT, middle


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=11, help="of each measurement, at least 9 (default: %(default)s)"
    )
    rounds = max(9, parser.parse_args().rounds)
    with tempfile.TemporaryDirectory(prefix="publer-bench-") as place:
        home = Path(place)
        _say("(a) start-up")
        here, missing = startup.host(rounds, home / "a")
        _say("(b) start-up in the container")
        inside = startup.container(rounds, home / "b")
        _say("(c) polling")
        found = polling.measure()
        _say("(d) memory")
        memory = resources.memory(home / "d")
        _say("(e) uploads")
        brought = uploads.measure(rounds, home / "e")
        _say("(f) validation")
        plain, templates, unit = validation.measure(rounds, home / "f")
    parts = [
        results.head(rounds, results.unit_of(here)),
        results.targets(
            _targets(here, memory, brought, (plain[500] / unit, templates[500] / unit), found),
        ),
        results.startup("(a) Start-up", here),
        f"Not here, so not measured: {', '.join(missing)}.\n" if missing else "",
        results.startup("(b) Start-up in the container, the start of the container included", inside)
        + "\nThe image holds neither node nor curl.\n"
        if inside
        else "## (b) Start-up in the container\n\nNo container engine runs here, so it was not measured.\n",
        results.polls(found),
        results.memory(memory),
        results.uploads(brought),
        results.validation(plain, templates, unit),
    ]
    text = "\n".join(part for part in parts if part)
    (ROOT / "benchmarks" / "RESULTS.md").write_text(text, encoding="utf-8")
    (ROOT / "docs" / "polling.svg").write_text(_polling_plot(found), encoding="utf-8")
    (ROOT / "docs" / "validation.svg").write_text(_validation_plot(plain, templates, unit), encoding="utf-8")
    print(text)
    return 0


def _targets(
    here: startup.Timings,
    memory: dict[str, float],
    brought: uploads.Uploads,
    five_hundred: tuple[float, float],
    found: dict[str, list[Noticed]],
) -> list[tuple[str, str, float, float]]:
    unit = results.unit_of(here)

    def first(name: str) -> float:
        return (middle([one.first for one in here[name]]) or 0.0) / unit

    plain, both = "publish, plain file", "publish, templates and 13 networks"
    ends = [middle([one.last for one in here[name]]) or 0.0 for name in startup.PUBLISH]
    return [
        ("plain file: start → first request", "R", 1.6, first(plain)),
        ("templates and 13 networks: start → first request", "R", 2.3, first(both)),
        ("last answer → exit (the longest of the four)", "R", 0.25, max(ends) / unit),
        ("peak memory of publish without media, 1 to 500 posts", "MB", 45, _most_memory(memory)),
        (
            "mean delay over all lengths of job, of what is allowed (0.3 s + 5 %)",
            "×",
            1,
            mean(_delays(found[OURS])),
        ),
        ("the same, the worst length of job", "×", 1, max(_delays(found[OURS]))),
        (
            "latest notice, of what the rule allows (0.5 s + 10 %)",
            "×",
            1,
            max(one.late for one in found[OURS]),
        ),
        ("polls for all jobs over 10 s, of every 3 s", "×", 1, _all_polls(found)),
        (
            "polls for one length of job over 10 s, of every 3 s (the worst; see c)",
            "×",
            1,
            _most_polls(found),
        ),
        ("requests beyond the rate limit", "", 0, float(sum(one.refused for one in found[OURS]))),
        (
            "ten uploads with 100 ms of latency on the line, against curl one after the other",
            "×",
            -3.5,
            _gain(brought.on_a_line),
        ),
        ("500 posts × 13 networks", "R", 15, five_hundred[0]),
        ("500 posts × 13 networks, with templates of its own in each post", "R", 15, five_hundred[1]),
    ]


def _most_memory(memory: dict[str, float]) -> float:
    return max(used for name, used in memory.items() if name.startswith("publish") and "video" not in name)


def _gain(seconds: Mapping[str, float]) -> float:
    return seconds.get(uploads.CURL, seconds[uploads.SAME_CLIENT]) / seconds[uploads.AT_ONCE]


def _delays(ours: list[Noticed]) -> list[float]:
    return [one.delay / polling.allowed(one.length) for one in ours]


def _all_polls(found: dict[str, list[Noticed]]) -> float:
    return results.polls_over_10_s(found[OURS]) / results.polls_over_10_s(found["every 3 s"])


def _most_polls(found: dict[str, list[Noticed]]) -> float:
    pairs = zip(found[OURS], found["every 3 s"], strict=True)
    return max(one.polls / other.polls for one, other in pairs if one.length > 10)


def _polling_plot(found: dict[str, list[Noticed]]) -> str:
    lines = {name: [(one.length, max(0.02, one.delay)) for one in way] for name, way in found.items()}
    lines["allowed"] = [(one.length, polling.allowed(one.length)) for one in found[OURS]]
    return svg(
        Plot(
            title="How late the end of a job is noticed",
            x_label="length of the job (s)",
            y_label="mean delay (s)",
            lines=lines,
        )
    )


def _validation_plot(plain: dict[int, float], templates: dict[int, float], unit: float) -> str:
    return svg(
        Plot(
            title="Validate and render for 13 networks",
            x_label="posts",
            y_label="time (R)",
            lines={
                "plain": [(number, seconds / unit) for number, seconds in plain.items()],
                "with templates": [(number, seconds / unit) for number, seconds in templates.items()],
                "wanted: 15 R for 500": [(number, 15 * number / 500) for number in (10, 100, 500)],
            },
        )
    )


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
