"""The sandbox's world: what exists, what is in progress, and what has really been published."""

from __future__ import annotations

import copy
import hashlib
import html
import itertools
import math
import re
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.judging import GAP, ONE_AT_A_TIME, SAID_ALREADY, UNKNOWN_ACCOUNT, comes_to_nothing, judge
from sandbox.networks import NETWORKS, SPELLINGS
from sandbox.record import Imported, Post, Record, Request, Upload
from sandbox.scenario import Account, Import, Job, Scenario, StoredText, Workspace


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One post in progress for one account."""

    scheduled_id: str
    live_id: str
    sent: dict[str, Any]
    """The post of the request, with an id."""
    target: dict[str, Any]
    """Its entry for the account."""
    account: Account | None
    content: dict[str, Any]
    """Its part for the account's network."""
    created: float
    due: float
    failure: str | None = None
    settled: bool = False
    post: Post | None = None

    def word(self, key: str) -> str:
        """A text of the content; empty if it is not a text."""
        value = self.content.get(key)
        return value if isinstance(value, str) else ""

    def url(self) -> str:
        link = self.content.get("link")
        url = self.content.get("url") or (link.get("url") if isinstance(link, dict) else "")
        return url if isinstance(url, str) else ""

    def media(self) -> list[Any]:
        media = self.content.get("media")
        return [item for item in media if isinstance(item, dict)] if isinstance(media, list) else []


@dataclass(slots=True, kw_only=True)
class _Job:
    id: str
    workspace_id: str
    done_at: float
    polls: int = 0
    consumed: bool = False


