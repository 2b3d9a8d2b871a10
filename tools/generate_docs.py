"""Write ``docs/post-file.md`` from the schema and the program's tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from publer_publish.networks.table import NETWORKS, Kind, Network, needs
from publer_publish.post.schema.check import SCHEMA_FILE, load
from publer_publish.post.template.engine import FILTERS
from publer_publish.post.template.render import FALSE, TRUE
from publer_publish.post.template.values import OWN_FILTERS, VALUES

PAGE = SCHEMA_FILE.parents[1] / "docs" / "post-file.md"

_TYPE_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true/false",
    "array": "list",
    "object": "group of keys",
    "null": "null",
}
_MANY = 12
_LEVELS = (
    ("post", "A post"),
    ("media_item", "A media item"),
    ("comment", "A comment"),
    ("account", "An entry of accounts"),
    ("duration", "An amount of time"),
    ("conditions", "Conditions"),
    ("link", "A link"),
    ("sublink", "A card of a link carousel (Facebook)"),
)
_INTRODUCTION = """\
# The post file

<!-- Do not edit. tools/generate_docs.py makes this page of schemas/post.schema.json,
publer_publish/networks/table.py and publer_publish/post/template/values.py. -->

A post file is YAML 1.2 or JSON (`.yml`, `.yaml`, `.json`), UTF-8, at most 1 MiB. It holds one post, a list of
posts, `posts:` with a list, or Publer's own bulk document. The [examples](../examples) show every network.

In YAML 1.2 `yes`, `on`, `2026-11-01` and `12:30:45` are text; `1.0`, `20` and `true` are not: put them in
quotes where a text is meant. Several documents in one file and the same key twice are errors. So are keys
that do not stand on this page; a field of Publer that is missing here goes into `extra`.

For completion and checks in an editor begin the file with

```yaml
# yaml-language-server: $schema={id}
```
"""

_TEMPLATES = """\
## Templates

