"""Downloads: which addresses are called, and what a server may do. The server is real, on loopback."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.errors import AddressRefusedError, CancelledError, DownloadError, TooLargeError
from assistant.loading.public_network import is_public
from assistant.loading.url import Downloaded, DownloadLimits, download

TEXT = "Điều 1. Phạm vi điều chỉnh\n".encode() * 40
BOMB = gzip.compress(b"0" * 5_000_000, compresslevel=1)
QUICK = DownloadLimits(
    file_bytes=200_000, total_seconds=3.0, connect_seconds=2.0, read_seconds=0.7, redirects=5
)


class Handler(BaseHTTPRequestHandler):
    """Good at /good.txt; every other path is a way of going wrong."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.strip("/").split("?")[0]
        self.server.seen.append((name, dict(self.headers)))  # type: ignore[attr-defined]
        try:
            getattr(self, f"serve_{name.split('.')[0].split('/')[0].replace('-', '_')}")()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests' output stays readable."""

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def serve_good(self) -> None:
        self.send(200, TEXT, Content_Type="text/plain; charset=utf-8", Set_Cookie="seen=1")

    def serve_hop(self) -> None:
        left = int(self.path.rsplit("/", 1)[-1])
        self.send(302, Location=f"/hop/{left - 1}" if left else "/good.txt", Set_Cookie="seen=1")

    def serve_circle(self) -> None:
        self.send(302, Location="/circle")

    def serve_to_metadata(self) -> None:
        self.send(302, Location="http://169.254.169.254/latest/meta-data/")

    def serve_to_private(self) -> None:
        self.send(307, Location="http://10.0.0.1/secret")

    def serve_to_file(self) -> None:
        self.send(302, Location="file:///etc/passwd")

    def serve_missing(self) -> None:
        self.send(404, b"gone")

    def serve_empty(self) -> None:
        self.send(200)

    def serve_announced(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "99999999999")
        self.end_headers()

    def serve_endless(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(100_000):
            self.wfile.write(b"x" * 4096)

    def serve_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.2)

    def serve_drip_head(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            self.wfile.write(f"X-{number}: 1\r\n".encode())
            self.wfile.flush()
            time.sleep(0.2)

    def serve_silent(self) -> None:
        time.sleep(5)

    def serve_dropped(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.wfile.write(b"half of it")
        self.close_connection = True

    def serve_zipped(self) -> None:
        self.send(200, gzip.compress(TEXT), Content_Encoding="gzip", Content_Type="text/html")

    def serve_bomb(self) -> None:
        self.send(200, BOMB, Content_Encoding="gzip")

    def serve_half_zipped(self) -> None:
        self.send(200, gzip.compress(TEXT)[:-20], Content_Encoding="gzip")

    def serve_named(self) -> None:
        self.serve_good()


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.daemon_threads = True
    found.seen = []  # type: ignore[attr-defined]
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()


@pytest.fixture
def address(server: ThreadingHTTPServer) -> str:
    server.seen.clear()  # type: ignore[attr-defined]
    return f"http://127.0.0.1:{server.server_address[1]}"


def fetch(address: str, folder: Path) -> Downloaded:
    return download(address, folder, limits=QUICK, allow_private=True)


def test_a_file_comes_whole(address: str, tmp_path: Path) -> None:
    calls: list[tuple[int, int, str]] = []
    found = download(
        f"{address}/good.txt#part",
        tmp_path,
        limits=QUICK,
        allow_private=True,
        progress=lambda done, total, what: calls.append((done, total, what)),
    )
    assert found.path.read_bytes() == TEXT and found.path.name == "good.txt"
    assert found.media_type == "text/plain" and found.final_address == f"{address}/good.txt"
    assert calls[-1][:2] == (len(TEXT), len(TEXT))


def test_redirects_are_followed_five_times_and_cookies_are_not_kept(
    address: str, server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    assert fetch(f"{address}/hop/4", tmp_path).path.read_bytes() == TEXT
    assert not any("Cookie" in headers for _, headers in server.seen)  # type: ignore[attr-defined]
    with pytest.raises(DownloadError, match="redirects more than 5 times"):
        fetch(f"{address}/hop/5", tmp_path)


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("circle", DownloadError, "redirects more than"),
        ("to-metadata", AddressRefusedError, "169.254.169.254 is a private"),
        ("to-private", AddressRefusedError, "10.0.0.1 is a private"),
        ("to-file", AddressRefusedError, "Only http and https"),
        ("missing", DownloadError, "answered 404"),
        ("empty", DownloadError, "sent nothing"),
        ("announced", TooLargeError, "larger than"),
        ("endless", TooLargeError, "larger than"),
        ("bomb", TooLargeError, "larger than"),
        ("drip", DownloadError, "too slowly"),
        ("drip-head", DownloadError, "too slowly"),
        ("silent", DownloadError, "too slowly"),
        ("dropped", DownloadError, "broke off"),
        ("half-zipped", DownloadError, "broke off"),
    ],
)
def test_a_bad_server_gives_a_clear_error_and_leaves_nothing(
    path: str, error: type[Exception], message: str, address: str, tmp_path: Path
) -> None:
    began = time.monotonic()
    with pytest.raises(error, match=message):
        fetch(f"{address}/{path}", tmp_path)
    assert time.monotonic() - began < QUICK.total_seconds + 3
    assert not list(tmp_path.iterdir())


def test_what_is_compressed_unasked_is_unpacked(address: str, tmp_path: Path) -> None:
    assert fetch(f"{address}/zipped", tmp_path).path.read_bytes() == TEXT


def test_names_stay_in_the_folder_and_do_not_meet(address: str, tmp_path: Path) -> None:
    first = fetch(f"{address}/named/..%2F..%2Fetc%2Fpass%0awd", tmp_path)
    second = fetch(f"{address}/named/..%2F..%2Fetc%2Fpass%0awd", tmp_path)
    assert first.path.parent == second.path.parent == tmp_path and first.path != second.path
    assert first.path.name == "pass_wd"
    assert fetch(f"{address}/named/%2e%2e", tmp_path).path.name == "download"


def test_it_can_be_cancelled_while_it_waits(address: str, tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(CancelledError):
        download(
            f"{address}/silent",
            tmp_path,
            cancelled=lambda: time.monotonic() - began > 0.5,
            limits=DownloadLimits(read_seconds=30),
            allow_private=True,
        )
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://0.0.0.0/",
        "http://169.254.169.254/latest/", "http://10.1.2.3/", "http://192.168.1.1/", "http://[fe80::1]/",
        "http://100.64.0.1/", "http://224.0.0.1/",
    ],
)  # fmt: skip
def test_private_addresses_are_not_called(address: str, tmp_path: Path) -> None:
    with pytest.raises(AddressRefusedError, match="not called"):
        download(address, tmp_path, limits=QUICK)


