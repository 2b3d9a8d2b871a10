"""Every rule for an input, and what it says when the rule is broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from publer_publish import config
from publer_publish.config import Config, FailOn, Mode, OnDuplicate
from publer_publish.errors import Problems, Severity

KEY = {"api-key": "0123456789abcdef", "post-file": "post.yml"}


def read(**inputs: str) -> Config:
    settings, problems = read_all(KEY | {name.replace("_", "-"): value for name, value in inputs.items()})
    assert not problems.errors()
    return settings


def read_all(inputs: Mapping[str, str], **facts: Any) -> tuple[Config, Problems]:
    problems = Problems()
    return config.read(inputs, problems, **facts), problems


def complaints(**inputs: str) -> list[tuple[str, str]]:
    _, problems = read_all(KEY | {name.replace("_", "-"): value for name, value in inputs.items()})
    assert problems.errors()
    return [(problem.where.shown_path, f"{problem.message} {problem.hint}") for problem in problems]


def test_unset_and_empty_are_the_default() -> None:
    """The runner sets every declared input, and to nothing when the user did not."""
    empty, _ = read_all(dict.fromkeys(config.INPUTS, "") | KEY)
    assert empty == read()
    assert (empty.mode, empty.fail_on, empty.on_duplicate) == (Mode.PUBLISH, FailOn.ANY, OnDuplicate.SKIP)
    assert (empty.timeout, empty.duplicate_window) == (600.0, 86400.0)


def test_a_final_line_break_is_no_part_of_a_value() -> None:
    assert read(mode="validate\n", timeout="90s\n").timeout == 90.0


def test_a_line_is_an_item_and_an_empty_line_is_none() -> None:
    chosen = read(post_file="a.yml\n\n  b.yml  \r\n", accounts="*\n")
    assert chosen.post_files == ("a.yml", "b.yml")
    assert chosen.accounts == ("*",)


def test_variables_as_json_may_have_several_lines_and_be_lists() -> None:
    written = '{"notes": "Two options:\\nFOO=1\\ntag=v0", "list": ["a", {"b": 1}], "n": 3}'
    assert read(variables=written).variables == {
        "notes": "Two options:\nFOO=1\ntag=v0",
        "list": ["a", {"b": 1}],
        "n": 3,
    }


@pytest.mark.parametrize("end", ["\u2028", "\x85", "\v", "\f"])
def test_only_a_new_line_separates_variables(end: str) -> None:
    """A release name with an exotic line end sets no variable of its own."""
    assert read(variables=f"name=Rocket{end}tag=v0").variables == {"name": f"Rocket{end}tag=v0"}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('{"a": 1, "a": 2}', "sets `a` twice"),
        ("a=1\na=2", "sets `a` twice"),
        ('{"a": 1', "begins like a JSON object"),
        ("{" * 100_000, "begins like a JSON object"),
        ('{"a-b": 1}', "has the name `a-b`"),
        ('{"tag": 1}', "`tag` to something other than text"),
        ("notes=Two options:\nand more", "Line 2 of input `variables`"),
    ],
)
def test_wrong_variables_are_explained_with_the_json_form(written: str, message: str) -> None:
    ((where, said),) = complaints(variables=written)
    assert where == "variables"
    assert message in said
    assert "toJSON" in said or "quotes" in said


def test_values_of_variables_keep_their_equals_signs() -> None:
    assert read(variables="a=b=c\nd = e ").variables == {"a": "b=c", "d": "e"}


DURATIONS = {"90s": 90.0, "10m": 600.0, "2h": 7200.0, "45": 45.0}


@pytest.mark.parametrize("written", DURATIONS)
def test_a_duration(written: str) -> None:
    assert read(timeout=written).timeout == DURATIONS[written]


def test_the_window_may_be_zero_and_days_long() -> None:
    assert read(duplicate_window="0").duplicate_window == 0.0
    assert read(duplicate_window="168h").duplicate_window == 7 * 86400.0


MODES = [
    ("auto", False, Mode.PUBLISH),
    ("auto", True, Mode.VALIDATE),
    ("publish", True, Mode.PUBLISH),
    ("validate", False, Mode.VALIDATE),
    ("dry-run", True, Mode.DRY_RUN),
    ("doctor", True, Mode.DOCTOR),
]


@pytest.mark.parametrize(("written", "only_review", "mode"), MODES)
def test_auto_validates_where_a_change_is_only_proposed(written: str, only_review: bool, mode: Mode) -> None:
    assert read_all(KEY | {"mode": written}, only_review=only_review)[0].mode is mode


WRONG = {
    "mode": ("Publish", "Allowed: auto, publish, validate, dry-run, doctor. Did you mean `publish`?"),
    "fail-on": ("none", "Allowed: any, all, never."),
    "on-duplicate": ("ignore", "Allowed: skip, fail, publish."),
    "timeout": ("0", "between 1 s and 6 h"),
    "duplicate-window": ("1d", "not a duration"),
    "variables": ("a\nb=1\nb=2", "`name=value`"),
    "workspace-id": ("Acme Inc", "not the name"),
    "api-url": ("http://example.com", "https://"),
    "api-key": ("a b", "Copy it again"),
    "github-token": ("a b", "Copy it again"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_names_the_input_and_the_way_out(name: str) -> None:
    value, words = WRONG[name]
    found = complaints(**{name: value})
    assert found[0][0] == name
    assert f"`{name}`" in found[0][1]
    assert words in found[0][1]


@pytest.mark.parametrize("character", [" ", "\n", "\x07", "\u200b", "\u00e9"])
def test_a_key_has_only_characters_that_can_be_sent(character: str) -> None:
    assert "cannot be part of it" in complaints(**{"api-key": f"pk-1234{character}5678"})[0][1]


def test_everything_wrong_is_said_at_once() -> None:
    found = complaints(**{name: value for name, (value, _) in WRONG.items()})
    assert {name for name, _ in found} == set(WRONG)


URLS = {
    "https://app.publer.com/api/v1": True,
    "https://publer.example.com/": True,
    "http://127.0.0.1:8930/api/v1": True,
    "http://[::1]:8930": True,
    "http://localhost/api": True,
    "http://127.0.0.1.example.com": False,
    "https://user:secret@example.com": False,
    "https://example.com/?key=1": False,
    "https://example.com:port": False,
    "https://": False,
    "ftp://example.com": False,
    "https://exa mple.com": False,
}


@pytest.mark.parametrize("url", URLS)
def test_the_key_is_only_sent_where_it_is_safe(url: str) -> None:
    if URLS[url]:
        assert read(api_url=url).api_url == url.rstrip("/")
    else:
        assert complaints(api_url=url)[0][0] == "api-url"


def test_a_secret_is_in_no_repr() -> None:
    assert "0123456789abcdef" not in repr(read(github_token="ghs_secret"))
    assert "ghs_secret" not in repr(read(github_token="ghs_secret"))


def test_only_publish_and_doctor_need_a_key() -> None:
    assert read(api_key="", mode="validate").mode is Mode.VALIDATE
    for mode in ("publish", "doctor"):
        assert complaints(api_key="", mode=mode)[0][0] == "api-key"


def test_a_fork_learns_why_it_has_no_key() -> None:
    _, problems = read_all({"post-file": "a.yml"}, no_secrets="It comes from a fork.")
    (problem,) = problems
    assert "api-key" in problem.message
    assert problem.hint.startswith("It comes from a fork.")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("post-files", " Did you mean `post-file`?"),
        ("post_file", " Did you mean `post-file`?"),
        ("apikey", " Did you mean `api-key`?"),
        ("mod", " Did you mean `mode`?"),
        ("workspace", " Did you mean `workspace-id`?"),
        ("dry-run", ""),
    ],
)
def test_an_input_that_does_not_exist_is_an_error(name: str, meant: str) -> None:
    """Whoever writes `mod: validate` or `dry-run: true` must not find the post published."""
    _, problems = read_all(KEY | {name: "x"})
    (problem,) = problems.errors()
    assert (problem.where.shown_path, problem.message) == (name, f"There is no input `{name}`.")
    assert problem.hint.startswith(f"Inputs: {', '.join(config.INPUTS)}.{meant} If ")


@pytest.mark.parametrize("name", ["tag", "version", "dry_run", "file", "node", "test", "environment"])
def test_a_variable_of_the_job_that_looks_like_an_input_stops_nothing(name: str) -> None:
    """`env: { INPUT_TAG: … }` hands an input of the workflow to scripts; here it looks the same as `with:`."""
    _, (warning,) = read_all(KEY | {name: "x"})
    assert (warning.where.shown_path, warning.severity) == (name, Severity.WARNING)
    assert warning.message == f"There is no input `{name}`; it is ignored."
    assert f"`INPUT_{name.upper()}`" in warning.hint


def test_what_is_ignored_is_reported_beside_what_is_wrong() -> None:
    found = complaints(post_file="", file="a.yml")
    assert {name for name, _ in found} == {"post-file", "file"}


def test_hyphens_stay_in_the_names_that_the_runner_passes() -> None:
    assert config.inputs_from_env({"INPUT_POST-FILE": "a", "INPUT_MODE": "", "OTHER": "x"}) == {
        "post-file": "a",
        "mode": "",
    }


def test_secrets_are_known_before_anything_is_read() -> None:
    env = {"INPUT_API-KEY": " key-key-key \n", "INPUT_GITHUB-TOKEN": "", "PUBLER_API_KEY": "key-key-key"}
    assert config.secrets_in(env, config.inputs_from_env(env)) == ["key-key-key"]
