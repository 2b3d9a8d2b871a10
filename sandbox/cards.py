"""One published post as a card in the manner of its network. Everything in it is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from sandbox.networks import NETWORKS
from sandbox.record import Published

_MEDIA_FIRST = {"instagram", "telegram", "pinterest", "youtube", "tiktok"}
_THREADS = {"twitter", "bluesky", "mastodon", "threads"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What the sandbox knows of the media of its posts, by media id."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Of the uploaded files."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Of the pictures that it still has."""


def card(post: Published, library: Library) -> str:
    """A post with its account, text, media, poll, link and comments, and what the sandbox knows of it."""
    network = "wordpress" if post.network.startswith("wordpress") else post.network
    fields = post.content if isinstance(post.content, dict) else {}
    text = f'<span class="text" dir="auto">{escape(post.text)}</span>' if post.text else ""
    media = _media(post.media, library)
    inside = [_title(fields), text, _poll(fields), _link_card(post)]
    inside = [media, *inside] if network in _MEDIA_FIRST else [*inside, media]
    name = escape(NETWORKS[post.network].title)
    return f"""<article class="card n-{escape(network)}">
<h3><span class="network">{name}</span> <span class="status good">published</span></h3>
<div class="post">{_head(post)}
<div class="body">{"".join(inside)}</div>
{"".join(_comment(post, comment, library) for comment in post.comments)}</div>
<div class="notes"><ul>{"".join(_notes(post))}</ul></div>
</article>"""


def _head(post: Published) -> str:
    square = " square" if post.network == "mastodon" else ""
    letter = escape((post.account_name.strip() or "?")[0].upper())
    return (
        f'<div class="head"><span class="avatar{square}" aria-hidden="true">{letter}</span>'
        f'<span class="who"><strong>{escape(post.account_name)}</strong></span></div>'
    )


def _title(fields: dict[str, Any]) -> str:
    title = fields.get("title")
    return f'<p class="title">{escape(title)}</p>' if isinstance(title, str) and title else ""


def _poll(fields: dict[str, Any]) -> str:
    options = fields.get("options")
    if not isinstance(options, list) or not options:
        return ""
    shown = "".join(f"<li>{escape(str(option))}</li>" for option in options)
    return f'<div class="poll"><ul>{shown}</ul></div>'


def _link_card(post: Published) -> str:
    if not post.url or post.media:
        return ""
    try:
        host = urlsplit(post.url).hostname or post.url
    except ValueError:
        host = post.url
    return f'<div class="linkcard"><span class="small">{escape(host)}</span></div>'


def _media(items: tuple[Any, ...], library: Library) -> str:
    frames = "".join(_frame(item if isinstance(item, dict) else {}, library) for item in items)
    return f'<div class="media n{min(len(items), 4)}">{frames}</div>' if frames else ""


def _frame(item: dict[str, Any], library: Library) -> str:
    media_id, kind, alt = (
        str(item.get("id", "")),
        str(item.get("type", "file")),
        str(item.get("alt_text") or ""),
    )
    badge = '<span class="badge" aria-hidden="true">ALT</span>' if alt else ""
    if media_id in library.addresses:
        address = escape(library.addresses[media_id])
        return f'<div class="frame"><img class="own" src="{address}" alt="{escape(alt)}">{badge}</div>'
    label = escape(alt or f"{kind} without alt text")
    name = escape(library.names.get(media_id, media_id))
    return (
        f'<div class="frame"><div class="placeholder" role="img" aria-label="{label}"><span class="what">'
        f"<strong>{escape(kind)}</strong><span>{name}</span></span></div>"
        f"{badge}</div>"
    )


def _comment(post: Published, comment: Any, library: Library) -> str:  # noqa: ANN401  any JSON value
    fields = comment if isinstance(comment, dict) else {}
    media = fields.get("media")
    text = f'<span class="text" dir="auto">{escape(str(fields.get("text", "")))}</span>'
    text += _media(tuple(media), library) if isinstance(media, list) else ""
    if post.network in _THREADS:
        return f'<div class="comment thread">{_head(post)}{text}</div>'
    return f'<div class="comment"><strong>Comment</strong>{text}</div>'


def _notes(post: Published) -> list[str]:
    details = [f"{_time(post.time)} · {post.type}"]
    details += [f"Alt text: {item['alt_text']}" for item in post.media if item.get("alt_text")]
    return [
        *(f"<li>{escape(detail)}</li>" for detail in details),
        _link("Link", post.url),
        _link("Post", post.link),
    ]


def _link(label: str, url: str) -> str:
    if not url:
        return ""
    if not url.startswith(("https://", "http://")):
        return f"<li>{label}: {escape(url)}</li>"
    return f'<li>{label}: <a rel="noreferrer noopener" href="{escape(url)}">{escape(url)}</a></li>'


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
