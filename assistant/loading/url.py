"""An address to a file, without letting the address choose what this machine talks to.

Decision: the name is resolved here, every address it has is checked, and the connection goes to an
address that was checked. Checking first and letting a library resolve again would let a name change
its mind in between (DNS rebinding). Redirects are followed by hand, so that each goes through the
same door. No cookies, no credentials, no proxy of the environment, no compression asked for.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from assistant.errors import AddressRefusedError, CancelledError, DownloadError, TooLargeError
from assistant.loading.extracted import Cancelled, Progress

if TYPE_CHECKING:
    import httpcore
    import httpx

    from assistant.config import Settings

_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = [
    ("User-Agent", "cyber-cooperation-assistant (reads official texts)"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
    ("Accept-Language", "vi, en;q=0.8"),
]


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that came: where it lies, the address it came from in the end, what it was said to be."""

    path: Path
    final_address: str
    media_type: str
    seconds: float


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """How much one download may cost: bytes as they come and unpacked, seconds, hops."""

    file_bytes: int = 100 * 2**20
    total_seconds: float = 300.0
    connect_seconds: float = 10.0
    read_seconds: float = 20.0
    redirects: int = 5


DEFAULT_LIMITS = DownloadLimits()


def make_download_limits(settings: Settings) -> DownloadLimits:
    """The limits that the settings ask for."""
    return DownloadLimits(file_bytes=settings.document_megabytes * 2**20)


def download(
    address: str,
    folder: Path,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled = lambda: False,
    limits: DownloadLimits = DEFAULT_LIMITS,
    allow_private: bool = False,
) -> Downloaded:
    """Fetch a public http(s) address into `folder`, which exists.

    `progress` is called with (bytes so far, bytes announced or 0, address). Raises
    AddressRefusedError before anything is called that must not be, DownloadError where no document
    comes, TooLargeError over a limit, CancelledError. Nothing is left in the folder then.
    `allow_private` lets loopback through, for tests against a server there; no setting reaches it.
    """
    return _Download(folder, progress, cancelled, limits, allow_private).follow(address)


class _Download:
    """One call of download: its limits and the moment by which it must be done."""

    def __init__(
        self,
        folder: Path,
        progress: Progress | None,
        cancelled: Cancelled,
        limits: DownloadLimits,
        allow_private: bool,
    ) -> None:
        self._folder, self._progress, self._cancelled = folder, progress, cancelled
        self._limits, self._allow_private = limits, allow_private
        self._began = time.monotonic()

    def follow(self, address: str) -> Downloaded:
        url = parse_address(address)
        for _ in range(self._limits.redirects + 1):
            found = self._call(url)
            if isinstance(found, Downloaded):
                return found
            url = found
        raise DownloadError(
            f"{address} chuyển hướng quá {self._limits.redirects} lần. Hãy dùng địa chỉ cuối cùng.",
            f"{address} redirects more than {self._limits.redirects} times. Give the final address.",
        )

    def _call(self, url: httpx.URL) -> Downloaded | httpx.URL:
        """One request: the file, or the address it redirects to."""
        import httpcore

        from assistant.loading.public_network import PublicNetwork

        deadline = self._began + self._limits.total_seconds
        network = PublicNetwork(str(url), deadline, self._cancelled, self._allow_private)
        timeouts = {
            "connect": self._limits.connect_seconds,
            "read": self._limits.read_seconds,
            "write": self._limits.read_seconds,
            "pool": self._limits.connect_seconds,
        }
        try:
            with (
                httpcore.ConnectionPool(network_backend=network, http2=False) as pool,
                pool.stream("GET", str(url), headers=_HEADERS, extensions={"timeout": timeouts}) as answer,
            ):
                return self._take(url, answer)
        except httpcore.TimeoutException as error:
            raise _too_slow(url) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, zlib.error) as error:
            raise DownloadError(
                f"Không tải được {url}: kết nối bị lỗi hoặc bị ngắt giữa chừng ({error}). Hãy thử lại sau.",
                f"{url} could not be fetched: the connection failed or broke off ({error}). Try again later.",
            ) from error

    def _take(self, url: httpx.URL, answer: httpcore.Response) -> Downloaded | httpx.URL:
        headers = {
            name.lower().decode("latin-1"): value.decode("latin-1") for name, value in answer.headers
        }
        if answer.status in _REDIRECTS and "location" in headers:
            return parse_address(str(url.join(headers["location"])))
        if answer.status != 200:
            raise DownloadError(
                f"Máy chủ trả lời mã {answer.status} cho {url}. Hãy kiểm tra địa chỉ bằng trình duyệt.",
                f"The server answered {answer.status} for {url}. Check the address in a browser.",
            )
        announced = int(headers["content-length"]) if headers.get("content-length", "").isdigit() else 0
        if announced > self._limits.file_bytes:
            raise _too_large(url, self._limits)
        path = _make_path(self._folder, url)
        try:
            self._write(path, url, _unpack(answer.iter_stream(), headers, self._limits.file_bytes), announced)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        media_type = headers.get("content-type", "").split(";")[0].strip().lower()
        return Downloaded(path, str(url), media_type, time.monotonic() - self._began)

    def _write(self, path: Path, url: httpx.URL, chunks: Iterator[bytes], announced: int) -> None:
        size = 0
        with path.open("wb") as target:
            for chunk in chunks:
                size += len(chunk)
                if size > self._limits.file_bytes:
                    raise _too_large(url, self._limits)
                if self._cancelled():
                    raise CancelledError(f"Đã dừng tải {url}.", f"Stopped fetching {url}.")
                if time.monotonic() - self._began > self._limits.total_seconds:
                    raise _too_slow(url)
                target.write(chunk)
                if self._progress:
                    self._progress(size, announced, str(url))
        if size == 0:
            raise DownloadError(
                f"{url} trả về nội dung rỗng. Hãy kiểm tra địa chỉ bằng trình duyệt.",
                f"{url} sent nothing. Check the address in a browser.",
            )


