"""The action for runners without Docker, run by act as on a runner of one's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from tests.support.repository import OURS, OUTPUTS

ACT = Path(sys.executable).with_name("act")
WORKFLOW = {
    "on": "push",
    "jobs": {
        "announce": {
            "runs-on": "ubuntu-latest",
            "steps": [
                {"run": 'cp -R "$CHECKOUT/." .'},
                {
                    "id": "publish",
                    "uses": f"{OURS}/python@v1",
                    "with": {
                        "post-file": "posts/launch.publer.yml",
                        "api-key": "${{ secrets.PUBLER_API_KEY }}",
                    },
                },
                {
                    "if": "always()",
                    "env": {"OUTPUTS": "${{ toJSON(steps.publish.outputs) }}"},
                    "run": 'printf %s "$OUTPUTS" >"$OUTPUTS_FILE"',
                },
            ],
        }
    },
}
TEXT = 'Rocket "1.0" is out: `$(touch trapped)`'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    place = tmp_path / "rocket"
    (place / ".github" / "workflows").mkdir(parents=True)
    (place / "posts").mkdir()
    (place / "posts" / "launch.publer.yml").write_text(json.dumps({"text": TEXT, "accounts": ["mastodon/*"]}))
    git = ["git", "-c", "user.name=x", "-c", "user.email=x"]
    for command in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", "https://github.com/acme/rocket.git"],
        ["add", "-A"],
        ["commit", "-qm", "x"],
    ):
        subprocess.run([*git, *command], cwd=place, check=True)
    return place


def test_it_publishes_and_a_later_step_reads_every_output(
    source: Path, repository: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    WORKFLOW["jobs"]["announce"]["steps"][1]["with"]["api-url"] = sandbox.url  # type: ignore[index]
    (repository / ".github" / "workflows" / "publer.yml").write_text(json.dumps(WORKFLOW))
    (tmp_path / "act").mkdir()
    (tmp_path / "act" / "actrc").touch()
    outputs = tmp_path / "outputs.json"
    key = sandbox.scenario.api_key
    done = subprocess.run(
        [
            ACT, "push", "-P", "ubuntu-latest=-self-hosted", "--action-cache-path", tmp_path / "cache",
            "--local-repository", f"{OURS}@v1={source}", "-s", f"PUBLER_API_KEY={key}",
            "--env", f"OUTPUTS_FILE={outputs}", "--env", f"CHECKOUT={repository}",
        ],
        cwd=repository,
        env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    log = done.stdout + done.stderr
    found = json.loads(outputs.read_text())
    assert set(found) == set(OUTPUTS), log
    assert key not in log
    assert done.returncode == 0, log
    assert found["outcome"] == "published"
    assert [post.text for post in sandbox.record.published] == [TEXT]