@dataclass(slots=True, kw_only=True)
class PublishJob(_Job):
    """A job started by ``POST /posts/schedule/publish``."""

    spec: Job
    state: str
    """``bulk.state`` of the request: ``draft`` and its like never go live."""
    deliveries: list[Delivery] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ImportJob(_Job):
    """A job started by ``POST /media/from-url``."""

    spec: Import
    payload: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A media object in the library."""

    id: str
    workspace_id: str
    type: str
    name: str
    size: tuple[int, int] = (1200, 675)
    caption: str | None = None
    source: str | None = None


class World:
    """All state of one sandbox. Every public method expects the caller to hold ``lock``."""

    def __init__(self, scenario: Scenario, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.scenario = scenario
        self.clock = clock
        self.started = clock.time()
        self.requests: list[Request] = []
        self.surprises: list[str] = []
        self.uploads: list[Upload] = []
        self.imports: list[Imported] = []
        self.published: list[Post] = []
        self.posts: list[Post] = []
        """Publer's list."""
        self.media: dict[str, Media] = {}
        self.publish_jobs: dict[str, PublishJob] = {}
        self.import_jobs: dict[str, ImportJob] = {}
        self.github_comments: list[dict[str, Any]] = [
            {"id": number, "user": {"login": author}, "body": body, "html_url": ""}
            for number, (author, body) in enumerate(scenario.github.comments, start=1)
        ]
        self.github_commits: dict[str, dict[str, Any]] = {}
        self.github_refs: dict[str, str] = {}
        self.github_runs: dict[str, dict[str, Any]] = {}
        """What is known of runs by their ids; any other is in progress."""
        self._numbers = itertools.count(1)
        self._last_scheduled: dict[str, float] = {}
        self._said: dict[str, set[str]] = {}
        self._failures_left: dict[str, int | None] = {}
        self._recent: deque[float] = deque()
        self._seed()

    def _seed(self) -> None:
        """Put into the list what is there from the start."""
        homes = {one.id: (home, one) for home in self.scenario.workspaces for one in home.accounts}
        for seeded in self.scenario.posts:
            workspace, account = homes[seeded.account_id]
            post_id, time = self.new_id("seeded"), self.started - seeded.age
            alike = ("state", "type", "text", "url", "has_media", "title", "error", "source")
            shared: dict[str, Any] = {name: getattr(seeded, name) for name in alike}
            post = Post(
                id=post_id,
                listed_id=post_id,
                workspace_id=workspace.id,
                account=account,
                stored_text=seeded.text,
                stored_url=seeded.url,
                time=time,
                link=seeded.link or "",
                listed_at=self.started + seeded.listed_after,
                **shared,
            )
            self.posts.append(post)
            if seeded.state in {"published", "scheduled"}:
                self._last_scheduled[account.id] = max(self._last_scheduled.get(account.id, time), time)

    def snapshot(self) -> Record:
        """Everything so far, as copies."""
        self.settle()
        return Record(
            requests=tuple(copy.deepcopy(self.requests)),
            published=tuple(self.published),
            uploads=tuple(self.uploads),
            imports=tuple(self.imports),
            surprises=tuple(self.surprises),
        )

    def new_id(self, what: str) -> str:
        """A 24-hex id that is the same in every run."""
        return hashlib.sha256(f"{what} {next(self._numbers)}".encode()).hexdigest()[:24]

    def surprise(self, sentence: str) -> None:
        """Note something in a request that the documentation does not know."""
        if sentence not in self.surprises:
            self.surprises.append(sentence)

    def workspace(self, workspace_id: str) -> Workspace | None:
        return next((w for w in self.scenario.workspaces if w.id == workspace_id), None)

    # The rate limit

    def take_request(self) -> bool:
        """Count a request against the limit; False if there is none left."""
        if not self.requests_left():
            return False
        self._recent.append(self.clock.time())
        return True

    def requests_left(self) -> int:
        rule, now = self.scenario.rate_limit, self.clock.time()
        begin = now - rule.window if rule.kind == "sliding" else now // rule.window * rule.window - 1e-9
        while self._recent and self._recent[0] <= begin:
            self._recent.popleft()
        return max(0, self.scenario.rate_limit.limit - len(self._recent))

    def limit_resets_at(self) -> int:
        """The epoch second in which the oldest counted request leaves the window."""
        rule, now = self.scenario.rate_limit, self.clock.time()
        if rule.kind == "fixed":
            return math.ceil((now // rule.window + 1) * rule.window)
        return math.ceil((self._recent[0] if self._recent else now) + rule.window)

    # Publishing

    def start_publishing(self, workspace: Workspace, state: str, posts: list[dict[str, Any]]) -> PublishJob:
        """Queue a bulk request whose form has been checked."""
        scenario, number = self.scenario, len(self.publish_jobs)
        spec = scenario.jobs[number] if number < len(scenario.jobs) else scenario.job
        done_at = self.clock.time() + spec.delay
        job = PublishJob(
            id=self.new_id("job"), workspace_id=workspace.id, spec=spec, state=state, done_at=done_at
        )
        if scenario.accepts.media_without_id == "dropped":
            posts = [_without_media_that_have_no_id(post) for post in posts]
        asked = {target["id"] for post in posts for target in post.get("accounts") or []}
        tiktok = asked & {one.id for one in workspace.accounts if one.network == "tiktok"}
        for post in posts:
            sent = {**post, "id": str(post.get("id") or self.new_id("post"))}
            for target in post.get("accounts") or []:
                delivery = self._delivery(workspace, job, sent, target)
                is_crowded = len(tiktok) > 1 and target["id"] in tiktok
                delivery.failure = ONE_AT_A_TIME if is_crowded else self._refusal(workspace, job, delivery)
                job.deliveries.append(delivery)
                job.done_at = max(job.done_at, delivery.due)
        self.publish_jobs[job.id] = job
        return job

    def _delivery(
        self, workspace: Workspace, job: PublishJob, sent: dict[str, Any], target: dict[str, Any]
    ) -> Delivery:
        now, numeric = self.clock.time(), job.spec.numeric_post_ids
        account = next((one for one in workspace.accounts if one.id == target["id"]), None)
        content = sent["networks"].get(account.networks_key()) if account else None
        return Delivery(
            scheduled_id=self.new_id("scheduled"),
            live_id=str(90_000_000 + next(self._numbers)) if numeric else self.new_id("live"),
            sent=sent,
            target=target,
            account=account,
            content=content if isinstance(content, dict) else {},
            created=now,
            due=now + job.spec.delay + (account.slowness if account else 0.0),
        )

    def _refusal(self, workspace: Workspace, job: PublishJob, delivery: Delivery) -> str | None:
        account = delivery.account
        if account is None:
            return UNKNOWN_ACCOUNT

        def kind_of(media_id: str) -> str | None:
            media = self.media.get(media_id)
            return media.type if media and media.workspace_id == workspace.id else None

        failure = judge(delivery.sent, delivery.target, account, kind_of, self.scenario.accepts)
        if failure is None and not job.state.startswith("draft") and job.spec.failure is None:
            failure = self._gap_or_refusal(account, str(delivery.content.get("text", "")))
        return failure

    def _gap_or_refusal(self, account: Account, text: str) -> str | None:
        now = self.clock.time()
        last = self._last_scheduled.get(account.id)
        if last is not None and abs(now - last) < self.scenario.gap:
            return GAP
        if account.failure:
            left = self._failures_left.get(account.id, account.failure_count)
            if left != 0:
                self._failures_left[account.id] = left and left - 1
                return account.failure
        said = self._said.setdefault(account.id, set())
        may_repeat = account.network != "twitter" or self.scenario.accepts.the_same_text_again_on_x
        if text in said and not may_repeat:
            return SAID_ALREADY
        said.add(text)
        self._last_scheduled[account.id] = now
        return None

    def settle(self) -> None:
        """Let everything that is due by now happen, in order of its own time."""
        now = self.clock.time()
        open_ones = [
            (job, delivery)
            for job in self.publish_jobs.values()
            for delivery in job.deliveries
            if not delivery.settled and delivery.due <= now
        ]
        for job, delivery in sorted(open_ones, key=lambda one: one[1].due):
            delivery.settled = True
            if delivery.account is not None and job.spec.failure is None:
                self._settle_delivery(job, delivery, delivery.account)

    def _settle_delivery(self, job: PublishJob, delivery: Delivery, account: Account) -> None:
        if delivery.failure is not None:
            if delivery.failure == account.failure:
                self._store(job, delivery, account, "failed")
        elif job.state.startswith("draft") or account.held:
            self._store(job, delivery, account, account.held or job.state)
        elif not (account.drops or comes_to_nothing(delivery.content, account, self.scenario.accepts)):
            self.published.append(copy.copy(self._store(job, delivery, account, "published")))

    def _store(self, job: PublishJob, delivery: Delivery, account: Account, state: str) -> Post:
        delivery.post = self._post(job, delivery, account, state)
        self.posts.append(delivery.post)
        return delivery.post

    def _post(self, job: PublishJob, delivery: Delivery, account: Account, state: str) -> Post:
        scenario, live = self.scenario, state == "published"
        text, url = _kept(scenario.stored_text, account, delivery.word("text"), delivery.url())
        post_id = delivery.live_id if live else delivery.scheduled_id
        others = live and scenario.listing.ids == "others"
        media = tuple(delivery.media())
        return Post(
            id=post_id,
            listed_id=hashlib.sha256(f"listed {post_id}".encode()).hexdigest()[:24] if others else post_id,
            workspace_id=job.workspace_id,
            account=account,
            state=state,
            type=delivery.word("type"),
            text=delivery.word("text"),
            stored_text=text,
            url=delivery.url(),
            stored_url=url,
            time=delivery.created if state == "scheduled" else delivery.due,
            link=NETWORKS[account.network].link.format(int(post_id[:12], 16)) if live else "",
            has_media=bool(media),
            title=delivery.word("title"),
            error=delivery.failure or "",
            source=scenario.listing.source,
            job_id=job.id,
            content=self._as_read(delivery.content),
            media=media,
            alt_texts=tuple(map(self._alt_text, media)),
            comments=tuple(delivery.target.get("comments", ())),
            labels=self._labels(delivery),
        )

    def running_posts(self, workspace_id: str) -> list[Post]:
        """Posts of jobs that still run."""
        return [
            self._post(job, delivery, delivery.account, "scheduled")
            for job in self.publish_jobs.values()
            if job.workspace_id == workspace_id and self.clock.time() < job.done_at
            for delivery in job.deliveries
            if delivery.failure is None and delivery.account is not None
        ]

    def _as_read(self, content: dict[str, Any]) -> dict[str, Any]:
        """The content without options in a spelling that is ignored."""
        spellings = {"camelCase": set(SPELLINGS.values()), "snake_case": set(SPELLINGS)}
        ignored = spellings.get(self.scenario.accepts.option_names, set())
        return {name: value for name, value in content.items() if name not in ignored}

    def _alt_text(self, item: dict[str, Any]) -> str:
        read = self.scenario.accepts.alt_text_from
        names = ("alt_text", "caption") if read == "either" else (read,)
        return str(next(filter(None, map(item.get, names)), ""))

    def _labels(self, delivery: Delivery) -> tuple[str, ...]:
        read = self.scenario.accepts.labels_from
        found = {"post": delivery.sent.get("labels") or (), "account": delivery.target.get("labels") or ()}
        return tuple(found.get(read) or found["post"] or found["account"])

    # Media

    def add_media(self, workspace_id: str, kind: str, name: str, **others: Any) -> Media:  # noqa: ANN401  fields of Media
        """Put a media object into the library."""
        media = Media(id=self.new_id("media"), workspace_id=workspace_id, type=kind, name=name, **others)
        self.media[media.id] = media
        return media

    def is_importing(self) -> bool:
        """Whether the one import slot is taken, by us or by somebody else."""
        now = self.clock.time()
        foreign = now < self.started + self.scenario.imports.foreign_download_seconds
        return foreign or any(now < job.done_at for job in self.import_jobs.values())


def _without_media_that_have_no_id(post: dict[str, Any]) -> dict[str, Any]:
    networks = dict(post["networks"])
    for name, content in networks.items():
        media = content.get("media") if isinstance(content, dict) else None
        if isinstance(media, list):
            with_id = [one for one in media if not isinstance(one, dict) or "id" in one]
            networks[name] = {**content, "media": with_id}
    return {**post, "networks": networks}


# What becomes of a text and its link when Publer keeps and lists a post

_LINK = re.compile(r"https?://[^\s<>\"]+")


def _kept(rule: StoredText, account: Account, text: str, url: str) -> tuple[str, str]:
    """The text and the link of a post as the list shows them."""
    if rule.default_signature == "appended":
        text = "\n\n".join([text, *(one.text for one in account.signatures if one.default)])
    if rule.appended:
        text = f"{text}\n{rule.appended}"
    if rule.tracking == "added":
        text = _LINK.sub(lambda found: _tracked(found[0], account), text)
        url = _tracked(url, account) if url else ""
    if rule.shorten_links:
        text = _LINK.sub(lambda found: _short(found[0]), text)
    if rule.links == "moved_to_url":
        text, url = _moved(text, url)
    if rule.entities == "escaped":
        text = html.escape(text)
    return _spaced(rule, text), url


def _tracked(link: str, account: Account) -> str:
    address, mark, fragment = link.partition("#")
    joined = "&" if "?" in address else "?"
    return f"{address}{joined}utm_source=publer&utm_medium={account.provider}{mark}{fragment}"


def _short(link: str) -> str:
    return "https://pblr.example/" + hashlib.sha256(link.encode()).hexdigest()[:7]


def _moved(text: str, url: str) -> tuple[str, str]:
    found = _LINK.search(text)
    if found is None or url:
        return text, url
    return (text[: found.start()].rstrip() + text[found.end() :]).strip(), found[0]


def _spaced(rule: StoredText, text: str) -> str:
    if rule.whitespace == "collapsed":
        return re.sub(r"\s+", " ", text).strip()
    if rule.whitespace == "crlf":
        return re.sub(r"\r?\n", "\r\n", text)
    if rule.whitespace == "stripped":
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return text
