"""(c): how late the end of a job is noticed, and after how many polls, on a virtual clock."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from statistics import mean
from typing import NamedTuple

from benchmarks import posts
from benchmarks.stage import table
from publer_publish.clock import Deadline, Progress
from publer_publish.delivery.waiting import wait_for_job
from publer_publish.publer.api import Publer
from publer_publish.publer.model import JobState
from publer_publish.publer.transport import Transport
from sandbox.clock import VirtualClock
from sandbox.scenario import Job, Scenario
from sandbox.server import Sandbox

LENGTHS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 100.0, 150.0, 200.0, 300.0)
"""Seconds that a job takes."""
OURS = "this action"
PHASES = 34
"""Jobs of about the same length, so that a schedule that happens to hit one length gains nothing."""
_GOLDEN = 0.6180339887  # spreads them evenly and without a rhythm

Wait = Callable[[Publer, str, Deadline], None]


class Noticed(NamedTuple):
    """One length of job and one way to poll."""

    length: float
    delay: float  # mean seconds from the job's end to its being noticed
    polls: float  # mean number
    refused: int  # requests beyond the rate limit
    late: float  # the greatest share of what the rule allows: 0.5 s and a tenth of the job's length


def _ours(publer: Publer, job_id: str, deadline: Deadline) -> None:
    progress = Progress(deadline.clock, lambda _: None, "")
    wait_for_job(publer, job_id, deadline=deadline, progress=progress)


def _every(seconds: float) -> Wait:
    def wait(publer: Publer, job_id: str, deadline: Deadline) -> None:
        deadline.clock.sleep(seconds)
        while publer.job(job_id, deadline=deadline).state is JobState.WORKING:
            deadline.clock.sleep(seconds)

    return wait


WAYS: dict[str, Wait] = {OURS: _ours} | {f"every {seconds} s": _every(seconds) for seconds in (1, 3, 10)}


def measure() -> dict[str, list[Noticed]]:
    """Way → one entry per length. Real HTTP; time passes only when somebody sleeps."""
    # On every core at once: on a virtual clock nothing is late because the machine is busy.
    with ProcessPoolExecutor() as pool:
        running = {name: [pool.submit(_noticed, name, length) for length in LENGTHS] for name in WAYS}
        return {name: [one.result() for one in way] for name, way in running.items()}


def _noticed(name: str, length: float) -> Noticed:
    wait = WAYS[name]
    runs = [_once(wait, length * (0.8 + 0.4 * (phase * _GOLDEN % 1))) for phase in range(PHASES)]
    exact, delays, polls, refused = zip(*runs, strict=True)
    late = max(delay / (0.5 + 0.1 * length) for length, delay in zip(exact, delays, strict=True))
    return Noticed(length, mean(delays), mean(polls), sum(refused), late)


def _once(wait: Wait, length: float) -> tuple[float, float, int, int]:
    clock = VirtualClock()
    with Sandbox(Scenario(job=Job(delay=length)), clock=clock) as sandbox:
        workspace = sandbox.scenario.workspaces[0]
        transport = Transport(sandbox.url, sandbox.scenario.api_key, workspace.id, clock, lambda _: None)
        with closing(transport):
            publer, deadline = Publer(transport), Deadline.after(clock, 3600)
            job_id = publer.publish(posts.body(workspace.accounts)["bulk"], deadline=deadline)
            started = clock.monotonic()
            wait(publer, job_id, deadline)
            delay = clock.monotonic() - started - length
        polls = [request for request in sandbox.record.requests if request.path.startswith("/job_status")]
    return length, delay, len(polls), sum(request.status == 429 for request in polls)


def allowed(length: float) -> float:
    """The mean delay that is wanted at most, in seconds."""
    return 0.3 + 0.05 * length


def _cell(one: Noticed) -> str:
    return f"{one.delay:.2f} s, {one.polls:.0f}{' (refused: 429)' if one.refused else ''}"


def section(found: dict[str, list[Noticed]]) -> str:
    """The table of (c)."""
    about = f"""On a virtual clock that program and stand-in share; {PHASES} jobs around each length (± 20 %). Mean delay in
seconds, and mean number of polls. The rule is that a finished job is noticed within 0.5 s and a tenth of its run time.
So the n-th poll can be no later than 5 · (1.1ⁿ − 1) s: a job of 10 s needs 12 polls, where every 3 s makes 4."""
    rows = [
        (f"{ways[0].length:g} s", *map(_cell, ways), f"{allowed(ways[0].length):.2f} s")
        for ways in zip(*found.values(), strict=True)
    ]
    head = f"job | {' | '.join(found)} | allowed: 0.3 s + 5 %"
    return table("(c) How soon the end of a job is noticed", about, head, rows)
