"""The page that shows people what was published. Everything on it is escaped; nothing is fetched."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

from sandbox.forms import Json
from sandbox.networks import NETWORKS
from sandbox.record import Published, Record
from sandbox.scenario import Scenario

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; background: #fff; color: #222; }
@media (prefers-color-scheme: dark) { :root { background: #181818; color: #eee; } a { color: #9cf; } }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
article { border: 1px solid #8888; border-radius: .5rem; padding: .5rem 1rem; margin: 1rem 0; }
h2 { font-size: 1rem; }
.text { white-space: pre-wrap; }
"""


def render(record: Record, scenario: Scenario) -> str:
    """The whole page as HTML."""
    count = len(record.published)
    title = f"{count} post{'' if count == 1 else 's'} really published"
    names = ", ".join(workspace.name for workspace in scenario.workspaces)
    files = {upload.id: upload.name for upload in record.uploads}
    surprises = "".join(f"<li>Not in Publer's documentation: {escape(one)}</li>" for one in record.surprises)
    posts = "\n".join(_article(post, files) for post in reversed(record.published))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>{title} - Publer sandbox</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>Workspace {escape(names)} · {len(record.requests)} requests so far · newest first</p>
<ul>{surprises}</ul>
{posts or "<p>Nothing yet. Publish something to this sandbox and it shows up here.</p>"}
</main>
</body>
</html>
"""


def _article(post: Published, files: dict[str, str]) -> str:
    time = datetime.fromtimestamp(post.time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    content = post.content if isinstance(post.content, dict) else {}
    facts = [("Title", content.get("title")), ("Option", content.get("options")), ("Link", post.url)]
    facts += [("Media", _medium(item, files)) for item in post.media]
    facts += [("Comment", one.get("text") if isinstance(one, dict) else one) for one in post.comments]
    facts.append(("Post", post.link))
    lines = "".join(_fact(label, value) for label, value in facts if value)
    return f"""<article>
<h2>{escape(NETWORKS[post.network].title)} · {escape(post.account_name)} · {escape(post.type)} · {time}</h2>
<p class="text" dir="auto">{escape(post.text)}</p>
<ul>{lines}</ul>
</article>"""


def _medium(item: dict[str, Any], files: dict[str, str]) -> str:
    name = files.get(str(item.get("id")), str(item.get("id")))
    alt = item.get("alt_text") or item.get("caption")
    return f"{name} ({item.get('type', 'file')}){f': {alt}' if alt else ''}"


def _fact(label: str, value: Json) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    shown = escape(text)
    if text.startswith(("https://", "http://")):
        shown = f'<a rel="noreferrer noopener" href="{shown}">{shown}</a>'
    return f"<li>{label}: {shown}</li>"
