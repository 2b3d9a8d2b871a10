"""The order of a delivery: look for duplicates, upload, then publish, poll and confirm request by request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from publer_publish.clock import Clock, Deadline
from publer_publish.delivery import duplicates, matching_posts
from publer_publish.delivery.confirm import Confirmer, Doubt, read_verdicts, repeats_among, settle_repeat
from publer_publish.delivery.ledger import LOOK_FIRST, Ledger
from publer_publish.delivery.matching_posts import are_doubles
from publer_publish.delivery.media import Prepared
from publer_publish.delivery.request import bulk_body, media_of, needed_by, second_names
from publer_publish.delivery.targets import Key, Target, rounds
from publer_publish.delivery.waiting import Progress, wait_for_job
from publer_publish.errors import Problem, ServiceError, Severity
from publer_publish.post.model import Media
from publer_publish.publer.api import Publer
from publer_publish.publer.errors import LostError, NotSentError, RateLimitedError, RefusedError
from publer_publish.report.values import Status

POSTS_A_REQUEST = 500
"""Publer takes no more (publer-api 3.1)."""
_SKEW = 120.0
"""How much earlier than our request Publer may date a post: its times may be cut to the minute."""
_SKEW_UNSEEN = 60.0
"""The same without a look beforehand: an equal post within the minute is all that Publer would allow."""
_STALE = 10.0
"""Seconds after which the list is read again: while media come, another run may have posted."""
_TO_LOOK, _SHARE_TO_LOOK = 10.0, 0.1
"""Seconds, and share of the time left, that publishing and polling leave for a look at the post list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the user decided about the delivery."""

    timeout: float
    """Seconds for one request."""
    window: duplicates.Window
    skip_duplicates: bool = True
    fail_on_duplicates: bool = False


Prepare = Callable[[Sequence[Media], Deadline], Prepared]
"""Uploads and imports."""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One delivery. Everything that is learned goes into ``ledger`` at the moment it is learned."""

    publer: Publer
    ledger: Ledger
    rules: Rules
    prepare: Prepare
    clock: Clock
    log: Callable[[str], None]
    warn: Callable[[Problem], None]
    details: Callable[[str, str], None] = lambda _title, _text: None
    """Where a title and a long text go that only a search for a cause needs."""
    _known: set[str] = field(default_factory=set)
    _weighed: frozenset[str] = frozenset()
    _twins: frozenset[Key] = frozenset()
    _repeats: Mapping[Key, Target] = field(default_factory=dict)
    _spacing: Spacing = field(init=False)

    def __post_init__(self) -> None:
        self._spacing = Spacing(clock=self.clock, log=self.log)

    def deliver(self, targets: Sequence[Target], deadline: Deadline) -> None:
        """Send what is missing. ``deadline`` ends the preparation together with the first request."""
        if self.rules.skip_duplicates or self.rules.fail_on_duplicates:
            self._repeats = repeats_among(targets)
        self._twins = matching_posts.twins_among(one for one in targets if one.key not in self._repeats)
        missing = self._drop_duplicates(targets, deadline)
        try:
            self._send_all(missing, deadline)
        finally:
            for target in self.ledger.open_targets():
                if original := self._repeats.get(target.key):
                    settle_repeat(target, original, self.ledger)

    def _send_all(self, missing: Sequence[Target], deadline: Deadline) -> None:
        looked_at = self.clock.monotonic()
        items = media_of(missing)
        media = self.prepare(items, deadline) if items else Prepared()
        ready = self._with_media(missing, media)
        if ready and self.clock.monotonic() - looked_at > _STALE:
            ready = self._drop_duplicates(ready, deadline)
        for number, request in enumerate(rounds(ready, at_most=POSTS_A_REQUEST)):
            left = deadline.remaining() if number == 0 else self.rules.timeout
            self._spacing.keep(request)
            if not self._send(request, media, Deadline.after(self.clock, left)):
                return

    def _with_media(self, targets: Sequence[Target], media: Prepared) -> list[Target]:
        """The targets whose media Publer has; the others fail, and nothing is published for them."""
        ready = []
        for target in targets:
            if failure := next(filter(None, map(media.failure, needed_by(target))), ""):
                self.ledger.settle(target, Status.FAILED, failure)
                continue
            ready.append(target)
            for warning in media.warnings(target.content):
                self.warn(warning)
        return ready

    def _drop_duplicates(self, targets: Sequence[Target], deadline: Deadline) -> list[Target]:
        """Rule 3. What an earlier look has shown is settled: of it nothing is taken for another target."""
        once = [target for target in targets if target.key not in self._repeats]
        found = duplicates.look_for_duplicates(
            once, self.publer, self.rules.window, deadline=deadline, log=self.log, weighed=self._weighed
        )
        self._known.update(found.known)
        self._weighed |= found.weighed
        self._spacing.saw(found.last_post_at)
        there = found.live or found.pending or found.unclear
        if self.rules.fail_on_duplicates and (there or self._repeats):
            self._refuse_all(targets, found)
            return []
        if not self.rules.skip_duplicates:
            return list(once)
        return [target for target in once if not self._is_there(target, found)]

    def _is_there(self, target: Target, found: duplicates.Found) -> bool:
        """Settle a target that is not to be sent, because it is live or may be."""
        if post := found.live.get(target.key):
            said = duplicates.evidence(target, post)
            self.ledger.settle(target, Status.SKIPPED, said, live=post, duplicate=True)
        elif post := found.pending.get(target.key):
            self.ledger.settle(target, Status.UNCONFIRMED, duplicates.why_waiting(post), live=post)
        elif unclear := found.unclear.get(target.key):
            self.ledger.settle(target, Status.UNCONFIRMED, duplicates.why_unclear(unclear))
        return target.key in found.live or target.key in found.pending or target.key in found.unclear

    def _refuse_all(self, targets: Sequence[Target], found: duplicates.Found) -> None:
        for target in targets:
            post = found.live.get(target.key)
            repeated, unclear = target.key in self._repeats, target.key in {*found.pending, *found.unclear}
            other = "an equal post may be live or on its way" if unclear else "another target is a duplicate"
            unseen = "the same post stands earlier in this run" if repeated else other
            why = duplicates.evidence(target, post) if post else unseen
            self.ledger.settle(target, Status.FAILED, f"not sent: {why} (`on-duplicate: fail`)", live=post)

    def _send(self, request: Sequence[Target], media: Prepared, deadline: Deadline) -> bool:
        """One request, from publishing to the last confirmation. False: the next one would fail as well."""
        has_looked = self.rules.window.seconds > 0
        search = matching_posts.Search(
            since=self.clock.time() - (_SKEW if has_looked else _SKEW_UNSEEN),
            own_run=True,
            known=frozenset(self._known),
            takes_timeless=has_looked,
            twins=self._twins,
            hidden=self._hidden_among(request),
        )
        confirmer = Confirmer(
            publer=self.publer, ledger=self.ledger, search=search, deadline=deadline, log=self.log
        )
        self.log(f"Publishing: {', '.join(map(str, request))}")
        if names := second_names(request, media):
            self.log(
                f"Publer's pages name some things in two ways, so these are sent, too: {', '.join(names)}."
            )
        body = bulk_body(request, media)
        enough = _leaving_time_to_look(deadline)
        try:
            job_id = send_once(lambda: self._publish(request, body, enough), deadline=enough, log=self.log)
        except LostError as error:
            self.log(f"{error.message} Looking for the posts instead of sending them again.")
            confirmer.settle(
                [Doubt(one, Status.UNCONFIRMED, f"{error.message} {LOOK_FIRST}") for one in request]
            )
        except ServiceError as error:
            self._not_taken(error)
            return False
        else:
            self.ledger.job_ids.append(job_id)
            self._follow(job_id, request, confirmer)
        self._remember(request)
        return True

    def _hidden_among(self, request: Sequence[Target]) -> frozenset[Key]:
        """Those whose post the list would not tell from one of an earlier request that nobody has named."""
        unnamed = self.ledger.sent_without_post()
        return frozenset(
            target.key for target in request if any(are_doubles(target, earlier) for earlier in unnamed)
        )

    def _publish(self, request: Sequence[Target], body: Mapping[str, Any], deadline: Deadline) -> str:
        """One attempt. While it lasts, and after it is lost, silence means "unknown"; else "not sent"."""
        self.ledger.sending(request)
        try:
            return self.publer.publish(body, deadline=deadline)
        except (NotSentError, RateLimitedError, RefusedError):
            self.ledger.not_sent(request)
            raise

    def _not_taken(self, error: ServiceError) -> None:
        """Publer refused it, or it never got there: nothing was posted, and the rest is not tried."""
        for target in self.ledger.open_targets():
            if target.key not in self._repeats:
                self.ledger.settle(target, Status.FAILED, f"not sent: {error.message}")
        self.warn(Problem(message=error.message, hint=error.hint, severity=Severity.WARNING))

    def _follow(self, job_id: str, request: Sequence[Target], confirmer: Confirmer) -> None:
        """Wait for the job, then settle every target of the request."""
        self.log(f"Publer's job {job_id} is running.")
        deadline = confirmer.deadline
        progress = Progress(self.clock, self.log, f"Waiting for Publer's job {job_id}")
        enough = _leaving_time_to_look(deadline)
        try:
            job = wait_for_job(self.publer, job_id, deadline=enough, progress=progress)
            silence = "" if job else f"Publer's job {job_id} did not end within `timeout`."
        except RefusedError as error:
            job, silence = None, error.message
        if job is None:
            self.log(f"{silence} Looking in Publer's post list.")
            confirmer.settle([Doubt(one, Status.UNCONFIRMED, f"{silence} {LOOK_FIRST}") for one in request])
            return
        self.log(f"Publer's job {job_id} ended.")
        self.details("Publer's answer, for a report of a problem", job.raw)
        if job.locked:
            self.warn(
                Problem(
                    message="Publer says that the workspace is locked by its subscription.",
                    hint="Look at the plan of the workspace in Publer.",
                    severity=Severity.WARNING,
                )
            )
        confirmer.settle(read_verdicts(request, job, self.ledger, known=self._known))
        published = {entry.account_id: entry.post for entry in job.entries if entry.post}
        confirmer.find_links(self.ledger.without_link(request), lambda one: published.get(one.account.id))

    def _remember(self, request: Sequence[Target]) -> None:
        """For the next request: when its accounts are free, and which posts are not its own."""
        self._spacing.posted(request)
        self._known.update(self.ledger.post_ids())


