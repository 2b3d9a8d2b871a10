"""Every sentence of the report: the words for statuses, the headline, and what a re-run would do.

None claims more than is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from publer_publish.errors import ActionError, Problem, Severity, is_error
from publer_publish.networks.table import NETWORKS, canonical
from publer_publish.report.links import PUBLER
from publer_publish.report.values import Check, Outcome, Result, Status, is_live
from publer_publish.text import duration, first_of, one_line, plural

LOOK_THERE = f"Look in Publer ({PUBLER}) before posting again."
AGAIN = "To post the same again, set `on-duplicate: publish`."
MAY_BE_LIVE = "may or may not be live"
NEEDS_ATTENTION = "Needs attention:"
"""The line above the targets that do."""


def network_label(network: str | None) -> str:
    """Return the network's name as people write it; a name we do not know as it is; if none is known."""
    if not network:
        return "any network"
    key = canonical(network)
    return NETWORKS[key].label if key in NETWORKS else one_line(network, 40)


def explanation(result: Result) -> str:
    """Return what is to be added to the word of a status; empty if that, or the message, says everything."""
    if MAY_BE_LIVE in result.message or (result.duplicate and result.message):
        return ""
    if result.status is Status.PUBLISHED and not (result.url or result.message):
        return "no link: Publer has not given one"
    if result.status is Status.UNCONFIRMED:
        return f"{MAY_BE_LIVE}; look in Publer before posting again"
    return "already live" if result.status is Status.SKIPPED and result.duplicate else ""


def row_network(result: Result) -> str:
    """Return the network of a row as people write it."""
    return "any other network" if result.is_rest else network_label(result.network)


def target(result: Result) -> str:
    """Return the name of a target on one line: ``LinkedIn / Acme Inc``."""
    account = one_line(result.account_name or result.account_id or "", 80)
    return f"{row_network(result)} / {account}" if account else row_network(result)


def post_names(results: Iterable[Result]) -> dict[tuple[str, int], str]:
    """Return each post's name by file and index: ``posts/launch.yml, post 2``; no number if it is alone."""
    posts = list(dict.fromkeys((result.file, result.post) for result in results))
    several = {file for file, index in posts if index}
    return {
        (file, index): (one_line(file, 200) or "text input")
        + (f", post {index + 1}" if file in several else "")
        for file, index in posts
    }


def counts(results: Iterable[Result]) -> str:
    """Return ``4 published, 1 failed``: every status that occurs."""
    tally = Counter(result.status for result in results)
    return ", ".join(f"{tally[status]:,} {status.value}" for status in Status if tally[status])


def how_many(problems: Sequence[Problem]) -> str:
    """Return ``50``, or ``more than 500`` if not all are listed."""
    listed = sum(not problem.stands_for_more for problem in problems)
    return f"{listed:,}" if listed == len(problems) else f"more than {listed:,}"


def _first_targets(results: Sequence[Result]) -> str:
    return first_of([target(result) for result in results], 3)


class _Ended(NamedTuple):
    results: Sequence[Result]
    problems: Sequence[Problem]
    checks: Sequence[Check]
    cause: ActionError | None
    rerun: Rerun

    def of(self, status: Status) -> list[Result]:
        return [result for result in self.results if result.status is status]

    @property
    def duplicates(self) -> list[Result]:
        return [result for result in self.of(Status.SKIPPED) if result.duplicate]

    @property
    def total(self) -> str:
        return plural(len(self.results), "target")

    @property
    def hint(self) -> str:
        return rerun_hint(self.results, self.rerun)

    @property
    def when_is_false(self) -> list[str]:
        count = len(self.of(Status.SKIPPED)) - len(self.duplicates)
        return [f"{count:,} skipped (when is false)"] if count else []

    @property
    def skipped(self) -> str:
        """What was skipped, as the end of a sentence; empty if nothing was."""
        live = len(self.duplicates)
        parts = [*([f"{live:,} skipped as already live"] if live else []), *self.when_is_false]
        return "".join(f"; {part}" for part in parts)

    def known(self, *, unconfirmed: bool = True) -> list[str]:
        """Return the other parts of a mixed outcome: what is live and what is unknown."""
        counted = (
            (len(self.of(Status.PUBLISHED)), "published"),
            (len(self.duplicates), "already live before"),
            (len(self.of(Status.UNCONFIRMED)) if unconfirmed else 0, "unconfirmed"),
        )
        return [f"{count:,} {words}" for count, words in counted if count]


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
    facts = _Ended(results=results, problems=problems, checks=checks, cause=cause, rerun=rerun or Rerun())
    sentence, hint = _SENTENCES[outcome](facts)
    return one_line(sentence, 1000), one_line(hint, 1000)


