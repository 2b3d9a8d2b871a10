"""The order of a delivery: look for duplicates, upload, then publish, poll and confirm request by request."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from publer_publish.clock import Clock, Deadline, Progress
from publer_publish.delivery import duplicates
from publer_publish.delivery.confirm import Confirmer, Unsettled, read_verdicts
from publer_publish.delivery.ledger import LOOK_FIRST, Key, Ledger, Target
from publer_publish.delivery.matching_posts import SAME, Origin, PostList
from publer_publish.delivery.media import UploadedMedia, Uploader
from publer_publish.delivery.request import bulk_body, media_of, needed_by
from publer_publish.delivery.waiting import wait_for_job
from publer_publish.errors import Problems, ServiceError
from publer_publish.github.console import Console
from publer_publish.networks.table import network
from publer_publish.publer.api import Publer
from publer_publish.publer.errors import LostError, NotSentError, RateLimitedError, RefusedError
from publer_publish.publer.model import Job, ListedPost
from publer_publish.report.values import Status

POSTS_A_REQUEST = 500
"""Publer takes no more (publer-api 3.1)."""
_SKEW = 120.0
"""How much earlier than our request Publer may date a post: its times may be cut to the minute."""
_SKEW_UNSEEN = 60.0
"""The same without a look beforehand: a matching post within the minute is all that Publer would allow.

