"""Rule 1: a minute between two posts of an account, also after a post of an earlier run or by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from publer_publish.clock import Clock
from publer_publish.delivery.targets import Target
from publer_publish.delivery.waiting import Progress

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
