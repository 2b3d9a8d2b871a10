"""The page that shows people what was published. Everything on it is escaped; nothing is fetched."""

from __future__ import annotations

from collections.abc import Sized
from html import escape
from pathlib import Path

from sandbox.cards import card
from sandbox.record import Record
from sandbox.scenario import Scenario

# The look is shared with the preview page, as data: what would go out and what went out read alike.
_STYLE = Path(__file__).parent.parent / "publer_publish" / "report" / "page" / "page.css"


def style() -> str:
    """The style sheet."""
    return _STYLE.read_text(encoding="utf-8")


def render(record: Record, scenario: Scenario) -> str:
    """The whole page as HTML."""
    names = ", ".join(workspace.name for workspace in scenario.workspaces)
    count = len(record.published)
    cards = "\n".join(map(card, reversed(record.published)))
    nothing = '<p class="small">Nothing yet. Publish something to this sandbox and it shows up here.</p>'
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>{count} published - Publer sandbox</title>
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
