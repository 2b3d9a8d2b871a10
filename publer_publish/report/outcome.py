"""What became of the run: the output ``outcome``, the exit code, and the one sentence about both."""

from __future__ import annotations

from collections.abc import Sequence

from publer_publish.report.values import Check, Outcome, Result, Status


def is_live(result: Result) -> bool:
    """Whether the post is on the account, as far as is known. A duplicate is, too."""
    return result.status is Status.PUBLISHED or (result.status is Status.SKIPPED and result.duplicate)


def needs_attention(result: Result) -> bool:
    """Whether a person has to do or to look at something."""
    return result.status in {Status.FAILED, Status.UNCONFIRMED, Status.INVALID}


def decide(
    mode: str,
    results: Sequence[Result],
    *,
    fail_on: str,
    cancelled: bool = False,
    invalid: bool = False,
    stopped: bool = False,
    lost: bool = False,
    checks: Sequence[Check] = (),
) -> tuple[Outcome, bool]:
    """Return the outcome of a run, and whether the job fails.

    ``invalid``: an input or a post file is wrong. ``stopped``: the key, the workspace or Publer ended
    the run before anything was sent. ``lost``: the system ended it while it published. ``fail_on`` is
    ``any``, ``all`` or ``never``; it has a say only in what became of targets: bad input, a stopped or
    cancelled run and a failed check always fail.
    """
    outcome = _outcome(
        mode, results, cancelled=cancelled, invalid=invalid, stopped=stopped, lost=lost, checks=checks
    )
    always = {Outcome.CANCELLED, Outcome.INVALID, Outcome.UNHEALTHY}
    return outcome, outcome in always or stopped or _targets_fail(results, fail_on)


def _outcome(
    mode: str,
    results: Sequence[Result],
    *,
    cancelled: bool,
    invalid: bool,
    stopped: bool,
    lost: bool,
    checks: Sequence[Check],
) -> Outcome:
    statuses = {result.status for result in results}
    doctor = mode == "doctor"
    sick = stopped or not all(check.ok for check in checks)
    failed = (stopped and not lost) or Status.FAILED in statuses
    unknown = lost or Status.UNCONFIRMED in statuses
    first_that_holds = (
        (cancelled, Outcome.CANCELLED),
        (invalid or Status.INVALID in statuses, Outcome.INVALID),
        (doctor and sick, Outcome.UNHEALTHY),
        (doctor, Outcome.HEALTHY),
        (failed and (unknown or any(is_live(result) for result in results)), Outcome.PARTIAL),
        (failed, Outcome.FAILED),
        (mode == "validate", Outcome.VALID),
        (unknown, Outcome.UNCONFIRMED),
        (mode == "dry-run", Outcome.READY),
        (Status.PUBLISHED in statuses, Outcome.PUBLISHED),
        (True, Outcome.SKIPPED),
    )
    return next(outcome for holds, outcome in first_that_holds if holds)


def _targets_fail(results: Sequence[Result], fail_on: str) -> bool:
    bad = any(result.status in {Status.FAILED, Status.UNCONFIRMED} for result in results)
    if fail_on == "never":
        return False
    if fail_on == "all":
        return bad and not any(is_live(result) for result in results)
    return bad
