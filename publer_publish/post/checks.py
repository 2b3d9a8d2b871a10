"""What a schema cannot say about a network's content: its type, what it needs, its length, its media."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from publer_publish.errors import Path, Problems, Where
from publer_publish.networks import count
from publer_publish.networks.forms import shown_as
from publer_publish.networks.table import Network, needs
from publer_publish.post.media.files import MediaFiles
from publer_publish.post.media.rules import check_for_network
from publer_publish.post.model import Content, MediaSource, value_at
from publer_publish.post.template.render import Positions
from publer_publish.text import cut, letters
from publer_publish.workspace import Workspace

_WORDS = {
    "text": "a text",
    "media": "a picture or a video (`media`)",
    "url": "an address (`url`)",
    "title": "a `title`",
    "options": "`options` to choose from",
    "duration": "a `duration` in days",
}
_SHARED = ("text", "media")
"""What a post may have for all its networks."""
_TYPE_COMES_FROM = ("media", "options", "url", "link")
"""What decides the type of a post that names none."""
_LONGEST_QUOTE = 40
_DAY_AND_TIME = r"\d{4}-?\d\d-?\d\dT\d\d"
OF_ACCOUNT = dict.fromkeys(("comments", "share", "delete", "labels", "previewed_media", "album_id"))
"""What an entry of ``accounts`` has under names of its own."""
_NEVER_EXTRA = frozenset({"id", "type", "text", "media", "state"})
_TIMES = """scheduled_at scheduled schedule publish_at date time start_date end_date delay after conditions
    recurring recycling repeat repeat_rate days_of_week auto range share_next expire_date expire_count"""
_SET_TIMES = frozenset(map(letters, _TIMES.split()))
_WHERE = """accounts account_id account_ids auto_share networks provider providers workspace workspace_id
    draft is_draft"""
_SET_PLACES = frozenset(map(letters, _WHERE.split()))
_MOST_MAX_LENGTH = 100_000
"""As in the schema."""


class Place(NamedTuple):
    """A network's part of a post: where it is in its document, and what is wrong with it."""

    network: Network
    positions: Positions
    problems: Problems
    post: Path
    own: Path
    """The network's own node; the post's where the file has none."""

    def where(self, *steps: str | int) -> Where:
        """The place of a field of the network."""
        return self.positions.where((*self.own, *steps))

    def error(self, message: str, hint: str, *steps: str | int) -> None:
        """Report what is wrong with a field of the network."""
        self.problems.error(message, hint, self.where(*steps))

    def explains(self, *fields: str) -> bool:
        """Whether a known problem explains what is wrong with one of the fields ``a.b``."""
        nodes = (self.post, self.own, (*self.post, "networks", self.network.key))
        places = [(*node, *field.split(".")) for node in nodes for field in fields]
        return any(self.problems.explain_around(self.positions.file, place) for place in places)


class Checks:
    """The checks of a run. A file is looked at once, however many posts and networks use it."""

    def __init__(self, workspace: Workspace) -> None:
        self.files = MediaFiles(workspace)

    def counted(self, network: Network, own: Mapping[str, Any], text: str) -> count.Length:
        """How much of its limit a text uses, with what else counts."""
        return count.check_text(network, text, **_limits(network, own))

    def fits(self, network: Network, own: Mapping[str, Any]) -> Callable[[str], bool]:
        """Whether a text is within every limit, for the filter ``fit``."""
        limits = _limits(network, own)
        return lambda text: count.fits(network, text, **limits)

    def comment_fits(self, network: Network) -> Callable[[str], bool]:
        """Whether one comment is within its limit."""
        limit = network.comment_limit
        return lambda text: limit is None or count.measure(network, text) <= limit

    def content(self, content: Content, own: Mapping[str, Any], place: Place) -> None:
        """Find everything that is wrong with what a network would get."""
        of_media = Problems()
        self._media(place.network, content, of_media)
        place.problems.extend(of_media)
        if "type" in own or not of_media.errors():
            # An inferred type only repeats what is wrong with the media it was inferred from.
            _type_and_needs(content, own, place)
        _field_length("title", content.fields.get("title"), place.network.title_limit, place)
        _poll(content, place)
        details = content.fields.get("details")
        _period(details, place)
        _branded(details, place)
        self._comments(place.network, content, place.problems)
        _extra(content, place)

    def _comments(self, network: Network, content: Content, problems: Problems) -> None:
        most = network.comments_most
        if most is not None and len(content.comments) > most:
            problems.error(
                f"{len(content.comments)} comments; {network.label} takes at most {most}.",
                "Leave some out.",
                content.comments[most].where,
            )
        for comment in content.comments:
            used = count.measure(network, comment.text)
            limit = network.comment_limit
            if limit is not None and used > limit:
                problems.error(
                    f"The comment has {used:,} characters as {network.label} counts; {limit:,} fit.",
                    f"Shorten it by {used - limit:,}, or split it in two.",
                    comment.where,
                )
            if not comment.text and not comment.media and not comment.fields.get("media"):
                problems.error("A comment is empty.", "Give it a text.", comment.where)
            for item in comment.media:
                self.files.check(item, problems)
                if item.source is MediaSource.ID and not item.fields.get("path"):
                    problems.error(
                        "Media of a comment go out by their address, and this has only an id.",
                        "Write `file:` or `url:` instead, or the `path` that Publer gave it beside the id.",
                        item.where,
                    )

    def _media(self, network: Network, content: Content, problems: Problems) -> None:
        if not content.media:
            return
        for item in content.media:
            self.files.check(item, problems)
        items = [(item, self.files.info(item)) for item in content.media]
        subtype = value_at(content.fields, ("details", "type"))
        subtype = subtype if isinstance(subtype, str) else ""
        check_for_network(network.key, content.type, items, problems, subtype=subtype)


