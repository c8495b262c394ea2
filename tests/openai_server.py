"""A real HTTP server on loopback that speaks the OpenAI chat completions API, from scripts.

A script says what the next request gets: words (streamed piece by piece as the API does), or a
fault. Requests are kept, so that a test sees what was sent over the wire.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Words = str | Callable[[str], str]  # the reply, or a function of the prompt that gives it


@dataclass(frozen=True)
class Script:
    """One reply. `words` may be made from the prompt; the rest says how it goes wrong."""

    words: Words = ""
    status: int = 200
    wait_seconds: float = 0.0  # before the first byte
    gap_seconds: float = 0.0  # between the pieces of a stream
    cut_after: int | None = None  # pieces, then the connection breaks off
    ends_early: bool = False  # the stream closes in order, but never says that it is finished
    body: str | None = None  # sent as it is, in place of the API's JSON
    counts_tokens: bool = True


@dataclass
class OpenAIServer:
    """Scripts to play, in order (the last one again and again), and the requests that came."""

    scripts: list[Script] = field(default_factory=lambda: [Script("…")])
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    address: str = ""

    def play(self, *scripts: Script | str) -> None:
        self.scripts = [Script(s) if isinstance(s, str) else s for s in scripts]
        self.requests.clear()

    def next_script(self) -> Script:
        return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

    def prompt(self, number: int = -1) -> str:
        """The messages of a request as one text."""
        return "\n".join(str(held["content"]) for held in self.requests[number]["messages"])


@contextmanager
def serve_openai() -> Iterator[OpenAIServer]:
    """The server, running in threads of its own until the block ends."""
    held = OpenAIServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = json.loads(body)
            held.requests.append(request)
            held.headers.append({name.lower(): value for name, value in self.headers.items()})
            script = held.next_script()
            time.sleep(script.wait_seconds)
            try:
                _reply(self, request, script, held)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client did not wait

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()


def _reply(
    handler: BaseHTTPRequestHandler, request: dict[str, Any], script: Script, held: OpenAIServer
) -> None:
    if script.body is not None:
        _send(handler, script.status, script.body.encode())
        return
    if script.status != 200:
        error = {"error": {"message": _complaint(handler), "type": "test", "code": None}}
        _send(handler, script.status, json.dumps(error).encode())
        return
    words = script.words(held.prompt()) if callable(script.words) else script.words
    if request.get("stream"):
        _stream(handler, words, script)
    else:
        _send(handler, 200, json.dumps(_whole(words, script)).encode())


def _complaint(handler: BaseHTTPRequestHandler) -> str:
    """An error that shows the key, as careless proxies do."""
    return f"refused: {handler.headers.get('Authorization', '')}"


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _stream(handler: BaseHTTPRequestHandler, words: str, script: Script) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    pieces = [words[n : n + 12] for n in range(0, len(words), 12)]
    for number, piece in enumerate(pieces):
        if script.cut_after is not None and number >= script.cut_after:
            handler.close_connection = True
            handler.connection.close()
            return
        _event(handler, _chunk({"role": "assistant", "content": piece}))
        time.sleep(script.gap_seconds)
    if not script.ends_early:
        _event(handler, _chunk({}, finish="stop"))
        if script.counts_tokens:
            _event(handler, _chunk(None) | {"usage": _usage(words)})
        _write(handler, b"data: [DONE]\n\n")
    handler.wfile.write(b"0\r\n\r\n")


def _event(handler: BaseHTTPRequestHandler, value: dict[str, Any]) -> None:
    _write(handler, f"data: {json.dumps(value)}\n\n".encode())


def _write(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    handler.wfile.flush()


def _chunk(delta: dict[str, str] | None, finish: str | None = None) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
        "choices": choices,
    }


def _whole(words: str, script: Script) -> dict[str, Any]:
    message = {"role": "assistant", "content": words}
    return {
        "id": "c", "object": "chat.completion", "created": 1, "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    } | ({"usage": _usage(words)} if script.counts_tokens else {})


def _usage(words: str) -> dict[str, int]:
    count = len(words.split())
    return {"prompt_tokens": 1000, "completion_tokens": count, "total_tokens": 1000 + count}
