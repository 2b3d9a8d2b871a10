"""``make live``: five records of what Publer really does, on accounts that you name. It asks before it posts.

    PUBLER_API_KEY=... PUBLER_WORKSPACE_ID=... make live ACCOUNTS="66db... 66db..."

Without a person it runs only against a server on loopback. The page is ``build/live.md``.
"""

from __future__ import annotations

import argparse
import io
import ipaddress
import json
import os
import secrets
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publer_publish.clock import Clock, Deadline, SystemClock
from publer_publish.errors import ServiceError
from publer_publish.publer.answers import read_job_id
from publer_publish.publer.api import Publer
from publer_publish.publer.model import Account
from publer_publish.publer.transport import Transport
from tests.live.findings import (
    NOT_TRIED,
    Finding,
    of_the_directory,
    of_the_job,
    of_the_list,
    of_the_polls,
    of_the_request,
    of_the_row,
    of_the_text,
)

PAGE = Path(__file__).parents[2] / "build" / "live.md"
GAP, PATIENCE, LATE = 62.0, 300.0, 30.0
"""Seconds between two posts of an account, for a job, and before the list is read."""
CAROUSELS = ("instagram", "pinterest", "tiktok")
OTHERS = (
    "several accounts in one post; text alone on Google; articles without blocks; link posts (`link` or `url`; on "
    "Threads and Bluesky); stories of videos; mixed media and reels on Instagram; labels; how long polls run; how Publer "
    "counts lengths; the same text again on X; comments on Instagram; two spellings of options; media without an id; "
    "`delay` or `conditions`; imports by address; a wrong key; a malformed body; the rate limit itself; how late "
    "the list is; posts of running jobs; the HTTP status of a taken request; how long jobs are kept; daily "
    "limits; approvals; webhooks"
)
Ask = Callable[[str], str]


