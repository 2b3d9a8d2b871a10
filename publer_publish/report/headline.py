"""One sentence about what happened, and one about what to do: for log, headline error and summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from publer_publish.delivery.outcomes import Result, Status
from publer_publish.delivery.run import Check, Outcome
from publer_publish.errors import ActionError, Problem, Severity, is_error
from publer_publish.report.rerun import LOOK_FIRST, Rerun, rerun_hint
from publer_publish.report.text import one_line, plural
from publer_publish.report.words import how_many, names


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    results: Sequence[Result]
    problems: Sequence[Problem]
    checks: Sequence[Check]
    cause: ActionError | None
    rerun: Rerun

    def of(self, *statuses: Status) -> list[Result]:
        return [result for result in self.results if result.status in statuses]

    @property
    def duplicates(self) -> list[Result]:
        return [result for result in self.of(Status.SKIPPED) if result.duplicate]

    @property
    def not_wanted(self) -> int:
        """How many have a ``when`` that is false."""
        return len(self.of(Status.SKIPPED)) - len(self.duplicates)


def headline(
    outcome: Outcome,
    results: Sequence[Result] = (),
    *,
    problems: Sequence[Problem] = (),
    checks: Sequence[Check] = (),
    cause: ActionError | None = None,
    rerun: Rerun | None = None,
) -> tuple[str, str]:
    """Return what happened, in one sentence with counts, and what to do (empty if there is nothing to do).

    ``cause`` is the error that stopped the run, if one did: its own words lead. Both are plain single lines.
    """
    facts = _Facts(results=results, problems=problems, checks=checks, cause=cause, rerun=rerun or Rerun())
    sentence, hint = _SENTENCES[outcome](facts)
    return one_line(sentence, 1000), one_line(hint, 1000)


def _published(facts: _Facts) -> tuple[str, str]:
    published, accepted = facts.of(Status.PUBLISHED), facts.of(Status.ACCEPTED)
    if published:
        sentence = f"Published to {plural(len(published), 'target')}"
        if accepted:
            sentence += f"; {len(accepted):,} more accepted by Publer, not yet seen live"
    else:
        sentence = f"Accepted by Publer for {plural(len(accepted), 'target')}, not yet seen live"
    return f"{sentence}{_skipped_part(facts)}.", ""


def _skipped_part(facts: _Facts) -> str:
    live, other = len(facts.duplicates), facts.not_wanted
    part = f"; {live:,} skipped as already live" if live else ""
    return part + (f"; {other:,} skipped (when is false)" if other else "")


def _known(facts: _Facts) -> list[str]:
    """Return the other parts of a mixed outcome: what is live, accepted and unknown."""
    counted = (
        (len(facts.of(Status.PUBLISHED)), "published"),
        (len(facts.of(Status.ACCEPTED)), "accepted by Publer but not yet seen live"),
        (len(facts.duplicates), "already live before"),
        (len(facts.of(Status.UNCONFIRMED)), "unconfirmed"),
    )
    return [f"{count:,} {words}" for count, words in counted if count]


def _partial(facts: _Facts) -> tuple[str, str]:
    failed = facts.of(Status.FAILED)
    rest = ", ".join(_known(facts))
    hint = rerun_hint(facts.results, facts.rerun)
    if facts.cause:
        return f"{_without_stop(facts.cause.message)} ({rest}).", facts.cause.hint or hint
    if not failed:
        return f"Stopped before anything was sent ({rest}).", hint
    total = len(facts.results)
    return f"{len(failed):,} of {plural(total, 'target')} failed ({rest}): {_blame(failed)}", hint


def _blame(failed: Sequence[Result]) -> str:
    """Return who failed; with the reason if it is one target, or all give the same."""
    reasons = {one_line(result.message, 300) for result in failed}
    reason = reasons.pop() if len(reasons) == 1 else ""
    return f"{names(failed)}: {reason}" if reason else f"{names(failed)}."


def _failed(facts: _Facts) -> tuple[str, str]:
    failed = facts.of(Status.FAILED)
    hint = rerun_hint(facts.results, facts.rerun)
    if facts.cause:
        return facts.cause.message, facts.cause.hint
    if not failed:
        return "Stopped before anything was sent.", hint
    whole = (
        "the only target"
        if len(facts.results) == 1
        else f"{len(failed):,} of {plural(len(facts.results), 'target')}"
    )
    return f"Nothing was published: {whole} failed: {_blame(failed)}", hint


def _unconfirmed(facts: _Facts) -> tuple[str, str]:
    unknown = facts.of(Status.UNCONFIRMED)
    one = len(unknown) == 1
    rest = ", ".join(words for words in _known(facts) if not words.endswith(" unconfirmed"))
    sentence = (
        f"{len(unknown):,} of {plural(len(facts.results), 'target')} {'is' if one else 'are'} unconfirmed, "
        f"{'it' if one else 'they'} may or may not be live: {names(unknown)}{f' ({rest})' if rest else ''}."
    )
    return sentence, f"{LOOK_FIRST[0].upper()}{LOOK_FIRST[1:]}."


def _cancelled(facts: _Facts) -> tuple[str, str]:
    parts = _known(facts)
    failed = len(facts.of(Status.FAILED))
    if failed:
        parts.append(f"{failed:,} failed or not sent")
    if not parts:
        return "Cancelled before anything was sent.", ""
    total = plural(len(facts.results), "target")
    return f"Cancelled; of {total}: {', '.join(parts)}{_when_part(facts)}.", rerun_hint(
        facts.results, facts.rerun
    )


def _when_part(facts: _Facts) -> str:
    other = facts.not_wanted
    return f", {other:,} skipped (when is false)" if other else ""


def _skipped(facts: _Facts) -> tuple[str, str]:
    live, total = len(facts.duplicates), len(facts.results)
    if not total:
        return "Nothing to publish: there is no target.", ""
    if live == total:
        whole = "the only target is" if total == 1 else f"all {total:,} targets are"
        return f"Nothing to publish: {whole} already live.", ""
    if live:
        return f"Nothing to publish: {live:,} already live; when is false for {total - live:,}.", ""
    return f"Nothing to publish: when is false for {plural(total, 'target')}.", ""


def _invalid(facts: _Facts) -> tuple[str, str]:
    errors = list(filter(is_error, facts.problems))
    if len(errors) == 1 and not errors[0].where.file:
        where = f"{errors[0].where}: " if str(errors[0].where) else ""
        return f"{where}{errors[0].message}", errors[0].hint
    files = len({problem.where.file for problem in errors if problem.where.file})
    if not errors:
        return facts.cause.message if facts.cause else "The input is invalid; nothing was sent.", ""
    places = f" in {plural(files, 'file')}" if files else ""
    if len(errors) == 1:
        return f"1 problem{places}; nothing was sent.", "It is listed with its place and what to change."
    return (
        f"{how_many(errors)} problems{places}; nothing was sent.",
        "Each is listed with its place and what to change.",
    )


def _without_stop(sentence: str) -> str:
    return sentence.rstrip().rstrip(".")


def _valid(facts: _Facts) -> tuple[str, str]:
    valid, skipped = facts.of(Status.VALID), len(facts.of(Status.SKIPPED))
    posts = len({(result.file, result.post) for result in valid})
    networks = len({result.network for result in valid if result.network})
    warnings = sum(problem.severity is Severity.WARNING for problem in facts.problems)
    sentence = f"{plural(posts, 'post')} {'is' if posts == 1 else 'are'} valid"
    sentence += f" for {plural(networks, 'network')}" if networks else ""
    sentence += f"; {plural(warnings, 'warning')}" if warnings else ""
    sentence += f"; {skipped:,} skipped (when is false)" if skipped else ""
    return f"{sentence}. Nothing was sent.", ""


def _healthy(facts: _Facts) -> tuple[str, str]:
    return f"All {plural(len(facts.checks), 'check')} passed; nothing was posted.", ""


def _unhealthy(facts: _Facts) -> tuple[str, str]:
    bad = [check for check in facts.checks if not check.ok]
    if not bad:
        return (facts.cause.message, facts.cause.hint) if facts.cause else ("The checks did not finish.", "")
    failed = f"{len(bad):,} of {plural(len(facts.checks), 'check')} failed"
    first = _without_stop(one_line(bad[0].detail, 300))
    if len(bad) == 1:
        return f"{failed}: {one_line(bad[0].name, 60)}: {first}.", bad[0].cure
    tally = Counter(one_line(check.name, 60) for check in bad)
    kinds = ", ".join(f"{name} ({count:,})" if count > 1 else name for name, count in tally.items())
    cures = {check.cure for check in bad}
    cure = bad[0].cure if len(cures) == 1 else "Each is listed with what to do."
    return f"{failed}: {one_line(kinds, 300)}. The first: {first}.", cure


_SENTENCES: dict[Outcome, Callable[[_Facts], tuple[str, str]]] = {
    Outcome.CANCELLED: _cancelled,
    Outcome.INVALID: _invalid,
    Outcome.PARTIAL: _partial,
    Outcome.FAILED: _failed,
    Outcome.UNCONFIRMED: _unconfirmed,
    Outcome.PUBLISHED: _published,
    Outcome.SKIPPED: _skipped,
    Outcome.VALID: _valid,
    Outcome.HEALTHY: _healthy,
    Outcome.UNHEALTHY: _unhealthy,
}
