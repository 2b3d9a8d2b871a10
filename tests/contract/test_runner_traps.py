"""The traps between a container action and the runner, each sprung on purpose, with the real program.

The program runs under the fake runner, and what it would really have published is in the sandbox.
"""

import html
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from markdown_it import MarkdownIt

from publer_publish.app import main
from publer_publish.clock import SystemClock
from publer_publish.github.commands import heredoc
from sandbox.faults import Fault
from sandbox.scenario import GitHub, Job, Release, Scenario
from sandbox.server import Sandbox
from tests.measure import WITHOUT
from tests.support import repository as repo
from tests.support.cases import sample
from tests.support.fake_runner import JOB_TOKEN, FakeRunner, Outcome, Step
from tests.support.fake_runner.file_commands import read_entries

KEY = Scenario().api_key
CERTIFICATE = repo.ROOT / "tests" / "unit" / "publer" / "loopback.pem"
POST = "text: Rocket 1.0 is out!\naccounts: [mastodon/*]\n"
HOSTILE = "::set-env name=A::b\r::error::c\n##[add-path]/tmp\n::stop-commands::x\n\x1b[31m\u202e ##[set-output name=o]v"


@pytest.fixture
def publer() -> Iterator[Sandbox]:
    with Sandbox(Scenario()) as sandbox:
        yield sandbox


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    directory = tmp_path / "work" / "rocket"
    directory.mkdir(parents=True)
    (directory / "post.yml").write_text(POST)
    return directory


@pytest.fixture
def action(tmp_path: Path, workspace: Path) -> FakeRunner:
    return FakeRunner(repo.ROOT / "action.yml", workspace, tmp_path)


Publish = Callable[..., Outcome]


def wait_for_request(publer: Sandbox, path: str, step: Step) -> None:
    """Return as soon as a request for this path has arrived; fail when the step ends without one."""
    pause = threading.Event()
    while not any(fnmatchcase(request.path, path) for request in publer.record.requests):
        assert step.is_running(), step.wait().text
        pause.wait(0.01)


@pytest.fixture
def publish(action: FakeRunner, publer: Sandbox) -> Publish:
    """Inside this process, which is ten times as quick."""

    def run(inputs: dict[str, str] | None = None, **circumstances: Any) -> Outcome:
        return action.run_here(main, SystemClock(), publishing(publer) | (inputs or {}), **circumstances)

    return run


@pytest.fixture
def publish_apart(action: FakeRunner, publer: Sandbox) -> Publish:
    """In a process of its own, started as the image starts it."""

    def run(inputs: dict[str, str] | None = None, **circumstances: Any) -> Outcome:
        return action.run(publishing(publer) | (inputs or {}), **circumstances)

    return run


def publishing(publer: Sandbox) -> dict[str, str]:
    return {"post-file": "post.yml", "api-key": KEY, "api-url": publer.url}


def assert_kept(outcome: Outcome) -> None:
    """What holds for every end of a run."""
    assert outcome.forbidden == []
    assert outcome.complaints == []
    assert outcome.dropped_annotations == []
    assert outcome.stderr == b""
    assert set(outcome.outputs) == set(repo.OUTPUTS)
    assert KEY.encode() not in outcome.stdout.replace(f"::add-mask::{KEY}\n".encode(), b"")
    assert KEY not in json.dumps([outcome.outputs, outcome.summary])
    assert JOB_TOKEN.encode() not in outcome.stdout.replace(f"::add-mask::{JOB_TOKEN}\n".encode(), b"")
    if outcome.conclusion == "failure":
        errors = [annotation for annotation in outcome.annotations if annotation.level == "error"]
        not_located = [error.message for error in errors if not error.file]
        assert not errors[-1].file, "the last error is the headline"
        assert len(set(not_located)) == len(not_located), "nothing is said twice"
    else:
        assert outcome.errors == []


def assert_published(outcome: Outcome, publer: Sandbox) -> None:
    assert_kept(outcome)
    assert (outcome.conclusion, outcome.outputs["outcome"]) == ("success", "published"), outcome.text
    assert [post.text for post in publer.record.published] == ["Rocket 1.0 is out!"]


def assert_invalid(outcome: Outcome, publer: Sandbox) -> None:
    assert_kept(outcome)
    assert (outcome.exit_code, outcome.outputs["outcome"]) == (1, "invalid"), outcome.text
    assert publer.record.published == ()