And the same after an attempt that Publer's minute refused: what failed then is not what is sent now.
"""
_STALE = 10.0
"""Seconds after which the list is read again before publishing: another run may have posted meanwhile."""
LISTED_WITHIN = 120.0
"""Seconds in which Publer lists what it has published, as far as anybody has seen (publer-api 8.1: 18)."""
_LOOK_AGAIN = 5.0
_TO_LOOK, _SHARE_TO_LOOK = 10.0, 0.1
"""Seconds, and share of the time left, that publishing and polling leave for a look at the post list."""
_FOR_ANOTHER_ATTEMPT = 20.0
"""Seconds that a request, its job and a look need after the minute has been waited out."""


class Rules(NamedTuple):
    """What the user decided about the delivery."""

    timeout: float
    """Seconds for one request."""
    window: duplicates.Window
    skip_duplicates: bool = True
    fail_on_duplicates: bool = False


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Delivery:
    """One delivery. Everything that is learned goes into ``ledger`` at the moment it is learned."""

    publer: Publer
    ledger: Ledger
    rules: Rules
    media: Uploader
    deadline: Deadline
    """Ends the preparation together with the first request."""
    console: Console
    problems: Problems
    """Gets the warnings."""
    _posts: PostList = field(init=False)
    _spacing: Spacing = field(init=False)
    _known: set[str] = field(default_factory=set)
    """Identities of posts that this run has not made, or has settled already."""
    _repeats: Mapping[Key, Target] = field(default_factory=dict)
    _looked_at: float = -math.inf
    """When the last look at the post list ended, in monotonic seconds."""
    _settled_at: float = -math.inf
    """When the last request was settled: its job had ended, or had been given up."""

    def __post_init__(self) -> None:
        self._posts = PostList(self.publer, self.console.line)
        self._spacing = Spacing(clock=self.deadline.clock, log=self.console.line)

    def deliver(self, targets: Sequence[Target]) -> None:
        missing = self.look(targets)
        try:
            self._send_all(missing)
        finally:
            self.settle_repeats()

    def look(self, targets: Sequence[Target]) -> list[Target]:
        """The targets that are to be sent. What is live already, or may be, is settled."""
        if self.rules.skip_duplicates or self.rules.fail_on_duplicates:
            self._repeats = duplicates.repeats_among(targets)
        return self._drop_duplicates(targets, self.deadline)

    def wait_until_listed(self) -> None:
        """Wait until whoever looks next sees what this run has sent: until Publer lists it, or must."""
        if self.rules.window.seconds <= 0:
            return
        end = Deadline(self.deadline.clock, self._settled_at + LISTED_WITHIN)
        progress = Progress(end.clock, self.console.line, "Waiting until Publer lists what was sent")
        since = end.clock.time() - self.rules.window.seconds
        perhaps_live = (one for targets in self.ledger.sent().values() for one in targets)
        sent = [one for one in perhaps_live if self.ledger.result_of(one).status is not Status.FAILED]
        while sent and not end.expired():
            with suppress(ServiceError):
                listed = self._posts.read([one.account.id for one in sent], since=since, deadline=end)
                sent = [one for one in sent if not self._is_listed(one, listed)]
            if sent:
                progress.wait(min(_LOOK_AGAIN, end.remaining()))

    def _is_listed(self, target: Target, posts: Iterable[ListedPost]) -> bool:
        own = self.ledger.result_of(target).post_id
        return any(
            post.is_live and (post.id == own or self._posts.compare(target, post, Origin.THIS_RUN) is SAME)
            for post in posts
            if post.account_id == target.account.id
        )

    def settle_repeats(self) -> None:
        """Let what repeats an earlier target of the run share its fate."""
        for target in self.ledger.open_targets():
            if original := self._repeats.get(target.key):
                duplicates.settle_repeat(target, original, self.ledger)

    def _send_all(self, missing: Sequence[Target]) -> None:
        items = media_of(missing)
        media = self.media.upload(items, self.deadline) if items else UploadedMedia()
        ready = self._with_media(missing, media)
        if ready and self._is_stale():
            ready = self._drop_duplicates(ready, self.deadline)
        for number, request in enumerate(rounds(ready, at_most=POSTS_A_REQUEST)):
            left = self.deadline.remaining() if number == 0 else self.rules.timeout
            due = self._unsettled(request)
            self._spacing.keep(due)
            if not self._send_until_settled(due, media, Deadline.after(self.deadline.clock, left)):
                return

    def _unsettled(self, targets: Iterable[Target]) -> list[Target]:
        """The targets of which nothing is known yet, without those that repeat another."""
        unsettled = {target.key for target in self.ledger.open_targets()} - self._repeats.keys()
        return [target for target in targets if target.key in unsettled]

    def _with_media(self, targets: Sequence[Target], media: UploadedMedia) -> list[Target]:
        """The targets whose media Publer has; the others fail, and nothing is published for them."""
        ready = []
        for target in targets:
            if failure := next(filter(None, map(media.failure, needed_by(target))), ""):
                self.ledger.settle(target, Status.FAILED, failure)
                continue
            ready.append(target)
            media.warn(target.content, self.problems)
        return ready

    def _drop_duplicates(self, targets: Sequence[Target], deadline: Deadline) -> list[Target]:
        """Rule 3. Look for everything that is still to be sent, and settle what is live already.

        Returns those of ``targets`` that are not.
        """
        once = self._unsettled(self.ledger.open_targets())
        found = duplicates.look_for_duplicates(
            once,
            self._posts,
            self.rules.window,
            deadline=deadline,
            log=self.console.line,
            taken=self.ledger.post_ids(),
            sent=self.ledger.sent(),
        )
        self._looked_at = deadline.clock.monotonic()
        self._known.update(found.known)
        self._spacing.saw(found.last_post_at)
        if self.rules.fail_on_duplicates and (found or self._repeats):
            self._refuse_all(found)
        elif self.rules.skip_duplicates:
            for target in once:
                self._settle_if_found(target, found)
        return self._unsettled(targets)

    def _is_stale(self) -> bool:
        return self.rules.window.seconds > 0 and self.deadline.clock.monotonic() - self._looked_at > _STALE

    def _settle_if_found(self, target: Target, found: duplicates.Found) -> None:
        if post := found.live.get(target.key):
            said = duplicates.evidence(target, post)
            self.ledger.settle(target, Status.SKIPPED, said, live=post, duplicate=True)
        elif post := found.pending.get(target.key):
            self.ledger.settle(target, Status.UNCONFIRMED, duplicates.why_waiting(post), live=post)
        elif unclear := found.unclear.get(target.key):
            self.ledger.settle(target, Status.UNCONFIRMED, duplicates.why_unclear(unclear))

    def _refuse_all(self, found: duplicates.Found) -> None:
        for target in self.ledger.open_targets():
            post = found.live.get(target.key)
            repeated, unclear = target.key in self._repeats, target.key in found
            other = (
                "a matching post may be live or in progress" if unclear else "another target is a duplicate"
            )
            unseen = "the same post comes earlier in this run" if repeated else other
            why = duplicates.evidence(target, post) if post else unseen
            self.ledger.settle(target, Status.FAILED, f"not sent: {why} (`on-duplicate: fail`)", live=post)

    def _send_until_settled(
        self, request: Sequence[Target], media: UploadedMedia, deadline: Deadline
    ) -> bool:
        """One request, again for what Publer's minute refuses. False: the next one would fail as well."""
        is_retry = False
        while request:
            too_soon = self._send(request, media, deadline, is_retry=is_retry)
            if too_soon is None:
                return False
            request, is_retry = self._free_again(too_soon, deadline), True
        return True

    def _free_again(self, refused: Sequence[Unsettled], deadline: Deadline) -> list[Target]:
        """Wait until the accounts are free again; the next attempt begins with a look."""
        waiting = [one.target for one in refused]
        if deadline.remaining() < self._spacing.wait_for(waiting) + _FOR_ANOTHER_ATTEMPT:
            for one in refused:
                said = f"{one.message} (`timeout` leaves no time for another attempt.)"
                self.ledger.settle(one.target, Status.FAILED, said)
            return []
        if waiting:
            names = ", ".join(map(str, waiting))
            self.console.line(f"Publer refused {names}: {_WHY}. Trying again after that minute.")
            self._spacing.keep(waiting)
        return waiting

    def _send(
        self, request: Sequence[Target], media: UploadedMedia, deadline: Deadline, *, is_retry: bool
    ) -> list[Unsettled] | None:
        """One request, from publishing to the last confirmation.

        Returns what Publer's minute refused; None if Publer did not take the request at all.
        """
        has_looked = self.rules.window.seconds > 0
        skew = _SKEW if has_looked and not is_retry else _SKEW_UNSEEN
        rivals = self.ledger.sent()
        enough = _leaving_time_to_look(deadline)
        sending = list(request)
        began = deadline.clock.time()

        def publish() -> str:
            nonlocal began
            self._look_again(sending, enough)
            began = deadline.clock.time()
            if not sending:
                return ""
            body = bulk_body(sending, media)
            self.console.line(f"Publishing: {', '.join(map(str, sending))}")
            # While the attempt lasts, and after it is lost, silence means "unknown"; else "not sent".
            self.ledger.sending(sending)
            try:
                return self.publer.publish(body, deadline=enough)
            except (NotSentError, RateLimitedError, RefusedError):
                self.ledger.not_sent(sending)
                raise

        job_id, silence = "", ""
        try:
            job_id = send_once(publish, deadline=enough, log=self.console.line)
        except LostError as error:
            silence = error.message
        except ServiceError as error:
            # Publer refused it, or it never got there: nothing was posted, and the rest is not tried.
            for target in self._unsettled(self.ledger.open_targets()):
                self.ledger.settle(target, Status.FAILED, f"not sent: {error.message}")
            self.problems.warn(error.message, error.hint)
            return None
        confirmer = Confirmer(
            posts=self._posts,
            ledger=self.ledger,
            deadline=deadline,
            log=self.console.line,
            since=began - skew,
            began=began,
            known=frozenset(self._known),
            takes_timeless=has_looked,
            is_retry=is_retry,
            rivals=rivals,
        )
        too_soon = self._follow(job_id, silence, sending, confirmer) if sending else []
        self._settled_at = deadline.clock.monotonic()
        for target in sending:
            self._spacing.posted(target.account.id)
        self._known.update(self.ledger.post_ids())
        return too_soon

    def _look_again(self, request: list[Target], deadline: Deadline) -> None:
        """Take out of a request what is live by a fresh look, once its accounts are free."""
        try:
            while request and self._is_stale():
                request[:] = self._drop_duplicates(request, deadline)
                if self._spacing.wait_for(request) + _FOR_ANOTHER_ATTEMPT <= deadline.remaining():
                    self._spacing.keep(request)
        except ServiceError as error:
            # However the look failed, it is certain that nothing was published.
            raise NotSentError(error.message, hint=error.hint, hopeless=True) from error

    def _follow(
        self, job_id: str, silence: str, request: Sequence[Target], confirmer: Confirmer
    ) -> list[Unsettled]:
        """Settle every target but those that Publer's minute refused, by the job if it is known."""
        job: Job | None = None
        if job_id:
            self.ledger.job_ids.append(job_id)
            job, silence = self._end_of(job_id, confirmer.deadline)
        if job is None:
            self.console.line(f"{silence} Looking in Publer's post list.")
            unknown = f"{silence} {LOOK_FIRST}"
            confirmer.settle([Unsettled(one, Status.UNCONFIRMED, unknown) for one in request])
            return []
        verdicts = read_verdicts(request, job, self.ledger, known=self._known)
        self.ledger.not_sent([one.target for one in verdicts.too_soon])
        if verdicts.unsettled:
            confirmer.settle(verdicts.unsettled)
        confirmer.find_links(self.ledger.without_link(request))
        return verdicts.too_soon

    def _end_of(self, job_id: str, deadline: Deadline) -> tuple[Job | None, str]:
        """The job as it ended; or None, and why its end was not seen."""
        self.console.line(f"Publer's job {job_id} is running.")
        progress = Progress(deadline.clock, self.console.line, f"Waiting for Publer's job {job_id}")
        enough = _leaving_time_to_look(deadline)
        try:
            job = wait_for_job(self.publer, job_id, deadline=enough, progress=progress)
        except RefusedError as error:
            return None, error.message
        if job is None:
            return None, f"Publer's job {job_id} did not end within `timeout`."
        self.console.line(f"Publer's job {job_id} ended.")
        self.console.details("Publer's answer, for a report of a problem", job.raw)
        if job.locked:
            self.problems.warn(
                "Publer says that the workspace is locked by its subscription.",
                "Look at the plan of the workspace in Publer.",
            )
        return job, ""


