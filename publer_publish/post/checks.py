"""What a schema cannot say about a network's content: its type, what it needs, its length, its media."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from publer_publish.errors import Path, Problem, Severity, Where, is_error
from publer_publish.networks import count
from publer_publish.networks.table import Network, needs, real_type
from publer_publish.post.media.kinds import MediaInfo
from publer_publish.post.model import Content, Media
from publer_publish.post.template.render import Positions
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
IsTold: TypeAlias = Callable[[str], bool]
"""Whether something was said already of a field of the network or of the post."""
_MOST_MAX_LENGTH = 100_000
"""As in the schema."""


class Inspected(NamedTuple):
    """What is known of a media item before anything is sent."""

    info: MediaInfo | None = None
    problems: tuple[Problem, ...] = ()


class Checks:
    """The checks of a run. A file is looked at once, however many posts and networks use it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._inspected: dict[Media, Inspected] = {}
        self._usable: Mapping[str, MediaInfo] = {}

    def inspect(self, media: Media) -> Inspected:
        """Look at a media item: its file's head if it is one, else its name."""
        if media not in self._inspected:
            from publer_publish.post.media.files import check_files  # noqa: PLC0415  (most posts have no media)

            checked = check_files(self._workspace, [media], self._usable)
            self._usable = checked.infos
            self._inspected[media] = Inspected(info=checked.info(media), problems=checked.problems)
        return self._inspected[media]

    def told(self, media: Media) -> Media:
        """Return the item with what its file's header tells."""
        info = self.inspect(media).info
        if info is None:
            return media
        from publer_publish.post.media.files import described  # noqa: PLC0415  (most posts have no media)

        return replace(media, about=described(info))

    def limit(self, network: Network, own: Mapping[str, Any]) -> int | None:
        """The text limit that applies to a network's node."""
        return count.limit_of(network, max_length=_max_length(own), long_post=_long_post(own))

    def length(self, network: Network, own: Mapping[str, Any], text: str) -> int:
        """How much of the limit a text uses, with what else counts."""
        return count.measure(network, text) + _spoiler_length(network, own)

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
        *,
        positions: Positions,
        own_path: Path,
        is_told: IsTold,
    ) -> list[Problem]:
        """Everything that is wrong with what a network would get, but what follows from what is told."""
        problems = self._media(network, content)
        if "type" in own or not any(map(is_error, problems)):
            # An inferred type only repeats what is wrong with the media it was inferred from.
            type_path = (*own_path, "type") if "type" in own else own_path
            problems += _type_and_needs(network, content, own, partial(positions.where, type_path), is_told)
        problems += _length(network, content, own)
        problems += _field_length(network, content, network.title_limit, positions, (*own_path, "title"))
        problems += _poll(network, content, positions, own_path)
        problems += _period(content, positions, own_path)
        problems += _branded(content, positions, own_path)
        problems += self._comments(network, content)
        return problems

    def _comments(self, network: Network, content: Content) -> list[Problem]:
        problems = []
        if content.comments and not network.comments:
            problems.append(
                Problem(
                    message=f"Publer documents no comments on {network.label}; they are sent all the same.",
                    hint=f"To send none there: `{{ id: {network.key}/*, comments: [] }}` in `accounts`.",
                    where=content.comments[0].where,
                    severity=Severity.WARNING,
                )
            )
        most = network.comments_most
        if most is not None and len(content.comments) > most:
            problems.append(
                Problem(
                    message=f"{len(content.comments)} comments; {network.label} takes at most {most}.",
                    hint="Leave some out.",
                    where=content.comments[most].where,
                )
            )
        for comment in content.comments:
            used = count.measure(network, comment.text)
            limit = network.comment_limit
            if limit is not None and used > limit:
                problems.append(
                    Problem(
                        message=f"The comment has {used:,} characters as {network.label} counts; "
                        f"{limit:,} fit.",
                        hint=f"Shorten it by {used - limit:,}, or make two of it.",
                        where=comment.where,
                    )
                )
            if not comment.text and not comment.media and not comment.fields.get("media"):
                problems.append(
                    Problem(message="A comment is empty.", hint="Give it a text.", where=comment.where)
                )
            problems += [problem for item in comment.media for problem in self.inspect(item).problems]
        return problems

    def _media(self, network: Network, content: Content) -> list[Problem]:
        if not content.media:
            return []
        from publer_publish.post.media.rules import check_for_network  # noqa: PLC0415  (most posts have no media)

        problems = [problem for item in content.media for problem in self.inspect(item).problems]
        items = [(item, self.inspect(item).info) for item in content.media]
        subtype = _value(content.fields, ("details", "type"))
        return problems + check_for_network(
            network.key, content.type, items, subtype=subtype if isinstance(subtype, str) else ""
        )