def _type_and_needs(content: Content, own: Mapping[str, Any], place: Place) -> None:
    network = place.network
    steps = ("type",) if "type" in own else ()
    is_empty = not content.text and not content.media and not content.fields and not content.extra
    if is_empty and not place.explains(*_SHARED):
        empty = next((f"networks.{network.key}.{key}" for key in _SHARED if key in own), "")
        why = "neither a text nor media, shared or its own"
        hint = f"Add `text` to the post, or under `networks.{network.key}`."
        if empty:
            why = f"`{empty}` is empty"
            hint = "Fill it, or remove it: the post's own is used only where the network has none."
        place.error(f"There is nothing for {network.label}: {why}.", hint, *steps)
    elif content.type not in network.types:
        if not place.explains(*(steps or _TYPE_COMES_FROM)):
            _wrong_type(content.type, place, steps)
    else:
        kind = shown_as(content.type, content.fields.get("details"))
        below = value_at(content.fields, ("details", "type"))
        kinds = [kind, below] if isinstance(below, str) and below in network.types else [kind]
        for need in dict.fromkeys(need for one in kinds for need in needs(network, one)):
            if not _has(content, need) and not place.explains(*need.split("|")):
                message = f"A post of type {kind} on {network.label} needs {_in_words(need)}."
                to_the_post = "to the post, or " if need in _SHARED else ""
                place.error(message, f"Add it {to_the_post}under `networks.{network.key}`.", *steps)


def _wrong_type(written: str, place: Place, steps: Sequence[str]) -> None:
    what, hint, label = f"posts of type {written}", "", place.network.label
    if written == "status":
        what, hint = "text-only posts", f"Add `media`, or leave {label} out. "
    allowed = ", ".join(sorted(place.network.types))
    place.error(f"{label} takes no {what}.", f"{hint}Its types: {allowed}.", *steps)


def _has(content: Content, need: str) -> bool:
    """Whether one of the fields of ``a|b.c`` is there and not empty."""
    own = {**content.fields, **content.extra, "text": content.text, "media": content.media}
    return any(value_at(own, field.split(".")) not in (None, "", (), [], {}) for field in need.split("|"))


def _in_words(need: str) -> str:
    first, *others = need.split("|")
    words = _WORDS.get(first, f"`{first}`")
    return words if not others else f"{words} or {' or '.join(f'`{other}`' for other in others)}"


def _field_length(name: str, value: object, limit: int | None, place: Place) -> None:
    """Check that a field beside the text is short enough; it is counted in code points."""
    if limit is not None and isinstance(value, str) and len(value) > limit:
        message = f"The {name} has {len(value):,} characters; {place.network.label} takes {limit:,}."
        place.error(message, f"Shorten it by {len(value) - limit:,}.", name)


def _poll(content: Content, place: Place) -> None:
    options, poll, label = content.fields.get("options"), place.network.poll, place.network.label
    if poll is None or content.type != "poll" or not isinstance(options, list):
        return
    _field_length("question", content.fields.get("question"), poll.question_limit, place)
    for index, option in enumerate(options):
        if option in options[:index]:
            message = "The option is here twice: every answer of a poll is different."
            place.error(message, "Change it, or remove it.", "options", index)
        if isinstance(option, str) and len(option) > poll.option_limit:
            message = f"The option has {len(option)} characters; {label} takes {poll.option_limit}."
            place.error(message, "Shorten it.", "options", index)
    duration = content.fields.get("duration")
    if isinstance(duration, int) and duration not in poll.days:
        place.problems.warn(
            f"A poll of {duration} days is not known on {label}.",
            f"It counts days: {_in_days(poll.days)} are known. It is sent as it is.",
            place.where("duration"),
        )


