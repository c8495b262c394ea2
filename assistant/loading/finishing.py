"""The last step of every reader: one form of Unicode, and what a person has to know of the text."""

from __future__ import annotations

import re
import unicodedata

from assistant.errors import UnreadableError
from assistant.loading.extracted import ReadingNote
from assistant.loading.suspicions import find_injection, is_language

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
# Controls, zero-width and direction marks: invisible, and they part words that are one.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_BLANKS = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+(?=\n)")


def finish_pieces(pieces: list[str], name: str) -> tuple[list[str], list[ReadingNote]]:
    """Clean each piece and look at the whole. Raises UnreadableError where it is empty or no language."""
    cleaned = [clean_text(piece) for piece in pieces]
    whole = "".join(cleaned)
    if not whole.strip():
        raise UnreadableError(
            f"{name} không có chữ nào đọc được. Hãy mở tệp để kiểm tra nội dung.",
            f"{name} holds no text that can be read. Open it and look at what it holds.",
        )
    if not is_language(whole):
        raise UnreadableError(
            f"Nội dung của {name} không phải văn bản (dữ liệu mã hóa, nhị phân hoặc sai bảng mã). "
            "Hãy lưu lại tệp dưới dạng văn bản Unicode.",
            f"What {name} holds is not language (encoded or binary data, or a wrong character set). "
            "Save it again as Unicode text.",
        )
    return cleaned, find_injection(whole)


def clean_text(text: str) -> str:
    """NFC, `\\n` line ends, plain spaces, nothing invisible, no more than one blank line in a row.

    Characters that came in halves, as PDF gives some of them, are made whole.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))
    text = _INVISIBLE.sub("", _SPACES.sub(" ", text))
    return _BLANKS.sub("\n\n", _TRAILING.sub("", text))
