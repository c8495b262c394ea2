"""Bytes to text in any encoding Vietnamese has been written in."""

from __future__ import annotations

import unicodedata

import pytest
from viparse.normalize.encodings import CHARMAPS

from assistant.loading.encodings import decode_bytes, repair_pieces, syllable_share

LAW = (
    "Điều 6. Trách nhiệm của Bộ Công an\n"
    "1. Chịu trách nhiệm trước Chính phủ thực hiện quản lý nhà nước về an ninh mạng.\n"
    "2. Chủ trì, phối hợp với các bộ, ngành có liên quan xây dựng văn bản quy phạm pháp luật.\n"
)


def encode(text: str, name: str) -> str:
    """Text as an old encoding has it, as latin-1 shows its bytes: viparse's table the other way round."""
    back = {unicodedata.normalize("NFC", right): left for left, right in CHARMAPS[name].pairs}
    return "".join(back.get(letter, letter) for letter in text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode(encoding: str) -> None:
    decoded = decode_bytes(LAW.encode(encoding))
    assert decoded.text == LAW and not decoded.notes


def test_decomposed_text_is_composed() -> None:
    assert decode_bytes(unicodedata.normalize("NFD", LAW).encode()).text == LAW


def test_windows_1258() -> None:
    decoded = decode_bytes(_to_1258(LAW))
    assert decoded.text == LAW and decoded.encoding == "windows-1258"


def _to_1258(text: str) -> bytes:
    """Marks of tone follow their letter there; the others are part of it."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    out = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in parts if mark in tones)
        rest = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in tones))
        out += rest + tone
    return out.encode("cp1258")


@pytest.mark.parametrize("name", ["tcvn3", "vni", "viscii"])
def test_old_encodings_as_bytes_and_as_letters(name: str) -> None:
    written = encode(LAW, name)
    decoded = decode_bytes(written.encode("latin-1"))
    assert (decoded.text, decoded.encoding) == (LAW, name)
    assert [(note.code, note.severity) for note in decoded.notes] == [("legacy_encoding", "repair")]
    if name != "viscii":  # Its letters in the range of controls do not survive in Unicode texts.
        assert repair_pieces([written]).pieces == [LAW]


def test_a_document_of_old_and_new_parts() -> None:
    mixed = LAW + encode(LAW, "tcvn3")
    assert repair_pieces([mixed]).pieces == [LAW + LAW]


def test_utf8_that_was_read_as_windows_1252() -> None:
    spoilt = LAW.encode("utf-8").decode("cp1252", "ignore")
    # Five bytes are nothing in windows-1252; browsers keep them as they are.
    survived = "".join(
        bytes([value]).decode("latin-1" if value in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252")
        for value in LAW.encode("utf-8")
    )
    assert len(spoilt) < len(survived)
    repaired = repair_pieces([survived])
    assert repaired.pieces == [LAW] and [note.code for note in repaired.notes] == ["mojibake"]


@pytest.mark.parametrize(
    "text",
    [
        "Le règlement général sur la protection des données a été adopté à Bruxelles où siège l’Union.",
        "Die Behörde prüft die Größe der Schäden für alle Länder und übermittelt sie jährlich.",
        "El niño recibió educación pública según la legislación española y los artículos señalados.",
        "The naïve café owner’s résumé is on file at the façade of the coöperative in São Paulo.",
        "Bà Lan và ông Hà là người Hà Nội.",
    ],
)
def test_other_languages_and_short_texts_are_left_alone(text: str) -> None:
    assert repair_pieces([text]).pieces == [text]
    assert decode_bytes(text.encode("utf-8")).text == text


def test_western_bytes() -> None:
    text = "Le règlement général a été adopté; la sécurité des réseaux est assurée.\n" * 5
    assert decode_bytes(text.encode("cp1252")).text == text


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    data = LAW.encode() + b"\xff\n" + LAW.encode()
    decoded = decode_bytes(data)
    assert decoded.text == f"{LAW}\ufffd\n{LAW}" and [note.severity for note in decoded.notes] == ["doubt"]


def test_syllables() -> None:
    assert syllable_share("trách nhiệm quản lý") == 1.0
    assert syllable_share("règlement général Größe") == 0.0
    assert syllable_share("plain") == 0.0
