"""Values for tests, with only what a test is about spelled out."""

from __future__ import annotations

from typing import Any

from publer_publish.delivery.ledger import Target
from publer_publish.errors import Where
from publer_publish.post.model import AccountRef, Content, Post, Selector, SelectorKind
from publer_publish.publer.model import Account, ListedPost

_REF = AccountRef(selector=Selector(kind=SelectorKind.ALL, written="*"), where=Where())


def target(
    *,
    post: int = 0,
    account: str = "a",
    network: str = "twitter",
    text: str = "Hello",
    name: str = "",
    type: str = "status",  # noqa: A002  (Publer's word)
    **content: Any,
) -> Target:
    return Target(
        post=Post(file="posts.yml", index=post, where=Where()),
        account=Account(id=account, provider=network, name=name or account),
        ref=_REF,
        content=Content(network=network, type=type, text=text, where=Where(), **content),
    )


def live(id: str = "p1", **fields: Any) -> ListedPost:  # noqa: A002  (Publer's word)
    given: dict[str, Any] = {"account_id": "a", "state": "published", "text": "Hello", "at": 1000.0}
    return ListedPost(id=id, **(given | fields))
