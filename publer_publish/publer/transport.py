"""One HTTP request to Publer, and what became of it.

``Transport.send`` returns a parsed answer or raises exactly one of ``NotSentError``,
``RefusedError``, ``RateLimitedError`` and ``LostError``. It never repeats anything.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import requests
import urllib3

from publer_publish import __version__
from publer_publish.clock import Clock, Deadline
from publer_publish.errors import ServiceError
from publer_publish.publer.answers import is_from_cdn, sentence_of, sentence_of_text
from publer_publish.publer.errors import LostError, NotSentError, RateLimitedError, RefusedError
from publer_publish.publer.model import Json
from publer_publish.publer.transcript import Transcript
from publer_publish.publer.wire import Foreign, Watch, WatchedAdapter, Wire
from publer_publish.text import one_line

USER_AGENT = f"publer-publish/{__version__} (+https://github.com/publer-publish/publer-publish)"
"""Said openly: Publer's CDN turns some anonymous clients away (Cloudflare 1010)."""

MAX_BODY = 8 * 1024 * 1024
"""Bytes of an answer that are read. The largest known ones (lists of posts) have some hundred KB."""

CONNECT_PATIENCE = 10.0
"""Seconds for a connection to come up."""
PATIENCE = 10.0
"""Seconds for one exchange, unless the caller has more."""

_WITHOUT_WORKSPACE = ("/users/me", "/workspaces")
_CLEAR_NO = frozenset(
    {400, 401, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 417, 422, 426, 428, 431, 451}
)
"""Statuses that say that nothing was taken. 408, 409, 425 and unknown ones do not say that."""
_FAULTS = (OSError, ValueError, http.client.HTTPException, urllib3.exceptions.HTTPError)
"""Whatever the libraries raise about a connection; not all of them wrap it."""
_SHORTEST_SECRET = 8

_UNREACHABLE = (
    "Check the network of the runner, `api-url`, and https://status.publer.com or Publer's support."
)
_CERTIFICATE = (
    "If your network has its own certificate authority, name its file in REQUESTS_CA_BUNDLE; in a workflow, "
    "put it into the workspace: `REQUESTS_CA_BUNDLE: /github/workspace/…` under `env`."
)


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:  # its signature
        """Know of no redirects: even when it may not follow them, requests would read the whole body."""


