"""The Publer API, one short method per endpoint.

What can be repeated without harm (every GET, an upload, an import) is repeated until the deadline.
``publish`` is one HTTP attempt, always: whether it may be repeated is for delivery to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

from publer_publish.clock import Clock, Deadline, Progress
from publer_publish.errors import ServiceError
from publer_publish.publer.answers import (
    read_accounts,
    read_counts,
    read_job_id,
    read_media,
    read_media_options,
    read_posts,
    read_signatures,
    read_user,
    read_workspaces,
)
from publer_publish.publer.errors import FORBIDDEN, LostError, NotSentError, RateLimitedError, RefusedError
from publer_publish.publer.jobs import read_job
from publer_publish.publer.model import Account, Album, Job, JobState, Json, PostPage, User, Workspace
from publer_publish.publer.transport import RateLimit, Transport
from publer_publish.publer.wire import multipart

PUBLISH_PATIENCE = 60.0
"""Seconds for the answer to a publish request; after that it is lost and looked up."""
_MOST_PAGES = 100
"""Of accounts."""
IMPORT_PATIENCE = 30.0
"""Seconds for the answer to an import, which only starts it."""
UPLOAD_SILENCE = 120.0
"""Seconds that Publer may take to think about an uploaded file."""
UPLOAD_ATTEMPTS = 4
"""Attempts for one file whose answers are lost: each may send 200 MB."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds between two attempts; doubled each time."""
FIRST_PATIENCE, LONGEST_PATIENCE = 10.0, 40.0
"""Seconds for one attempt to read; doubled each time, because Publer may just be slow today."""

_ABOUT_ACCESS = (
    r"(?i)\b(api|key|workspace|scope|permissions?|access|plan|upgrade|denied|forbidden|cloudflare)\b"
)

_T = TypeVar("_T")


