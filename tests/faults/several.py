"""Histories of several runs: two at once, interleaved at their requests; killed and run again; or beside
somebody who changes the list while it is read.

Publer cannot be asked to publish only if something is not there yet. So two runs may both send a post if neither
could see the other's when it looked. That is all that is excused here, and counted.
"""

from __future__ import annotations

import json
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, get_args

from sandbox.faults import Fault
from sandbox.record import Post
from sandbox.scenario import Account, Job, Listing, Scenario, SeededPost, Workspace
from sandbox.world import PublishJob
from sandbox.world import World as SandboxWorld
from tests.faults.explorer import BETWEEN
from tests.faults.invariants import Violation, decent_end, posts_of, unlike_its_rows, untrue
from tests.faults.stage import ACTION, Program, Report, lay_out, run
from tests.faults.turns import Choice, Deed, Entrance, Killed, Turns
from tests.faults.worlds import GAP, MASTODON, WORLDS, Wish, World, X
from tests.support.hurried_clock import HurriedClock

STALE = 10.0
"""A look that ended longer ago than this before a publish request is no longer one."""
INVARIANTS = {
    1: "no account has the same post twice that a run could have seen when it last looked",
    2: "every report is true",
    3: "nothing is lost silently, and a last run completes it",
    4: "every run ends with all outputs and one headline error",
    5: f"every publish request follows a look that ended at most {STALE:.0f} s before",
}


What = Literal["a post appears", "the newest disappears", "the newest goes last", "ours comes first"]


@dataclass(frozen=True, slots=True)
class Shift:
    """What somebody does to Publer's list just before one of its answers."""

    look: int
    """The number of the answer, from 1."""
    what: What

    def happen(self, posts: list[Post], now: float) -> None:
        """Change the list. Ours is the one that the file asks for."""
        newest = max((post for post in posts if post.text != _NEWS), key=lambda post: post.time)
        match self.what:
            case "a post appears":
                new: dict[str, Any] = {
                    "id": "0" * 24,
                    "listed_id": "0" * 24,
                    "text": "Breaking",
                    "stored_text": "Breaking",
                }
                posts.append(replace(newest, **new, time=now))
            case "the newest disappears":
                posts.remove(newest)
            case "the newest goes last":
                newest.time = min(post.time for post in posts) - 1.0
            case "ours comes first":
                next(post for post in posts if post.text == _NEWS).time = now


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One run: when its turn comes in the story, and what is special about it."""

    attempt: int = 1
    file: str = "post.yml"
    killed_at: int | None = None
    """The number of the request after which it is gone."""
    faults: tuple[Fault, ...] = ()
    shift: Shift | None = None
    run: str = "1001"
    """Its id at GitHub: a re-run has that of its first attempt."""
    is_locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Runs at once, in the order of their requests, then runs one after the other."""

    world: str
    at_once: tuple[Part, ...]
    order: tuple[int, ...] = ()
    """Whose request comes next; after that, whoever went last, until its end."""
    afterwards: tuple[Part, ...] = ()
    pause: float = BETWEEN
    """Virtual seconds before each of those that come afterwards."""

    def __str__(self) -> str:
        runs = ", ".join(f"attempt {one.attempt} of {one.file}{_end_of(one)}" for one in self.at_once)
        then = "".join(
            f", {self.pause:.0f} s later attempt {one.attempt}{_end_of(one)}" for one in self.afterwards
        )
        order = "".join(map(str, self.order))
        return f"[{self.world}] {runs}{f' in the order {order}' if order else ''}{then}"


def _end_of(part: Part) -> str:
    faults = "".join(f" ({one.kind})" for one in part.faults) + (" with lock" if part.is_locked else "")
    shift = f", {part.shift.what} before answer {part.shift.look} of the list" if part.shift else ""
    return faults + shift + (f" killed at request {part.killed_at}" if part.killed_at else "")