def picture(shade: int) -> bytes:
    """A grey square of 640 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 640, 640, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes([shade]) * 640 for _ in range(640)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@dataclass(slots=True, kw_only=True)
class Live:
    """One session with Publer: what is asked, what is posted, what is found."""

    publer: Publer
    clock: Clock
    accounts: Sequence[Account]
    ask: Ask | None
    """None: nobody is there."""
    say: Callable[[str], None]
    marker: str = field(default_factory=lambda: secrets.token_hex(4))
    findings: list[Finding] = field(default_factory=list)
    _started: Any = None
    """The answer to the latest request that publishes."""
    _running: Any = None
    """What was said of its job while that ran."""

    def run(self) -> str:
        """All records, and the page."""
        records = (self.directory, self.text_and_job, self.window, self.two_pictures, self.several_pictures)
        for record in records:
            try:
                self.findings += record()
            except ServiceError as error:
                self.findings.append(Finding(point=record.__name__.replace("_", " "), found=error.message))
        networks = ", ".join(sorted({one.provider for one in self.accounts}))
        lines = [f"| {one.point} | {one.found} | {one.change} |" for one in self.findings]
        return "\n".join(
            [
                "# What Publer did",
                "",
                f"On {datetime.fromtimestamp(self.clock.time(), UTC):%Y-%m-%d}, on {networks}.",
                "",
                "| point | found | if it differs, change |",
                "| --- | --- | --- |",
                *lines,
                "",
                f"Not tried: {OTHERS}.",
                "",
            ]
        )

    # The records

    def directory(self) -> Iterator[Finding]:
        """The accounts. Posts nothing."""
        listed = self._get("/accounts")
        has_boards = any(one.albums for one in self.accounts)
        yield from of_the_directory(listed, has_boards, self.publer.rate_limit.remaining is not None)

    def text_and_job(self) -> Iterator[Finding]:
        """A link, an ampersand and a default signature on one account; the job's answer as it comes."""
        account = next((one for one in self.accounts if one.provider not in {*CAROUSELS, "youtube"}), None)
        link = f"https://example.com/{self.marker}"
        text = f"A test of publer-publish & Publer: {link} #{self.marker} \n\nThank you for reading it."
        content = {"type": "status", "text": text}
        body = self._publish([account] if account else [], content)
        if account is None or body is None:
            yield Finding(point="the job, and the text in the list", found=NOT_TRIED)
            return
        yield from of_the_request(self._started)
        yield from of_the_job(body)
        job_id = read_job_id(self._started)
        yield from of_the_polls(self._running, body, self._get(f"/job_status/{job_id}"))
        yield from self._without_workspace(job_id)
        signatures = self._signatures(account)
        self.clock.sleep(LATE)
        of_account = [("state[]", "published"), ("account_ids[]", account.id)]
        rows = self._posts(of_account).get("posts", [])
        row = next((one for one in rows if self.marker in json.dumps(one)), rows[0] if rows else None)
        if row is None:
            yield Finding(point="the text in the list", found=f"no row after {LATE:.0f} s")
            return
        yield from of_the_text(text, link, row, signatures)
        yield from of_the_row(row, body, rows)
        days = {-1: "yesterday", 0: "today", 1: "tomorrow"}
        held = [name for day, name in days.items() if row in self._day(day, of_account)]
        yield Finding(point="which single day holds a new post", found=", ".join(held) or "none")

    def window(self) -> Iterator[Finding]:
        """The same days, asked in several ways. Posts nothing."""
        published, failed = ("state[]", "published"), ("state[]", "failed")
        yield from of_the_list(
            {
                "both": self._posts([published, failed]),
                "published": self._posts([published]),
                "failed": self._posts([failed]),
                "neither": self._posts([]),
                "page 1": self._posts([("page", "1")]),
                "future": self._posts([], days=400),
            }
        )

    def two_pictures(self) -> Iterator[Finding]:
        """The first with ``alt_text`` only, the second with ``caption`` only: an eye has to tell."""
        account = next((one for one in self.accounts if one.provider == "facebook"), None)
        account = account or next(
            (one for one in self.accounts if one.provider in {"mastodon", "bluesky"}), None
        )
        media = [
            {**self._upload(200, account), "alt_text": f"first {self.marker}"},
            {**self._upload(90, account), "caption": f"second {self.marker}"},
        ]
        body = self._publish([account] if account else [], {"type": "photo", "text": "Two", "media": media})
        if body is None or self.ask is None:
            yield Finding(point="`alt_text` or `caption`", found=NOT_TRIED)
            return
        seen = self.ask(
            "Which of the two pictures has an alt text on the network (first, second, both, none)?"
        )
        visible = self.ask("Is the word 'second' visible beside the picture (yes, no)?")
        yield Finding(point="`alt_text` or `caption`", found=f"{seen}; `caption` visible: {visible}")

    def several_pictures(self) -> Iterator[Finding]:
        """Three pictures as ``photo``, where other clients send a carousel."""
        for network in CAROUSELS:
            point = f"several pictures as `photo` on {network}"
            account = next((one for one in self.accounts if one.provider == network), None)
            if account is None:
                yield Finding(point=point, found=NOT_TRIED)
                continue
            media = [self._upload(shade, account) for shade in (30, 120, 220)]
            title = {} if network == "instagram" else {"title": "Three"}
            content = {"type": "photo", "text": "Three", "media": media, **title}
            body = self._publish([account], content)
            said = NOT_TRIED if body is None else _said(body)
            yield Finding(point=point, found=said, change="networks/forms.py" if said != "taken" else "")

    # What they are made of

    def _without_workspace(self, job_id: str) -> Iterator[Finding]:
        own = self.publer.transport.workspace_id
        self.publer.transport.workspace_id = ""
        try:
            self._get(f"/job_status/{job_id}")
            found = "answered"
        except ServiceError as error:
            found = error.message
        finally:
            self.publer.transport.workspace_id = own
        yield Finding(point="a job without the workspace's header", found=found)

    def _day(self, days: int, params: Sequence[tuple[str, str]]) -> list[Any]:
        day = datetime.fromtimestamp(self.clock.time(), UTC).date() + timedelta(days=days)
        found = self._get("/posts", [*params, ("from", f"{day}"), ("to", f"{day}")])
        return list(found["posts"] if isinstance(found, dict) else found)

    def _publish(self, accounts: Sequence[Account], content: Mapping[str, Any]) -> Any:
        """The job's first terminal answer, or None if there is no such account, or nobody agrees."""
        if not accounts:
            return None
        (account,) = accounts
        marked = {**content, "text": f"{content['text']} {self.marker}"}
        if self.marker in content["text"]:
            marked = dict(content)
        question = f"Post {marked['text']!r} to {account.provider}/{account.name} now (yes, no)?"
        if self.ask is not None and self.ask(question) != "yes":
            return None
        target = {"id": account.id, **self._board(account)}
        bulk = {
            "state": "scheduled",
            "posts": [{"networks": {account.provider: marked}, "accounts": [target]}],
        }
        self.say(f"Posting to {account.provider}/{account.name} ...")
        self._started = self.publer.transport.send(
            "POST", "/posts/schedule/publish", deadline=self._deadline(), document={"bulk": bulk}, fresh=True
        )
        job_id = read_job_id(self._started)
        until = Deadline.after(self.clock, PATIENCE)
        self._running = None
        while True:
            body = self._get(f"/job_status/{job_id}")
            is_running = '"working"' in json.dumps(body) or '"status": null' in json.dumps(body)
            if not is_running or until.remaining() <= 0:
                break
            self._running = body
            self.clock.sleep(3.0)
        self.clock.sleep(GAP)
        return body

    def _board(self, account: Account) -> dict[str, str]:
        if account.provider != "pinterest":
            return {}
        path = f"/workspaces/{self.publer.transport.workspace_id}/media_options"
        options = self._get(path, [("accounts[]", account.id)])
        return {"album_id": str(options[0]["albums"][0]["id"])}

    def _upload(self, shade: int, account: Account | None) -> dict[str, Any]:
        if account is None:
            return {}
        content = picture(shade)
        stream, deadline = io.BytesIO(content), self._deadline()
        media = self.publer.upload(
            "live.png", stream, len(content), "image/png", on_progress=lambda *_: None, deadline=deadline
        )
        return {"id": media["id"], "type": "photo"}

    def _signatures(self, account: Account) -> tuple[str, ...]:
        path = f"/workspaces/{self.publer.transport.workspace_id}/signatures"
        try:
            found = self._get(path, [("accounts[]", account.id)])
        except ServiceError as error:
            self.findings.append(Finding(point="the list of signatures", found=error.message))
            return ()
        listed = [one for entry in found for one in entry.get("signatures", [])]
        self.findings.append(Finding(point="the list of signatures", found=f"{len(listed)} listed"))
        return tuple(one["text"] for one in listed if one.get("default"))

    def _posts(self, params: Sequence[tuple[str, str]], days: int = 0) -> dict[str, Any]:
        today = datetime.fromtimestamp(self.clock.time(), UTC).date() + timedelta(days=days)
        span = [("from", f"{today - timedelta(days=30)}"), ("to", f"{today + timedelta(days=1)}")]
        if days:
            span = [("from", f"{today}"), ("to", f"{today}")]
        found = self._get("/posts", [*params, *span])
        return found if isinstance(found, dict) else {"posts": found}

    def _get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> Any:
        return self.publer.transport.send("GET", path, deadline=self._deadline(), params=params)

    def _deadline(self) -> Deadline:
        return Deadline.after(self.clock, 120.0)


