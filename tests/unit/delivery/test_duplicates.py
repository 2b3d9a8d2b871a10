"""Rule 3: a re-run sends what is missing, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import pytest

from publer_publish.clock import Deadline
from publer_publish.delivery.duplicates import (
    Found,
    Window,
    evidence,
    look_for_duplicates,
    why_unclear,
    why_waiting,
)
from publer_publish.delivery.ledger import LOOK_FIRST, Target
from publer_publish.delivery.matching_posts import Comparison, Match, PostList
from publer_publish.publer.model import ListedPost, PostPage
from sandbox.clock import VirtualClock
from tests.support.build import live, target

NOW = VirtualClock().time()


@dataclass
class Listed:
    """Publer, which lists these."""

    listed: Sequence[ListedPost]
    looks: int = 0
    later: Sequence[ListedPost] = field(default=())
    """What is listed from the second look on, if anything."""

    def posts(self, *_: object, states: Sequence[str], **__: Any) -> PostPage:
        if len(states) == 1:
            return PostPage(posts=(), total=0)
        self.looks += 1
        shown = self.later if self.later and self.looks > 1 else self.listed
        return PostPage(posts=tuple(shown), total=len(shown))


def look(
    targets: Sequence[Target],
    listed: Sequence[ListedPost],
    *,
    rerun: bool = True,
    later: Sequence[ListedPost] = (),
    began: float | None = NOW - 600,
    clock: VirtualClock | None = None,
    seconds: float = 300,
) -> Found:
    window = Window(seconds=86_400, is_rerun=rerun, rerun_since=began)
    clock = clock or VirtualClock()
    return look_for_duplicates(
        targets,
        PostList(Listed(listed, later=later), lambda _: None),  # type: ignore[arg-type]
        window,
        deadline=Deadline.after(clock, seconds),
        log=lambda _: None,
    )


def listed(id: str, text: str = "", **fields: Any) -> ListedPost:  # noqa: A002  (Publer's word)
    return live(id, **({"text": text, "at": NOW - 300} | fields))


ONE = target(post=0, text="Read https://example.com/one")
TWO = target(post=1, text="Read https://example.com/two")
SILENT = target(post=0, text="", type="photo")
SILENT_TOO = target(post=1, text="", type="photo")


def test_what_is_exactly_one_target_is_not_taken_for_another() -> None:
    """The first attempt posted only the second: else the second would go out twice, the first never."""
    found = look([ONE, TWO], [listed("p", TWO.content.text)])
    assert {key: post.id for key, post in found.live.items()} == {TWO.key: "p"}
    assert not found.unclear


def test_a_shortened_link_is_not_sent_beside_in_a_re_run_and_is_another_post_else() -> None:
    post = listed("p", "Read https://pblr.example/x")
    assert look([ONE], [post]).unclear == {ONE.key: Match(post, Comparison.SHORTENED)}
    assert not look([ONE], [post], rerun=False)


def test_without_the_time_of_the_first_attempt_nothing_is_concluded_from_circumstances() -> None:
    for wanted, post in (
        (ONE, listed("p", "Read https://pblr.example/x")),
        (SILENT, listed("p", type="photo")),
    ):
        found = look([wanted], [post], began=None)
        assert (found.live, set(found.unclear)) == ({}, {wanted.key})
    assert look([ONE], [listed("p", ONE.content.text)], began=None).live


def test_posts_that_differ_only_in_their_links_are_not_guessed_apart_once_these_are_short() -> None:
    for links in (["x"], ["x", "y"]):
        found = look([ONE, TWO], [listed(link, f"Read https://pblr.example/{link}") for link in links])
        assert (found.live, set(found.unclear)) == ({}, {ONE.key, TWO.key})


def test_the_order_of_the_list_decides_nothing() -> None:
    """One of three is there for certain, and a post that may be any of them: two of the three are missing."""
    three = [
        target(post=number, fields={"link": {"url": f"https://example.com/{number}"}}) for number in range(3)
    ]
    shown = [listed("p", "Hello", url="https://example.com/0"), listed("q", "Hello")]
    for order in permutations(shown):
        found = look(three, order)
        assert (found.live, set(found.unclear)) == ({}, {one.key for one in three})


def test_what_is_not_there_is_sent() -> None:
    assert not look([ONE, TWO], [])


def test_posts_without_text_are_counted_too() -> None:
    found = look([SILENT, SILENT_TOO], [listed("p", type="photo")])
    assert set(found.unclear) == {SILENT.key, SILENT_TOO.key}


def test_a_post_without_text_is_recognised_since_the_first_attempt_only() -> None:
    post = listed("p", type="photo")
    assert look([SILENT], [post]).live == {SILENT.key: post}
    assert look([SILENT], [listed("old", type="photo", at=NOW - 3600)]).live == {}
    assert look([SILENT], [post], rerun=False).live == {}
    assert look([SILENT], [listed("p", type="video")]).live == {}


def test_two_equal_posts_of_a_file_need_one_each() -> None:
    """With one post for both nobody knows which is live: they may have other pictures."""
    again = target(post=1, text=ONE.content.text)
    one, two = listed("p", ONE.content.text), listed("q", ONE.content.text, at=NOW - 200)
    found = look([ONE, again], [two, one])
    assert {key: post.id for key, post in found.live.items()} == {ONE.key: "p", again.key: "q"}
    for rerun in (True, False):
        found = look([ONE, again], [one], rerun=rerun)
        assert (found.live, set(found.unclear)) == ({}, {ONE.key, again.key})


def test_an_equal_post_that_waits_for_a_person_is_not_waited_for() -> None:
    held = listed("p", "Hello", state="scheduled_reauth")
    assert look([target()], [held], later=[listed("q", "Hello")]).pending == {target().key: held}


def test_an_equal_post_on_its_way_is_waited_for() -> None:
    coming, come = listed("p", "Hello", state="scheduled"), listed("q", "Hello")
    assert look([target()], [coming], later=[come]).live == {target().key: come}


def test_an_equal_post_that_does_not_arrive_is_pending_even_without_a_time() -> None:
    stuck = listed("p", "Hello", state="scheduled_pending", at=None)
    assert look([target()], [stuck]).pending == {target().key: stuck}


@pytest.mark.parametrize(("seconds", "waited"), [(300, 60), (43, 21.5)])
def test_an_equal_post_is_waited_for_a_minute_or_half_the_time(seconds: float, waited: float) -> None:
    stuck, clock = listed("p", "Hello", state="scheduled"), VirtualClock()
    began = clock.monotonic()
    assert look([target()], [stuck], clock=clock, seconds=seconds).pending
    assert clock.monotonic() - began == waited


def test_a_failed_or_deleted_post_is_no_reason_not_to_send() -> None:
    found = look(
        [target()], [listed("p", "Hello", state="failed"), listed("q", "Hello", state="published_deleted")]
    )
    assert not found.live
    assert not found.pending


def test_the_evidence_is_named_as_what_it_is() -> None:
    assert evidence(ONE, listed("p", ONE.content.text)).startswith("the same text is on this account")
    assert evidence(SILENT, listed("p")).startswith("a photo without text is on this account")
    assert "(Publer post p)" in evidence(ONE, listed("p"))


def test_what_is_held_back_says_so_and_which_post_to_look_at() -> None:
    """The report counts it among what was not sent by how the message begins."""
    every = set(Comparison) - {Comparison.SAME, Comparison.OTHER}
    said = [why_unclear(Match(listed("p"), comparison)) for comparison in every]
    said.append(why_waiting(listed("p", state="scheduled")))
    assert len(set(said)) == len(said)
    for message in said:
        assert message.startswith("not sent: ")
        assert "post p" in message
        assert message.endswith(LOOK_FIRST)
