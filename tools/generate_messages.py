"""Write the second part of ``docs/troubleshooting.md``: every message of the program, with cause and cure.

``python -m tools.generate_messages`` keeps what stands above the mark; with ``--check`` nothing is written
and the exit code says whether the page is up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from publer_publish.post.schema import load
from publer_publish.post.selectors import IN_FILE, IN_INPUT
from tools.message_finder import ROOT, Found, find
from tools.message_text import hole, join

PAGE = ROOT / "docs" / "troubleshooting.md"
MARK = (
    "<!-- From here on tools/generate_messages.py writes: change the messages in the program instead. -->\n"
)

_INTRODUCTION = """
## Every message

What depends on the run stands between ‹ ›, what may be missing between [ ]. Search this page for a few words
of the message.
"""


@dataclass(frozen=True, slots=True)
class _Group:
    """Messages that belong together for somebody who meets one of them."""

    title: str
    about: str
    modules: tuple[str, ...]
    """Beginnings of module names."""
    otherwise: str = ""
    """The cure of a message that brings none; without it every message has to bring one."""


GROUPS = (
    _Group(
        "Inputs",
        "The `with:` of the step, or the arguments on a desk. Nothing was sent.",
        ("config", "session", "cli"),
    ),
    _Group(
        "Finding files",
        "Post files and media are looked for in the workspace, and nowhere else.",
        ("post.workspace",),
    ),
    _Group(
        "The post file as YAML or JSON",
        "The file cannot be read as what its name says. The place before the message is where it went wrong.",
        ("post.document",),
    ),
    _Group(
        "The keys of a post",
        "What may stand where is told in [the post file](post-file.md).",
        ("post.schema", "post.load", "post.selectors", "post.draft", "post.render"),
    ),
    _Group(
        "Templates",
        "`{{ … }}` and `{% … %}` in a text.",
        ("post.template", "post.jinja", "template_context", "post.fit", "post.plain"),
    ),
    _Group(
        "What the networks take",
        "Each network's content is checked against [its limits](post-file.md#networks).",
        ("post.checks", "post.count", "post.networks"),
    ),
    _Group(
        "Pictures, videos, documents",
        "Files are judged by their content, not by their name. A warning sends the post all the same.",
        ("post.media", "post.probe", "delivery.prepared", "delivery.upload"),
        "Nothing was published for the targets that need this file. Run the job again; if it happens again, "
        "try the file in Publer itself.",
    ),
    _Group(
        "Workspace and accounts",
        "What the key sees, and what a selector finds in it.",
        ("pipeline", "delivery.resolve"),
        "There is nothing to mend: `when` said no.",
    ),
    _Group(
        "Talking to Publer",
        "A sentence in Publer's own words stands as ‹sentence› or ‹said›.",
        ("publer",),
    ),
    _Group(
        "Delivery",
        "These stand in the report, at the account that they are about.",
        ("delivery",),
        "Look in Publer what became of the post, then re-run the job: what is live is not posted again.",
    ),
    _Group(
        "Looking a release up",
        "Only when a template asks for `release` and the event brings none.",
        ("github.release",),
    ),
    _Group("`mode: doctor`", "", ("delivery.doctor",)),
    _Group("Runner and program", "", ("github", "app", "story", "telling", "")),
)

_STATUS = (
    "400, 422: Publer's sentence says what it does not accept. 401, 403: see "
    "[401 or 403](#publer-answers-401-or-403). 404: check `api-url` and `workspace-id`. 413: too large; a "
    "media file may have 200 MB."
)
_ONE_EACH = f"In a file: {IN_FILE[0].lower()}{IN_FILE[1:]} In the input: {IN_INPUT[0].lower()}{IN_INPUT[1:]}"
_CURES = {
    "`‹shown›` has signs of a list": _ONE_EACH,
    "`‹shown›` is more than one selector": _ONE_EACH,
    "HTTP ‹status› from Publer": _STATUS,
    "‹sentence› (HTTP ‹status› from Publer": _STATUS,
    "Publer refused it without saying why.": "Publer named the account among the failures, without a "
    "sentence. Nothing of it is live.",
    "Publer says both: published, and": "The job contradicts itself, and the list of posts decided nothing. "
    "Look in Publer.",
    "Publer's job failed without saying why.": "Publer says that the whole job failed, and lists no post.",
    "Publer's job is complete and names no failure.": "Publer took the post (`accepted`) and did not show it "
    "as live in time. It usually is; the link is in Publer.",
    "the same text is on this account": "It was published within `duplicate-window`. Change the text, or "
    "set `on-duplicate: publish`, if it is to go out again.",
    "the same text, its links apart, is on": "An earlier attempt of this run published it, and Publer "
    "shortened its link. [How a re-run knows](delivery.md#what-is-guaranteed).",
    "a ‹type› without text is on this account": "An earlier attempt of this run published it. "
    "[How a re-run knows](delivery.md#what-is-guaranteed).",
    "the same post stands earlier in this run": "Two posts come out the same for this account, and it went "
    "out once. Change the text of one, or set `on-duplicate: publish`, if it is to go out twice.",
    "not sent: an equal post is on its way": "An earlier run, or somebody else, is sending it. Wait, look in "
    "Publer, then re-run the job.",
    "not sent: Publer lists one of several posts": "Posts of this file look the same in Publer's list, which "
    "shows no pictures and may show shortened links. Look in Publer which is missing, and publish that one "
    "alone.",
    "not sent: Publer lists a post like it": "A schedule and a manual start do not tell when the first "
    "attempt began. Look in Publer whether this run's post is there. If not, publish it alone with "
    "`on-duplicate: publish`.",
    "not sent: Publer lists this text": "It may be this post or another with the same text. Look in Publer. "
    "If it is another, change the text, or set `on-duplicate: publish`.",
    "not sent: the same post stands earlier": "Two posts come out the same for this account. What became of "
    "the first stands in its row; a re-run sends it once.",
    "not sent: the same post stands earlier in this run (`on-duplicate": "Two posts come out the same "
    "for this account. With `on-duplicate: skip` it would go out once.",
    "not sent: the same text": "With `on-duplicate: fail` one duplicate stops everything. "
    "With `skip` the rest would be sent.",
    "not sent: a ‹type› without text": "With `on-duplicate: fail` one duplicate stops everything. "
    "With `skip` the rest would be sent.",
    "not sent: an equal post may be live": "With `on-duplicate: fail` one duplicate stops everything. "
    "Look in Publer what became of that post.",
    "not sent: another target is a duplicate": "With `on-duplicate: fail` one duplicate stops everything. "
    "With `skip` this would be sent.",
    "not sent:": "The reason stands behind it. Nothing went out to this account; a re-run sends it.",
    "`when` is false": "The post's condition said no, so it is left out on purpose.",
    "Publer's answer was not seen before": "The run was cancelled or ended while the request was out. Look "
    "in Publer, then re-run the job: what is live is not posted again.",
    "Publer did not finish the import in time": "Raise `timeout`, or put the file into the repository and "
    "name it with `file`.",
    "the time was up before Publer had it": "Raise `timeout`, or make the file smaller.",
    "The preview page could not be drawn": "Only the page is missing; the posts are not affected. This is a "
    "bug: please report it with the details from the log.",
    "selector:": "As under [workspace and accounts](#workspace-and-accounts).",
    "post file:": "As when the file is validated: see the groups above.",
}
"""What to do about messages that have no room for it; found by how they begin, the longest first."""

_SEE_KEY = "The key's row in [the post file](post-file.md) says what it takes."


def main(arguments: Sequence[str]) -> int:
    """Write or check the page; return the exit code."""
    current = PAGE.read_text(encoding="utf-8")
    page = render(current.partition(MARK)[0])
    if list(arguments) == ["--check"]:
        if current != page:
            sys.stderr.write("docs/troubleshooting.md is out of date: make docs\n")
        return int(current != page)
    PAGE.write_text(page, encoding="utf-8")
    return 0


def render(above: str) -> str:
    """Return the page: what people wrote, and every message below it."""
    parts = [above + MARK, _INTRODUCTION]
    for group, messages in grouped(find()):
        rows = [
            f"| {_code(join(one.message))} | {'<br>'.join(map(_cell, cure(one, group).splitlines()))} |"
            for one in messages
        ]
        about = f"{group.about}\n\n" if group.about else ""
        parts.append(f"\n### {group.title}\n\n{about}| message | cause and cure |\n| --- | --- |\n")
        parts.append("\n".join(rows) + "\n")
    return "".join(parts)


def grouped(messages: Iterable[Found]) -> Iterator[tuple[_Group, list[Found]]]:
    """Put every message into the group whose module names fit it best, each text once."""
    by_group: dict[_Group, dict[str, Found]] = {group: {} for group in GROUPS}
    for message in (*_readable(messages), *_of_the_schema()):
        best = max(GROUPS, key=lambda group: _fit(group, message.module))
        known = by_group[best].get(message.message)
        if known is not None:
            hints = tuple(dict.fromkeys((*known.hints, *message.hints)))
            message = Found(message=known.message, hints=hints, module=known.module, line=known.line)  # noqa: PLW2901
        by_group[best][message.message] = message
    for group, found in by_group.items():
        if found:
            yield group, list(found.values())


def cure(message: Found, group: _Group) -> str:
    """Return what to do, one possibility a line. Raises ValueError if nobody has said it."""
    text = join(message.message)
    known = [start for start in _CURES if text.startswith(start)]
    if known:
        return _CURES[max(known, key=len)]
    if not message.hints and not group.otherwise:
        raise ValueError(f"{message.module}:{message.line}: no hint, and no cure for it here: {text}")
    hints = [join(hint) for hint in message.hints if re.search(r"\w{2}", re.sub("‹.*?›", "", join(hint)))]
    distinct = [one for one in hints if not any(one != other and one in other for other in hints)]
    return "\n".join(distinct) or group.otherwise or _SEE_KEY


def _fit(group: _Group, module: str) -> int:
    return max((len(one) for one in group.modules if module.startswith(one)), default=-1)


def _readable(messages: Iterable[Found]) -> Iterator[Found]:
    """Complete what is only a part of a sentence, and leave out what the schema says itself."""
    for one in messages:
        message = one.message
        if one.module.startswith("post.probe"):
            message = f"{hole('name')} {message}."
        if one.module == "post.schema_messages" and ("‹…›" in join(message) or "‹what›" in join(message)):
            continue
        yield Found(message=message, hints=one.hints, module=one.module, line=one.line)


def _of_the_schema() -> Iterator[Found]:
    """What the schema words itself: its own messages, and the keys that it refuses."""
    schema = load()
    for node in _nodes(schema):
        own = node.get("errorMessage", "")
        if own.endswith("."):
            few = "exactly one" in own
            sources = 'Write only one of "file: path/in/the/repository.png", "url: https://…" and "id: …".'
            text = f"{own[:-1]}.\ue002 This one has {hole('sources')}.\ue003" if few else own
            yield _schema_message(text, sources if few else 'Write at least "text: …".')
        elif own:
            what, _, why = own.partition(": ")
            value = f"\ue002, not {hole('value')}\ue003" if "pattern" in node else ""
            hint = _SEE_KEY if "pattern" in node else "Write what it asks for, or remove the key."
            yield _schema_message(f"{hole('key')} {what}{value}{': ' + why if why else ''}.", hint)
    for name, part in schema["$defs"].items():
        if part.get("description", "").startswith("Not allowed: "):
            reason, _, advice = part["description"].removeprefix("Not allowed: ").partition(". ")
            key = name.removeprefix("forbidden_") if name.startswith("forbidden_") else hole("key")
            text = f'"{key}" is not allowed: {reason.removesuffix(".")}.'
            yield _schema_message(text, advice or f'Remove "{key}".')


def _schema_message(message: str, hint: str) -> Found:
    return Found(message=message, hints=(hint,), module="post.schema_messages", line=0)


def _nodes(node: object) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def _code(text: str) -> str:
    line = text.replace("\n", " ").replace("|", "\\|")
    return f"`` {line} ``" if "`" in line else f"`{line}`"


def _cell(text: str) -> str:
    """Escape what Markdown would take for its own, outside of code and links."""
    pieces = re.split(r"(`[^`]*`|\]\([^)]*\)|https?://[^\s)]+)", text)
    plain = [re.sub(r"([*<>|\\]|(?<!\w)_|_(?!\w))", r"\\\1", piece) for piece in pieces[::2]]
    code = [piece.replace("|", "\\|") for piece in pieces[1::2]]
    return "".join(part for pair in zip(plain, [*code, ""], strict=True) for part in pair)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
