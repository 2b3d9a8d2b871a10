"""Promise: what ``validate`` lets pass has a form that Publer's reference shows to work.

The stand-in is written from the reference alone, and refuses everything else by default.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.delivery.media import UploadedMedia
from publer_publish.delivery.request import bulk_body
from publer_publish.delivery.resolve import resolve
from publer_publish.errors import Problems
from publer_publish.networks.table import NETWORKS
from publer_publish.post.checks import Checks
from publer_publish.post.load import Options, load
from publer_publish.publer.model import Account, Album
from publer_publish.workspace import Workspace
from sandbox.judging import judge
from sandbox.scenario import Accepts, Scenario
from tests.support.context import Context

CARD = {
    "url": "https://example.com",
    "title": "T",
    "description": "D",
    "images": ["https://example.com/a.png"],
}
PERIOD = {"start": "2026-12-01T20:00:00+00:00", "end": "2026-12-01T23:00:00+00:00"}
MEDIA = ["", *("photo", "photo photo", "video", "video video", "gif", "gif gif", "document"), "photo video"]
MEDIA += ["photo gif", "document photo", "document document", " ".join(["photo"] * 11)]
FIELDS: list[dict[str, Any]] = [
    {},
    {"url": "https://example.com"},
    {"link": {"url": "https://example.com"}},
    {"options": ["A", "B"], "duration": 1},
    {"options": ["A", "B"], "duration": 1, "question": "Q?"},
    {"sublinks": [CARD]},
    *({"details": {"type": kind}} for kind in ("reel", "story", "short", "document", "photo", "long_post")),
    {"details": {"type": "event", "title": "T", **PERIOD}},
    {"details": {"type": "offer", "title": "T"}},
    {"content": [{"id": "1", "type": "paragraph", "data": {"text": "Hello"}}]},
]
HERE = Workspace(Path(__file__).parent)
Case = tuple[str, str, dict[str, Any], str, bool, bool]


def cases(network: str) -> Iterator[Case]:
    types = ["", *sorted(NETWORKS[network].types)]
    for media, fields, kind in itertools.product(MEDIA, FIELDS, types):
        yield network, media, fields, kind, True, True
        yield network, media, fields, kind, False, False


def refusal(case: Case) -> str | None:
    """Publer's sentence against a post that validation lets pass; None also if it does not."""
    network, media, fields, kind, has_text, has_title = case
    own = dict(fields)
    own |= {"type": kind} if kind else {}
    own |= {"title": "T"} if has_title else {}
    own |= {"text": "Hello"} if has_text else {}
    own |= {"board": "Launches"} if NETWORKS[network].has_boards else {}
    items = [{"id": f"{number}-{one}", "type": one} for number, one in enumerate(media.split())]
    own |= {"media": items} if items else {}
    account, problems = Scenario().account(network), Problems()
    file = json.dumps({"networks": {network: own}, "accounts": ["*"]}).encode()
    loaded = load([("post.json", file)], "", Options(context=Context(), checks=Checks(HERE)), problems)
    albums = tuple(Album(id=board.id, name=board.name) for board in account.boards)
    listed = Account(id=account.id, provider=network, name="Acme", type=account.public_type(), albums=albums)
    targets = resolve(loaded.drafts, [listed], problems)
    if problems.errors() or not targets:
        return None
    (post,) = bulk_body(targets, UploadedMedia())["posts"]
    (to,) = post["accounts"]
    accepts = Accepts(pictures_with_videos_on_instagram=True)
    return judge(post, to, account, lambda one: one.partition("-")[2], accepts)


@given(st.sampled_from([case for network in NETWORKS for case in cases(network)]))
def test_what_validation_lets_pass_is_taken(case: Case) -> None:
    assert refusal(case) is None


@pytest.mark.exhaustive
@pytest.mark.parametrize("network", NETWORKS)
def test_all_that_validation_lets_pass_is_taken(network: str) -> None:
    refused = {str(case[1:]): said for case in cases(network) if (said := refusal(case))}
    assert refused == {}
