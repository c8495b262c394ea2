"""Connections to public addresses only: the network under `url.py`, which httpcore is run over.

Every address of a name must be public; one that is not refuses the name, since which of them a
server is reached by is the name's owner's choice. The clock of the whole download is held in each
read, because a server that sends a header line a minute never trips a read's own time limit.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore

from assistant.errors import AddressRefusedError, CancelledError, DownloadError
from assistant.loading.extracted import Cancelled

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_RESOLVE_SECONDS = 10.0
_SLICE_SECONDS = 0.5


def is_public(written: str) -> bool:
    """Whether an address is one of the public internet, also when IPv6 wraps an IPv4 address."""
    address = ipaddress.ip_address(written.split("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64 or (int(address) >> 32) == 0:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo or (inner is not None and not is_public(str(inner))):
            return False
        if address.ipv4_mapped:
            return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_loopback(written: str) -> bool:
    return ipaddress.ip_address(written.split("%")[0]).is_loopback


def resolve(host: str, port: int, *, allow_private: bool) -> list[str]:
    """All addresses of a host, every one of them checked. Raises AddressRefusedError, DownloadError.

    `allow_private` lets loopback through, and nothing else that is private.
    """
    addresses = _look_up(host, port)
    if not all(is_public(found) or (allow_private and _is_loopback(found)) for found in addresses):
        raise AddressRefusedError(
            f"{host} là địa chỉ nội bộ hoặc không công khai nên không được truy cập. "
            "Hãy tải tệp về máy rồi đưa tệp vào.",
            f"{host} is a private or non-public address, which is not called. Fetch the file yourself "
            "and give the file.",
        )
    return addresses


def _look_up(host: str, port: int) -> list[str]:
    """Resolve in a thread: the system's resolver has no time limit of its own."""
    found: list[str] = []

    def look() -> None:
        try:
            found.extend(
                str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError):
            pass  # No address is found; said below.

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(_RESOLVE_SECONDS)
    if not found:
        raise DownloadError(
            f"Không tìm thấy máy chủ {host}. Hãy kiểm tra địa chỉ và kết nối mạng.",
            f"There is no server {host}. Check the address and the network.",
        )
    return list(dict.fromkeys(found))


class PublicNetwork(httpcore.NetworkBackend):
    """TCP to checked addresses; `deadline` is a time of `time.monotonic` that no wait outlasts."""

    def __init__(self, address: str, deadline: float, cancelled: Cancelled, allow_private: bool) -> None:
        self._address, self._deadline = address, deadline
        self._cancelled, self._allow_private = cancelled, allow_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception | None = None
        for address in resolve(host, port, allow_private=self._allow_private):
            remaining = self._deadline - time.monotonic()
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    address, port, max(0.1, min(timeout or remaining, remaining)), None, socket_options
                )
                return _TimedStream(stream, self._address, self._deadline, self._cancelled)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError(host)


class _TimedStream(httpcore.NetworkStream):
    """A stream whose waits end with the download's time, and soon after it is cancelled."""

    def __init__(
        self, stream: httpcore.NetworkStream, address: str, deadline: float, cancelled: Cancelled
    ) -> None:
        self._stream, self._address = stream, address
        self._deadline, self._cancelled = deadline, cancelled

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        waited_until = time.monotonic() + (timeout or _RESOLVE_SECONDS)
        while True:
            remaining = min(waited_until, self._deadline) - time.monotonic()
            if self._cancelled():
                raise CancelledError(f"Đã dừng tải {self._address}.", f"Stopped fetching {self._address}.")
            if remaining <= 0:
                raise httpcore.ReadTimeout(self._address)
            try:
                return self._stream.read(max_bytes, min(remaining, _SLICE_SECONDS))
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _TimedStream(stream, self._address, self._deadline, self._cancelled)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