def _in_days(days: Sequence[int]) -> str:
    if len(days) == days[-1] - days[0] + 1:
        return f"{days[0]} to {days[-1]}"
    return f"{', '.join(map(str, days[:-1]))} and {days[-1]}"


def _period(details: object, place: Place) -> None:
    if not place.network.has_period:
        return
    times = []
    for key in ("start", "end"):
        value = value_at(details, (key,))
        if not isinstance(value, str):
            continue  # it is missing, or the schema has said that it is not text
        time = _time(value)
        if time:
            times.append(time)
        else:
            message = f'"{key}" is not a date with time and offset: "{cut(value, _LONGEST_QUOTE)}".'
            hint = "Write it as ISO 8601 does, such as 2026-11-01T09:00:00+01:00."
            place.error(message, hint, "details", key)
    if times != sorted(times):
        hint = "Swap the two, or check the year and the offset."
        place.error("The end is before the start.", hint, "details", "end")


def _branded(details: object, place: Place) -> None:
    private = place.network.private
    if private and value_at(details, ("privacy",)) == private and value_at(details, ("paid",)) is True:
        message = f"A paid partnership cannot be private on {place.network.label}."
        place.error(message, "Set another `privacy`, or remove `paid`.", "details", "privacy")


def _extra(content: Content, place: Place) -> None:
    if content.extra:
        written = {"type": content.type, "media": [{} for _ in content.media], **content.fields}
        sent = place.network.as_sent({**written, "text": content.text})
        check_extra(content.extra, sent, lambda *steps: place.where("extra", *steps), place.problems)


def check_extra(
    extra: object, written: object, where: Callable[..., Where], problems: Problems, path: Path = ()
) -> None:
    """Find what would replace ``written`` or set a time, at any depth. ``where``: the place of a key.

    ``extra`` adds fields that the schema does not know. It never changes where, whether, what or when.
    """
    if isinstance(extra, list):
        for index, item in enumerate(extra):
            check_extra(item, None, where, problems, (*path, index))
    if not isinstance(extra, Mapping):
        return
    known = written if isinstance(written, Mapping) else {}
    for key, value in extra.items():
        at = (*path, key)
        place = where(*at)
        if problems.explain(place.file, place.path):
            continue  # the schema has refused it
        below = known.get(key)
        is_inside = isinstance(below, Mapping) and isinstance(value, Mapping)
        message, hint = "", ""
        if letters(key) in _SET_TIMES:
            message = f'"{key}" in `extra` would set a time: this action publishes now.'
            hint = "Remove it. To publish at a time, run the workflow with `on: schedule`."
        elif letters(key) in _SET_PLACES:
            message = f'"{key}" in `extra` would change where the post goes, or whether it goes out.'
            hint = "Take it out. Where a post goes is what `accounts` says."
        elif letters(key) in _NEVER_EXTRA or (key in known and not is_inside):
            message = f'"{key}" in `extra` would replace what the file says under `{key}`.'
            hint = f"`extra` only adds to what is sent. Write `{key}` itself, outside of `extra`."
        if message:
            problems.error(message, hint, place)
        else:
            check_extra(value, below, where, problems, at)


def warn_of_one_text(rules: Network, one: str, other: str, where: Where, problems: Problems) -> None:
    """Say of two accounts, as selectors name them, that their network forbids one text on both."""
    problems.warn(
        f"{one} and {other} get the same text; {rules.label} forbids that on accounts of one owner, "
        "and may lock them.",
        "Give each account a post with a text of its own, or leave one account out.",
        where,
    )


def _limits(network: Network, own: Mapping[str, Any]) -> dict[str, Any]:
    """What decides how long a text may be, beside its network; what the schema refuses is left out."""
    own_limit: Any = own.get("max_length")
    is_number = isinstance(own_limit, int) and not isinstance(own_limit, bool)
    if not is_number or not 1 <= own_limit <= _MOST_MAX_LENGTH:
        own_limit = None
    beside = next(filter(None, (own.get(name) for name in network.counted_with_text)), None)
    return {
        "max_length": own_limit,
        "long_post": value_at(own, ("details", "type")) == "long_post",
        # Mastodon counts a content warning as text (its status length validator).
        "extra": count.measure(network, beside) if isinstance(beside, str) else 0,
    }


def _time(value: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(value.upper())
    except ValueError:  # such as the 13th month
        return None
    return time if time.tzinfo and re.match(_DAY_AND_TIME, value.upper()) else None
