"""The worlds in which the fault explorer lets the action run, and what the action is asked to do in them."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, replace

from sandbox.clock import VirtualClock
from sandbox.positions import Change, positions
from sandbox.scenario import (
    Account,
    Import,
    Job,
    Listing,
    RateLimit,
    Scenario,
    SeededPost,
    StoredText,
    Workspace,
)

REFUSAL = "LinkedIn: the author of this post has left the building"
GAP = 61.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A post that the file asks for, on one account."""

    post: int
    account_id: str
    text: str
    url: str = ""
    """The link beside the text, of a link post."""
    type: str = ""
    """Only where another wish has the same text: with one of them live, the list does not tell which."""
    hopeless: bool = False
    """The network always refuses it."""
    unproven: bool = False
    """Never live, and nothing says so: it stays unconfirmed."""
    moody: bool = False
    """The network refuses the first post to this account, whichever it is."""
    file: str = "post.yml"

    @property
    def key(self) -> tuple[int, str]:
        return self.post, self.account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A scenario of the sandbox, the files of the workspace, and what they ask for."""

    scenario: Scenario
    files: dict[str, bytes]
    wishes: tuple[Wish, ...]
    rounds: int = 1
    """Requests that publish: each has the time of ``timeout``."""
    timeout: float = 180.0
    slow: bool = False
    """The job outlasts the first run: the re-run may find its posts still on their way, and say so."""
    stays_open: bool = False
    """What is live may be reported as unconfirmed: Publer shows it in a form that proves nothing."""
    event_age: float = 60.0
    """Seconds between the event and the run."""


def _id(number: int) -> str:
    return f"66db83154e299efa19a2d8{number:02x}"


X, LINKEDIN, MASTODON, BLUESKY = map(_id, (1, 2, 3, 4))
FIRST = "Rocket 1.0 is out\n\nhttps://example.com/rocket?utm_source=ci"
SECOND = "And this is why: https://example.com/why"

_POSTS = """\
posts:
  - text: |
      Rocket 1.0 is out

      https://example.com/rocket?utm_source=ci
    accounts: ["twitter/*", "linkedin/*", "mastodon/*", "bluesky/*"]
  - text: "And this is why: https://example.com/why"
    accounts: ["twitter/*"]
"""


def _accounts(*, refusing: bool = True) -> tuple[Account, ...]:
    return (
        Account(id=X, provider="twitter"),
        Account(id=LINKEDIN, provider="linkedin", failure=REFUSAL if refusing else ""),
        Account(id=MASTODON, provider="mastodon", link="late", link_after_lookups=1),
        Account(id=BLUESKY, provider="bluesky", slowness=1.0),
    )


def _scenario(*accounts: Account, **changes: object) -> Scenario:
    return Scenario(workspaces=(Workspace(accounts=accounts),), **changes)  # type: ignore[arg-type]


def _announcement(*, refusing: bool = True, timeout: float = 180.0, **changes: object) -> World:
    """Four accounts, one of which refuses, one with a late link; a second post for one of them."""
    wishes = [
        Wish(post=0, account_id=one, text=FIRST, hopeless=refusing and one == LINKEDIN)
        for one in (X, LINKEDIN, MASTODON, BLUESKY)
    ]
    return World(
        scenario=_scenario(*_accounts(refusing=refusing), **changes),
        files={"post.yml": _POSTS.encode()},
        wishes=(*wishes, Wish(post=1, account_id=X, text=SECOND)),
        rounds=2,
        timeout=timeout,
    )


def picture() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 320, 320, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * 320 for _ in range(320)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


_PICTURE_POST = """\
media: [{file: card.png, alt_text: A card}]
accounts: ["twitter/*", "mastodon/*"]
networks:
  twitter: {}
  mastodon: {text: The card of Rocket 1.0}
