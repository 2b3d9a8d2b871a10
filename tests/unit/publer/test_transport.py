"""Promise: what became of one request is known exactly, because a post that may be out is never sent again."""

from __future__ import annotations

import json
import socket
import threading
import traceback
from functools import partial
from typing import Any

import pytest

from publer_publish.clock import SystemClock
from publer_publish.errors import ServiceError
from publer_publish.publer.errors import LostError, NotSentError, RateLimitedError, RefusedError
from publer_publish.publer.transport import MAX_BODY, RateLimit, Transport
from publer_publish.publer.wire import Watch, Wire


def failure(
    transport: Transport, bench: Any, method: str = "POST", seconds: float = 30.0, **more: Any
) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        transport.send(
            method, "/posts/schedule/publish", deadline=bench.deadline(seconds), document={"bulk": {}}, **more
        )
    error = caught.value
    everything = "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))
    assert bench.key not in everything, "the key must not be in any error"
    return error


HTML = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>x</body></html>"


# How the connection behaves once the request has arrived. Each of them may have been taken.
def _answered(status: int, bench: Any) -> Any:
    return bench.answer(status, {"errors": ["Something"]})


LOST = {
    "closed without an answer": lambda b: b.close,
    "reset without an answer": lambda b: b.reset,
    "closed within the status line": lambda b: b.bytes_then_close(b"HTTP/1.1 20"),
    "closed within the headers": lambda b: b.bytes_then_close(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "closed within the body": lambda b: b.bytes_then_close(
        b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"job_id":"x"}'
    ),
    "closed within a chunk": lambda b: b.bytes_then_close(
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"job'
    ),
    "a chunk size that is none": lambda b: b.bytes_then_close(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}"
    ),
    "not HTTP": lambda b: b.bytes_then_close(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "broken gzip": lambda b: b.answer(200, raw=b"nonsense", headers="Content-Encoding: gzip\r\n"),
    "an empty 200": lambda b: b.answer(200, raw=b""),
    "a 204": lambda b: b.bytes_then_close(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "truncated JSON": lambda b: b.answer(200, raw=b'{"job_id": "abc'),
    "HTML with 200": lambda b: b.answer(200, raw=HTML),
    "JSON nested without end": lambda b: b.answer(200, raw=b"[" * 200_000),
    "a number of a million digits": lambda b: b.answer(200, raw=b"1" * 1_000_000),
    "an answer larger than the cap": lambda b: b.answer(200, raw=b" " * (MAX_BODY + 1)),
    **{
        f"HTTP {status}": partial(_answered, status)
        for status in (
            300,
            301,
            302,
            303,
            307,
            308,
            304,
            408,
            409,
            418,
            425,
            499,
            500,
            501,
            502,
            503,
            504,
            520,
            599,
        )
    },
}


@pytest.mark.parametrize("behaviour", LOST.values(), ids=LOST.keys())
def test_what_may_have_been_taken_is_lost(bench: Any, behaviour: Any) -> None:
    server = bench.serve(behaviour(bench))
    error = failure(bench.transport(server.url), bench)
    assert type(error) is LostError
    assert "Look in Publer before sending it again" in error.hint
    assert len(server.requests) == 1, "one attempt, never more"


def test_a_server_that_hangs_is_lost_at_the_deadline(bench: Any) -> None:
    server = bench.serve(bench.hang)
    assert type(failure(bench.transport(server.url), bench, seconds=0.3)) is LostError


@pytest.mark.parametrize(
    ("prefix", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Endless: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n[", b" "),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["headers", "one header", "body", "body until close", "chunks", "100 Continue"],
)
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_dribbling_server_is_cut_at_the_deadline(
    bench: Any, prefix: bytes, piece: bytes, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bench.certificate))
    server = bench.serve(bench.dribble(prefix, piece), tls=tls)
    assert type(failure(bench.transport(server.url), bench, seconds=0.4)) is LostError


def test_accepted_and_then_reset_counts_as_established(bench: Any) -> None:
    """Design 5.2: the request may have been read by then."""
    server = bench.serve(on_accept=bench.reset)
    assert type(failure(bench.transport(server.url), bench)) is LostError


def test_a_kept_connection_that_died_is_lost(bench: Any) -> None:
    server = bench.serve(bench.answer(200, []), bench.reset)
    transport = bench.transport(server.url)
    transport.send("GET", "/accounts", deadline=bench.deadline())
    assert type(failure(transport, bench)) is LostError
    assert server.connections == 1, "it was the kept connection"


def test_an_unread_tls_answer_is_lost(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A TLS error after the handshake is no handshake failure."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bench.certificate))
    server = bench.serve(bench.reset, tls=True)
    assert type(failure(bench.transport(server.url), bench)) is LostError
    assert len(server.requests) == 1


def test_a_refused_connection_was_not_sent(bench: Any) -> None:
    error = failure(bench.transport(f"http://127.0.0.1:{bench.shut_port()}"), bench)
    assert type(error) is NotSentError
    assert not error.hopeless
    assert "refused" in error.message


def test_an_unknown_host_was_not_sent(bench: Any) -> None:
    error = failure(bench.transport("https://publer.invalid/api/v1"), bench)
    assert type(error) is NotSentError
    assert "resolved" in error.message


def test_a_port_that_does_not_speak_tls_was_not_sent(bench: Any) -> None:
    server = bench.serve(on_accept=bench.bytes_then_close(b"220 mail.example ESMTP\r\n"))
    error = failure(bench.transport(server.url.replace("http:", "https:")), bench)
    assert type(error) is NotSentError


@pytest.mark.parametrize(("how", "seconds"), [("close", 30), ("reset", 30), ("hang", 0.5)])
def test_a_tls_handshake_that_breaks_was_not_sent(bench: Any, how: str, seconds: float) -> None:
    def after_client_hello(sock: socket.socket) -> None:
        sock.recv(1)
        getattr(bench, how)(sock)

    server = bench.serve(on_accept=after_client_hello)
    error = failure(bench.transport(server.url.replace("http:", "https:")), bench, seconds=seconds)
    assert type(error) is NotSentError


def test_a_connection_that_was_ended_before_the_first_byte_sends_nothing() -> None:
    """Python makes no TLS handshake over a socket that is shut, and says nothing."""
    wire = Wire()
    wire.begin(1.0)
    one, other = socket.socketpair()
    with one, other:
        wire.opened(one)
        wire.stop()
        with pytest.raises(TimeoutError):
            wire.ready(one)
    assert not wire.established


def test_an_untrusted_certificate_was_not_sent_and_is_hopeless(bench: Any) -> None:
    server = bench.serve(bench.answer(), tls=True)
    error = failure(bench.transport(server.url), bench)
    assert type(error) is NotSentError
    assert error.hopeless
    assert "certificate" in error.message
    assert server.requests == []


def test_a_full_backlog_times_out_as_not_sent(bench: Any) -> None:
    """A connect timeout: the connection never came up."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = []
        for _ in range(3):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(address)
            waiting.append(client)
        try:
            error = failure(bench.transport(f"http://127.0.0.1:{address[1]}"), bench, seconds=0.4)
        finally:
            for client in waiting:
                client.close()
    assert type(error) is NotSentError


@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_proxy_that_refuses_to_connect_was_not_sent(
    bench: Any, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = bench.serve(bench.bytes_then_close(f"HTTP/1.1 {status} Nope\r\n\r\n".encode()))
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pr0xy-secret@127.0.0.1:{proxy.port}")
    error = failure(bench.transport("https://publer.test/api/v1"), bench)
    assert type(error) is NotSentError
    assert "proxy could not be used" in error.message
    assert str(status) in error.message
    assert "pr0xy-secret" not in repr(error) + error.message
    assert proxy.requests[0].method == "CONNECT"
    assert "authorization" not in proxy.requests[0].headers


def test_a_proxy_that_is_not_there_was_not_sent(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pr0xy-secret@127.0.0.1:{bench.shut_port()}")
    error = failure(bench.transport("https://publer.test/api/v1"), bench)
    assert type(error) is NotSentError
    assert "pr0xy-secret" not in repr(error) + error.message


def test_a_request_through_a_proxy_that_dies_after_the_handshake_is_lost(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = bench.serve(bench.close, tls=True)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tunnel(bench, target.port).port}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bench.certificate))
    error = failure(bench.transport("https://publer.test/api/v1"), bench)
    assert type(error) is LostError
    assert len(target.requests) == 1


def tunnel(bench: Any, port: int) -> Any:
    """A proxy: after CONNECT it carries bytes both ways."""

    def relay(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as far:
            far.settimeout(0.02)
            sock.settimeout(0.02)
            ends = [(sock, far), (far, sock)]
            while True:
                for source, sink in ends:
                    try:
                        piece = source.recv(65536)
                    except TimeoutError:
                        continue
                    if not piece:
                        raise ConnectionAbortedError
                    sink.sendall(piece)

    return bench.serve(relay)


def test_a_socks_proxy_is_refused_because_it_could_not_be_watched(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1080")
    error = failure(bench.transport("https://publer.test/api/v1"), bench)
    assert type(error) is NotSentError
    assert error.hopeless
    assert "SOCKS" in error.message


def test_a_missing_ca_bundle_is_named_and_hopeless(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle.pem")
    error = failure(bench.transport("https://127.0.0.1:9/api/v1"), bench)
    assert type(error) is NotSentError
    assert error.hopeless
    assert "/no/such/bundle.pem" in error.message


def test_the_certificates_of_requests_ca_bundle_are_trusted(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bench.certificate))
    server = bench.serve(bench.answer(200, {"ok": True}), tls=True)
    assert bench.transport(server.url).send("GET", "/accounts", deadline=bench.deadline()) == {"ok": True}


def test_after_the_deadline_nothing_is_sent(bench: Any) -> None:
    server = bench.serve(bench.answer())
    error = failure(bench.transport(server.url), bench, seconds=0)
    assert type(error) is NotSentError
    assert server.connections == 0


@pytest.mark.parametrize("status", [*range(400, 407), 410, 411, 413, 414, 415, 417, 422, 426, 428, 431, 451])
def test_a_clear_no_is_a_refusal(bench: Any, status: int) -> None:
    server = bench.serve(bench.answer(status, {"errors": ["Unknown state auto"]}))
    error = failure(bench.transport(server.url), bench)
    assert type(error) is RefusedError
    assert (error.status, error.sentence) == (status, "Unknown state auto")
    assert error.message.startswith("Unknown state auto")


def test_a_refusal_stays_one_when_its_body_breaks(bench: Any) -> None:
    server = bench.serve(bench.bytes_then_close(b"HTTP/1.1 400 X\r\nContent-Length: 99\r\n\r\nno"))
    error = failure(bench.transport(server.url), bench)
    assert type(error) is RefusedError


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        # publer-api 7.3: measured the wrong way round against the documentation
        (401, "You don't have access on this workspace"),
        (403, "Invalid API key or not active for this account."),
    ],
)
def test_401_and_403_suspect_both_key_and_workspace(bench: Any, status: int, sentence: str) -> None:
    server = bench.serve(bench.answer(status, {"errors": [sentence]}))
    error = failure(bench.transport(server.url), bench)
    assert error.message.startswith(sentence)
    assert "`api-key`" in error.hint
    assert "`workspace-id`" in error.hint


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b'{"errors":["a","b"]}', "a b"),
        (b'{"error":"Rate limit exceeded. Retry later."}', "Rate limit exceeded. Retry later."),
        (b'{"error":{"message":"deep"}}', "deep"),
        (b'{"message":"plain"}', "plain"),
        (b'{"errors":[{"message":"one"},{"detail":"two"}]}', "one two"),
        (b"Bad Gateway", "Bad Gateway"),
        (b'{"errors":["line\\nbreak \\u001b[31mred\\u202e"]}', "line break \ufffd[31mred\ufffd"),
        (b'{"errors":["half \\ud83d"]}', "half \ufffd"),
        (b"\xff\xfe broken", "\ufffd\ufffd broken"),
        (b'{"errors":[]}', ""),
        (b"", ""),
        (
            b"error code: 1010",
            "An infrastructure page (Cloudflare error 1010) came back instead of an answer of Publer's",
        ),
        (HTML, "An infrastructure page (“Just a moment...”) came back instead of an answer of Publer's"),
    ],
)
def test_publers_own_sentence_is_found_and_cleaned(bench: Any, raw: bytes, sentence: str) -> None:
    server = bench.serve(bench.answer(400, raw=raw))
    error = failure(bench.transport(server.url), bench)
    assert isinstance(error, RefusedError)
    assert error.sentence == sentence


def test_a_long_sentence_is_cut(bench: Any) -> None:
    server = bench.serve(bench.answer(400, {"error": "x" * 100_000}))
    error = failure(bench.transport(server.url), bench)
    assert isinstance(error, RefusedError)
    assert len(error.sentence) == 500


def test_a_key_that_publer_repeats_is_taken_out(bench: Any) -> None:
    server = bench.serve(bench.answer(403, {"error": f"Key {bench.key} is unknown"}))
    error = failure(bench.transport(server.url), bench)
    assert error.message.startswith("Key *** is unknown")


def test_429_says_how_long_to_wait(bench: Any) -> None:
    headers = f"X-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: {int(bench.clock.time()) + 37}\r\n"
    server = bench.serve(bench.answer(429, {"error": "Rate limit exceeded. Retry later."}, headers=headers))
    transport = bench.transport(server.url)
    error = failure(transport, bench)
    assert isinstance(error, RateLimitedError)
    assert error.wait_seconds == 37
    assert transport.rate_limit == RateLimit(limit=100, remaining=0, reset_at=bench.clock.time() + 37)


def test_absent_rate_limit_headers_mean_unknown(bench: Any) -> None:
    """publer-api 7.1: absent is unknown, not zero; and an old number is no news."""
    server = bench.serve(
        bench.answer(headers="X-RateLimit-Remaining: 5\r\n"),
        bench.answer(headers="X-RateLimit-Remaining: x\r\n"),
    )
    transport = bench.transport(server.url)
    transport.send("GET", "/accounts", deadline=bench.deadline())
    assert transport.rate_limit == RateLimit(remaining=5)
    transport.send("GET", "/accounts", deadline=bench.deadline())
    assert transport.rate_limit == RateLimit()


def test_a_request_looks_as_publer_wants_it(bench: Any) -> None:
    server = bench.serve(bench.answer())
    bench.transport(server.url).send("POST", "/x", deadline=bench.deadline(), document={"text": "Grüße 🚀"})
    sent = server.requests[0]
    assert sent.target == "/api/v1/x"
    assert sent.headers["authorization"] == f"Bearer-API {bench.key}"
    assert sent.headers["publer-workspace-id"] == bench.workspace
    assert sent.headers["accept"] == "application/json"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["user-agent"].startswith("publer-publish/")
    assert sent.json == {"text": "Grüße 🚀"}
    assert "🚀".encode() in sent.body


@pytest.mark.parametrize("path", ["/users/me", "/workspaces"])
def test_no_workspace_is_named_where_none_is_needed(bench: Any, path: str) -> None:
    server = bench.serve(bench.answer())
    bench.transport(server.url).send("GET", path, deadline=bench.deadline())
    assert "publer-workspace-id" not in server.requests[0].headers


def test_a_netrc_does_not_replace_the_key(bench: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password secret\ndefault login eve password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    server = bench.serve(bench.answer())
    bench.transport(server.url).send("GET", "/accounts", deadline=bench.deadline())
    assert server.requests[0].headers["authorization"] == f"Bearer-API {bench.key}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_never_goes_through_a_proxy(bench: Any, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{bench.shut_port()}")
    server = bench.serve(bench.answer())
    url = server.url.replace("127.0.0.1", host)
    assert bench.transport(url).send("GET", "/accounts", deadline=bench.deadline()) == {}


def test_redirects_are_not_followed(bench: Any) -> None:
    """Neither the key nor a post goes to another host because an answer says so."""
    other = bench.serve(bench.answer())
    server = bench.serve(bench.answer(307, headers=f"Location: {other.url}\r\n"))
    assert type(failure(bench.transport(server.url), bench)) is LostError
    assert other.connections == 0


def test_one_connection_is_kept(bench: Any) -> None:
    server = bench.serve(bench.answer())
    transport = bench.transport(server.url)
    for _ in range(3):
        transport.send("GET", "/accounts", deadline=bench.deadline())
    assert server.connections == 1


def test_a_fresh_connection_is_one(bench: Any) -> None:
    server = bench.serve(bench.answer())
    transport = bench.transport(server.url)
    transport.send("GET", "/accounts", deadline=bench.deadline())
    transport.send("POST", "/x", deadline=bench.deadline(), document={}, fresh=True)
    assert server.connections == 2


def test_half_a_surrogate_pair_in_an_answer_can_be_written_later(bench: Any) -> None:
    server = bench.serve(bench.answer(200, raw=b'{"name": "x\\ud83dy", "ok": "\\ud83d\\ude80"}'))
    got = bench.transport(server.url).send("GET", "/accounts", deadline=bench.deadline())
    json.dumps(got, ensure_ascii=False).encode()
    assert got["ok"] == "🚀"


def test_a_long_wait_gives_signs_of_life() -> None:
    """Design 5.9"""
    said = threading.Event()
    with Watch(Wire(), SystemClock(), 60, lambda _: said.set(), every=0.001):
        assert said.wait(30)


def test_neither_transport_nor_session_shows_the_key(bench: Any) -> None:
    transport = bench.transport("http://127.0.0.1:1")
    assert bench.key not in repr(transport) + str(transport) + repr(transport._session)


@pytest.mark.parametrize(
    ("raw", "from_cdn"),
    [
        (HTML, True),
        (b"error code: 1010", True),
        (b'{"cloudflare_error":true,"error_code":1010,"detail":"x"}', True),
        (b'{"errors":["Invalid API key or not active for this account."]}', False),
        (b"Forbidden", False),
    ],
)
def test_a_403_of_the_network_in_front_of_publer_says_nothing_about_the_key(
    bench: Any, raw: bytes, from_cdn: bool
) -> None:
    server = bench.serve(bench.answer(403, raw=raw))
    error = failure(bench.transport(server.url), bench)
    assert isinstance(error, RefusedError)
    assert error.from_cdn is from_cdn
    assert ("not from Publer itself" in error.message) is from_cdn
    assert ("says nothing about `api-key`" in error.hint) is from_cdn
    assert ("check both" in error.hint) is not from_cdn
