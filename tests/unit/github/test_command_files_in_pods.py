"""Outputs that nobody will read are a report that does not arrive: the run says so, and only then."""

from io import StringIO
from pathlib import Path

import pytest

from publer_publish.github.commands import vanish_with_their_pod
from publer_publish.github.console import Stream
from publer_publish.github.runner import Runner

FILE = "/github/file_commands/set_output_1"
ROOT = "30 29 0:55 / / rw - overlay overlay rw\n"
EMPTY_DIR = "/var/lib/kubelet/pods/7f/volumes/kubernetes.io~empty-dir/github"
CLAIM = "/var/lib/kubelet/pods/7f/volumes/kubernetes.io~csi/pvc-1/mount/_temp"
IN_A_POD = {"GITHUB_OUTPUT": FILE, "KUBERNETES_SERVICE_HOST": "10.0.0.1"}


def _mounted(root: str, place: str) -> str:
    return f"31 30 8:1 {root} {place} rw,relatime - ext4 /dev/sda1 rw\n"


@pytest.mark.parametrize(
    ("env", "mounts", "vanish"),
    [
        (IN_A_POD, ROOT + _mounted(EMPTY_DIR, "/github"), True),
        (IN_A_POD, ROOT + _mounted(EMPTY_DIR, "/github") + _mounted("/x", "/github/file"), True),
        # Hooks before 0.8: a claim that the runner's pod has mounted, too.
        (IN_A_POD, ROOT + _mounted(CLAIM, "/github/file_commands"), False),
        (IN_A_POD, _mounted(EMPTY_DIR, "/github") + _mounted(CLAIM, "/github/file_commands"), False),
        # Docker-in-Docker: the volume is the runner's.
        ({"GITHUB_OUTPUT": FILE}, ROOT + _mounted(EMPTY_DIR, "/github/file_commands"), False),
        (IN_A_POD, ROOT, False),
        (IN_A_POD, "", False),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, ROOT + _mounted(EMPTY_DIR, "/github"), False),
    ],
)
def test_a_volume_that_goes_with_the_pod_is_known(
    tmp_path: Path, env: dict[str, str], mounts: str, vanish: bool
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(mounts, encoding="utf-8")
    assert vanish_with_their_pod(env, table) is vanish


def test_where_nothing_is_known_of_mounts_nothing_is_said(tmp_path: Path) -> None:
    assert not vanish_with_their_pod(IN_A_POD, tmp_path / "none")


def test_the_run_warns_that_its_outputs_will_be_lost(tmp_path: Path) -> None:
    output = tmp_path / "output"
    table = tmp_path / "mountinfo"
    table.write_text(_mounted(EMPTY_DIR, str(tmp_path)), encoding="utf-8")
    log = StringIO()
    runner = Runner({**IN_A_POD, "GITHUB_OUTPUT": str(output)}, Stream(log), mounts=table)

    runner.set_outputs({"outcome": "published"})

    assert "::warning::The outputs and the summary of this step will be lost" in log.getvalue()
    assert "published" in output.read_text(encoding="utf-8")
