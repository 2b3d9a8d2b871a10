"""Rules 6 and 7: from what a job said, and what the post list shows, to one status per target.

``published`` needs evidence, ``failed`` needs Publer's word, and everything else is said to be unknown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from publer_publish.clock import Deadline
from publer_publish.delivery import matching_posts
from publer_publish.delivery.ledger import LOOK_FIRST, Ledger
from publer_publish.delivery.matching_posts import comparable, listed_posts
from publer_publish.delivery.media import key_of
from publer_publish.delivery.targets import Key, Target
from publer_publish.delivery.waiting import Progress
from publer_publish.errors import ServiceError
from publer_publish.publer.api import Publer
from publer_publish.publer.model import Job, JobEntry, JobState, LivePost, Verdict
from publer_publish.report.values import Status

_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Between look-ups: after them a post that was taken has had a minute to appear."""
_FOR_A_LOOK = 1.0
"""Seconds that the last wait leaves for the last look."""
_LINK_PAUSES = (1.0, 3.0)
"""For a missing link only: it may take hours, or never come (publer-api 8.1)."""
_LINK_TIME = 20.0
"""Seconds for all looks for links: a run does not wait any longer for what is no failure."""
_TRY = "Try the same post in Publer itself, which may say more; a re-run sends it again."

_LOOK_AT_HELD = (
    "It may wait for an approval, for its account to be connected again, or for the plan: release it there, "
    "or delete it before posting it again."
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A target whose fate the job's answer leaves open, and what is concluded if the list shows nothing."""

    target: Target
    otherwise: Status
    message: str


def read_verdicts(
    targets: Sequence[Target], job: Job, ledger: Ledger, *, known: Container[str] = ()
) -> list[Doubt]:
    """Settle every target on which the job speaks clearly; return the others.

    ``known``: identities of posts from before the request. A job that names one speaks of another post.
    """
    doubts = []
    nameless = [
        entry for entry in job.entries if not any(_is_about(entry, target, targets) for target in targets)
    ]
    of_all = _said_of_all(job, nameless)
    for target in targets:
        own = [
            replace(entry, verdict=Verdict.UNKNOWN) if entry.post and entry.post.id in known else entry
            for entry in job.entries
            if _is_about(entry, target, targets)
        ]
        doubt = _judge(target, own, nameless, job, of_all, alone=len(targets) == 1, ledger=ledger)
        if doubt:
            doubts.append(doubt)
    return doubts


def _judge(
    target: Target,
    own: Sequence[JobEntry],
    nameless: Sequence[JobEntry],
    job: Job,
    of_all: str,
    *,
    alone: bool,
    ledger: Ledger,
) -> Doubt | None:
    """One target: settled (None) or in doubt."""
    refusals = [entry for entry in own if entry.verdict is Verdict.FAILED]
    successes = [entry for entry in own if entry.verdict is Verdict.PUBLISHED]
    complaints = _sentences(refusals) or _sentences(own) or _sentences(nameless) or of_all
    if successes and not refusals:
        ledger.settle(target, Status.PUBLISHED, live=successes[0].post)
        return None
    if refusals and not successes:
        ledger.settle(target, Status.FAILED, complaints or f"Publer refused it without saying why. {_TRY}")
        return None
    if refusals and successes:
        return Doubt(
            target, Status.UNCONFIRMED, f"Publer says both: published, and {complaints}. {LOOK_FIRST}"
        )
    # A job that failed and names others only says nothing of this target, nor of a post that Publer has.
    has_post = any(entry.post and (entry.post.id or entry.post.state) for entry in own)
    failed_as_a_whole = (
        job.state is JobState.FAILED and not has_post and bool(own or nameless or not job.entries)
    )
    if failed_as_a_whole or (alone and any(entry.verdict is Verdict.FAILED for entry in nameless)):
        return Doubt(target, Status.FAILED, complaints or f"Publer's job failed without saying why. {_TRY}")
    if job.nothing_failed:
        return Doubt(target, Status.ACCEPTED, "Publer's job is complete and names no failure.")
    return Doubt(
        target, Status.UNCONFIRMED, f"{complaints or 'Publer did not say what became of it.'} {LOOK_FIRST}"
    )


def _said_of_all(job: Job, nameless: Sequence[JobEntry]) -> str:
    """Publer's sentence about the whole job; empty if it is what the job says of single accounts."""
    of_single = {entry.message for entry in job.entries if entry.message and entry not in nameless}
    return "" if any(one in job.message for one in of_single) else job.message


def _is_about(entry: JobEntry, target: Target, targets: Sequence[Target]) -> bool:
    account = target.account
    if entry.account_id:
        return entry.account_id == account.id
    same = [
        other
        for other in targets
        if (entry.provider or entry.account_name)
        and (not entry.provider or entry.provider in (other.account.provider, other.account.type))
        and (not entry.account_name or entry.account_name == other.account.name)
    ]
    return same == [target]


def _why_held(post: LivePost) -> str:
    why = f": {post.error}" if post.error else ""
    return f"Publer has the post and holds it back (state {post.state}{why}). {_LOOK_AT_HELD}"


def _why_failed(post: LivePost, doubt: Doubt) -> str:
    """Its own error, else what the job said; but not "may be live": Publer lists it as what is not."""
    of_job = doubt.message if doubt.otherwise is Status.FAILED else ""
    return post.error or of_job or f"Publer lists the post as {post.state}, without saying why. {_TRY}"


def _sentences(entries: Iterable[JobEntry]) -> str:
    return "; ".join(dict.fromkeys(entry.message for entry in entries if entry.message))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmer:
    """Looks in Publer's post list for what a job, or its silence, left open."""

    publer: Publer
    ledger: Ledger
    search: matching_posts.Search
    deadline: Deadline
    log: Callable[[str], None]

    def settle(self, doubts: Sequence[Doubt]) -> None:
        """Settle every doubt: by evidence if some appears in time, else by what it says itself."""
        left = list(doubts)
        looks = 0
        progress = Progress(self.deadline.clock, self.log, "Looking in Publer's post list")
        for pause in _PAUSES:
            time_to_wait = self.deadline.remaining() - _FOR_A_LOOK
            if not left or time_to_wait <= 0:
                break
            progress.wait(min(pause, time_to_wait))
            posts = self._look_for([doubt.target for doubt in left], progress, self.deadline)
            looks += posts is not None
            left = [doubt for doubt in left if not self._settle_by_evidence(doubt, posts or ())]
            if all(doubt.otherwise is not Status.UNCONFIRMED for doubt in left) and pause >= _PAUSES[2]:
                break
        if left and looks:
            times = "once" if looks == 1 else f"{looks} times"
            names = ", ".join(str(doubt.target) for doubt in left)
            self.log(
                f"Publer's post list, read {times}, shows nothing that is certainly the post for {names}."
            )
        for doubt in left:
            self.ledger.settle(doubt.target, doubt.otherwise, doubt.message)

    def _settle_by_evidence(self, doubt: Doubt, posts: Sequence[LivePost]) -> bool:
        post = matching_posts.find(doubt.target, posts, self.search)
        if post is None:
            return False
        if matching_posts.is_live(post):
            self.ledger.settle(doubt.target, Status.PUBLISHED, live=post)
        elif matching_posts.is_failed(post):
            self.ledger.settle(doubt.target, Status.FAILED, _why_failed(post, doubt), live=post)
        elif matching_posts.is_held(post):
            self.ledger.settle(doubt.target, Status.UNCONFIRMED, _why_held(post), live=post)
        else:
            return False
        return True

    def find_links(self, targets: Sequence[Target], known: Callable[[Target], LivePost | None]) -> None:
        """Rule 7: a few looks for links that the job's answer lacks. A missing link is never a failure."""
        progress = Progress(self.deadline.clock, self.log, "Looking for the links of new posts")
        left = list(targets)
        clock = self.deadline.clock
        soon = Deadline.after(clock, min(_LINK_TIME, self.deadline.remaining()))
        for pause in _LINK_PAUSES:
            if not left or soon.expired():
                return
            progress.wait(min(pause, soon.remaining()))
            posts = self._look_for(left, progress, soon) or ()
            for target in list(left):
                own = known(target)
                post = next((one for one in posts if own and one.id == own.id), None)
                post = post or matching_posts.find(target, posts, self.search)
                if post and matching_posts.is_live(post) and post.link:
                    self.ledger.add_link(target, post)
                    left.remove(target)

    def _look_for(
        self, targets: Sequence[Target], progress: Progress, deadline: Deadline
    ) -> tuple[LivePost, ...] | None:
        """The list, or None if it could not be read."""
        accounts = [target.account.id for target in targets]
        try:
            return listed_posts(self.publer, accounts, since=self.search.since, deadline=deadline)
        except ServiceError as error:
            progress.note(f"{error.message} The post list could not be read.")
            return None


def repeats_among(targets: Iterable[Target]) -> dict[Key, Target]:
    """Of every target that is the same post on the same account as an earlier one: that earlier one."""
    first: dict[Hashable, Target] = {}
    return {
        target.key: original
        for target in targets
        if (original := first.setdefault(_what_is_posted(target), target)) is not target
    }


def _what_is_posted(target: Target) -> Hashable:
    """Everything by which two posts on an account can differ, but for what is said below them."""
    content = target.content
    return (
        target.account.id,
        content.type,
        comparable(content.text),
        tuple(map(key_of, content.media)),
        _written(content.fields),
        _written(content.extra),
    )


def _written(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, sort_keys=True, default=str)


def settle_repeat(target: Target, original: Target, ledger: Ledger) -> None:
    """It shares the fate of the earlier one: "skipped as live" only if that is live."""
    became = ledger.result_of(original)
    earlier = f"the same post stands earlier in this run ({_place(original)})"
    post = LivePost(
        id=became.post_id or "", account_id=target.account.id, state="published", link=became.url or ""
    )
    if became.status is Status.FAILED:
        ledger.settle(target, Status.FAILED, f"not sent: {earlier}, and it failed. A re-run sends it once.")
    elif became.status is Status.UNCONFIRMED:
        said = f"not sent: {earlier}, and what became of it is not known. {LOOK_FIRST}"
        ledger.settle(target, Status.UNCONFIRMED, said, live=post)
    else:
        ledger.settle(target, Status.SKIPPED, earlier, live=post, duplicate=True)


def _place(target: Target) -> str:
    return f"post {target.post.index + 1} of {target.post.file or 'the input `text`'}"
