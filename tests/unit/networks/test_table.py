"""The table of networks is complete and agrees with itself."""

from __future__ import annotations

import pytest

from publer_publish.networks.table import NEEDS, NETWORKS, Kind, canonical, needs, network

EXPECTED = "facebook instagram twitter linkedin pinterest google youtube tiktok wordpress telegram mastodon threads bluesky"


def test_the_thirteen_networks_are_there_in_the_order_of_the_contract() -> None:
    assert list(NETWORKS) == EXPECTED.split()


@pytest.mark.parametrize("spelling", ["wordpress", "wordpress_oauth", "wordpress_basic"])
def test_every_spelling_of_wordpress_is_wordpress(spelling: str) -> None:
    assert canonical(spelling) == "wordpress"
    assert network(spelling).label == "WordPress"


def test_an_unknown_network_is_a_key_error() -> None:
    assert canonical("myspace") == "myspace"
    with pytest.raises(KeyError):
        network("myspace")


@pytest.mark.parametrize(
    ("key", "limit"),
    [("facebook", 10_000), ("instagram", 2_200), ("twitter", 280), ("linkedin", 3_000), ("pinterest", 500),
     ("google", 1_500), ("youtube", 5_000), ("tiktok", 2_200), ("wordpress", None), ("telegram", 4_096),
     ("mastodon", 500), ("threads", 500), ("bluesky", 300)],
)  # fmt: skip
def test_the_limits_are_those_publer_documents(key: str, limit: int | None) -> None:
    assert network(key).text_limit == limit


@pytest.mark.parametrize("key", NETWORKS)
def test_the_rules_of_a_network_agree_with_each_other(key: str) -> None:
    rules = network(key)
    assert rules.types
    assert rules.types <= set(NEEDS)
    assert set(rules.needs) <= rules.types
    assert set(rules.media_mix) <= set(rules.media)
    assert rules.link_cards <= ("carousel" in rules.types)
    assert (rules.poll is not None) == ("poll" in rules.types)
    assert (Kind.GIF in rules.media) == ("gif" in rules.types or key == "wordpress")
    assert (Kind.DOCUMENT in rules.media) == ("document" in rules.types or key == "wordpress")
    assert rules.counting_source
    assert rules.limit_source
    assert rules.media_source


@pytest.mark.parametrize("key", ["instagram", "pinterest", "youtube", "tiktok"])
def test_these_networks_take_no_post_without_media(key: str) -> None:
    assert all("media" in needs(network(key), content_type) for content_type in network(key).types)


@pytest.mark.parametrize(
    ("key", "content_type", "field"),
    [("youtube", "video", "title"), ("tiktok", "photo", "title"), ("linkedin", "poll", "question"),
     ("twitter", "poll", "options"), ("mastodon", "poll", "duration"), ("facebook", "link", "url|link.url")],
)  # fmt: skip
def test_what_publer_says_is_needed_is_needed(key: str, content_type: str, field: str) -> None:
    assert field in needs(network(key), content_type)


def test_a_type_that_no_network_has_needs_nothing() -> None:
    assert needs(network("twitter"), "hologram") == ()
