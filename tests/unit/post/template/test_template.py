"""Templates render values as data, and errors say where they are and what to do."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.errors import Path, Problem, Problems, ServiceError, Severity, Where
from publer_publish.github.event import Event, release_fields
from publer_publish.github.template_values import RunContext
from publer_publish.networks.count import fits, measure
from publer_publish.networks.table import network
from publer_publish.post.template.engine import Engine
from publer_publish.post.template.render import Renderer, is_template
from publer_publish.post.template.values import FIELDS, NAMES, OWN_FILTERS

CONTEXT: Mapping[str, object] = {
    "tag": "v1.2.3",
    "version": "1.2.3",
    "release": {
        "name": None,
        "body": "## New\n* **One** thing\n* Another",
        "html_url": "https://github.com/o/r/releases/tag/v1.2.3",
        "prerelease": False,
        "author": {},
    },
    "event": {"commits": [{"message": "a"}, {"message": "b"}]},
    "vars": {
        "items": "5",
        "words": "Many words here. " * 50,
        "long": "ab" * 40_000,
        "evil": "{{ tag }}{% for x in y %}",
    },
}


class Values(NamedTuple):
    """A context that has everything it will ever have."""

    context: Mapping[str, object]

    def values(
        self, names: frozenset[str], asked_about: frozenset[str] = frozenset()
    ) -> Mapping[str, object]:
        return self.context

    def settles(self, names: frozenset[str]) -> bool:
        return True


class OneText:
    """A document whose places are offsets in the text that is rendered."""

    file = "post.yml"

    def where(self, path: Path, *, key: bool = False) -> Where:
        return Where(file=self.file)

    def where_in(self, path: Path, offset: int) -> Where:
        return Where(file=self.file, column=offset + 1)

    def raw(self, path: Path) -> str:
        raise NotImplementedError


class Templates:
    """Renders texts as a post file's are."""

    def __init__(self, context: Mapping[str, object] = CONTEXT) -> None:
        self.problems = Problems()
        self._renderer = Renderer(OneText(), Values(context), self.problems)

    def render(
        self, source: str, *, fits: Callable[[str], bool] | None = None, markup: str | None = None
    ) -> str | None:
        return self._renderer.text((), source, fits=fits, markup=markup)

    def truth(self, source: str) -> bool | None:
        return self._renderer.truth((), source)

    def errors(self, source: str) -> list[Problem]:
        """What is wrong with a template."""
        assert self.render(source) is None
        return self.problems.errors()


@pytest.fixture
def templates() -> Templates:
    return Templates()


def failure(source: str, context: Mapping[str, object] = CONTEXT) -> Problem:
    """The last thing that is wrong with a template: what ended it."""
    return Templates(context).errors(source)[-1]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain text, 100 % { } fine", "plain text, 100 % { } fine"),
        ("{{ tag }} is out!\n", "v1.2.3 is out!\n"),
        ("{{ release.body | plain }}", "New\n• One thing\n• Another"),
        ("{% if release.prerelease %}pre{% else %}final{% endif %}", "final"),
        ("{% for c in event.commits %}{{ loop.index }}{{ c.message }}{{ ', ' if not loop.last }}{% endfor %}", "1a, 2b"),
        ("{{ event.commits | map(attribute='message') | join('+') }}", "a+b"),
        ("{{ release.name or tag }}|{{ release.name }}|", "v1.2.3||"),
        ("{{ vars.items }}", "5"),
        ("{{ vars['items'] }} {{ vars.get('x', 'y') }}", "5 y"),
        ("{{ 'known' if tag is defined }} {{ unknown is defined }} {{ unknown | default('x') }}", "known False x"),
        ("{{ tag.upper() }} {{ tag[1:] }} {{ tag ~ '!' }} {{ tag.replace('v', '') }}", "V1.2.3 1.2.3 v1.2.3! 1.2.3"),
        ("{% set n = namespace(x=1) %}{% for i in range(3) %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }}", "4"),
        ("{{ vars.long | replace('ab', 'c') | length }}", "40000"),
        ("{% for x in [1, [2, 3]] recursive %}{{ x if x is number else loop(x) }}{% endfor %}", "123"),
        ("{% macro bold(x) %}*{{ x }}*{% endmacro %}{{ bold(tag) }}", "*v1.2.3*"),
        ("{% raw %}{{ literally }}{% endraw %}{# a comment #}", "{{ literally }}"),
        ("<b>{{ '<&>' }}</b>", "<b><&></b>"),
        ("{{ tag | fit }}", "v1.2.3"),
        ("{{ 7 // 2 }} {{ 7 % 4 }} {{ 2 ** 10 }} {{ (1.5 + 1) | round | int }}", "3 3 1024 2"),
    ],
)  # fmt: skip
def test_rendering(templates: Templates, source: str, text: str) -> None:
    assert templates.render(source) == text