def _said(body: Any) -> str:
    found = json.dumps(body)
    if '"post_link"' in found and '"failed"' not in found:
        return "taken"
    sentences = [value for value in _strings(body) if " " in value]
    return f"refused: {sentences[0]}" if sentences else f"unclear: {found[:200]}"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        # The sentence first, not the name of the account.
        for key in sorted(value, key=lambda name: name not in {"message", "error"}):
            yield from _strings(value[key])
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def main(
    arguments: Sequence[str] | None = None,
    env: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    ask: Ask | None = None,
) -> int:
    """Run all records and write the page."""
    env = os.environ if env is None else env
    parser = argparse.ArgumentParser(prog="python -m tests.live", description=__doc__)
    parser.add_argument("--api-url", default="https://app.publer.com/api/v1")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument(
        "accounts", nargs="+", metavar="ACCOUNT", help="ids of accounts that may be posted to"
    )
    options = parser.parse_args(arguments)
    ask = ask or (input_from_terminal if sys.stdin.isatty() else None)
    if ask is None and not is_loopback(options.api_url):
        sys.stderr.write("Nobody is here to agree to each post: without a terminal only loopback is taken.\n")
        return 2
    clock = clock or SystemClock()
    key, workspace = env.get("PUBLER_API_KEY", ""), env.get("PUBLER_WORKSPACE_ID", "")
    with closing(Transport(options.api_url, key, workspace, clock, _say)) as transport:
        publer = Publer(transport)
        known = {one.id: one for one in publer.accounts(deadline=Deadline.after(clock, 120.0))}
        missing = [one for one in options.accounts if one not in known]
        if missing:
            sys.stderr.write(f"These are not accounts of the workspace: {', '.join(missing)}.\n")
            return 2
        named = [known[one] for one in options.accounts]
        page = Live(publer=publer, clock=clock, accounts=named, ask=ask, say=_say).run()
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(page, encoding="utf-8")
    _say(f"Wrote {options.page}. Look through it before you show it to anybody.")
    return 0


def input_from_terminal(question: str) -> str:
    return input(f"{question} ").strip().lower()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