class Transport:
    """A session with Publer: one key, one workspace, one connection that is kept."""

    def __init__(
        self, api_url: str, api_key: str, workspace_id: str, clock: Clock, log: Callable[[str], None]
    ) -> None:
        self.clock = clock
        self.log = log
        self.workspace_id = workspace_id
        """The workspace that requests are about; empty until ``/workspaces`` has been asked."""
        self.rate_limit = RateLimit()
        """What the latest answer said."""
        self.transcript: Transcript | None = None
        """Where every exchange is written down, if somebody wants to read it."""
        self._write_down: Callable[..., None] = lambda **_: None
        self._url = api_url.rstrip("/")
        self._key = api_key
        self._wire = Wire()
        self._session = self._new_session()

    def another(self, clock: Clock, log: Callable[[str], None]) -> Transport:
        """Make one to the same place with a connection of its own: a session serves one thread."""
        other = Transport(self._url, self._key, self.workspace_id, clock, log)
        other.transcript = self.transcript
        return other

    def _new_session(self) -> requests.Session:
        session = _Session()
        from_environment = session.merge_environment_settings(self._url, {}, None, None, None)
        # From here on nothing is looked up in the environment, least of all a .netrc.
        session.trust_env = False
        session.verify = from_environment["verify"]
        if self._url.startswith("https:"):  # plain HTTP goes to this machine only
            session.proxies.update(from_environment["proxies"])
        session.headers.update(
            {
                "Authorization": f"Bearer-API {self._key}",
                "User-Agent": USER_AGENT,
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            }
        )
        adapter = WatchedAdapter(self._wire)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def close(self) -> None:
        """Close the connection; a later request opens a new one."""
        self._session.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        deadline: Deadline,
        params: Sequence[tuple[str, str]] = (),
        document: Json = None,
        stream: Foreign = None,
        patience: float = PATIENCE,
        silence: float | None = None,
        fresh: bool = False,
    ) -> Json:
        """Send one request, once, and return the parsed JSON of a 2xx answer.

        ``document`` is sent as JSON, ``stream`` as a form. ``patience`` is how many seconds the whole
        exchange may take, and never more than the deadline leaves; ``silence`` how many of them may pass
        without a byte from Publer, by default all. ``fresh`` opens a new connection,
        because an old one may have died unnoticed, and whether the request got there would not be known.
        """
        label = f"{method} {path}"
        seconds = min(patience, deadline.remaining())
        if seconds <= 0:
            raise NotSentError(
                f"The time ran out before {label} was sent.", hint="Raise `timeout`.", hopeless=True
            )
        data = stream
        headers = {"Content-Type": stream.content_type} if stream else {}
        if document is not None:
            data = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
            headers = {"Content-Type": "application/json"}
        if self.workspace_id and path not in _WITHOUT_WORKSPACE:
            headers["Publer-Workspace-Id"] = self.workspace_id
        if fresh:
            self.close()
        if self.transcript is not None:
            request = {"upload": True} if stream else document
            self._write_down = self.transcript.begin(method, path, params, request)
        self._wire.begin(seconds)

        def still_waiting(waited: float) -> None:
            self.log(f"Still waiting for Publer's answer to {label} ({waited:.0f} s).")

        try:
            with (
                Watch(self._wire, self.clock, seconds, still_waiting),
                self._session.request(
                    method,
                    self._url + path,
                    params=list(params),
                    data=data,
                    headers=headers,
                    timeout=(min(CONNECT_PATIENCE, seconds), min(silence or seconds, seconds)),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                return self._judge(label, response)
        except _FAULTS as error:
            outcome = "lost" if self._wire.established else "not_sent"
            self._write_down(status=None, **{outcome: self._cause(error)})
            raise self._failure(label, error) from None

    def _judge(self, label: str, response: requests.Response) -> Json:
        status = response.status_code
        self.rate_limit = rate_limit_of(response.headers)
        body, defect = self._read(response)
        text = self.redact(body)
        self._write_down(status=status, rate_limit=self.rate_limit._asdict(), response=text)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            if defect:
                raise _lost(label, f"the answer {defect}")
            return _parsed(label, text, status)
        sentence = _sentence(text)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise RateLimitedError(
                wait_of(response.headers, self.clock.time()), sentence=sentence, request=label
            )
        if status in _CLEAR_NO:
            raise RefusedError(status, sentence, request=label, from_cdn=is_from_cdn(text))
        said = f": {sentence}" if sentence else ""
        raise _lost(label, f"HTTP {status}{said}")

    def _read(self, response: requests.Response) -> tuple[str, str]:
        """Return what could be read, and what is wrong with it: a status counts even if its body broke."""
        body, defect = bytearray(), ""
        try:
            for chunk in response.iter_content(64 * 1024):
                body += chunk
                if len(body) > MAX_BODY:
                    del body[MAX_BODY:]
                    defect = f"is larger than {MAX_BODY // 1024 // 1024} MB"
                    break
        except _FAULTS as error:
            defect = f"broke off: {self._cause(error)}"
        if not defect and self._wire.cut:
            defect = "did not come to an end in time"
        return body.decode("utf-8", "replace"), defect

    def _failure(self, label: str, error: Exception) -> ServiceError:
        cause = self._cause(error)
        if self._wire.established:
            return _lost(label, cause)
        return NotSentError(
            f"Publer could not be reached for {label}: {cause}.",
            hint=_CERTIFICATE if "certificate" in cause else _UNREACHABLE,
            hopeless=_is_hopeless(error),
        )

    def _cause(self, error: BaseException) -> str:
        if self._wire.cut:
            return "no complete answer in time"
        return self.redact(_cause(error))

    def redact(self, text: str) -> str:
        """Take the key out of a text that comes from outside."""
        return text.replace(self._key, "***") if len(self._key) >= _SHORTEST_SECRET else text


def _lost(label: str, cause: str) -> LostError:
    hint = _UNREACHABLE if label.startswith("GET ") else "Look in Publer before sending it again."
    return LostError(f"Publer's answer to {label} was lost: {cause}.", hint=hint)


def _parsed(label: str, text: str, status: int) -> Json:
    try:
        value = json.loads(text.removeprefix("\ufeff"))
        if "\\ud" in text or "\\uD" in text:
            # Half a surrogate pair is legal in JSON and cannot be written anywhere.
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        said = _sentence(text) or "nothing"
        raise _lost(label, f"HTTP {status} with an answer that is not JSON: {said}") from None
    return value


def _sentence(text: str) -> str:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return sentence_of_text(text)
    return sentence_of(parsed)


_LONGEST_CHAIN = 20
"""Errors that wrap each other; they may do so in a circle."""


def _chain(error: BaseException) -> list[BaseException]:
    """List the error and everything it wraps, outermost first."""
    found: list[BaseException] = []
    pending: list[Any] = [error]
    while pending and len(found) < _LONGEST_CHAIN:
        item = pending.pop(0)
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            pending += [getattr(item, "reason", None), *item.args, item.__cause__, item.__context__]
    return found


def _is_hopeless(error: BaseException) -> bool:
    wrong = (ssl.SSLCertVerificationError, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)
    return any(isinstance(item, wrong) for item in _chain(error)) or type(error) is OSError


_CAUSES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((socket.gaierror,), "its name could not be resolved"),
    ((ConnectionRefusedError,), "the connection was refused"),
    ((ConnectionResetError, BrokenPipeError), "the connection was reset"),
    ((http.client.IncompleteRead, urllib3.exceptions.IncompleteRead), "it was cut off"),
    ((urllib3.exceptions.TimeoutError, requests.exceptions.Timeout, TimeoutError), "it took too long"),
    ((ssl.SSLError,), "the TLS connection failed"),
)


def _cause(error: BaseException) -> str:
    """Say it in few words of our own: what libraries say contains addresses, and of proxies the password."""
    chain = _chain(error)
    is_of_proxy = any(isinstance(item, urllib3.exceptions.ProxyError) for item in chain)
    return f"the proxy could not be used: {_words(chain)}" if is_of_proxy else _words(chain)


def _words(chain: Sequence[BaseException]) -> str:
    for item in chain:
        if isinstance(item, ssl.SSLCertVerificationError):
            return one_line(f"its certificate is not trusted ({item.verify_message})", 200)
        if isinstance(item, requests.exceptions.InvalidSchema):
            return one_line(str(item), 100)
    for kinds, words in _CAUSES:
        if any(isinstance(item, kinds) for item in chain):
            return words
    for item in chain:
        # requests' own exceptions are OSErrors, too; only the plain ones are short.
        if type(item) is OSError:
            return one_line(item.strerror or str(item), 300)
    return f"an unusable connection or answer ({type(chain[-1]).__name__})"


SHORTEST_WAIT, LONGEST_WAIT, USUAL_WAIT = 1.0, 180.0, 60.0
"""Seconds. The window has two minutes, so a reset further away than three is a mistake of a clock."""


class RateLimit(NamedTuple):
    """What the last answer said. None means that it did not say, not zero."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: float | None = None
    """Seconds since the epoch."""


def rate_limit_of(headers: Mapping[str, str]) -> RateLimit:
    """Read the ``X-RateLimit-*`` headers; anything that is not a number counts as absent."""
    return RateLimit(*(_number(headers, f"X-RateLimit-{name}") for name in ("Limit", "Remaining", "Reset")))


def wait_of(headers: Mapping[str, str], now: float) -> float:
    """Return how many seconds a 429 asks for: until X-RateLimit-Reset, else Retry-After, else a minute."""
    reset, after = _number(headers, "X-RateLimit-Reset"), _number(headers, "Retry-After")
    if reset is not None:
        return min(max(reset - now, SHORTEST_WAIT), LONGEST_WAIT)
    return USUAL_WAIT if after is None else max(after, SHORTEST_WAIT)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "").strip()
    return int(value) if re.fullmatch(r"[0-9]{1,15}", value) else None