class Publer:
    """Everything that this program asks of Publer."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def close(self) -> None:
        self.transport.close()

    def another(self, clock: Clock, log: Callable[[str], None]) -> Publer:
        return Publer(self.transport.another(clock, log))

    @property
    def rate_limit(self) -> RateLimit:
        return self.transport.rate_limit

    def me(self, *, deadline: Deadline) -> User:
        return self._get("/users/me", read_user, deadline)

    def workspaces(self, *, deadline: Deadline) -> tuple[Workspace, ...]:
        return self._get("/workspaces", read_workspaces, deadline)

    def accounts(self, *, deadline: Deadline) -> tuple[Account, ...]:
        """Ask for the social accounts of the workspace.

        No pages of them are documented; a list that says that there is more is read to its end.
        """
        found: dict[str, Account] = {}
        for page in range(_MOST_PAGES):
            accounts, total, pages = self._get(
                "/accounts",
                lambda body: (read_accounts(body), *read_counts(body)),
                deadline,
                [("page", str(page))] if page else [],
            )
            before = len(found)
            found = {account.id: account for account in accounts} | found
            # Where pages count from 1, page 0 is the same as page 1.
            brings_nothing = page > 0 and (not accounts or (page > 1 and len(found) == before))
            is_last = (total or 0) <= len(found) and (pages or 0) <= page + 1
            if brings_nothing or is_last:
                break
        if (total or 0) > len(found):
            self.transport.log(f"Publer counts {total} accounts and lists {len(found)}.")
        return tuple(found.values())

    def media_options(
        self, account_ids: Iterable[str], *, deadline: Deadline
    ) -> dict[str, tuple[Album, ...]]:
        """Ask for the albums of some accounts (Pinterest: their boards), by account id."""
        return self._get_of_workspace("media_options", read_media_options, account_ids, deadline)

    def posts(
        self,
        account_ids: Iterable[str],
        since: date,
        until: date,
        page: int,
        states: Iterable[str],
        *,
        deadline: Deadline,
    ) -> PostPage:
        """One page (from 0) of the posts between two dates, in one state or in any of several.

        Publer may take the dates as exclusive, ignore the page, and filter by one of several states only.
        """
        wanted = list(states)
        params = [("state" if len(wanted) == 1 else "state[]", state) for state in wanted]
        params += [("account_ids[]", account_id) for account_id in account_ids]
        params += [("from", since.isoformat()), ("to", until.isoformat()), ("page", str(page))]
        return self._get("/posts", read_posts, deadline, params)

    def signatures(self, account_ids: Iterable[str], *, deadline: Deadline) -> dict[str, tuple[str, ...]]:
        """Ask for the texts of the signatures of some accounts, by account id."""
        return self._get_of_workspace("signatures", read_signatures, account_ids, deadline)

    def _get_of_workspace(
        self, name: str, read: Callable[[Json], _T], account_ids: Iterable[str], deadline: Deadline
    ) -> _T:
        path = f"/workspaces/{quote(self.transport.workspace_id, safe='')}/{name}"
        return self._get(path, read, deadline, [("accounts[]", account_id) for account_id in account_ids])

    def publish(self, bulk: Mapping[str, Any], *, deadline: Deadline) -> str:
        """Publish now and return the job's id. Exactly one HTTP attempt, on a fresh connection.

        Raises NotSentError or RateLimitedError (certainly not taken), RefusedError (a no), and
        LostError, also for a 2xx without a job id (perhaps taken).
        """
        path, document = "/posts/schedule/publish", {"bulk": bulk}
        answer = self.transport.send(
            "POST", path, deadline=deadline, document=document, patience=PUBLISH_PATIENCE, fresh=True
        )
        return read_job_id(answer)

    def job(self, job_id: str, *, deadline: Deadline) -> Job:
        """Where a job is. The first terminal answer may be the only one: keep it."""
        path = f"/job_status/{quote(job_id, safe='')}"
        job = self._get(path, lambda body: read_job(body, job_id), deadline)
        if job.state is JobState.WORKING and job.raw:
            self.transport.log(f"Publer answered with an unknown status; still waiting. It said: {job.raw}")
        return job

    def upload(
        self,
        name: str,
        stream: BinaryIO,
        size: int,
        content_type: str,
        *,
        on_progress: Callable[[int, int], None],
        deadline: Deadline,
    ) -> Mapping[str, Any]:
        """Upload a file and return Publer's media object.

        ``stream`` is seekable and read in small pieces; ``on_progress`` gets the bytes sent and their
        total. Repeated when it was lost: a second copy of a file that no post uses does no harm.
        """
        start = stream.tell()

        def attempt() -> Mapping[str, Any]:
            stream.seek(start)
            body = multipart(name, stream, size, content_type, on_progress)
            answer = self.transport.send(
                "POST",
                "/media",
                deadline=deadline,
                stream=body,
                patience=deadline.remaining(),
                silence=UPLOAD_SILENCE,
            )
            return read_media(answer)

        return self._patiently(attempt, deadline, attempts=UPLOAD_ATTEMPTS)

    def import_urls(self, items: Sequence[Mapping[str, Any]], *, deadline: Deadline) -> str:
        """Start one import of files by URL (``url`` and ``name`` each) and return its job's id.

        Publer runs one import at a time and answers 403 to the next: that is waited for.
        """
        document = {
            "media": [dict(item) for item in items],
            "type": "single" if len(items) == 1 else "bulk",
            "direct_upload": False,
            "in_library": False,
        }

        def attempt() -> str:
            answer = self.transport.send(
                "POST", "/media/from-url", deadline=deadline, document=document, patience=IMPORT_PATIENCE
            )
            return read_job_id(answer)

        return self._patiently(attempt, deadline, attempts=UPLOAD_ATTEMPTS, wait_for_imports=True)

    def _get(
        self,
        path: str,
        read: Callable[[Json], _T],
        deadline: Deadline,
        params: Sequence[tuple[str, str]] = (),
    ) -> _T:
        patience = FIRST_PATIENCE / 2

        def attempt() -> _T:
            nonlocal patience
            patience = min(patience * 2, LONGEST_PATIENCE)
            return read(self.transport.send("GET", path, deadline=deadline, params=params, patience=patience))

        return self._patiently(attempt, deadline)

    def _patiently(
        self,
        attempt: Callable[[], _T],
        deadline: Deadline,
        *,
        attempts: int | None = None,
        wait_for_imports: bool = False,
    ) -> _T:
        """Repeat what may be repeated until the deadline, then raise the last error."""
        pause = FIRST_PAUSE
        lost = 0
        while True:
            try:
                return attempt()
            except RateLimitedError as error:
                failure: ServiceError = error
                wait = error.wait_seconds
                why = "Publer's rate limit"
            except (NotSentError, LostError) as error:
                lost += isinstance(error, LostError)
                if (isinstance(error, NotSentError) and error.hopeless) or lost == attempts:
                    raise
                failure, wait, why = error, pause, "the next attempt"
                pause = min(pause * 2, LONGEST_PAUSE)
            except RefusedError as error:
                if not (wait_for_imports and is_busy(error)):
                    raise
                failure, wait, why = error, LONGEST_PAUSE / 2, "another import to finish"
            if wait >= deadline.remaining():
                raise failure
            self.transport.log(f"{failure.message} Waiting {wait:g} s for {why}.")
            Progress(self.transport.clock, self.transport.log, f"Still waiting for {why}").wait(wait)


def is_busy(error: RefusedError) -> bool:
    """Whether this 403 only means that another import is running, which passes."""
    # Publer's sentences may be in the user's language: what is not about access is about waiting.
    is_about_access = error.from_cdn or not error.sentence or re.search(_ABOUT_ACCESS, error.sentence)
    return error.status == FORBIDDEN and not is_about_access