def _published(facts: _Ended) -> tuple[str, str]:
    published = plural(len(facts.of(Status.PUBLISHED)), "target")
    return f"Published to {published}{facts.skipped}.", AGAIN if facts.duplicates else ""


def _partial(facts: _Ended) -> tuple[str, str]:
    known = ", ".join(facts.known())
    if facts.cause:
        return f"{_without_full_stop(facts.cause.message)} ({known}).", facts.cause.hint or facts.hint
    failed = facts.of(Status.FAILED)
    return f"{len(failed):,} of {facts.total} failed ({known}): {_who_failed(failed)}", facts.hint


def _failed(facts: _Ended) -> tuple[str, str]:
    if facts.cause:
        return facts.cause.message, facts.cause.hint
    failed = facts.of(Status.FAILED)
    sentence = f"Nothing was published: {len(failed):,} of {facts.total} failed: {_who_failed(failed)}"
    return sentence, facts.hint


def _who_failed(failed: Sequence[Result]) -> str:
    """Return the targets that failed, with the reason if all have the same."""
    reasons = {one_line(result.message, 300) for result in failed}
    reason = reasons.pop() if len(reasons) == 1 else ""
    return f"{_first_targets(failed)}: {reason}" if reason else f"{_first_targets(failed)}."


def _unconfirmed(facts: _Ended) -> tuple[str, str]:
    if facts.cause:
        return facts.cause.message, facts.cause.hint
    unknown = facts.of(Status.UNCONFIRMED)
    known = ", ".join(facts.known(unconfirmed=False))
    sentence = f"{len(unknown):,} of {facts.total} unconfirmed, {MAY_BE_LIVE}: {_first_targets(unknown)}"
    return f"{sentence}{f' ({known})' if known else ''}.", LOOK_THERE


def _cancelled(facts: _Ended) -> tuple[str, str]:
    parts = facts.known()
    if failed := len(facts.of(Status.FAILED)):
        parts.append(f"{failed:,} failed or not sent")
    if not parts:
        return "Cancelled before anything was sent.", ""
    return f"Cancelled; of {facts.total}: {', '.join([*parts, *facts.when_is_false])}.", facts.hint


def _skipped(facts: _Ended) -> tuple[str, str]:
    parts = [f"{len(facts.duplicates):,} already live"] if facts.duplicates else []
    known = ", ".join([*parts, *facts.when_is_false])
    return f"Nothing to publish: {known or 'there is no target'}.", AGAIN if facts.duplicates else ""


def _invalid(facts: _Ended) -> tuple[str, str]:
    errors = list(filter(is_error, facts.problems))
    if not errors:
        return facts.cause.message if facts.cause else "The input is invalid; nothing was sent.", ""
    if len(errors) == 1 and not errors[0].where.file:
        where = f"{errors[0].where}: " if str(errors[0].where) else ""
        return f"{where}{errors[0].message}", errors[0].hint
    files = len({problem.where.file for problem in errors if problem.where.file})
    places = f" in {plural(files, 'file')}" if files else ""
    count = f"{how_many(errors)} problem{'' if len(errors) == 1 else 's'}"
    return f"{count}{places}; nothing was sent.", "Each is listed with its place and what to change."


def _without_full_stop(sentence: str) -> str:
    return sentence.rstrip().rstrip(".")


def _valid(facts: _Ended) -> tuple[str, str]:
    valid = facts.of(Status.VALID)
    posts = len({(result.file, result.post) for result in valid})
    networks = len({result.network for result in valid if result.network})
    warnings = sum(problem.severity is Severity.WARNING for problem in facts.problems)
    sentence = f"{plural(posts, 'post')} {'is' if posts == 1 else 'are'} valid"
    sentence += f" for {plural(networks, 'network')}" if networks else ""
    sentence += f"; {plural(warnings, 'warning')}" if warnings else ""
    return f"{sentence}{facts.skipped}. Nothing was sent.", ""


def _ready(facts: _Ended) -> tuple[str, str]:
    ready = plural(len(facts.of(Status.READY)), "target")
    return f"{ready} would be published{facts.skipped}. Nothing was uploaded or sent.", ""


def _healthy(facts: _Ended) -> tuple[str, str]:
    return f"All {plural(len(facts.checks), 'check')} passed; nothing was posted.", ""


