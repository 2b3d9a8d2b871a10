"""What the answers of a first real run say about the points that the reference leaves open."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One point, what Publer did, and what to change if it differs from what is expected."""

    point: str
    found: str
    change: str = ""


def of_the_request(answer: Any) -> Iterator[Finding]:
    """From the answer to a request that publishes."""
    is_below = isinstance(answer, dict) and isinstance(answer.get("data"), dict)
    yield Finding(point="where the id of a job is", found="`data.job_id`" if is_below else "`job_id`")


def of_the_job(body: Any) -> Iterator[Finding]:
    """From the first terminal answer of a publish job."""
    inner = body.get("data", body) if isinstance(body, dict) else {}
    inner = inner.get("result", inner) if isinstance(inner, dict) else {}
    payload = inner.get("payload") if isinstance(inner, dict) else None
    if isinstance(payload, list):
        keys = sorted({key for entry in payload if isinstance(entry, dict) for key in entry})
        yield Finding(point="payload of a publish job", found=f"a list whose entries have {', '.join(keys)}")
    elif isinstance(payload, dict):
        parts = [f"{key} ({_shape(value)})" for key, value in payload.items()]
        found = f"an object with {', '.join(parts) or 'nothing'}"
        yield Finding(point="payload of a publish job", found=found, change="publer/answers.py, jobs")
    else:
        yield Finding(
            point="payload of a publish job", found=f"{payload!r}", change="publer/answers.py, jobs"
        )
    beside = ", ".join(sorted(map(str, inner))) if isinstance(inner, dict) else "nothing"
    yield Finding(point="keys of the answer about a job", found=beside)
    entries = payload if isinstance(payload, list) else []
    reasons = [place for entry in entries if isinstance(entry, dict) for place in _reasons(entry)]
    yield Finding(point="where the reason of a failure is", found=", ".join(reasons) or "nothing failed")
    status = inner.get("status") if isinstance(inner, dict) else None
    yield Finding(point="envelope and last word of a job", found=f"{_envelope(body)}, {status!r}")
    posts = [one for one in _posts(payload) if one.get("id")]
    kinds = sorted({type(one["id"]).__name__ for one in posts})
    yield Finding(point="ids of posts", found=", ".join(kinds) or "none")


def _shape(value: Any) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    inner = sorted({type(one).__name__ for one in value.values()}) if isinstance(value, dict) else []
    return f"an object of {', '.join(inner) or 'nothing'}" if isinstance(value, dict) else repr(value)


def _envelope(body: Any) -> str:
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        return "on top"
    return "below `data.result`" if "result" in data else "below `data`"


def _posts(payload: Any) -> Iterator[Mapping[str, Any]]:
    for entry in payload if isinstance(payload, list) else []:
        post = entry.get("post", entry) if isinstance(entry, dict) else None
        if isinstance(post, dict):
            yield post


def of_the_polls(running: Any, ended: Any, again: Any) -> Iterator[Finding]:
    """From the answers about one job: while it ran, if it was seen to, when it had ended, and after that."""
    data = running.get("data") if isinstance(running, dict) else None
    outer = data if isinstance(data, dict) else running if isinstance(running, dict) else {}
    yield Finding(
        point="status while a job runs",
        found=repr(outer.get("status", "never seen")) if outer else "never seen",
    )
    yield Finding(
        point="a second look at an ended job", found="the same" if ended == again else "another answer"
    )


