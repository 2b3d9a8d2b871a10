"""Where to read on: the line of a problem on GitHub, the section of the docs, Publer's own pages."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import quote

from publer_publish import __version__
from publer_publish.errors import Where
from publer_publish.networks.table import NETWORKS, canonical

PUBLER = "https://app.publer.com"
"""Where a person looks at what Publer has posted."""
_VERSION = f"https://github.com/publer-publish/publer-publish/blob/v{__version__}"
_POST_FILE = f"{_VERSION}/docs/post-file.md"
_SECTIONS = {"media": "a-media-item", "comments": "a-comment", "accounts": "an-entry-of-accounts"}
"""By the key of a post that they explain."""


def line_url(source_url: str, where: Where) -> str:
    """Return the address of a line of a file; ``source_url`` is that of the commit. Empty if unknown."""
    if not source_url or not where.file:
        return ""
    return f"{source_url}/{quote(where.file)}" + (f"#L{where.line}" if where.line else "")


def docs_url(where: Where) -> str:
    """Return the address of the section of the docs that explains a place; empty if none does."""
    if not where.file:
        return f"{_VERSION}/README.md#inputs" if where.path else ""
    if not where.path:
        return f"{_POST_FILE}#the-post-file"
    for step in reversed(where.path):
        if step in _SECTIONS:
            return f"{_POST_FILE}#{_SECTIONS[str(step)]}"
        network = NETWORKS.get(canonical(str(step)))
        if network and "networks" in where.path:
            return f"{_POST_FILE}#{_anchor(f'{network.label} ({network.key})')}"
    return f"{_POST_FILE}#a-post"


_NEW_POST = """\
# Give the file a name of its own, above. What begins with # is a note for you; nobody else sees it.
text: |
  Write the post here, on as many lines as you like.
  Keep the two spaces at the beginning of each line.
accounts: {accounts}
"""
_NEW_NAME = "new-post.publer.yml"
_USUAL_ACCOUNTS = ("linkedin/*", "twitter/*")
_MOST_ACCOUNTS = 5


def new_post_url(editor: str, patterns: Sequence[str], selectors: Sequence[str]) -> str:
    """Return GitHub's editor with a post to fill in, in a folder where a pattern of ``post-file`` finds it.

    ``editor``: where new files of a branch are made, such as ``https://github.com/acme/site/new/main``.
    ``selectors``: where posts of the repository go. Empty if no pattern finds new files.
    """
    for pattern in patterns:
        folder, _, name = pattern.removeprefix("./").rpartition("/")
        folder = folder.removesuffix("**").rstrip("/")
        if fnmatchcase(_NEW_NAME, name) and "*" not in folder:
            path = f"{folder}/{_NEW_NAME}".lstrip("/")
            accounts = json.dumps(selectors[:_MOST_ACCOUNTS] or _USUAL_ACCOUNTS, ensure_ascii=False)
            value = quote(_NEW_POST.replace("{accounts}", accounts), safe="/,")
            return f"{editor}?filename={quote(path)}&value={value}"
    return ""


def _anchor(heading: str) -> str:
    """Return what GitHub makes of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