def _unhealthy(facts: _Ended) -> tuple[str, str]:
    bad = [check for check in facts.checks if not check.ok]
    if not bad and facts.cause:
        return facts.cause.message, facts.cause.hint
    tally = Counter(one_line(check.name, 60) for check in bad)
    kinds = ", ".join(f"{name} ({count:,})" if count > 1 else name for name, count in tally.items())
    first = _without_full_stop(one_line(bad[0].detail, 300)) if bad else ""
    detail = f": {first}" if len(bad) == 1 else f". The first: {first}"
    cures = {check.cure for check in bad}
    cure = cures.pop() if len(cures) == 1 else "Each is listed with what to do."
    return (
        f"{len(bad):,} of {plural(len(facts.checks), 'check')} failed: {one_line(kinds, 300)}{detail}.",
        cure,
    )


_SENTENCES: dict[Outcome, Callable[[_Ended], tuple[str, str]]] = {
    Outcome.CANCELLED: _cancelled,
    Outcome.INVALID: _invalid,
    Outcome.PARTIAL: _partial,
    Outcome.FAILED: _failed,
    Outcome.UNCONFIRMED: _unconfirmed,
    Outcome.PUBLISHED: _published,
    Outcome.SKIPPED: _skipped,
    Outcome.VALID: _valid,
    Outcome.READY: _ready,
    Outcome.HEALTHY: _healthy,
    Outcome.UNHEALTHY: _unhealthy,
}


class Rerun(NamedTuple):
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
        return f"Unconfirmed means that the post may or may not be live. {LOOK_THERE}"
    if not any(is_live(result) for result in results):
        return "Nothing is live: the job can safely be run again."
    if rerun.recognises:
        return "Re-run the job once the cause is gone: it sends only what is missing."
    if rerun.refuses:
        return "A re-run sends nothing while a target is live: set on-duplicate to skip first."
    return "A re-run would post again what is live: name only the missing accounts first."


def rerun_lines(results: Sequence[Result], rerun: Rerun) -> list[str]:
    """Return what a re-run will do, in Markdown, one line for each; empty if nothing is left to do."""
    failed = sum(result.status is Status.FAILED for result in results)
    unknown = [result for result in results if result.status is Status.UNCONFIRMED]
    held_back = sum(result.message.startswith("not sent") for result in unknown)
    unconfirmed = len(unknown) - held_back
    seen = sum(map(is_live, results))
    lines: list[str] = []
    if failed and not (seen and rerun.refuses):
        lines.append(f"It sends what failed or was not sent ({plural(failed, 'target')}).")
    if seen and (failed or unknown):
        lines.append(_live_line(plural(seen, "target"), rerun))
    if held_back:
        count = plural(held_back, "target")
        lines.append(
            f"It looks again for what was not sent ({count}) because of a post in Publer that may be the "
            "same, and sends nothing beside such a post."
        )
    if unconfirmed:
        count = plural(unconfirmed, "target")
        lines.append(
            f"What is unconfirmed ({count}) may or may not be live: Publer did not show whether it was "
            f"published. {_open_after_rerun(rerun)}"
        )
    return lines


def _live_line(targets: str, rerun: Rerun) -> str:
    if rerun.recognises:
        within = f"within {duration(rerun.window)} of publishing (`duplicate-window`)"
        when = "however much later it is started" if rerun.reaches_back else within
        return f"It recognises what is live ({targets}) and skips it, {when}."
    if rerun.refuses:
        return (
            f"It sends nothing at all because of what is live ({targets}; `on-duplicate: fail`). "
            "Set `on-duplicate: skip` to send only what is missing."
        )
    if rerun.window <= 0:
        return (
            f"**It posts what is live a second time** ({targets}): the look-up of live posts is off "
            "(`duplicate-window: 0`). Turn it on, or name only the missing accounts."
        )
    return (
        f"**It posts what is live a second time** ({targets}; `on-duplicate: publish`). "
        "Set `on-duplicate: skip` to send only what is missing."
    )


def _open_after_rerun(rerun: Rerun) -> str:
    if rerun.recognises:
        return (
            "A re-run skips what Publer lists as live by then, and sends the rest. "
            "Publer may still be at work: wait a few minutes and look there before you re-run."
        )
    if rerun.refuses:
        return "A re-run sends nothing if Publer lists any of it as live by then: look there first."
    return "**A re-run sends it again in any case**: look in Publer first."
