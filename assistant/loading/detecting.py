"""What a file is, by its content. Names lie: a .doc is often RTF or HTML, a .pdf an error page."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

HEAD_BYTES = 65536
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rt", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|table|p)\b",
    re.IGNORECASE | re.DOTALL,
)
_MHTML = re.compile(
    rb"\A(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:MIME-Version|Content-Type):", re.IGNORECASE
)
_MARKDOWN = re.compile(
    r"^(?:#{1,6} \S|---[ \t]*$|\|.+\|[ \t]*$|```|\[[^\]]+\]\([^)]+\)|>\s\S|\*\*\S)", re.MULTILINE
)


def detect_format(head: bytes, members: tuple[str, ...] = ()) -> str:
    """The format of a file from its first HEAD_BYTES: "pdf", "docx", "zip", "ole", "rtf", "html",
    "mhtml", "markdown", "text", or of what is not read "image", "archive", "program", "office", "binary".

    `members` are the names inside, for a ZIP. "ole" is what Word made before 2007, and what a
    password makes of a DOCX; `office.py` tells them apart.
    """
    found = next((kind for mark, kind in _SIGNATURES if head.startswith(mark)), None)
    if found == "zip":
        return _tell_zip(members)
    if found:
        return found
    # Some producers put bytes before the mark, which readers of PDF accept within the first 1024.
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return _tell_text(head)


def _tell_zip(members: tuple[str, ...]) -> str:
    names = set(members)
    if "word/document.xml" in names:
        return "docx"
    if "[Content_Types].xml" in names and any(
        name.startswith("word/document") and name.endswith(".xml") for name in names
    ):
        return "docx"
    if "[Content_Types].xml" in names or "mimetype" in names or "META-INF/MANIFEST.MF" in names:
        return "odt" if "content.xml" in names and "mimetype" in names else "office"
    return "zip"


def _tell_text(head: bytes) -> str:
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff")) or _looks_utf16(head)
    plain = head.replace(b"\x00", b"") if utf16 else head.removeprefix(b"\xef\xbb\xbf")
    if not utf16 and b"\x00" in head:
        return "binary"
    if _HTML.match(plain.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")):
        return "html"
    if _MHTML.match(plain) and b"multipart/related" in plain.lower():
        return "mhtml"
    if not utf16 and re.search(rb"<html[\s>]", plain[:4096], re.IGNORECASE):
        return "html"
    marks = len(_MARKDOWN.findall(plain.decode("utf-8", "replace")))
    return "markdown" if marks >= 2 else "text"


def _looks_utf16(head: bytes) -> bool:
    """Whether every other byte is mostly zero, as UTF-16 without a byte order mark has it."""
    even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
    pairs = max(1, min(len(head), 4096) // 2)
    return max(even, odd) > 0.3 * pairs and min(even, odd) < 0.05 * pairs


def detect_file(path: Path) -> str:
    """The format of a file on disk. A ZIP whose directory cannot be read is still "zip"."""
    with path.open("rb") as source:
        head = source.read(HEAD_BYTES)
    if not head.startswith(b"PK"):
        return detect_format(head)
    try:
        with zipfile.ZipFile(path) as archive:
            return detect_format(head, tuple(archive.namelist()))
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        # A cut-off DOCX still begins with its first members' names.
        return "docx" if b"word/" in head or b"[Content_Types].xml" in head else "zip"
