"""What can become of one request to Publer when it does not succeed.

The difference that matters is what is *certain*. A post is sent again only after
``NotSentError`` and ``RateLimitedError``; after ``LostError`` it may be live already.
"""

from __future__ import annotations

from publer_publish.errors import ServiceError

UNAUTHORIZED, FORBIDDEN = 401, 403

_SUSPECT_BOTH = (
    "Publer mixes up 401 and 403, so check both: `api-key` (complete, still active, made by a member "
    "of this workspace) and `workspace-id` (a workspace that this key can see; `doctor` lists them)."
)
_SCOPES_AND_PLAN = (
    " The key also needs the scope `posts` (and `media` to send files), and the workspace a Business or "
    "Enterprise plan."
)
_HINTS = {
    400: "Publer could not use what was sent; its message says why.",
    UNAUTHORIZED: _SUSPECT_BOTH,
    FORBIDDEN: _SUSPECT_BOTH + _SCOPES_AND_PLAN,
    404: "Check `api-url` and `workspace-id`: Publer knows nothing at this address.",
    413: "What was sent is too large for Publer: a media file may have 200 MB.",
    422: "Publer understood what was sent and does not accept it; its message says why.",
}

_CDN = (
    "Publer's content delivery network (Cloudflare) turned the request away before Publer saw it: this says "
    "nothing about `api-key` or `workspace-id`. Run the job again, on another runner if it happens again; "
    "tell Publer's support the error code and the address of the runner."
)

UNREADABLE = (
    "Publer, or a proxy on the way, sent something that is not documented. Run the job again; if it happens "
    "again, report it with the log."
)


class NotSentError(ServiceError):
    """The connection was never established: it is certain that Publer did not take the request."""

    def __init__(self, message: str, *, hint: str = "", hopeless: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.hopeless = hopeless
        """Trying again cannot help: an untrusted certificate, an unusable proxy or address."""


class RefusedError(ServiceError):
    """Publer, or the network in front of it, said no: nothing was taken or answered.

    Asking again hardly brings another answer.
    """

    def __init__(
        self, status: int, sentence: str, *, request: str = "the request", from_cdn: bool = False
    ) -> None:
        where = f"HTTP {status} from Publer to {request}"
        if from_cdn:
            where = f"HTTP {status} to {request}, not from Publer itself"
        hint = _CDN if from_cdn else _HINTS.get(status, "")
        super().__init__(f"{sentence} ({where})" if sentence else where, hint=hint)
        self.status = status
        self.from_cdn = from_cdn
        """A page of HTML or an error of Cloudflare's: Publer itself has not seen the request."""
        self.sentence = sentence
        """Publer's own words, cleaned; possibly empty, possibly in the user's language."""


class RateLimitedError(ServiceError):
    """429: nothing was taken; Publer wants ``wait_seconds`` of silence."""

    def __init__(self, wait_seconds: float, *, sentence: str = "", request: str = "the request") -> None:
        said = sentence or "Publer's rate limit is used up."
        super().__init__(
            f"{said} (HTTP 429 from Publer to {request}; free again in {wait_seconds:.0f} s)",
            hint="Publer allows 100 requests in 2 minutes for all keys of a user together. "
            "Run fewer jobs at the same time, or raise `timeout`.",
        )
        self.wait_seconds = wait_seconds


class LostError(ServiceError):
    """The request went out, and what came back does not say what became of it: it may have been taken."""
