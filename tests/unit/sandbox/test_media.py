"""Promise: uploads and imports behave as documented, and what arrived is known to the byte."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from sandbox.clock import VirtualClock
from sandbox.scenario import Import, Scenario
from tests.support.raw_client import NewSandbox, RawClient, a_post

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0dIHDR" + (640).to_bytes(4, "big") + (360).to_bytes(4, "big")
FILES = [
    ("a.png", PNG, "photo"),
    ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(40), "photo"),
    ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "photo"),
    ("a.gif", b"GIF89a" + bytes(40), "gif"),
    ("a.mp4", b"\x00\x00\x00\x18ftypisom" + bytes(40), "video"),
    ("a.webm", b"\x1a\x45\xdf\xa3" + bytes(40), "video"),
    ("a.avi", b"RIFF\x00\x00\x00\x00AVI LIST", "video"),
    ("a.pdf", b"%PDF-1.7\n" + bytes(40), "document"),
]
BUSY = {"errors": ["Please wait until your other download media from URL jobs have finished"]}
ONE = {"media": [{"url": "https://example.com/a.png", "name": "a"}], "type": "single"}


@pytest.mark.parametrize(("name", "content", "kind"), FILES)
def test_an_upload_is_recorded_to_the_byte(
    new_sandbox: NewSandbox, name: str, content: bytes, kind: str
) -> None:
    sandbox = new_sandbox()
    reply = RawClient(sandbox).upload(content, name, {"in_library": "true", "direct_upload": "false"})
    (upload,) = sandbox.record.uploads
    assert (reply.status, reply.json["id"], reply.json["type"]) == (200, upload.id, kind)
    assert {
        "id",
        "path",
        "thumbnail",
        "validity",
        "width",
        "height",
        "source",
        "type",
        "name",
        "caption",
    } <= set(reply.json)
    assert ("thumbnails" in reply.json) is (kind == "video")
    assert (upload.name, upload.size, upload.sha256) == (
        name,
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
    assert (upload.in_library, upload.direct_upload) == (True, False)


def test_boundaries_inside_a_big_file_do_not_confuse(new_sandbox: NewSandbox) -> None:
    content = PNG + b"\r\n------sandbox-boundar\r\n--\r\n" * 100_000
    sandbox = new_sandbox()
    RawClient(sandbox).upload(content)
    assert sandbox.record.uploads[0].sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_over_the_limit_is_413(new_sandbox: NewSandbox) -> None:
    client = RawClient(new_sandbox(Scenario(max_upload=100_000)))
    assert client.upload(PNG + bytes(100_000)).status == 413
    assert client.upload(PNG + bytes(100_000 - len(PNG))).status == 200
    assert len(client.sandbox.record.uploads) == 1


def test_the_default_limit_is_200_mib() -> None:
    assert Scenario().max_upload == 200 * 1024 * 1024


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"--b\r\n", "multipart/form-data; boundary=b", 400),
        (b"", "multipart/form-data; boundary=b", 400),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b", 400),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n', "multipart/form-data; boundary=b", 200),
        (b"{}", "application/json", 200),
        (b"--b--\r\n", "multipart/form-data; boundary=b", 200),
        (b"x", "multipart/form-data", 200),
    ],
)  # fmt: skip
def test_without_a_file_the_answer_is_an_error_which_may_have_status_200(
    new_sandbox: NewSandbox, body: bytes, content_type: str, status: int
) -> None:
    sandbox = new_sandbox()
    client = RawClient(sandbox)
    reply = client.send("POST", "/media", body, {"Content-Type": content_type})
    assert reply.status == status
    if status == 200:
        assert reply.json == {"error": "undefined method 'content_type' for nil"}
    assert client.get("/users/me").status == 200
    assert sandbox.record.uploads == ()


def test_files_that_publer_does_not_take_are_400(new_sandbox: NewSandbox) -> None:
    assert RawClient(new_sandbox()).upload(b"<svg/>", "a.png").status == 400


def test_unknown_fields_are_surprises(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    RawClient(sandbox).upload(PNG, fields={"title": "x"})
    assert sandbox.record.surprises == ("POST /media: field title",)


@pytest.mark.parametrize(
    ("kind", "content", "network", "works"),
    [
        ("photo", FILES[0][1], "twitter", True),
        ("gif", FILES[3][1], "twitter", True),
        ("video", FILES[4][1], "twitter", True),
        ("video", FILES[0][1], "twitter", False),
        ("photo", FILES[4][1], "twitter", False),
        ("gif", FILES[0][1], "twitter", False),
    ],
)
def test_the_kind_of_a_file_must_fit_the_type(
    new_sandbox: NewSandbox, kind: str, content: bytes, network: str, works: bool
) -> None:
    sandbox = new_sandbox()
    client = RawClient(sandbox)
    media = [{"id": client.upload(content).json["id"], "alt_text": "A card"}]
    (entry,) = client.job(client.publish(a_post(sandbox, "x", network, type=kind, media=media)))["payload"]
    assert ("post" in entry) is works
    if works:
        assert sandbox.record.published[0].media == tuple(media)
        assert client.get("/posts").json["posts"][0]["has_media"] is True


# Imports


@pytest.mark.parametrize(
    "document",
    [
        {"media": [], "type": "single"},
        {"media": {}, "type": "single"},
        {"media": ["https://example.com/a.png"], "type": "single"},
        {"media": [{"url": "https://example.com/a.png"}], "type": "single"},
        {"media": [{"name": "a"}], "type": "single"},
        {"media": ONE["media"]},
        {"media": ONE["media"], "type": "many"},
        [],
        {},
    ],
)
def test_a_wrong_import_is_400(new_sandbox: NewSandbox, document: object) -> None:
    assert RawClient(new_sandbox()).post("/media/from-url", document).status == 400


def test_a_url_alone_is_ignored(new_sandbox: NewSandbox) -> None:
    reply = RawClient(new_sandbox()).post("/media/from-url", {"url": "https://example.com/a.png"})
    assert (reply.status, reply.json) == (200, {})


def test_one_import_at_a_time(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    client = RawClient(new_sandbox(Scenario(imports=Import(delay=5)), clock=clock))
    job = client.post("/media/from-url", ONE).json["job_id"]
    assert client.job(job)["status"] == "working"
    busy = client.post("/media/from-url", ONE)
    assert (busy.status, busy.json) == (403, BUSY)
    clock.advance(5)
    assert client.job(job)["status"] == "complete"
    assert client.post("/media/from-url", ONE).status == 200


def test_somebody_elses_import_is_in_the_way(new_sandbox: NewSandbox) -> None:
    clock = VirtualClock()
    client = RawClient(new_sandbox(Scenario(imports=Import(foreign_download_seconds=30)), clock=clock))
    assert client.post("/media/from-url", ONE).json == BUSY
    clock.advance(30)
    assert client.post("/media/from-url", ONE).status == 200


def test_results_come_in_order_with_errors_between(new_sandbox: NewSandbox) -> None:
    broken = "https://example.com/big.mp4"
    spec = Import(errors={broken: "Videos need to be smaller than 2 gb"}, pdf_pages=2)
    sandbox = new_sandbox(Scenario(imports=spec))
    client = RawClient(sandbox)
    urls = ["https://example.com/a.gif", broken, "https://example.com/b.PDF?x=1", "ftp://example.com/a.png"]
    document = {"media": [{"url": url, "name": "n"} for url in urls], "type": "bulk"}
    job = client.post("/media/from-url", document).json["job_id"]
    payload = client.job(job)["payload"]
    assert [item.get("type") or item["error"] for item in payload] == [
        "gif",
        "Videos need to be smaller than 2 gb",
        "photo",
        "photo",
        "Timed out while reading data",
    ]
    assert [i.url for i in sandbox.record.imports] == urls
    assert client.job(job)["payload"] is None
    media = [{"id": payload[0]["id"]}]
    client.publish(a_post(sandbox, "x", "twitter", type="gif", media=media))
    assert len(sandbox.record.published) == 1


@pytest.mark.parametrize("form", ["array", "object", "media"])
def test_import_results_have_three_forms(new_sandbox: NewSandbox, form: Any) -> None:
    client = RawClient(new_sandbox(Scenario(imports=Import(form=form))))
    payload = client.job(client.post("/media/from-url", ONE).json["job_id"])["payload"]
    item = {"array": lambda: payload[0], "object": lambda: payload, "media": lambda: payload["media"][0]}[
        form
    ]()
    assert item["type"] == "photo"


def test_an_import_may_fail_as_a_whole(new_sandbox: NewSandbox) -> None:
    client = RawClient(new_sandbox(Scenario(imports=Import(failure="Nope", working_polls=1))))
    job = client.post("/media/from-url", ONE).json["job_id"]
    assert [client.job(job)["status"] for _ in range(2)] == ["working", "failed"]


def test_media_options(new_sandbox: NewSandbox) -> None:
    sandbox = new_sandbox()
    client = RawClient(sandbox)
    pinterest = sandbox.scenario.account("pinterest").id
    path = f"/workspaces/{sandbox.scenario.workspaces[0].id}/media_options"
    reply = client.get(path, [("accounts[]", pinterest)], **{"Publer-Workspace-Id": None})
    ((option,),) = [reply.json]
    assert (option["id"], option["albums"][0]["type"]) == (pinterest, "board")
    assert client.get("/workspaces/0/media_options").status == 401
    assert json.dumps(option["watermarks"]) == "[]"
