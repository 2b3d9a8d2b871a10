"""What an editor offers in a post file: asked of the language server behind VS Code's YAML extension."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.repository import ROOT

SERVER = Path(__file__).parent / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
ENTRY = json.loads((ROOT / "docs" / "schemastore.json").read_text(encoding="utf-8"))
SETTINGS = {
    "schemaStore": {"enable": False},
    # As the catalogue will say; only the address is that of this working tree.
    "schemas": {(ROOT / "schemas" / "post.schema.json").as_uri(): ENTRY["fileMatch"]},
    "completion": True,
    "hover": True,
    "validate": True,
}
FOUND_WRONG = "textDocument/publishDiagnostics"
NETWORKS = {
    "facebook", "instagram", "twitter", "x", "linkedin", "pinterest", "google", "youtube", "tiktok", "wordpress",
    "wordpress_oauth", "wordpress_basic", "telegram", "mastodon", "threads", "bluesky",
}  # fmt: skip


class Editor:
    """An editor with one post file open at a time; ``§`` in its text is where the cursor is."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._asked = 0
        self._opened = 0
        self._ask(
            "initialize", processId=None, rootUri=None, capabilities={"workspace": {"configuration": True}}
        )
        self._send(method="initialized", params={})

    def completions(self, text: str, name: str = "launch.publer.yml") -> set[str]:
        found = self._at_cursor("completion", text, name)
        return {item["label"] for item in found["items"]}

    def hover(self, text: str, name: str = "launch.publer.yml") -> str:
        return str(self._at_cursor("hover", text, name)["contents"]["value"])

    def _at_cursor(self, what: str, text: str, name: str) -> Any:
        before, cursor, after = text.partition("§")
        assert cursor
        self._opened += 1
        document = {"uri": f"file:///rocket/{self._opened}/{name}"}
        language = {"languageId": "yaml", "version": 1, "text": before + after}
        self._send(method="textDocument/didOpen", params={"textDocument": document | language})
        # What is found wrong comes when the schema has been read.
        while True:
            message = self._receive()
            about = message.get("params", {}) if message.get("method") == FOUND_WRONG else {}
            if about.get("uri") == document["uri"]:
                break
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self._ask(f"textDocument/{what}", textDocument=document, position=position)

    def _ask(self, method: str, **params: Any) -> Any:
        self._asked += 1
        self._send(id=self._asked, method=method, params=params)
        while True:
            message = self._receive()
            if message.get("id") == self._asked and "method" not in message:
                return message["result"]

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """The next message; what the server asks itself is answered at once."""
        assert self._process.stdout
        length = 0
        while header := self._process.stdout.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if "method" in message and "id" in message:
            asked = message.get("params", {}).get("items", ())
            known = [SETTINGS if item.get("section") == "yaml" else None for item in asked]
            self._send(id=message["id"], result=known)
        return message


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    command = ["node", str(SERVER), "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Editor(process)
        process.kill()


@pytest.mark.parametrize("name", ["launch.publer.yml", "launch.publer.yaml"])
@pytest.mark.parametrize(
    "text",
    [
        "text: Hi\nnetworks:\n  §",
        "posts:\n  - text: Hi\n    networks:\n      §",
        "text: Hi\nnetworks:\n  linkedin: {}\n  §",
    ],
    ids=["a post", "a list of posts", "one more"],
)
def test_the_names_of_networks_are_offered(editor: Editor, text: str, name: str) -> None:
    offered = editor.completions(text, name)
    assert offered == NETWORKS - ({"linkedin"} if "linkedin" in text else set())


@pytest.mark.parametrize(
    ("network", "kinds"),
    [
        ("facebook", {"reel", "story"}),
        ("instagram", {"reel", "story"}),
        ("youtube", {"short"}),
        ("google", {"event", "offer"}),
    ],
)
def test_the_kinds_of_a_network_are_offered(editor: Editor, network: str, kinds: set[str]) -> None:
    text = f"text: Hi\nnetworks:\n  {network}:\n    details:\n      type: §"
    assert kinds <= editor.completions(text)


@pytest.mark.parametrize(
    "text", ["text: Hi\nmedia:\n  - §", "text: Hi\nnetworks:\n  x:\n    media:\n      - §"]
)
def test_the_keys_of_a_media_item_are_offered(editor: Editor, text: str) -> None:
    assert {"file", "url", "id", "alt_text", "thumbnail"} <= editor.completions(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("text: Hi\nnetworks:\n  blue§sky: {}\n", "#### Bluesky\n\n300 characters"),
        ("text: Hi\nnetworks:\n  instagram:\n    details:\n      type: re§el\n", "reel or story"),
        ("text: Hi\nmedia:\n  - fi§le: card.png\n", "from its root. At most 200 MB"),
        ("text: Hi\nmedia:\n  - file: card.png\n    alt§_text: A card\n", "for people who cannot see it"),
    ],
)
def test_hovering_explains(editor: Editor, text: str, says: str) -> None:
    assert says in editor.hover(text)


def test_another_file_is_left_alone(editor: Editor) -> None:
    """The names are those of our files only: any other YAML is not ours to check."""
    assert editor.completions("networks:\n  §", "docker-compose.yml") == set()
