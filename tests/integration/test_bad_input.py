"""Bad input of any kind: what, where and what to do; exit code 1; and no request that could publish."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.scenario import Scenario, Workspace
from tests.support.repository import ROOT
from tests.support.stage import Stage, account, world

GOOD = "text: Hi\naccounts: [twitter/*]\n"
MANY = "".join(f"- text: {number}\n  acounts: ['*']\n" for number in range(30))

FILES: dict[str, tuple[str | bytes, list[str]]] = {
    "empty": ("", ["The file is empty", "post.yml", "1:1"]),
    "only a comment": ("# nothing yet\n", ["The file holds only notes"]),
    "yaml error": ("text: [1\naccounts: 2\n", ["post.yml"]),
    "not utf-8": (b"text: caf\xe9\n", ["not UTF-8", "1:10"]),
    "wrong type": ("text: 1.0\naccounts: [twitter/*]\n", ["text", "number", "quotes", "1:7"]),
    "unknown key": ("txt: Hi\naccounts: [twitter/*]\n", ["txt", "text", "1:1"]),
    "unknown network": ("text: Hi\nnetworks: {twiter: {}}\naccounts: ['*']\n", ["twiter", "twitter", "2:"]),
    "unknown value": (
        "text: Hi\nnetworks: {mastodon: {visibility: publik}}\naccounts: ['*']\n",
        ["visibility", "public", "2:"],
    ),
    "no accounts": ("text: Hi\n", ["names no accounts", "accounts"]),
    "empty accounts": ("text: Hi\naccounts: []\n", ["accounts"]),
    "no such network": ("text: Hi\naccounts: [twiter/*]\n", ["twiter", "twitter/*", "2:"]),
    "no selector": ("text: Hi\naccounts: [twitter]\n", ["twitter", "twitter/*"]),
    "no such account": ("text: Hi\naccounts: [twitter/Nobody]\n", ["twitter/Nobody", "twitter/Acme Inc"]),
    "scheduled": ("text: Hi\naccounts: ['*']\nscheduled_at: 2030-01-01\n", ["scheduled_at", "publishes now"]),
    "too long": (f"text: {'x' * 281}\naccounts: [twitter/*]\n", ["281", "280", "1:7"]),
    "too long for what * means": (f"text: {'x' * 281}\naccounts: ['*']\n", ["281", "280", "1:7"]),
    "text alone on instagram": (
        "text: Hi\nnetworks: {instagram: {}}\naccounts: ['*']\n",
        ["Instagram", "media"],
    ),
    "no such file of media": (
        "text: Hi\nmedia: [{file: gone.png, alt_text: x}]\naccounts: [twitter/*]\n",
        ["gone.png", "2:9"],
    ),
    "undefined name": ('text: "{{ relase.name }}"\naccounts: ["*"]\n', ["relase", "release", "1:"]),
    "no tag": ('text: "{{ tag }} is out"\naccounts: ["*"]\n', ["tag", "variables"]),
    "broken template": ('text: "{{ tag "\naccounts: ["*"]\n', ["1:"]),
    "a secret": (f"text: 'ghp_{'a' * 36}'\naccounts: [twitter/*]\n", ["GitHub token"]),
    "thirty mistakes": (MANY, ["acounts", "30"]),
}


@pytest.mark.parametrize(("content", "words"), FILES.values(), ids=FILES)
def test_a_bad_post_file_publishes_nothing(stage: Stage, content: str | bytes, words: list[str]) -> None:
    stage.open()
    stage.write("post.yml", content)
    outcome = stage.run(post_file="post.yml")
    assert outcome.exit_code == 1
    assert outcome.outputs["outcome"] == "invalid"
    assert [word for word in words if word not in outcome.text] == [], outcome.text
    assert stage.requests("/posts/schedule/publish") == []
    located = [one for one in outcome.annotations if one.file == "post.yml"]
    assert located or "no such account" in words, outcome.text


INPUTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "no such file": ({"post_file": "pots.yml"}, ["pots.yml", "post.yml"]),
    "a directory": ({"post_file": "posts"}, ["posts", "director"]),
    "a glob without a match": ({"post_file": "posts/*.yml"}, ["posts/*.yml"]),
    "outside the workspace": ({"post_file": "../../etc/passwd"}, ["../../etc/passwd"]),
    "nothing to publish": ({}, ["post-file", "text"]),
    "unknown mode": ({"post_file": "post.yml", "mode": "publsh"}, ["publsh", "Did you mean `publish`"]),
    "upper case": ({"post_file": "post.yml", "fail_on": "Any"}, ["fail-on", "any, all, never"]),
    "a duration": ({"post_file": "post.yml", "timeout": "ten minutes"}, ["timeout", "`10m`"]),
    "no timeout": ({"post_file": "post.yml", "timeout": "0"}, ["timeout"]),
    "a variable": ({"post_file": "post.yml", "variables": "just a word"}, ["variables", "name=value"]),
    "a plain http address": (
        {"post_file": "post.yml", "api_url": "http://app.publer.com/api/v1"},
        ["api-url"],
    ),
    "no key": ({"post_file": "post.yml", "api_key": ""}, ["api-key", "secrets.PUBLER_API_KEY"]),
    "a key with a line break": ({"post_file": "post.yml", "api_key": "abc defghijk"}, ["api-key"]),
    "an unknown input": (
        {"post_file": "post.yml", "post_files": "x"},
        ["post-files", "Did you mean `post-file`"],
    ),
    "a wrong selector": ({"text": "Hi", "accounts": "twitter"}, ["accounts", "twitter/*"]),
}


@pytest.mark.parametrize(("inputs", "words"), INPUTS.values(), ids=INPUTS)
def test_bad_inputs_publish_nothing(stage: Stage, inputs: dict[str, Any], words: list[str]) -> None:
    stage.open()
    stage.write("post.yml", GOOD)
    (stage.workspace / "posts").mkdir()
    outcome = stage.run(**inputs)
    assert outcome.exit_code == 1
    assert outcome.outputs["outcome"] == "invalid"
    assert [word for word in words if word not in outcome.text] == [], outcome.text
    assert stage.requests("/posts/schedule/publish") == []


def test_everything_that_is_wrong_is_reported_at_once(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", GOOD)
    outcome = stage.run(post_file="post.yml", mode="x", timeout="x", fail_on="x", on_duplicate="x")
    assert [
        name for name in ("mode", "timeout", "fail-on", "on-duplicate") if f"`{name}`" not in outcome.text
    ] == []


def test_what_is_wrong_with_the_posts_is_reported_together_with_the_inputs(stage: Stage) -> None:
    """Whoever forgot the key learns of the typing errors in the same run."""
    stage.open()
    stage.write("post.yml", "text: '{{ nobody }}'\ntxt: Hi\n")
    outcome = stage.run(post_file="post.yml", api_key="", timeout="x", accounts="twitter")
    assert [one.message.splitlines()[0] for one in outcome.annotations] == [
        "timeout: Input `timeout` is `x`, which is not a duration between 1 s and 6 h.",
        "api-key: Input `api-key` is empty, and mode `publish` needs it.",
        "accounts: `twitter` names a network but no account.",
        "post.yml:1:11 (text): There is no 'nobody'.",
        'post.yml:2:1 (txt): Unknown key "txt".',
        "5 problems in 1 file; nothing was sent.",
    ]
    assert stage.requests() == []


def test_a_template_is_not_blamed_for_wrong_variables(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", "text: '{{ vars.name }}'\naccounts: [twitter/*]\n")
    outcome = stage.run(post_file="post.yml", variables="just a word")
    assert [one.message.partition(":")[0] for one in outcome.annotations] == ["variables"]


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "key": ({"api_key": "wrong-key-wrong-key"}, "Invalid API key or not active for this account."),
    "workspace": ({"workspace_id": "66db7f0a4e299efa19a2dfff"}, "You don't have access on this workspace"),
}


@pytest.mark.parametrize(("inputs", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_key_or_workspace_leads_with_publers_sentence_and_names_both(
    stage: Stage, inputs: dict[str, Any], sentence: str
) -> None:
    """Publer answers 401 for a wrong workspace and 403 for a wrong key: neither status can be trusted."""
    stage.open()
    stage.write("post.yml", GOOD)
    outcome = stage.run(post_file="post.yml", **inputs)
    assert outcome.exit_code == 1
    assert outcome.outputs["outcome"] == "failed"
    assert outcome.errors[-1].startswith(sentence)
    assert "api-key" in outcome.text
    assert "workspace-id" in outcome.text
    assert stage.requests("/posts/schedule/publish") == []


def test_a_name_that_matches_two_accounts_lists_both(stage: Stage) -> None:
    stage.open(world(account("twitter"), account("twitter", 2)))
    stage.write("post.yml", "text: Hi\naccounts: [twitter/Acme Inc]\n")
    outcome = stage.run(post_file="post.yml")
    assert outcome.exit_code == 1
    assert all(one.id in outcome.text for one in stage.sandbox.scenario.workspaces[0].accounts)
    assert stage.requests("/posts/schedule/publish") == []


def test_a_workspace_without_accounts_says_so(stage: Stage) -> None:
    stage.open(Scenario(workspaces=(Workspace(accounts=()),)))
    stage.write("post.yml", GOOD)
    outcome = stage.run(post_file="post.yml")
    assert outcome.exit_code == 1
    assert "has no accounts" in outcome.text


HOSTILE: dict[str, str] = {
    "an anchor bomb": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
    ),
    "nesting": "text: " + "[" * 10_000,
    "json nesting": '{"a":' * 10_000,
    "a tab": "text:\n\t- x\n",
    "a loop": 'text: "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}"\naccounts: ["*"]\n',
    "a class": "text: \"{{ ''.__class__.__mro__ }}\"\naccounts: ['*']\n",
    "a wide number": "text: \"{{ '%1000000000d' % 1 }}\"\naccounts: ['*']\n",
    "a long word": "text: " + "x" * 2_000_000,
    "commands": "text: 1\n'::error::x': 1\n'##[error]y': 2\naccounts: ['*']\n",
}  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_ends_in_a_clear_error(stage: Stage, content: str) -> None:
    stage.open()
    name = "post.json" if content.startswith("{") else "post.yml"
    stage.write(name, content)
    outcome = stage.run(post_file=name)
    assert outcome.exit_code == 1
    assert outcome.outputs["outcome"] == "invalid", outcome.text
    assert stage.requests("/posts/schedule/publish") == []


def test_control_characters_are_left_out_and_said(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", 'text: "a\\u0000b\\ec"\naccounts: [twitter/*]\n')
    outcome = stage.run(post_file="post.yml")
    assert stage.published()[0].text == "abc"
    assert [one.line for one in outcome.annotations if one.level == "warning"] == [1]


def test_event_text_is_never_a_template(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", 'text: "{{ release.name }}"\naccounts: [twitter/*]\n')
    name = "{{ ''.__class__ }} {% raw %} ::error::x"
    release = {"tag_name": "v1", "name": name}
    outcome = stage.run(event={"release": release}, event_name="release", post_file="post.yml")
    assert outcome.exit_code == 0, outcome.text
    assert stage.published()[0].text == name


TOKEN = f"ghp_{'a1' * 18}"
FINE_TOKEN = f"github_pat_{'b2' * 41}"
PRIVATE_KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\n  MIIEowIBAAKCAQEA\n\n  c3c3c3c3\n  -----END RSA PRIVATE KEY-----"
)
PASTED = {
    "the text": f"text: Use {TOKEN} now\n",
    "a network's text": f"networks: {{twitter: {{text: {FINE_TOKEN}}}}}\n",
    "a private key": f"text: |\n  {PRIVATE_KEY}\n",
    "a comment": f"text: Hi\ncomments: [{TOKEN}]\n",
    "an alt text": f"text: Hi\nmedia: [{{file: card.png, alt_text: {TOKEN}}}]\n",
    "a key": f"text: Hi\n{TOKEN}: yes\n",
    "a key of extra": f"text: Hi\nnetworks: {{twitter: {{extra: {{{TOKEN}: 1}}}}}}\n",
    "a choice": f"text: Hi\nnetworks: {{twitter: {{type: {FINE_TOKEN}}}}}\n",
    "a file's name": f"text: Hi\nmedia: [{{file: {TOKEN}.png, alt_text: x}}]\n",
    "an address": f"text: Hi\nmedia: [{{url: {TOKEN}}}]\n",
    "a template": f'text: "{{{{ {TOKEN} }}}}"\n',
    "a title": f"text: Hi\nnetworks: {{pinterest: {{title: {FINE_TOKEN}}}}}\n",
}


@pytest.mark.parametrize("mode", ["validate", "publish"])
@pytest.mark.parametrize("content", PASTED.values(), ids=PASTED)
def test_a_credential_is_neither_published_nor_shown_wherever_it_stands(
    stage: Stage, content: str, mode: str
) -> None:
    stage.open()
    stage.write("post.yml", content + "accounts: [twitter/*]\n")
    stage.write("card.png", (ROOT / "tests/data/media/plain.png").read_bytes())
    outcome = stage.run(post_file="post.yml", mode=mode, preview_file="preview.html")
    assert outcome.outputs["outcome"] == "invalid"
    assert stage.requests("/posts/schedule/publish") == []
    page = (stage.workspace / "preview.html").read_text("utf-8")
    shown = "\n".join([outcome.text, outcome.summary, page, *outcome.outputs.values()]).replace("\\", "")
    assert [part for part in ("a1a1a1a1", "b2b2b2b2", "c3c3c3c3") if part in shown] == []


def test_a_selector_that_is_a_credential_is_not_shown(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", f"text: Hi\naccounts: [{FINE_TOKEN}, twitter/{TOKEN}]\n")
    outcome = stage.run(post_file="post.yml")
    shown = "\n".join([outcome.text, outcome.summary, *outcome.outputs.values()]).replace("\\", "")
    assert outcome.outputs["outcome"] == "invalid"
    assert [part for part in ("a1a1a1a1", "b2b2b2b2") if part in shown] == []


def test_a_comment_that_is_none_is_reported_once(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", "text: Hi\ncomments: ['', null, {}, {text: ' '}, 5]\naccounts: [twitter/*]\n")
    outcome = stage.run(post_file="post.yml", mode="validate")
    places = [one.column for one in outcome.annotations if one.file == "post.yml"]
    assert len(places) == len(set(places)) == 5, outcome.text


def test_the_limit_is_named_for_a_file_that_is_too_large(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", "# " + "x" * 1024 * 1024)
    outcome = stage.run(post_file="post.yml", mode="validate")
    assert "has 1,048,578 bytes; at most 1,048,576 are allowed" in outcome.text


def test_a_hashtag_that_yaml_drops_is_warned_of_at_its_place(stage: Stage) -> None:
    stage.open()
    stage.write("post.yml", "text: Out now #rocket\naccounts: [twitter/*] # everywhere\n")
    outcome = stage.run(post_file="post.yml", mode="validate")
    assert outcome.outputs["outcome"] == "valid"
    (warning,) = (one for one in outcome.annotations if one.level == "warning")
    assert (warning.line, warning.column) == (1, 15)
    assert "#rocket" in warning.message


def test_a_file_of_another_kind_is_no_post_file_however_it_was_found(stage: Stage) -> None:
    """A README beside the posts must not become one, and not be passed over without a word either."""
    stage.open()
    stage.write("posts/a.yml", "text: Hi\naccounts: [twitter/*]\n")
    stage.write("posts/B.JSON", '{"text": "Ho", "accounts": ["twitter/*"]}')
    for name in ("README.md", "c.txt", "d.toml", "yml"):
        stage.write(f"posts/{name}", "text: Hi\naccounts: [twitter/*]\n")
    assert stage.run(post_file="posts/a.yml\nposts/B.JSON", mode="validate").outputs["outcome"] == "valid"
    for pattern in ("posts/*", "posts/c.txt"):
        outcome = stage.run(post_file=pattern)
        assert outcome.outputs["outcome"] == "invalid"
        assert "posts/c.txt (post-file): This is not a post file" in outcome.text
    assert stage.published() == []
