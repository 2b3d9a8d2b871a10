"""Look a release up by its tag, for runs whose event does not carry it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from publer_publish.clock import Clock, Deadline, SystemClock
from publer_publish.errors import ActionError, ServiceError
from publer_publish.github.commands import one_line
from publer_publish.github.event import release_fields

if TYPE_CHECKING:
    import requests


ANSWER_LIMIT = 8 * 1024 * 1024
"""Bytes of an answer that are read."""

ATTEMPTS = 3
_CONNECT_TIMEOUT = 5.0
_READ_TIMEOUT = 15.0
_TOTAL_TIMEOUT = 45.0
_MAX_REDIRECTS = 3
_RETRIED_PAUSE = 1.0

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
_PERMISSION_HINT = (
    "Give the job `permissions: contents: read`, and leave the input github-token at its default or set it "
    "to a token that may read the repository."
)
_CERTIFICATE_HINT = (
    "If your network has its own certificate authority, put its file into the workspace and name it: "
    "`REQUESTS_CA_BUNDLE: /github/workspace/…` under `env`."
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
    if not _REPOSITORY.fullmatch(repository) or {".", ".."} & set(repository.split("/")):
        raise ActionError(
            f"No release can be looked up: {repository!r} is not a repository.",
            hint="A workflow names it itself. On a desk, set GITHUB_REPOSITORY to owner/name.",
        )
    if tag in {"", ".", ".."}:
        raise ActionError(
            f"No release can be looked up: {tag!r} is not a tag.", hint="Give the name of an existing tag."
        )
    api = _Api(api_url, token, clock or SystemClock(), read_timeout)
    releases = f"/repos/{repository}/releases"
    answer = api.get(f"{releases}/tags/{quote(tag, safe='')}")
    if answer.status == HTTPStatus.NOT_FOUND:
        raise _not_found(api.get(f"{releases}?per_page=100"), repository, tag, token)
    release = answer.json_for(repository, token)
    if not isinstance(release, Mapping) or not isinstance(release.get("tag_name"), str):
        raise ServiceError(
            f"GitHub's answer about the release {tag} is not a release.", hint="Run the job again."
        )
    if release.get("draft") is True:
        raise _draft(repository, tag)
    return release_fields(release)


def _not_found(listing: _Answer, repository: str, tag: str, token: str) -> ActionError:
    releases = listing.json_for(repository, token)
    tags = (
        [release for release in releases if isinstance(release, Mapping)]
        if isinstance(releases, list)
        else []
    )
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


class _Answer:
    """What GitHub said, read completely."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self._headers = headers
        self._body = body

    def json_for(self, repository: str, token: str) -> Any:  # noqa: ANN401 - it is whatever was sent
        """Give the content, or raise what the status means."""
        if self.status != HTTPStatus.OK:
            raise self._refusal(repository, token)
        try:
            return json.loads(self._body)
        except (ValueError, RecursionError):
            raise ServiceError(
                "GitHub's answer about the release is not JSON.",
                hint=_MIDDLEMAN_HINT,
            ) from None

    def _refusal(self, repository: str, token: str) -> ActionError:
        if self._is_rate_limited():
            return ServiceError(
                f"GitHub's rate limit is used up{self._reset()}.",
                hint="Run the job again after that."
                if token
                else "Run the job again after that. With a token the limit is higher. " + _PERMISSION_HINT,
            )
        if self.status in _REFUSALS:
            if not token:
                return ActionError(
                    f"GitHub shows no releases of {repository} without a token (HTTP {self.status}); "
                    "it may be private.",
                    hint=_PERMISSION_HINT,
                )
            expired = self.status == HTTPStatus.UNAUTHORIZED
            cause = "it is wrong or has expired" if expired else "it may not read them"
            return ActionError(
                f"GitHub shows no releases of {repository} to this token (HTTP {self.status}): {cause}.",
                hint=_PERMISSION_HINT,
            )
        return ServiceError(
            f"GitHub answered HTTP {self.status} when asked for a release of {repository}.",
            hint="If it goes on, see https://www.githubstatus.com and run the job again later.",
        )

    def _is_rate_limited(self) -> bool:
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


class _Api:
    """Reads from one host, with a little patience."""

    def __init__(self, api_url: str, token: str, clock: Clock, read_timeout: float) -> None:
        self._api_url = api_url.rstrip("/")
        self._token = token
        self._clock = clock
        self._deadline = Deadline.after(clock, _TOTAL_TIMEOUT)
        self._read_timeout = read_timeout

    def get(self, path: str) -> _Answer:
        """Read, trying again after what may pass: a lost connection or a 5xx."""
        import requests  # noqa: PLC0415 - most runs need no look-up

        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS or self._deadline.expired()
            try:
                answer = self._follow(self._api_url + path)
            # A hostile address is a ValueError; requests' own exceptions are OSErrors, and not all it raises.
            except (OSError, ValueError) as error:
                hopeless = isinstance(error, requests.exceptions.SSLError | ValueError) or _is_plain(error)
                if last or hopeless:
                    raise _unreachable(error, self._api_url) from None
            else:
                if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR or last:
                    return answer
            self._clock.sleep(_RETRIED_PAUSE * attempt)
        raise AssertionError("the last attempt returns or raises")

    def _follow(self, url: str) -> _Answer:
        import requests  # noqa: PLC0415

        with requests.Session() as session:
            for _ in range(_MAX_REDIRECTS + 1):
                answer, location = self._get_once(session, url)
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

    def _get_once(self, session: requests.Session, url: str) -> tuple[_Answer, str]:
        with session.get(
            url,
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
            return _Answer(response.status_code, headers, self._read(response)), location

    def _authorise(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # As `auth` and not as a header: otherwise requests would prefer what a .netrc says.
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(64 * 1024):
            body += chunk
            if len(body) > ANSWER_LIMIT or self._deadline.expired():
                raise ServiceError(
                    "GitHub's answer about the release is too long or too slow.",
                    hint=_MIDDLEMAN_HINT,
                )
        return bytes(body)


def _same_host(url: str, other: str) -> bool:
    return urlsplit(url)[:2] == urlsplit(other)[:2]


def _is_plain(error: Exception) -> bool:
    """Whether it is what requests raises for a bundle of certificates that is not there."""
    return type(error) is OSError


def _unreachable(error: Exception, api_url: str) -> ServiceError:
    from requests import exceptions  # noqa: PLC0415

    host = urlsplit(api_url).hostname or "GitHub"
    if isinstance(error, exceptions.SSLError):
        return ServiceError(
            f"The certificate of {host} is not trusted.",
            hint=_CERTIFICATE_HINT,
        )
    if _is_plain(error):
        return ServiceError(
            f"{host} cannot be reached to look a release up: {one_line(str(error))}.", hint=_CERTIFICATE_HINT
        )
    if isinstance(error, exceptions.ProxyError):
        return ServiceError(
            f"The proxy between the runner and {host} does not answer or refuses.",
            hint="Check https_proxy and no_proxy of the runner.",
        )
    if isinstance(error, exceptions.Timeout):
        return ServiceError(f"{host} did not answer in time.", hint="Run the job again.")
    return ServiceError(
        f"{host} cannot be reached to look a release up ({type(error).__name__}).",
        hint="Check the network and the proxy of the runner, and run the job again.",
    )
