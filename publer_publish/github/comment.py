"""The one comment of a pull request that holds the summary and is renewed at each push."""

from __future__ import annotations

import hashlib

from publer_publish.clock import Clock
from publer_publish.errors import ActionError
from publer_publish.github.api import GitHub, comments_of, login_of_token, write_comment
from publer_publish.github.event import Event

_LONGEST = 65_000
"""Characters; GitHub takes 65,536."""


def renew(event: Event, token: str, clock: Clock, summary: str, *, only_renew: bool) -> str:
    """Write the summary into our comment and return its address; empty if there is none to renew.

    Ours is the one with the mark of this workflow's step, written by the owner of the token: nobody else's
    comment is touched, whatever it contains. ``only_renew``: do not make one.

    Raises ``ActionError`` that says why there is no comment.
    """
    if event.pull_request is None:
        raise ActionError("this run is not about a pull request")
    if event.no_secrets_reason:
        raise ActionError(f"its token may not write comments: {event.no_secrets_reason}")
    if not token:
        raise ActionError("the input `github-token` is empty")
    api = GitHub(event.api_url, event.repository, token, clock)
    mark = _mark(event.step)
    author = login_of_token(api)
    earlier = next(
        (
            comment.id
            for comment in comments_of(api, event.pull_request)
            if comment.author == author and comment.body.startswith(mark)
        ),
        None,
    )
    if earlier is None and only_renew:
        return ""
    return write_comment(api, event.pull_request, f"{mark}\n{summary}"[:_LONGEST], earlier)


def _mark(step: str) -> str:
    return f"<!-- publer-publish {hashlib.sha256(step.encode()).hexdigest()[:16]} -->"
