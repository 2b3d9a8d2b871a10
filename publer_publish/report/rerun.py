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
    reaches_back: bool = False
    """Whether that is at least to the first attempt, however much later the re-run is started."""

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
    failed = sum(result.status is Status.FAILED for result in results)
    unknown = [result for result in results if result.status is Status.UNCONFIRMED]
    held_back = sum(result.message.startswith("not sent") for result in unknown)
    unconfirmed = len(unknown) - held_back
    accepted = sum(result.status is Status.ACCEPTED for result in results)
    seen = sum(is_live(result) for result in results) - accepted
    lines: list[str] = []
    if failed and not (seen and rerun.refuses):
        lines.append(f"It sends {_those(failed)} that failed or {_are(failed, 'was', 'were')} not sent.")
    if seen and failed + unconfirmed + held_back:
        lines.append(_live_line(seen, rerun))
    if held_back:
        lines.append(
            f"{plural(held_back, 'target')} {_are(held_back, 'was', 'were')} not sent because of a post in "
            "Publer that may be the same: a re-run looks again, and sends nothing beside such a post."
        )
    if unconfirmed or (accepted and failed):
        lines.append(f"{_open_targets(accepted, unconfirmed)} {_then(accepted + unconfirmed, rerun)}")
    return lines


def _those(count: int) -> str:
    return "the target" if count == 1 else f"the {count:,} targets"


def _are(count: int, one: str = "is", several: str = "are") -> str:
    return one if count == 1 else several


def _live_line(live: int, rerun: Rerun) -> str:
    targets = f"{_those(live)} that {_are(live)} live"
    if rerun.recognises:
        within = f"within {duration(rerun.window)} of publishing (`duplicate-window`)"
        when = "however much later it is started" if rerun.reaches_back else within
        return f"It recognises {targets} and skips {_are(live, 'it', 'them')}, {when}."
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


def _open_targets(accepted: int, unconfirmed: int) -> str:
    known = []
    if accepted:
        known.append(
            f"{plural(accepted, 'target')} {_are(accepted)} accepted by Publer and not yet seen live."
        )
    if unconfirmed:
        known.append(
            f"{plural(unconfirmed, 'target')} {_are(unconfirmed)} unconfirmed: Publer did not say what "
            f"became of {_are(unconfirmed, 'it', 'them')}, so {_are(unconfirmed, 'it', 'they')} may or may "
            "not be live."
        )
    return " ".join(known)


def _then(count: int, rerun: Rerun) -> str:
    one = count == 1
    if rerun.recognises:
        skips = "it if Publer lists it" if one else "those that Publer lists"
        return (
            f"A re-run skips {skips} as live by then, and {'else sends it' if one else 'sends the others'}. "
            "Publer may still be at work: wait some minutes and look there before you re-run."
        )
    if rerun.refuses:
        listed = "it" if one else "one of them"
        return f"A re-run sends nothing if Publer lists {listed} as live by then: look there first."
    return f"**A re-run sends {'it' if one else 'them'} again in any case**: look in Publer first."
