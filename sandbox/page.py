"""The page that shows people what was published. Everything on it is escaped; nothing is fetched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from jinja2 import Template

from sandbox.answers import HTML, Answer
from sandbox.networks import NETWORKS
from sandbox.record import Post, Record
from sandbox.scenario import Scenario

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
{% set title = "%d post%s really published" % (posts | length, "" if posts | length == 1 else "s") %}
<title>{{ title }} - Publer sandbox</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; background: #fff; color: #222; }
@media (prefers-color-scheme: dark) { :root { background: #181818; color: #eee; } a { color: #9cf; } }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
article { border: 1px solid #8888; border-radius: .5rem; padding: .5rem 1rem; margin: 1rem 0; }
h2 { font-size: 1rem; }
.text { white-space: pre-wrap; }
</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
<p>Workspace {{ workspaces }} · {{ requests }} requests so far · newest first</p>
<ul>{% for one in surprises %}<li>Not in Publer's documentation: {{ one }}</li>{% endfor %}</ul>
{% for heading, text, facts in posts %}
<article>
<h2>{{ heading }}</h2>
<p class="text" dir="auto">{{ text }}</p>
<ul>
{% for label, value in facts if value %}
<li>{{ label }}:
{% if value.startswith(("https://", "http://")) %}
<a rel="noreferrer noopener" href="{{ value }}">{{ value }}</a>
{% else %}
{{ value }}
{% endif %}
</li>
{% endfor %}
</ul>
</article>
{% else %}
<p>Nothing yet. Publish something to this sandbox and it shows up here.</p>
{% endfor %}
</main>
</body>
</html>
"""


def answer(record: Record, scenario: Scenario) -> Answer:
    """The whole page."""
    files = {upload.id: upload.name for upload in record.uploads}
    text = Template(_PAGE, autoescape=True, trim_blocks=True).render(
        posts=[(_heading(post), post.text, _facts(post, files)) for post in reversed(record.published)],
        workspaces=", ".join(workspace.name for workspace in scenario.workspaces),
        requests=len(record.requests),
        surprises=record.surprises,
    )
    return Answer(status=200, body=text.encode("utf-8", "replace"), headers=_HEADERS, content_type=HTML)


def _heading(post: Post) -> str:
    time = datetime.fromtimestamp(post.time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{NETWORKS[post.network].title} · {post.account.name} · {post.type} · {time}"


def _facts(post: Post, files: dict[str, str]) -> list[tuple[str, str]]:
    options = post.content.get("options") or ""
    return [
        ("Title", str(post.content.get("title") or "")),
        ("Option", ", ".join(map(str, options)) if isinstance(options, list) else str(options)),
        ("Link", post.url),
        *(("Media", _medium(item, files)) for item in post.media),
        *(("Comment", str(one.get("text") if isinstance(one, dict) else one)) for one in post.comments),
        ("Post", post.link),
    ]


def _medium(item: dict[str, Any], files: dict[str, str]) -> str:
    name = files.get(str(item.get("id")), str(item.get("id")))
    alt = item.get("alt_text") or item.get("caption")
    return f"{name} ({item.get('type', 'file')}){f': {alt}' if alt else ''}"
