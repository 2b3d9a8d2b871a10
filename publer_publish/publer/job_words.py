"""The words and keys in which Publer's answer about a job says how it went."""

from __future__ import annotations

from publer_publish.publer.errors import UNREADABLE, LostError
from publer_publish.publer.model import Json
from publer_publish.publer.values import word_of

COMPLETE_WORDS = frozenset(
    {"complete", "completed", "success", "succeeded", "successful", "done", "finished"}
)
FAILED_WORDS = frozenset(
    {
        "failed",
        "failure",
        "error",
        "errored",
        "canceled",
        "cancelled",
        "rejected",
        "declined",
        "refused",
        "aborted",
    }
)
WORKING_WORDS = frozenset({"working", "pending", "queued", "processing", "running", "in_progress", "started"})

FAILURE_KEYS = ("failure", "failures", "error", "errors")
FAILURE_FIELDS = frozenset(
    {
        "message",
        "account_id",
        "account_name",
        "account",
        "provider",
        "network",
        "error",
        "reason",
        "description",
    }
)
_DEEPEST = 40


def is_failure(value: Json) -> bool:
    """Tell a failure from its absence: ``error: null`` and ``failures: []`` are none."""
    return value not in (None, False, "", 0) and value not in ({}, [])


def is_no(success: Json) -> bool:
    """Whether ``success`` denies it: as JSON does, or as text or a number."""
    return (isinstance(success, int) and not success) or word_of(success) in ("false", "no")


def check_depth(depth: int) -> None:
    """Raise LostError before an answer of nothing but brackets exhausts the stack."""
    if depth > _DEEPEST:
        raise LostError(
            "Publer's answer about the job could not be read: it is nested too deeply.", hint=UNREADABLE
        )
