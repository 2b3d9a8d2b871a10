"""The explorer can fail: it convicts clients that do what this one must never do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from publer_publish import config
from publer_publish.clock import Clock, Deadline
from publer_publish.delivery.deliver import Delivery, Rules
from publer_publish.delivery.duplicates import Window
from publer_publish.delivery.media import Uploader
from publer_publish.delivery.resolve import resolve
from publer_publish.errors import Problems
from publer_publish.github.console import Stream
from publer_publish.github.event import read_event
from publer_publish.github.runner import open_console
from publer_publish.publer.api import Publer
from publer_publish.publer.errors import LostError
from publer_publish.publer.model import Job, JobEntry, Verdict
from publer_publish.publer.transport import Transport
from publer_publish.report.outputs import outputs
from publer_publish.report.values import Run, Status, decide
from publer_publish.report.wording import headline
from publer_publish.session import Session
from publer_publish.workspace import Workspace
from tests.faults.explorer import Tally, explore, length_of, play
from tests.faults.invariants import History, violations
from tests.faults.misfortunes import Schedule
from tests.faults.stage import Program


class BlindRetry(Publer):
    """Sends a publish request again when its answer was lost."""

    def publish(self, bulk: Mapping[str, Any], *, deadline: Deadline) -> str:
        for _ in range(3):
            try:
                return super().publish(bulk, deadline=deadline)
            except LostError:
                continue
        return super().publish(bulk, deadline=deadline)


class BelievesComplete(Publer):
    """Takes a complete job for published posts."""

    def job(self, job_id: str, *, deadline: Deadline) -> Job:
        job = super().job(job_id, deadline=deadline)
        everyone = [account.id for account in self.accounts(deadline=deadline)]
        entries = tuple(JobEntry(verdict=Verdict.PUBLISHED, account_id=one) for one in everyone)
        return job._replace(entries=entries)


def program_with(client: type[Publer], *, window: float = 86_400.0) -> Program:
    """The action, put together by hand around another client."""

    def program(_argv: object, env: Mapping[str, str], stdout: Any, clock: Clock) -> int:
        console = open_console(env, Stream(stdout))
        problems = Problems()
        settings = config.read(config.inputs_from_env(env), problems)
        event = read_event(env, now=clock.time())
        session = Session(
            config=settings,
            event=event,
            console=console,
            clock=clock,
            problems=problems,
            workspace=Workspace(Path(env["GITHUB_WORKSPACE"])),
        )
        deadline = session.deadline()
        publer = client(
            Transport(settings.api_url, settings.api_key, settings.workspace_id, clock, console.line)
        )
        loaded, _ = session.load_posts(placeholders=False)
        targets = resolve(loaded.drafts, publer.accounts(deadline=deadline), problems)
        session.ledger.expect(targets)
        Delivery(
            publer=publer,
            ledger=session.ledger,
            rules=Rules(timeout=settings.timeout, window=Window(seconds=window)),
            media=Uploader(publer=publer, workspace=session.workspace, log=console.line),
            deadline=deadline,
            console=console,
            problems=problems,
        ).deliver(targets)
        publer.close()
        results = session.ledger.results()
        outcome, failed = decide("publish", results, fail_on="any")
        sentence, hint = headline(outcome, results)
        run = Run(
            mode="publish",
            outcome=outcome,
            failed=failed,
            headline=sentence,
            results=results,
            job_ids=tuple(session.ledger.job_ids),
        )
        console.set_outputs(outputs(run, ""))
        if failed:
            console.headline(sentence, hint)
        return int(failed)

    return program


def convicted_of(tally: Tally) -> set[int]:
    return {violation.invariant for _, violation in tally.found}


def the_publish_request(world: str, *names: str) -> Iterable[Schedule]:
    assert length_of(world) > 3
    return [Schedule(world=world, misfortunes=((4, name),)) for name in names]


LOST = ("reset after processing", "502 after processing", "hang after processing", "empty")


def test_the_right_client_put_together_by_hand_is_acquitted() -> None:
    """So what convicts the others is what they do wrong."""
    tally = explore(the_publish_request("entries", *LOST), program_with(Publer))
    assert not tally.found, str(tally)


@pytest.mark.parametrize("name", LOST)
def test_a_blind_retry_is_convicted_of_posting_twice_or_of_a_false_report(name: str) -> None:
    """Publer's one-minute gap refuses the second copy when it comes at once: then the report is false."""
    tally = explore(the_publish_request("entries", name), program_with(BlindRetry))
    assert convicted_of(tally) & {1, 2}, str(tally)


def test_a_blind_retry_after_a_minute_is_convicted_of_posting_twice() -> None:
    tally = explore(the_publish_request("entries", "hang after processing"), program_with(BlindRetry))
    assert 1 in convicted_of(tally), str(tally)


def test_whoever_believes_complete_is_convicted_of_a_false_report() -> None:
    tally = explore([Schedule(world="failures")], program_with(BelievesComplete))
    assert 2 in convicted_of(tally), str(tally)


def test_a_re_run_that_does_not_look_is_convicted_of_posting_twice() -> None:
    tally = explore([Schedule(world="entries")], program_with(Publer, window=0))
    assert 1 in convicted_of(tally), str(tally)


def forged(history: History, **outputs: str) -> History:
    return replace(history, first=replace(history.first, outputs=history.first.outputs | outputs))


def test_every_invariant_can_be_violated() -> None:
    """Forged reports and records, one lie each."""
    true = play(Schedule(world="well"))
    assert violations(true) == []
    rows = true.first.outputs["results"]
    lies = {
        1: replace(true, published=(*true.published, true.published[0])),
        2: forged(true, results=rows.replace('"published"', '"failed"', 1)),
        3: replace(true, published=true.published[1:]),
        4: replace(true, second=replace(true.second, outputs={})),
    }
    for number, history in lies.items():
        assert number in {one.invariant for one in violations(history)}
    for forgery in (
        forged(true, **{"post-urls": "https://x.example/1"}),
        forged(true, **{"published-count": "1"}),
        forged(true, outcome="skipped"),
        forged(true, results=rows.replace(true.published[0].id, "another")),
        forged(true, results=rows.replace(true.published[0].link, "https://x.example/1")),
        forged(true, results=rows.replace(str(Status.PUBLISHED), str(Status.SKIPPED))),
        replace(true, surprises=("an unknown parameter",)),
    ):
        assert 2 in {one.invariant for one in violations(forgery)}
    late = replace(true, first=replace(true.first, ended=true.first.began + 3600))
    assert 4 in {one.invariant for one in violations(late)}