"""

_IMPORT_POST = """\
text: A picture from elsewhere
media: [{url: "https://example.com/card.png", alt_text: A card}]
accounts: ["twitter/*"]
"""


def _pictures() -> World:
    """A post without text, which only a re-run can recognise, beside one with text; one upload for both."""
    return World(
        scenario=_scenario(
            Account(id=X, provider="twitter"), Account(id=MASTODON, provider="mastodon"), job=Job(delay=2.0)
        ),
        files={"post.yml": _PICTURE_POST.encode(), "card.png": picture()},
        wishes=(
            Wish(post=0, account_id=X, text=""),
            Wish(post=0, account_id=MASTODON, text="The card of Rocket 1.0"),
        ),
    )


def _imported() -> World:
    return World(
        scenario=_scenario(Account(id=X, provider="twitter"), job=Job(delay=2.0), imports=Import(delay=1.0)),
        files={"post.yml": _IMPORT_POST.encode()},
        wishes=(Wish(post=0, account_id=X, text="A picture from elsewhere"),),
    )


_TWIN_POSTS = """\
posts:
  - text: "Read https://example.com/one"
    accounts: ["twitter/*"]
  - text: "Read https://example.com/two"
    accounts: ["twitter/*"]
"""


def _twins() -> World:
    """Two posts that differ only in their links, the first of which is refused once, and never listed."""
    moody = Account(id=X, provider="twitter", failure=REFUSAL, failure_count=1)
    return World(
        scenario=_scenario(
            moody,
            job=Job(delay=1.0, payload="null"),
            listing=Listing(running="scheduled", failed_posts=False, lag=3.0),
        ),
        files={"post.yml": _TWIN_POSTS.encode()},
        wishes=(
            Wish(post=0, account_id=X, text="Read https://example.com/one", moody=True),
            Wish(post=1, account_id=X, text="Read https://example.com/two", moody=True),
        ),
        rounds=2,
    )


_LINK_POSTS = """\
posts:
  - {accounts: ["twitter/*"], networks: {twitter: {type: link, text: Read this, url: "https://example.com/one"}}}
  - {accounts: ["twitter/*"], networks: {twitter: {type: link, text: Read this, url: "https://example.com/two"}}}
"""


def _links() -> World:
    """Two posts with one text and two links beside it; the job tells nothing of them."""
    return World(
        scenario=_scenario(
            Account(id=X, provider="twitter"),
            job=Job(delay=1.0, payload="null"),
            listing=Listing(running="scheduled", lag=3.0),
        ),
        files={"post.yml": _LINK_POSTS.encode()},
        wishes=tuple(
            Wish(post=post, account_id=X, text="Read this", url=f"https://example.com/{name}")
            for post, name in enumerate(("one", "two"))
        ),
        rounds=2,
    )


_LOOK_ALIKES = """\
posts:
  - {text: The card, media: [{file: card.png, alt_text: A card}], accounts: ["twitter/*"]}
  - {text: The card, accounts: ["twitter/*"]}
