"""The Publer API, one short method per endpoint.

What can be repeated without harm (every GET, an upload, an import) is repeated until the deadline.
``publish`` is one HTTP attempt, always: whether it may be repeated is for delivery to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import quote

from publer_publish.clock import Clock, Deadline
from publer_publish.networks.table import of_account_type
from publer_publish.publer.answers import (
    clean,
    first,
    holders,
    id_of,
    name_of,
    objects_of,
    read_counts,
    read_job_id,
    read_media,
    read_posts,
    unreadable,
    word_of,
)
from publer_publish.publer.jobs import read_job_of
from publer_publish.publer.model import Account, Album, Job, JobState, Json, PostPage, User, Workspace
from publer_publish.publer.transport import Patient
from publer_publish.publer.wire import Multipart

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


class Directory(Patient):
    """The owner of the key, the workspaces, and the accounts."""

    def me(self, *, deadline: Deadline) -> User:
        """Ask for the owner of the key."""
        return self._get("/users/me", read_user, deadline)

    def workspaces(self, *, deadline: Deadline) -> tuple[Workspace, ...]:
        """Ask for the workspaces that the key can see."""
        return self._get("/workspaces", read_workspaces, deadline)

    def accounts(self, *, deadline: Deadline) -> tuple[Account, ...]:
        """Ask for the social accounts of the workspace."""
        found: dict[str, Account] = {}
        for page in range(_MOST_PAGES):
            params = [("page", str(page))] if page else []
            one = self._get("/accounts", read_account_page, deadline, params)
            before = len(found)
            found = {account.id: account for account in one.accounts} | found
            # Where pages count from 1, page 0 is the same as page 1.
            brings_nothing = page > 0 and (not one.accounts or (page > 1 and len(found) == before))
            if brings_nothing or not one.says_more(len(found), page):
                break
        if one.total > len(found):
            self.transport.log(f"Publer counts {one.total} accounts and lists {len(found)}.")
        return tuple(found.values())

    def media_options(
        self, account_ids: Iterable[str], *, deadline: Deadline
    ) -> dict[str, tuple[Album, ...]]:
        """Ask for the albums of some accounts (Pinterest: their boards), by account id."""
        params = [("accounts[]", account_id) for account_id in account_ids]
        path = f"/workspaces/{quote(self.transport.workspace_id, safe='')}/media_options"
        return self._get(path, read_media_options, deadline, params)


_BROKEN = frozenset(
    {
        "disconnected",
        "expired",
        "token_expired",
        "reauth",
        "needs_reauth",
        "reauth_required",
        "reconnect",
        "needs_reconnect",
        "revoked",
        "unauthorized",
        "invalid",
        "locked",
        "suspended",
        "disabled",
        "broken",
        "error",
        "failed",
    }
)


def read_user(body: Json) -> User:
    """Read the owner of the key."""
    for holder in holders(body, "user"):
        if isinstance(holder, dict) and (found := id_of(holder.get("id"))):
            return User(id=found, name=_name(holder), email=name_of(holder.get("email")))
    raise unreadable("the user", body)


def read_workspaces(body: Json) -> tuple[Workspace, ...]:
    """Read the workspaces that the key can see; entries without an id are left out."""
    return tuple(
        Workspace(id=found, name=_name(item), plan=_plan(item.get("plan")))
        for item in objects_of(body, "workspaces")
        if (found := id_of(item.get("id")))
    )


def read_accounts(body: Json) -> tuple[Account, ...]:
    """Read the accounts of the workspace, each once; entries without an id are left out."""
    accounts: dict[str, Account] = {}
    for item in objects_of(body, "accounts"):
        if found := id_of(item.get("id")):
            account = Account(
                id=found,
                provider=_provider(item),
                name=_name(item),
                type=word_of(item.get("type")),
                albums=_albums(item.get("albums")),
                trouble=_trouble(item.get("status")),
            )
            accounts.setdefault(found, account)
    return tuple(accounts.values())


class AccountPage(NamedTuple):
    """One answer about accounts. No pages of them are documented; a list that counts is read to its end."""

    accounts: tuple[Account, ...]
    total: int
    pages: int

    def says_more(self, count: int, page: int) -> bool:
        return self.total > count or self.pages > page + 1


def read_account_page(body: Json) -> AccountPage:
    """Read the accounts, and how many there are, as far as the answer says."""
    counts = read_counts(body)
    return AccountPage(read_accounts(body), counts.total or 0, counts.total_pages or 0)


def read_signatures(body: Json) -> dict[str, tuple[str, ...]]:
    """Read the texts of the signatures of each account."""
    found: dict[str, tuple[str, ...]] = {}
    for item in objects_of(body, "signatures"):
        account_id, signatures = id_of(item.get("account_id")), item.get("signatures")
        if account_id and isinstance(signatures, list):
            texts = (one.get("text") for one in signatures if isinstance(one, dict))
            found[account_id] = tuple(text for text in texts if isinstance(text, str) and text.strip())
    return found


def read_media_options(body: Json) -> dict[str, tuple[Album, ...]]:
    """Read the albums of each account."""
    return {
        found: _albums(item.get("albums"))
        for item in objects_of(body, "media_options")
        if (found := id_of(item.get("id")))
    }


def _albums(listed: Json) -> tuple[Album, ...]:
    items = (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()
    return tuple(
        Album(id=found, name=name_of(one.get("name"))) for one in items if (found := id_of(one.get("id")))
    )


def _name(item: Mapping[str, Any]) -> str:
    return first(name_of(item.get(key)) for key in ("name", "username", "first_name"))


def _plan(value: Json) -> str:
    return name_of(value.get("name") or value.get("rate")) if isinstance(value, dict) else name_of(value)


def _provider(item: Mapping[str, Any]) -> str:
    """Take ``provider``, or where it is missing what the type begins with (``in_page``, ``ig_business``)."""
    provider = word_of(item.get("provider")) or word_of(item.get("network"))
    return provider or of_account_type(word_of(item.get("type")))


def _trouble(status: Json) -> str:
    return clean(status, 60) if word_of(status).replace(" ", "_") in _BROKEN else ""


class Publer(Directory):
    """Everything that this program asks of Publer."""

    def another(self, clock: Clock, log: Callable[[str], None]) -> Publer:
        """Make a client with a connection of its own, for another thread."""
        return Publer(self.transport.another(clock, log))

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
        params = [("accounts[]", account_id) for account_id in account_ids]
        path = f"/workspaces/{quote(self.transport.workspace_id, safe='')}/signatures"
        return self._get(path, read_signatures, deadline, params)

    def publish(self, bulk: Mapping[str, Any], *, deadline: Deadline) -> str:
        """Publish now and return the job's id. Exactly one HTTP attempt, on a fresh connection.

        Raises NotSentError or RateLimitedError (certainly not taken), RefusedError (a no), and
        LostError, also for a 2xx without a job id (perhaps taken).
        """
        answer = self.transport.send(
            "POST",
            "/posts/schedule/publish",
            deadline=deadline,
            document={"bulk": bulk},
            patience=PUBLISH_PATIENCE,
            fresh=True,
        )
        return read_job_id(answer)

    def job(self, job_id: str, *, deadline: Deadline) -> Job:
        """Where a job is. The first terminal answer may be the only one: keep it."""
        job = self._get(
            f"/job_status/{quote(job_id, safe='')}",
            lambda body: read_job_of(body, job_id),
            deadline,
        )
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
        fields = {"direct_upload": "false", "in_library": "false"}
        start = stream.tell()

        def attempt() -> Mapping[str, Any]:
            stream.seek(start)
            body = Multipart(fields, name, stream, size, content_type, on_progress=on_progress)
            answer = self.transport.send(
                "POST",
                "/media",
                deadline=deadline,
                stream=body,
                content_type=body.content_type,
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
