"""Rules 6 and 7: from what a job said, and what the post list shows, to one status per target.

``published`` needs evidence, ``failed`` needs Publer's word, and everything else is said to be unknown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from publer_publish.clock import Deadline, Progress
from publer_publish.delivery.duplicates import describe_open
from publer_publish.delivery.ledger import LOOK_FIRST, Key, Ledger, Target
from publer_publish.delivery.matching_posts import (
    OTHER,
    SAME,
    Match,
    Origin,
    PostList,
    compare,
    rank,
    unlisted,
)
from publer_publish.errors import ServiceError
from publer_publish.publer.model import Job, JobEntry, JobState, ListedPost, Verdict
from publer_publish.report.values import Status

_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0, 30.0)
"""Between look-ups: after them a post that was taken has had two minutes to appear."""
_LOOKS_FOR_A_FAILURE = 3
"""A job that failed is believed after so many: its post hardly appears."""
_MINUTE = 60.0
"""Publer may cut the time of a post to this."""
_CLOCKS_DIFFER = 1.0
"""Seconds, where both are right."""
_FOR_A_LOOK = 1.0
"""Seconds that the last wait leaves for the last look."""
_LINK_PAUSES = (1.0, 3.0)
"""For a missing link only: it may take hours, or never come (publer-api 8.1)."""
_LINK_TIME = 20.0
"""Seconds for all look-ups of links: a missing link is no failure, and not worth a longer wait."""
_STATES = ("published", "failed")
"""Without these the list does not tell what became of a post."""
_TRY = "Try the same post in Publer itself, which may say more; a re-run sends it again."
_LOOK_AT_HELD = (
    "It may be waiting for approval, for its account to be reconnected, or for the plan: release it there, "
    "or delete it before posting it again."
)


class Unsettled(NamedTuple):
    """A target whose fate the job's answer leaves open, and what is concluded if the list shows nothing."""

    target: Target
    otherwise: Status
    message: str


class Verdicts(NamedTuple):
    """What a job's answer leaves to be done."""

    unsettled: list[Unsettled]
    too_soon: list[Unsettled]
    """Refused because of Publer's minute between two posts of an account: certainly not posted."""


# Publer's sentences may be in the user's language: what matters is one minute, and posts.
_ONE_MINUTE = r"(?i)\b(?:one|1|una?|uno|um|une|eine[rmn]?|ein|een|en|ett|jedn\w+)[\s-]+minu\w+"
_POSTS = r"(?i)\b(?:post|beitr|public|bericht|inl[æä]g|wpis)\w*"
_ABOUT_MEDIA = r"(?i)\b(?:video|reel|stor|clip|film|durat|dauer)\w*"


def is_about_the_minute(sentence: str) -> bool:
    """Whether Publer refuses a post because its account had another within the minute."""
    return bool(
        re.search(_ONE_MINUTE, sentence)
        and re.search(_POSTS, sentence)
        and not re.search(_ABOUT_MEDIA, sentence)
    )


def read_verdicts(
    targets: Sequence[Target], job: Job, ledger: Ledger, *, known: Container[str] = ()
) -> Verdicts:
    """Settle every target on which the job speaks clearly; return the others.

    ``known``: identities of posts from before the request. A job that names one speaks of another post.
    """
    found = Verdicts([], [])
    named = [(entry, _named_by(entry, targets)) for entry in job.entries]
    nameless = [entry for entry, about in named if not about]
    for target in targets:
        own = [
            entry._replace(verdict=Verdict.UNKNOWN) if _is_of_another(entry, target, known) else entry
            for entry, about in named
            if any(one is target for one in about)
        ]
        posts = [entry.post for entry in own if entry.verdict is Verdict.PUBLISHED]
        refused = any(entry.verdict is Verdict.FAILED for entry in own)
        unsettled = _judge(target, own, nameless, job, alone=len(targets) == 1)
        failed = unsettled.otherwise is Status.FAILED
        if posts and not refused:
            ledger.settle(target, Status.PUBLISHED, live=posts[0])
        elif failed and is_about_the_minute(unsettled.message):
            found.too_soon.append(unsettled)
        elif failed and refused:
            ledger.settle(target, Status.FAILED, unsettled.message)
        else:
            found.unsettled.append(unsettled)
    return found


def _is_of_another(entry: JobEntry, target: Target, known: Container[str]) -> bool:
    """Whether the post of an entry was there before, or has other words than the target."""
    if entry.post is None:
        return False
    is_other = compare(target, entry.post, origin=Origin.SINCE_THE_REQUEST) is OTHER
    return entry.post.id in known or (bool(entry.post.text.strip()) and is_other)