def of_the_row(row: Mapping[str, Any], body: Any, rows: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """From the row of a post, what its job said of it, and all rows of the window."""
    inner = body.get("data", body) if isinstance(body, dict) else {}
    inner = inner.get("result", inner) if isinstance(inner, dict) else {}
    said = {str(post.get("id")) for post in _posts(inner.get("payload") if isinstance(inner, dict) else None)}
    same = "not known" if not said - {"None"} else "the same" if str(row.get("id")) in said else "another"
    yield Finding(point="id of the row and of the job", found=same)
    times = [str(one.get("scheduled_at") or "") for one in rows]
    exact = "to the minute" if all(re.search(r"\d:\d\d:00", time) for time in times) else "to the second"
    yield Finding(point="times of rows", found=f"{exact}, {', '.join(sorted({time[19:] for time in times}))}")


def of_the_directory(accounts: Any, has_boards: bool, has_limits: bool) -> Iterator[Finding]:
    """From the list of accounts, and the headers of its answer."""
    listed = accounts if isinstance(accounts, list) else next(iter(accounts.values()), [])
    form = "a bare list" if isinstance(accounts, list) else f"below {', '.join(map(repr, accounts))}"
    yield Finding(point="the list of accounts", found=form)
    types = sorted({f"{one.get('provider')}: {one.get('type')}" for one in listed if isinstance(one, dict)})
    yield Finding(point="types of accounts", found=", ".join(types))
    yield Finding(point="boards beside an account", found="yes" if has_boards else "no")
    yield Finding(point="rate limit on ordinary answers", found="yes" if has_limits else "no")


def _reasons(entry: Mapping[str, Any]) -> Iterator[str]:
    post = entry.get("post") if isinstance(entry.get("post"), dict) else {}
    details = post.get("details") if isinstance(post, dict) and isinstance(post.get("details"), dict) else {}
    if entry.get("failure"):
        yield "failure"
    if isinstance(post, dict) and post.get("error"):
        yield "post.error"
    if isinstance(details, dict) and details.get("error"):
        yield "post.details.error"


def of_the_list(answers: Mapping[str, Any]) -> Iterator[Finding]:
    """From the same window asked in several ways: ``both``, ``published``, ``failed``, ``neither``,
    ``page 1``, ``future``.
    """
    both, none = _states(answers["both"]), _states(answers["neither"])
    alone = _states(answers["published"]) | _states(answers["failed"])
    if not (_states(answers["published"]) and _states(answers["failed"])):
        several = "cannot be told: the window needs both published and failed posts"
    elif both == alone:
        several = "all are honoured"
    elif both == _states(answers["published"]):
        several = "only the first is honoured"
    elif both == _states(answers["failed"]):
        several = "only the last is honoured"
    else:
        several = "none is honoured: rows in any state" if both == none else "none is honoured: no rows"
    yield Finding(point="several `state[]`", found=several, change="delivery/matching_posts.py")
    first, second = _ids(answers["neither"]), _ids(answers["page 1"])
    if not second:
        paged = "there is a second page, or none" if len(first) >= 15 else "one answer, `page` empties it"
    else:
        paged = "everything in one answer, `page` ignored" if first == second else "page by page"
    yield Finding(point="`page` in a window", found=paged, change="delivery/matching_posts.py")
    total, rows = answers["neither"].get("total"), len(first)
    future = answers["future"].get("total")
    if not isinstance(total, int):
        counted = "missing"
    elif future:
        counted = f"more than the window: {future} where there is nothing"
    else:
        counted = "the rows of the window" if total == rows else f"{total} beside {rows} rows"
    yield Finding(point="`total`", found=counted, change="delivery/matching_posts.py")
    pages = answers["neither"].get("total_pages")
    said = "missing" if pages is None else f"{pages} for {rows} rows"
    yield Finding(point="`total_pages`", found=said)
    keys = sorted({key for row in answers["neither"].get("posts", []) for key in row})
    yield Finding(point="keys of a row", found=", ".join(keys))
    sources = sorted({str(row["source"]) for row in answers["neither"].get("posts", []) if "source" in row})
    yield Finding(point="`source`", found=", ".join(sources) or "missing")


def _states(answer: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    return frozenset((str(row.get("id")), str(row.get("state"))) for row in answer.get("posts", []))


def _ids(answer: Mapping[str, Any]) -> list[str]:
    return [str(row.get("id")) for row in answer.get("posts", [])]


def of_the_text(sent: str, link: str, row: Mapping[str, Any], signatures: Sequence[str]) -> Iterator[Finding]:
    """From a text with a link and an ampersand, and its row."""
    text, url = str(row.get("text") or ""), str(row.get("url") or "")
    links = re.findall(r"https?://\S+", text)
    if any(one.startswith(link) for one in links):
        where = "in the text"
    elif url.startswith(link):
        where = "only in `url`"
    else:
        where = "replaced by another" if links or url else "nowhere"
    yield Finding(point="where the link is listed", found=where, change="delivery/matching_posts.py")
    shown = next((one for one in (*links, url) if one.startswith(link)), "")
    tracked = "added" if "utm_" in shown.removeprefix(link) else "none" if shown else "cannot be told"
    yield Finding(point="tracking words", found=tracked)
    signed = any(one and one in html.unescape(text) for one in signatures)
    default = "is appended" if signed else "is not appended" if signatures else "there is none to see"
    yield Finding(point="the account's default signature", found=default)
    escaped = html.unescape(text) != text
    yield Finding(point="entities in the list", found="escaped" if escaped else "as sent")
    yield Finding(point="white space in the list", found=_white_space(sent, text))
    same = text == sent
    yield Finding(point="the text in the list", found="as sent" if same else "differs from what was sent")


def _white_space(sent: str, text: str) -> str:
    if "\r\n" in text:
        return "line ends as CRLF"
    if "\n" not in text:
        return "on one line"
    lost = re.search(r"[ \t]\n", sent) and not re.search(r"[ \t]\n", text)
    return "without blanks at the ends of lines" if lost else "as sent"
