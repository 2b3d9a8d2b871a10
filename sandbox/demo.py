"""``make demo``: the action, run as the runner runs it, on the release example, against the sandbox."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from sandbox.networks import NETWORKS
from sandbox.record import Record
from sandbox.runner import ROOT, Step
from sandbox.scenario import Scenario
from sandbox.server import Sandbox

TAG = "v2.0.0"
INPUTS = {
    "mode": "auto",
    "post-file": "examples/release.publer.yml",
    "text": "",
    "accounts": "",
    "variables": "",
    "fail-on": "any",
    "on-duplicate": "skip",
    "duplicate-window": "24h",
    "timeout": "10m",
    "preview-file": "",
    "only-changed": "false",
    "lock": "false",
    "comment": "false",
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
        step = _step(Path(place), sandbox)
        _heading("1. The log, as GitHub Actions shows it")
        code = step.run(program)
        print(f"\n(exit code {code})")
        outputs, summary = step.outputs, step.summary
        _heading("2. The outputs, for the next steps")
        _show_outputs(outputs, summary)
        _heading("3. The summary, on the page of the run (Markdown)")
        print(summary or "(empty)")
        _heading("What the sandbox says was really published")
        record = sandbox.record
        _show_published(record)
    return code if _is_true(record, outputs) else 1


def _step(home: Path, sandbox: Sandbox) -> Step:
    inputs = INPUTS | {"api-key": sandbox.scenario.api_key, "api-url": sandbox.url}
    step = Step(home, EVENT, inputs)
    shutil.copytree(ROOT / "examples", step.workspace / "examples")
    step.environment |= {
        "GITHUB_API_URL": sandbox.github_url,
        "GITHUB_EVENT_NAME": "release",
        "GITHUB_REF": f"refs/tags/{TAG}",
        "GITHUB_REF_NAME": TAG,
        "GITHUB_REF_TYPE": "tag",
    }
    return step


def _show_outputs(outputs: dict[str, str], summary: str) -> None:
    for name, value in outputs.items():
        shown = value.replace("},{", "},\n {") if name == "results" else value
        if name == "summary" and value.strip() == summary:
            shown = "(the Markdown of part 3)"
        if "\n" in shown or name == "results":
            print(f"{name}:")
            print("\n".join(f"    {line}" for line in shown.splitlines()))
        else:
            print(f"{name}: {shown}")


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
