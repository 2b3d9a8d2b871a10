"""What the sandbox's world is like, and how it behaves: one frozen tree, with a JSON form."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.faults import Fault
from sandbox.forms import FormError, from_json, to_json
from sandbox.networks import NETWORKS

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A text that Publer can put below the posts of an account."""

    text: str
    id: str = "66db83154e299efa19a2c001"
    label: str = "Signature"
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board of a Pinterest account."""

    name: str = "Launches"
    id: str = "66db83154e299efa19a2b001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A social account, and what becomes of a post to it."""

    id: str
    provider: str
    """As ``GET /accounts`` says it: for WordPress also ``wordpress_oauth`` and ``wordpress_basic``."""
    name: str = "Acme Inc"
    type: str = ""
    """Empty: the live API's string for this network."""
    status: str = ""
    """Shown by ``GET /accounts`` if not empty: what is wrong with the connection."""
    failure: str = ""
    """Publer's sentence; every post to this account fails with it."""
    failure_count: int | None = None
    """Only the first so many posts fail; None: all of them."""
    slowness: float = 0.0
    """Seconds that a post to this account takes beyond the job's own delay."""
    drops: bool = False
    """The job reports no failure, and yet nothing is ever posted."""
    held: Literal["", "scheduled_pending", "scheduled_reauth", "scheduled_locked"] = ""
    """The state in which every post to this account waits for a person, and does not go out."""
    unmentioned: bool = False
    """Posted, but the job's answer says nothing about this account."""
    text_limit: int | None = None
    """Overrides the network's limit (X Premium, a Mastodon server of one's own)."""
    link: Literal["at_once", "late", "never"] = "at_once"
    link_after_lookups: int = 1
    """For a late link: how many answers of ``GET /posts`` show the post without it."""
    link_after_seconds: float = 0.0
    """For a late link: seconds after publication before it is known."""
    boards: tuple[Board, ...] = (Board(),)
    """Pinterest's."""
    signatures: tuple[Signature, ...] = ()

    @property
    def network(self) -> str:
        return "wordpress" if self.provider.startswith("wordpress_") else self.provider

    def public_type(self) -> str:
        own = self.provider if self.provider != self.network else NETWORKS[self.network].account_type
        return self.type or own

    def networks_key(self) -> str:
        """The key of this account's content in a request: for WordPress the account's type, if it is one."""
        kind = self.public_type()
        return kind if kind.startswith("wordpress_") else self.provider


