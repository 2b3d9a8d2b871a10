"""What values bring into a post: warned of, escaped where the text is markup, and no hole where they are empty."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pytest

from publer_publish.errors import Problem
from publer_publish.post.template.values import ANNOUNCEMENT
from tests.unit.post.template.test_template import Templates

VALUES: Mapping[str, object] = {
    "version": "1.2.3",
    "tag": "@acme/rocket@1.2.3",
    "actor": "octocat",
    "repository": {"name": "my-rocket"},
    "release": {"title": "", "body": "## New\n* **Maps** by @ada, see README.md", "html_url": "https://acme.dev/r"},
    "vars": {"tags": "#fast", "odd": "Test *() DRY_RUN <dir> & [x](y)", "empty": "", "long": "many words here " * 30},
}  # fmt: skip


def warnings(source: str, markup: str = "") -> list[Problem]:
    templates = Templates(VALUES)
    assert templates.render(source, markup=markup) is not None
    return list(templates.problems)


@pytest.mark.parametrize(
    ("source", "at", "said"),
    [
        ("out: {{ release.body }}", "{{", "mention @ada"),
        ("out: {{ release.body }}", "{{", "Markdown that no network renders"),
        ("out: {{ release.body }}", "{{", "README.md, which networks turn into a link"),
        ("{{ version }}\nnow {{ vars.tags }}", "{{ vars", "hashtag #fast"),
        ("{{ version }} of {{ tag }}", "{{ tag", "mention @acme/rocket"),
        ("{{ release.body | fit }}", "{{", "mention @ada"),
        ("{% for x in [1] %}{{ x }}{{ release.body }}{% endfor %}", "{{ release", "mention @ada"),
        ("new: #{{ repository.name }}", "{{", "is #my."),
        ("see **this** {{ version }}", "**", "No network renders Markdown"),
        ("the [notes](https://acme.dev)", "[", "No network renders Markdown"),
        ("## News\n{{ version }}", "##", "No network renders Markdown"),
        (r"one\ntwo", "\\n", "a new line may be meant"),
        (r"{{ version }}\n\nmore", "\\n", "a new line may be meant"),
    ],
)
def test_what_networks_would_act_on_or_show_as_written_is_warned_of(source: str, at: str, said: str) -> None:
    found = {problem.message: problem.where.column - 1 for problem in warnings(source)}
    places = [place for message, place in found.items() if said in message]
    assert source.index(at) in places, found


@pytest.mark.parametrize(
    "source",
    [
        "{{ release.body | plain }} {{ release.notes }} {{ release.html_url }}",
        "thanks @{{ actor }}, @ada and #fast, see README.md: {{ '@ada' }}",
        "#{{ actor }} {{ repository.name | hashtag }} {{ version }} {{ release.title }}",
        "{{ version }} costs 2 * 3 * 4, snake_case_name, C:\\new\\temp, [x] and (y)",
        "{% if release.body %}{{ actor }}{% endif %}{# **comment** #}",
    ],
)
def test_what_the_author_typed_and_what_is_harmless_is_not(source: str) -> None:
    assert warnings(source) == []


@pytest.mark.parametrize("markup", ["HTML", "Markdown", "article"])
def test_markup_is_no_mistake_where_it_is_rendered(markup: str) -> None:
    assert warnings("**bold** <b>x</b> {{ release.body }}", markup) == []


@pytest.mark.parametrize(
    ("markup", "source", "text"),
    [
        ("HTML", "<b>{{ vars.odd }}</b>", "<b>Test *() DRY_RUN &lt;dir&gt; &amp; [x](y)</b>"),
        ("HTML", '<a href="{{ vars.odd }}">', '<a href="Test *() DRY_RUN &lt;dir&gt; &amp; [x](y)">'),
        ("Markdown", "*{{ version }}* {{ vars.odd }}", r"*1.2.3* Test \*() DRY\_RUN <dir> & \[x](y)"),
        ("Markdown", "[go]({{ release.html_url }})", "[go](https://acme.dev/r)"),
        ("", "{{ vars.odd }}", "Test *() DRY_RUN <dir> & [x](y)"),
        ("HTML", "{% set x %}{{ vars.odd }}{% endset %}{{ x }}", "Test *() DRY_RUN &lt;dir&gt; &amp; [x](y)"),
    ],
)
def test_values_are_text_in_markup(markup: str, source: str, text: str) -> None:
    assert Templates(VALUES).render(source, markup=markup) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a\n{{ vars.empty }}\nb", "a\nb"),
        ("a\n\n{{ vars.empty }}\n\nb", "a\n\nb"),
        ("a\n\n{{ vars.empty | plain | fit }} {{ release.title }}\n\nb", "a\n\nb"),
        ("{{ vars.empty }}\n\nb", "b"),
        ("a\n\n{{ vars.empty }}", "a\n"),
        ("a {{ vars.empty }}\n\n\nb", "a \n\n\nb"),
        ("a\n{% if release.title %}\n{{ release.title }}\n{% endif %}\nb", "a\nb"),
        ("a\n{% if actor %}\n{{ actor }}\n{% endif %}\nb", "a\noctocat\nb"),
        ("a\n  {% for x in [1, 2] %}\n  - {{ x }}\n  {% endfor %}\nb", "a\n  - 1\n  - 2\nb"),
        ("a\n{# why #}\nb {# c #}\nd", "a\nb \nd"),
        ("a {% if actor %}b{% endif %}\nc", "a b\nc"),
        ("{{ actor }}{% if actor %}\nc{% endif %}", "octocat\nc"),
    ],
)
def test_what_is_empty_leaves_no_blank_line_and_glues_nothing(source: str, text: str) -> None:
    assert Templates(VALUES).render(source) == text


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("my-rocket", "#MyRocket"),
        ("rocket", "#Rocket"),
        ("@acme/rocket.js", "#AcmeRocketJs"),
        ("myRocket_2", "#MyRocket2"),
        ("#done", "#Done"),
        ("2026", "2026"),
        ("-", ""),
    ],
)
def test_a_name_becomes_a_hashtag(name: str, tag: str) -> None:
    assert Templates({"name": name}).render("{{ name | hashtag }}") == tag


def _fits(room: int, text: str) -> bool:
    return len(text) <= room


def test_no_list_marker_stays_alone_before_the_cut() -> None:
    source = "{{ '• one two\n• three four' | fit }}"
    cuts = {Templates({}).render(source, fits=partial(_fits, room)) for room in range(30)}
    assert cuts == {"", "• one…", "• one two…", "• one two\n• three…", "• one two\n• three four"}


def test_a_mark_that_a_value_forges_does_nothing() -> None:
    forged = "a\U00100001b\U0010f005c\U0010fffd"
    templates = Templates({"vars": {"x": forged}})
    assert templates.render("{{ vars.x }}{{ vars.x | fit }}", fits=lambda _: True) == "abcabc"


def test_the_default_announcement_does_nothing_that_github_does_not() -> None:
    release = {"title": "Maps, by @ada", "html_url": "https://acme.dev/r"}
    values = {"repository": {"name": "socket.io"}, "version": "1.2.3", "release": release}
    templates = Templates(values)
    text = templates.render(ANNOUNCEMENT, fits=lambda _: True, markup="")
    assert text == "socket .io 1.2.3 is out!\nMaps, by ada\n\nhttps://acme.dev/r\n"
    assert not list(templates.problems)
    values["release"] = {**release, "title": ""}
    assert Templates(values).render(ANNOUNCEMENT) == "socket .io 1.2.3 is out!\n\nhttps://acme.dev/r\n"
