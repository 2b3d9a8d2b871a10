"""Files that take very much time or memory, as any pull request can bring them: the run ends and says so."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox.faults import Fault
from tests.measure import WITHOUT
from tests.support.fake_runner import Outcome, Step
from tests.support.repository import OUTPUTS
from tests.support.stage import Stage, account, world

ACCOUNTS = "accounts: ['twitter/*', 'bluesky/*', 'mastodon/*', 'threads/*', 'telegram/*']\n"
WRONG = "txet: Rocket 1.0 is out\n" + ACCOUNTS
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00"
LONG_GIF = GIF + b"!\xfe\x01a\x00" * 1_600_000 + b";"
FOR_EVER = "{% for a in range(10000) %}{% for b in range(10000) %}{% set c = a ~ b %}{% endfor %}{% endfor %}"


@pytest.fixture
def stage(process_stage: Stage) -> Stage:
    """Real processes, real time."""
    process_stage.open(world(account("twitter")))
    return process_stage


def start(stage: Stage, **inputs: str) -> Step:
    """Without coverage, which doubles what everything takes, and hangs if it is interrupted."""
    return stage.runner.start(stage.inputs(**inputs), env={WITHOUT: "1"})


def template(source: str) -> str:
    return f"text: {json.dumps(source)}\n{ACCOUNTS}"


def wait_until(step: Step, holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    while not holds():
        assert step.is_running(), step.wait().text
        pause.wait(0.01)


def children_of(step: Step) -> list[int]:
    """The process that reads the files, if it is there."""
    return list(map(int, Path(f"/proc/{step.pid}/task/{step.pid}/children").read_text().split()))


def child_of(step: Step) -> int:
    wait_until(step, lambda: bool(children_of(step)))
    return children_of(step)[0]


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watched(step: Step) -> tuple[float, float]:
    """Seconds of processor time, since other tests run as well, and megabytes, of a step until it ends."""
    seconds = most = 0.0
    pause = threading.Event()
    while step.is_running():
        pause.wait(0.02)
        with suppress(OSError, StopIteration, IndexError):
            child = children_of(step)[0]
            lines = Path(f"/proc/{child}/status").read_text().splitlines()
            most = max(most, int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1000)
            seconds = cpu_seconds(child)
    return seconds, most


def many(count: int, post: str) -> str:
    return "posts:\n" + "".join(f"- {post.replace('#', str(number))}\n" for number in range(count))


def assert_invalid(outcome: Outcome) -> None:
    assert (outcome.exit_code, outcome.outputs.get("outcome")) == (1, "invalid"), outcome.text
    assert_reported(outcome)


def assert_reported(outcome: Outcome) -> None:
    assert set(outcome.outputs) == set(OUTPUTS), outcome.text
    assert outcome.summary
    assert "Traceback" not in outcome.text + outcome.stderr.decode()
    errors = [one for one in outcome.annotations if one.level == "error"]
    assert bool(errors) == bool(outcome.exit_code)
    assert not errors or not errors[-1].file, "the last error is the headline, which has no place"


# What fills the memory


@pytest.mark.parametrize(
    "source",
    [
        "range(10000) | list",
        pytest.param("(range(10000) | join).split('1')", marks=pytest.mark.exhaustive),
    ],
)
def test_a_list_that_grows_in_a_loop_ends_at_a_limit(stage: Stage, source: str) -> None:
    grow = f"{{% for i in range(10000) %}}{{% set ns.l = [ns.l, {source}] %}}{{% endfor %}}"
    stage.write("a.yml", WRONG)
    stage.write("b.yml", template("{% set ns = namespace(l=[]) %}" + grow))
    step = start(stage, mode="validate", post_file="*.yml", api_key="")
    _, megabytes = watched(step)
    outcome = step.wait()
    assert_invalid(outcome)
    assert megabytes < 512
    assert 'Unknown key "txet"' in outcome.text
    said = ("MB of memory", "takes too long")
    (annotation,) = [
        one for one in outcome.annotations if one.file and any(words in one.message for words in said)
    ]
    assert annotation.file == "b.yml"


# What takes for ever, in a loop or in one long call of a C function; a process that is stopped hears as little


def lost_in_b(stage: Stage) -> tuple[Step, int]:
    """A run that goes through its second file for ever, and its process that does."""
    stage.write("a.yml", WRONG)
    stage.write("b.yml", template(FOR_EVER))
    step = start(stage, mode="validate", post_file="*.yml", api_key="")
    child = child_of(step)
    wait_until(step, lambda: cpu_seconds(child) > 0.6)  # a start takes 0.2
    return step, child


def test_sigterm_is_heard_within_five_seconds_even_inside_a_call_that_hears_nothing(stage: Stage) -> None:
    step, child = lost_in_b(stage)
    os.kill(child, signal.SIGSTOP)
    step.signal(signal.SIGTERM)
    outcome = step.wait(timeout=5)
    assert (outcome.exit_code, outcome.outputs["outcome"]) == (1, "cancelled"), outcome.text
    assert_reported(outcome)
    assert 'Unknown key "txet"' in outcome.text


def test_processor_time_that_is_used_up_inside_such_a_call_ends_the_run(stage: Stage) -> None:
    step, child = lost_in_b(stage)
    os.kill(child, signal.SIGXCPU)  # as the system does then
    outcome = step.wait(timeout=5)
    assert_invalid(outcome)
    assert 'Unknown key "txet"' in outcome.text
    assert any("takes too long" in one.message and one.file == "b.yml" for one in outcome.annotations)


def test_nothing_is_limited_any_longer_when_the_first_file_is_uploaded(stage: Stage) -> None:
    """Fifteen threads need more address space than post files do."""
    stage.sandbox.reset(world(account("twitter"), faults=(Fault(kind="hang", path="/media", times=0),)))
    stage.write("post.yml", "text: Look\nmedia: [{file: a.gif, alt_text: A}]\naccounts: ['*']\n")
    stage.write("a.gif", GIF + b";")
    step = start(stage, post_file="post.yml")
    wait_until(step, lambda: bool(stage.requests("/media")))
    limits = Path(f"/proc/{child_of(step)}/limits").read_text()
    step.signal(signal.SIGTERM)
    assert step.wait(timeout=5).outputs["outcome"] == "cancelled"
    stage.sandbox.release_hangs()
    assert re.search(r"Max cpu time +unlimited", limits)
    assert re.search(r"Max address space +unlimited", limits)


def test_a_program_that_the_system_ends_while_it_publishes_is_reported_as_unknown(stage: Stage) -> None:
    """Out of memory, the system kills without asking."""
    stage.sandbox.reset(world(account("twitter"), faults=(Fault(kind="hang", path="/posts", times=0),)))
    stage.write("post.yml", "text: Rocket 1.0 is out\naccounts: ['*']\n")
    step = start(stage, post_file="post.yml")
    wait_until(step, lambda: bool(stage.requests("/posts")))
    os.kill(child_of(step), signal.SIGKILL)
    outcome = step.wait(timeout=5)
    stage.sandbox.release_hangs()
    assert (outcome.exit_code, outcome.outputs["outcome"]) == (1, "unconfirmed"), outcome.text
    assert_reported(outcome)
    assert "Whether anything was published is not known" in outcome.text


def test_a_program_whose_supervisor_is_gone_ends_as_if_cancelled(stage: Stage) -> None:
    stage.sandbox.reset(world(account("twitter"), faults=(Fault(kind="hang", path="/posts", times=0),)))
    stage.write("post.yml", "text: Rocket 1.0 is out\naccounts: ['*']\n")
    step = start(stage, post_file="post.yml")
    wait_until(step, lambda: bool(stage.requests("/posts")))
    step.signal(signal.SIGKILL)
    outcome = step.wait(timeout=5)  # until nobody writes to its output any longer
    stage.sandbox.release_hangs()
    assert outcome.outputs["outcome"] == "cancelled"


FITTED = "{{ vars.b | default('" + "日本🇩🇪語 word# " * 60 + "') | fit }}"
FIT = f"{{text: {json.dumps(FITTED * 20, ensure_ascii=False)}, {ACCOUNTS.strip()}}}"
ATTACKS = {
    "loops in loops": {"post.yml": template(FOR_EVER)},
    "a macro that calls itself twice": {
        "post.yml": template(
            "{% macro f(n) %}{% if n %}{% set a = f(n - 1) %}{% set b = f(n - 1) %}{% endif %}{% endmacro %}"
            "{{ f(50) }}"
        )
    },
    "a recursive loop": {
        "post.yml": template(
            "{% for x in [1, 2] recursive %}{% if loop.depth < 50 %}{{ loop([1, 2]) }}{% endif %}{% endfor %}"
        )
    },
    "a text that doubles": {
        "post.yml": template(
            "{% set n = namespace(x='a') %}{% for i in range(100) %}{% set n.x = n.x ~ n.x %}{% endfor %}"
        )
    },
    "a number that takes a year": {"post.yml": template("{{ 10 ** (10 ** 10) }}")},
    "a very wide text": {"post.yml": template("{{ 'a'.ljust(10 ** 9) }}")},
    "fit twenty times in every post": {"post.yml": many(12, FIT)},
    "12,000 wrong templates under one extra": {
        "post.yml": f"text: x\n{ACCOUNTS}networks:\n  twitter:\n    extra:\n"
        + "".join(f"      k{number}: '{{{{ nope{number} }}}}'\n" for number in range(12_000))
    },
    "7,000 dollars before tags": {"post.yml": template("${{ tag }} " * 7_000)},
    "300 files of a mebibyte": {f"post{number}.yml": template("a" * 1_000_000) for number in range(300)},
    "300 files of 900 posts": {
        f"post{number}.yml": many(900, "{text: 'Post # " + "abc " * 60 + "', accounts: ['*', 'twitter/*']}")
        for number in range(300)
    },
    "3,000 files with a template": {
        f"post{number}.yml": template(f"{number} {{{{ release.body | plain | fit }}}}")
        for number in range(3_000)
    },
    "one GIF under a thousand spellings": {
        "a.gif": LONG_GIF,
        **{
            f"post{part}.yml": "posts:\n"
            + "".join(
                f"- {{text: a, media: [{{file: '{'./' * number}a.gif', alt_text: a}}], {ACCOUNTS.strip()}}}\n"
                for number in range(part, 1_000, 4)
            )
            for part in range(4)
        },
    },
    "errors in every post of a hundred files": {
        f"post{number}.yml": many(600, "{txt: '{{ nope }}', accounts: [nope/a], networks: {twiter: {}}}")
        for number in range(100)
    },
    "warnings in every post of twenty files": {
        f"post{number}.yml": many(
            900, r"{text: '**a** \n', accounts: ['twitter/a', 'twitter/b'], networks: {linkedin: {}}}"
        )
        for number in range(20)
    },
    "a row of signs": {"post.yml": template("{{ '" + "#" * 90_000 + "' | plain | fit }}")},
    "own comments for 900 accounts": {
        "post.yml": "posts:\n"
        + "".join(
            "- {text: a, accounts: ["
            + ", ".join(f"{{id: twitter/a{number}, comments: [b{number}]}}" for number in range(900))
            + "]}\n"
            for _ in range(12)
        )
    },
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("files", ATTACKS.values(), ids=ATTACKS)
def test_validating_anything_ends_within_20_seconds_and_512_mb(
    stage: Stage, files: dict[str, str | bytes]
) -> None:
    for name, content in files.items():
        stage.write(name, content)
    step = start(stage, mode="validate", post_file="*.yml", api_key="", preview_file="page.html")
    seconds, megabytes = watched(step)
    outcome = step.wait()
    assert outcome.outputs.get("outcome") in {"valid", "invalid"}, outcome.text
    assert_reported(outcome)
    assert seconds < 20
    assert megabytes < 512