def _leaving_time_to_look(deadline: Deadline) -> Deadline:
    return Deadline(deadline.clock, deadline.at - min(_TO_LOOK, _SHARE_TO_LOOK * deadline.remaining()))


_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 10.0
_MOST_ATTEMPTS = 8


def send_once(publish: Callable[[], str], *, deadline: Deadline, log: Callable[[str], None]) -> str:
    """Publish and return the job id.

    Repeats only after a connection that was never established and after 429, both of which say for certain
    that nothing was taken. Raises ``NotSentError``, ``RateLimitedError`` (time is up), ``RefusedError``
    (Publer said no) or ``LostError``: then nobody knows, and the caller must look.
    """
    progress = Progress(deadline.clock, log, "Still waiting to publish")
    pause = _FIRST_PAUSE
    attempt = 1
    while True:
        try:
            return publish()
        except NotSentError as error:
            if error.hopeless or attempt >= _MOST_ATTEMPTS or deadline.remaining() <= pause:
                raise
            log(f"{error.message} Nothing was sent. Trying again in {pause:.0f} s.")
            progress.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        except RateLimitedError as error:
            if deadline.remaining() <= error.wait_seconds:
                raise
            log(f"Publer's rate limit is reached. Nothing was sent. Waiting {error.wait_seconds:.0f} s.")
            progress.wait(error.wait_seconds)
        attempt += 1


