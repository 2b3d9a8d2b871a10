"""Media on the page: the repository's pictures themselves, anything else as a drawn frame with its facts."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from publer_publish.post.model import Media, MediaSource
from publer_publish.report.page.markup import Html, foreign, join, tag
from publer_publish.report.text import one_line

_SHOWN = 4
"""Of several pictures, as most feeds do; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is known of a media file of the repository."""

    kind: str
    """``photo``, ``gif``, ``video`` or ``document``."""
    about: str
    """For people: format, pixels, duration, size."""
    width: int = 0
    """In pixels, as shown; 0: unknown. So is ``height``."""
    height: int = 0
    mime: str = ""
    """As found in the file's own header, never as somebody called it."""
    data: bytes = field(default=b"", repr=False)
    """The file; empty if it is no picture or too large to be embedded."""


Pictures = Mapping[str, Picture]
"""By the path as written in the post file."""


class Gallery:
    """Draws media, and embeds each picture once, however many cards show it."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._classes = {
            path: f"p{number}" for number, path in enumerate(pictures, start=1) if pictures[path].data
        }

    def style(self) -> str:
        """Return the rules that carry the pictures' bytes."""
        return "".join(
            f".{name}{{background-image:url(data:{picture.mime};base64,"
            f"{base64.b64encode(picture.data).decode('ascii')})}}\n"
            for path, name in self._classes.items()
            if (picture := self._pictures[path]).data
        )

    def album(self, items: Sequence[Media], *, strip: bool = False) -> Html | None:
        """Return all media of a post: side by side, or as a ``strip`` to scroll through."""
        if not items:
            return None
        shown = items if strip else items[:_SHOWN]
        frames = [self._frame(item) for item in shown]
        if len(items) > len(shown):
            frames.append(tag("span", f"+{len(items) - len(shown)} more", class_="rest"))
        if strip and len(items) > 1:
            # Whatever scrolls must be reachable by keyboard.
            label = f"{len(items)} items, scroll sideways"
            return tag("div", *frames, class_="media strip", role="group", tabindex="0", aria_label=label)
        return tag("div", *frames, class_=f"media n{min(len(items), _SHOWN)}")

    def facts(self, items: Sequence[Media]) -> list[Html]:
        """Return one list item for each: what it is, and its alternative text or that it has none."""
        return [self._fact(item) for item in items]

    def _fact(self, media: Media) -> Html:
        about = self._about(media)
        alt: Html | None = None
        if media.alt_text:
            alt = join(" · ", tag("b", "Alt text: "), foreign(one_line(media.alt_text, 2000)))
        elif self._kind(media) in {"photo", "gif"}:
            alt = join(" · ", tag("span", "no alt text", class_="missing"))
        return tag("li", foreign(_name(media), "code"), f" {about}" if about else None, alt)

    def _frame(self, media: Media) -> Html:
        kind = self._kind(media)
        poster = media.thumbnail if isinstance(media.thumbnail, Media) else None
        shown = poster if kind == "video" and poster and poster.value in self._classes else media
        if shown.value in self._classes and shown.source is MediaSource.FILE:
            drawn = self._image(shown, one_line(media.alt_text, 2000))
        else:
            drawn = self._placeholder(media, kind)
        badges = [tag("span", "▶", class_="play", aria_hidden="true")] if kind == "video" else []
        if media.alt_text:
            badges.append(tag("span", "ALT", class_="badge", aria_hidden="true"))
        elif kind == "gif":
            badges.append(tag("span", "GIF", class_="badge", aria_hidden="true"))
        return tag("div", drawn, *badges, class_=f"frame {kind}")

    def _image(self, media: Media, alt: str) -> Html:
        """An empty image of the same shape; the style sheet puts the picture behind it."""
        picture = self._pictures[media.value]
        width, height = picture.width or 4, picture.height or 3
        shape = f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'/>"
        source = "data:image/svg+xml;base64," + base64.b64encode(shape.encode()).decode("ascii")
        return tag(
            "img",
            class_=self._classes[media.value],
            src=source,
            alt=alt,
            width=str(width),
            height=str(height),
        )

    def _placeholder(self, media: Media, kind: str) -> Html:
        where = {
            MediaSource.URL: "not loaded: at an address of its own",
            MediaSource.ID: "in Publer's library",
        }
        lines = [foreign(_name(media), "b"), tag("span", self._about(media) or where.get(media.source, ""))]
        label = one_line(media.alt_text, 2000) or f"{kind.capitalize()} without alt text"
        return tag(
            "div", tag("span", *lines, class_="what"), class_="placeholder", role="img", aria_label=label
        )

    def _known(self, media: Media) -> Picture | None:
        return self._pictures.get(media.value) if media.source is MediaSource.FILE else None

    def _kind(self, media: Media) -> str:
        picture = self._known(media)
        return picture.kind if picture else _kind_by_name(media)

    def _about(self, media: Media) -> str:
        picture = self._known(media)
        return picture.about if picture else one_line(media.about, 200)


def _name(media: Media) -> str:
    last = media.value.rstrip("/").rpartition("/")[2] if media.source is MediaSource.FILE else media.value
    return one_line(last or media.value, 120)


def _kind_by_name(media: Media) -> str:
    path = media.value.partition("?")[0].lower()
    for kind, endings in (("video", (".mp4", ".mov", ".webm", ".avi")), ("document", (".pdf",))):
        if path.endswith(endings):
            return kind
    return "photo"
