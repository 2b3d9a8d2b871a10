"""``python -m sandbox replay LOG``: what Publer did in a run, again, from the run's debug log.

The log is what GitHub gives for download after "Enable debug logging", or what ``--debug`` printed.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.faults import Fault
from sandbox.networks import FIELDS
from sandbox.scenario import Scenario, Workspace
from sandbox.server import Sandbox
from tests.support.fake_runner import FakeRunner
from tests.support.fake_runner.commands import unescape_data

ROOT = Path(__file__).parent.parent
_LINE = re.compile(r"(##\[debug\]|::debug::|debug: )(\{\"publer\": 1, .*\})\s*$")
_TIME = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d))"')
_ADDRESS = "https://replayed.example/media"
_MEDIA_TYPES = {"video": "video", "gif": "gif"}


class ReplayError(ValueError):
    """The log does not hold what a replay needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The transcript of one run."""

    plan: dict[str, Any]
    """What was to be sent: the value of ``bulk``."""
    rules: dict[str, float]
    exchanges: tuple[dict[str, Any], ...]

    @property
    def began(self) -> float:
        """When the run sent its first request, in seconds of the epoch."""
        return float(self.exchanges[0]["at"])

    @property
    def workspace_id(self) -> str:
        """As the action was given it; empty if it had to ask."""
        paths = [exchange["path"] for exchange in self.exchanges]
        named = re.search(r"/workspaces/([0-9a-f]{24})/", " ".join(paths))
        return "" if "/workspaces" in paths else named[1] if named else "0" * 24

    @property
    def post_file(self) -> str:
        """The posts of the run as Publer's bulk document."""
        bulk = json.loads(json.dumps(self.plan))
        for post in bulk["posts"]:
            for comment in (one for target in post["accounts"] for one in target.get("comments", ())):
                if "media" in comment:  # what was not uploaded yet had no address
                    comment["media"] = {"type": "photo", "path": _ADDRESS, **comment["media"]}
            for network, content in post["networks"].items():
                for item in content.get("media", ()):
                    item.setdefault("type", _MEDIA_TYPES.get(content.get("type"), "photo"))
                # What Publer's documentation does not know was sent as ``extra``.
                unknown = [key for key in content if key not in FIELDS.get(network, content)]
                if unknown:
                    content["extra"] = {key: content.pop(key) for key in unknown}
        return json.dumps({"bulk": bulk}, indent=2)

    def scenario(self, now: float) -> Scenario:
        """A Publer that answers as it did then, as if the run began now."""
        faults = (*self._refusals(), *self._answers(now - self.began))
        return Scenario(workspaces=(Workspace(accounts=()),), faults=faults)

    def _refusals(self) -> Iterator[Fault]:
        """Requests that found no connection: the port is shut until the next one that did."""
        seen = 0
        shut_at: float | None = None
        for exchange in self.exchanges:
            if "not_sent" in exchange:
                shut_at = exchange["at"] if shut_at is None else shut_at
                continue
            if shut_at is not None:
                yield Fault(kind="refuse", number=seen + 1, seconds=exchange["at"] - shut_at - 0.001)
                shut_at = None
            seen += 1
        if shut_at is not None:
            yield Fault(kind="refuse", number=seen + 1, seconds=None)

    def _answers(self, shift: float) -> Iterator[Fault]:
        counts: Counter[tuple[str, str]] = Counter()
        last: dict[tuple[str, str], Fault] = {}
        for exchange in (one for one in self.exchanges if "not_sent" not in one):
            place = exchange["method"], exchange["path"]
            counts[place] += 1
            last[place] = _answer(exchange, counts[place], shift)
            yield last[place]
        for (method, path), fault in last.items():
            if method == "GET" and fault.kind == "answer":
                yield replace(fault, nth=counts[method, path] + 1, times=0)