def _type_and_needs(
    network: Network, content: Content, own: Mapping[str, Any], where: Callable[[], Where], is_told: IsTold
) -> list[Problem]:
    is_empty = not content.text and not content.media and not content.fields and not content.extra
    if is_empty and not is_told("text") and not is_told("media"):
        return [_nothing(network, own, where())]
    if content.type not in network.types:
        comes_from = ("type",) if "type" in own else _TYPE_COMES_FROM
        return [] if any(map(is_told, comes_from)) else [_wrong_type(network, content, where())]
    kind = real_type(content.type, content.fields.get("details"))
    return [
        Problem(
            message=f"A post of type {kind} on {network.label} needs {_in_words(one)}.",
            hint=_where_to_add(network, one),
            where=where(),
        )
        for one in needs(network, kind)
        if not _has(content, one) and not any(map(is_told, one.split("|")))
    ]


def _nothing(network: Network, own: Mapping[str, Any], where: Where) -> Problem:
    empty = next((f"networks.{network.key}.{key}" for key in _SHARED if key in own), "")
    if empty:
        return Problem(
            message=f"There is nothing for {network.label}: `{empty}` is empty.",
            hint="Fill it, or remove it: the post's own counts only where the network has none.",
            where=where,
        )
    return Problem(
        message=f"There is nothing for {network.label}: neither a text nor media, shared or its own.",
        hint=f"Add `text` to the post, or under `networks.{network.key}`.",
        where=where,
    )


def _where_to_add(network: Network, need: str) -> str:
    if need in _SHARED:
        return f"Add it to the post, or under `networks.{network.key}`."
    return f"Add it under `networks.{network.key}`."


