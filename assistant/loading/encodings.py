"""Bytes to text, and text in the Vietnamese encodings from before Unicode to Unicode.

Decision: the encoding of a document is judged from the whole of it, never from a word ("maïng" is
VNI for "mạng" and French for nothing, "là" is right in one encoding and wrong in three). Lines that
already hold a letter only Unicode Vietnamese has are left alone, so that a document put together
from old and new parts comes out right. viparse has the tables and the judgement of whole texts.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass, field

from assistant.loading.extracted import ReadingNote
from assistant.text import is_vietnamese_syllable

LEGACY_NAMES = {"tcvn3": "TCVN3", "vni": "VNI", "viscii": "VISCII"}
_SAMPLE_CHARACTERS = 20_000
_FEWEST_CHARACTERS = 24
# Languages of Western Europe have few letters beyond ASCII; other scripts hardly any other.
_WESTERN_SHARE = 0.25
_ONLY_VIETNAMESE = re.compile(
    r"[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]"
)
_BEYOND_ASCII = re.compile(r"[\x80-\u0200\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")
_NON_ASCII_WORD = re.compile(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
# UTF-8 read as windows-1252: every Vietnamese letter becomes two or three of these.
_TRAIL = r"[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_MOJIBAKE = re.compile(rf"Ã{_TRAIL}|á[º»]{_TRAIL}|Ä[\u0080-\u0091‘’]|Æ[°¡]")
_MINUS_IN_WORD = re.compile(r"(?<=[^\W\d_])[−\u2010\u2011]|[−\u2010\u2011](?=[^\W\d_])")
_SINGLE_BYTE = ("windows-1258", "windows-1252")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(slots=True)
class Decoded:
    """Text (NFC), the name of what it was decoded from, and what has to be known of that."""

    text: str
    encoding: str
    notes: list[ReadingNote] = field(default_factory=list)


def decode_bytes(data: bytes) -> Decoded:
    """Text of bytes in any common encoding; the choice between 8-bit ones is by Vietnamese syllables."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return Decoded(_nfc(data.decode(encoding, "replace")), encoding.removesuffix("-sig"))
    if sideways := _guess_utf16(data):
        return Decoded(_nfc(data.decode(sideways, "replace")), sideways)
    try:
        return _decode_unicode(data)
    except UnicodeDecodeError:
        return _decode_single_byte(data)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _guess_utf16(data: bytes) -> str | None:
    sample = data[:4096]
    pairs = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if pairs < 4 or max(even, odd) < 0.3 * pairs or min(even, odd) > 0.05 * pairs:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _decode_unicode(data: bytes) -> Decoded:
    decoded = Decoded(_nfc(data.decode("utf-8")), "utf-8")
    repaired = repair_pieces([decoded.text])
    return Decoded(repaired.pieces[0], repaired.encoding or "utf-8", repaired.notes)


def _decode_single_byte(data: bytes) -> Decoded:
    """The reading whose words beyond ASCII are most often Vietnamese syllables; else what bytes say."""
    best = Decoded("", "")
    best_share = 0.0
    for encoding in _SINGLE_BYTE:
        text = _nfc(data.decode(encoding, "replace"))
        share = syllable_share(text)
        if share > best_share:
            best, best_share = Decoded(text, encoding), share
    # As latin-1 every byte keeps its value, which the tables of the old encodings start from.
    repaired = repair_pieces([data.decode("latin-1")])
    if repaired.encoding and syllable_share(repaired.pieces[0]) > best_share:
        return Decoded(repaired.pieces[0], repaired.encoding, repaired.notes)
    if best_share >= 0.6:
        return best
    return _decode_other(data)


