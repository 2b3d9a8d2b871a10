"""What the networks want of media: the kind of an item, the type that follows, count, mix, size and pixels.

Which kinds a network takes, how many of each and how large is in ``networks``. The limits on pixels,
ratio and duration here are Publer's too (media specifications, video and GIF pages); where its pages differ
the wider value is taken, and since they do differ, exceeding one is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from publer_publish.errors import Problems
from publer_publish.networks.forms import shown_as
from publer_publish.networks.table import Frame, Kind, Network, network
from publer_publish.post.media.kinds import MediaInfo
from publer_publish.post.model import Media, MediaSource
from publer_publish.text import file_size

Item: TypeAlias = "tuple[Media, MediaInfo | None]"
"""A media item and what is known about it; None if it is not a readable file."""
_Items: TypeAlias = "Sequence[tuple[Media, Kind | None]]"
"""Those of one network's content, and what they are, as far as it is known."""

FORMATS: Mapping[str, tuple[Kind, frozenset[str]]] = {
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), (Kind.PHOTO, frozenset({"jpg"}))),
    **dict.fromkeys(("png", "apng"), (Kind.PHOTO, frozenset({"png"}))),
    "webp": (Kind.PHOTO, frozenset({"webp"})),
    "gif": (Kind.GIF, frozenset({"gif"})),
    # One container, two names for it, and cameras use either:
    **dict.fromkeys(("mp4", "m4v", "mov", "qt"), (Kind.VIDEO, frozenset({"mp4", "mov"}))),
    "avi": (Kind.VIDEO, frozenset({"avi"})),
    "webm": (Kind.VIDEO, frozenset({"webm"})),
    "pdf": (Kind.DOCUMENT, frozenset({"pdf"})),
}
"""By a name's extension: the kind, and the formats that the content may have."""

_KINDS = {kind.value: kind for kind in Kind} | {"image": Kind.PHOTO}
_PICTURES = frozenset({Kind.PHOTO, Kind.GIF})
_NEEDED_KIND = {
    **dict.fromkeys(("photo", "event", "offer"), frozenset({Kind.PHOTO})),
    **dict.fromkeys(("video", "reel", "short"), frozenset({Kind.VIDEO})),
    **dict.fromkeys(("carousel", "story"), frozenset({Kind.PHOTO, Kind.VIDEO})),
    "gif": frozenset({Kind.GIF}),
    "document": frozenset({Kind.DOCUMENT, Kind.PHOTO}),
}
_PICTURES_OF_ARTICLES = " A picture goes into `featured_media` or a block of `content`, by its address."
_OF_ONE_ITEM = frozenset({"reel", "short", "story"})
_MOST_PAGES = 100
"""Pictures that become one document on LinkedIn."""
_MEGABYTE = 1_000_000


def kind_of(media: Media, info: MediaInfo | None = None) -> Kind | None:
    """Tell the kind by the content, else by the ``type`` that is given, else by the name; None: not known."""
    if info:
        return info.kind
    given = media.fields.get("type")
    if isinstance(given, str) and given in _KINDS:
        return _KINDS[given]
    if media.source is MediaSource.ID:
        return None
    known = FORMATS.get(
        extension_of(media.value if media.source is MediaSource.FILE else path_of_url(media.value) or "")
    )
    return known[0] if known else None


def infer_type(
    network_key: str,
    fields: Mapping[str, Any],
    items: Sequence[Item],
    *,
    has_poll: bool = False,
    has_link: bool = False,
) -> str:
    """Tell the ``type`` of a network's content; what the file says goes before what follows from the content.

    Media of an unknown kind count as pictures, the most common ones. Reels, stories and shorts do not follow
    from the content: ``details.type`` asks for them.
    """
    if fields.get("type"):
        return str(fields["type"])
    rules = network(network_key)
    kinds = {kind_of(media, info) or Kind.PHOTO for media, info in items}
    own = shown_as("", fields.get("details"))
    is_mixed = len(kinds) > 1 and kinds <= rules.media_mix and "carousel" in rules.types
    first_that_holds = (
        (rules.types == {"article"}, "article"),
        (has_poll, "poll"),
        (rules.link_cards and fields.get("sublinks"), "carousel"),
        (is_mixed, "carousel"),
        (own in rules.types and not items, own),
        *((kind in kinds, kind.value) for kind in (Kind.VIDEO, Kind.GIF, Kind.DOCUMENT, Kind.PHOTO)),
        ("document" in rules.types and fields.get("document"), "document"),
        (has_link and not rules.url_is_button, "link"),
    )
    return next((content_type for holds, content_type in first_that_holds if holds), "status")


