"""The page that shows people what was published. Everything on it is escaped; nothing is fetched."""

from __future__ import annotations

from collections.abc import Collection, Sized
from html import escape
from pathlib import Path

from sandbox.cards import Library, card
from sandbox.record import Record
from sandbox.scenario import Scenario

# The look is shared with the preview page, as data: what would go out and what went out read alike.
_STYLE = Path(__file__).parent.parent / "publer_publish" / "report" / "page.css"


PICTURES = "/_sandbox/media/"
"""Where the pictures are, each by its media id."""
# The preview page draws pictures behind an empty image; here they are the images themselves.
_OWN_STYLE = ".frame img.own { object-fit: cover; }\n"


def style() -> str:
    """The style sheet."""
    return _STYLE.read_text(encoding="utf-8") + _OWN_STYLE


def render(record: Record, scenario: Scenario, *, pictures: Collection[str] = ()) -> str:
    """The whole page as HTML. ``pictures``: the media ids whose pictures can be had."""
    names = ", ".join(workspace.name for workspace in scenario.workspaces)
    count = len(record.published)
    library = Library(
        names={upload.id: upload.name for upload in record.uploads},
        addresses={media_id: PICTURES + media_id for media_id in pictures},
    )
    cards = "\n".join(card(post, library) for post in reversed(record.published))
    nothing = '<p class="small">Nothing yet. Publish something to this sandbox and it shows up here.</p>'
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>{count} published - Publer sandbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/_sandbox/page.css">
</head>
<body>
<header>
<h1>{_count(record.published, "post")} really published</h1>
<p class="small">Workspace {escape(names)} · {_count(record.requests, "request")} so far · newest first</p>
</header>
<main>
{_surprises(record)}
<h2>Live</h2>
{f'<div class="cards">{cards}</div>' if cards else nothing}
</main>
</body>
</html>
"""


def _surprises(record: Record) -> str:
    if not record.surprises:
        return ""
    items = "".join(
        f'<li class="warning">Not in Publer\'s documentation: {escape(surprise)}</li>'
        for surprise in record.surprises
    )
    return f'<ul class="problems">{items}</ul>'


def _count(things: Sized, word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"
