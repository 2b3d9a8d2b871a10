"""``make demo``: the action, run as the runner runs it, on the release example, against the sandbox."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sandbox.networks import NETWORKS
from sandbox.record import Record
from sandbox.scenario import Scenario
from sandbox.server import Sandbox

ROOT = Path(__file__).parent.parent
TAG = "v2.0.0"
INPUTS = {
    "mode": "auto",
    "post-file": "examples/release.yml",
    "text": "",
    "accounts": "",
    "variables": "",
    "fail-on": "any",
    "on-duplicate": "skip",
    "duplicate-window": "24h",
    "timeout": "10m",
    "preview-file": "",
    "github-token": "",
}
"""What ``action.yml`` declares, as the runner passes it on; the rest comes from the sandbox."""

EVENT = {
    "action": "published",
    "release": {
        "tag_name": TAG,
        "name": "The rocket learns to land",
        "body": """## What's new

- **Landing**: the rocket comes back, upright, and *usually* in one piece ([how it works](https://acme.example/landing)).
- **Twice as fast** on the way up.
- A new dashboard with altitude, speed and `fuel` at a glance.

## Fixed

- The countdown no longer skips from 3 to 1.

Thanks to everyone who reported craters.
""",
        "html_url": f"https://github.com/acme/rocket/releases/tag/{TAG}",
        "prerelease": False,
        "draft": False,
        "published_at": "2026-10-31T12:00:00Z",
        "author": {"login": "wile-e"},
    },
    "repository": {
        "name": "rocket",
        "full_name": "acme/rocket",
        "html_url": "https://github.com/acme/rocket",
        "owner": {"login": "acme"},
    },
    "sender": {"login": "wile-e"},
}


def main(program: Path = ROOT / "entrypoint.py", *, linkedin_takes: float = 3.0) -> int:
    """Run the demo; the exit code is the action's, or 1 if it did not tell the truth."""
    with (
        tempfile.TemporaryDirectory(prefix="publer-demo-") as place,
        Sandbox(Scenario().with_account("linkedin", slowness=linkedin_takes)) as sandbox,
    ):
        home = Path(place)
        environment = _prepare(home, sandbox)
        _heading("1. The log, as GitHub Actions shows it")
        code = _run([sys.executable, "-B", "-u", "-E", str(program)], environment)
        print(f"\n(exit code {code})")
        outputs = _outputs((home / "output").read_text(encoding="utf-8"))
        _heading("2. The outputs, for the next steps")
        summary = (home / "summary.md").read_text(encoding="utf-8").strip()
        _show_outputs(outputs, summary)
        _heading("3. The summary, on the page of the run (Markdown)")
        print(summary or "(empty)")
        _heading("What the sandbox says was really published")
        record = sandbox.record
        _show_published(record)
    return code if _is_true(record, outputs) else 1


def _prepare(home: Path, sandbox: Sandbox) -> dict[str, str]:
    """Lay out what the runner would: a checkout, the event, the command files. Gives the environment."""
    workspace = home / "workspace"
    shutil.copytree(ROOT / "examples", workspace / "examples")
    (home / "event.json").write_text(json.dumps(EVENT), encoding="utf-8")
    for name in ("output", "summary.md", "state"):
        (home / name).touch()
    inputs = INPUTS | {
        "api-key": sandbox.scenario.api_key,
        "api-url": sandbox.url,
    }
    return {
        **{f"INPUT_{name.upper()}": value for name, value in inputs.items()},
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTOR": "wile-e",
        "GITHUB_API_URL": sandbox.github_url,
        "GITHUB_EVENT_NAME": "release",
        "GITHUB_EVENT_PATH": str(home / "event.json"),
        "GITHUB_JOB": "announce",
        "GITHUB_OUTPUT": str(home / "output"),
        "GITHUB_REF": f"refs/tags/{TAG}",
        "GITHUB_REF_NAME": TAG,
        "GITHUB_REF_TYPE": "tag",
        "GITHUB_REPOSITORY": "acme/rocket",
        "GITHUB_REPOSITORY_OWNER": "acme",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": "1000",
        "GITHUB_RUN_NUMBER": "7",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": "ffac537e6cbbf934b08745a378932722df287a53",
        "GITHUB_STATE": str(home / "state"),
        "GITHUB_STEP_SUMMARY": str(home / "summary.md"),
        "GITHUB_WORKFLOW": "Announce",
        "GITHUB_WORKSPACE": str(workspace),
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": str(home),
    }


def _run(command: list[str], environment: dict[str, str]) -> int:
    view = LogView()
    started = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=environment["GITHUB_WORKSPACE"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for printed in process.stdout or ():
            shown = view.line(printed)
            if shown is not None:
                print(f"{time.monotonic() - started:5.1f}s  {shown}", flush=True)
        return process.wait()


class LogView:
    """Turns the lines that a step prints into those that a reader of the log on GitHub sees."""

    def __init__(self) -> None:
        self._masks: list[str] = []
        self._indent = ""

    def line(self, printed: str) -> str | None:
        """The line as it is shown; None if it is not shown at all."""
        text = printed.rstrip("\r\n")
        command = re.match(r"\s*::([a-z-]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$", text)
        name, properties, data = command.groups() if command else ("", "", text)
        data = _unescape(data)
        if name in {"debug", "endgroup", "add-mask"}:
            self._indent = "" if name == "endgroup" else self._indent
            self._masks += [
                part for part in (data, *data.splitlines()) if name == "add-mask" and part.strip()
            ]
            return None
        if name == "group":
            self._indent, shown = "    ", f"▾ {data}"
        elif name in {"error", "warning", "notice"}:
            place = re.search(r"file=([^,]*)(?:.*?line=(\d+))?(?:.*?col=(\d+))?", properties or "")
            where = f"  ({':'.join(filter(None, place.groups()))})" if place else ""
            shown = f"{self._indent}{name.title()}: {data}{_unescape(where)}"
        else:
            shown = self._indent + text
        for mask in sorted(self._masks, key=len, reverse=True):
            shown = shown.replace(mask, "***")
        return shown


def _unescape(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def _outputs(text: str) -> dict[str, str]:
    """The outputs in a ``GITHUB_OUTPUT`` file: ``name=value``, or between two lines with a delimiter."""
    found = re.findall(r"^(?:([^=\n]+?)<<(.+)\n(?:([\s\S]*?)\n)??\2$|([^=\n]+)=(.*))$", text, re.MULTILINE)
    return {heredoc or name: several if heredoc else one for heredoc, _, several, name, one in found}


def _show_outputs(outputs: dict[str, str], summary: str) -> None:
    for name, value in outputs.items():
        shown = _pretty(value) if name == "results" else value
        if name == "summary" and value.strip() == summary:
            shown = "(the Markdown of part 3)"
        if "\n" in shown or name == "results":
            print(f"{name}:")
            print("\n".join(f"    {line}" for line in shown.splitlines()))
        else:
            print(f"{name}: {shown}")


def _pretty(text: str) -> str:
    """A JSON array with one object on each line, as far as it is one."""
    try:
        rows = json.loads(text)
    except ValueError:
        return text
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def _show_published(record: Record) -> None:
    if not record.published:
        print("Nothing.")
    begin = record.requests[0].time if record.requests else 0.0
    for post in record.published:
        name = f"{NETWORKS[post.network].title} · {post.account_name}"
        print(f"{name} ({post.type}, {post.time - begin:.1f} s after the first request)")
        print("\n".join(f"    {line}".rstrip() for line in post.text.splitlines()))
        print(f"    → {post.link}\n")
    for surprise in record.surprises:
        print(f"Not in Publer's documentation: {surprise}")


def _is_true(record: Record, outputs: dict[str, str]) -> bool:
    """Whether the action's report and the sandbox's record agree."""
    reported, live = outputs.get("published-count", ""), str(len(record.published))
    if reported == live:
        return True
    print(f"The action reported {reported or 'no number of'} published posts; really published: {live}.")
    return False


def _heading(title: str) -> None:
    print(f"\n{title}\n{'─' * len(title)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
