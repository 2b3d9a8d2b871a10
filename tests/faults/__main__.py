"""``make faults``: every single misfortune in every world, pairs of two, and several runs that meet."""

from __future__ import annotations

import argparse
import secrets
import sys
import time

from tests.faults import several
from tests.faults.explorer import explore_in_parallel, length_of
from tests.faults.misfortunes import pairs, single
from tests.faults.worlds import WORLDS


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="default: a new one")
    parser.add_argument("--only-several", action="store_true", help="leave out what one run alone meets")
    parser.add_argument("--workers", type=int, default=None, help="default: one per processor")
    options = parser.parse_args()
    lengths = {} if options.only_several else {world: length_of(world) for world in WORLDS}
    _say(f"Requests of an undisturbed run: {lengths}")
    count = 0 if options.only_several else options.pairs
    parts = {
        "single misfortunes": [one for world, length in lengths.items() for one in single(world, length)],
        f"pairs (--seed {options.seed})": pairs(lengths, count, options.seed),
    }
    found = 0
    for name, schedules in parts.items():
        began = time.monotonic()
        _say(f"Playing {len(schedules)} {name} ...")
        tally = explore_in_parallel(schedules, options.workers)
        _say(f"{tally}\n  in {time.monotonic() - began:.0f} s")
        found += len(tally.found)
    for name, searches in several.everything(options.seed).items():
        began = time.monotonic()
        _say(f"Telling of {name} ...")
        told = several.explore_in_parallel(searches, options.workers)
        _say(f"{told}\n  in {time.monotonic() - began:.0f} s")
        found += len(told.found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