@given(st.text(st.characters(exclude_categories=["Co", "Cs"]), max_size=60))
def test_a_value_is_never_a_template(value: str) -> None:
    assert Templates({"x": value}).render("{{ x }}") == value


def test_text_from_an_event_stays_text(templates: Templates) -> None:
    assert templates.render("{{ vars.evil }}") == "{{ tag }}{% for x in y %}"


@pytest.mark.parametrize(
    ("source", "at", "message", "hint"),
    [
        ("{{ relase.name }}", "relase", "There is no 'relase'", "Did you mean 'release'?"),
        ("one\ntwo {{ tag }} {{ release.html_ulr }}", "html_ulr", "'release.html_ulr'", "Did you mean 'html_url'?"),
        ("one\r\n\r\n{{ release['html_ulr'] }}", "html_ulr", "'release.html_ulr'", "Did you mean 'html_url'?"),
        ("{{ vars['channel'] }}", "channel", "'vars.channel'", "There are: evil, items, long, words."),
        ("😀\n😀😀 {{ tga }}", "tga", "'tga'", "Did you mean 'tag'?"),
        ("tga {{ tag }}\n{{\n  tga }}", "tga }}", "'tga'", "Did you mean 'tag'?"),
        ("{{ something_else }}", "something_else", "'something_else'", "There are: actor, event, ref_name, release"),
        ("a\n\n{{ tag | uper }}", "uper", "There is no filter 'uper'", "Did you mean 'upper'?"),
        ("a\n{{ tag is evn }}", "evn", "There is no test 'evn'", "Did you mean 'even'?"),
        ("a\n{% foo %}", "foo", "unknown tag 'foo'", "{% raw %}"),
        ("a\n{{ tag", "{{ tag", "`{{` is never closed by `}}`", "{{ and }}"),
        ("a {{ tag\n{{ version }}", "{{ tag", "`{{` is never closed by `}}`", "{{ and }}"),
        ("{{ 'a }}' }} {{ tag is\nout", "{{ tag", "`{{` is never closed by `}}`", "{{ and }}"),
        ("{% raw %}{{ a {% endraw %}\n{% if tag", "{% if tag", "`{%` is never closed by `%}`", "{% and %}"),
        ("a {#12} {{ tag }}", "{#12", "`{#` is never closed by `#}`", "`{#` begins a comment"),
        ("{{ github.ref_name }}", "github", "There is no 'github'", "such as {{ ref_name }}"),
        ("a\n\n{% if tag %} b", "{% if", "looking for", "{{ and }}"),
        ("a\n{{ tag }}\n{{ release }}", "{{ release", "an object, not a text", "Name one of its fields"),
        ("{{ event.commits }}", "{{ event", "a list, not a text", "{% for %}"),
        ("{{ tag.nme }}", "nme", "no 'nme' in a text", "release.name"),
        ("{{ tag + 1 }}", "{{ tag", "kind of its value", "{{ 'v' ~ 1 }}"),
        ("{{ 1 + tag }}", "{{ 1", "kind of its value", "~"),
        ("{{ tag > 1 }}", "{{ tag", "kind of its value", "| int"),
        ("{{ [1, 'a'] | sort }}", "{{ [1", "kind of its value", "| int"),
        ("{{ tag | fit(1, 2) }}", "{{ tag", "options that it does not take", "Jinja's documentation"),
        ("{{ tag | replace(1) }}", "{{ tag", "or too few", "Jinja's documentation"),
        ("{% for x in 5 %}{% endfor %}", "{% for", "kind of its value", "{% for %}"),
        ("{{ tag | round }}", "{{ tag", "kind of its value", "int makes a number"),
        ("{{ release.author.x }}", "x }}", "no 'release.author.x'", "It has no fields here."),
        ("{{ tag() }}", "{{ tag", "kind of its value", "what kind of value"),
        ("{{ tag | truncate(-5) }}", "{{ tag", "expected length >= 3, got -5", "what kind of value"),
        ("{{ tag.upper }}", "{{ tag", "a function or the like, not a text", "fields"),
        ("{% include 'a' %}", "{% include", "cannot include", "one text"),
        ("{{ vars.items | map('uper') | join }}", "uper", "no filter 'uper'", "Did you mean 'upper'?"),
        ("{{ event.commits | map(attribute='mesage') | join }}", "mesage", "'mesage'", "Did you mean 'message'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_explained_at_its_place(source: str, at: str, message: str, hint: str) -> None:
    error = failure(source)
    assert message in error.message
    assert hint in error.hint
    assert error.where.column - 1 == source.rindex(at)


def places(source: str) -> list[str]:
    """Give the words at which something is wrong, in their order, of a template that has failed before them."""
    source = "{{ oops }}" + source
    errors = Templates().errors(source)
    return [re.split(r"[^\w.]", source[error.where.column - 1 :])[0] for error in errors][1:]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ repository.nam }} {{ tagg }}\n{{ release.bdy | plan }}", ["nam", "tagg", "plan", "bdy"]),
        ("{{ tagg }} {{ tagg ~ tagg }}", ["tagg", "tagg", "tagg"]),
        ("{{ release['bdy'] }} {{ vars.x }} {{ event.y }}", ["bdy", "x", "y"]),
        ("{{ tagg }} {{ release.notes }}", ["tagg"]),
        ("{% if release.prerelease is evn %}{{ tagg }}{% endif %}", ["evn", "tagg"]),
        ("{% for c in commits %}{{ c.x }}{{ loop.index }}{% endfor %}", ["commits"]),
        # In doubt: the template asks for it, or sets it, or may never come there.
        ("{% if x is defined %}{{ x }}{% endif %}{{ y | default('z') }}", []),
        ("{% set x = 1 %}{{ x }}{% for y in event.commits %}{{ y.z }}{% endfor %}", []),
        ("{% macro f(x) %}{{ x }}{% endmacro %}{{ f(tag) }}{{ range(3) | join }}", []),
        ("{% if event.commits %}{{ vars.x }}{% endif %}{{ event.y if tag }}{{ tag or vars.z }}", []),
        ("{{ vars.items() }}{{ vars.get('x') }}{{ release.get('bdy') }}", []),
    ],
)
def test_every_wrong_name_is_found_and_none_that_may_be_right(source: str, words: list[str]) -> None:
    assert sorted(places(source)) == sorted(words)


