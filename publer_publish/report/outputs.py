"""The action's outputs: always all of them, within GitHub's limit, and never invalid JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from publer_publish.post.model import Json
from publer_publish.report.values import Result, Run, Status, is_live, needs_attention
from publer_publish.text import one_line, plural, utf16_length

TOTAL_UNITS = 480_000
"""UTF-16 code units of all outputs together: GitHub takes 1 MB per job, two bytes each."""

_MESSAGE_LIMITS = (2_000, 200, 0)


def outputs(run: Run, summary: str, *, preview_file: str = "") -> dict[str, str]:
    """Return every output by name. ``summary`` is the step summary's Markdown, of at most ``MOST_IN_OUTPUT``.

    ``preview_file``: where the preview page was written; empty if it was not.

    Ids and URLs are never altered: one that would not fit on a line of its own is left out of the
    lists. If all is too much for GitHub, messages are cut first, then rows of ``results`` are left out,
    those that need no attention first, and the last row says so.
    """
    job_ids = _lines(run.job_ids)
    urls = _lines(result.url for result in run.results if is_live(result) and result.url)
    tally = Counter(result.status for result in run.results)
    values = {
        "outcome": run.outcome.value,
        "job-id": job_ids[0] if job_ids else "",
        "job-ids": "\n".join(_within(job_ids, TOTAL_UNITS // 20)),
        "results": "",
        "post-urls": "\n".join(_within(urls, TOTAL_UNITS // 4)),
        **{
            f"{status}-count": str(tally[status])
            for status in (Status.PUBLISHED, Status.FAILED, Status.SKIPPED, Status.UNCONFIRMED)
        },
        "preview-file": preview_file,
        "summary": summary,
    }
    left = TOTAL_UNITS - sum(map(utf16_length, values.values())) - sum(map(utf16_length, values))
    values["results"] = _results_json(run.results, left)
    return values


def row(result: Result, longest_message: int = _MESSAGE_LIMITS[0]) -> dict[str, Any]:
    """Return a result as ``schemas/results.schema.json`` describes it: all keys, in this order."""
    return {
        "post": result.post,
        "file": result.file,
        "network": result.network,
        "account_id": result.account_id,
        "account_name": result.account_name,
        "status": result.status.value,
        "type": result.type,
        "length": result.length,
        "limit": result.limit,
        "post_id": result.post_id,
        "url": result.url,
        "message": one_line(result.message, longest_message),
    }


def as_json(run: Run) -> str:
    """Return what ``--json`` prints: the rows of the results, or doctor's checks, or the accounts."""
    if run.mode == "doctor":
        keys = ("name", "ok", "detail", "cure")
        return _dump([{key: getattr(check, key) for key in keys} for check in run.checks])
    if run.mode == "accounts":
        return _dump([account._asdict() for account in run.accounts])
    return _dump([row(result) for result in run.results])


def _lines(values: Iterable[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if value and value.isprintable() and " " not in value]


def _within(lines: Sequence[str], limit: int) -> list[str]:
    kept: list[str] = []
    for line in lines:
        limit -= utf16_length(line) + 1
        if limit < 0:
            break
        kept.append(line)
    return kept


def _results_json(results: Sequence[Result], limit: int) -> str:
    longest = max((len(result.message) for result in results), default=0)
    rows: list[str] = []
    for most in _MESSAGE_LIMITS:
        if not rows or most < longest:
            # Each row as text: the values of thousands of them would take ten times the memory.
            rows = [_dump(row(result, most)) for result in results]
            if sum(map(len, rows)) + len(rows) + 1 <= limit:
                return f"[{','.join(rows)}]"
    return _most_important(results, rows, limit)


def _most_important(results: Sequence[Result], rows: Sequence[str], limit: int) -> str:
    """Return the rows that fit, in their order: what failed or is unknown goes before what is live."""
    note = "and {} that GitHub's limit for outputs leaves no room for; the log has all of them"
    room = limit - len(note) - 40
    kept: list[int] = []
    for index in sorted(range(len(rows)), key=lambda at: not needs_attention(results[at])):
        size = len(rows[index]) + 1
        if size <= room:
            room -= size
            kept.append(index)
    chosen = [rows[index] for index in sorted(kept)]
    if chosen:
        more = note.format(plural(len(rows) - len(chosen), "more row"))
        chosen[-1] = _dump({**row(results[max(kept)]), "message": more})
    return f"[{','.join(chosen)}]"


def _dump(value: Json) -> str:
    """Return compact JSON in ASCII: no character of a foreign text can be taken for anything else."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