def _answer(exchange: dict[str, Any], nth: int, shift: float) -> Fault:
    method, path = exchange["method"], exchange["path"]
    if exchange["status"] is None:
        return Fault(kind="reset", method=method, path=path, nth=nth, when="before")
    limit = exchange.get("rate_limit") or {}
    names = {"limit": "X-RateLimit-Limit", "remaining": "X-RateLimit-Remaining"}
    headers = {header: str(limit[name]) for name, header in names.items() if limit.get(name) is not None}
    if limit.get("reset_at") is not None:
        headers["X-RateLimit-Reset"] = str(round(limit["reset_at"] + shift))
    response = exchange["response"]
    is_raw = isinstance(response, dict) and response.keys() == {"raw"}
    return Fault(
        kind="answer",
        method=method,
        path=path,
        nth=nth,
        status=exchange["status"],
        headers=headers,
        body=response["raw"] if is_raw else _shifted(json.dumps(response), shift),
    )


def _shifted(document: str, shift: float) -> str:
    """JSON with all its times moved."""

    def moved(found: re.Match[str]) -> str:
        return f'"{(datetime.fromisoformat(found[1]) + timedelta(seconds=shift)).isoformat()}"'

    return _TIME.sub(moved, document)


def read_log(log: str) -> Recording:
    """The last run in a log. Raises ReplayError."""
    lines = [found for found in map(_LINE.search, log.splitlines()) if found]
    if not lines:
        raise ReplayError(
            'No transcript in this log. Re-run with "Enable debug logging", and download that log.'
        )
    entries = [json.loads(unescape_data(one[2]) if one[1] == "::debug::" else one[2]) for one in lines]
    exchanges = tuple(entry for entry in entries if "method" in entry)
    plans = [entry for entry in entries if "plan" in entry]
    if not plans or not exchanges:
        raise ReplayError("This run ended before it knew what to send: there is nothing to play back.")
    return Recording(plan=plans[-1]["plan"], rules=plans[-1]["rules"], exchanges=exchanges)


def replay(log: Path, keep: Path | None = None) -> int:
    """Run the action on what a log tells. The exit code is the action's, or 2 if the log does not do."""
    try:
        recording = read_log(log.read_text(encoding="utf-8-sig"))
    except (OSError, ReplayError, KeyError, ValueError) as problem:
        print(f"replay: {problem}", file=sys.stderr)
        return 2
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / "post.json").write_text(recording.post_file, encoding="utf-8")
        scenario = recording.scenario(recording.began).to_json()
        (keep / "scenario.json").write_text(json.dumps(scenario, indent=2), encoding="utf-8")
        print(f"Wrote {keep / 'post.json'} and {keep / 'scenario.json'}.")
    with (
        tempfile.TemporaryDirectory(prefix="publer-replay-") as place,
        Sandbox(recording.scenario(time.time())) as sandbox,
    ):
        workspace = Path(place) / "workspace"
        workspace.mkdir()
        (workspace / "post.json").write_text(recording.post_file, encoding="utf-8")
        runner = FakeRunner(ROOT / "action.yml", workspace, Path(place), repository="acme/rocket")
        attempt = f"{recording.rules.get('attempt', 1):.0f}"
        env = {"GITHUB_RUN_ATTEMPT": attempt, "GITHUB_API_URL": sandbox.github_url}
        step = runner.start(inputs(recording, sandbox), event_name="workflow_dispatch", env=env)
        outcome = step.follow(partial(print, flush=True))
        print(f"\noutcome: {outcome.outputs.get('outcome', '(none)')} (exit code {outcome.exit_code})")
    return outcome.exit_code


def inputs(recording: Recording, sandbox: Sandbox) -> dict[str, str]:
    """What the action is asked for in a replay."""
    rules = recording.rules
    return {
        "mode": "publish",
        "post-file": "post.json",
        "api-key": sandbox.scenario.api_key,
        "api-url": sandbox.url,
        "github-token": "",
        "workspace-id": recording.workspace_id,
        "timeout": f"{rules.get('timeout', 600):.0f}",
        "duplicate-window": f"{rules.get('duplicate_window', 86400):.0f}",
    }