def _wrong_type(network: Network, content: Content, where: Where) -> Problem:
    allowed = ", ".join(sorted(network.types))
    if content.type == "status":
        return Problem(
            message=f"{network.label} takes no post of text alone.",
            hint=f"Add `media`, or leave {network.label} out. Its types: {allowed}.",
            where=where,
        )
    return Problem(
        message=f"{network.label} takes no post of type {content.type}.",
        hint=f"Its types: {allowed}.",
        where=where,
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


def _length(network: Network, content: Content, own: Mapping[str, Any]) -> list[Problem]:
    checked = count.check_text(
        network,
        content.text,
        max_length=_max_length(own),
        long_post=_long_post(own),
        extra=_spoiler_length(network, own),
    )
    if not checked.message:
        return []
    return [Problem(message=checked.message, hint=checked.hint, where=content.where)]


def _field_length(
    network: Network, content: Content, limit: int | None, positions: Positions, path: Path
) -> list[Problem]:
    """Whether a field beside the text is short enough; it is counted in code points."""
    name = str(path[-1])
    value = content.fields.get(name)
    if limit is None or not isinstance(value, str) or len(value) <= limit:
        return []
    return [
        Problem(
            message=f"The {name} has {len(value):,} characters; {network.label} takes {limit:,}.",
            hint=f"Shorten it by {len(value) - limit:,}.",
            where=positions.where(path),
        )
    ]


def _poll(network: Network, content: Content, positions: Positions, own_path: Path) -> list[Problem]:
    options = content.fields.get("options")
    if network.poll is None or content.type != "poll" or not isinstance(options, list):
        return []
    path: Path = (*own_path, "options")
    limit = network.poll.question_limit
    problems = _field_length(network, content, limit, positions, (*own_path, "question"))
    for index, option in enumerate(options):
        if option in options[:index]:
            problems.append(
                Problem(
                    message="The option stands here twice: every answer of a poll is another.",
                    hint="Change it, or take it out.",
                    where=positions.where((*path, index)),
                )
            )
        if isinstance(option, str) and len(option) > network.poll.option_limit:
            problems.append(
                Problem(
                    message=f"The option has {len(option)} characters; {network.label} takes "
                    f"{network.poll.option_limit}.",
                    hint="Shorten it.",
                    where=positions.where((*path, index)),
                )
            )
    duration = content.fields.get("duration")
    if isinstance(duration, int) and duration not in network.poll.days:
        problems.append(
            Problem(
                message=f"A poll of {duration} days is not known on {network.label}.",
                hint=f"It counts days: {_in_days(network.poll.days)} are known. It is sent as it stands.",
                where=positions.where((*own_path, "duration")),
                severity=Severity.WARNING,
            )
        )
    return problems


def _in_days(days: Sequence[int]) -> str:
    if len(days) == days[-1] - days[0] + 1:
        return f"{days[0]} to {days[-1]}"
    return f"{', '.join(map(str, days[:-1]))} and {days[-1]}"


def _period(content: Content, positions: Positions, own_path: Path) -> list[Problem]:
    details = content.fields.get("details")
    # Only of Google is it documented what these are.
    if content.network != "google" or not isinstance(details, Mapping) or not {"start", "end"} & set(details):
        return []

    return check_period(details, lambda key: positions.where((*own_path, "details", key)))


def _branded(content: Content, positions: Positions, own_path: Path) -> list[Problem]:
    details = content.fields.get("details")
    is_private = _value(details, ("privacy",)) == "SELF_ONLY"
    if content.network != "tiktok" or not is_private or _value(details, ("paid",)) is not True:
        return []
    return [
        Problem(
            message="A paid partnership cannot be private on TikTok.",
            hint="Set another `privacy`, or take `paid` out.",
            where=positions.where((*own_path, "details", "privacy")),
        )
    ]


def _max_length(own: Mapping[str, Any]) -> int | None:
    """The file's own limit; None also if it is no possible one, of which the schema says so."""
    value = own.get("max_length")
    possible = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_MAX_LENGTH
    return value if possible else None


def _long_post(own: Mapping[str, Any]) -> bool:
    return _value(own, ("details", "type")) == "long_post"


def _spoiler_length(network: Network, own: Mapping[str, Any]) -> int:
    """A content warning counts as text on Mastodon (its status length validator)."""
    spoiler = own.get("spoilerText") or own.get("content_warning")
    if network.key != "mastodon" or not isinstance(spoiler, str):
        return 0
    return count.measure(network, spoiler)


_DAY_AND_TIME = re.compile(r"\d{4}-?\d\d-?\d\dT\d\d")


def check_period(details: Mapping[str, Any], where: Callable[[str], Where]) -> list[Problem]:
    """Return what is wrong with ``start`` and ``end``. ``where`` tells the place of each."""
    problems = []
    times = []
    for key in ("start", "end"):
        value = details.get(key)
        if not isinstance(value, str):
            continue  # there is none, or the schema has said that it is no text
        time = _time(value)
        if time is None:
            shown = value if len(value) <= 40 else value[:40] + "…"  # noqa: PLR2004
            problems.append(
                Problem(
                    message=f'"{key}" is no date with time and offset: "{shown}".',
                    hint="Write it as ISO 8601 does, such as 2026-11-01T09:00:00+01:00.",
                    where=where(key),
                )
            )
        else:
            times.append(time)
    if len(times) == 2 and times[1] < times[0]:  # noqa: PLR2004
        problems.append(
            Problem(
                message="The end is before the start.",
                hint="Exchange the two, or look at year and offset.",
                where=where("end"),
            )
        )
    return problems


def _time(value: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(value.upper())
    except ValueError:  # such as the 13th month
        return None
    return time if time.tzinfo and _DAY_AND_TIME.match(value.upper()) else None
