"""What a start costs, told without a clock: what is imported, asked and opened may not grow unnoticed."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support import repository as repo
from tests.support.fake_runner import FakeRunner

PROBE = Path(__file__).with_name("startup_probe.py")
POST = "text: Rocket 1.0 is out, see https://example.com\naccounts: [twitter/*, linkedin/*, mastodon/*]\n"
MEASURING = {"coverage", "sitecustomize"}
"""What only measures the tests."""
HEAVY = {"argparse", "asyncio", "concurrent", "doctest", "jinja2", "markdown_it", "multiprocessing", "pydoc",
         "regex", "requests_toolbelt", "sqlite3", "unittest", "xml"}  # fmt: skip
"""Never for a plain file in a workflow, on whatever version of Python."""


@dataclass(frozen=True)
class Start:
    first: set[str]
    whole: set[str]
    opened: list[str]
    looked: list[str]
    requests: list[str]


@pytest.fixture(scope="module", params=["publish", "validate"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def start(mode: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    place = tmp_path_factory.mktemp("startup")
    report = place / "report.json"
    (place / "workspace").mkdir()
    (place / "workspace" / "post.yml").write_text(POST, encoding="utf-8")
    command = [sys.executable, "-u", "-E", str(PROBE), str(report)]
    runner = FakeRunner(repo.ROOT / "action.yml", place / "workspace", place, entrypoint=command)
    with Sandbox() as sandbox:
        key = {"api-key": sandbox.scenario.api_key, "workspace-id": sandbox.scenario.workspaces[0].id}
        inputs = {"mode": mode, "post-file": "post.yml", "api-url": sandbox.url}
        outcome = runner.run(inputs | (key if mode == "publish" else {}))
        assert outcome.exit_code == 0, outcome.text
        found = json.loads(report.read_text(encoding="utf-8"))
        yield Start(
            first=_named(found["first"]),
            whole=_named(found["all"]),
            opened=found["opened"],
            looked=found["looked"],
            requests=[
                f"{one.method} {one.path.partition('/job_status')[0]}" for one in sandbox.record.requests
            ],
        )


def _named(modules: list[str]) -> set[str]:
    """Our own modules by their full name, other packages by their first; the standard library is Python's."""
    ours = {name for name in modules if name.startswith("publer_publish.")}
    others = {name.partition(".")[0] for name in modules if not name.startswith("publer_publish")}
    return ours | {
        name for name in others - MEASURING if name not in sys.stdlib_module_names or name in HEAVY
    }


def test_what_only_some_runs_need_is_not_imported(start: Start) -> None:
    assert start.whole & HEAVY == set()


def test_validate_does_not_even_import_what_speaks_http(mode: str, start: Start) -> None:
    assert ("requests" in start.whole) == (mode == "publish")


def test_the_post_file_is_opened_once(start: Start) -> None:
    assert start.opened == ["post.yml"]


def test_the_post_file_is_looked_at_before_it_is_opened_and_when_it_is_open(start: Start) -> None:
    assert start.looked == ["lstat in _walk", "fstat in _open_file"]


def test_no_request_more_than_needed(mode: str, start: Start) -> None:
    # The list is empty, which may be so because it honours only one of the states: asked for the one that counts.
    look_up = ["GET /posts", "GET /posts"]
    needed = ["GET /accounts", *look_up, "POST /posts/schedule/publish", "GET "]
    assert start.requests == (needed if mode == "publish" else [])
