"""Promise: in a real browser the pages are readable, silent, alone, and open to everybody (``make browser``).

Needs Chromium (Debian's package) and Node. Screenshots are kept in ``build/browser``: look at them.
"""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from publer_publish.errors import Problem, Where
from publer_publish.report.preview_page import page
from sandbox.server import Sandbox
from tests.support import samples
from tests.unit.report.page import test_page as pages

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHOTS = ROOT / "build" / "browser"
WAYS = ("light", "dark", "phone")
HOSTILE = (
    '</style></title><script>window.pwned1 = 1</script><img src=x onerror="window.pwned2 = 1">'
    '" onmouseover="window.pwned3 = 1" autofocus onfocus="window.pwned4 = 1" '
    "<a href='javascript:window.pwned5 = 1'>x</a><iframe srcdoc='<script>parent.pwned6 = 1</script>'></iframe>"
    "<meta http-equiv=refresh content='0;url=https://evil.example/'><link rel=stylesheet href=//evil.example/x.css>"
)


def _everything() -> str:
    return page(pages.everything(), pictures=pages.PICTURES)


def _hostile() -> str:
    shown = pages.content(
        "mastodon",
        HOSTILE,
        media=(pages.media(HOSTILE, HOSTILE), pages.media(alt=HOSTILE)),
        fields={"title": HOSTILE, "spoilerText": HOSTILE, "url": HOSTILE, HOSTILE: HOSTILE},
    )
    result = pages.row(shown, account_name=HOSTILE, message=HOSTILE, url="javascript:window.pwned7 = 1")
    problem = Problem(message=HOSTILE, hint=HOSTILE, where=Where(file=HOSTILE, line=1, path=(HOSTILE,)))
    return page(samples.run([result], problems=[problem], jobs=()), pictures=pages.PICTURES)


def _examples() -> str:
    """What ``validate`` writes for all examples."""
    target = "build/browser/examples.html"
    command = [
        ".venv/bin/python",
        "entrypoint.py",
        "validate",
        "examples/*.publer.yml",
        "--preview-file",
        target,
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return (ROOT / target).read_text(encoding="utf-8")


PAGES = {"everything": _everything, "hostile": _hostile, "examples": _examples}


@cache
def report(name: str) -> dict[str, Any]:
    """Open a page in all ways; once for all tests of it."""
    shots = SHOTS / name
    shots.mkdir(parents=True, exist_ok=True)
    if name == "sandbox":
        return _sandbox(shots)
    file = shots / "page.html"
    file.write_text(PAGES[name](), encoding="utf-8")
    return _inspect(file.as_uri(), shots)


def _sandbox(shots: Path) -> dict[str, Any]:
    """The sandbox's own page, after some examples went out."""
    with Sandbox() as sandbox:
        command = [".venv/bin/python", "entrypoint.py", "publish", "--api-url", sandbox.url]
        env = {"PUBLER_API_KEY": sandbox.scenario.api_key, "PATH": os.environ["PATH"]}
        for post in ("thread", "telegram", "carousel", "tiktok-photos"):
            file = f"examples/{post}.publer.yml"
            subprocess.run([*command, file], cwd=ROOT, env=env, check=False, capture_output=True)
        # It reloads itself, because it shows what happens meanwhile: that is what it is for.
        return _inspect(sandbox.root_url + "/", shots, "meta-refresh")


def _inspect(url: str, shots: Path, *without: str) -> dict[str, Any]:
    command = ["node", str(HERE / "inspect.mjs"), url, str(shots), *without]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(params=[(name, way) for name in (*PAGES, "sandbox") for way in WAYS], ids="-".join)
def seen(request: pytest.FixtureRequest) -> dict[str, Any]:
    name, way = request.param
    told: dict[str, Any] = report(name)[way]
    return told | {"name": name, "way": way}


def test_the_browser_says_nothing(seen: dict[str, Any]) -> None:
    """No console message, which includes what the page's policy had to block; no error, no dialog."""
    assert seen["console"] == []
    assert seen["errors"] == []


def test_no_request_leaves_the_page(seen: dict[str, Any]) -> None:
    own = ("http://127.0.0.1:",) if seen["name"] == "sandbox" else (ROOT.as_uri(),)
    assert [url for url in seen["requests"] if not url.startswith(own)] == []
    assert {url.rpartition("/")[2] for url in seen["requests"]} <= {"page.html", ""}


def test_no_script_of_a_post_runs(seen: dict[str, Any]) -> None:
    assert seen["ran"] == []


def test_axe_finds_nothing(seen: dict[str, Any]) -> None:
    assert seen["violations"] == []
    assert seen["rules"] > 15, "it did look"


def test_nothing_hangs_over_the_edge(seen: dict[str, Any]) -> None:
    assert seen["overflow"] <= 0


def test_the_keyboard_reaches_and_opens_everything(seen: dict[str, Any]) -> None:
    keyboard = seen["keyboard"]
    assert len(keyboard["reached"]) == keyboard["wanted"]
    assert set(keyboard["reached"]) <= {"a", "summary", "div"}
    assert keyboard["opened"] == keyboard["reached"].count("summary")
    assert keyboard["wanted"] > 0


def test_dark_is_dark() -> None:
    told = report("everything")
    assert told["light"]["background"] != told["dark"]["background"]