GAP = 61.0
"""Seconds between two posts of an account: Publer wants a minute, and clocks differ a little."""
_MINUTE = 60.0
"""Publer may cut the time of a post to this: one of 12:00 may have gone out at 12:00:59."""
_WHY = "Publer wants a minute between two posts of one account"


@dataclass(slots=True, kw_only=True)
class Spacing:
    """When each account may have its next post."""

    clock: Clock
    log: Callable[[str], None]
    _free_at: dict[str, float] = field(default_factory=dict)
    """By account id, in monotonic seconds: a wall clock may jump while a run waits."""

    def saw(self, last_post_at: Mapping[str, float]) -> None:
        """Learn from Publer's list when (epoch seconds) accounts had their last post."""
        for account_id, at in last_post_at.items():
            latest = at + _MINUTE if at % _MINUTE == 0 else at
            # A time in the future is a mistake of a clock: never wait for longer than the gap itself.
            self._busy(account_id, min(GAP, latest + GAP - self.clock.time()))

    def posted(self, targets: Sequence[Target]) -> None:
        """Learn that a request with these targets has just been settled."""
        for target in targets:
            self._busy(target.account.id, GAP)

    def _busy(self, account_id: str, seconds: float) -> None:
        until = self.clock.monotonic() + seconds
        self._free_at[account_id] = max(until, self._free_at.get(account_id, until))

    def keep(self, request: Sequence[Target]) -> None:
        """Wait until every account of a request is free, and show it."""
        now = self.clock.monotonic()
        late = [target for target in request if self._free_at.get(target.account.id, now) > now]
        if not late:
            return
        wait = max(self._free_at[target.account.id] for target in late) - now
        others = f" and {len(late) - 1} more" if len(late) > 1 else ""
        self.log(f"Waiting {wait:.0f} s: {_WHY} ({late[0]}{others}).")
        Progress(self.clock, self.log, "Still keeping the minute between two posts of one account").wait(wait)
