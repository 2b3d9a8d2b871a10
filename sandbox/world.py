"""The sandbox's world: what exists, what is on its way, and what has really been published."""

from __future__ import annotations

import copy
import hashlib
import itertools
import math
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any

from sandbox.clock import Clock
from sandbox.fields import SPELLINGS
from sandbox.judging import GAP, ONE_AT_A_TIME, SAID_ALREADY, UNKNOWN_ACCOUNT, comes_to_nothing, judge
from sandbox.keeping import kept
from sandbox.networks import NETWORKS
from sandbox.record import Imported, Published, Record, Request, Upload
from sandbox.scenario import Account, Job, Scenario, SeededPost, Workspace
from sandbox.state import Delivery, ImportJob, Media, PublishJob, StoredPost


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
        self.published: list[Published] = []
        self.posts: list[StoredPost] = []
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
        self._failures_left: dict[str, int] = {}
        self._recent: deque[float] = deque()
        for seeded in scenario.posts:
            self._seed(seeded)

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

    def listed_id(self, live_id: str) -> str:
        """The id under which the list shows a post that is live."""
        if self.scenario.listing.ids == "of_the_job":
            return live_id
        return hashlib.sha256(f"listed {live_id}".encode()).hexdigest()[:24]

    def new_id(self, what: str) -> str:
        """A 24-hex id that is the same in every run."""
        return hashlib.sha256(f"{what} {next(self._numbers)}".encode()).hexdigest()[:24]

    def surprise(self, sentence: str) -> None:
        """Note something in a request that the documentation does not know."""
        if sentence not in self.surprises:
            self.surprises.append(sentence)

    def workspace(self, workspace_id: str) -> Workspace | None:
        return next((w for w in self.scenario.workspaces if w.id == workspace_id), None)

    def workspace_of_job(self, job_id: str) -> str:
        """The id of the workspace that a job works for; empty if there is no such job."""
        job = self.publish_jobs.get(job_id) or self.import_jobs.get(job_id)
        return job.workspace_id if job else ""

    # The rate limit

    def take_request(self) -> bool:
        """Count a request against the limit; False if there is none left."""
        self._forget_old_requests()
        if len(self._recent) >= self.scenario.rate_limit.limit:
            return False
        self._recent.append(self.clock.time())
        return True

    def requests_left(self) -> int:
        self._forget_old_requests()
        return max(0, self.scenario.rate_limit.limit - len(self._recent))

    def limit_resets_at(self) -> int:
        """The epoch second in which the oldest counted request leaves the window."""
        rule, now = self.scenario.rate_limit, self.clock.time()
        if rule.kind == "fixed":
            return math.ceil((now // rule.window + 1) * rule.window)
        return math.ceil((self._recent[0] if self._recent else now) + rule.window)

    def _forget_old_requests(self) -> None:
        rule, now = self.scenario.rate_limit, self.clock.time()
        begin = now - rule.window if rule.kind == "sliding" else now // rule.window * rule.window - 1e-9
        while self._recent and self._recent[0] <= begin:
            self._recent.popleft()

    # Publishing

    def start_publishing(self, workspace: Workspace, state: str, posts: list[dict[str, Any]]) -> PublishJob:
        """Queue a bulk request whose form has been checked."""
        scenario = self.scenario
        count = len(self.publish_jobs)
        spec = scenario.jobs[count] if count < len(scenario.jobs) else scenario.job
        now = self.clock.time()
        job = PublishJob(
            id=self.new_id("job"), workspace_id=workspace.id, spec=spec, state=state, done_at=now + spec.delay
        )
        tiktok = {a.id for a in workspace.accounts if a.network == "tiktok"}
        asked = {target["id"] for post in posts for target in post.get("accounts") or []}
        crowded = tiktok & asked if len(tiktok & asked) > 1 else set()
        for index, post in enumerate(posts):
            key = str(post.get("id") or self.new_id("post"))
            for target in post.get("accounts") or []:
                delivery = self._deliver(workspace, spec, post, target, state, crowded)
                delivery.post_index, delivery.post_key = index, key
                job.deliveries.append(delivery)
                job.done_at = max(job.done_at, delivery.due)
        self.publish_jobs[job.id] = job
        return job

    def _deliver(  # noqa: PLR0917  one row of a request
        self,
        workspace: Workspace,
        spec: Job,
        post: dict[str, Any],
        target: dict[str, Any],
        state: str,
        crowded: set[str],
    ) -> Delivery:
        now = self.clock.time()
        account = next((a for a in workspace.accounts if a.id == target["id"]), None)
        content = post["networks"].get(account.networks_key()) if account else None
        if account is None:
            failure: str | None = UNKNOWN_ACCOUNT
        elif account.id in crowded:
            failure = ONE_AT_A_TIME
        else:
            accepts = self.scenario.accepts
            if accepts.media_without_id == "dropped" and isinstance(content, dict):
                content = _without_media_that_have_no_id(content)
                post = {**post, "networks": {**post["networks"], account.networks_key(): content}}
            failure = judge(
                post, target, account, lambda media_id: self.kind_of(workspace, media_id), accepts
            )
            if failure is None and not state.startswith("draft") and spec.failure is None:
                failure = self._gap_or_refusal(account, str((content or {}).get("text", "")))
        return Delivery(
            scheduled_id=self.new_id("scheduled"),
            live_id=self._live_id(spec),
            post_index=0,
            post_key="",
            account_id=target["id"],
            account=account,
            content=content if isinstance(content, dict) else {},
            target=target,
            labels=tuple(post.get("labels") or ()),
            due=now + spec.delay + (account.slowness if account else 0.0),
            failure=failure,
            created=now,
        )

    def _live_id(self, spec: Job) -> str:
        return str(90_000_000 + next(self._numbers)) if spec.numeric_post_ids else self.new_id("live")

    def _gap_or_refusal(self, account: Account, text: str) -> str | None:
        now = self.clock.time()
        last = self._last_scheduled.get(account.id)
        if last is not None and abs(now - last) < self.scenario.gap:
            return GAP
        if account.failure:
            left = self._failures_left.setdefault(
                account.id, -1 if account.failure_count is None else account.failure_count
            )
            if left != 0:
                self._failures_left[account.id] = left - 1
                return account.failure
        said = self._said.setdefault(account.id, set())
        if (
            account.network == "twitter"
            and text in said
            and not self.scenario.accepts.the_same_text_again_on_x
        ):
            return SAID_ALREADY
        said.add(text)
        self._last_scheduled[account.id] = now
        return None

    def settle(self) -> None:
        """Let everything that is due by now happen, in order of its own time."""
        now = self.clock.time()
        due = [
            (delivery.due, job, delivery)
            for job in self.publish_jobs.values()
            for delivery in job.deliveries
            if not delivery.settled and delivery.due <= now
        ]
        for _, job, delivery in sorted(due, key=lambda item: item[0]):
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
            self._publish(job, delivery, account)

    def _post(self, job: PublishJob, delivery: Delivery, account: Account, state: str) -> StoredPost:
        live = state == "published"
        text, url = kept(self.scenario.stored_text, account, delivery.word("text"), delivery.url())
        return StoredPost(
            id=delivery.live_id if live else delivery.scheduled_id,
            workspace_id=job.workspace_id,
            account=account,
            state=state,
            type=delivery.word("type"),
            text=text,
            url=url,
            at=delivery.created if state == "scheduled" else delivery.due,
            has_media=bool(delivery.media()),
            link=self._link(delivery, account) if live else None,
            title=delivery.word("title"),
            error=delivery.failure or "",
            source=self.scenario.listing.source,
            job=job,
        )

    def running_posts(self, workspace_id: str) -> list[StoredPost]:
        """Posts of jobs that still run."""
        return [
            self._post(job, delivery, delivery.account, "scheduled")
            for job in self.publish_jobs.values()
            if job.workspace_id == workspace_id and self.clock.time() < job.done_at
            for delivery in job.deliveries
            if delivery.failure is None and delivery.account is not None
        ]

    def _store(self, job: PublishJob, delivery: Delivery, account: Account, state: str) -> StoredPost:
        delivery.post = self._post(job, delivery, account, state)
        self.posts.append(delivery.post)
        return delivery.post

    def _as_read(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The content without options in a spelling that is ignored."""
        ignored = {
            "camelCase": frozenset(SPELLINGS.values()),
            "snake_case": frozenset(SPELLINGS),
            "either": frozenset[str](),
        }[self.scenario.accepts.option_names]
        return {name: value for name, value in content.items() if name not in ignored}

    def _publish(self, job: PublishJob, delivery: Delivery, account: Account) -> None:
        stored = self._store(job, delivery, account, "published")
        names = {"either": ("alt_text", "caption")}.get(
            self.scenario.accepts.alt_text_from, (self.scenario.accepts.alt_text_from,)
        )
        media = tuple(delivery.media())
        self.published.append(
            Published(
                id=delivery.live_id,
                listed_id=self.listed_id(delivery.live_id),
                workspace_id=job.workspace_id,
                account_id=account.id,
                account_name=account.name,
                network=account.network,
                type=str(delivery.content["type"]),
                text=delivery.word("text"),
                stored_text=stored.text,
                url=delivery.url(),
                media=media,
                alt_texts=tuple(str(next(filter(None, map(item.get, names)), "")) for item in media),
                comments=tuple(delivery.target.get("comments", ())),
                labels=self._labels(delivery),
                content=self._as_read(delivery.content),
                time=delivery.due,
                link=self._link(delivery, account),
                job_id=job.id,
                post_index=delivery.post_index,
            )
        )

    def _labels(self, delivery: Delivery) -> tuple[str, ...]:
        read = self.scenario.accepts.labels_from
        found = {"post": delivery.labels, "account": delivery.target.get("labels") or ()}
        return tuple(found.get(read) or found["post"] or found["account"])

    def _link(self, delivery: Delivery, account: Account) -> str:
        return NETWORKS[account.network].link.format(int(delivery.live_id[:12], 16))

    def _seed(self, seeded: SeededPost) -> None:
        for workspace in self.scenario.workspaces:
            for account in workspace.accounts:
                if account.id == seeded.account_id:
                    at = self.started - seeded.age
                    post = StoredPost(
                        id=self.new_id("seeded"),
                        workspace_id=workspace.id,
                        account=account,
                        state=seeded.state,
                        type=seeded.type,
                        text=seeded.text,
                        url=seeded.url,
                        at=at,
                        has_media=seeded.has_media,
                        link=seeded.link,
                        title=seeded.title,
                        error=seeded.error,
                        source=seeded.source,
                        listed_at=self.started + seeded.listed_after,
                    )
                    self.posts.append(post)
                    if seeded.state in {"published", "scheduled"}:
                        self._last_scheduled[account.id] = max(self._last_scheduled.get(account.id, at), at)

    # Media

    def kind_of(self, workspace: Workspace, media_id: str) -> str | None:
        media = self.media.get(media_id)
        return media.type if media and media.workspace_id == workspace.id else None

    def add_media(
        self,
        workspace_id: str,
        kind: str,
        name: str,
        *,
        in_library: bool,
        size: tuple[int, int] = (1200, 675),
        caption: str | None = None,
        source: str | None = None,
    ) -> Media:
        """Put a media object into the library."""
        media = Media(
            id=self.new_id("media"),
            workspace_id=workspace_id,
            type=kind,
            name=name,
            width=size[0],
            height=size[1],
            in_library=in_library,
            caption=caption,
            source=source,
        )
        self.media[media.id] = media
        return media

    def is_importing(self) -> bool:
        """Whether the one import slot is taken, by us or by somebody else."""
        now = self.clock.time()
        foreign = now < self.started + self.scenario.imports.foreign_download_seconds
        return foreign or any(now < job.done_at for job in self.import_jobs.values())


def _without_media_that_have_no_id(content: dict[str, Any]) -> dict[str, Any]:
    media = content.get("media")
    if not isinstance(media, list):
        return content
    return {**content, "media": [one for one in media if not isinstance(one, dict) or "id" in one]}
