"""The few questions to GitHub: a release by its tag, and the comment of a pull request."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, urlsplit

import requests
from requests import exceptions

from publer_publish.clock import Clock, Deadline
from publer_publish.errors import ActionError, ServiceError
from publer_publish.github.commands import one_line
from publer_publish.github.event import Event, release_fields

Json = Any
"""Whatever GitHub sent."""
_Kind = TypeVar("_Kind")
ANSWER_LIMIT = 8 * 1024 * 1024
"""Bytes of an answer that are read."""

ATTEMPTS = 3
_CONNECT_TIMEOUT = 5.0
_READ_TIMEOUT = 15.0
_TOTAL_TIMEOUT = 45.0
_RETRIED_PAUSE = 1.0

_REPOSITORY = r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+"
_PAGE = 100
MOST_LISTED = 3_000
"""GitHub lists no more files of a pull request."""


class Subject(NamedTuple):
    """What GitHub is asked for, for messages."""

    what: str
    permission: str

    @property
    def hint(self) -> str:
        return (
            f"Give the job `permissions: {self.permission}`, and leave the input `github-token` at its "
            "default or set it to a token that has this permission."
        )

    @property
    def not_answered(self) -> ServiceError:
        return ServiceError(f"GitHub's answer about {self.what} is not what was asked for.", hint=_MIDDLEMAN)


_RELEASES = Subject("releases", "contents: read")
_COMMENTS = Subject("comments", "pull-requests: write")
_CERTIFICATE_HINT = (
    "If your network has its own certificate authority, name its file in REQUESTS_CA_BUNDLE; in a workflow, "
    "put it into the workspace: `REQUESTS_CA_BUNDLE: /github/workspace/…` under `env`."
)
_MIDDLEMAN = "Something between the runner and GitHub, such as a proxy, may have answered instead."


def fetch_release(api: GitHub, tag: str) -> Mapping[str, Any]:
    """Fetch the published release of a tag, with the fields of ``release_fields``.

    Raises ``ActionError`` with the cause and the cure when there is none, when it is a draft, when GitHub
    refuses or limits, and when it cannot be reached.
    """
    answer = api.ask(_RELEASES, f"/releases/tags/{quote(tag, safe='')}")
    if answer.status == HTTPStatus.NOT_FOUND:
        listed = api.ask(_RELEASES, f"/releases?per_page={_PAGE}").content(list)
        releases = [release for release in listed if isinstance(release, Mapping)]
        if any(release.get("tag_name") == tag and release.get("draft") is True for release in releases):
            raise _draft(api.repository, tag)
        raise ActionError(
            f"{api.repository} has no release for the tag {one_line(tag)}.",
            hint="Create the release before this step, or name another tag with `variables: tag=…`. "
            "A draft is not visible: publish it first.",
        )
    release = answer.content(dict)
    if not isinstance(release.get("tag_name"), str):
        raise _RELEASES.not_answered
    if release.get("draft") is True:
        raise _draft(api.repository, tag)
    return release_fields(release)


def _draft(repository: str, tag: str) -> ActionError:
    return ActionError(
        f"The release {one_line(tag)} of {repository} is still a draft.",
        hint="Publish the release before this step: the address of a draft does not work for anybody else.",
    )


def newest_release(api: GitHub) -> Mapping[str, Any] | None:
    """The newest release that is neither a draft nor a pre-release; None if there is none to be seen."""
    answer = api.ask(_RELEASES, "/releases/latest")
    release = {} if answer.status == HTTPStatus.NOT_FOUND else answer.content(dict)
    return release_fields(release) if isinstance(release.get("tag_name"), str) else None


def renew_comment(api: GitHub, event: Event, text: str, *, only_renew: bool) -> str:
    """Write a text into our comment on the pull request; return its address, empty if there is none to renew.

    Ours is the one with the mark of this workflow's step, written by the owner of the token: nobody else's
    comment is touched, whatever it contains. ``only_renew``: do not make one.

    Raises ``ActionError`` that says why there is no comment.
    """
    if event.pull_request is None:
        raise ActionError("this run is not about a pull request")
    if event.no_secrets_reason:
        raise ActionError(f"its token may not write comments: {event.no_secrets_reason}")
    if not api.token:
        raise ActionError("the input `github-token` is empty")
    comments = f"/issues/{event.pull_request}/comments"
    mark = f"<!-- publer-publish {hashlib.sha256(event.step.encode()).hexdigest()[:16]} -->"
    author = _login_of_token(api)
    for comment in api.listed(_COMMENTS, comments):
        by, body = comment.get("user"), comment.get("body")
        is_by_us = isinstance(by, Mapping) and by.get("login") == author
        if is_by_us and isinstance(body, str) and body.startswith(mark):
            method, path = "PATCH", f"/issues/comments/{comment.get('id')}"
            break
    else:
        if only_renew:
            return ""
        method, path = "POST", comments
    url = (
        api.ask(_COMMENTS, path, method=method, body={"body": f"{mark}\n{text}"})
        .content(dict)
        .get("html_url")
    )
    return url if isinstance(url, str) else ""


def _login_of_token(api: GitHub) -> str:
    """Whose comments the token writes. The job's own token may not ask; its comments are the bot's."""
    answer = api.ask(_COMMENTS, "/user", is_below_repository=False)
    login = answer.content(dict).get("login") if answer.status == HTTPStatus.OK else ""
    return login if isinstance(login, str) and login else "github-actions[bot]"


class Answer:
    """What GitHub said, read completely."""

    def __init__(
        self, api: GitHub, subject: Subject, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        self._api = api
        self._subject = subject
        self.status = status
        self._headers = headers
        self._body = body

    def content(self, kind: type[_Kind]) -> _Kind:
        """Give the content, of a kind such as ``dict``, or raise what the status means."""
        if self.status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise self._refusal()
        try:
            content = json.loads(self._body)
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, kind):
            raise self._subject.not_answered
        return content

    def _refusal(self) -> ActionError:
        (what, _), hint, repository = self._subject, self._subject.hint, self._api.repository
        if self.is_rate_limited():
            more = "" if self._api.token else f" With a token the limit is higher. {hint}"
            return ServiceError(
                f"GitHub's rate limit is used up{self._reset()}.", hint=f"Run the job again after that.{more}"
            )
        if self.is_refused():
            if not self._api.token:
                by, cause = "without a token", "; it may be private"
            elif self.status == HTTPStatus.UNAUTHORIZED:
                by, cause = "to this token", ": it is wrong or has expired"
            else:
                by, cause = "to this token", ": it may not read them"
            return ActionError(
                f"GitHub shows no {what} of {repository} {by} (HTTP {self.status}){cause}.", hint=hint
            )
        return ServiceError(
            f"GitHub answered HTTP {self.status} when asked for {what} of {repository}.",
            hint="If it happens again, see https://www.githubstatus.com and run the job again later."
            if self.status >= HTTPStatus.BAD_REQUEST
            else "If the repository was renamed, start a new run. Else check GITHUB_API_URL and the proxy.",
        )

    def is_refused(self) -> bool:
        """Whether GitHub lets nobody, or not this token, do what was asked."""
        refusals = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
        return self.status in refusals and not self.is_rate_limited()

    def is_rate_limited(self) -> bool:
        """Whether GitHub refuses only because it was asked too often."""
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return True
        used_up = self._headers.get("x-ratelimit-remaining") == "0" or "retry-after" in self._headers
        return self.status == HTTPStatus.FORBIDDEN and (used_up or b"rate limit" in self._body[:2000].lower())

    def _reset(self) -> str:
        after = self._headers.get("retry-after", "")
        if after.isascii() and after.isdigit():
            return f", for another {after[:6]} seconds"
        reset = self._headers.get("x-ratelimit-reset", "")
        if reset.isascii() and reset.isdigit() and len(reset) <= len("9999999999"):
            return f" until {datetime.fromtimestamp(int(reset), UTC):%Y-%m-%d %H:%M:%S} UTC"
        return ""


class GitHub:
    """Asks one repository's host, with a little patience. Only a comment and the lock are ever written.

    Proxies and certificates are those of ``requests``. No redirect is followed, so the token goes nowhere
    else.
    """

    def __init__(
        self, event: Event, token: str, clock: Clock, *, read_timeout: float = _READ_TIMEOUT
    ) -> None:
        """Raises ``ActionError`` if the event's repository is not ``owner/name``."""
        if not re.fullmatch(_REPOSITORY, event.repository) or {".", ".."} & set(event.repository.split("/")):
            raise ActionError(
                f"GitHub cannot be asked: {event.repository!r} is not a repository.",
                hint="A workflow names it itself. On the command line, set GITHUB_REPOSITORY to owner/name.",
            )
        self.repository = event.repository
        self.token = token
        self._api_url = event.api_url
        self._clock = clock
        self._deadline = Deadline.after(clock, _TOTAL_TIMEOUT)
        self._read_timeout = read_timeout

    def listed(self, subject: Subject, path: str) -> Iterator[Mapping[str, Any]]:
        """Every entry of a list, page after page, but no more than ``MOST_LISTED``."""
        for page in range(1, MOST_LISTED // _PAGE + 1):
            entries = self.ask(subject, f"{path}?per_page={_PAGE}&page={page}").content(list)
            for entry in entries:
                if not isinstance(entry, Mapping):
                    raise subject.not_answered
                yield entry
            if len(entries) < _PAGE:
                return

    def ask(
        self,
        subject: Subject,
        path: str,
        *,
        method: str = "GET",
        body: Json = None,
        is_below_repository: bool = True,
    ) -> Answer:
        """Ask, and ask again after what may pass: a lost connection or a 5xx. What writes is sent once."""
        base = f"{self._api_url}/repos/{self.repository}" if is_below_repository else self._api_url
        attempts = ATTEMPTS if method == "GET" else 1
        for attempt in range(1, attempts + 1):
            last = attempt == attempts or self._deadline.expired()
            try:
                answer = self._send(subject, method, base + path, body)
            # A hostile address is a ValueError; requests' own exceptions are OSErrors, and not all it raises.
            except (OSError, ValueError) as error:
                hopeless = isinstance(error, exceptions.SSLError | ValueError) or _is_plain(error)
                if last or hopeless:
                    raise _unreachable(error, self._api_url) from None
            else:
                if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR or last:
                    return answer
            self._clock.sleep(_RETRIED_PAUSE * attempt)
        raise AssertionError("the last attempt returns or raises")

    def _send(self, subject: Subject, method: str, url: str, body: Json) -> Answer:
        with requests.request(
            method,
            url,
            json=body,
            headers={
                "Accept": "application/vnd.github+json",
                "User-Agent": "publer-publish",
                "X-GitHub-Api-Version": "2022-11-28",
            },
            auth=self._authorise,
            timeout=(_CONNECT_TIMEOUT, self._read_timeout),
            allow_redirects=False,
            stream=True,
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(self, subject, response.status_code, headers, self._read(response))

    def _authorise(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # As `auth` and not as a header: otherwise requests would prefer what a .netrc says.
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(64 * 1024):
            body += chunk
            if len(body) > ANSWER_LIMIT or self._deadline.expired():
                raise ServiceError("GitHub's answer is too long or too slow.", hint=_MIDDLEMAN)
        return bytes(body)


def _is_plain(error: Exception) -> bool:
    """Whether it is what requests raises for a bundle of certificates that is not there."""
    return type(error) is OSError


def _unreachable(error: Exception, api_url: str) -> ServiceError:
    host = urlsplit(api_url).hostname or "GitHub"
    hint = "Check the network and the proxy of the runner, and run the job again."
    if isinstance(error, exceptions.SSLError):
        return ServiceError(f"The certificate of {host} is not trusted.", hint=_CERTIFICATE_HINT)
    if _is_plain(error):
        return ServiceError(f"{host} cannot be reached: {one_line(str(error))}.", hint=_CERTIFICATE_HINT)
    if isinstance(error, exceptions.ProxyError):
        return ServiceError(f"The proxy between the runner and {host} does not answer or refuses.", hint=hint)
    if isinstance(error, exceptions.Timeout):
        return ServiceError(f"{host} did not answer in time.", hint=hint)
    return ServiceError(f"{host} cannot be reached ({type(error).__name__}).", hint=hint)