def check_for_network(
    network_key: str, content_type: str, items: Sequence[Item], problems: Problems, *, subtype: str = ""
) -> None:
    """Check the media of one network's content. ``subtype`` is its ``details.type``."""
    if not items:
        return
    rules = network(network_key)
    kinds = [(media, kind_of(media, info)) for media, info in items]
    kind_of_post = shown_as(content_type, {"type": subtype})
    # Each of these rests on the one before: the type follows from the kinds, and is not to blame for them.
    if (
        _check_kinds(rules, kinds, problems)
        and _check_mix(rules, kinds, problems)
        and _check_type(rules, kind_of_post, kinds, problems)
    ):
        _check_count(rules, kind_of_post, kinds, problems)
    if rules.shows_captions and len(items) > 1:
        _notice_captions(rules, items, problems)
    for media, kind in kinds:
        _check_thumbnail(media, kind, problems)
        _check_alt_text(rules, media, kind, problems)
    for media, info in items:
        for message, hint in _advice(rules, kind_of_post, info) if info else ():
            problems.warn(f"{media.value!r} {message}.", hint, media.where)


def _check_kinds(rules: Network, items: _Items, problems: Problems) -> bool:
    wrong = [(media, kind) for media, kind in items if kind and kind not in rules.media]
    taken = _listed(map(str, rules.media))
    for media, kind in wrong:
        problems.error(
            f"{rules.label} takes no {kind}: {media.value!r}.",
            f"{rules.label} takes {taken}. Give it media of its own, or leave it out of this post.",
            media.where,
        )
    return not wrong


def _check_mix(rules: Network, items: _Items, problems: Problems) -> bool:
    mixed = {kind for _, kind in items if kind}
    if len(mixed) <= 1:
        return True
    if mixed <= rules.media_mix:
        if "carousel" in rules.types:
            problems.warn(
                f"No page of Publer's shows how {_listed(sorted(mixed))} go together on {rules.label}.",
                "They are sent as a photo with several media; one kind alone is certain.",
                items[0][0].where,
            )
        return True
    problems.error(
        f"{rules.label} takes no {_listed(sorted(mixed))} together in one post.",
        "Keep one kind, or give this network media of its own.",
        next(media.where for media, kind in items if kind and kind is not items[0][1]),
    )
    return False


def _check_type(rules: Network, content_type: str, items: _Items, problems: Problems) -> bool:
    needed = None if content_type == "carousel" and rules.link_cards else _NEEDED_KIND.get(content_type)
    if needed is None:
        for_articles = _PICTURES_OF_ARTICLES if content_type == "article" else ""
        problems.error(
            f"{rules.label} takes no media in a post of type {content_type}.",
            "Leave `type` out, and it follows from the content; or leave the media out (`media: []` under "
            f"`networks.{rules.key}` keeps those of the post away).{for_articles}",
            items[0][0].where,
        )
        return False
    wrong = [(media, kind) for media, kind in items if kind and kind not in needed]
    for media, kind in wrong:
        problems.error(
            f"{rules.label}: {media.value!r} is a {kind}, but the type is {content_type}.",
            "Leave `type` out, and it follows from the content; or give the media that it needs.",
            media.where,
        )
    return not wrong


def _check_count(rules: Network, shown_as: str, items: _Items, problems: Problems) -> None:
    """Report the first limit that is exceeded, at the first item beyond it."""
    all_of_them = [media for media, _ in items]
    if shown_as == "document" and all(kind is not Kind.DOCUMENT for _, kind in items):
        if len(items) > _MOST_PAGES:
            problems.error(
                f"{rules.label} takes at most {_MOST_PAGES} pages in a document; these are {len(items)}.",
                "Remove some.",
                all_of_them[_MOST_PAGES].where,
            )
        return
    if shown_as in _OF_ONE_ITEM and len(items) > 1:
        problems.error(
            f"A {shown_as} on {rules.label} shows one item; these are {len(items)}.",
            f"Keep one, or make {len(items)} posts of them.",
            all_of_them[1].where,
        )
        return
    limits = [
        (most, f"{kind}s" if most > 1 else kind, [media for media, its in items if its is kind])
        for kind, (most, _) in rules.media.items()
        if most is not None
    ]
    if len(limits) == len(rules.media):
        limits.append((max(most for most, _, _ in limits), "media items", all_of_them))
    for most, what, media in limits:
        if len(media) > most:
            report = problems.warn if rules.media_disputed and most > 1 else problems.error
            report(
                f"{rules.label} takes at most {most} {what} in a post; these are {len(media)}.",
                f"Remove some: {rules.media_disputed or rules.media_source}.",
                media[most].where,
            )
            return


