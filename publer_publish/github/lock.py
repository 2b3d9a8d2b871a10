"""The input ``lock``: of all runs of a repository that have it, one at a time looks and publishes.

The lock is a ref that GitHub makes only once, and then moves only forward. Whoever makes it, or moves it to a
child of the commit that it points to, has it; the message of that commit says who this is.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

from publer_publish.clock import Clock, Deadline, Progress
from publer_publish.errors import ServiceError
from publer_publish.github.api import Answer, GitHub, Json, Subject
from publer_publish.github.event import Event

REF = "publer-publish/lock"
_SUBJECT = Subject("the lock", "{ contents: write, actions: read }")
_PAUSE = 15.0
"""Seconds between two questions: a job's token may ask 1,000 an hour, for all jobs of the repository."""


class Holder(NamedTuple):
    """Who has the lock, as its commit says."""

    commit: str
    run: str = ""
    attempt: int = 0

    def __str__(self) -> str:
        return f"run {self.run} (attempt {self.attempt})" if self.run else "somebody else"


class Lock:
    """The lock of the run's repository."""

    def __init__(self, event: Event, token: str, clock: Clock, log: Callable[[str], None]) -> None:
        self._event, self._token, self._clock, self._log = event, token, clock, log
        self._commit = ""
        self._known = Holder("")

    def acquire(self, deadline: Deadline, *, listed_within: float) -> None:
        """Return when this run has the lock. Raises ``ServiceError`` if it cannot have it in time.

        ``listed_within``: seconds after which everybody sees what a run that is over has sent.
        """
        if not self._event.run_id:
            raise ServiceError(
                "`lock` needs a workflow run, whose repository at GitHub has the lock.",
                hint="On the command line, leave `lock` out.",
            )
        self._commit = self._commit_after()
        progress = Progress(self._clock, self._log, "Waiting for the lock")
        while True:
            holder = self._holder()
            if holder is None:
                self._try("POST", "/git/refs", {"ref": f"refs/{REF}", "sha": self._commit})
                holder = self._holder()
            if holder and holder.commit == self._commit:
                return
            if holder and self._is_over(holder) and self._take_over(holder):
                self._log(f"{holder} left the lock behind. Its last posts may not be listed yet.")
                progress.wait(listed_within)
                return
            if deadline.remaining() <= _PAUSE:
                raise self._held(holder)
            progress.note(f"{holder or 'Somebody else'} has the lock of {self._event.repository}.")
            progress.wait(_PAUSE)

    def _take_over(self, holder: Holder) -> bool:
        """Move the lock forward. False: another run was quicker."""
        self._commit = self._commit_after(holder.commit)
        self._try("PATCH", f"/git/refs/{REF}", {"sha": self._commit, "force": False})
        return self._is_mine()

    def release(self) -> None:
        """Give it back. Raises ``ServiceError`` if GitHub does not take it."""
        if self._is_mine():
            answer = self._ask("DELETE", f"/git/refs/{REF}")
            if answer.status != HTTPStatus.NO_CONTENT:
                _content(answer)

    def _commit_after(self, *parents: str) -> str:
        """A commit that says whose the lock is, with the files of the run's own commit."""
        of_run = _content(self._ask("GET", f"/git/commits/{self._event.sha}"))
        said = {
            "run": self._event.run_id,
            "attempt": self._event.run_attempt,
            "step": self._event.step,
            # Two steps may want the lock within a second: their commits must differ.
            "id": uuid.uuid4().hex,
        }
        tree = _at(of_run, "tree", "sha")
        body = {"message": json.dumps(said), "tree": tree, "parents": list(parents)}
        return _at(_content(self._ask("POST", "/git/commits", body)), "sha")

    def _holder(self) -> Holder | None:
        """Who has the lock; None if nobody has it any more."""
        answer = self._ask("GET", f"/git/ref/{REF}")
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        commit = _at(_content(answer), "object", "sha")
        if commit not in (self._commit, self._known.commit):
            said = _content(self._ask("GET", f"/git/commits/{commit}"))
            self._known = _read(commit, _at(said, "message"))
        return Holder(commit) if commit == self._commit else self._known

    def _is_mine(self) -> bool:
        holder = self._holder()
        return holder is not None and holder.commit == self._commit

    def _is_over(self, holder: Holder) -> bool:
        """Whether it is certain that the run that has the lock does nothing any more."""
        if not holder.run:
            return False
        if holder.run == self._event.run_id:
            return holder.attempt < self._event.run_attempt
        answer = self._ask("GET", f"/actions/runs/{holder.run}")
        run = answer.content(dict) if answer.status == HTTPStatus.OK else {}
        attempt = run.get("run_attempt")
        return run.get("status") == "completed" or (isinstance(attempt, int) and attempt > holder.attempt)

    def _try(self, method: str, path: str, body: Json) -> None:
        """Ask for the lock. Whether it was granted is read from the ref: an answer can get lost."""
        try:
            answer = self._ask(method, path, body)
        except ServiceError as error:
            self._log(error.message)
        else:
            _refuse(answer)

    def _ask(self, method: str, path: str, body: Json = None) -> Answer:
        return GitHub(self._event, self._token, self._clock).ask(_SUBJECT, path, method=method, body=body)

    def _held(self, holder: Holder | None) -> ServiceError:
        repository = self._event.repository
        return ServiceError(
            f"{holder or 'Somebody else'} still has the lock of {repository}.",
            hint="Run the job again when that run has ended. What a killed run has left is taken over if the "
            f"job has `permissions: {_SUBJECT.permission}`; to remove it: "
            f"`gh api -X DELETE repos/{repository}/git/refs/{REF}`",
        )


def _read(commit: str, message: str) -> Holder:
    try:
        said = json.loads(message)
        return Holder(commit, str(int(said["run"])), int(said["attempt"]))
    except (ValueError, TypeError, KeyError):
        return Holder(commit)


def _content(answer: Answer) -> Json:
    _refuse(answer)
    return answer.content(dict)


def _refuse(answer: Answer) -> None:
    """Raise ``ServiceError`` if the token may not do this."""
    if answer.is_refused():
        raise ServiceError(f"GitHub refuses access to the lock (HTTP {answer.status}).", hint=_SUBJECT.hint)


def _at(value: Json, *keys: str) -> str:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, str):
        raise _SUBJECT.not_answered
    return value
