"""The Publer API, one short method per endpoint.

What can be repeated without harm (every GET, an upload, an import) is repeated until the deadline.
``publish`` is one HTTP attempt, always: whether it may be repeated is for delivery to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO
from urllib.parse import quote

from publer_publish.clock import Clock, Deadline
from publer_publish.publer.directory import Directory
from publer_publish.publer.jobs import read_job_of
from publer_publish.publer.model_posts import Job, JobState, PostPage
from publer_publish.publer.posts import read_posts
from publer_publish.publer.receipts import read_job_id, read_media

PUBLISH_PATIENCE = 60.0
"""Seconds for the answer to a publish request; after that it is lost and looked up."""
IMPORT_PATIENCE = 30.0
"""Seconds for the answer to an import, which only starts it."""
UPLOAD_SILENCE = 120.0
"""Seconds that Publer may take to think about an uploaded file."""
UPLOAD_ATTEMPTS = 4
"""Attempts for one file whose answers are lost: each may send 200 MB."""


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
        """One page (from 0) of the posts between two dates. Publer may take the dates as exclusive."""
        params = [("state[]", state) for state in states]
        params += [("account_ids[]", account_id) for account_id in account_ids]
        params += [("from", since.isoformat()), ("to", until.isoformat()), ("page", str(page))]
        return self._get("/posts", read_posts, deadline, params)

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
        from publer_publish.publer.multipart import Multipart  # noqa: PLC0415  # only runs with files need it

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