class Played(NamedTuple):
    """One run of a story, as it went. A killed one has no report."""

    part: Part
    report: Report | None
    deeds: tuple[Deed, ...]
    requests: int

    @property
    def jobs(self) -> frozenset[str]:
        return frozenset().union(*(deed.jobs for deed in self.deeds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story as it went."""

    story: Story
    runs: tuple[Played, ...]
    choices: tuple[Choice, ...]
    published: tuple[Post, ...]
    jobs: Mapping[str, PublishJob]
    seeded: tuple[Post, ...]
    """What was live before."""
    surprises: tuple[str, ...]

    @property
    def world(self) -> World:
        return STAGES[self.story.world]

    def wishes(self, part: Part) -> Iterator[Wish]:
        """What a run was asked for."""
        return (wish for wish in self.world.wishes if wish.file == part.file)


def play(story: Story, program: Program = ACTION) -> Told:
    """Let a story happen."""
    world = STAGES[story.world]
    clock = HurriedClock({})
    shared = SandboxWorld(world.scenario, clock)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        lay_out(world, place)
        seeded = tuple(map(copy, shared.posts))
        turns = Turns(len(story.at_once), story.order)
        scene = _Scene(program=program, world=world, shared=shared, place=place)
        runs = scene.play(story.at_once, turns)
        for part in story.afterwards:
            clock.advance(story.pause)
            runs += scene.play((part,), Turns(1))
    clock.advance(3600.0)
    with shared.lock:
        record = shared.snapshot()
    return Told(
        story=story,
        runs=tuple(runs),
        choices=tuple(turns.choices),
        published=record.published,
        jobs=dict(shared.publish_jobs),
        seeded=seeded,
        surprises=record.surprises,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What all runs of a story share."""

    program: Program
    world: World
    shared: SandboxWorld
    place: Path

    def play(self, parts: Sequence[Part], turns: Turns) -> list[Played]:
        """Let runs happen at once."""
        played: dict[int, Played] = {}
        mistakes: list[BaseException] = []
        hook = threading.excepthook

        def act(number: int, part: Part) -> None:
            try:
                played[number] = self._run(number, part, turns)
            except BaseException as error:  # noqa: BLE001  (a mistake of the explorer must not hang it)
                mistakes.append(error)
            finally:
                turns.leave(number)

        threads = [threading.Thread(target=act, args=one) for one in enumerate(parts)]
        for number, thread in enumerate(threads):
            thread.start()
            turns.is_held(number)
        for thread in threads:
            thread.join()
        threading.excepthook = hook
        for mistake in mistakes:
            raise mistake
        return [played[number] for number in sorted(played)]

    def _run(self, number: int, part: Part, turns: Turns) -> Played:
        def before_look(look: int) -> None:
            if part.shift and part.shift.look == look:
                part.shift.happen(self.shared.posts, self.shared.clock.time())

        entrance = Entrance(
            self.shared,
            number,
            turns,
            faults=part.faults,
            killed_at=part.killed_at,
            before_look=before_look,
        )
        report, at_github = None, self.shared.github_runs
        at_github[part.run] = {"run_attempt": part.attempt}
        with entrance, suppress(Killed):
            clock = entrance.own_clock
            report = run(
                self.program,
                self.world,
                entrance,
                self.place,
                clock,
                attempt=part.attempt,
                extra={"post-file": part.file, "lock": str(part.is_locked).lower()},
                env={
                    "GITHUB_API_URL": entrance.github_url,
                    "GITHUB_RUN_ID": part.run,
                    "GITHUB_SHA": "1" * 40,
                },
            )
            clock.catch_up()
        at_github[part.run] = {"run_attempt": part.attempt, "status": "completed"}
        return Played(part, report, tuple(entrance.deeds), entrance.requests)


# What must hold


def violations(told: Told) -> list[Violation]:
    """Everything that does not hold."""
    rules = {1: _never_twice, 2: _true_reports, 3: _nothing_lost, 4: _decent_ends, 5: _fresh_looks}
    return [
        Violation(number, INVARIANTS[number], what) for number, rule in rules.items() for what in rule(told)
    ]


def _never_twice(told: Told) -> Iterator[str]:
    return (what for what, is_excused in _twice(told) if not is_excused)


def excused(told: Told) -> int:
    """How many posts went out twice although no run could have seen the other's."""
    return sum(is_excused for _, is_excused in _twice(told))


def _twice(told: Told) -> Iterator[tuple[str, bool]]:
    """Each post that is a second one, and whether its run could not see the earlier one."""
    same: dict[tuple[str, ...], list[Post]] = {}
    for post in told.published:
        same.setdefault((post.account_id, post.text, post.url, post.type), []).append(post)
    for (account, text, *_), posts in same.items():
        if any((account, text) == (one.account_id, one.text) for one in told.seeded):
            yield f"{text!r} was on {account} already", False
        in_order = sorted(posts, key=lambda one: told.jobs[one.job_id].deliveries[0].created)
        for number, post in enumerate(in_order):
            for earlier in in_order[:number]:
                yield f"{text!r} is on {account} twice", _could_not_see(told, post, earlier)


def _could_not_see(told: Told, post: Post, earlier: Post) -> bool:
    own = next(one for one in told.runs if post.job_id in one.jobs)
    if earlier.job_id in own.jobs:
        return False
    if not post.text and own.part.attempt == 1:
        return True  # only a re-run recognises a post without text
    if told.world.scenario.stored_text.shorten_links and own.part.attempt == 1:
        return True  # nor one in which Publer has shortened a link
    if own.part.is_locked:
        return False
    sent = next(number for number, deed in enumerate(own.deeds) if post.job_id in deed.jobs)
    looks = [deed for deed in own.deeds[:sent] if deed.kind == "look"]
    return bool(looks) and not any(_is_shown(told, earlier, look) for look in looks)


def _is_shown(told: Told, post: Post, look: Deed) -> bool:
    """Whether Publer's list shows a post to whoever looks."""
    job, listing = told.jobs[post.job_id], told.world.scenario.listing
    is_on_its_way = job.deliveries[0].created <= look.taken < job.done_at
    if is_on_its_way and listing.running == "scheduled" and "scheduled" in look.states:
        return True
    return look.taken >= job.done_at + listing.lag and "published" in look.states


def _true_reports(told: Told) -> Iterator[str]:
    for number, played in enumerate(told.runs):
        report = played.report
        if report is None:
            continue
        until = [post for post in told.published if post.time <= report.ended]
        own = [post for post in told.published if post.job_id in played.jobs]
        others = [*told.seeded, *(post for post in until if post not in own)]
        rows = {(row["post"], row["account_id"]): row for row in report.rows}
        for wish in told.wishes(played.part) if rows or own else ():
            row = rows.get(wish.key)
            if row is None:
                yield f"run {number}: no row for {wish.key}"
                continue
            mine, theirs = posts_of(wish, own), posts_of(wish, others)
            if row["status"] == "published":
                # Without an id in the job's answer the list decides, which does not say whose a post is.
                mine = mine or theirs
            if row["status"] == "failed":
                # It says what became of this run's own post; that another run's is live it may not know.
                theirs = []
            for what in untrue(row, theirs, mine, wish):
                yield f"run {number}, post {wish.post} on {wish.account_id}: {what} ({row['message']})"
        yield from (f"run {number}: {what}" for what in unlike_its_rows(report))
    yield from told.surprises


def _nothing_lost(told: Told) -> Iterator[str]:
    """What is not live is no success of any run; and a last run that nothing disturbed completes its file."""
    for number, played in enumerate(told.runs):
        for wish in told.wishes(played.part):
            said = played.report.status.get(wish.key) if played.report else None
            is_live = bool(posts_of(wish, (*told.seeded, *told.published)))
            if said in ("published", "skipped") and not is_live:
                yield f"run {number} says {said} of post {wish.post} on {wish.account_id}, which is not live"
    last = told.runs[-1]
    if told.story.afterwards and last.report:
        for wish in told.wishes(last.part):
            yield from _incomplete(told, wish, last.report.status.get(wish.key))


def _incomplete(told: Told, wish: Wish, said: str | None) -> Iterator[str]:
    """What the last run, which nothing disturbed, has left to do."""
    where, world = f"post {wish.post} on {wish.account_id}", told.world
    is_live = bool(posts_of(wish, (*told.seeded, *told.published)))
    may_be_open = said == "unconfirmed" and (world.slow or world.stays_open or wish.type != "")
    # What Publer's minute refused cannot be tried again within such a `timeout`.
    may_be_open |= said == "failed" and world.timeout < GAP
    if wish.hopeless or wish.unproven or may_be_open:
        return
    if not is_live and not wish.moody:
        yield f"{where} is missing; the last run says {said}"
    if is_live and said not in ("published", "skipped"):
        yield f"{where} is live; the last run says {said}"


def _decent_ends(told: Told) -> Iterator[str]:
    for number, played in enumerate(told.runs):
        if played.report:
            yield from (f"run {number}: {what}" for what in decent_end(played.report))


def _fresh_looks(told: Told) -> Iterator[str]:
    """By the run's own time: how long a request travels, or is held, it cannot know."""
    for number, played in enumerate(told.runs):
        seen: float | None = None
        for deed in played.deeds:
            if deed.kind == "look":
                seen = deed.taken
            elif seen is None:
                yield f"run {number} published without a look"
            elif deed.sent - seen > STALE:
                yield f"run {number} published {deed.sent - seen:.0f} s after its last look"


# The stories


@dataclass(slots=True)
class Tally:
    """How many stories were told, and what did not hold in them."""

    stories: int = 0
    excused: int = 0
    found: list[tuple[Story, Violation]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    """How the runs ended: an explorer under which all is always well explores nothing."""

    def add(self, told: Told) -> None:
        self.stories += 1
        self.excused += excused(told)
        self.found += [(told.story, one) for one in violations(told)]
        self.outcomes.update(
            one.report.outputs.get("outcome", "without an outcome") if one.report else "killed"
            for one in told.runs
        )

    def __iadd__(self, other: Self) -> Self:
        self.stories += other.stories
        self.excused += other.excused
        self.found += other.found
        self.outcomes += other.outcomes
        return self

    def __str__(self) -> str:
        counts = Counter(one.invariant for _, one in self.found)
        ends = ", ".join(f"{count} {name}" for name, count in self.outcomes.most_common())
        return "\n".join(
            [
                f"{self.stories} histories",
                *(
                    f"  violations of ({number}) {what}: {counts[number]}"
                    for number, what in INVARIANTS.items()
                ),
                f"  went out twice because neither run could see the other's post: {self.excused}",
                f"  runs ended: {ends}",
                *(f"{story}: {one}" for story, one in self.found[:5]),
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Stories to tell: every order of the requests with so many switches, or a sample of all orders."""

    story: Story
    most_switches: int = 2
    sample: int = 0
    """Orders drawn by ``seed``, whatever their switches."""
    seed: int = 0


def orders(search: Search) -> Iterator[Told]:
    """Tell a story in every order with at most so many switches from one run to another, each once."""
    pending: list[tuple[int, ...]] = [(first,) for first in range(len(search.story.at_once))]
    while pending:
        prefix = pending.pop()
        told = play(replace(search.story, order=prefix))
        yield told
        taken = tuple(choice.run for choice in told.choices)
        for number in range(len(prefix), len(taken)):
            for other in told.choices[number].of - {taken[number]}:
                order = (*taken[:number], other)
                if _switches(order, told.choices) <= search.most_switches:
                    pending.append(order)


def _switches(order: Sequence[int], choices: Sequence[Choice]) -> int:
    """How often the run is changed although the one before could have gone on."""
    return sum(
        before != after and before in choices[number].of
        for number, (before, after) in enumerate(pairwise(order), start=1)
    )


def drawn(search: Search) -> Iterator[Told]:
    """Tell a story in some orders of all."""
    chance = random.Random(f"{search.seed} {search.story}")
    runs = range(len(search.story.at_once))
    for _ in range(search.sample):
        yield play(replace(search.story, order=tuple(chance.choices(runs, k=60))))


def explore(search: Search) -> Tally:
    """Tell them all, and judge."""
    tally = Tally()
    for told in drawn(search) if search.sample else orders(search):
        tally.add(told)
    return tally


def explore_in_parallel(searches: Iterable[Search], workers: int | None = None) -> Tally:
    """The same in as many processes as there are processors."""
    tally = Tally()
    with ProcessPoolExecutor(workers) as pool:
        for one in pool.map(explore, searches):
            tally += one
    return tally


def _world(files: Mapping[str, Sequence[tuple[str, Sequence[str]]]], **changes: object) -> World:
    """Files of posts, each a text and the accounts that it is for."""
    accounts = tuple(Account(id=one, provider=name) for one, name in ((X, "twitter"), (MASTODON, "mastodon")))
    return World(
        scenario=Scenario(workspaces=(Workspace(accounts=accounts),), **changes),  # type: ignore[arg-type]
        files={
            name: json.dumps(
                {"posts": [{"text": text, "accounts": list(chosen)} for text, chosen in posts]}
            ).encode()
            for name, posts in files.items()
        },
        wishes=tuple(
            Wish(post=index, account_id=one, text=text, file=name)
            for name, posts in files.items()
            for index, (text, chosen) in enumerate(posts)
            for one in chosen
        ),
    )


_NEWS, _MORE = "Rocket 1.0 is out", "And this is why"
STAGES = WORLDS | {
    "one account": _world({"post.yml": [(_NEWS, [X])]}, job=Job(delay=1.0)),
    "one account, shown while the job runs": _world(
        {"post.yml": [(_NEWS, [X])]}, job=Job(delay=1.0), listing=Listing(running="scheduled")
    ),
    "one account, listed late": _world(
        {"post.yml": [(_NEWS, [X])]}, job=Job(delay=1.0, family="failures"), listing=Listing(lag=5.0)
    ),
    "one account, shown, gone, listed": _world(
        {"post.yml": [(_NEWS, [X])]}, job=Job(delay=4.0), listing=Listing(running="scheduled", lag=8.0)
    ),
    "two accounts": _world({"post.yml": [(_NEWS, [X, MASTODON])]}, job=Job(delay=1.0)),
    "two posts": _world({"post.yml": [(_NEWS, [X]), (_MORE, [X])]}, job=Job(delay=1.0)),
    "two files": _world(
        {"post.yml": [(_NEWS, [X])], "other.yml": [(_MORE, [X])]},
        job=Job(delay=1.0),
    ),
    "two files with one post in common": _world(
        {"post.yml": [(_NEWS, [X]), (_MORE, [MASTODON])], "other.yml": [(_NEWS, [X, MASTODON])]},
        job=Job(delay=1.0),
    ),
    "one picture without text": WORLDS["pictures"],
}
_FREE = {
    f"{name}, no minute between posts": replace(world, scenario=world.scenario.but(gap=0.0))
    for name, world in STAGES.items()
    if name not in WORLDS
}
"""Whether Publer's minute holds for posts that are published at once is only documented for others."""
STAGES |= _FREE
ATTEMPTS = ((1, 1), (1, 2), (2, 2))
SMALL = tuple(name for name in STAGES if name not in WORLDS)


def _pair(world: str, attempts: tuple[int, int]) -> Story:
    files = [name for name in STAGES[world].files if name.endswith(".yml")]
    parts = [
        Part(attempt=attempt, file=files[-1 if number else 0], run=f"100{number}")
        for number, attempt in enumerate(attempts)
    ]
    last = dict.fromkeys(replace(part, attempt=3, run="1001") for part in parts)
    return Story(world=world, at_once=tuple(parts), afterwards=tuple(last))


def pairs_of_runs(
    worlds: Iterable[str], *, most_switches: int = 2, attempts: Sequence[tuple[int, int]] = ATTEMPTS
) -> list[Search]:
    """Two runs at once in each world, in both attempts."""
    return [
        Search(story=_pair(world, both), most_switches=most_switches) for world in worlds for both in attempts
    ]


def locked(searches: Iterable[Search]) -> list[Search]:
    """The same, with ``lock``: then nothing goes out twice."""

    def closed(parts: Sequence[Part]) -> tuple[Part, ...]:
        return tuple(replace(part, is_locked=True) for part in parts)

    return [
        replace(
            search,
            story=replace(
                search.story, at_once=closed(search.story.at_once), afterwards=closed(search.story.afterwards)
            ),
        )
        for search in searches
    ]


def killed_beside_another(worlds: Iterable[str]) -> list[Search]:
    """A run that is killed at each of its requests while another one runs."""
    found = []
    for search in pairs_of_runs(worlds, attempts=ATTEMPTS[:1], most_switches=1):
        first, second = search.story.at_once
        for number in range(1, _length_of(search.story.world) + 8):
            parts = replace(first, killed_at=number), second
            found.append(replace(search, story=replace(search.story, at_once=parts)))
    return found


def killed_beside_two(count: int, seed: int) -> list[Search]:
    """A run that is killed at some request, and two that may both want what it has left."""
    chance = random.Random(seed)
    story = _pair(next(iter(_FREE)), (1, 1))
    third = replace(story.at_once[1], run="1002")
    return [
        Search(
            story=replace(
                story,
                at_once=(
                    replace(story.at_once[0], killed_at=chance.randint(2, 12)),
                    *story.at_once[1:],
                    third,
                ),
            ),
            sample=1,
            seed=number,
        )
        for number in range(count)
    ]


def drawn_pairs(worlds: Iterable[str], count: int, seed: int) -> list[Search]:
    """So many orders of two runs, drawn for each world, with no limit to the switches."""
    return [
        replace(search, sample=count, seed=seed) for search in pairs_of_runs(worlds, attempts=ATTEMPTS[:1])
    ]


def killed_runs(worlds: Iterable[str], pauses: Sequence[float] = (1.0, 20.0, 120.0)) -> list[Search]:
    """A run that is killed at each of its requests, and two more afterwards."""
    return [
        Search(
            story=Story(
                world=world,
                at_once=(Part(killed_at=number),),
                afterwards=(Part(attempt=2), Part(attempt=3)),
                pause=pause,
            )
        )
        for world in worlds
        for pause in pauses
        for number in range(1, _length_of(world) + 1)
    ]


def killed_twice(worlds: Sequence[str], count: int, seed: int) -> list[Search]:
    """A run and its re-run, both killed at some request, drawn by a seed, and a third afterwards."""
    chance = random.Random(seed)
    chosen = {}
    for _ in range(count):
        world = chance.choice(worlds)
        first, second = (chance.randint(1, _length_of(world) + 2) for _ in range(2))
        story = Story(
            world=world,
            at_once=(Part(killed_at=first),),
            afterwards=(Part(attempt=2, killed_at=second), Part(attempt=3)),
            pause=chance.choice((1.0, 20.0, 120.0)),
        )
        chosen[story] = Search(story=story)
    return list(chosen.values())


@cache
def _length_of(world: str) -> int:
    return play(Story(world=world, at_once=(Part(),))).runs[0].requests


_OTHERS = 7
"""Posts beside ours in a list of three a page."""


def _paged(place: int, total: str, first_page: str) -> World:
    """A post that is live already, so many places below the top of a list in pages."""
    ages = [600.0 * (number + 1) for number in range(_OTHERS + 1)]
    texts = [f"Rocket 0.{number} is out" for number in range(_OTHERS)]
    texts.insert(place, _NEWS)
    return _world(
        {"post.yml": [(_NEWS, [X])]},
        posts=tuple(
            SeededPost(account_id=X, text=text, age=age) for text, age in zip(texts, ages, strict=True)
        ),
        listing=Listing(window="in_pages", page_size=3, total=total, first_page=first_page),  # type: ignore[arg-type]
    )


PAGED = {
    f"a list in pages from {first_page}, total {total}, ours in place {place}": _paged(
        place, total, first_page
    )
    for total in ("of_the_filters", "of_the_workspace", "missing")
    for first_page in ("0", "1")
    for place in range(_OTHERS + 1)
}
STAGES |= PAGED


def shifting_lists(worlds: Iterable[str] = PAGED) -> list[Search]:
    """Every change of the list before every answer of it, in a first run and in a re-run."""
    return [
        Search(
            story=Story(
                world=world,
                at_once=(Part(attempt=attempt, shift=Shift(look, what)),),
                afterwards=(Part(attempt=2),),
            )
        )
        for world in worlds
        for attempt in (1, 2)
        for what in get_args(What)
        for look in range(1, 6)
    ]


def everything(seed: int) -> dict[str, list[Search]]:
    """All that ``make faults`` tells of."""
    worlds = [name for name in STAGES if name not in PAGED]
    return {
        "two runs at once, in every order with two switches": pairs_of_runs(SMALL),
        f"two runs at once, in orders drawn (--seed {seed})": drawn_pairs(worlds, 8, seed),
        "two runs at once with `lock`": locked(pairs_of_runs(_FREE, attempts=ATTEMPTS[:1], most_switches=1)),
        "a run killed at every request": killed_runs(worlds),
        f"a run and its re-run killed (--seed {seed})": killed_twice(worlds, 500, seed),
        "a run killed beside another": killed_beside_another(_FREE),
        "a run killed beside two others with `lock`": locked(killed_beside_two(40, seed)),
        "lists that shift": shifting_lists(),
    }