def _leaving_time_to_look(deadline: Deadline) -> Deadline:
    return Deadline(deadline.clock, deadline.at - min(_TO_LOOK, _SHARE_TO_LOOK * deadline.remaining()))


_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 10.0
_MOST_ATTEMPTS = 8


def send_once(publish: Callable[[], str], *, deadline: Deadline, log: Callable[[str], None]) -> str:
    """Publish and return the job id.

    Repeats only after a connection that was never established and after 429, both of which say for certain
    that nothing was taken. Raises ``NotSentError``, ``RateLimitedError`` (time is up), ``RefusedError``
    (Publer said no) or ``LostError``: it may have been taken, and the caller must look.
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
_WHY = "Publer requires a minute between two posts for one account"


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
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
            self.posted(account_id, min(GAP, latest + GAP - self.clock.time()))

    def posted(self, account_id: str, seconds: float = GAP) -> None:
        """Learn that an account is not free for so many seconds."""
        until = self.clock.monotonic() + seconds
        self._free_at[account_id] = max(until, self._free_at.get(account_id, until))

    def wait_for(self, request: Sequence[Target]) -> float:
        """Seconds until every account of a request is free."""
        now = self.clock.monotonic()
        return max([0.0, *(self._free_at.get(target.account.id, now) - now for target in request)])

    def keep(self, request: Sequence[Target]) -> None:
        """Wait until every account of a request is free, and show it."""
        if wait := self.wait_for(request):
            late = ", ".join(str(target) for target in request if self.wait_for([target]))
            self.log(f"Waiting {wait:.0f} s: {_WHY} ({late}).")
            what = "Still waiting for the minute between two posts for one account"
            Progress(self.clock, self.log, what).wait(wait)


def rounds(targets: Sequence[Target], *, at_most: int) -> list[list[Target]]:
    """Split targets into requests: as few as possible, each account at most once in each.

    Publer refuses a second post for an account within the minute, so the n-th post of an account goes into
    the n-th round, in file order; so does the n-th of a network that takes one account at a time.
    ``at_most`` is the number of posts that one request may carry.
    """
    by_round: defaultdict[int, list[Target]] = defaultdict(list)
    taken: Counter[str] = Counter()
    for target in targets:
        rules = network(target.content.network)
        slot = rules.key if rules.one_account_at_a_time else target.account.id
        by_round[taken[slot]].append(target)
        taken[slot] += 1
    return [part for group in by_round.values() for part in _parts(group, at_most)]


def _parts(targets: Sequence[Target], at_most: int) -> Iterable[list[Target]]:
    posts = list(dict.fromkeys(target.key[:2] for target in targets))
    for start in range(0, len(posts), at_most):
        some = set(posts[start : start + at_most])
        yield [target for target in targets if target.key[:2] in some]
