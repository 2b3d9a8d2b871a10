"""One HTTP request to Publer, and what became of it.

``Transport.send`` returns a parsed answer or raises exactly one of ``NotSentError``,
``RefusedError``, ``RateLimitedError`` and ``LostError``. It never repeats anything.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import math
import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol, Self, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3

from publer_publish import __version__
from publer_publish.clock import Clock, Deadline, Progress
from publer_publish.errors import ServiceError
from publer_publish.publer.answers import clean, is_from_cdn, sentence_of, sentence_of_text
from publer_publish.publer.errors import FORBIDDEN, LostError, NotSentError, RateLimitedError, RefusedError
from publer_publish.publer.model import Json
from publer_publish.publer.transcript import SILENT, Transcript
from publer_publish.publer.wire import Watch, WatchedAdapter, Wire

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
_FAULTS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)
"""Whatever the libraries raise about a connection; not all of them wrap it."""
_SHORTEST_SECRET = 8
_UNSPEAKABLE = re.compile(r"[^\x21-\x7e]")

_UNREACHABLE = (
    "Check the network of the runner, `api-url`, and https://status.publer.com or Publer's support."
)
_CERTIFICATE = (
    "If your network has its own certificate authority, name its file in REQUESTS_CA_BUNDLE; in a workflow, "
    "put it into the workspace: `REQUESTS_CA_BUNDLE: /github/workspace/…` under `env`."
)


class Body(Protocol):
    """A request body that is streamed."""

    def read(self, size: int = ..., /) -> bytes: ...


class _KeyAuth(requests.auth.AuthBase):
    """Sets our header as requests' own ``auth``, so that a ``.netrc`` or a URL cannot replace it."""

    __slots__ = ("_header",)

    def __init__(self, key: str) -> None:
        self._header = f"Bearer-API {key}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:  # its signature
        """Know of no redirects: even when it may not follow them, requests would read the whole body."""