def _judge(
    target: Target, own: Sequence[JobEntry], nameless: Sequence[JobEntry], job: Job, *, alone: bool
) -> Unsettled:
    """One target without a clear success: what is concluded unless the list shows its post."""
    refusals = [entry for entry in own if entry.verdict is Verdict.FAILED]
    complaints = _sentences(refusals) or _sentences(own) or _sentences(nameless) or job.message
    if refusals and any(entry.verdict is Verdict.PUBLISHED for entry in own):
        both = f"Publer says both: published, and {complaints}. {LOOK_FIRST}"
        return Unsettled(target, Status.UNCONFIRMED, both)
    # A job that failed and names others only says nothing of this target, nor of a post that Publer has.
    has_post = any(entry.post and (entry.post.id or entry.post.state) for entry in own)
    is_named = bool(own or nameless or not job.entries)
    failed_as_a_whole = job.state is JobState.FAILED and is_named and not has_post
    its_own = alone and any(entry.verdict is Verdict.FAILED for entry in nameless)
    if refusals or failed_as_a_whole or its_own:
        return Unsettled(target, Status.FAILED, complaints or f"Publer refused it without saying why. {_TRY}")
    silence = (
        "Publer's job is complete and names no failure, but shows no post."
        if job.nothing_failed
        else "Publer did not say whether it was published."
    )
    said = complaints or silence
    end = "" if said.endswith((".", "!", "?", "…")) else "."
    return Unsettled(target, Status.UNCONFIRMED, f"{said}{end} {LOOK_FIRST}")


def _named_by(entry: JobEntry, targets: Sequence[Target]) -> list[Target]:
    if entry.account_id:
        return [target for target in targets if entry.account_id == target.account.id]
    same = [
        other
        for other in targets
        if (entry.provider or entry.account_name)
        and (not entry.provider or entry.provider in (other.account.provider, other.account.type))
        and (not entry.account_name or entry.account_name == other.account.name)
    ]
    return same if len(same) == 1 else []


def _why_failed(post: ListedPost, unsettled: Unsettled) -> str:
    """Its own error, else what the job said; but not "may be live": Publer lists it as what is not."""
    of_job = unsettled.message if unsettled.otherwise is Status.FAILED else ""
    return post.error or of_job or f"Publer lists the post as {post.state}, without saying why. {_TRY}"


def _sentences(entries: Iterable[JobEntry]) -> str:
    return "; ".join(dict.fromkeys(entry.message for entry in entries if entry.message))