def _decode_other(data: bytes) -> Decoded:
    """Not Vietnamese: a damaged UTF-8, or another language in an encoding of its own."""
    from charset_normalizer import from_bytes

    broken = data.decode("utf-8", "replace")
    if broken.count("\ufffd") <= max(3, len(broken) // 1000):
        note = ReadingNote(
            "broken_bytes",
            "doubt",
            f"{broken.count(chr(0xFFFD))} chỗ trong tệp UTF-8 bị hỏng, được đánh dấu bằng �.",
            f"{broken.count(chr(0xFFFD))} places of a UTF-8 file are damaged and marked with �.",
        )
        return Decoded(_nfc(broken), "utf-8", [note])
    western = data.decode("windows-1252", "replace")
    letters = sum(map(str.isalpha, western))
    if sum(letter.isalpha() and not letter.isascii() for letter in western) < _WESTERN_SHARE * letters:
        return Decoded(_nfc(western), "windows-1252")
    found = from_bytes(data[:200_000]).best()
    encoding = found.encoding if found else "windows-1252"
    return Decoded(_nfc(data.decode(encoding, "replace")), encoding)


def syllable_share(text: str) -> float:
    """Share of the words beyond ASCII that are well-formed Vietnamese syllables; 0.0 without any."""
    words = _NON_ASCII_WORD.findall(text[: 10 * _SAMPLE_CHARACTERS])
    return sum(map(_is_syllable, words)) / len(words) if words else 0.0


def _is_syllable(word: str) -> bool:
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    return len(_TONES.findall(unicodedata.normalize("NFD", word))) <= 1 and is_vietnamese_syllable(word)


@dataclass(slots=True)
class Repaired:
    """Pieces in Unicode; `encoding` is what some of them were in ("tcvn3"), or None."""

    pieces: list[str]
    encoding: str | None = None
    notes: list[ReadingNote] = field(default_factory=list)


def repair_pieces(pieces: list[str], hint: str | None = None) -> Repaired:
    """Bring the parts of one document to Unicode, where they are in an encoding from before it.

    `hint` is the encoding that the document's fonts speak of: it decides where the text is too short.
    """
    unmixed = [_undo_mojibake(piece) for piece in pieces]
    if unmixed != pieces:
        return Repaired([_nfc(piece) for piece in unmixed], None, [_MOJIBAKE_NOTE])
    suspects = "\n".join(
        line for piece in pieces for line in piece.split("\n") if _is_suspect(line)
    )[:_SAMPLE_CHARACTERS]
    encoding = _judge(suspects) or _confirm(suspects, hint)
    if encoding is None:
        return Repaired([_nfc(piece) for piece in pieces])
    repaired = ["\n".join(_convert_line(line, encoding) for line in piece.split("\n")) for piece in pieces]
    return Repaired(repaired, encoding, [_make_note(encoding)])


def _is_suspect(line: str) -> bool:
    return bool(_BEYOND_ASCII.search(line)) and not _ONLY_VIETNAMESE.search(line)


def _judge(suspects: str) -> str | None:
    """The encoding of suspect lines, by viparse and by what comes out when it is undone."""
    if len(suspects) < _FEWEST_CHARACTERS or len(_NON_ASCII_WORD.findall(suspects)) < 3:
        return None
    from viparse import detect_text_encoding, fix

    encoding = detect_text_encoding(suspects)
    if encoding is None or encoding not in LEGACY_NAMES:
        return None
    gained = syllable_share(fix(suspects, encoding=encoding)) - syllable_share(_nfc(suspects))
    return encoding if gained > 0.2 else None


def _confirm(suspects: str, hint: str | None) -> str | None:
    """The hinted encoding where undoing it gives Vietnamese."""
    if hint is None or not suspects:
        return None
    from viparse import fix

    converted = syllable_share(fix(suspects, encoding=hint))
    return hint if converted >= 0.7 and converted > syllable_share(_nfc(suspects)) else None


def _convert_line(line: str, encoding: str) -> str:
    if not _is_suspect(line):
        return _nfc(line)
    from viparse import fix

    if encoding == "tcvn3":
        # The letter ư is the byte of the soft hyphen there, which PDF writers turn into a minus sign.
        line = _MINUS_IN_WORD.sub("\xad", line)
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    return indent + str(fix(line[len(indent) :], encoding=encoding))


def _undo_mojibake(text: str) -> str:
    """UTF-8 that was read as windows-1252 and saved again, line by line, where it can be undone."""
    if len(_MOJIBAKE.findall(text)) < 5 or _ONLY_VIETNAMESE.search(text[:2000]):
        return text
    return "\n".join(_undo_mojibake_line(line) for line in text.split("\n"))


def _undo_mojibake_line(line: str) -> str:
    if not _MOJIBAKE.search(line):
        return line
    # windows-1252 leaves five bytes undefined, which browsers keep as controls of the same value.
    raw = b"".join(
        letter.encode("cp1252", "ignore") or letter.encode("latin-1", "ignore") for letter in line
    )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return line


_MOJIBAKE_NOTE = ReadingNote(
    "mojibake",
    "repair",
    "Văn bản UTF-8 bị đọc nhầm bảng mã trước đó đã được khôi phục.",
    "UTF-8 text that had been read in a wrong character set was restored.",
)


def _make_note(encoding: str) -> ReadingNote:
    name = LEGACY_NAMES[encoding]
    return ReadingNote(
        "legacy_encoding",
        "repair",
        f"Văn bản dùng bảng mã cũ {name}, đã được chuyển sang Unicode.",
        f"The text was in the old encoding {name} and was converted to Unicode.",
    )