def default_accounts(first: int = 0xDF) -> tuple[Account, ...]:
    """One account per network, with ids that stay the same; the examples name the last two."""
    return tuple(
        Account(id=f"66db83154e299efa19a2d8{first + index:02x}", provider=provider)
        for index, provider in enumerate(NETWORKS)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A workspace of the user's, with the accounts connected to it."""

    id: str = "66db7f0a4e299efa19a2d801"
    name: str = "Acme"
    plan: str = "business"
    accounts: tuple[Account, ...] = field(default_factory=default_accounts)

    def chosen(self, ids: Sequence[str]) -> list[Account]:
        """The accounts with these ids; all if there are none."""
        return [account for account in self.accounts if not ids or account.id in ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How a publish job runs and what its answers look like."""

    delay: float = 0.0
    """Seconds before anything is posted."""
    working_polls: int = 0
    """At least so many looks find the job still working, whatever the clock says."""
    never_ends: bool = False
    """The job says ``working`` for ever; its posts go live all the same."""
    failure: str | None = None
    """The job as a whole fails with this sentence (may be empty) and posts nothing."""
    failure_place: Literal[
        "error", "errors", "message", "payload.error", "payload.errors", "payload.failures", "nowhere"
    ] = "error"
    family: Literal[
        "entries", "entries_and_failures", "failures", "failures_and_posts", "failures_and_successes"
    ] = "entries"
    """``entries``: an array with a post or a failure per account, as observed for publishing now;
    ``entries_and_failures``: of posts only, with the documented object beside it. ``failures``: that
    object, which says nothing about what was posted; the others: the same object with what was posted
    beside, as a list of posts, or keyed like the failures."""
    entries: Literal["typed", "untyped", "bare", "ids"] = "typed"
    """Whether an entry says ``type`` and ``status`` beside its post or failure. ``bare``: the post is the
    entry itself. ``ids``: of a post it says the id alone, and so not the account."""
    reason: Literal["failure", "post.error", "post.details.error"] = "failure"
    """Where an entry says why a post failed."""
    payload: Literal["normal", "null", "missing", "empty_object", "empty_array"] = "normal"
    """Anything but ``normal`` replaces the payload, whatever happened."""
    failures_form: Literal["object", "array"] = "object"
    """For the family ``failures``: keyed by post, or flat."""
    no_failures_form: Literal["object", "array"] = "object"
    """For the family ``failures`` without any: ``{}`` or ``[]``."""
    envelope: Literal["bare", "data", "oas"] = "bare"
    """``bare``: status and payload on top. ``data``: both below ``data``. ``oas``: as the OpenAPI file
    has it, below ``data.result`` with a second status beside."""
    status_word: str = "complete"
    working_word: str | None = "working"
    """None: the status is null while the job runs."""
    outer_status: Literal["same", "complete"] = "same"
    """For the envelope ``oas``: whether the outer status is already ``complete`` while the job runs."""
    plan: bool = True
    read_once: bool = True
    """The first terminal answer consumes the payload; later ones have null."""
    id_place: Literal["job_id", "data"] = "job_id"
    http_status: int = 200
    numeric_post_ids: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """How a media-from-URL job runs."""

    delay: float = 0.0
    working_polls: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    """URL to the error that Publer reports for it."""
    failure: str | None = None
    form: Literal["array", "object", "media"] = "array"
    """An array of media; the single object alone; or ``{failures: {}, media: […]}``."""
    order: Literal["as_asked", "reversed"] = "as_asked"
    pdf_pages: int = 1
    """A PDF becomes so many photos."""
    foreign_download_seconds: float = 0.0
    """Somebody else's import keeps the one slot busy for so long after the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How ``GET /posts`` answers."""

    window: Literal["in_one_answer", "in_pages"] = "in_one_answer"
    """With ``from`` and ``to``: all rows whatever ``page`` says, or page by page."""
    page_size: int = 15
    first_page: Literal["0", "1"] = "0"
    """The number of the first page, where there are pages."""
    total: Literal["of_the_filters", "of_the_workspace", "missing"] = "of_the_filters"
    """What the answer's ``total`` counts."""
    total_pages: Literal["true", "as_if_in_pages", "missing"] = "true"
    """For a window in one answer: 1, or as if it came in pages."""
    states: Literal["all", "first", "last", "ignored", "nothing"] = "all"
    """Of several ``state[]``: which are honoured. ``ignored``: rows in any state; ``nothing``: no rows."""
    rows: Literal["all_keys", "documented", "observed", "and_more"] = "all_keys"
    """Which keys a row has: ``url`` is documented, ``source`` and ``error`` were observed; ``and_more``:
    also those that only clients name, such as ``old_id`` and ``job_id``."""
    ids: Literal["of_the_job", "others"] = "of_the_job"
    """Whether a live post has the id that its job has told."""
    source: Literal["post_now", "schedule"] = "post_now"
    """What a row that was made here says of where it comes from."""
    times: Literal["to_the_second", "to_the_minute", "of_another_zone"] = "to_the_second"
    """How exactly a row says when it was posted."""
    dates: Literal["inclusive", "exclusive"] = "inclusive"
    """Whether posts of the days ``from`` and ``to`` themselves are in the answer."""
    zone: float = 0.0
    """Hours east of UTC of the zone whose days these are."""
    running: Literal["hidden", "scheduled"] = "hidden"
    """Posts of a job that still runs."""
    lag: float = 0.0
    """Seconds after a job's end before its posts are listed."""
    failed_posts: bool = True
    """Whether posts that a network refused are listed, with the state ``failed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """What Publer makes of a text when it keeps it; the list shows it so."""

    whitespace: Literal["as_sent", "collapsed", "crlf", "stripped"] = "as_sent"
    links: Literal["in_the_text", "moved_to_url"] = "in_the_text"
    default_signature: Literal["left_out", "appended"] = "left_out"
    """Whether an account's default signature comes below what is sent through the API."""
    tracking: Literal["left_out", "added"] = "left_out"
    """Whether links get ``utm_`` words."""
    entities: Literal["as_sent", "escaped"] = "as_sent"
    """Whether ``&`` becomes ``&amp;`` and so on."""
    shorten_links: bool = False
    appended: str = ""
    """Put below every text, on a line of its own, and explained by nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepts:
    """What Publer does with a request where its pages do not say, or contradict each other."""

    several_accounts: bool = True
    """Several accounts in one post; else all but the first miss their network's parameters."""
    text_alone_on_google: bool = True
    articles_without_blocks: bool = True
    links_on_threads_and_bluesky: bool = True
    stories_of_videos: bool = True
    pictures_with_videos_on_instagram: bool = False
    reels_on_instagram: Literal["as_video", "as_reel"] = "as_video"
    """The ``type`` of a reel; ``as_reel``: of a video nothing comes, and the job names no failure."""
    pictures_are: Literal["either", "photo", "image"] = "either"
    """The ``type`` of a picture among the media, and what an upload calls it."""
    polls_run: Literal["days", "hours"] = "days"
    labels_from: Literal["either", "post", "account"] = "either"
    lengths: Literal["of_the_network", "characters"] = "of_the_network"
    """How texts are counted: ``characters`` knows of no shortened links, nor of graphemes."""
    the_same_text_again_on_x: bool = True
    """X itself refuses it; taken by default, so that a post that goes out twice is seen."""
    comments_on_instagram: bool = True
    link_from: Literal["link", "url", "either"] = "link"
    """Where the address of a link post is read: ``link.url``, or ``url`` beside the text."""
    alt_text_from: Literal["either", "alt_text", "caption"] = "either"
    option_names: Literal["camelCase", "snake_case", "either"] = "camelCase"
    """Which spelling of Telegram's and Mastodon's options is read; the other one is ignored."""
    media_without_id: Literal["refused", "dropped"] = "refused"
    timing_of_callbacks: Literal["either", "delay", "conditions"] = "either"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """The request limit of the user account."""

    limit: int = 100
    kind: Literal["sliding", "fixed"] = "sliding"
    window: float = 120.0
    headers: bool = True
    """``X-RateLimit-*`` on ordinary answers."""
    headers_when_limited: bool = True
    retry_after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededPost:
    """A post that is in Publer's list from the start."""

    account_id: str
    text: str = ""
    state: str = "published"
    type: str = "status"
    age: float = 3600.0
    """Seconds before the sandbox started; negative: in the future."""
    url: str = ""
    has_media: bool = False
    link: str | None = "https://social.example/seeded"
    title: str = ""
    error: str = ""
    source: Literal["post_now", "schedule", "sync"] = "post_now"
    """``sync``: posted on the network itself, and imported by Publer."""
    listed_after: float = 0.0
    """Seconds after the sandbox started before it is listed; it counts for the minute all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release on the GitHub stand-in."""

    repository: str = "acme/rocket"
    tag_name: str = "v1.0.0"
    name: str = "Rocket 1.0"
    body: str = "First release."
    prerelease: bool = False
    draft: bool = False
    published_at: str | None = "2026-10-31T12:00:00Z"
    author: str = "octocat"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHub:
    """The GitHub stand-in at ``/github/api/v3``."""

    releases: tuple[Release, ...] = ()
    token: str = ""
    """If set, any other token is answered with 401."""
    rate_limited: bool = False
    files: tuple[tuple[str, str], ...] = ()
    """Path and status (added, modified, renamed, removed) of each file of the pull request or push."""
    compared: str = "ahead"
    """How the later commit of a push is related to the earlier one; ``diverged`` after a force push."""
    may_comment: bool = True
    login: str = ""
    """Of the token's owner; empty: the token is a job's own, whose comments are the bot's."""
    comments: tuple[tuple[str, str], ...] = ()
    """Author and body of those that the pull request has."""
    may_write: bool = True
    """``contents: write``: whether refs and commits can be made."""
    may_read_runs: bool = True
    """``actions: read``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The whole world. Every field has a default; ``Scenario()`` is a well-behaved Publer.

    The JSON form has the same names and nesting, each field optional::

        {"workspaces": [{"id": "…", "name": "Acme", "accounts": [{"id": "…", "provider": "linkedin"}]}],
         "job": {"family": "failures", "delay": 3}, "jobs": [{"failure": "…"}],
         "rate_limit": {"limit": 5}, "faults": [{"kind": "reset", "when": "after", "path": "/posts/*"}],
         "posts": [{"account_id": "…", "text": "…", "age": 600}],
         "github": {"releases": [{"tag_name": "v2.0.0"}]}}
    """

    workspaces: tuple[Workspace, ...] = (Workspace(),)
    api_key: str = "sandbox-4f1d7c3a9be24c55"
    scopes: tuple[str, ...] = ("workspaces", "accounts", "posts", "media")
    user_name: str = "Wile E. Coyote"
    auth: Literal["observed", "documented"] = "observed"
    """``observed``: wrong key 403, wrong workspace 401. ``documented``: the other way round."""
    accounts_form: Literal["bare", "accounts", "data", "in_pages"] = "bare"
    job: Job = Job()
    jobs: tuple[Job, ...] = ()
    """The first jobs, one by one; after them ``job`` holds."""
    imports: Import = Import()
    listing: Listing = Listing()
    stored_text: StoredText = StoredText()
    accepts: Accepts = Accepts()
    job_status_header: Literal["needed", "ignored", "refused"] = "needed"
    """What becomes of the workspace's header in ``GET /job_status``."""
    boards: Literal["in_accounts", "in_media_options"] = "in_accounts"
    """Where Pinterest's boards are named; media options have them always."""
    signatures: Literal["listed", "forbidden", "not_found"] = "listed"
    """What ``GET /workspaces/{id}/signatures`` answers."""
    malformed_body: Literal["400", "500"] = "400"
    """The status of the answer to a publish request that is no such thing."""
    rate_limit: RateLimit = RateLimit()
    posts: tuple[SeededPost, ...] = ()
    github: GitHub = GitHub()
    faults: tuple[Fault, ...] = ()
    gap: float = 60.0
    """Seconds that two posts of one account must be apart."""
    max_upload: int = 200 * MIB
    needs_user_agent: bool = True
    """Answer clients that name themselves after nothing, or after Python, as Cloudflare does: 403, 1010."""

    @classmethod
    def from_json(cls, document: str | Mapping[str, Any]) -> Scenario:
        """Read the JSON form, as text or parsed. Raises FormError with the place of the mistake."""
        if isinstance(document, str):
            try:
                document = json.loads(document)
            except ValueError as problem:
                raise FormError(f"scenario: not JSON: {problem}") from None
        return from_json(cls, document)

    def to_json(self) -> dict[str, Any]:
        """The JSON form with every field."""
        form: dict[str, Any] = to_json(self)
        return form

    def account(self, network: str, name: str = "Acme Inc") -> Account:
        """The first workspace's account on a network."""
        accounts = self.workspaces[0].accounts
        return next(one for one in accounts if (one.network, one.name) == (network, name))

    def with_account(self, network: str, **changes: Any) -> Scenario:  # noqa: ANN401  fields of Account
        """This scenario with other fields for the first workspace's accounts on a network; ``*``: on all."""
        first, *others = self.workspaces
        accounts = tuple(
            dataclasses.replace(account, **changes) if network in {"*", account.network} else account
            for account in first.accounts
        )
        return self.but(workspaces=(dataclasses.replace(first, accounts=accounts), *others))

    def but(self, **changes: Any) -> Scenario:  # noqa: ANN401  fields of Scenario
        """This scenario with some fields replaced."""
        return dataclasses.replace(self, **changes)
