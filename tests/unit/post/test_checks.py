"""Promise: what a network would not take is told where it stands, with a cure that works, and once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from publer_publish.errors import Problem
from publer_publish.post.checks import Checks
from publer_publish.post.load import Options, load, named_networks
from publer_publish.post.workspace import Workspace

ROOT = Path(__file__).parents[3]
PICTURE = {"file": "examples/media/card.png", "alt_text": "A blue card"}
DOCUMENT = {"file": "examples/media/slides.pdf"}


class Context:
    def values(self, names: frozenset[str]) -> Mapping[str, object]:
        return {}


def problems_of(post: Mapping[str, Any]) -> list[Problem]:
    """Give everything that ``validate`` says about a post: of the file, then of each network's content."""
    options = Options(context=Context(), checks=Checks(Workspace(ROOT)))
    loaded = load([("post.json", json.dumps(post).encode())], "", options)
    found = list(loaded.problems)
    for draft in loaded.drafts:
        for network in named_networks(draft)[0]:
            found += draft.content(network).problems
    return list(dict.fromkeys(found))


def told(post: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(problem.where.path, problem.message) for problem in problems_of(post)]


def on(network: str, own: Any = None, **post: Any) -> dict[str, Any]:
    """Make a post for one network."""
    networks = {} if own is None else {"networks": {network: own}}
    return {"text": "Hi", "accounts": [f"{network}/*"], **networks, **post}


@pytest.mark.parametrize(
    ("post", "path"),
    [
        ({"text": "Hi", "acounts": ["twitter/*"]}, "acounts"),
        ({"Text": "Hi", "accounts": ["twitter/*"]}, "Text"),
        ({"txt": "Hi", "accounts": ["twitter/*", "linkedin/*"]}, "txt"),
        ({"text": 2.0, "accounts": ["twitter/*"]}, "text"),
        ({"text": None, "accounts": ["twitter/*"]}, "text"),
        ({"accounts": ["twitter/*"]}, ""),
        ({"text": "Hi", "accounts": ["twitter/*", ""]}, "accounts[1]"),
        ({"text": "Hi", "image": "card.png", "accounts": ["instagram/*"]}, "image"),
        ({"text": "Hi", "networks": {"x": {"options": ["a"]}}, "accounts": ["twitter/*"]}, "networks.x"),
        (on("instagram", media="card.png"), "media"),
        (on("instagram", media=["card.png"]), "media[0]"),
        (on("twitter", media=[{"url": "card.png"}]), "media[0].url"),
        (on("facebook", {"type": "link", "link": "https://example.com"}), "networks.facebook.link"),
        (on("facebook", {"type": "poll"}), "networks.facebook.type"),
        (on("twitter", {"type": "thread"}), "networks.twitter.type"),
        (on("instagram", {"url": "https://example.com"}, media=[PICTURE]), "networks.instagram.url"),
        (on("twitter", {"options": ["a", "b", "c", "d", "e"], "duration": 1}), "networks.twitter.options"),
        (on("mastodon", {"options": ["a", "b", "c", "d", "e"], "duration": 1}), "networks.mastodon.options"),
        (on("linkedin", title="Slides", media=[DOCUMENT]), "title"),
    ],
)
def test_one_mistake_is_told_once_and_not_what_follows_from_it(post: dict[str, Any], path: str) -> None:
    assert [where for where, _ in told(post)] == [path]


def test_a_mistake_beside_another_is_told_as_well() -> None:
    both = {"txt": "Hi", "accounts": ["twitter/*", "instagram/*"]}
    assert told(both) == [
        ("txt", 'Unknown key "txt".'),
        ("", "Instagram takes no post of text alone."),
    ]
    poll = {"type": "poll", "options": ["a", "b", 5], "duration": 1}
    assert told(on("linkedin", poll)) == [
        ("networks.linkedin.options[2]", '"options[2]" must be text, but here stands a number.'),
        ("networks.linkedin.type", "A post of type poll on LinkedIn needs `question`."),
    ]


def cure(post: Mapping[str, Any]) -> tuple[str, str]:
    """Give message and hint of the only problem of a post."""
    (problem,) = problems_of(post)
    return problem.message, problem.hint


@pytest.mark.parametrize(
    ("entry", "message", "hint"),
    [
        ({"id": "twitter/*", "comment": []}, 'Unknown key "comment".', 'Did you mean "comments"?'),
        ({"name": "twitter/Acme"}, 'Unknown key "name".', 'Did you mean "id"?'),
        (
            {"twitter": "Acme"},
            'Unknown key "twitter" in an entry of accounts.',
            'Write the selector as text: "twitter/Name".',
        ),
    ],
)
def test_what_is_near_is_meant_before_what_is_far(entry: dict[str, Any], message: str, hint: str) -> None:
    assert cure({"text": "Hi", "accounts": [entry]}) == (message, hint)