class Transport:
    """A session with Publer: one key, one workspace, one connection that is kept."""

    def __init__(
        self, api_url: str, api_key: str, workspace_id: str, clock: Clock, log: Callable[[str], None]
    ) -> None:
        if not api_key or _UNSPEAKABLE.search(api_key):
            raise ServiceError(
                "The API key is empty, or has a space, a line break or another forbidden character.",
                hint="Copy the key again from Publer (Settings, Access & Login, API Keys) into the secret.",
            )
        self.clock = clock
        self.log = log
        self._workspace_id = ""
        self.workspace_id = workspace_id
        self.rate_limit = RateLimit()
        """What the latest answer said."""
        self.transcript: Transcript | None = None
        """Where every exchange is written down, if somebody wants to read it."""
        self._exchange = SILENT
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
        if not _is_loopback(self._url):
            session.proxies.update(from_environment["proxies"])
        session.auth = _KeyAuth(self._key)
        session.headers.update(
            {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
        )
        adapter = WatchedAdapter(self._wire)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    @property
    def workspace_id(self) -> str:
        """The workspace that requests are about; empty until ``/workspaces`` has been asked."""
        return self._workspace_id

    @workspace_id.setter
    def workspace_id(self, value: str) -> None:
        if _UNSPEAKABLE.search(value):
            raise ServiceError(
                "The workspace id has a space, a line break or another forbidden character.",
                hint="`workspace-id` is 24 hexadecimal digits; `doctor` lists the workspaces of the key.",
            )
        self._workspace_id = value

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
        stream: Body | None = None,
        content_type: str = "application/json",
        patience: float = PATIENCE,
        silence: float | None = None,
        fresh: bool = False,
    ) -> Json:
        """Send one request, once, and return the parsed JSON of a 2xx answer.

        ``document`` is sent as JSON, ``stream`` as it is. ``patience`` is how many seconds the whole
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
        data = _encoded(document, label) if document is not None else stream
        headers = {"Content-Type": content_type} if data is not None else {}
        if self.workspace_id and path not in _WITHOUT_WORKSPACE:
            headers["Publer-Workspace-Id"] = self.workspace_id
        if fresh:
            self.close()
        if self.transcript is not None:
            is_upload = stream is not None
            self._exchange = self.transcript.begin(method, path, params, document, is_upload=is_upload)
        self._wire.begin(seconds)
        try:
            with (
                Watch(self._wire, self.clock, seconds, lambda waited: self._still_waiting(label, waited)),
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
            self._exchange.failed(self._cause(error), sent=self._wire.established)
            raise self._failure(label, error) from None

    def _still_waiting(self, label: str, waited: float) -> None:
        self.log(f"Still waiting for Publer's answer to {label} ({waited:.0f} s).")

    def _judge(self, label: str, response: requests.Response) -> Json:
        status = response.status_code
        self.rate_limit = rate_limit_of(response.headers)
        body, defect = self._read(response)
        text = self.redact(body)
        self._exchange.answered(status, self.rate_limit._asdict(), text)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            if defect:
                raise _lost(label, f"the answer {defect}", status)
            return _parsed(label, text, status)
        sentence = _sentence(text)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise RateLimitedError(
                wait_of(response.headers, self.clock.time()), sentence=sentence, request=label
            )
        if status in _CLEAR_NO:
            raise RefusedError(status, sentence, request=label, from_cdn=is_from_cdn(text))
        said = f": {sentence}" if sentence else ""
        raise _lost(label, f"HTTP {status}{said}", status)

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
        return self.redact(_cause(error, established=self._wire.established))

    def redact(self, text: str) -> str:
        """Take the key out of a text that comes from outside."""
        return text.replace(self._key, "***") if len(self._key) >= _SHORTEST_SECRET else text


def _lost(label: str, cause: str, status: int = 0) -> LostError:
    hint = _UNREACHABLE if label.startswith("GET ") else "Look in Publer before sending it again."
    return LostError(f"Publer's answer to {label} was lost: {cause}.", hint=hint, status=status)


def _encoded(document: Json, label: str) -> bytes:
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError) as error:
        raise NotSentError(
            f"The body of {label} cannot be written as JSON: {clean(str(error), 100)}.",
            hint="Look for a value in the post file that JSON does not have, such as .nan.",
            hopeless=True,
        ) from error


def _parsed(label: str, text: str, status: int) -> Json:
    if not text.strip():
        raise _lost(label, f"HTTP {status} with an empty answer", status)
    try:
        value = json.loads(text.removeprefix("\ufeff"))
        if "\\ud" in text or "\\uD" in text:
            # Half a surrogate pair is legal in JSON and cannot be written anywhere.
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise _lost(
            label, f"HTTP {status} with an answer that is not JSON: {_sentence(text)}", status
        ) from None
    return value


def _sentence(text: str) -> str:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return sentence_of_text(text)
    return sentence_of(parsed)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
    chain = _chain(error)
    unusable = (
        ssl.SSLCertVerificationError,
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidHeader,
        urllib3.exceptions.LocationValueError,
    )
    return any(isinstance(item, unusable) for item in chain) or type(error) is OSError


def _cause(error: BaseException, *, established: bool) -> str:
    """Say it in few words of our own: what libraries say contains addresses, and of proxies the password."""
    chain = _chain(error)
    words = _words(chain, established=established)
    if any(isinstance(item, urllib3.exceptions.ProxyError) for item in chain) and "proxy" not in words:
        return f"the proxy could not be used: {words}"
    return words


def _words(chain: Sequence[BaseException], *, established: bool) -> str:
    for kind, words in _CAUSES:
        for item in chain:
            if isinstance(item, kind):
                return words(item)
    if any(isinstance(item, ssl.SSLError) for item in chain):
        return "the TLS connection broke" if established else "the TLS handshake failed"
    for item in chain:
        # requests' own exceptions are OSErrors, too; only the plain ones are short.
        if type(item) is OSError and "unnel connection failed" in str(item):
            return clean(f"the proxy refused: {item}", 200)
        if type(item) is OSError:
            return clean(item.strerror or str(item), 300)
    return f"an unusable connection or answer ({type(chain[-1]).__name__})"


_CAUSES: tuple[tuple[type[BaseException], Callable[[Any], str]], ...] = (
    (socket.gaierror, lambda _: "its name could not be resolved"),
    (
        ssl.SSLCertVerificationError,
        lambda e: clean(f"its certificate is not trusted ({e.verify_message})", 200),
    ),
    (ConnectionRefusedError, lambda _: "the connection was refused"),
    (ConnectionResetError, lambda _: "the connection was reset"),
    (BrokenPipeError, lambda _: "the connection was closed while sending"),
    (http.client.RemoteDisconnected, lambda _: "the connection was closed without an answer"),
    (http.client.IncompleteRead, lambda _: "it was cut off"),
    (urllib3.exceptions.IncompleteRead, lambda _: "it was cut off"),
    (urllib3.exceptions.TimeoutError, lambda _: "it took too long"),
    (requests.exceptions.Timeout, lambda _: "it took too long"),
    (TimeoutError, lambda _: "it took too long"),
    (
        requests.exceptions.InvalidSchema,
        lambda e: clean(f"{e.args[0] if e.args else 'unusable address'}", 100),
    ),
)


SHORTEST_WAIT, LONGEST_WAIT, USUAL_WAIT = 1.0, 180.0, 60.0
"""Seconds. The window has two minutes, so a reset further away than three is a mistake of a clock."""

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?")
_EARLIEST_EPOCH = 1_000_000_000
"""A smaller X-RateLimit-Reset cannot be a time of this century: it is a number of seconds from now."""


class RateLimit(NamedTuple):
    """What the last answer said. None means that it did not say, not zero."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: float | None = None
    """Seconds since the epoch."""