# Inputs


def test_the_defaults_publish(publish_apart: Publish, publer: Sandbox) -> None:
    assert_published(publish_apart(), publer)


@pytest.mark.parametrize("name", sample({name: name for name in sorted(repo.INPUTS)}, every=3))
def test_every_declared_input_is_read_under_its_hyphenated_name(
    publish_apart: Publish, publer: Sandbox, name: str
) -> None:
    """A nonsense value must be noticed, so it was read; with underscores nothing would be."""
    nonsense = {
        "post-file": "missing-*.yml",
        "text": "{{ nonsense }}",
        "accounts": "nonsense/*",
        "api-key": "sandbox-wrong-key",
        "github-token": "two words",
    }
    inputs = {name: nonsense.get(name, "!nonsense")}
    if name == "accounts":
        inputs |= {"post-file": "", "text": "Hello"}
    outcome = publish_apart(inputs)
    assert outcome.exit_code == 1
    assert outcome.outputs["outcome"] in {"invalid", "failed"}
    assert publer.record.published == ()


MAY_BE_EMPTY = sorted(set(repo.INPUTS) - {"post-file", "api-key", "api-url", "text", "accounts"})


@pytest.mark.parametrize("name", sample({name: name for name in MAY_BE_EMPTY}, every=4))
def test_an_empty_input_is_an_unset_one(publish: Publish, publer: Sandbox, name: str) -> None:
    """The runner cannot tell them apart: an expression that gives nothing must mean the default."""
    assert_published(publish({name: ""}), publer)


def test_the_line_end_of_a_yaml_block_belongs_to_no_value(publish: Publish, publer: Sandbox) -> None:
    given = publishing(publer) | {
        "mode": "publish",
        "fail-on": "any",
        "timeout": "60s",
        "duplicate-window": "0",
    }
    assert_published(publish({name: f"\n{value}\n" for name, value in given.items()}), publer)


def test_a_variable_of_the_job_that_looks_like_an_input_is_reported_and_ignored(
    publish: Publish, publer: Sandbox
) -> None:
    outcome = publish(env={"INPUT_TAG": "v1"})
    assert_published(outcome, publer)
    (warning,) = [one.message for one in outcome.annotations if one.level == "warning"]
    assert warning.startswith("tag: There is no input `tag`; it is ignored.\nInputs: mode,")


@pytest.mark.parametrize("value", ["PUBLISH", "true", "yes", "1", "dryrun"])
def test_a_mode_that_is_none_never_publishes(publish: Publish, publer: Sandbox, value: str) -> None:
    assert_invalid(publish({"mode": value}), publer)


def test_an_input_near_the_limit_of_the_system_is_still_read(publish_apart: Publish, publer: Sandbox) -> None:
    """One variable holds 128 KiB: everything above fails before the step; up to it the answer is ours."""
    outcome = publish_apart({"post-file": "", "accounts": "mastodon/*", "text": "x" * 131_000})
    assert_invalid(outcome, publer)
    assert "500" in outcome.text


def test_an_input_that_the_system_cannot_pass_has_a_file_beside_it(
    publish_apart: Publish, publer: Sandbox, workspace: Path
) -> None:
    """200 KB in `text` cannot reach any program; in a file they can, and action.yml says so."""
    with pytest.raises(OSError, match="Argument list too long"):
        publish_apart({"text": "x" * 200_000})
    assert "128 KiB" in repo.action()["inputs"]["text"]["description"]
    (workspace / "post.yml").write_text(POST + "# " + "x" * 200_000)
    assert_published(publish_apart(), publer)


# What is printed


def test_masking_comes_before_anything_else(publish_apart: Publish) -> None:
    masks = [f"::add-mask::{secret}".encode() for secret in (KEY, JOB_TOKEN)]
    assert publish_apart().stdout.splitlines()[:2] == masks


def test_text_from_publer_is_never_a_command(publish: Publish, publer: Sandbox) -> None:
    publer.reset(Scenario().with_account("mastodon", failure=HOSTILE))
    outcome = publish()
    assert_kept(outcome)
    assert outcome.outputs["outcome"] == "failed"


