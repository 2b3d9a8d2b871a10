"""The few questions to GitHub: a release by its tag, the files of a change, the comment of a pull request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import requests
from requests import exceptions

from publer_publish.clock import Clock, Deadline, SystemClock
from publer_publish.errors import ActionError, ServiceError
from publer_publish.github.commands import one_line
from publer_publish.github.event import release_fields

Json = Any
"""Whatever GitHub sent."""
ANSWER_LIMIT = 8 * 1024 * 1024
"""Bytes of an answer that are read."""

ATTEMPTS = 3
_CONNECT_TIMEOUT = 5.0
_READ_TIMEOUT = 15.0
_TOTAL_TIMEOUT = 45.0
_MAX_REDIRECTS = 3
_RETRIED_PAUSE = 1.0

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_PAGE = 100
_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
_MOST_PAGES = 30
"""Of 100 entries: GitHub lists at most 3,000 files of a pull request."""
_MOST_COMPARED = 300
"""Files that GitHub lists of a comparison; of more it says nothing."""


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


RELEASES = Subject("releases", "contents: read")
FILES = Subject("changed files", "{ contents: read, pull-requests: read }")
COMMENTS = Subject("comments", "pull-requests: write")
_CERTIFICATE_HINT = (
    "If your network has its own certificate authority, name its file in REQUESTS_CA_BUNDLE; in a workflow, "
    "put it into the workspace: `REQUESTS_CA_BUNDLE: /github/workspace/…` under `env`."
)
_MIDDLEMAN_HINT = "Something between the runner and GitHub, such as a proxy, may have answered instead."


def fetch_release(
    api_url: str,
    repository: str,
    tag: str,
    token: str = "",
    *,
    clock: Clock | None = None,
    read_timeout: float = _READ_TIMEOUT,
) -> Mapping[str, Any]:
    """Fetch the published release of a tag, with the fields of ``release_fields``.

    Raises ``ActionError`` with the cause and the cure when there is none, when it is a draft, when GitHub
    refuses or limits, and when it cannot be reached. Proxies and certificates are those of ``requests``; the
    token goes to the host of ``api_url`` only.
    """
    if tag in {"", ".", ".."}:
        raise ActionError(
            f"No release can be looked up: {tag!r} is not a tag.", hint="Give the name of an existing tag."
        )
    api = GitHub(api_url, repository, token, clock or SystemClock(), read_timeout=read_timeout)
    answer = api.ask(RELEASES, f"/releases/tags/{quote(tag, safe='')}")
    if answer.status == HTTPStatus.NOT_FOUND:
        raise _not_found(api.ask(RELEASES, "/releases?per_page=100").content(), repository, tag)
    release = answer.content()
    if not isinstance(release, Mapping) or not isinstance(release.get("tag_name"), str):
        raise ServiceError(
            f"GitHub's answer about the release {tag} is not a release.", hint="Run the job again."
        )
    if release.get("draft") is True:
        raise _draft(repository, tag)
    return release_fields(release)


def newest_release(api: GitHub) -> Mapping[str, Any] | None:
    """The newest release that is neither a draft nor a pre-release; None if there is none to be seen."""
    answer = api.ask(RELEASES, "/releases/latest")
    release = None if answer.status == HTTPStatus.NOT_FOUND else answer.content()
    if not isinstance(release, Mapping) or not isinstance(release.get("tag_name"), str):
        return None
    return release_fields(release)


class ChangedFile(NamedTuple):
    """A file of a pull request or a push."""

    path: str
    """From the root of the repository, with forward slashes."""
    is_added: bool
    """It was not there before; a renamed file was."""
    is_removed: bool


class Comment(NamedTuple):
    """A comment of a pull request."""

    id: int
    author: str
    body: str


def files_of_pull_request(api: GitHub, number: int) -> list[ChangedFile] | None:
    """Every file that a pull request changes; None if GitHub does not list all of them."""
    found: list[ChangedFile] = []
    for page in range(1, _MOST_PAGES + 1):
        entries = _entries(api.ask(FILES, f"/pulls/{number}/files?per_page=100&page={page}").content())
        found += map(_changed_file, entries)
        if len(entries) < _PAGE:
            return found
    return None


def files_between(api: GitHub, base: str, head: str) -> list[ChangedFile] | None:
    """Every file that differs between two commits; None if GitHub does not list them, or not all of them.

    GitHub compares with the commit that both have in common: only where ``head`` follows ``base`` is that
    ``base`` itself.
    """
    answer = api.ask(FILES, f"/compare/{quote(base, safe='')}...{quote(head, safe='')}").content()
    if not isinstance(answer, Mapping) or answer.get("status") not in {"ahead", "identical"}:
        return None
    entries = _entries(answer.get("files"))
    return None if len(entries) >= _MOST_COMPARED else list(map(_changed_file, entries))


def comments_of(api: GitHub, number: int) -> Iterator[Comment]:
    """The comments of a pull request, the oldest first."""
    for page in range(1, _MOST_PAGES + 1):
        entries = _entries(api.ask(COMMENTS, f"/issues/{number}/comments?per_page=100&page={page}").content())
        for entry in entries:
            author, number_of_comment, body = entry.get("user"), entry.get("id"), entry.get("body")
            login = author.get("login") if isinstance(author, Mapping) else ""
            if isinstance(number_of_comment, int) and isinstance(login, str) and isinstance(body, str):
                yield Comment(id=number_of_comment, author=login, body=body)
        if len(entries) < _PAGE:
            return


def write_comment(api: GitHub, number: int, body: str, earlier: int | None) -> str:
    """Write a comment, or renew an earlier one of ours. Return its address."""
    path = f"/issues/comments/{earlier}" if earlier else f"/issues/{number}/comments"
    answer = api.ask(COMMENTS, path, method="PATCH" if earlier else "POST", body={"body": body}).content()
    url = answer.get("html_url") if isinstance(answer, Mapping) else ""
    return url if isinstance(url, str) else ""


def login_of_token(api: GitHub) -> str:
    """Whose comments the token writes. The job's own token may not ask; its comments are the bot's."""
    answer = api.ask(COMMENTS, "/user", is_below_repository=False)
    user = answer.content() if answer.status == HTTPStatus.OK else {}
    login = user.get("login") if isinstance(user, Mapping) else ""
    return login if isinstance(login, str) and login else "github-actions[bot]"


def _entries(answer: Json) -> list[Mapping[str, Any]]:
    if not isinstance(answer, list) or not all(isinstance(entry, Mapping) for entry in answer):
        raise ServiceError("GitHub's answer is not the list that was asked for.", hint=_MIDDLEMAN_HINT)
    return answer


def _changed_file(entry: Mapping[str, Any]) -> ChangedFile:
    path, status = entry.get("filename"), entry.get("status")
    if not isinstance(path, str) or not isinstance(status, str):
        raise ServiceError("GitHub's answer names a changed file without a path.", hint=_MIDDLEMAN_HINT)
    return ChangedFile(path=path, is_added=status == "added", is_removed=status == "removed")


def _not_found(releases: Json, repository: str, tag: str) -> ActionError:
    listed = releases if isinstance(releases, list) else []
    tags = [release for release in listed if isinstance(release, Mapping)]
    if any(release.get("tag_name") == tag and release.get("draft") is True for release in tags):
        return _draft(repository, tag)
    return ActionError(
        f"{repository} has no release for the tag {one_line(tag)}.",
        hint="Create the release before this step, or name another tag with `variables: tag=…`. "
        "A draft is not visible: publish it first.",
    )


def _draft(repository: str, tag: str) -> ActionError:
    return ActionError(
        f"The release {one_line(tag)} of {repository} is still a draft.",
        hint="Publish the release before this step: the address of a draft does not work for anybody else.",
    )


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

    def content(self) -> Json:
        """Give the content, or raise what the status means."""
        if self.status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise self._refusal()
        try:
            return json.loads(self._body)
        except (ValueError, RecursionError):
            raise ServiceError(
                f"GitHub's answer about {self._subject.what} is not JSON.", hint=_MIDDLEMAN_HINT
            ) from None

    def _refusal(self) -> ActionError:
        what, hint, repository = self._subject.what, self._subject.hint, self._api.repository
        if self.is_rate_limited():
            return ServiceError(
                f"GitHub's rate limit is used up{self._reset()}.",
                hint="Run the job again after that."
                if self._api.token
                else f"Run the job again after that. With a token the limit is higher. {hint}",
            )
        if self.status in _REFUSALS:
            if not self._api.token:
                return ActionError(
                    f"GitHub shows no {what} of {repository} without a token (HTTP {self.status}); "
                    "it may be private.",
                    hint=hint,
                )
            expired = self.status == HTTPStatus.UNAUTHORIZED
            cause = "it is wrong or has expired" if expired else "it may not read them"
            return ActionError(
                f"GitHub shows no {what} of {repository} to this token (HTTP {self.status}): {cause}.",
                hint=hint,
            )
        return ServiceError(
            f"GitHub answered HTTP {self.status} when asked for {what} of {repository}.",
            hint="If it happens again, see https://www.githubstatus.com and run the job again later.",
        )

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
    """Asks one repository's host, with a little patience. Only a comment and the lock are ever written."""

    def __init__(
        self,
        api_url: str,
        repository: str,
        token: str,
        clock: Clock,
        *,
        read_timeout: float = _READ_TIMEOUT,
    ) -> None:
        """Raises ``ActionError`` if ``repository`` is not ``owner/name``."""
        if not _REPOSITORY.fullmatch(repository) or {".", ".."} & set(repository.split("/")):
            raise ActionError(
                f"GitHub cannot be asked: {repository!r} is not a repository.",
                hint="A workflow names it itself. On the command line, set GITHUB_REPOSITORY to owner/name.",
            )
        self.repository = repository
        self.token = token
        self._api_url = api_url.rstrip("/")
        self._clock = clock
        self._deadline = Deadline.after(clock, _TOTAL_TIMEOUT)
        self._read_timeout = read_timeout

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
                answer = self._follow(subject, method, base + path, body)
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

    def _follow(self, subject: Subject, method: str, url: str, body: Json) -> Answer:
        with requests.Session() as session:
            for _ in range(_MAX_REDIRECTS + 1):
                answer, location = self._send(session, subject, method, url, body)
                if not location:
                    return answer
                # A renamed repository redirects, within the host. The token goes nowhere else.
                if not _same_host(target := urljoin(url, location), self._api_url):
                    break
                url = target
        raise ServiceError(
            "GitHub's API redirected to another place, where this action does not follow with a token.",
            hint="Check GITHUB_API_URL and the proxy of the runner.",
        )

    def _send(
        self, session: requests.Session, subject: Subject, method: str, url: str, body: Json
    ) -> tuple[Answer, str]:
        with session.request(
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
            location = headers.get("location", "") if response.is_redirect else ""
            answer = Answer(self, subject, response.status_code, headers, self._read(response))
            return answer, location

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
                raise ServiceError(
                    "GitHub's answer is too long or too slow.",
                    hint=_MIDDLEMAN_HINT,
                )
        return bytes(body)


def _same_host(url: str, other: str) -> bool:
    return urlsplit(url)[:2] == urlsplit(other)[:2]


def _is_plain(error: Exception) -> bool:
    """Whether it is what requests raises for a bundle of certificates that is not there."""
    return type(error) is OSError


def _unreachable(error: Exception, api_url: str) -> ServiceError:
    host = urlsplit(api_url).hostname or "GitHub"
    if isinstance(error, exceptions.SSLError):
        return ServiceError(
            f"The certificate of {host} is not trusted.",
            hint=_CERTIFICATE_HINT,
        )
    if _is_plain(error):
        return ServiceError(f"{host} cannot be reached: {one_line(str(error))}.", hint=_CERTIFICATE_HINT)
    if isinstance(error, exceptions.ProxyError):
        return ServiceError(
            f"The proxy between the runner and {host} does not answer or refuses.",
            hint="Check https_proxy and no_proxy of the runner.",
        )
    if isinstance(error, exceptions.Timeout):
        return ServiceError(f"{host} did not answer in time.", hint="Run the job again.")
    return ServiceError(
        f"{host} cannot be reached ({type(error).__name__}).",
        hint="Check the network and the proxy of the runner, and run the job again.",
    )
