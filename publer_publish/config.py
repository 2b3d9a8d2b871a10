"""Inputs and command-line flags, read into one frozen ``Config``. Every input rule and its message.

The only module below ``entrypoint`` that knows how inputs are named in the environment.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from publer_publish.errors import Problem, Problems, Where
from publer_publish.text import cut, suggest


class Mode(StrEnum):
    """What a run does. ``accounts`` exists on the command line only."""

    AUTO = "auto"
    PUBLISH = "publish"
    VALIDATE = "validate"
    DRY_RUN = "dry-run"
    DOCTOR = "doctor"
    ACCOUNTS = "accounts"


class FailOn(StrEnum):
    """Which targets make the run fail."""

    ANY = "any"
    ALL = "all"
    NEVER = "never"


class OnDuplicate(StrEnum):
    """What to do with a post that is live already."""

    SKIP = "skip"
    FAIL = "fail"
    PUBLISH = "publish"


_PLANS = frozenset({Mode.PUBLISH, Mode.DRY_RUN})
_ASKS_PUBLER = _PLANS | {Mode.DOCTOR, Mode.ACCOUNTS}
_SHOWS_POSTS = _PLANS | {Mode.VALIDATE}
_READS_POSTS = _SHOWS_POSTS | {Mode.DOCTOR}


class Input(NamedTuple):
    """One input of the action; on the command line a flag of the same name."""

    help: str
    """For the command line; ``action.yml`` says more."""
    default: str = ""
    env: str = ""
    """The variable that replaces the flag on the command line."""
    modes: frozenset[Mode] = _PLANS
    """The modes in which it makes a difference."""
    may_repeat: bool = False
    """Whether the flag may be given more than once: one line for each."""


INPUTS: Mapping[str, Input] = {
    "mode": Input(default="auto", help="what to do", modes=frozenset(Mode)),
    "post-file": Input(help="a post file or a glob", modes=_READS_POSTS, may_repeat=True),
    "text": Input(help="a post without a file", modes=_READS_POSTS),
    "only-changed": Input(
        default="false",
        help="only the files that the pull request or push adds (in validate: or changes)",
        modes=_SHOWS_POSTS,
    ),
    "accounts": Input(
        help="an account selector for posts that name none; may be repeated",
        modes=_READS_POSTS,
        may_repeat=True,
    ),
    "variables": Input(
        help="a value for templates, name=value; may be repeated", modes=_READS_POSTS, may_repeat=True
    ),
    "api-key": Input(
        help="prefer PUBLER_API_KEY: other users of this machine can see arguments",
        env="PUBLER_API_KEY",
        modes=_ASKS_PUBLER,
    ),
    "workspace-id": Input(
        help="or PUBLER_WORKSPACE_ID; may be left out when the key sees one workspace",
        env="PUBLER_WORKSPACE_ID",
        modes=_ASKS_PUBLER,
    ),
    "fail-on": Input(default="any", help="any, all or never"),
    "on-duplicate": Input(default="skip", help="skip, fail or publish"),
    "duplicate-window": Input(
        default="24h", help="how far back to look for the same post; 0 turns the look-up off"
    ),
    "lock": Input(
        default="false",
        help="in a workflow: publish only while no other run of the repository does",
        modes=frozenset({Mode.PUBLISH}),
    ),
    "timeout": Input(default="10m", help="how long to wait for one request's job", modes=_ASKS_PUBLER),
    "preview-file": Input(
        help="write a page that shows every post as each network would, such as preview.html",
        modes=_SHOWS_POSTS,
    ),
    "comment": Input(
        default="false",
        help="keep one comment of the pull request up to date with the summary",
        modes=_SHOWS_POSTS,
    ),
    "github-token": Input(
        help="or GITHUB_TOKEN; to look up a release, for only-changed and comment",
        env="GITHUB_TOKEN",
        modes=_READS_POSTS,
    ),
    "api-url": Input(
        default="https://app.publer.com/api/v1", help="where Publer's API is", modes=_ASKS_PUBLER
    ),
}
"""Every input; ``action.yml`` has the same defaults (``github-token`` has the job's there)."""

_PREFIX = "INPUT_"
_ALIKE = 0.8
"""How alike (of 1) a name must be to an input to be taken for it, mistyped."""
_RUNNER_INPUTS = {"entrypoint", "args"}
"""The runner itself accepts these two under ``with:`` for every container action."""

_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DURATION = r"(\d{1,7})([smh]?)"
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_LONGEST_WAIT = 6 * 3600
"""A hosted job ends after six hours: a longer wait could never be reported."""
_LONGEST_WINDOW = 31 * 24 * 3600
_AS_JSON = '{"notes": ${{ toJSON(steps.x.outputs.notes) }}}'
_SEVERAL_LINES = f"If it is a line of a longer value, pass the values as JSON: {_AS_JSON}."
_NAMES = "A name has letters, digits and underscores, and does not begin with a digit."
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"

_Choice = TypeVar("_Choice", bound=StrEnum)


class Config(NamedTuple):
    """What the user asked for, checked."""

    mode: Mode
    """Never ``auto``: that is decided here."""
    post_files: tuple[str, ...] = ()
    """Paths and globs as typed."""
    text: str = ""
    announces: bool = False
    """``text`` is the default announcement of a release: neither a post file nor a text was given."""
    accounts: tuple[str, ...] = ()
    variables: Mapping[str, Any] = MappingProxyType({})
    api_key: str = ""
    workspace_id: str = ""
    fail_on: FailOn = FailOn.ANY
    on_duplicate: OnDuplicate = OnDuplicate.SKIP
    duplicate_window: float = 24 * 3600.0
    """Seconds; 0 turns the look-up off."""
    timeout: float = 600.0
    """Seconds for one request's job, with its uploads, waits and look-ups."""
    lock: bool = False
    only_changed: bool = False
    comment: bool = False
    preview_file: str = ""
    """Where to write the preview page; empty: nowhere."""
    github_token: str = ""
    api_url: str = INPUTS["api-url"].default

    def __repr__(self) -> str:
        """Return nothing that could show a secret."""
        return f"Config(mode={self.mode})"


class Asked(NamedTuple):
    """What the program is asked to do, by a workflow or at a terminal."""

    inputs: Mapping[str, str]
    as_json: bool = False
    is_debugging: bool = False
    words: Callable[[Problem], Problem] = lambda problem: problem
    """Says what a message says of inputs in the words of the place."""


def secrets_in(env: Mapping[str, str], inputs: Mapping[str, str]) -> list[str]:
    """Every secret that may be in the environment or the inputs, to be masked before the first other byte."""
    found = (inputs.get("api-key", ""), inputs.get("github-token", ""), env.get("PUBLER_API_KEY", ""))
    return list(filter(None, dict.fromkeys(value.strip() for value in found)))


def inputs_from_env(env: Mapping[str, str]) -> dict[str, str]:
    """The inputs as the runner passes them: upper-cased, spaces to underscores, hyphens kept."""
    return {
        name.removeprefix(_PREFIX).lower(): value for name, value in env.items() if name.startswith(_PREFIX)
    }


def read(
    inputs: Mapping[str, str],
    problems: Problems,
    *,
    only_review: bool = False,
    merged: bool = False,
    no_secrets: str = "",
    announcement: str = "",
    in_workflow: bool = True,
) -> Config:
    """Check all inputs together; where one is wrong, the default takes its place.

    ``only_review``: the event proposes a change, so that ``mode: auto`` means ``validate``.
    ``merged``: it is the merge of one, at which somebody may expect a post.
    ``no_secrets``: why this run gets no secrets (a fork, Dependabot); empty if it gets them.
    ``announcement``: the text of a run on a release or a tag that names no post; empty for other runs.
    """
    reader = _Reader(inputs, problems)
    mode = reader.choice("mode", Mode)
    if mode is Mode.AUTO:
        mode = Mode.VALIDATE if only_review else Mode.PUBLISH
    announces = mode in _SHOWS_POSTS and not (reader.has("post-file") or reader.has("text"))
    config = Config(
        mode=mode,
        post_files=reader.lines("post-file"),
        text=announcement if announces else reader.text("text"),
        announces=announces and bool(announcement),
        accounts=reader.lines("accounts"),
        variables=reader.variables("variables"),
        api_key=reader.line("api-key"),
        workspace_id=reader.line(
            "workspace-id",
            "It is the 24-digit id, not the name. Leave it empty once: the error lists names and ids.",
        ),
        fail_on=reader.choice("fail-on", FailOn),
        on_duplicate=reader.choice("on-duplicate", OnDuplicate),
        duplicate_window=reader.duration("duplicate-window", shortest=0, longest=_LONGEST_WINDOW),
        timeout=reader.duration("timeout", shortest=1, longest=_LONGEST_WAIT),
        lock=reader.flag("lock"),
        only_changed=reader.flag("only-changed"),
        comment=reader.flag("comment"),
        preview_file=reader.text("preview-file"),
        github_token=reader.line("github-token"),
        api_url=reader.url("api-url"),
    )
    reader.unknown_names()
    if merged and mode is Mode.VALIDATE and reader.text("mode") == Mode.AUTO:
        reader.warn(
            "mode",
            "This pull request is merged, but `mode: auto` only validates it: nothing is published.",
            "Publish on `push` to the branch instead, or set `mode: publish`. If nothing is to be published, "
            "set `mode: validate`.",
        )
    if mode in _SHOWS_POSTS and not (config.post_files or config.text):
        reader.error(
            "post-file",
            "There is nothing to publish: both `post-file` and the input `text` are empty.",
            "Name a post file, such as `post-file: posts/release.publer.yml`, or give the post in the input "
            "`text`." + (" A run on a release or a tag announces it without either." if in_workflow else ""),
        )
    if mode in _ASKS_PUBLER and not reader.has("api-key"):
        reader.error("api-key", *_missing_key(mode, no_secrets, in_workflow=in_workflow))
    return config


def _missing_key(mode: Mode, no_secrets: str, *, in_workflow: bool) -> tuple[str, str]:
    if not in_workflow:
        return f"There is no API key, and `{mode}` needs one.", (
            "Set PUBLER_API_KEY. In Publer, keys are under Settings → Access & Login → API Keys."
        )
    message = f"Input `api-key` is empty, and mode `{mode}` needs it."
    if no_secrets:
        return message, f"{no_secrets} Use `mode: validate` here: it needs no key."
    return message, (
        "Pass the secret: `api-key: ${{ secrets.PUBLER_API_KEY }}`. If you do, the secret does not exist "
        "under that name, or the caller of a reusable workflow does not pass it on (under its `secrets:`)."
    )


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"it sets `{key}` twice")
        found[key] = value
    return found