@pytest.mark.parametrize(
    "address", ["ftp://example.com/a", "file:///etc/passwd", "luat.pdf", "http://", "https://a:b@c.vn/"]
)
def test_only_plain_web_addresses_are_taken(address: str, tmp_path: Path) -> None:
    with pytest.raises(AddressRefusedError):
        download(address, tmp_path, limits=QUICK)


@pytest.mark.parametrize("written", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(written: str) -> None:
    assert is_public(written)


def test_one_private_address_among_public_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", make_lookup({"mixed.test": ["93.184.216.34", "10.0.0.1"]}, []))
    with pytest.raises(AddressRefusedError):
        download("http://mixed.test/", tmp_path, limits=QUICK)


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch, server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    """A name that is looked up again could answer differently (DNS rebinding)."""
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", make_lookup({"rebind.test": ["127.0.0.1"]}, asked))
    fetch(f"http://rebind.test:{server.server_address[1]}/good.txt", tmp_path)
    assert asked.count("rebind.test") == 1
    assert set(asked) == {"rebind.test", "127.0.0.1"}


def make_lookup(names: dict[str, list[str]], asked: list[str]) -> object:
    real = socket.getaddrinfo

    def look(host: str, port: int, *rest: object, **named: object) -> object:
        asked.append(host)
        if host not in names:
            return real(host, port, *rest, **named)  # type: ignore[arg-type]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port)) for found in names[host]]

    return look
