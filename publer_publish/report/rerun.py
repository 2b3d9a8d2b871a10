"""What running the same job again would do: said only as far as it is certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publer_publish.delivery.outcomes import Result, Status
from publer_publish.report.outcome import is_live
from publer_publish.report.text import duration, plural

LOOK_FIRST = "look in Publer before posting again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """The inputs that decide what a re-run does with posts that are live already."""

    on_duplicate: str = "skip"
    """``skip``, ``fail`` or ``publish``."""
    window: float = 86_400.0
    """How far back live posts are looked for, in seconds; 0: not at all."""

    @property
    def recognises(self) -> bool:
        """Whether a re-run leaves alone what is live."""
        return self.on_duplicate == "skip" and self.window > 0

    @property
    def refuses(self) -> bool:
        """Whether a re-run sends nothing at all because of what is live."""
        return self.on_duplicate == "fail" and self.window > 0


def rerun_hint(results: Sequence[Result], rerun: Rerun) -> str:
    """Return one short sentence: what to do now, given what is live, missing and unknown."""
    if any(result.status is Status.UNCONFIRMED for result in results):
        return f"Unconfirmed means that the post may or may not be live: {LOOK_FIRST}."
    if not any(is_live(result) for result in results):
        return "Nothing is live: the job can safely be run again."
    if rerun.recognises:
        return "Re-run the job once the cause is gone: it sends only what is missing."
    if rerun.refuses:
        return "A re-run sends nothing while a target is live: set on-duplicate to skip first."
    return "A re-run would post again what is live: name only the missing accounts first."


def rerun_lines(results: Sequence[Result], rerun: Rerun) -> list[str]:
    """Return what a re-run will do, in Markdown, a line each; none if nothing is left to do."""
    live = sum(is_live(result) for result in results)
    failed = sum(result.status is Status.FAILED for result in results)
    unconfirmed = sum(result.status is Status.UNCONFIRMED for result in results)
    lines: list[str] = []
    if failed and not (live and rerun.refuses):
        lines.append(f"It sends the {plural(failed, 'target')} that failed or {_was(failed)} not sent.")
    if live and failed + unconfirmed:
        lines.append(_live_line(live, rerun))
    if unconfirmed:
        lines.append(_unconfirmed_line(unconfirmed, rerun))
    return lines


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _live_line(live: int, rerun: Rerun) -> str:
    targets = "the target that is live" if live == 1 else f"the {live:,} targets that are live"
    if rerun.recognises:
        return (
            f"It recognises {targets} and skips {'it' if live == 1 else 'them'}, "
            f"within {duration(rerun.window)} of publishing (`duplicate-window`)."
        )
    if rerun.refuses:
        return (
            f"It sends nothing at all because of {targets} (`on-duplicate: fail`). "
            "Set `on-duplicate: skip` to send only what is missing."
        )
    if rerun.window <= 0:
        return (
            f"**It posts {targets} a second time**: the look-up of live posts is off "
            "(`duplicate-window: 0`). Turn it on, or name only the missing accounts."
        )
    return (
        f"**It posts {targets} a second time** (`on-duplicate: publish`). "
        "Set `on-duplicate: skip` to send only what is missing."
    )


def _unconfirmed_line(unconfirmed: int, rerun: Rerun) -> str:
    known = (
        f"{plural(unconfirmed, 'target')} {'is' if unconfirmed == 1 else 'are'} unconfirmed: Publer took the "
        "request, or may have taken it, and did not say what became of it. It may or may not be live."
    )
    if rerun.recognises:
        then = (
            "A re-run skips it if Publer lists it as live by then, and else sends it. Publer may still be "
            "at work on it: wait some minutes and look there before you re-run."
        )
    elif rerun.refuses:
        then = (
            "A re-run sends nothing if Publer lists it as live by then, and else sends it. Look there first."
        )
    else:
        then = "**A re-run sends it again in any case**: look in Publer first."
    return f"{known} {then}"
