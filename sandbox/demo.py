"""``make demo``: the action, run as the runner runs it, on the release example, against the sandbox."""

from __future__ import annotations

import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from textwrap import indent

from sandbox.networks import NETWORKS
from sandbox.record import Record
from sandbox.scenario import Scenario
from sandbox.server import Sandbox
from tests.support.fake_runner import FakeRunner

ROOT = Path(__file__).parent.parent
TAG = "v2.0.0"
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


def main(program: Path | None = None, *, linkedin_takes: float = 3.0) -> int:
    """Run the demo; the exit code is the action's, or 1 if it did not tell the truth."""
    with (
        tempfile.TemporaryDirectory(prefix="publer-demo-") as place,
        Sandbox(Scenario().with_account("linkedin", slowness=linkedin_takes)) as sandbox,
    ):
        workspace = Path(place) / "workspace"
        shutil.copytree(ROOT / "examples", workspace / "examples")
        runner = FakeRunner(
            ROOT / "action.yml",
            workspace,
            Path(place),
            entrypoint=[sys.executable, program] if program else None,
            repository="acme/rocket",
        )
        inputs = {
            "post-file": "examples/release.publer.yml",
            "api-key": sandbox.scenario.api_key,
            "api-url": sandbox.url,
        }
        env = {"GITHUB_API_URL": sandbox.github_url}
        _heading("1. The log, as GitHub Actions shows it")
        step = runner.start(inputs, event=EVENT, event_name="release", env=env)
        outcome = step.follow(partial(print, flush=True))
        print(f"\n(exit code {outcome.exit_code})")
        _heading("2. The outputs, for the next steps")
        _show_outputs(outcome.outputs)
        _heading("3. The summary, on the page of the run (Markdown)")
        print(outcome.summary.strip() or "(empty)")
        _heading("What the sandbox says was really published")
        record = sandbox.record
        _show_published(record)
    return outcome.exit_code if _is_true(record, outcome.outputs) else 1


def _show_outputs(outputs: dict[str, str]) -> None:
    for name, value in outputs.items():
        if name == "summary":
            print("summary: (the Markdown of part 3)")
        elif "\n" in value or name == "results":
            print(f"{name}:")
            print(indent(value.replace("},{", "},\n {"), "    "))
        else:
            print(f"{name}: {value}")


def _show_published(record: Record) -> None:
    if not record.published:
        print("Nothing.")
    for post in record.published:
        seconds = post.time - record.requests[0].time
        name = f"{NETWORKS[post.network].title} · {post.account.name}"
        print(f"{name} ({post.type}, {seconds:.1f} s after the first request)")
        print(f"{indent(post.text, '    ')}\n    → {post.link}\n")
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