@pytest.mark.parametrize("count", [14_000, 15_000], ids=["cut", "too long to be rendered"])
def test_very_many_mistakes_are_found_quickly_and_cut(count: int) -> None:
    assert len(Templates().errors("{{ ab }}" * (count // 10 * 8))) in {1, 20}


def test_what_is_written_like_an_expression_of_github_is_explained(templates: Templates) -> None:
    source = "${{ tag }} $ {{ tag }} {% raw %}${{ x }}{% endraw %} {# ${{ x }} #}${% if 1 %}{% endif %}"
    assert templates.render(source) is not None
    assert [(problem.severity, problem.where.column) for problem in templates.problems] == [
        (Severity.WARNING, 1)
    ]
    assert "${{ … }}" in next(iter(templates.problems)).message


def test_of_very_many_such_expressions_some_are_explained(templates: Templates) -> None:
    assert templates.render("${{ tag }}" * 7_000) is not None
    assert len(templates.problems) == 20


def test_the_values_that_are_named_are_those_that_exist() -> None:
    event = Event(repository="a/b", ref_name="r", sha="s", actor="a", run_id="1", tag="v1")
    context = RunContext(event, {}, lambda tag: release_fields({"tag_name": tag}), placeholders=False)
    values = context.values(NAMES)
    assert set(values) == NAMES
    for name, fields in FIELDS.items():
        there = values[name]
        assert isinstance(there, Mapping)
        assert set(there) | {"notes"} == fields | {"notes"}
    assert all(Templates().render(f"{{{{ tag | {name} }}}}") for name in OWN_FILTERS)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ tag.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ tag | attr('__class__') }}",
        "{{ [tag] | map(attribute='__class__') | list | first }}",
        "{{ range.__self__ }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ self.__dict__ }}",
        "{{ lipsum.__globals__ }}",
        "{{ joiner() }}",
        "{{ cycler('a') }}",
        "{{ '{0.__class__}'.format(tag) }}",
        "{{ '{0.__class__}' | format(tag) }}",
        "{{ tag.encode() }}",
        "{% include 'secret' %}",
        "{% import 'secret' as s %}",
        "{% from 'secret' import s %}",
        "{% extends 'secret' %}",
        "{{ self }}",
        "{{ range }}",
    ],
)  # fmt: skip
def test_the_sandbox_is_closed(source: str) -> None:
    error = failure(source)
    assert "object at 0x" not in error.message + error.hint
    assert "built-in" not in error.message + error.hint


