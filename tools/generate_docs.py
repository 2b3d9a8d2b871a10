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
WRITE_A_POST = PAGE.with_name("write-a-post.md")

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

<!-- Do not edit. tools/generate_docs.py makes this page from schemas/post.schema.json,
publer_publish/networks/table.py, publer_publish/post/template/values.py and docs/write-a-post.md. -->

A post file is a text file that says what to post and where. You can write it
[in the browser](write-a-post.md), or copy one from the [examples](../examples), which show every network.

{begin}
## See it before you publish

A pull request that adds a post file shows it as each network would, with its length and any mistakes
([how to set this up](../examples/workflows/posts-in-pull-requests.yml)). On a computer, `uvx
publer-publish validate my-post.publer.yml --preview-file preview.html` writes the same to a page. Neither
needs a key, and neither sends anything.

## On this page

* [Every key of a post](#a-post), [of a picture or video](#a-media-item), [of a comment](#a-comment),
  [of an account](#an-entry-of-accounts)
* [What each network takes](#networks): kinds of posts, lengths, pictures, and its own keys
* [Templates](#templates): the version, the release notes and other values in a text
* [What is refused](#what-is-refused), such as a date

## The file itself

A post file is YAML 1.2 or JSON (`.yml`, `.yaml`, `.json`), UTF-8, at most 1 MiB. It holds one post, a list
of posts, `posts:` with a list, or Publer's own bulk document. The examples have names that end
in `.publer.yml`, `.publer.yaml` or `.publer.json`, which editors recognise; other names work as well.

In YAML 1.2 `yes`, `on`, `2026-11-01` and `12:30:45` are text; `1.0`, `20` and `true` are not: put them in
quotes where a text is meant. Several documents in one file are an error, and so is the same key twice, or a
key that is not on this page. A Publer field that is missing here goes in `extra`.

For completion and checks in an editor, begin the file with

```yaml
# yaml-language-server: $schema={id}
```
"""

_TEMPLATES = """\
## Templates

Every text of a post can be a [Jinja](https://jinja.palletsprojects.com/en/stable/templates/) template: the
text itself, titles, options, alt texts, account selectors. `{{ … }}` is replaced by a value, `{% if … %}`
and `{% for … %}` are conditions and loops, `{# … #}` is a comment; what is between `{% raw %}` and
`{% endraw %}` is left as it is. Put a template in quotes or in a block, as here: otherwise a value that
begins with `{` is a group of keys.

```yaml
text: |
  {{ repository.name }} {{ tag }} is out{% if release.prerelease %} for testing{% endif %}!
  {{ release.notes | fit }}
  {{ release.html_url }}
  Channel: {{ vars.channel | default("stable") }}
```

GitHub's own `${{ … }}` means nothing here. A workflow passes other values in with the input `variables`:
`channel=${{ inputs.channel }}` becomes `{{ vars.channel }}`. A name that does not exist is an error,
unless the template allows for it: `{{ tag | default(short_sha) }}`, or `{% if tag is defined %} … {%
endif %}` in a file for both releases and nightly builds. A value is never itself treated as a template. An
empty value leaves no blank line, nor does a line that has nothing but `{% … %}`. [Release
notes](release-notes.md) says how notes are turned into text.

"""
_WITHOUT_RUN = """
On the command line there is no workflow run: `publish` says which variable to set, such as
`GITHUB_REPOSITORY=acme/rocket`, and `--variables tag=v1.2.3` names a tag. `validate` needs neither: what
does not exist yet is replaced by placeholders of the usual length, and a notice says so. With a token, the
preview page shows the newest release instead, so that you see where `fit` cuts. There are no placeholders
for `event` and `vars`: put a loop over the commits of a push inside `{% if event.commits is defined %} … {%
endif %}`, so that a pull request, which has none, can be checked.
"""


def render(schema: Mapping[str, Any]) -> str:
    """Return the whole page."""
    definitions: Mapping[str, Any] = schema["$defs"]
    parts = [_INTRODUCTION.replace("{id}", schema["$id"]).replace("{begin}", _for_writers())]
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


def _for_writers() -> str:
    """Return the sections about a post and its traps, which two pages begin with."""
    sections = WRITE_A_POST.read_text(encoding="utf-8").partition("\n## ")[2]
    return f"## {sections.partition('What else a post can have')[0]}".rstrip() + "\n"


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
        + f"\n\nJinja's own filters: {jinjas}.\n"
    )


def _when() -> str:
    yes, no = (", ".join(f"`{word}`" for word in sorted(words) if word) for words in (TRUE, FALSE))
    return (
        '`when` decides whether a post goes out, as in `when: "{{ not release.prerelease }}"`. '
        f"It must come out as {yes}, or as {no} or nothing; anything else is an error. "
        "`validate` also checks a post whose `when` depends on what is known only when it is published.\n"
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
    return ", ".join(_amount(kind, most) for kind, (most, _) in rules.media.items())


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
