"""The words and symbols for networks and statuses; a status never claims more than is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from publer_publish.delivery.outcomes import Result, Status
from publer_publish.delivery.run import Outcome
from publer_publish.errors import Problem
from publer_publish.report.rerun import LOOK_FIRST
from publer_publish.report.text import one_line, plural

NETWORKS = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "twitter": "X",
    "linkedin": "LinkedIn",
    "pinterest": "Pinterest",
    "google": "Google Business",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "wordpress": "WordPress",
    "wordpress_oauth": "WordPress",
    "wordpress_basic": "WordPress",
    "telegram": "Telegram",
    "mastodon": "Mastodon",
    "threads": "Threads",
    "bluesky": "Bluesky",
}

SYMBOLS = {
    Status.PUBLISHED: "✅",
    Status.ACCEPTED: "⏳",
    Status.FAILED: "❌",
    Status.UNCONFIRMED: "❓",
    Status.SKIPPED: "⏭️",
    Status.VALID: "✅",
    Status.INVALID: "❌",
}

OUTCOME_SYMBOLS = {
    Outcome.CANCELLED: "⏹️",
    Outcome.INVALID: "❌",
    Outcome.PARTIAL: "⚠️",
    Outcome.FAILED: "❌",
    Outcome.UNCONFIRMED: "❓",
    Outcome.PUBLISHED: "✅",
    Outcome.SKIPPED: "⏭️",
    Outcome.VALID: "✅",
    Outcome.HEALTHY: "✅",
    Outcome.UNHEALTHY: "❌",
}

MAY_BE_LIVE = "may or may not be live"

LONG_STATUS = {
    Status.ACCEPTED: "accepted by Publer, not yet seen live",
    Status.UNCONFIRMED: f"unconfirmed: {MAY_BE_LIVE}; {LOOK_FIRST}",
}

_ORDER = (
    Status.PUBLISHED,
    Status.ACCEPTED,
    Status.VALID,
    Status.FAILED,
    Status.INVALID,
    Status.UNCONFIRMED,
    Status.SKIPPED,
)


def network_label(network: str | None) -> str:
    """Return the network's name as people write it; a name we do not know as it is; if none is known."""
    return NETWORKS.get(network, one_line(network, 40)) if network else "any network"


def explanation(result: Result) -> str:
    """Return what the bare word of a status leaves open; empty if it, or the message, says all."""
    if MAY_BE_LIVE in result.message or (result.duplicate and result.message):
        return ""
    words, bare = status_words(result), result.status.value
    return "" if words == bare else words.removeprefix(f"{bare}: ")


def status_words(result: Result) -> str:
    """Return what is known about a target, and no more."""
    if result.status is Status.SKIPPED and result.duplicate:
        return "skipped: already live"
    return LONG_STATUS.get(result.status, result.status.value)


def target(result: Result) -> str:
    """Return the name of a target on one line: ``LinkedIn / Acme Inc``."""
    account = one_line(result.account_name or result.account_id or "", 80)
    return f"{network_label(result.network)} / {account}" if account else network_label(result.network)


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
    return ", ".join(f"{tally[status]:,} {status.value}" for status in _ORDER if tally[status])


def how_many(problems: Sequence[Problem]) -> str:
    """Return ``50``, or ``more than 500`` if not all are listed."""
    listed = sum(not problem.stands_for_more for problem in problems)
    return f"{listed:,}" if listed == len(problems) else f"more than {listed:,}"


def need_attention(count: int) -> str:
    """Return the line above the targets that do."""
    return f"{plural(count, 'target')} {'needs' if count == 1 else 'need'} attention:"


def names(results: Sequence[Result], limit: int = 3) -> str:
    """Return the first few targets by name: ``X / acme, LinkedIn / Acme Inc and 3 more``."""
    first = ", ".join(target(result) for result in results[:limit])
    return f"{first} and {len(results) - limit:,} more" if len(results) > limit else first