"""


def _look_alikes() -> World:
    """One text with and without a picture; the job names no post, and the list is late."""
    moody = Account(id=X, provider="twitter", failure=REFUSAL, failure_count=1)
    return World(
        scenario=_scenario(moody, job=Job(delay=1.0, family="failures"), listing=Listing(lag=20.0)),
        files={"post.yml": _LOOK_ALIKES.encode(), "card.png": picture()},
        wishes=tuple(
            Wish(post=post, account_id=X, text="The card", type=kind, moody=True)
            for post, kind in enumerate(("photo", "status"))
        ),
        rounds=2,
    )


def _slow_job() -> World:
    """A job that takes longer than the run waits; Publer lists its posts as scheduled meanwhile."""
    return World(
        scenario=_scenario(
            Account(id=X, provider="twitter"), job=Job(delay=90.0), listing=Listing(running="scheduled")
        ),
        files={"post.yml": b"text: Patience\naccounts: ['*']\n"},
        wishes=(Wish(post=0, account_id=X, text="Patience"),),
        slow=True,
        timeout=60.0,
    )


def short() -> World:
    """One round and little patience, for runs in real time."""
    (first, *_), (x, linkedin, mastodon, _) = _announcement().wishes, _accounts()
    wishes = [
        replace(first, account_id=one.id, hopeless=bool(one.failure)) for one in (x, linkedin, mastodon)
    ]
    return World(
        scenario=_scenario(x, linkedin, mastodon, job=Job(delay=0.7)),
        files={"post.yml": _POSTS.partition('  - text: "And')[0].replace(', "bluesky/*"', "").encode()},
        wishes=tuple(wishes),
        timeout=8.0,
    )


WORLDS: dict[str, World] = {
    "entries": _announcement(job=Job(delay=2.0)),
    "failures": _announcement(job=Job(delay=2.0, family="failures")),
    "well": _announcement(
        refusing=False,
        job=Job(delay=1.0, envelope="oas", family="failures", no_failures_form="array"),
        listing=Listing(running="scheduled", dates="exclusive", lag=4.0),
        stored_text=StoredText(whitespace="collapsed"),
    ),
    "short links": replace(
        _announcement(refusing=False, job=Job(delay=1.0), stored_text=StoredText(shorten_links=True)),
        stays_open=True,
    ),
    "in a hurry": _announcement(job=Job(delay=2.0, numeric_post_ids=True), timeout=30.0),
    "few requests": _announcement(
        job=Job(delay=5.0, id_place="data", working_word=None), rate_limit=RateLimit(limit=7, window=60.0)
    ),
    "twins": _twins(),
    "links": _links(),
    "look-alikes": _look_alikes(),
    "slow job": _slow_job(),
    "pictures": _pictures(),
    "import": _imported(),
}

_OPEN = {
    "stored_text.shorten_links: True",
    "a text of its own below every post",
    "a signature that may not be read",
    "a signature and no list of signatures",
}
_READ = (
    *("job.", "job_status", "listing.", "stored_text.", "a list", "days of", "a text", "a signature"),
    *("no status", "an answer"),
)
"""The positions whose worlds are explored: those of what is read, and may hide whether a post went out."""
_ROWS = 20
"""Earlier posts of the account: more than fit into one answer, where Publer answers in pages."""


def _in_position(name: str, change: Change) -> World:
    """The same small announcement in another position of one switch."""
    text = "Rocket 1.0 is out: https://example.com/rocket #space\n\nThanks!"
    earlier = tuple(
        SeededPost(account_id=X, text=f"Rocket 0.{number} is out", age=3600.0 + number)
        for number in range(_ROWS)
    )
    linkedin = Account(id=LINKEDIN, provider="linkedin", failure=REFUSAL)
    return World(
        scenario=change(_scenario(Account(id=X, provider="twitter"), linkedin, posts=earlier)),
        files={"post.yml": f"text: {json.dumps(text)}\naccounts: ['twitter/*', 'linkedin/*']\n".encode()},
        wishes=(
            Wish(post=0, account_id=X, text=text),
            Wish(post=0, account_id=LINKEDIN, text=text, hopeless=True),
        ),
        stays_open=name in _OPEN,
    )


POSITIONS = {
    name: _in_position(name, change) for name, change in positions().items() if name.startswith(_READ)
}
"""A world for each position by itself, never for two."""
_PATIENCE = {"post.yml": b"text: Patience\naccounts: ['*']\n"}


def _unproven(account: Account, **changes: object) -> World:
    """A post that is not made, while the answers do not say so."""
    return World(
        scenario=_scenario(account, **changes),
        files=_PATIENCE,
        wishes=(Wish(post=0, account_id=account.id, text="Patience", unproven=True),),
    )


POSITIONS |= {
    "a complete job without a post": _unproven(
        Account(id=X, provider="twitter", drops=True), job=Job(family="failures")
    ),
    **{
        f"a post that waits: {state}": _unproven(Account(id=X, provider="twitter", held=state))
        for state in ("scheduled_pending", "scheduled_reauth", "scheduled_locked")
    },
    "a matching post made by hand": _unproven(
        Account(id=X, provider="twitter"),
        posts=(SeededPost(account_id=X, text="Patience", source="sync", age=600.0),),
    ),
    "a minute that another run took": World(
        scenario=_scenario(
            Account(id=X, provider="twitter"),
            posts=(SeededPost(account_id=X, text="Another release", age=5.0, listed_after=18.0),),
        ),
        files=_PATIENCE,
        wishes=(Wish(post=0, account_id=X, text="Patience"),),
        rounds=2,
    ),
}
WORLDS |= POSITIONS
START = VirtualClock().time()
