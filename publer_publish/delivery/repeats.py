"""Rule 3, within a run: what comes out as the same post on the same account goes out once."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping

from publer_publish.delivery.ledger import LOOK_FIRST, Ledger
from publer_publish.delivery.likeness import comparable
from publer_publish.delivery.outcomes import Status
from publer_publish.delivery.prepared import key_of
from publer_publish.delivery.targets import Key, Target
from publer_publish.publer.model_posts import LivePost


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
