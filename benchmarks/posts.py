"""The post files that are measured."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from benchmarks.stage import ROOT

NETWORKS = (
    "facebook", "instagram", "twitter", "linkedin", "pinterest", "google", "youtube", "tiktok", "wordpress",
    "telegram", "mastodon", "threads", "bluesky",
)  # fmt: skip
OWN = {
    "wordpress": "{ type: article, title: '%s', text: '%s' }",
    "pinterest": "{ title: '%s', text: '%s', url: 'https://acme.example', media: [{ file: media/card.png, alt_text: A }] }",
    "instagram": "{ text: '%s %s', media: [{ file: media/card.png, alt_text: A }] }",
    "youtube": "{ title: '%s', text: '%s', media: [{ file: media/demo.mp4 }] }",
    "tiktok": "{ title: '%s', text: '%s', media: [{ file: media/demo.mp4 }] }",
}
PLAIN = ("Acme 2.0 is out", "Faster builds and half the memory: https://acme.example/releases/2.0")
TEMPLATES = ("{{ repository.name }} {{ version }} is out", "{{ release.name }}: {{ release.html_url }}")


def post(title: str, text: str) -> str:
    """One post for 13 networks, as YAML below a list's dash."""
    lines = [f"- text: '{title}. {text}'", '  accounts: ["*"]', "  networks:"]
    for network in NETWORKS:
        own = OWN.get(network, "{ text: '%s. %s' }") % (title, text)
        lines.append(f"    {network}: {own}")
    return "\n".join(lines) + "\n"


def write(workspace: Path) -> None:
    """Lay out the workspace."""
    workspace.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "examples" / "media", workspace / "media", dirs_exist_ok=True)
    accounts = 'accounts: ["twitter/*", "linkedin/*", "bluesky/*", "mastodon/*"]\n'
    plain, templates = ". ".join(PLAIN), ". ".join(TEMPLATES)
    (workspace / "plain.yml").write_text(f"text: '{plain}'\n{accounts}")
    (workspace / "templates.yml").write_text(f"text: '{templates}'\n{accounts}")
    (workspace / "networks.yml").write_text(post(*PLAIN))
    (workspace / "both.yml").write_text(post(*TEMPLATES))
    for number in (1, 10, 100, 500):
        (workspace / f"{number}.yml").write_text(many(number))


def many(number: int) -> str:
    """So many posts, each with a text of its own."""
    return "".join(post(f"{PLAIN[0]} ({index})", f"{PLAIN[1]}?p={index}") for index in range(number))


def one_each(accounts: Iterable[str]) -> str:
    """A post with a text of its own for each of these ids: posts for one account go a minute apart."""
    text = ". ".join(PLAIN)
    return "".join(f"- text: '{text}?p={id_}'\n  accounts: ['{id_}']\n" for id_ in accounts)


def body(accounts: dict[str, str]) -> str:
    """What curl sends: the same as ``plain.yml``. ``accounts``: network to id."""
    text = ". ".join(PLAIN)
    networks = {network: {"type": "status", "text": text} for network in accounts}
    return json.dumps(
        {
            "bulk": {
                "state": "scheduled",
                "posts": [{"networks": networks, "accounts": [{"id": one} for one in accounts.values()]}],
            }
        }
    )
