"""Promise: the demo shows what the runner would show, and gives the action what the runner would give it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sandbox import demo
from sandbox.scenario import Scenario

ROOT = Path(__file__).parents[3]


PROGRAM = """
import http.client, json, os, urllib.parse
url = urllib.parse.urlsplit(os.environ["INPUT_API-URL"])
connection = http.client.HTTPConnection(url.netloc)
headers = {"Authorization": "Bearer-API " + os.environ["INPUT_API-KEY"], "Content-Type": "application/json", "User-Agent": "x/1",
           "Publer-Workspace-Id": "66db7f0a4e299efa19a2d801"}
connection.request("GET", url.path + "/accounts", headers=headers)
account = next(a for a in json.load(connection.getresponse()) if a["provider"] == "bluesky")
tag = json.load(open(os.environ["GITHUB_EVENT_PATH"]))["release"]["tag_name"]
post = {"networks": {"bluesky": {"type": "status", "text": tag}}, "accounts": [{"id": account["id"]}]}
body = json.dumps({"bulk": {"state": "scheduled", "posts": [post]}})
connection.request("POST", url.path + "/posts/schedule/publish", body, headers)
connection.getresponse().read()
connection.close()
print("::notice::posted from", os.path.basename(os.getcwd()))
open(os.environ["GITHUB_OUTPUT"], "a").write("published-count<<END\\nREPORTED\\nEND\\njob-ids<<E\\nx\\n\\ny=z\\nE\\nempty<<E\\nE\\nresults=[{\\"a\\": 1}]\\n")
open(os.environ["GITHUB_STEP_SUMMARY"], "a").write("# Done\\n")
raise SystemExit(EXIT)
"""


@pytest.mark.parametrize(
    ("reported", "exit_code", "expected"), [("1", "0", 0), ("1", "1", 1), ("0", "0", 1), ("2", "0", 1)]
)
def test_the_demo_shows_everything_and_believes_only_the_truth(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], reported: str, exit_code: str, expected: int
) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace("REPORTED", reported).replace("EXIT", exit_code))
    assert demo.main(program) == expected
    printed = capfd.readouterr().out
    for part in (
        "Notice: posted from workspace",
        "published-count: ",
        "job-ids:\n    x\n",
        "    y=z\nempty: \nresults:",
        '    [{"a": 1}]',
        "# Done",
        "Bluesky · Acme Inc",
    ):
        assert part in printed
    assert ("really published: 1." in printed) is (reported != "1")


def test_the_demo_publishes_the_release_to_five_networks(capfd: pytest.CaptureFixture[str]) -> None:
    """The program itself, as the runner would start it."""
    assert demo.main(linkedin_takes=0.0) == 0
    printed = capfd.readouterr().out
    truth = printed.rpartition("really published")[2]
    networks = [line.partition(" · ")[0] for line in truth.splitlines() if " · Acme Inc (" in line]
    assert sorted(networks) == ["Bluesky", "LinkedIn", "Mastodon", "Threads", "X"]
    assert "outcome: published" in printed
    assert "Not in Publer's documentation" not in printed
    assert Scenario().api_key not in printed


def test_the_release_example_goes_to_five_networks() -> None:
    example = YAML(typ="safe").load((ROOT / "examples" / "release.publer.yml").read_text(encoding="utf-8"))
    assert set(example["networks"]) == {"twitter", "linkedin", "bluesky", "mastodon", "threads"}
