"""The text layer of a page, and whether it is what the page shows.

"Has text" is not "was read": signed government PDFs carry a layer with nothing but the signature
over a scanned page, old converters write letters that mean nothing, and a layer recognised as
English has lost every tone mark. So the page is rendered small and the ink that no text accounts
for is counted, and the words of the layer are looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_raw

from assistant.loading.page_lines import PageLine
from assistant.loading.suspicions import plausible_share
from assistant.text import accented_share, detect_language

# Cells of ten points square: a line of print is about 45 of them, an emblem at most 40.
CELL_POINTS = 10
FEWEST_UNREAD_CELLS = 60
_MANY_PATHS = 300
_FEW_CHARACTERS = 100
_SIGNATURE = re.compile(
    r"(?:Ký bởi|Người ký|Được ký bởi|Ký số bởi|Email|E-mail|Cơ quan|Thời gian ký|Ngày ký|Chữ ký số|Signature"
    r"|Digitally signed|Signed by|Signing time|Signer|Reason|Location|Date|CN=|DN:)"
    r"\s*(?:[:=]|Not Verified|Valid|by\b|\w{0,3}=|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PageLayer:
    """What a page gives without recognition.

    `unread_cells` counts the cells whose ink no text accounts for; 0 where that was not needed.
    `is_garbled` says that the layer is not worth keeping.
    """

    lines: list[PageLine]
    signature: list[PageLine]
    unread_cells: int
    is_garbled: bool = False

    @property
    def characters(self) -> int:
        return sum(len(line.text) for line in self.lines)

    @property
    def needs_recognition(self) -> bool:
        return self.unread_cells >= FEWEST_UNREAD_CELLS


def read_layer(page: Any) -> PageLayer:
    """The layer of one page of pypdfium2."""
    textpage = page.get_textpage()
    found = _read_lines(textpage)
    signature = _find_signature(found)
    lines = [line for line in found if line not in signature]
    characters = sum(len(line.text.strip()) for line in lines)
    kinds = Counter(item.type for item in page.get_objects(max_depth=6))
    pictures = kinds[pdfium_raw.FPDF_PAGEOBJ_IMAGE] + kinds[pdfium_raw.FPDF_PAGEOBJ_SHADING]
    drawn = characters < _FEW_CHARACTERS and kinds[pdfium_raw.FPDF_PAGEOBJ_PATH] > _MANY_PATHS
    garbled = characters > 0 and is_garbled(lines)
    if not (pictures or drawn or garbled):
        return PageLayer(lines, signature, 0)
    return PageLayer(lines, signature, count_unread_cells(page, [] if garbled else found), garbled)


def _read_lines(textpage: Any) -> list[PageLine]:
    count = textpage.count_chars()
    raw = textpage.raw
    letters = [chr(code) if (code := pdfium_raw.FPDFText_GetUnicode(raw, i)) else "" for i in range(count)]
    lines: list[PageLine] = []
    start = 0
    for place in range(count + 1):
        if place == count or letters[place] in ("\n", "\r"):
            if line := _make_line(textpage, letters, start, place):
                lines.append(line)
            start = place + 1
    return lines


def _make_line(textpage: Any, letters: list[str], start: int, end: int) -> PageLine | None:
    # PDFium marks a hyphen at the end of a line with U+0002, or U+FFFE.
    text = "".join(letters[start:end]).replace("\x02", "-").replace("\ufffe", "-")
    seen = [place for place in range(start, end) if letters[place].strip()]
    if not seen:
        return None
    first, last = textpage.get_charbox(seen[0]), textpage.get_charbox(seen[-1])
    bottom, top = min(first[1], last[1]), max(first[3], last[3])
    return PageLine(text.strip(), min(first[0], last[0]), bottom, max(first[2], last[2]), top)


def _find_signature(lines: list[PageLine]) -> list[PageLine]:
    """Lines of a digital signature's stamp: two or more that say who signed and when."""
    found = [line for line in lines if _SIGNATURE.match(line.text)]
    return found if len(found) >= 2 else []


def is_garbled(lines: list[PageLine]) -> bool:
    """Whether a layer's letters are not those that are shown.

    Fonts without a map give private or control characters; a scan recognised as English gives
    Vietnamese without marks.
    """
    text = "\n".join(line.text for line in lines)
    visible = [letter for letter in text if not letter.isspace()]
    strange = sum(not letter.isprintable() or "\ue000" <= letter <= "\uf8ff" for letter in visible)
    if strange > 0.2 * len(visible):
        return True
    words = re.findall(r"[^\W\d_]+", text)
    if len(words) < 20:
        return False
    # A legacy encoding puts marks of its own into words; it is repaired later, not recognised.
    legacy = sum(any("\x80" <= letter <= "\xff" for letter in word) for word in words) > 0.2 * len(words)
    if legacy:
        return False
    lost_marks = detect_language(text) == "vi" and accented_share(text) < 0.1
    return lost_marks or plausible_share(words) < 0.4


def count_unread_cells(page: Any, lines: list[PageLine]) -> int:
    """Cells of the rendered page with ink as print has it, where no line of text lies."""
    import numpy

    bitmap = page.render(scale=1, grayscale=True)
    ink = bitmap.to_numpy().squeeze() < 150
    height, width = ink.shape
    for line in lines:
        top, bottom = max(0, height - round(line.top) - 2), max(0, height - round(line.bottom) + 3)
        ink[top:bottom, max(0, round(line.left) - 2) : max(0, round(line.right) + 3)] = False
    rows, columns = height // CELL_POINTS, width // CELL_POINTS
    cells = ink[: rows * CELL_POINTS, : columns * CELL_POINTS]
    share = cells.reshape(rows, CELL_POINTS, columns, CELL_POINTS).mean(axis=(1, 3))
    return int(numpy.count_nonzero((share > 0.06) & (share < 0.85)))


def render_for_recognition(
    page: Any, lines: list[PageLine], dots_per_inch: int, most_pixels: int
) -> tuple[Any, float]:
    """The page as a grey picture, with the text that is read already painted over, and its scale."""
    from PIL import ImageDraw

    width, height = page.get_size()
    scale = min(dots_per_inch / 72, (most_pixels / max(1.0, width * height)) ** 0.5)
    picture = page.render(scale=scale, grayscale=True).to_pil()
    draw = ImageDraw.Draw(picture)
    for line in lines:
        box = (line.left - 1, height - line.top - 1, line.right + 1, height - line.bottom + 1)
        draw.rectangle([scale * value for value in box], fill=255)
    return picture, scale
