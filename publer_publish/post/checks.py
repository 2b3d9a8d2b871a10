"""What a schema cannot say about a network's content: its type, what it needs, its length, its media."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from publer_publish.errors import Path, Problems, Where
from publer_publish.networks import count
from publer_publish.networks.forms import shown_as
from publer_publish.networks.table import Network, needs
from publer_publish.post.extra import check_extra
from publer_publish.post.media.files import MediaFiles, described
from publer_publish.post.media.rules import check_for_network
from publer_publish.post.model import Content, Media, MediaSource
from publer_publish.post.template.render import Positions
from publer_publish.text import cut
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
_DAY_AND_TIME = re.compile(r"\d{4}-?\d\d-?\d\dT\d\d")
_MOST_MAX_LENGTH = 100_000
"""As in the schema."""


class Place(NamedTuple):
    """Where a network's part of a post is in its document."""

    positions: Positions
    post: Path
    own: Path
    """The network's own node; the post's where the file has none."""
    network: str

    def where(self, *steps: str | int) -> Where:
        """The place of a field of the network."""
        return self.positions.where((*self.own, *steps))

    def is_explained(self, field: str, problems: Problems) -> bool:
        """Whether a known problem explains what is wrong with the field ``a.b`` of network or post."""
        steps = field.split(".")
        places = [(*node, *steps) for node in (self.post, self.own, (*self.post, "networks", self.network))]
        return any(problems.explain_around(self.positions.file, place) for place in places)


class Checks:
    """The checks of a run. A file is looked at once, however many posts and networks use it."""

    def __init__(self, workspace: Workspace) -> None:
        self.files = MediaFiles(workspace)

    def described(self, media: Media) -> Media:
        """Return the item with what its file's header says of it."""
        info = self.files.info(media)
        return replace(media, about=described(info)) if info else media

    def counted(self, network: Network, own: Mapping[str, Any], text: str) -> count.Length:
        """How much of its limit a text uses, with what else counts."""
        return count.check_text(
            network,
            text,
            max_length=_max_length(own),
            long_post=_long_post(own),
            extra=_spoiler_length(network, own),
        )

    def fits(self, network: Network, own: Mapping[str, Any]) -> Callable[[str], bool]:
        """Whether a text is within every limit, for the filter ``fit``."""
        extra = _spoiler_length(network, own)
        return lambda text: count.fits(
            network, text, max_length=_max_length(own), long_post=_long_post(own), extra=extra
        )

    def comment_fits(self, network: Network) -> Callable[[str], bool]:
        """Whether one comment is within its limit."""
        limit = network.comment_limit
        return lambda text: limit is None or count.measure(network, text) <= limit

    def content(
        self,
        network: Network,
        content: Content,
        own: Mapping[str, Any],
        place: Place,
        problems: Problems,
    ) -> None:
        """Find everything that is wrong with what a network would get."""
        of_media = Problems()
        self._media(network, content, of_media)
        problems.extend(of_media)
        if "type" in own or not of_media.errors():
            # An inferred type only repeats what is wrong with the media it was inferred from.
            _type_and_needs(network, content, own, place, problems)
        title, most = content.fields.get("title"), network.title_limit
        _field_length(network, "title", title, most, place=place, problems=problems)
        _poll(network, content, place, problems)
        _period(network, content, place, problems)
        _branded(network, content, place, problems)
        self._comments(network, content, problems)
        _extra(network, content, place, problems)

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
                    f"Shorten it by {used - limit:,}, or make two of it.",
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
        subtype = _value(content.fields, ("details", "type"))
        subtype = subtype if isinstance(subtype, str) else ""
        check_for_network(network.key, content.type, items, problems, subtype=subtype)


def _type_and_needs(
    network: Network, content: Content, own: Mapping[str, Any], place: Place, problems: Problems
) -> None:
    steps = ("type",) if "type" in own else ()
    is_empty = not content.text and not content.media and not content.fields and not content.extra
    if is_empty and not any(place.is_explained(field, problems) for field in _SHARED):
        _nothing(network, own, place.where(*steps), problems)
    elif content.type not in network.types:
        comes_from = ("type",) if "type" in own else _TYPE_COMES_FROM
        if not any(place.is_explained(field, problems) for field in comes_from):
            _wrong_type(network, content, place.where(*steps), problems)
    else:
        kind = shown_as(content.type, content.fields.get("details"))
        below = _value(content.fields, ("details", "type"))
        kinds = [kind, below] if isinstance(below, str) and below in network.types else [kind]
        for need in dict.fromkeys(need for one in kinds for need in needs(network, one)):
            if not _has(content, need) and not any(
                place.is_explained(field, problems) for field in need.split("|")
            ):
                problems.error(
                    f"A post of type {kind} on {network.label} needs {_in_words(need)}.",
                    _where_to_add(network, need),
                    place.where(*steps),
                )


def _nothing(network: Network, own: Mapping[str, Any], where: Where, problems: Problems) -> None:
    empty = next((f"networks.{network.key}.{key}" for key in _SHARED if key in own), "")
    if empty:
        problems.error(
            f"There is nothing for {network.label}: `{empty}` is empty.",
            "Fill it, or remove it: the post's own is used only where the network has none.",
            where,
        )
    else:
        problems.error(
            f"There is nothing for {network.label}: neither a text nor media, shared or its own.",
            f"Add `text` to the post, or under `networks.{network.key}`.",
            where,
        )


def _where_to_add(network: Network, need: str) -> str:
    if need in _SHARED:
        return f"Add it to the post, or under `networks.{network.key}`."
    return f"Add it under `networks.{network.key}`."