DOUBLING = "{% set n = namespace(x='a') %}{% for i in range(100) %}"


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(10000) %}" + "x" * 50 + "{% endfor %}",
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "{{ range(0, 10 ** 20) }}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ [1] * 10 ** 9 }}",
        "{{ 2 ** 99999 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 'a' | center(10 ** 9) }}",
        "{{ ['a'] | map('center', 10 ** 9) | list }}",
        "{{ 'a' | indent(10 ** 9) }}",
        "{{ 'a' | indent('a' * 90000) }}",
        "{{ [1] | batch(10 ** 9, 'x') | list }}",
        "{{ [[1]] | sum(start=[]) }}",
        "{{ [1] * 2 }}",
        "{{ 'a' * 2 }}",
        "{{ '%s' % 1 }}",
        "{{ 'a' | replace('', 'b' * 1000) | replace('b', 'c' * 1000) }}",
        "{{ vars.long.replace('x', 'yyyyyyyyyy') }}",
        "{{ [1, 2, 3] | join(vars.long) }}",
        "{{ vars.long.join('abc') }}",
        DOUBLING + "{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}{% endfor %}",
        DOUBLING + "{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
        DOUBLING + "{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x | upper }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ " + "(" * 10_000 + "1" + ")" * 10_000 + " }}",
        "{{ " + "[" * 10_000 + "]" * 10_000 + " }}",
        "{{ " + "-" * 10_000 + "1 }}",
        "{{ " + "not " * 10_000 + "1 }}",
        "{{ 1" + " + 1" * 10_000 + " }}",
        "{{ tag" + ".x" * 10_000 + " }}",
        "{{ tag" + "|upper" * 10_000 + " }}",
        "{% if 1 %}" * 3_000 + "{% endif %}" * 3_000,
        "{% for i in [1] %}" * 30 + "{% endfor %}" * 30,
        "{{ " * 30_000,
        "{% " * 30_000,
        "{{ tag }}" + "x" * 100_000,
        "{{ release." + "a" * 90_000 + " }}",
        "{{ release." + "a." * 45_000 + "b }}",
        "{{ '" + "a." * 45_000 + "' }}{{ release.nme }}",
    ],
    ids=lambda source: source[:50],
)  # fmt: skip
def test_a_hostile_template_ends_with_an_error(source: str) -> None:
    error = failure(source, {**CONTEXT, "vars": {"long": "x" * 90_000}})
    assert error.message
    assert "Traceback" not in error.message
    assert len(error.message) < 400


PIECE = st.text(st.characters(exclude_characters="{}\r", exclude_categories=["Co", "Cs"]), max_size=12)


