"""The post files that are measured."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.stage import ROOT
from sandbox.scenario import Account

NUMBERS = (1, 10, 100, 500)
NETWORKS = (
    "facebook", "instagram", "twitter", "linkedin", "pinterest", "google", "youtube", "tiktok", "wordpress",
    "telegram", "mastodon", "threads", "bluesky",
)  # fmt: skip
FOUR = ("twitter", "linkedin", "bluesky", "mastodon")
OWN = {
    "wordpress": "{ type: article, title: '%s', text: '%s' }",
    "pinterest": "{ board: Launches, title: '%s', text: '%s', url: 'https://acme.example', media: [{ file: media/card.png, alt_text: A }] }",
    "instagram": "{ text: '%s %s', media: [{ file: media/card.png, alt_text: A }] }",
    "youtube": "{ title: '%s', text: '%s', media: [{ file: media/demo.mp4 }] }",
    "tiktok": "{ title: '%s', text: '%s', media: [{ file: media/demo.mp4 }] }",
}
PLAIN = ("Acme 2.0 is out", "Faster builds and half the memory: https://acme.example/releases/2.0")
TEMPLATES = ("{{ repository.name }} {{ version }} is out", "{{ release.name }}: {{ release.html_url }}")


def write(workspace: Path) -> None:
    """Lay out the workspace: 1.yml to 500.yml with plain posts, t1.yml to t500.yml with templates, and four more."""
    shutil.copytree(ROOT / "examples" / "media", workspace / "media", dirs_exist_ok=True)
    accounts = f"accounts: [{', '.join(f'{network}/*' for network in FOUR)}]\n"
    files = {
        "plain.yml": f"text: '{'. '.join(PLAIN)}'\n{accounts}",
        "templates.yml": f"text: '{'. '.join(TEMPLATES)}'\n{accounts}",
        "networks.yml": post(*PLAIN),
        "both.yml": post(*TEMPLATES),
    }
    for number in NUMBERS:
        files[f"{number}.yml"] = "".join(
            post(f"{PLAIN[0]} ({n})", f"{PLAIN[1]}?p={n}") for n in range(number)
        )
        files[f"t{number}.yml"] = "".join(post(f"{TEMPLATES[0]} ({n})", TEMPLATES[1]) for n in range(number))
    for name, content in files.items():
        (workspace / name).write_text(content)


def post(title: str, text: str) -> str:
    """One post for 13 networks, as YAML below a list's dash."""
    usual = "{ text: '%s. %s' }"
    own = (f"    {name}: {OWN.get(name, usual) % (title, text)}" for name in NETWORKS)
    return "\n".join([f"- text: '{title}. {text}'", '  accounts: ["*"]', "  networks:", *own]) + "\n"


def one_each(accounts: Iterable[Account]) -> str:
    """A post with a text of its own for each account: posts for one account go a minute apart."""
    text = ". ".join(PLAIN)
    return "".join(f"- text: '{text}?p={one.id}'\n  accounts: ['{one.id}']\n" for one in accounts)


def body(accounts: Iterable[Account]) -> dict[str, Any]:
    """What curl sends: the same as ``plain.yml``."""
    chosen = [one for one in accounts if one.provider in FOUR]
    networks = {one.provider: {"type": "status", "text": ". ".join(PLAIN)} for one in chosen}
    posts = [{"networks": networks, "accounts": [{"id": one.id} for one in chosen]}]
    return {"bulk": {"state": "scheduled", "posts": posts}}