@pytest.mark.parametrize(
    "name", ["post-file", "text", "accounts", "mode", "workspace-id", "fail-on", "timeout"]
)
def test_text_from_inputs_is_never_a_command(publish: Publish, publer: Sandbox, name: str) -> None:
    outcome = publish({name: HOSTILE})
    assert outcome.forbidden == []
    assert outcome.complaints == []
    assert {command.name for command in outcome.commands} <= {
        "add-mask",
        "error",
        "warning",
        "notice",
        "group",
        "endgroup",
    }


def test_text_from_files_is_never_a_command(publish: Publish, publer: Sandbox, workspace: Path) -> None:
    (workspace / "post.yml").write_text(
        json.dumps({HOSTILE: HOSTILE, "text": HOSTILE, "accounts": [HOSTILE]})
    )
    assert_invalid(publish(), publer)


def test_text_from_events_is_never_a_command(publish: Publish, publer: Sandbox, workspace: Path) -> None:
    (workspace / "post.yml").write_text('text: "{{ event.head_commit.message }}"\naccounts: [mastodon/*]\n')
    outcome = publish(event={"ref": f"refs/heads/{HOSTILE}", "head_commit": {"message": HOSTILE}})
    assert_kept(outcome)
    assert "::set-env" in publer.record.published[0].text


@pytest.mark.parametrize("count", [1, 9, 10, 40])
def test_a_failure_has_one_headline_and_at_most_nine_located_errors(
    publish: Publish, publer: Sandbox, workspace: Path, count: int
) -> None:
    posts = [{"text": "Hello", "accounts": ["mastodon/*"], f"wrong{number}": 1} for number in range(count)]
    (workspace / "post.yml").write_text(json.dumps({"posts": posts}))
    outcome = publish()
    assert_invalid(outcome, publer)
    errors = [annotation for annotation in outcome.annotations if annotation.level == "error"]
    assert [bool(error.file) for error in errors] == [True] * min(count, 9) + [False]
    assert all(error.file == "post.yml" and error.line for error in errors[:-1])
    for number in range(count):
        assert f"wrong{number}" in outcome.text


def test_a_percent_sign_arrives_as_it_is(publish: Publish, publer: Sandbox) -> None:
    publer.reset(Scenario().with_account("mastodon", failure="100%0A sure"))
    outcome = publish()
    assert_kept(outcome)
    assert "100%0A sure" in "".join(outcome.errors)