@given(st.lists(st.lists(PIECE, min_size=1, max_size=3), min_size=1, max_size=4))
def test_templates_of_one_form_keep_their_own_texts(posts: list[list[str]]) -> None:
    """Templates that differ only in the text around their tags are compiled once."""
    templates = Templates({"tag": "v1"})
    for pieces in posts:
        assert templates.render("{{ tag }}" + "{{ tag }}".join(pieces)) == "v1" + "v1".join(pieces)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% set x %}ONE {{ tag }}{% endset %}[{{ x }}]", "[ONE v1]"),
        ("{% filter lower %}ONE{{ tag }}{% endfilter %}", "onev1"),
        ("{% macro m(a) %}ONE {{ a }}!{% endmacro %}{{ m(tag) }}TWO{{ m(2) }}", "ONE v1!TWOONE 2!"),
        ("{% macro m() %}({{ caller() }}){% endmacro %}{% call m() %}ONE{% endcall %}", "(ONE)"),
        (
            "{% for i in range(2) %}ONE{% if i %}TWO{% else %}{{ tag }}{% endif %}, {% endfor %}",
            "ONEv1, ONETWO, ",
        ),
        ("{% with a = 'b' %}ONE{{ a }}{% endwith %}", "ONEb"),
        ("{% raw %}ONE {{ x }}{% endraw %}{# TWO #}{{ tag }}\r\n3", "ONE {{ x }}v1\n3"),
        ("{% if true -%}  ONE  {%- endif %} {{ 0 }}", "ONE 0"),
    ],
)
@pytest.mark.parametrize("word", ["ONE", "other"])
def test_text_stays_where_it_stands_in_every_block(source: str, text: str, word: str) -> None:
    templates = Templates({"tag": "v1"})
    templates.render(source)
    expected = text.replace("ONE", word).replace("one", word.lower())
    assert templates.render(source.replace("ONE", word)) == expected


def test_the_notes_of_one_release_may_go_into_every_post_of_a_large_file() -> None:
    notes = "* **Fixed** a thing, see [#1](https://example.com/1)\n" * 40
    templates = Templates({"notes": notes})
    texts = {templates.render("{{ notes | plain }}") for _ in range(500 * 13)}
    assert len(texts) == 1
    assert "**" not in str(texts.pop())


def test_a_name_that_has_no_value_in_this_run_is_explained() -> None:
    assert "`variables`" in failure("{{ vars.channel }}", {"vars": {}}).hint
    assert "no event payload" in failure("{{ event.commits }}", {"event": {}}).hint


@pytest.mark.parametrize(
    "event", [{}, {"action": "opened", "number": 3}], ids=["command line", "pull request"]
)
def test_a_field_of_the_event_that_publishes_can_be_asked_about_in_a_review(event: dict[str, object]) -> None:
    """A loop over the commits of a push is checked on a pull request, too, which brings none."""
    loop = "{% for c in event.commits %}{{ c.message }}{% endfor %}"
    cure = "{% if event.commits is defined %}"
    assert cure in failure(loop, {"event": event}).hint
    assert Templates({"event": event}).render(cure + loop + "{% endif %}") == ""


def test_fit_makes_the_whole_text_fit(templates: Templates) -> None:
    rules = network("twitter")
    source = "{{ tag }} is out\n{{ vars.words | fit }}\n{{ release.html_url }}"
    text = templates.render(source, fits=lambda text: fits(rules, text))
    assert text
    assert text.startswith("v1.2.3 is out\nMany words")
    assert text.endswith("…\nhttps://github.com/o/r/releases/tag/v1.2.3")
    assert 280 - len(" words") <= measure(rules, text) <= 280


def test_fit_works_inside_loops_and_before_other_filters(templates: Templates) -> None:
    source = "{% for c in event.commits %}[{{ (c.message ~ ' word word word') | fit | trim }}]{% endfor %}"
    assert templates.render(source, fits=lambda text: len(text) <= 30) == "[a word word word][b word…]"
    assert (
        templates.render(source, fits=lambda text: len(text) <= 100) == "[a word word word][b word word word]"
    )


def test_what_is_too_long_without_the_part_stays_for_the_length_check(templates: Templates) -> None:
    assert templates.render("{{ tag }} {{ 'x y' | fit }}", fits=lambda text: len(text) <= 3) == "v1.2.3 "