def parse_address(address: str) -> httpx.URL:
    """An address that may be called as far as its writing tells. Raises AddressRefusedError."""
    import httpx

    try:
        url = httpx.URL(address.strip())
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise AddressRefusedError(
            f"Địa chỉ không hợp lệ: {error}. Hãy dùng dạng https://…",
            f"Not an address: {error}. Write it as https://…",
        ) from error
    if url.scheme not in ("http", "https") or not url.host:
        raise AddressRefusedError(
            f"Chỉ tải được địa chỉ http hoặc https, không phải {url}.",
            f"Only http and https addresses are fetched, not {url}.",
        )
    if url.userinfo:
        raise AddressRefusedError(
            "Địa chỉ chứa tên đăng nhập hoặc mật khẩu. Hãy bỏ phần đó đi.",
            "The address carries a user name or a password. Leave that part out.",
        )
    return url.copy_with(fragment=None)


def _unpack(chunks: Iterator[bytes], headers: dict[str, str], most_bytes: int) -> Iterator[bytes]:
    """The body without compression: some servers compress unasked, and little may unpack to much."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise DownloadError(
            f"Máy chủ nén nội dung theo kiểu không hỗ trợ ({encoding}). Hãy tải tệp bằng trình duyệt.",
            f"The server compresses in a way that is not read ({encoding}). Fetch the file in a browser.",
        )
    # 32 + 15: gzip or zlib, whichever the first bytes say.
    unpacker = zlib.decompressobj(47)
    for chunk in chunks:
        data = chunk
        while data and not unpacker.eof:
            yield unpacker.decompress(data, min(65536, most_bytes + 1))
            data = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise zlib.error("the compressed body is cut off")


def _make_path(folder: Path, url: httpx.URL) -> Path:
    """A free name in the folder after the last part of the address: letters, digits, dots, hyphens."""
    last = unquote(url.path).replace("\\", "/").rstrip("/").split("/")[-1]
    name = re.sub(r"[^\w.\-]+", "_", last).strip("._-")[-100:] or "download"
    path = folder / name
    count = 1
    while path.exists():
        count += 1
        path = folder / f"{count}-{name}"
    return path


def _too_large(url: httpx.URL, limits: DownloadLimits) -> TooLargeError:
    most = limits.file_bytes / 2**20
    return TooLargeError(
        f"{url} lớn hơn giới hạn {most:.0f} MB. Hãy tăng ASSISTANT_DOCUMENT_MEGABYTES nếu đúng là tệp cần.",
        f"{url} is larger than the {most:.0f} MB allowed. Raise ASSISTANT_DOCUMENT_MEGABYTES if it is right.",
    )


def _too_slow(url: httpx.URL) -> DownloadError:
    return DownloadError(
        f"{url} trả lời quá chậm. Hãy thử lại sau, hoặc tải tệp bằng trình duyệt rồi đưa tệp vào.",
        f"{url} answers too slowly. Try again later, or fetch the file in a browser and give the file.",
    )