Every text of a post may be a [Jinja](https://jinja.palletsprojects.com/en/stable/templates/) template: the
text itself, titles, options, alt texts, account selectors. `{{ … }}` stands for a value, `{% if … %}` and
`{% for … %}` choose and repeat, `{# … #}` is a comment; between `{% raw %}` and `{% endraw %}` nothing is
looked at. Put a template in quotes or into a block, as here: without them a value that begins with `{` is
a group of keys.

```yaml
text: |
  {{ repository.name }} {{ tag }} is out{% if release.prerelease %} for testing{% endif %}!
  {{ release.notes | fit }}
  {{ release.html_url }}
  Channel: {{ vars.channel | default("stable") }}
```

GitHub's own `${{ … }}` means nothing here. What is not in this table a workflow passes on with its input
`variables`, such as `channel=${{ inputs.channel }}`, for `{{ vars.channel }}`. A name that does not exist is
an error, unless the template asks about it first: `{{ tag | default(short_sha) }}`, or
`{% if tag is defined %} … {% endif %}` for a file that serves releases and nightly builds. What stands in a
value is never itself a template. A value that is empty leaves no blank line; neither does a line that has
nothing but `{% … %}`. What becomes of release notes is in [release notes](release-notes.md).

"""
_WITHOUT_RUN = """
On a desk there is no run: `publish` says which variable to set, as in `GITHUB_REPOSITORY=acme/rocket`, and a
tag is named with `--variables tag=v1.2.3`. `validate` needs none of it: placeholders of the usual length
stand for what does not exist yet, and a notice says so. There are none for `event` and `vars`: a loop over
the commits of a push stands in `{% if event.commits is defined %} … {% endif %}`, so that a pull request can
be checked that has none.
"""


def render(schema: Mapping[str, Any]) -> str:
    """Return the whole page."""
    definitions: Mapping[str, Any] = schema["$defs"]
    parts = [_INTRODUCTION.replace("{id}", schema["$id"])]
    for name, title in _LEVELS:
        part = definitions[name]
        parts.append(f"## {title}\n\n{part['description']}\n\n{_table(part, definitions)}")
    refused = {
        name.removeprefix("forbidden_"): part["description"].removeprefix("Not allowed: ")
        for name, part in definitions.items()
        if name.startswith("forbidden_")
    }
    rows = [f"| `{key}` | {_cell(_sentence(reason))} |" for key, reason in refused.items()]
    parts.append("## What is refused\n\n| key | why |\n| --- | --- |\n" + "\n".join(rows) + "\n")
    parts.append(_TEMPLATES + _values() + _WITHOUT_RUN + "\n" + _filters() + "\n" + _when())
    parts.append("## Networks\n\n" + definitions["networks"]["description"] + "\n\n" + _overview())
    parts += [_network(rules, definitions) for rules in NETWORKS.values()]
    return "\n".join(parts)


def _values() -> str:
    rows = [
        f"| `{value.name}` | {_cell(value.meaning)} | `{value.example}` | {_cell(value.exists)} |"
        for value in VALUES
    ]
    return "| value | meaning | example | exists when |\n| --- | --- | --- | --- |\n" + "\n".join(rows) + "\n"


def _filters() -> str:
    rows = [f"| `{name}` | {_cell(meaning)} |" for name, meaning in OWN_FILTERS.items()]
    jinjas = ", ".join(f"`{name}`" for name in FILTERS)
    return (
        "A filter changes a value, as in `{{ release.body | plain | fit }}`:\n\n"
        "| filter | what it does |\n| --- | --- |\n"
        + "\n".join(rows)
        + f"\n\nOf Jinja's own there are: {jinjas}.\n"
    )


def _when() -> str:
    yes, no = (", ".join(f"`{word}`" for word in sorted(words) if word) for words in (TRUE, FALSE))
    return (
        '`when` decides whether a post goes out, as in `when: "{{ not release.prerelease }}"`. '
        f"It must come to {yes}, or to {no} or nothing; anything else is an error. "
        "`validate` also checks a post whose `when` asks for what only publishing will know.\n"
    )


def _overview() -> str:
    rows = [
        f"| `{rules.key}` | {rules.label} | {', '.join(sorted(rules.types))} "
        f"| {_limit(rules)} | {_media(rules)} |"
        for rules in NETWORKS.values()
    ]
    return (
        "| key | network | types | text | media |\n| --- | --- | --- | --- | --- |\n" + "\n".join(rows) + "\n"
    )


def _network(rules: Network, definitions: Mapping[str, Any]) -> str:
    part = definitions[f"network_{rules.key}"]
    needed = [
        f"`{name}`: {', '.join(map(_alternatives, needs(rules, name)))}"
        for name in part["properties"]["type"]["enum"]
        if needs(rules, name)
    ]
    facts = [f"Text: {_limit(rules)} (counted: {rules.counting.value}; {rules.counting_source})."]
    facts.append(f"Source of the limit: {rules.limit_source}.")
    if rules.title_limit:
        facts.append(f"Title: at most {rules.title_limit} characters.")
    if rules.comment_limit:
        facts.append(f"A comment: at most {rules.comment_limit:,} characters.")
    facts.append(f"Media: {_media(rules)}. Source: {rules.media_source}.")
    if rules.media_disputed:
        facts.append(f"More only gives a warning: {rules.media_disputed}.")
    if rules.poll:
        days = rules.poll.days
        span = (
            f"{days[0]} to {days[-1]}" if len(days) == days[-1] - days[0] + 1 else ", ".join(map(str, days))
        )
        facts.append(
            f"Polls: 2 to {rules.poll.options} options of at most {rules.poll.option_limit} characters, "
            f"{span} days."
        )
    facts.append("What each type needs: " + "; ".join(needed) + ".")
    body = "\n".join(f"* {fact}" for fact in facts)
    return (
        f"### {rules.label} (`{rules.key}`)\n\n{part['description']}\n\n{body}\n\n{_table(part, definitions)}"
    )


def _alternatives(field: str) -> str:
    return " or ".join(f"`{one}`" for one in field.split("|"))


def _limit(rules: Network) -> str:
    if rules.text_limit is None:
        return "no limit known"
    text = f"{rules.text_limit:,}"
    if rules.long_text_limit:
        text += f", {rules.long_text_limit:,} with details.type: long_post"
    return text + (f", at most {rules.bytes_limit:,} bytes" if rules.bytes_limit else "")


def _media(rules: Network) -> str:
    return ", ".join(_amount(kind, most) for kind, most in rules.media_most.items())


def _amount(kind: Kind, most: int | None) -> str:
    return f"{kind.value}s" if most is None else f"{most} {kind.value}{'' if most == 1 else 's'}"


def _table(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    rows = [
        f"| `{path}` | {_cell(_type(field))} | {_cell(_explained(field, required=required))} |"
        for path, field, required in _fields(part, definitions)
    ]
    return "| key | what | meaning |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n"


def _fields(
    part: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Give the keys of a mapping and of the mappings inside that have no table of their own."""
    own_table = {name for name, _ in _LEVELS} | {"extra", "networks"}
    for key, field in part["properties"].items():
        name = field.get("$ref", "").rpartition("/")[2]
        resolved = {**definitions.get(name, {}), **field}
        if "not" in resolved or key == "$schema":
            continue
        yield prefix + key, resolved, key in part.get("required", ())
        if name in own_table or name.startswith("network_"):
            continue
        if resolved.get("type") == "object" and "properties" in resolved:
            yield from _fields(resolved, definitions, f"{prefix}{key}.")
        items = resolved.get("items", {})
        if "$ref" not in items and items.get("type") == "object":
            yield from _fields(items, definitions, f"{prefix}{key}[].")


def _type(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        values = [_code(value) for value in field["enum"]]
        more = f" … ({len(values)} in all)" if len(values) > _MANY else ""
        return ", ".join(values[: 3 if more else _MANY]) + more
    types = field.get("type", [])
    names: Iterable[str] = [types] if isinstance(types, str) else types
    return " or ".join(_TYPE_WORDS[name] for name in names) or "anything"


def _explained(field: Mapping[str, Any], *, required: bool) -> str:
    text = ("Required. " if required else "") + str(field["description"])
    if "default" in field:
        text += f" Default: {_code(field['default'])}."
    examples = field.get("examples", [])
    if examples:
        text += " Example: " + ", ".join(_code(example) for example in examples) + "."
    return text


def _code(value: object) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}`"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(render(load()), encoding="utf-8")