class _Shown(NamedTuple):
    """What the list showed."""

    posts: Sequence[ListedPost]
    new: Sequence[ListedPost]
    """Posts that this request may have made."""
    rivals: Sequence[Target]
    """Targets of earlier requests whose posts may be among these."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Confirmer:
    """Looks in Publer's post list for what a job, or its silence, left open."""

    posts: PostList
    ledger: Ledger
    deadline: Deadline
    log: Callable[[str], None]
    since: float
    """Seconds since the epoch; earlier posts are others."""
    began: float = 0.0
    """When the request left (seconds since the epoch): what failed earlier is another attempt."""
    known: Container[str] = ()
    """Identities of posts that were there before, and therefore are others."""
    takes_timeless: bool = True
    """Whether a post without a time can be it: not without a look beforehand, as it may be of any day."""
    is_retry: bool = False
    """Whether Publer's minute refused an earlier attempt: what the list shows of that is not this one."""
    rivals: Mapping[str, Sequence[Target]] = field(default_factory=dict)
    """Targets of earlier requests by the ids of their posts, if these are known.

    What is not listed under its id may still appear, or be listed under another (publer-api 8.1).
    """
    _open: dict[Key, Match] = field(default_factory=dict)
    """What the list showed that may be a target."""
    _failed: dict[Key, ListedPost] = field(default_factory=dict)
    """Posts that failed, as first seen: one of another run may be listed before ours, which is live."""

    def settle(self, unsettled: Sequence[Unsettled]) -> None:
        """Settle every target: by evidence if some appears in time, else by what was concluded before."""
        left = list(unsettled)
        read = 0
        progress = Progress(self.deadline.clock, self.log, "Looking in Publer's post list")
        for number, pause in enumerate(_PAUSES):
            time_to_wait = self.deadline.remaining() - _FOR_A_LOOK
            failed = all(one.otherwise is Status.FAILED for one in left)
            if time_to_wait <= 0 or (failed and number >= _LOOKS_FOR_A_FAILURE):
                break
            progress.wait(min(pause, time_to_wait))
            shown = self._look_for([one.target for one in left], progress, self.deadline)
            if shown is None:
                continue
            read += 1
            left = [one for one in left if not self._settle_by_evidence(one, shown)]
            if not left:
                return
        if read:
            times = "once" if read == 1 else f"{read} times"
            names = ", ".join(str(one.target) for one in left)
            self.log(
                f"Publer's post list, read {times}, shows nothing that is certainly the post for {names}."
            )
        for one in left:
            message, found = one.message, self._open.get(one.target.key)
            if post := self._failed.get(one.target.key):
                self.ledger.settle(one.target, Status.FAILED, _why_failed(post, one), live=post)
                continue
            if found and one.otherwise is Status.UNCONFIRMED:
                message = f"{describe_open(found)}. {message}"
            self.ledger.settle(one.target, one.otherwise, message)

    def _settle_by_evidence(self, unsettled: Unsettled, shown: _Shown) -> bool:
        target = unsettled.target
        post = self._find(target, shown)
        if post is None:
            return False
        if post.is_live:
            self.ledger.settle(target, Status.PUBLISHED, live=post)
        elif post.has_failed and not (self.is_retry and is_about_the_minute(post.error)):
            if self._failed.setdefault(target.key, post) is post:
                return False
            self.ledger.settle(target, Status.FAILED, _why_failed(post, unsettled), live=post)
        elif post.is_held:
            why = f": {post.error}" if post.error else ""
            held = f"Publer has the post and holds it back (state {post.state}{why}). {_LOOK_AT_HELD}"
            self.ledger.settle(target, Status.UNCONFIRMED, held, live=post)
        else:
            return False
        return True

    def _find(self, target: Target, shown: _Shown) -> ListedPost | None:
        """The listed post that is this target and no other's: a live one first, a failed one last."""
        found = []
        for post in shown.new:
            if post.account_id != target.account.id:
                continue
            comparison = self.posts.compare(target, post, Origin.SINCE_THE_REQUEST)
            rivals = (self.posts.compare(rival, post, Origin.SINCE_THE_REQUEST) for rival in shown.rivals)
            if comparison is SAME and all(rival is OTHER for rival in rivals):
                found.append(post)
            elif comparison not in (SAME, OTHER):
                self._open[target.key] = Match(post, comparison)
        return min(found, key=rank, default=None)

    def _is_new(self, post: ListedPost) -> bool:
        if post.identity in self.known:
            return False
        if post.at is None:
            return self.takes_timeless
        if not post.has_failed:
            return post.at >= self.since
        # A failure that is listed late may be that of an earlier attempt; its time may be cut, as here.
        is_cut = post.at % _MINUTE == 0
        began = self.began // _MINUTE * _MINUTE if is_cut else math.floor(self.began) - _CLOCKS_DIFFER
        return post.at >= began

    def find_links(self, targets: Sequence[Target]) -> None:
        """Rule 7: look a few times for links that the job's answer lacks. A missing one is no failure."""
        progress = Progress(self.deadline.clock, self.log, "Looking for the links of new posts")
        left = list(targets)
        clock = self.deadline.clock
        soon = Deadline.after(clock, min(_LINK_TIME, self.deadline.remaining()))
        for pause in _LINK_PAUSES:
            if not left or soon.expired():
                return
            progress.wait(min(pause, soon.remaining()))
            shown = self._look_for(left, progress, soon)
            if shown is None:
                continue
            for target in list(left):
                own = self.ledger.result_of(target).post_id
                post = next((one for one in shown.posts if own and one.id == own), None)
                post = post or self._find(target, shown)
                if post and post.is_live and post.link:
                    self.ledger.add_link(target, post)
                    left.remove(target)

    def _look_for(self, targets: Sequence[Target], progress: Progress, deadline: Deadline) -> _Shown | None:
        """The list, or None if it could not be read."""
        try:
            wanted = [target.account.id for target in targets]
            posts = self.posts.read(wanted, since=self.since, deadline=deadline, alone=_STATES)
        except ServiceError as error:
            progress.note(f"{error.message} The post list could not be read.")
            return None
        new = [post for post in posts if self._is_new(post)]
        self.posts.learn_signatures(targets, new, lambda _: Origin.SINCE_THE_REQUEST, deadline)
        accounts = {post.account_id for post in new}
        return _Shown(
            posts=posts,
            new=new,
            rivals=[rival for rival in unlisted(self.rivals, posts) if rival.account.id in accounts],
        )