def rate_limit_of(headers: Mapping[str, str]) -> RateLimit:
    """Read the ``X-RateLimit-*`` headers; anything that is not a number counts as absent."""
    limit, remaining = (
        _number(headers.get("X-RateLimit-Limit")),
        _number(headers.get("X-RateLimit-Remaining")),
    )
    return RateLimit(
        limit=None if limit is None else int(limit),
        remaining=None if remaining is None else int(remaining),
        reset_at=_number(headers.get("X-RateLimit-Reset")),
    )


def wait_of(headers: Mapping[str, str], now: float) -> float:
    """Return how many seconds a 429 asks for: until X-RateLimit-Reset, else Retry-After, else a minute."""
    reset = _number(headers.get("X-RateLimit-Reset"))
    if reset is not None:
        left = reset - now if reset >= _EARLIEST_EPOCH else reset
        return min(max(left, SHORTEST_WAIT), LONGEST_WAIT)
    after = _retry_after(headers.get("Retry-After"), now)
    return USUAL_WAIT if after is None else max(after, SHORTEST_WAIT)


def _retry_after(value: str | None, now: float) -> float | None:
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        return parsedate_to_datetime(value).timestamp() - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _number(value: str | None) -> float | None:
    match = _NUMBER.fullmatch((value or "").strip())
    return float(match.group()) if match and math.isfinite(float(match.group())) else None


FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds between two attempts; doubled each time."""
FIRST_PATIENCE, LONGEST_PATIENCE = 10.0, 40.0
"""Seconds for one attempt to read; doubled each time, because Publer may just be slow today."""

_ABOUT_ACCESS = re.compile(
    r"(?i)\b(api|key|workspace|scope|permissions?|access|plan|upgrade|denied|forbidden|cloudflare)\b"
)

_T = TypeVar("_T")


class Patient:
    """Requests over one transport, repeated where that is harmless."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def close(self) -> None:
        """Close the connection; a later request opens a new one."""
        self.transport.close()

    @property
    def rate_limit(self) -> RateLimit:
        """What the latest answer said about the rate limit."""
        return self.transport.rate_limit

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
    return (
        error.status == FORBIDDEN
        and not error.from_cdn
        and bool(error.sentence)
        and not _ABOUT_ACCESS.search(error.sentence)
    )
