"""The page that shows people what was published. Everything on it is escaped; nothing is fetched."""

from __future__ import annotations

from collections.abc import Sized
from datetime import UTC, datetime
from html import escape

from sandbox.networks import NETWORKS
from sandbox.record import Published, Record
from sandbox.scenario import Scenario

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #888; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 2rem 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .2rem; }
header p, .empty, footer { color: var(--soft); margin: 0 0 1.5rem; }
main { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); }
article { border: 1px solid var(--line); border-radius: .6rem; display: flex; flex-direction: column; }
article h2 { border-bottom: 1px solid var(--line); font-size: .95rem; margin: 0; padding: .6rem .9rem; }
article h2 span { color: var(--soft); font-weight: normal; }
.text { flex: 1; overflow-wrap: anywhere; padding: .8rem .9rem; white-space: pre-wrap; }
.more { color: var(--soft); font-size: .85rem; list-style: none; margin: 0; padding: 0 .9rem .8rem; }
.more li { overflow-wrap: anywhere; }
.surprises { border-left: 3px solid #c60; margin: 0 0 1.5rem; padding: .2rem 1.5rem; }
"""


def render(record: Record, scenario: Scenario) -> str:
    """The whole page as HTML."""
    names = ", ".join(workspace.name for workspace in scenario.workspaces)
    count = len(record.published)
    cards = "\n".join(_card(post) for post in reversed(record.published))
    surprises = "".join(f"<li>{escape(surprise)}</li>" for surprise in record.surprises)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>{count} published – Publer sandbox</title>
<link rel="stylesheet" href="/_sandbox/page.css">
</head>
<body>
<header>
<h1>{_count(record.published, "post")} really published</h1>
<p>Workspace {escape(names)} · {_count(record.requests, "request")} so far · newest first</p>
</header>
{f'<ul class="surprises">{surprises}</ul>' if surprises else ""}
<main>
{cards or '<p class="empty">Nothing yet. Publish something to this sandbox and it shows up here.</p>'}
</main>
</body>
</html>
"""


def _count(things: Sized, word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def _card(post: Published) -> str:
    details = [
        _time(post.time),
        *(f"Media: {item.get('type', 'file')} {item.get('id', '')}" for item in post.media),
        *(f"Alt text: {item['alt_text']}" for item in post.media if item.get("alt_text")),
        *(f"Comment: {comment.get('text', '')}" for comment in post.comments),
    ]
    lines = "".join(f"<li>{escape(str(detail))}</li>" for detail in details)
    links = _link("Link", post.url) + _link("Post", post.link)
    return f"""<article>
<h2>{escape(NETWORKS[post.network].title)} <span>{escape(post.account_name)} · {escape(post.type)}</span></h2>
<div class="text">{escape(post.text)}</div>
<ul class="more">{lines}{links}</ul>
</article>"""


def _link(label: str, url: str) -> str:
    if not url:
        return ""
    if not url.startswith(("https://", "http://")):
        return f"<li>{label}: {escape(url)}</li>"
    return f'<li>{label}: <a rel="noreferrer noopener" href="{escape(url)}">{escape(url)}</a></li>'


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