def test_too_many_fits_are_an_error(templates: Templates) -> None:
    templates.render("{% for i in range(30) %}{{ tag | fit }}{% endfor %}", fits=lambda _: True)
    assert "More than 20 parts" in templates.problems.errors()[0].message


@pytest.mark.parametrize(
    ("source", "truth"),
    [
        *(
            (word, True)
            for word in ("true", "True", " YES ", "1", "{{ not release.prerelease }}", "{{ 1 == 1 }}")
        ),
        *(
            (word, False)
            for word in ("false", "No", "0", "", "  ", "{{ release.prerelease }}", "{{ release.name }}")
        ),
    ],
)
def test_when_is_true_or_false(templates: Templates, source: str, truth: bool) -> None:
    assert templates.truth(source) is truth


@pytest.mark.parametrize("source", ["on", "maybe", "{{ tag }}", "2", "x" * 500])
def test_when_is_nothing_else(templates: Templates, source: str) -> None:
    assert templates.truth(source) is None
    (error,) = templates.problems.errors()
    assert "must come to true or false" in error.message
    assert len(error.message) < 120


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("{{ release.name }} {{ tag }}", {"release", "tag"}),
        ("{% for c in event.commits %}{{ c.message }}{{ range(3) }}{% endfor %}", {"event"}),
        ("{% if vars.x %}{{ version ~ sha }}{% endif %}", {"vars", "version", "sha"}),
    ],
)
def test_the_names_that_a_template_uses(source: str, names: set[str]) -> None:
    assert Engine().uses(source).names == names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("{{ tag }} {{ release.name | default('x') }}", set()),
        ("{{ tag | default('main') }} {{ actor | d('us') }}", {"tag", "actor"}),
        ("{% if tag is defined %}{{ tag }}{% endif %}", {"tag"}),
        ("{{ 'nightly' if release is not defined else release.name }}", {"release"}),
        ("{% if tag is undefined or (release is none) %}x{% endif %}", {"tag"}),
        ("{{ tag | upper | default('x') }}", set()),
    ],
)
def test_the_names_that_a_template_copes_without(source: str, names: set[str]) -> None:
    assert Engine().uses(source).asked_about == names


def test_a_name_that_was_asked_about_and_used_all_the_same_is_explained() -> None:
    error = failure("{{ sha | default('x') }}\n{{ sha }}")
    assert error.message == "There is no `sha` in this run."
    assert "{% if sha is defined %}" in error.hint
    assert error.where.column - 1 == len("{{ sha | default('x') }}\n{{ ")


def test_a_template_that_is_too_long_is_not_even_read() -> None:
    assert "100,000 are allowed" in failure("{{ tag }}" + "x" * 100_000).message


def test_the_same_source_gives_the_same_text_again(templates: Templates) -> None:
    assert [templates.render("{{ tag }}{{ release.name }}") for _ in range(3)] == ["v1.2.3"] * 3


class Unreachable(Mapping[str, object]):
    """A release that is looked up when it is read, and cannot be."""

    def __getitem__(self, key: str) -> object:
        raise ServiceError("GitHub does not answer")

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __contains__(self, key: object) -> bool:
        return True


def test_an_error_of_the_context_itself_is_not_blamed_on_the_template() -> None:
    assert failure("{{ release.name }}", {"release": Unreachable()}).message == "GitHub does not answer"


def test_text_without_template_does_not_load_jinja() -> None:
    program = (
        "import sys\n"
        "from publer_publish.errors import Problems\n"
        "from publer_publish.post.template.render import Renderer\n"
        "renderer = Renderer(None, None, Problems())\n"
        "assert renderer.text((), 'text') == 'text' and renderer.truth((), 'yes')\n"
        "print('jinja2' in sys.modules)\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_what_is_a_template() -> None:
    assert [is_template(text) for text in ("{{ x }}", "{% x %}", "{# x #}")] == [True] * 3
    assert [is_template(text) for text in ("", "{ x }", "100 %}", "}} {")] == [False] * 4


def test_what_python_warns_of_in_a_template_is_only_an_error_of_it() -> None:
    """The warning would go to standard error."""
    assert failure("{{ 1[0] }}").message == "There is no '0' in this value."
