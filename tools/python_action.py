"""Write ``python/action.yml``: for runners without Docker, with the inputs and outputs of ``action.yml``."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "python" / "action.yml"
_ENTRY = re.compile(r"^  ([\w-]+):\n((?: {4}.*\n)+)", re.MULTILINE)


def render() -> str:
    """Take the names and descriptions of the one, and the steps of the other, but for what they pass on."""
    inputs, _, rest = (ROOT / "action.yml").read_text(encoding="utf-8").partition("\noutputs:\n")
    names = [name for name, _ in _ENTRY.findall(inputs.partition("\ninputs:\n")[2])]
    found = _ENTRY.findall(rest.partition("\nruns:\n")[0] + "\n")
    outputs = "".join(
        f"  {name}:\n{more}    value: ${{{{ steps.run.outputs.{name} }}}}\n" for name, more in found
    )
    passed = (
        f"        PUBLER_INPUT_{name.upper().replace('-', '_')}: ${{{{ inputs.{name} }}}}\n" for name in names
    )
    steps = PAGE.read_text(encoding="utf-8").partition("\nruns:\n")[2]
    steps = re.sub(r"(?: +PUBLER_INPUT_.*\n)+", lambda _: "".join(passed), steps, count=1)
    head = "# For macOS, Windows, ubuntu-slim. `make docs` copies inputs and outputs from ../action.yml.\n"
    title = inputs.replace("name: Publer Publish\n", "name: Publer Publish (Python)\n", 1)
    return f"{head}{title}\noutputs:\n{outputs}\nruns:\n{steps}"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
