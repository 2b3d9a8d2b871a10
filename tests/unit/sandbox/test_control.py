"""Promise: another process can drive the sandbox, and the page shows what was published, safely."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.forms import FormError
from sandbox.scenario import Job, Scenario
from sandbox.server import Sandbox
from tests.support.raw_client import NewSandbox, RawClient, a_post

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


def test_a_reset_forgets_the_past(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox(Scenario(job=Job(http_status=202)))
    RawClient(sandbox).publish(a_post(sandbox, "Hello", "bluesky"))
    assert control(sandbox).post("/_sandbox/reset", None).status == 200
    assert (sandbox.scenario.job.http_status, len(sandbox.record.published)) == (202, 0)


def test_orders_need_a_content_type_that_no_foreign_page_can_send(new_sandbox: NewSandbox) -> None:
    reply = control(new_sandbox()).send("POST", "/_sandbox/reset", b"null", {"Content-Type": "text/plain"})
    assert reply.status == 404


def test_the_page_escapes_everything_and_fetches_nothing(new_sandbox: NewSandbox) -> None:
    nasty = "<script>alert(1)</script> & \"quoted\" 'single'"
    scenario = Scenario().with_account("linkedin", name="<b>Acme</b>")
    sandbox = new_sandbox(scenario)
    post = a_post(sandbox, nasty, "bluesky")
    post["networks"]["linkedin"] = {
        "type": "link",
        "text": "x",
        "link": {"url": 'https://example.com/"><img src=x>'},
    }
    linkedin = scenario.account("linkedin", "<b>Acme</b>")
    post["accounts"].append({"id": linkedin.id, "comments": [{"text": "<i>first</i>"}]})
    RawClient(sandbox).publish(post)
    reply = control(sandbox).get("/")
    text = reply.body.decode()
    assert len(sandbox.record.published) == 2
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quoted&#34;" in text
    assert not re.search(r"<(script|img|i|b)\b", text)
    assert re.findall(r'(?:src|<link[^>]*href)="([^"]*)"', text) == ["data:,"]


def test_the_page_names_the_media_with_their_alt_texts(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    client = RawClient(sandbox)
    media_id = client.upload(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "card.png").json["id"]
    media = [{"id": media_id, "type": "photo", "alt_text": "A card"}]
    client.publish(a_post(sandbox, "Look", "mastodon", type="photo", media=media))
    assert "card.png (photo): A card" in control(sandbox).get("/").body.decode()


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
        ('{"jop": {}}', "jop @ scenario"),
        ('{"job": {"delay": "1"}}', "@ scenario.job.delay"),
        ('{"job": {"working_polls": true}}', "@ scenario.job.working_polls"),
        ('{"workspaces": [{"accounts": [{"id": "1"}]}]}', "@ scenario.workspaces[0].accounts[0].provider"),
        ('{"imports": {"errors": {"u": 1}}}', "@ scenario.imports.errors['u']"),
        ('{"faults": {}}', "@ scenario.faults"),
        ('{"faults": [{"kind": "boom"}]}', "@ scenario.faults[0].kind"),
    ],
)
def test_mistakes_in_a_scenario_have_a_place(document: str, place: str) -> None:
    with pytest.raises(FormError, match=re.escape(place)):
        Scenario.from_json(document)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_what_to_export_and_ends_on_a_signal(tmp_path: Path, end: signal.Signals) -> None:
    """In the background as well."""
    scenario = tmp_path / "scenario.json"
    scenario.write_text('{"user_name": "Somebody"}')
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--scenario", str(scenario)]
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
    assert (result.returncode, "no such field: x" in result.stderr) == (1, True)
