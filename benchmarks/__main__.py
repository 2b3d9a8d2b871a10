"""``make bench``: measure everything and write ``benchmarks/RESULTS.md``."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from operator import attrgetter, truediv
from pathlib import Path
from statistics import mean, median

from benchmarks import memory, polling, pull, startup, uploads, validation
from benchmarks.stage import ROOT, table

HEAD = """# Measurements

Written by `make bench`: everything side by side in one run, each thing once a round in turn, medians of {rounds}
rounds, against the stand-in for Publer (`sandbox/`) on loopback. {cores} cores, Python {python}.
**R** is the time of `python -E -c "import requests"` in the same run ({unit:.0f} ms); ± is half the distance of
the quartiles. Only ratios mean something: absolute times are those of one machine on one day.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="at least 9 (default: %(default)s)")
    rounds = max(9, parser.parse_args().rounds)
    with tempfile.TemporaryDirectory(prefix="publer-bench-") as place:
        home = Path(place)
        here = startup.host(rounds, home / "a")
        inside = startup.container(rounds, home / "b")
        polled = polling.measure()
        used = memory.measure(home / "d")
        uploaded = uploads.measure(rounds, home / "e")
        plain, templates, unit = validation.measure(rounds, home / "f")
    ours = polled[polling.OURS]
    ours_over_10, three_over_10 = (
        [one.polls for one in polled[way] if one.length > 10] for way in (polling.OURS, "every 3 s")
    )
    delays = [one.delay / polling.allowed(one.length) for one in ours]
    without_media = [mb for name, mb in used.items() if name.startswith("publish") and "video" not in name]
    r = startup.unit(here)

    than_curl = uploaded.get(uploads.CURL, 0.0) / uploaded[uploads.AT_ONCE]

    def slowest(names: Iterable[str], field: str) -> float:
        middles: list[float] = [median(map(attrgetter(field), here[name])) for name in names]
        return max(middles) / r

    # fmt: off
    wanted: list[tuple[str, str, float, float]] = [
        ("plain file: start → first request", "R", 1.6, slowest(["publish, plain file"], "first")),
        ("templates and 13 networks: start → first request", "R", 2.3, slowest(startup.PUBLISH, "first")),
        ("last answer → exit (the longest of the four)", "R", 0.25, slowest(startup.PUBLISH, "last")),
        ("validate, plain file: start → exit", "R", 1.4, slowest(["validate, plain file"], "whole")),
        ("peak memory of publish without media, 1 to 500 posts", "MB", 45, max(without_media)),
        ("mean delay over all lengths of job, of what is allowed (0.3 s + 5 %)", "×", 1, mean(delays)),
        ("the same, the worst length of job", "×", 1, max(delays)),
        ("latest notice, of what the rule allows (0.5 s + 10 %)", "×", 1, max(one.late for one in ours)),
        ("polls for all jobs over 10 s, of every 3 s", "×", 1, sum(ours_over_10) / sum(three_over_10)),
        ("polls for one length of job over 10 s, of every 3 s (the worst; see c)", "×", 1, max(map(truediv, ours_over_10, three_over_10))),
        ("requests beyond the rate limit", "", 0, sum(one.refused for one in ours)),
        ("ten uploads with 100 ms of latency on the line, against curl one after the other", "×", -3.5, than_curl),
        ("500 posts × 13 networks", "R", 10, plain[500] / unit),
        ("500 posts × 13 networks, with templates of its own in each post", "R", 12, templates[500] / unit),
    ]
    # fmt: on
    text = "\n".join(
        [
            HEAD.format(rounds=rounds, cores=os.cpu_count(), python=platform.python_version(), unit=r * 1000),
            table("Targets", "", "| wanted | measured |", map(_target, wanted)),
            startup.section("(a) Start-up", here),
            startup.section("(b) Start-up in the container, the start of the container included", inside),
            *filter(None, [pull.kept()]),
            polling.section(polled),
            memory.section(used),
            uploads.section(uploaded),
            validation.section(plain, templates, unit),
        ]
    )
    (ROOT / "benchmarks" / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


def _target(row: tuple[str, str, float, float]) -> tuple[str, str, str, str]:
    """Name, unit, what is wanted at most (negative: at least), what was measured."""
    name, unit, wanted, measured = row
    reached = measured >= -wanted if wanted < 0 else measured <= wanted
    sign = "≥" if wanted < 0 else "≤"
    return name, f"{sign} {abs(wanted):g} {unit}".strip(), f"{measured:.2f} {unit}".strip(), "✓✗"[not reached]


if __name__ == "__main__":
    sys.exit(main())
