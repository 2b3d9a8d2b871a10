"""Guards: a file is streamed; its size never shows in the memory of the process."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

from tests.support.raw_client import NewSandbox, new_sandbox

__all__ = ["new_sandbox"]

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "tests/data/media/faststart.mp4"
SIZE = 190_000_000
PROGRAM = """
import json, sys
from pathlib import Path
from publer_publish.clock import Deadline, SystemClock
from publer_publish.delivery.media import Uploader
from publer_publish.errors import Problems, Where
from publer_publish.post.media.files import MediaFiles
from publer_publish.post.model import Media, MediaSource
from publer_publish.workspace import Workspace
from publer_publish.publer.api import Publer
from publer_publish.publer.transport import Transport

url, key, workspace_id, directory = sys.argv[1:]
clock, logged = SystemClock(), []
media = [Media(source=MediaSource.FILE, value=f"{n}.mp4", where=Where()) for n in range(2)]
workspace = Workspace(Path(directory))
files, problems = MediaFiles(workspace), Problems()
for item in media:
    files.check(item, problems)
publer = Publer(Transport(url, key, workspace_id, clock, logged.append))
uploader = Uploader(publer=publer, workspace=workspace, log=logged.append)
prepared = uploader.upload(media, Deadline.after(clock, 120))
# Not getrusage: its peak includes the parent's, from before exec.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
failures = [prepared.failure(item) for item in media]
print(json.dumps({"kb": int(peak.split()[1]), "failures": failures, "problems": len(problems)}))
"""


def test_two_videos_of_190_mb_at_once_stay_below_100_mb_of_memory(
    tmp_path: Path, new_sandbox: NewSandbox
) -> None:
    sandbox = new_sandbox()
    for name in ("0.mp4", "1.mp4"):
        content = SAMPLE.read_bytes()
        with (tmp_path / name).open("wb") as file:
            file.write(content + struct.pack(">I4s", SIZE - len(content), b"free"))
            os.truncate(file.fileno(), SIZE)
    scenario = sandbox.scenario
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            PROGRAM,
            sandbox.url,
            scenario.api_key,
            scenario.workspaces[0].id,
            str(tmp_path),
        ],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert child.returncode == 0, child.stderr.decode()
    said = json.loads(child.stdout)
    assert said["failures"] == ["", ""]
    assert said["problems"] == 0
    assert [upload.size for upload in sandbox.record.uploads] == [SIZE, SIZE]
    assert said["kb"] < 100_000