def warn_of_unused_variables(variables: Iterable[str], texts: Iterable[str], problems: Problems) -> None:
    """Warn of each variable that is in no post: it may be a line of another one's value."""
    templates = [text for text in texts if "vars" in text]
    for name in variables:
        if name != "tag" and not any(re.search(rf"(?<!\w){name}(?!\w)", text) for text in templates):
            problems.warn(
                f"No post uses the variable `{name}`.",
                f"Remove it from `variables`, or write {{{{ vars.{name} }}}} in a text. {_SEVERAL_LINES}",
                Where(path=("variables",)),
            )


class _Reader:
    """Reads single inputs."""

    def __init__(self, inputs: Mapping[str, str], problems: Problems) -> None:
        self._inputs = inputs
        self._problems = problems

    def error(self, name: str, message: str, hint: str) -> None:
        self._problems.error(message, hint, Where(path=(name,)))

    def warn(self, name: str, message: str, hint: str) -> None:
        self._problems.warn(message, hint, Where(path=(name,)))

    def wrong(self, name: str, why: str, hint: str) -> None:
        self.error(name, f"Input `{name}` {why}.", hint)

    def has(self, name: str) -> bool:
        return bool(self._inputs.get(name, "").strip())

    def text(self, name: str) -> str:
        """The value, trimmed; the default when it is empty, for the runner cannot tell the two apart."""
        return self._inputs.get(name, "").strip() or INPUTS[name].default

    def line(
        self, name: str, cure: str = "Copy it again, with nothing before or after it and without breaks."
    ) -> str:
        value = self.text(name)
        if value.isascii() and value.isprintable() and " " not in value:
            return value
        self.wrong(name, "has a space, a line break or another character that cannot be part of it", cure)
        return ""

    def lines(self, name: str) -> tuple[str, ...]:
        stripped = (line.strip() for line in self._inputs.get(name, "").split("\n"))
        return tuple(line for line in stripped if line)

    def choice(self, name: str, choices: type[_Choice]) -> _Choice:
        value = self.text(name)
        allowed = [str(choice) for choice in choices if choice != Mode.ACCOUNTS]
        if value in set(map(str, choices)):
            return choices(value)
        meant = _did_you_mean(suggest(value, allowed))
        self.wrong(name, f"is {quoted(value)}", f"Allowed: {', '.join(allowed)}.{meant}")
        return choices(INPUTS[name].default)

    def flag(self, name: str) -> bool:
        """A boolean as GitHub's own toolkit reads it (YAML 1.2 core)."""
        value = self.text(name)
        if value in _BOOLEANS:
            return _BOOLEANS[value]
        self.wrong(name, f"is {quoted(value)}", "Write `true` or `false`.")
        return False

    def duration(self, name: str, *, shortest: int, longest: int) -> float:
        value = self.text(name)
        match = re.fullmatch(_DURATION, value)
        seconds = int(match[1]) * _SECONDS[match[2]] if match else -1
        if shortest <= seconds <= longest:
            return float(seconds)
        why = f"is {quoted(value)}, which is not a duration between {shortest} s and {longest // 3600} h"
        self.wrong(name, why, "Write it like `90s`, `10m`, `24h`, or as plain seconds.")
        return 0.0

    def variables(self, name: str) -> dict[str, Any]:
        """Lines of ``name=value``, or a JSON object, whose values may have several lines or be lists."""
        written = self.text(name)
        pairs = self._json_pairs(name, written) if written.startswith("{") else self._line_pairs(name)
        found: dict[str, Any] = {}
        for key, value in pairs:
            if not re.fullmatch(_VARIABLE, key):
                self.wrong(name, f"has the name {quoted(key)}", f"{_NAMES} {_SEVERAL_LINES}")
            elif key in found:
                self.wrong(name, f"sets `{key}` twice", f"Keep one of the two. {_SEVERAL_LINES}")
            elif key == "tag" and not isinstance(value, str):
                self.wrong(
                    name, "sets `tag` to something other than text", 'Put it in quotes: {"tag": "v1"}.'
                )
            else:
                found[key] = value
        return found

    def _line_pairs(self, name: str) -> Iterator[tuple[str, str]]:
        for number, line in enumerate(self.lines(name), start=1):
            key, equals, value = line.partition("=")
            if equals:
                yield key.strip(), value.strip()
            else:
                hint = f"Write `name=value`, each on its own line. {_SEVERAL_LINES}"
                self.error(name, f"Line {number} of input `{name}` is {quoted(line)}.", hint)

    def _json_pairs(self, name: str, written: str) -> Iterable[tuple[str, Any]]:
        try:
            found: dict[str, Any] = json.loads(written, object_pairs_hook=_each_once)
        except (ValueError, RecursionError) as error:
            hint = f'Write {{"name": "value"}}; values from elsewhere go in with toJSON: {_AS_JSON}.'
            self.wrong(name, f"begins like a JSON object but is not one: {error}", hint)
            return ()
        return found.items()

    def url(self, name: str) -> str:
        value = self.text(name).rstrip("/")
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            parts, host = urlsplit(""), ""
        extra = parts.query or parts.fragment or parts.username or parts.password
        secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
        if host and secure and not extra and value.isascii() and value.isprintable() and " " not in value:
            return value
        hint = "It must be an https:// address (http:// only for this machine)."
        self.wrong(name, f"is {quoted(value)}", f"{hint} Publer's is {INPUTS[name].default}.")
        return INPUTS[name].default

    def unknown_names(self) -> None:
        """What may be a mistyped input is an error: the run would do something else than was asked for.

        But a step gets the job's ``env:``, too, in which ``INPUT_TAG`` is nothing unusual. A name with a
        hyphen can only be an input: no script could read such a variable.
        """
        allowed = ", ".join(INPUTS)
        for name in sorted(set(self._inputs) - set(INPUTS) - _RUNNER_INPUTS):
            meant = _did_you_mean(suggest(name, INPUTS, likeness=_ALIKE))
            hint = (
                f"Inputs: {allowed}.{meant} If `{_PREFIX}{name.upper()}` is a variable of yours for other "
                "steps, set it there only, not for the whole job."
            )
            if meant or "-" in name:
                self.error(name, f"There is no input `{name}`.", hint)
            else:
                self.warn(name, f"There is no input `{name}`; it is ignored.", hint)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def quoted(value: str) -> str:
    """A user's value for a message, never long."""
    return f"`{cut(value, 40)}`"


def _did_you_mean(word: str) -> str:
    return f" Did you mean `{word}`?" if word else ""