def test_a_message_that_is_too_long_is_cut_by_us(publish: Publish, publer: Sandbox, workspace: Path) -> None:
    """The runner would cut it in the log as well, in the middle of a character, without a sign."""
    endless = "/".join(["\U0001f389" * 60] * 60)
    post = {"text": "Hello", "accounts": ["mastodon/*"], "media": [{"file": endless}]}
    (workspace / "post.yml").write_text(json.dumps(post, ensure_ascii=False), encoding="utf-8")
    outcome = publish()
    assert_invalid(outcome, publer)
    lengths = [len(command.data.encode("utf-16-le")) // 2 for command in outcome.commands]
    assert 4090 < max(lengths) <= 4096


def test_a_huge_run_keeps_its_summary(publish: Publish, publer: Sandbox, workspace: Path) -> None:
    """A summary beyond 1 MiB would not be shown at all."""
    networks = ("facebook", "linkedin", "telegram")
    posts = [
        {
            "text": f"{number} ``` <details> | cell\n" + "ö\n" * 10_000,
            "accounts": [f"{network}/*" for network in networks],
            "networks": {network: {"max_length": 60_000} for network in networks},
        }
        for number in range(25)
    ]
    (workspace / "post.yml").write_text(json.dumps(posts, ensure_ascii=False), encoding="utf-8")
    outcome = publish({"mode": "validate"})
    assert_kept(outcome)
    assert outcome.conclusion == "success"
    assert len(outcome.summary.encode()) > 900_000, "it was cut, not left out"
    assert len(outcome.outputs["summary"].encode()) <= 60 * 1024


FOREIGN = ["a=b", "c<<EOF", "EOF", "ghadelimiter_0", "<<", "=", "\U0001f389 caf\u00e9", "100%25"]


def test_an_output_arrives_whatever_is_in_it(publish: Publish, publer: Sandbox) -> None:
    """A line end, a delimiter or half a character in one output must not eat the others."""
    sentence = "\r\n".join(FOREIGN) + "\ud83d"
    publer.reset(Scenario().with_account("mastodon", failure=sentence))
    outcome = publish()
    assert_kept(outcome)
    (row,) = json.loads(outcome.outputs["results"])
    assert [part for part in FOREIGN if part not in row["message"]] == []
    assert outcome.outputs["outcome"] == "failed"
    assert (outcome.outputs["failed-count"], outcome.outputs["published-count"]) == ("1", "0")


def test_no_value_of_an_output_can_end_itself() -> None:
    """Text that knows the delimiter of one entry must not be able to write another (here: a count)."""
    delimiter = heredoc("results", "").partition("<<")[2].partition("\n")[0]
    value = f"x\n{delimiter}\npublished-count=9"
    assert dict(read_entries(heredoc("results", value))) == {"results": value}


@pytest.mark.parametrize("value", ["\ud83d", "a\udc4db", "\ud83d\udc4d"])
def test_half_a_character_in_an_output_can_be_written(value: str) -> None:
    assert heredoc("results", value).encode()


def test_text_from_publer_is_neither_html_nor_a_picture_in_the_summary(
    publish: Publish, publer: Sandbox
) -> None:
    tricks = (
        "<img src=x onerror=y> ![p](https://evil.example/p.png) [l](javascript:1) | cell </details> @mona `"
    )
    publer.reset(Scenario().with_account("mastodon", failure=tricks))
    outcome = publish()
    assert_kept(outcome)
    assert "evil.example" in outcome.summary, "the sentence is shown"
    tokens = MarkdownIt("commonmark").enable("table").parse(outcome.summary)
    inline = [child for token in tokens for child in token.children or []]
    assert [child.type for child in inline if child.type == "image"] == []
    raw = "".join(token.content for token in (*tokens, *inline) if token.type.startswith("html_"))
    assert "<img" not in raw
    links = [str(child.attrs["href"]) for child in inline if child.type == "link_open"]
    assert [link for link in links if not link.startswith("https://")] == []
    assert "@mona" not in "".join(child.content for child in inline if child.type == "text")


def spilled(key: str) -> list[dict[str, Any]]:
    """Posts with the key wherever somebody might put it."""
    return [
        {"text": key, "accounts": ["mastodon/*"]},
        {"text": "Hi", "accounts": [key]},
        {"text": "Hi", "accounts": ["mastodon/*"], key: 1},
        {"text": "Hi", "accounts": ["mastodon/*"], "networks": {"mastodon": {"visibility": key}}},
        {"text": "Hi", "accounts": ["mastodon/*"], "media": [{"file": f"{key}.png", "alt_text": key}]},
        {"text": "{{ " + key + " }}", "accounts": ["mastodon/*"]},
        {"text": "Hi", "accounts": ["mastodon/*"], "when": key},
    ]


SPILLED = spilled(KEY)


@pytest.mark.parametrize("post", SPILLED, ids=range(len(SPILLED)))
def test_no_message_about_a_file_repeats_the_key_that_stands_in_it(
    publish: Publish, publer: Sandbox, workspace: Path, post: dict[str, Any]
) -> None:
    """A validator's own sentence holds the value that it refuses."""
    (workspace / "post.yml").write_text(json.dumps(post))
    assert_invalid(publish(), publer)


WRITTEN_OTHERWISE = [
    "publer_live_ab_cd_1234_efgh",
    "pk-12-34-abc-9-xyzw",
    "abc&def<ghi>jkl",
    "k*ey#with~marks[1]",
    "0a1b2c3d4e5f-77aa88bb99",
    "key@host.example:8080$x",
    """it's`a"k\\e|y""",
]
"""Keys that Markdown, HTML or GitHub would make something of, so that reports escape them."""


def as_read(text: str) -> str:
    """What a reader sees of Markdown or HTML, whichever it is, and can copy."""
    text = re.sub(r"</?(?:span|code|wbr)\b[^>]*>", "", text)
    return re.sub(r"[\\`\u200b]", "", html.unescape(text))


def shown_by(outcome: Outcome) -> dict[str, str]:
    """All that a run leaves behind, before the runner masks what it knows."""
    masks = re.compile(rb"^::add-mask::.*\n", re.MULTILINE)
    return {
        "log": masks.sub(b"", outcome.stdout).decode().replace("%25", "%"),
        "summary": outcome.files["STEP_SUMMARY"].read_text(encoding="utf-8"),
        "outputs": json.dumps(outcome.outputs, ensure_ascii=False),
        "output summary": outcome.outputs["summary"],
    }


def assert_nowhere(key: str, shown: dict[str, str]) -> None:
    assert [place for place, text in shown.items() if key in text or as_read(key) in as_read(text)] == []


@pytest.mark.parametrize("mode", ["publish", "validate"])
@pytest.mark.parametrize("key", WRITTEN_OTHERWISE)
def test_a_key_that_a_report_would_escape_is_not_shown_either(
    publish: Publish, publer: Sandbox, workspace: Path, key: str, mode: str
) -> None:
    """In `validate` nothing was sent, so each text that holds the key is previewed all the same."""
    publer.reset(Scenario(api_key=key))
    (workspace / "post.yml").write_text(json.dumps(spilled(key)))
    outcome = publish({"api-key": key, "mode": mode, "preview-file": "preview.html"})
    assert_invalid(outcome, publer)
    page = (workspace / "preview.html").read_text(encoding="utf-8")
    assert_nowhere(key, shown_by(outcome) | {"page": page})
    # Masking takes nothing else away: everything wrong is still told.
    assert r"\*\*\*" in outcome.summary
    assert len([error for error in outcome.errors if "post.yml:" in error]) >= len(SPILLED)


@pytest.mark.parametrize("key", WRITTEN_OTHERWISE)
def test_a_key_that_publer_repeats_is_shown_nowhere(
    publish: Publish, publer: Sandbox, workspace: Path, key: str
) -> None:
    scenario = Scenario(api_key=key).with_account("mastodon", failure=f"No posts for {key} today")
    publer.reset(scenario)
    outcome = publish({"api-key": key, "preview-file": "preview.html"})
    assert_kept(outcome)
    assert outcome.outputs["outcome"] == "failed"
    assert "No posts for *** today" in outcome.text
    page = (workspace / "preview.html").read_text(encoding="utf-8")
    assert_nowhere(key, shown_by(outcome) | {"page": page})


@pytest.mark.parametrize(
    ("breaks", "result"),
    [("time", "failed"), ("sleep", "partial"), ("wait_for", "published"), ("destructor", "published")],
)
def test_a_mistake_of_ours_is_reported_without_secrets_and_without_guessing(
    tmp_path: Path, workspace: Path, publer: Sandbox, breaks: str, result: str
) -> None:
    """Before anything was sent; while Publer works on what was sent, whose fate is unknown then.

    In a thread, and where Python cannot raise it, it does not end the run.
    """
    publer.reset(Scenario(job=Job(never_ends=breaks == "sleep")))
    command = [sys.executable, "-u", "-E", str(Path(__file__).with_name("run_with_a_bug.py")), breaks]
    outcome = FakeRunner(repo.ROOT / "action.yml", workspace, tmp_path, entrypoint=command).run(
        publishing(publer)
    )
    assert_kept(outcome)
    assert outcome.outputs["outcome"] == result, outcome.text
    assert outcome.outputs["unconfirmed-count"] == str(int(breaks == "sleep"))
    assert len(publer.record.of("POST", "/posts/schedule/publish")) == (breaks != "time")
    assert "RuntimeError" in outcome.text
    assert "Traceback" in outcome.text


# Files and variables of the runner


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_file_of_the_runner_is_one_line_and_no_failure(
    publish: Publish, publer: Sandbox, name: str, value: str | None
) -> None:
    outcome = publish(env={name: value})
    assert (outcome.conclusion, outcome.stderr) == ("success", b"")
    assert outcome.text.count(name) == (name != "GITHUB_EVENT_PATH")
    assert len(publer.record.published) == 1


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_a_file_that_cannot_be_written_is_one_clear_error_after_the_truth(
    publish: Publish, publer: Sandbox, tmp_path: Path, name: str
) -> None:
    outcome = publish(env={name: str(tmp_path)})
    assert (outcome.exit_code, outcome.stderr) == (1, b"")
    assert len(outcome.errors) == 1
    assert f"from {name})" in outcome.errors[0]
    assert len(publer.record.published) == 1
    assert publer.record.published[0].link in outcome.text


@pytest.mark.parametrize("event", [b"", b"[]", b"{", b"[" * 100_000, b'{"release": 1, "repository": []}'])
def test_an_unreadable_event_stops_nothing(publish: Publish, publer: Sandbox, event: bytes) -> None:
    assert_published(publish(event=event), publer)


def test_a_schedule_has_no_repository_and_publishes(publish: Publish, publer: Sandbox) -> None:
    assert_published(publish(event={"schedule": "0 9 * * *"}, event_name="schedule"), publer)


@pytest.mark.parametrize("body", [None, ""])
def test_a_release_without_notes(
    publish: Publish, publer: Sandbox, workspace: Path, body: str | None
) -> None:
    (workspace / "post.yml").write_text(
        'text: "Rocket {{ version }} is out!{{ release.body | plain }}"\naccounts: [mastodon/*]\n'
    )
    event = {"action": "published", "release": {"tag_name": "v1.0", "name": None, "body": body}}
    assert_published(publish(event=event, event_name="release"), publer)


def test_a_release_that_no_event_carries_is_looked_up(
    publish: Publish, publer: Sandbox, workspace: Path
) -> None:
    release = Release(repository="octo-org/octo-repo", tag_name="v1.0", name="Rocket 1.0")
    publer.reset(Scenario(github=GitHub(releases=(release,), token=JOB_TOKEN)))
    (workspace / "post.yml").write_text('text: "{{ release.name }} is out!"\naccounts: [mastodon/*]\n')
    outcome = publish(event={"ref": "refs/tags/v1.0"}, env={"GITHUB_API_URL": publer.github_url})
    assert_published(outcome, publer)


FORK = {"pull_request": {"head": {"repo": {"full_name": "stranger/rocket"}}}}


@pytest.mark.parametrize(
    ("circumstances", "reason"),
    [
        ({"event": FORK, "event_name": "pull_request"}, "fork stranger/rocket"),
        ({"env": {"GITHUB_ACTOR": "dependabot[bot]"}}, "Dependabot"),
        ({}, "secrets.PUBLER_API_KEY"),
    ],
)
def test_an_empty_key_says_why_it_is_empty(
    publish: Publish, publer: Sandbox, circumstances: dict[str, Any], reason: str
) -> None:
    outcome = publish({"api-key": "", "mode": "publish"}, **circumstances)
    assert_invalid(outcome, publer)
    assert reason in "".join(outcome.errors)


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target", "merge_group"])
def test_a_proposed_change_is_validated_without_a_key_and_not_published(
    publish: Publish, publer: Sandbox, name: str
) -> None:
    outcome = publish({"api-key": ""}, event=FORK, event_name=name)
    assert_kept(outcome)
    assert (outcome.conclusion, outcome.outputs["outcome"]) == ("success", "valid")
    assert publer.record.requests == ()


# The workspace is data


def test_code_of_the_workspace_is_never_run(
    publish_apart: Publish, publer: Sandbox, workspace: Path, tmp_path: Path
) -> None:
    trap = "import pathlib; pathlib.Path(__file__ + '.ran').touch()\nraise SystemExit('trapped')\n"
    names = ("json", "requests", "sitecustomize", "usercustomize", "publer_publish", "jinja2", "re", "signal")
    for name in names:
        (workspace / f"{name}.py").write_text(trap)
    for name in ("netrc", ".netrc", "pyvenv.cfg", "pyproject.toml", ".env"):
        (workspace / name).write_text("home = /nowhere\n")
    outcome = publish_apart(
        env={
            "PYTHONPATH": str(workspace),
            "PYTHONHOME": str(workspace),
            "PYTHONSTARTUP": str(workspace / "json.py"),
            "PYTHONINSPECT": "1",
            "PYTHONWARNINGS": "error",
            "PYTHONIOENCODING": "ascii",
            "LC_ALL": "C",
        }
    )
    assert_published(outcome, publer)
    assert list(workspace.glob("*.ran")) == []


@pytest.mark.parametrize("variable", ["PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__"])
def test_a_pyvenv_cfg_in_the_workspace_starts_no_sitecustomize_of_it(
    publish_apart: Publish, publer: Sandbox, workspace: Path, variable: str
) -> None:
    """Python obeys these two in spite of -E, and runs code of the environment that they lead to."""
    trap_python(workspace)
    python = workspace / "bin" / "python"
    command = [sys.executable, "-E", "-c", ""]
    done = subprocess.run(command, env={variable: str(python)}, capture_output=True, check=False)
    assert b"trapped" in done.stdout or sys.version_info >= (3, 14), "the trap works"
    assert_published(publish_apart(env={variable: str(python)}), publer)


def trap_python(workspace: Path) -> None:
    """Make it look like a virtual environment."""
    (workspace / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\n")
    packages = workspace / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "sitecustomize.py").write_text("print('trapped')\n")
    # Debian's Python has a sitecustomize of its own, which comes first.
    (packages / "trap.pth").write_text("import sys; print('trapped')\n")


def test_no_variable_of_an_earlier_step_makes_libraries_load_code_or_write_keys(tmp_path: Path) -> None:
    """Before masking, as root, and beside the key."""
    keys, settings = tmp_path / "keys", tmp_path / "openssl.cnf"
    settings.write_text(
        "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCiphersuites = TLS_AES_128_GCM_SHA256\n"
    )
    script = (
        f"import json, os, sys; sys.path[0] = {str(repo.ROOT)!r}; sys.argv[1:] = ['--version']\n"
        "import publer_publish.__main__ as program\n"
        "try: program.start()\nexcept SystemExit: import ssl, urllib3.util.ssl_\n"
        "context = urllib3.util.ssl_.create_urllib3_context()\n"
        "suites = [one['name'] for one in context.get_ciphers() if one['name'].startswith('TLS_')]\n"
        "print(json.dumps([suites, context.keylog_filename, sorted(os.environ)]))\n"
    )
    kept = {"HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "a", "SSL_CERT_FILE": "b", "REQUESTS_CA_BUNDLE": "c"}
    dropped = {
        "SSLKEYLOGFILE": str(keys),
        "OPENSSL_CONF": str(settings),
        "OPENSSL_MODULES": str(tmp_path),
        "OPENSSL_ENGINES": str(tmp_path),
        "NETRC": str(tmp_path / "netrc"),
    }
    said = subprocess.run(
        [sys.executable, "-E", "-c", script],
        env=kept | dropped | {WITHOUT: "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    suites, keylog, variables = json.loads(said.stdout.splitlines()[-1])
    assert len(suites) > 1, said
    assert keylog is None
    assert set(variables) & {*kept, *dropped} == set(kept)
    assert not keys.exists()


def test_nothing_is_written_into_the_workspace(
    publish_apart: Publish, publer: Sandbox, workspace: Path
) -> None:
    """What root leaves there breaks the next checkout of a self-hosted runner."""
    publish_apart()
    assert [path.name for path in workspace.iterdir()] == ["post.yml"]


def test_the_recipe_without_a_file_works_without_a_checkout(
    publish: Publish, publer: Sandbox, workspace: Path
) -> None:
    """The shortest start that the README shows, as it is there."""
    (workspace / "post.yml").unlink()
    readme = [repo.load(text) for place, text in repo.documented_yaml() if place.startswith("README")]
    (step,) = (one for page in readme for one in repo.steps(page) if "text" in one.get("with", {}))
    release = {"tag_name": "v1", "html_url": "https://github.com/o/r/releases/tag/v1", "prerelease": False}
    inputs = step["with"] | {"post-file": "", "api-key": KEY}
    outcome = publish(inputs, event={"action": "published", "release": release}, event_name="release")
    assert_kept(outcome)
    assert outcome.outputs["outcome"] == "published"
    assert [post.text for post in publer.record.published] == [f"octo-repo v1 is out! {release['html_url']}"]


def test_an_empty_workspace_is_named(publish: Publish, publer: Sandbox, workspace: Path) -> None:
    (workspace / "post.yml").unlink()
    outcome = publish()
    assert_invalid(outcome, publer)
    assert "actions/checkout" in outcome.text


def host_paths(workspace: Path) -> list[str]:
    return [
        "/home/runner/_work/rocket/rocket/post.yml",
        "/home/runner/_work/rocket/rocket/*.yml",
        f"post.yml\n/__w/rocket/rocket/{workspace.name}.yml",
    ]


@pytest.mark.parametrize("which", range(3))
def test_a_path_that_the_runner_did_not_map_has_its_own_message(
    publish: Publish, publer: Sandbox, workspace: Path, which: int
) -> None:
    """It maps a whole value that begins with a folder it knows, and nothing inside a list or another root."""
    outcome = publish({"post-file": host_paths(workspace)[which]})
    assert_invalid(outcome, publer)
    assert "${{ github.workspace }} is a folder of the host" in "".join(outcome.errors)


def test_a_path_that_the_runner_mapped_is_found(publish: Publish, publer: Sandbox, workspace: Path) -> None:
    assert_published(publish({"post-file": f"{workspace}/post.yml"}), publer)


# Network


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_no_proxy_stands_between_the_action_and_a_loopback_address(
    publish: Publish, publer: Sandbox, name: str
) -> None:
    assert_published(publish(env={name: f"http://127.0.0.1:{closed_port()}"}), publer)


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY"])
def test_a_proxy_is_used_in_either_spelling_and_its_password_is_not_shown(
    action: FakeRunner, publer: Sandbox, name: str
) -> None:
    proxy = f"http://user:pr0xy-passw0rd@127.0.0.1:{closed_port()}"
    inputs = publishing(publer) | {"api-url": "https://publer.example/api/v1", "timeout": "1s"}
    outcome = action.run(inputs, env={name: proxy})
    assert outcome.exit_code == 1
    assert "proxy" in outcome.text.lower()
    assert b"pr0xy-passw0rd" not in outcome.stdout + outcome.stderr


class Unauthorised(BaseHTTPRequestHandler):
    """Whoever gets this answer has trusted the certificate."""

    def do_GET(self) -> None:
        body = b'{"errors": ["Invalid API key."]}'
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the parent's name)
        """Say nothing."""


@pytest.fixture
def private_https() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Unauthorised)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/api/v1"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("bundle", "says"),
    [
        (None, "certificate is not trusted"),
        ("missing.pem", "missing.pem"),
        ("company.pem", "Invalid API key."),
    ],
)
def test_a_certificate_authority_of_ones_own_lies_in_the_workspace(
    publish: Publish, workspace: Path, private_https: str, bundle: str | None, says: str
) -> None:
    (workspace / "company.pem").write_bytes(CERTIFICATE.read_bytes())
    variable = {"REQUESTS_CA_BUNDLE": bundle and str(workspace / bundle)}
    outcome = publish({"api-url": private_https, "timeout": "5s"}, env=variable)
    assert_kept(outcome)
    assert outcome.outputs["outcome"] == "failed"
    assert says in outcome.text


# Cancellation


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("path", ["/accounts", "/posts", "/posts/schedule/publish", "/job_status/*"])
def test_a_signal_during_any_request_ends_the_run_in_time_with_its_outputs(
    action: FakeRunner, publer: Sandbox, number: signal.Signals, path: str
) -> None:
    """The runner kills after 10 s, and what was not written by then is lost."""
    publer.add_faults(Fault(kind="hang", path=path, seconds=None, times=0))
    step = action.start(publishing(publer) | {"workspace-id": publer.scenario.workspaces[0].id})
    wait_for_request(publer, path, step)
    before = len(publer.record.requests)
    step.signal(number)
    outcome = step.wait(timeout=6)
    publer.release_hangs()
    assert_kept(outcome)
    assert (outcome.exit_code, outcome.outputs["outcome"]) == (1, "cancelled")
    assert len(publer.record.requests) == before
    assert outcome.summary


def test_a_second_signal_does_not_disturb_the_report(action: FakeRunner, publer: Sandbox) -> None:
    publer.add_faults(Fault(kind="hang", path="/job_status/*", seconds=None, times=0))
    step = action.start(publishing(publer))
    wait_for_request(publer, "/job_status/*", step)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        step.signal(number)
    outcome = step.wait(timeout=6)
    publer.release_hangs()
    assert_kept(outcome)
    assert outcome.outputs["outcome"] == "cancelled"


def test_the_key_in_another_spelling_is_hidden_as_well(publish: Publish, publer: Sandbox) -> None:
    publer.reset(Scenario(api_key="s3cret/key+with space".replace(" ", "=")))
    key = publer.scenario.api_key
    publer.reset(publer.scenario.with_account("mastodon", failure=f"bad key {quote(key, safe='')}"))
    outcome = publish({"api-key": key})
    assert outcome.outputs["outcome"] == "failed"
    assert quote(key, safe="") not in outcome.text + outcome.outputs["results"] + outcome.summary
