"""What templates can read and do: for suggestions, and for the page that tells it."""

from __future__ import annotations

from typing import NamedTuple


class Value(NamedTuple):
    """One value: its name in a template, and what its reader wants to know."""

    name: str
    meaning: str
    example: str
    exists: str


_RUN = "a workflow runs"
_TAG = "a tag is built or released, or `variables` has `tag`"
_RELEASE = "the event has one, or the tag has one on GitHub"

VALUES = (
    Value("tag", "the tag", "v1.2.3", _TAG),
    Value(
        "version",
        "the version number in the tag: `1.2.3` of `v1.2.3`, `pkg-v1.2.3` or `@scope/pkg@1.2.3`",
        "1.2.3",
        _TAG,
    ),
    Value("release.tag_name", "its tag", "v1.2.3", _RELEASE),
    Value("release.name", "its title, or its tag if it has none", "Rocket 1.2.3", _RELEASE),
    Value(
        "release.title",
        "its title; empty if it has none, or one that is only the tag or the version",
        "Rocket 1.2.3",
        _RELEASE,
    ),
    Value(
        "release.notes",
        "its notes as plain text, as in [release notes](release-notes.md); may be empty",
        "What is new …",
        _RELEASE,
    ),
    Value("release.body", "its notes, in Markdown; may be empty", "## What is new …", _RELEASE),
    Value("release.html_url", "its page", "https://github.com/acme/rocket/releases/tag/v1.2.3", _RELEASE),
    Value("release.prerelease", "whether it is a pre-release", "false", _RELEASE),
    Value("release.draft", "whether it is a draft", "false", _RELEASE),
    Value("release.published_at", "when it was published; may be empty", "2026-11-01T12:00:00Z", _RELEASE),
    Value("release.author", "the login of its author", "octocat", _RELEASE),
    Value("repository.full_name", "owner and name", "acme/rocket", _RUN),
    Value("repository.name", "its name", "rocket", _RUN),
    Value("repository.owner", "the login of its owner", "acme", _RUN),
    Value("repository.html_url", "its page", "https://github.com/acme/rocket", _RUN),
    Value("ref_name", "the branch or tag", "main", _RUN),
    Value("sha", "the commit", "3f786850e387550fdab836ed7e6dc881de23001b", _RUN),
    Value("short_sha", "its first seven digits", "3f78685", _RUN),
    Value("actor", "the login of whoever started the run", "octocat", _RUN),
    Value("run_url", "the page of the run", "https://github.com/acme/rocket/actions/runs/1658821493", _RUN),
    Value(
        "event",
        "GitHub's payload of the event, with the field names of its documentation",
        "event.pull_request.title",
        "the event has it",
    ),
    Value("vars", "what the input `variables` says", "vars.channel", "`variables` has it"),
)

NAMES = frozenset(value.name.partition(".")[0] for value in VALUES)
"""What a template may be given; some of it only once a template asks for it."""

FIELDS = {
    name: frozenset(value.name.partition(".")[2] for value in VALUES if value.name.startswith(f"{name}."))
    for name in ("release", "repository")
}
"""Of what is the same in every run; ``event`` and ``vars`` differ."""

OWN_FILTERS = {
    "plain": "turns Markdown or HTML into text that does nothing on a network that it does not do on GitHub: "
    "no mentions, no hashtags, no links that GitHub does not show ([release notes](release-notes.md))",
    "hashtag": "turns a name into a hashtag: `my-rocket` into `#MyRocket`",
    "fit": "cuts this part at a word, so that the whole text is short enough for the network that gets it, "
    'counted as that network counts; up to 20 parts of a text. `fit(rest="thread")` continues with the rest '
    "in a thread, on X, Threads, Bluesky and Mastodon",
}
"""What there is beside Jinja's filters."""

ANNOUNCEMENT = """\
{{ repository.name | plain }} {{ version | plain }} is out!
{{ release.title | plain | fit }}

{{ release.html_url }}
"""
"""The text of a run on a release or a tag that has neither a post file nor a text."""
