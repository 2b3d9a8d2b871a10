"""What the contract tests compare: the files of this repository, read as the machines that use them read them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]

INPUTS = {
    "mode": "auto",
    "post-file": "",
    "only-changed": "false",
    "lock": "false",
    "text": "",
    "accounts": "",
    "variables": "",
    "api-key": "",
    "workspace-id": "",
    "fail-on": "any",
    "on-duplicate": "skip",
    "duplicate-window": "24h",
    "timeout": "10m",
    "comment": "false",
    "preview-file": "",
    "github-token": "${{ github.token }}",
    "api-url": "https://app.publer.com/api/v1",
}
"""Other people's workflows depend on these names and defaults: a change here breaks them."""

OUTPUTS = (
    "outcome",
    "job-id",
    "job-ids",
    "results",
    "post-urls",
    "published-count",
    "failed-count",
    "skipped-count",
    "unconfirmed-count",
    "preview-file",
    "summary",
)

OURS = "publer-publish/publer-publish"

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples" / "workflows").glob("*.yml"))

_FENCE = re.compile(r"^```ya?ml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_EXPRESSION_OUTPUT = re.compile(r"\b(steps|needs|jobs)\.([\w-]+)\.outputs\.([\w-]+)")


def load(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def read(path: Path) -> Any:
    return load(path.read_text(encoding="utf-8"))


def action() -> dict[str, Any]:
    found = read(ROOT / "action.yml")
    assert isinstance(found, dict)
    return found


def steps(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping with a ``uses`` in a document, at whatever depth: steps and jobs alike."""
    if isinstance(node, dict):
        if "uses" in node:
            yield node
        for value in node.values():
            yield from steps(value)
    elif isinstance(node, list):
        for value in node:
            yield from steps(value)


def is_our_action(step: dict[str, Any]) -> bool:
    uses = str(step["uses"])
    return uses == "./" or uses.partition("@")[0] == OURS


def our_workflow(step: dict[str, Any]) -> Path | None:
    """The reusable workflow of this repository that a job calls."""
    match = re.match(rf"(?:{OURS}|[.$])/(\.github/workflows/[\w-]+\.yml)(?:@|$)", str(step["uses"]))
    return ROOT / match.group(1) if match else None


def documented_yaml() -> list[tuple[str, str]]:
    """Every YAML block of README and docs, with the file that it is in."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    return [
        (f"{page.relative_to(ROOT)}[{number}]", block)
        for page in sorted(pages)
        for number, block in enumerate(_FENCE.findall(page.read_text(encoding="utf-8")), 1)
    ]


def outputs_used(text: str) -> Iterator[tuple[str, str, str]]:
    """(``steps`` or ``needs``, its id, the output) for every output that an expression reads."""
    for match in _EXPRESSION_OUTPUT.finditer(text):
        yield match.group(1), match.group(2), match.group(3)