def _notice_captions(rules: Network, items: Sequence[Item], problems: Problems) -> None:
    for media, _ in items:
        if media.alt_text and not media.fields.get("caption"):
            problems.notice(
                f"{rules.label} shows the alt text beside each of several pictures.",
                "Give an item a `caption` if something else should be there.",
                media.where,
            )
            return


def _check_thumbnail(media: Media, kind: Kind | None, problems: Problems) -> None:
    if media.thumbnail is None:
        return
    if kind and kind is not Kind.VIDEO:
        problems.error(
            f"Only a video has a thumbnail; {media.value!r} is a {kind}.", "Remove `thumbnail`.", media.where
        )
    if isinstance(media.thumbnail, Media) and kind_of(media.thumbnail) not in {None, Kind.PHOTO}:
        problems.error(
            f"A thumbnail is a picture, and {media.thumbnail.value!r} is not.",
            "Name a JPG, PNG or WEBP file.",
            media.thumbnail.where,
        )


def _check_alt_text(rules: Network, media: Media, kind: Kind | None, problems: Problems) -> None:
    most = rules.alt_text_limit
    if most is not None and len(media.alt_text) > most:
        problems.error(
            f"The alt_text has {len(media.alt_text):,} characters; {rules.label} takes {most:,}.",
            f"Shorten it by {len(media.alt_text) - most:,}.",
            media.where,
        )
    if kind in _PICTURES and not media.alt_text.strip():
        problems.warn(
            f"{media.value!r} has no alt_text.",
            "Say in a sentence what the picture shows, for those who cannot see it.",
            media.where,
        )


def _advice(rules: Network, shown_as: str, info: MediaInfo) -> Iterator[tuple[str, str]]:
    """Tell what the network will not like, as Publer's pages say: message and hint."""
    frame, said = rules.frame, f"{rules.label} is said to"
    most = rules.media[info.kind].megabytes if info.kind in rules.media else None
    if most and info.size > most * _MEGABYTE:
        yield f"has {file_size(info.size)}; {said} take at most {most} MB", "Make it smaller."
    if info.kind is Kind.PHOTO and info.animated:
        yield f"is animated; {rules.label} will show a still picture", "Only a GIF moves; or make it a video."
    seconds = frame.seconds_as.get(shown_as, frame.seconds)
    length = info.duration_seconds
    if seconds and length is not None and not seconds[0] <= length <= seconds[1]:
        allowed = f"{duration(seconds[0])} to {duration(seconds[1])}"
        what = f"a {shown_as}" if shown_as in frame.seconds_as else "a video"
        wrong = f"lasts {duration(length)}; {said} take {allowed} in {what}"
        yield wrong, "Cut it, or leave it out for this network."
    if info.width:
        yield from _pixel_advice(said, frame, shown_as, info)


def _pixel_advice(said: str, frame: Frame, shown_as: str, info: MediaInfo) -> Iterator[tuple[str, str]]:
    pixels = f"has {info.width} x {info.height} pixels"
    if info.kind is Kind.GIF and 0 < frame.gif_most < max(info.width, info.height):
        yield f"{pixels}; {said} take a GIF of at most {frame.gif_most} on a side", "Make it smaller."
    if info.kind is not Kind.PHOTO or shown_as == "story":
        return
    if info.width < frame.least_width:
        yield f"{pixels}; {said} want a width of at least {frame.least_width}", "Use a larger picture."
    if frame.ratio and not frame.ratio[0] <= info.width / info.height <= frame.ratio[1]:
        least, most = frame.ratio
        shape = f"{pixels}, {info.width / info.height:.2f} to 1"
        yield f"{shape}; {said} take {least:g} to 1 up to {most:g} to 1", "Crop the picture."


def extension_of(name: str) -> str:
    """Return a name's extension in lower case, without the dot."""
    return PurePosixPath(name).suffix[1:].lower()


def path_of_url(url: str) -> str | None:
    """Return the path of a web address; None if it is not one."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as an unclosed bracket of an IPv6 address
        return None
    is_one = parts.scheme in {"http", "https"} and parts.hostname and not re.search(r"[\x00-\x20\x7f]", url)
    return parts.path if is_one else None


def duration(seconds: float) -> str:
    """Write a duration for people."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    hours, rest = divmod(round(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02} h" if hours else f"{rest // 60}:{rest % 60:02} min"


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
