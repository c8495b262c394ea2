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
from assistant.loading.pdf_letters import read_page_lines
from assistant.loading.suspicions import plausible_share
from assistant.text import accented_share, detect_language

# Cells of ten points square: a line of print is about 45 of them, an emblem at most 40.
CELL_POINTS = 10
FEWEST_UNREAD_CELLS = 60
_MANY_PATHS = 300
_MOST_PIXELS = 4_000_000
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
    found = read_page_lines(page)
    signature = _find_signature(found)
    lines = [line for line in found if line not in signature]
    characters = sum(len(line.text.strip()) for line in lines)
    kinds = Counter(item.type for item in page.get_objects(max_depth=6))
    pictures = kinds[pdfium_raw.FPDF_PAGEOBJ_IMAGE] + kinds[pdfium_raw.FPDF_PAGEOBJ_SHADING]
    drawn = characters < _FEW_CHARACTERS and kinds[pdfium_raw.FPDF_PAGEOBJ_PATH] > _MANY_PATHS
    garbled = is_garbled(lines, scanned=pictures > 0)
    if not (pictures or drawn or garbled):
        return PageLayer(lines, signature, 0)
    return PageLayer(lines, signature, count_unread_cells(page, [] if garbled else found), garbled)


def _find_signature(lines: list[PageLine]) -> list[PageLine]:
    """Lines of a digital signature's stamp: two or more that say who signed and when."""
    found = [line for line in lines if _SIGNATURE.match(line.text)]
    return found if len(found) >= 2 else []


def is_garbled(lines: list[PageLine], *, scanned: bool) -> bool:
    """Whether a layer's letters are not those that are shown.

    Fonts without a map give private or control characters; a scan recognised as English gives
    Vietnamese without marks (which a page without pictures may really have).
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
    lost_marks = scanned and detect_language(text) == "vi" and accented_share(text) < 0.1
    return lost_marks or plausible_share(words) < 0.4


def count_unread_cells(page: Any, lines: list[PageLine]) -> int:
    """Cells of the rendered page with ink as print has it, where no line of text lies."""
    import numpy

    scale = min(1.0, (_MOST_PIXELS / max(1.0, page.get_width() * page.get_height())) ** 0.5)
    ink = page.render(scale=scale, grayscale=True).to_numpy().squeeze() < 150
    height, width = ink.shape
    for line in lines:
        top, bottom = height - round(scale * line.top) - 2, height - round(scale * line.bottom) + 3
        left, right = round(scale * line.left) - 2, round(scale * line.right) + 3
        ink[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = False
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
