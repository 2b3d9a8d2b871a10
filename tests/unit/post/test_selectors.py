"""Promise: a selector means one account, all of a network or all; what only looks like one is refused."""

from __future__ import annotations

import pytest

from publer_publish.post.model import SelectorKind
from publer_publish.post.selectors import IN_INPUT, SelectorError, parse_selector

ID = "66db83154e299efa19a2d8eb"


@pytest.mark.parametrize(
    ("written", "kind", "network", "value"),
    [
        ("*", SelectorKind.ALL, "", ""),
        (ID, SelectorKind.ID, "", ID),
        ("twitter/*", SelectorKind.NETWORK, "twitter", ""),
        (" Twitter / * ", SelectorKind.NETWORK, "twitter", ""),
        ("linkedin/Acme, Inc.", SelectorKind.NAME, "linkedin", "Acme, Inc."),
        ("linkedin/Acme; Sons / Daughters", SelectorKind.NAME, "linkedin", "Acme; Sons / Daughters"),
        ('facebook/- [Acme] "Best" -', SelectorKind.NAME, "facebook", '- [Acme] "Best" -'),
        ("wordpress_basic/Acme", SelectorKind.NAME, "wordpress", "Acme"),
    ],
)  # fmt: skip
def test_a_selector_is_read(written: str, kind: SelectorKind, network: str, value: str) -> None:
    selector = parse_selector(written)
    assert (selector.kind, selector.network, selector.value) == (kind, network, value)


@pytest.mark.parametrize(
    "written",
    [
        "twitter/*, linkedin/*",
        "twitter/*,linkedin/Acme",
        "twitter/Acme; linkedin/Acme",
        "twitter/* linkedin/*",
        "twitter/*,",
        "twitter/Acme, *",
        f"twitter/Acme, {ID}",
        f"{ID},{ID}",
        "*, twitter/*",
        '["twitter/*"]',
        '"twitter/*"',
        "'twitter/*'",
        "- twitter/*",
        "[twitter/*, linkedin/*]",
    ],
)
def test_the_cure_for_several_selectors_in_one_shows_how_to_write_them(written: str) -> None:
    """The first would take the rest for its account's name, and nobody would say why it is not found."""
    with pytest.raises(SelectorError) as caught:
        parse_selector(written)
    assert caught.value.hint.startswith("Write each as an item")
    with pytest.raises(SelectorError) as caught:
        parse_selector(written, IN_INPUT)
    assert caught.value.hint.startswith("Write one selector per line, without")


@pytest.mark.parametrize(
    "name",
    [
        "Für Mastodon / Fediverse",
        "Social Media: LinkedIn/XING",
        "News YouTube/TikTok",
        "Acme - Google/Apple news",
        "Acme, Inc",
        "My *best* shop",
        "*NSYNC",
        "Rock, *NSYNC",
        "Five Stars *****",
        "C*-Algebra",
        "Acme #2 & Co (EU)",
    ],
)
def test_an_accounts_name_may_hold_nearly_anything(name: str) -> None:
    selector = parse_selector(f"facebook/{name}")
    assert (selector.kind, selector.value) == (SelectorKind.NAME, name)
