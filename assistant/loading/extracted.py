"""What reading a file gives, and the limits it is read under. Standard library only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["repair", "doubt", "info"]
# Called with (done, total, what): pages, files or bytes; total is 0 where it is not known.
Progress = Callable[[int, int, str], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class ReadingNote:
    """Something a person has to know of a text before it is trusted, in both languages.

    `repair` was put right, `doubt` has to be looked at, `info` explains. `code` is stable and
    for programs ("legacy_encoding", "ocr", "injection" …); `where` is a place such as "page 3".
    """

    code: str
    severity: Severity
    vi: str
    en: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The text of one document.

    `text` is NFC with `\\n` line ends; a line is a paragraph. `sha256` (hex) is of the bytes
    of the file, or of the member of a ZIP that `name` then names after the archive
    ("acts.zip/luat.docx"). `pages` is None for formats without pages; `page_starts` are the
    offsets at which each page's text begins. `ocr_confidence` is the mean over recognised words, 0
    to 100, None where nothing was recognised. `encoding` is what the bytes were decoded from.
    """

    name: str
    format: str
    text: str
    sha256: str
    pages: int | None = None
    page_starts: tuple[int, ...] = ()
    notes: tuple[ReadingNote, ...] = ()
    ocr_confidence: float | None = None
    encoding: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """How much one source may cost. Sizes are bytes, times are seconds.

    `silent_seconds` is how long the reading process may go without reporting anything: what
    hangs is stopped long before `total_seconds`. `memory_bytes` bounds the address space of the
    process and is held where the system has such a limit (not on Windows or macOS).
    """

    file_bytes: int = 100 * 2**20
    pages: int = 2000
    characters: int = 20_000_000
    total_seconds: float = 1800.0
    silent_seconds: float = 120.0
    memory_bytes: int = 4 * 2**30
    members: int = 500
    member_ratio: int = 200
    unpacked_bytes: int = 500 * 2**20
