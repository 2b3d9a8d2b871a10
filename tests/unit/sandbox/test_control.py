"""Promise: another process can drive the sandbox, and the page shows what was published, safely."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import Fault, Job, Sandbox, Scenario, VirtualClock
from sandbox.jsonform import FormError
from sandbox.pictures import MOST_BYTES, MOST_BYTES_EACH, Pictures
from sandbox.testing import NewSandbox, RawClient, a_post

ROOT = Path(__file__).parents[3]


def control(sandbox: Sandbox) -> RawClient:
    return RawClient(sandbox, base="")


def test_the_record_over_http(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    RawClient(sandbox).publish(a_post(sandbox, "Hello", "bluesky"))
    record = control(sandbox).get("/_sandbox/record").json
    assert [p["text"] for p in record["published"]] == ["Hello"]
    assert [r["path"] for r in record["requests"]] == ["/posts/schedule/publish"]
    assert set(record) == {"requests", "published", "uploads", "imports", "surprises"}


def test_another_scenario_keeps_the_past_and_reset_forgets_it(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    client, handle = RawClient(sandbox), control(sandbox)
    client.publish(a_post(sandbox, "Hello", "bluesky"))
    assert handle.post("/_sandbox/scenario", {"job": {"http_status": 202}}).status == 200
    assert (sandbox.scenario.job.http_status, len(sandbox.record.published)) == (202, 1)
    assert handle.post("/_sandbox/reset", None).status == 200
    assert (sandbox.scenario.job.http_status, len(sandbox.record.published)) == (202, 0)
    assert handle.post("/_sandbox/reset", {"api_key": "other"}).status == 200
    assert client.get("/users/me").status == 403


def test_faults_over_http(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    client, handle = RawClient(sandbox), control(sandbox)
    handle.post("/_sandbox/faults", [{"kind": "server_error", "times": 0}])
    assert client.get("/users/me").status == 500
    handle.post("/_sandbox/clear", None)
    assert client.get("/users/me").status == 200


def test_the_clock_and_the_door_over_http(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    sandbox = new_sandbox(clock=clock)
    handle = control(sandbox)
    before = clock.time()
    assert handle.post("/_sandbox/advance", {"seconds": 90}).status == 200
    assert clock.time() == before + 90
    assert handle.post("/_sandbox/release", None).status == 200
    assert handle.post("/_sandbox/door", {"open": False}).status == 200
    with pytest.raises(ConnectionRefusedError):
        control(sandbox).get("/")
    sandbox.open_door()
    assert control(sandbox).get("/").status == 200


@pytest.mark.parametrize(
    ("path", "document", "status"),
    [
        ("/_sandbox/scenario", {"jobs": {}}, 400),
        ("/_sandbox/scenario", {"job": {"family": "C"}}, 400),
        ("/_sandbox/scenario", [], 400),
        ("/_sandbox/faults", {"kind": "reset"}, 400),
        ("/_sandbox/faults", [{"kind": "explode"}], 400),
        ("/_sandbox/door", {}, 400),
        ("/_sandbox/advance", {"seconds": "1"}, 400),
        ("/_sandbox/advance", {"seconds": 1}, 400),
        ("/_sandbox/nothing", {}, 404),
    ],
)
def test_wrong_orders_are_refused(new_sandbox: NewSandbox, path: str, document: object, status: int) -> None:
    reply = control(new_sandbox()).post(path, document)
    assert reply.status == status
    assert reply.json["errors"]


def test_orders_need_a_content_type_that_no_foreign_page_can_send(new_sandbox: NewSandbox) -> None:
    reply = control(new_sandbox()).send("POST", "/_sandbox/reset", b"null", {"Content-Type": "text/plain"})
    assert reply.status == 415


def test_the_page_escapes_everything_and_fetches_nothing(new_sandbox: NewSandbox) -> None:
    nasty = "<script>alert(1)</script> & \"quoted\" 'single'"
    scenario = Scenario().with_account("linkedin", name="<b>Acme</b>")
    sandbox = new_sandbox(scenario)
    post = a_post(sandbox, nasty, "bluesky")
    post["networks"]["linkedin"] = {"type": "link", "text": "x", "url": 'https://example.com/"><img src=x>'}
    linkedin = scenario.account("linkedin", "<b>Acme</b>")
    post["accounts"].append({"id": linkedin.id, "comments": [{"text": "<i>first</i>"}]})
    RawClient(sandbox).publish(post)
    reply = control(sandbox).get("/")
    text = reply.body.decode()
    assert len(sandbox.record.published) == 2
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;" in text
    assert not re.search(r"<(script|img|i|b)\b", text)
    assert re.findall(r'(?:src|<link[^>]*href)="([^"]*)"', text) == ["data:,", "/_sandbox/page.css"]
    assert control(sandbox).get("/_sandbox/page.css").headers["content-type"] == "text/css"


def test_the_page_shows_the_pictures_that_were_uploaded_and_frames_for_the_rest(
    new_sandbox: NewSandbox,
) -> None:
    sandbox = new_sandbox()
    client, handle = RawClient(sandbox), control(sandbox)
    small = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
    files = {
        "small.png": small,
        "large.png": small + b"\0" * MOST_BYTES_EACH,
        "film.mp4": b"\0\0\0\x18ftypisom",
    }
    ids = [client.upload(content, name).json["id"] for name, content in files.items()]
    post = a_post(sandbox, "Look", "mastodon")
    post["networks"]["mastodon"]["media"] = [{"id": one} for one in ids]
    client.publish(post)
    text = handle.get("/").body.decode()
    assert re.findall(r'<img [^>]*src="([^"]*)"', text) == [f"/_sandbox/media/{ids[0]}"]
    assert "small.png" not in text
    assert "large.png" in text
    assert "film.mp4" in text
    shown = handle.get(f"/_sandbox/media/{ids[0]}")
    assert (shown.body, shown.headers["content-type"]) == (small, "image/png")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert [handle.get(f"/_sandbox/media/{one}").status for one in (ids[1], ids[2], "none")] == [404] * 3


def test_the_memory_for_pictures_is_bounded() -> None:
    pictures = Pictures()
    for number in range(40):
        pictures.add(str(number), "photo", b"GIF8" + b"\0" * (MOST_BYTES_EACH - 4))
    assert len(pictures.ids()) * MOST_BYTES_EACH <= MOST_BYTES
    assert pictures.get("0") is None
    assert pictures.get("39") is not None


def test_the_page_of_an_empty_sandbox(new_sandbox: NewSandbox) -> None:
    assert b"Nothing yet" in control(new_sandbox()).get("/").body


def test_looking_is_not_a_request(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario(faults=(Fault(kind="server_error"),)))
    assert control(sandbox).get("/").status == 200
    assert sandbox.record.requests == ()


def test_the_json_form_is_complete() -> None:
    scenario = Scenario(job=Job(failure="x"), faults=(Fault(kind="hang", seconds=None),))
    assert Scenario.from_json(scenario.to_json()) == scenario


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("{", "scenario: not JSON"),
        ('{"jop": {}}', "scenario.jop"),
        ('{"job": {"delay": "1"}}', "scenario.job.delay"),
        ('{"job": {"working_polls": true}}', "scenario.job.working_polls"),
        ('{"workspaces": [{"accounts": [{"id": "1"}]}]}', "scenario.workspaces[0].accounts[0]"),
        ('{"imports": {"errors": {"u": 1}}}', "scenario.imports.errors.u"),
        ('{"faults": {}}', "scenario.faults"),
        ('{"faults": [{"kind": "boom"}]}', "scenario.faults[0].kind"),
    ],
)
def test_mistakes_in_a_scenario_have_a_place(document: str, place: str) -> None:
    with pytest.raises(FormError, match=re.escape(place)):
        Scenario.from_json(document)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_what_to_export_and_ends_on_a_signal(tmp_path: Path, end: signal.Signals) -> None:
    """Without the project's packages: the sandbox needs nothing but Python. In the background as well."""
    scenario = tmp_path / "scenario.json"
    scenario.write_text('{"user_name": "Somebody"}')
    command = [sys.executable, "-S", "-m", "sandbox", "--port", "0", "--scenario", str(scenario)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment,
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        process.send_signal(end)
        try:
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
    text = "".join(lines)
    assert re.search(r"--api-url http://127\.0\.0\.1:\d+/api/v1 ", text)
    assert "export PUBLER_API_KEY=" in text
    assert "linkedin/Acme Inc" in text


def test_a_wrong_scenario_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"x": 1}')
    command = [sys.executable, "-m", "sandbox", "--scenario", str(tmp_path / "s.json")]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (result.returncode, "scenario.x" in result.stderr) == (1, True)


def test_the_sandbox_shares_no_code_with_the_client() -> None:
    """The two check each other: neither may be written from the other."""
    for path in (ROOT / "sandbox").glob("*.py"):
        if path.name != "demo.py":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"^\s*(?:from|import) publer_publish", text, re.MULTILINE), path.name
