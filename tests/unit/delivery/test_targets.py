"""Rule 1: as few requests as possible, an account at most once in each, posts in file order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publer_publish.delivery.deliver import rounds
from publer_publish.delivery.ledger import Target
from tests.support.build import target

_TARGETS = st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abcd")), unique=True, max_size=20).map(
    lambda pairs: [target(post=post, account=account) for post, account in sorted(pairs)]
)


def flat(requests: list[list[Target]]) -> list[Target]:
    return [one for request in requests for one in request]


@given(_TARGETS, st.integers(1, 5))
def test_every_target_is_in_exactly_one_request(targets: list[Target], at_most: int) -> None:
    sent = flat(rounds(targets, at_most=at_most))
    assert sorted(one.key for one in sent) == sorted(one.key for one in targets)


@given(_TARGETS, st.integers(1, 5))
def test_no_request_has_an_account_twice_or_too_many_posts_or_none(
    targets: list[Target], at_most: int
) -> None:
    for request in rounds(targets, at_most=at_most):
        assert request
        assert len({one.account.id for one in request}) == len(request)
        assert len({one.key[:2] for one in request}) <= at_most


@given(_TARGETS, st.integers(1, 5))
def test_the_posts_of_an_account_go_in_file_order(targets: list[Target], at_most: int) -> None:
    order: dict[str, list[int]] = {}
    for one in flat(rounds(targets, at_most=at_most)):
        order.setdefault(one.account.id, []).append(one.post.index)
    assert all(posts == sorted(posts) for posts in order.values())


def test_what_can_go_together_goes_together() -> None:
    targets = [target(post=0, account="a"), target(post=0, account="b"), target(post=1, account="c")]
    assert len(rounds(targets, at_most=500)) == 1


def test_501_posts_are_two_requests() -> None:
    targets = [target(post=number, account=f"account-{number}") for number in range(501)]
    assert [len(request) for request in rounds(targets, at_most=500)] == [500, 1]


def test_publer_takes_one_account_on_tiktok_at_a_time() -> None:
    targets = [
        target(post=0, account="a", network="tiktok"),
        target(post=0, account="b", network="tiktok"),
        target(post=0, account="c"),
        target(post=1, account="a", network="tiktok"),
    ]
    assert [[one.account.id for one in request] for request in rounds(targets, at_most=500)] == [
        ["a", "c"],
        ["b"],
        ["a"],
    ]