def _wrong_type(network: Network, content: Content, where: Where, problems: Problems) -> None:
    allowed = ", ".join(sorted(network.types))
    if content.type == "status":
        problems.error(
            f"{network.label} takes no text-only posts.",
            f"Add `media`, or leave {network.label} out. Its types: {allowed}.",
            where,
        )
    else:
        problems.error(
            f"{network.label} takes no posts of type {content.type}.", f"Its types: {allowed}.", where
        )


def _has(content: Content, need: str) -> bool:
    """Whether one of the fields of ``a|b.c`` is there and not empty."""
    own = {**content.fields, **content.extra, "text": content.text, "media": content.media}
    return any(_value(own, field.split(".")) not in (None, "", (), [], {}) for field in need.split("|"))


def _value(node: object, steps: Sequence[str]) -> object:
    for step in steps:
        node = node.get(step) if isinstance(node, Mapping) else None
    return node


def _in_words(need: str) -> str:
    first, *others = need.split("|")
    words = _WORDS.get(first, f"`{first}`")
    return words if not others else f"{words} or {' or '.join(f'`{other}`' for other in others)}"


def _field_length(
    network: Network, name: str, value: object, limit: int | None, *, place: Place, problems: Problems
) -> None:
    """Check that a field beside the text is short enough; it is counted in code points."""
    if limit is not None and isinstance(value, str) and len(value) > limit:
        problems.error(
            f"The {name} has {len(value):,} characters; {network.label} takes {limit:,}.",
            f"Shorten it by {len(value) - limit:,}.",
            place.where(name),
        )


def _poll(network: Network, content: Content, place: Place, problems: Problems) -> None:
    options = content.fields.get("options")
    if network.poll is None or content.type != "poll" or not isinstance(options, list):
        return
    question, most = content.fields.get("question"), network.poll.question_limit
    _field_length(network, "question", question, most, place=place, problems=problems)
    limit = network.poll.option_limit
    for index, option in enumerate(options):
        if option in options[:index]:
            problems.error(
                "The option is here twice: every answer of a poll is different.",
                "Change it, or remove it.",
                place.where("options", index),
            )
        if isinstance(option, str) and len(option) > limit:
            problems.error(
                f"The option has {len(option)} characters; {network.label} takes {limit}.",
                "Shorten it.",
                place.where("options", index),
            )
    duration = content.fields.get("duration")
    if isinstance(duration, int) and duration not in network.poll.days:
        problems.warn(
            f"A poll of {duration} days is not known on {network.label}.",
            f"It counts days: {_in_days(network.poll.days)} are known. It is sent as it is.",
            place.where("duration"),
        )


def _in_days(days: Sequence[int]) -> str:
    if len(days) == days[-1] - days[0] + 1:
        return f"{days[0]} to {days[-1]}"
    return f"{', '.join(map(str, days[:-1]))} and {days[-1]}"


def _period(network: Network, content: Content, place: Place, problems: Problems) -> None:
    details = content.fields.get("details")
    if not network.has_period or not isinstance(details, Mapping):
        return
    times = []
    for key in ("start", "end"):
        value = details.get(key)
        if not isinstance(value, str):
            continue  # it is missing, or the schema has said that it is not text
        time = _time(value)
        if time is None:
            problems.error(
                f'"{key}" is not a date with time and offset: "{cut(value, _LONGEST_QUOTE)}".',
                "Write it as ISO 8601 does, such as 2026-11-01T09:00:00+01:00.",
                place.where("details", key),
            )
        else:
            times.append(time)
    if times != sorted(times):
        problems.error(
            "The end is before the start.",
            "Swap the two, or check the year and the offset.",
            place.where("details", "end"),
        )


def _branded(network: Network, content: Content, place: Place, problems: Problems) -> None:
    details = content.fields.get("details")
    is_private = bool(network.private) and _value(details, ("privacy",)) == network.private
    if is_private and _value(details, ("paid",)) is True:
        problems.error(
            f"A paid partnership cannot be private on {network.label}.",
            "Set another `privacy`, or remove `paid`.",
            place.where("details", "privacy"),
        )


def _extra(network: Network, content: Content, place: Place, problems: Problems) -> None:
    if content.extra:
        written = {"type": content.type, "media": [{} for _ in content.media], **content.fields}
        sent = network.as_sent({**written, "text": content.text})
        check_extra(content.extra, sent, lambda *steps: place.where("extra", *steps), problems)


def warn_of_one_text(rules: Network, one: str, other: str, where: Where, problems: Problems) -> None:
    """Say of two accounts, as selectors name them, that their network forbids one text on both."""
    problems.warn(
        f"{one} and {other} get the same text; {rules.label} forbids that on accounts of one owner, "
        "and may lock them.",
        "Give each account a post with a text of its own, or leave one account out.",
        where,
    )


def _max_length(own: Mapping[str, Any]) -> int | None:
    """The file's own limit; None also if it is not a possible one, which the schema has said."""
    value = own.get("max_length")
    possible = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_MAX_LENGTH
    return value if possible else None


def _long_post(own: Mapping[str, Any]) -> bool:
    return _value(own, ("details", "type")) == "long_post"


def _spoiler_length(network: Network, own: Mapping[str, Any]) -> int:
    """A content warning counts as text on Mastodon (its status length validator)."""
    beside = next(filter(None, (own.get(name) for name in network.counted_with_text)), None)
    return count.measure(network, beside) if isinstance(beside, str) else 0


def _time(value: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(value.upper())
    except ValueError:  # such as the 13th month
        return None
    return time if time.tzinfo and _DAY_AND_TIME.match(value.upper()) else None
