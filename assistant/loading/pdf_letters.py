"""The letters of a PDF page to lines, in the coordinates of the page as it is shown.

PDFium gives letters in the order of the file with line breaks of its own, and places them in the
page's space, which a rotation and a crop box set apart from what is shown.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_raw

from assistant.loading.page_lines import PageLine

# A gap between letters that is a space, as a share of the height of the line.
_SPACE_SHARE = 0.14

_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Frame:
    """From a page's space to the page as shown: `box` is what is shown of it, `turned` clockwise."""

    box: _Box
    turned: int

    def place(self, box: _Box) -> _Box:
        """A box (left, bottom, right, top) as shown."""
        first, second = self.point(box[0], box[1]), self.point(box[2], box[3])
        return (
            min(first[0], second[0]),
            min(first[1], second[1]),
            max(first[0], second[0]),
            max(first[1], second[1]),
        )

    def point(self, across: float, up: float) -> tuple[float, float]:
        left, bottom, right, top = self.box
        across, up = across - left, up - bottom
        width, height = right - left, top - bottom
        if self.turned == 90:
            return up, width - across
        if self.turned == 180:
            return width - across, height - up
        if self.turned == 270:
            return height - up, across
        return across, up


def read_page_lines(page: Any) -> list[PageLine]:
    """The lines of the text layer of one page of pypdfium2, in their order in the file."""
    return _LetterReader(page).read()


class _LetterReader:
    """The text layer of one page while it is read."""

    def __init__(self, page: Any) -> None:
        self._textpage = page.get_textpage()
        self._frame = _Frame(page.get_bbox(), page.get_rotation())
        raw, count = self._textpage.raw, self._textpage.count_chars()
        codes = (pdfium_raw.FPDFText_GetUnicode(raw, place) for place in range(count))
        self._letters = [chr(code) if code else "" for code in codes]

    def read(self) -> list[PageLine]:
        lines: list[PageLine] = []
        start = 0
        for place, letter in enumerate([*self._letters, "\n"]):
            if letter in ("\n", "\r"):
                if line := self._make_line(start, place):
                    lines.append(line)
                start = place + 1
        return lines

    def _make_line(self, start: int, end: int) -> PageLine | None:
        seen = [place for place in range(start, end) if self._letters[place].strip()]
        if not seen:
            return None
        across = self._read_origins(start, end)
        back = sum(across[after] < across[before] for before, after in zip(seen, seen[1:], strict=False))
        # Nothing but steps back is a line upside down, whose order in the file is right.
        if 0 < back < len(seen) / 2:
            text = self._order_letters(across)
            seen.sort(key=across.__getitem__)
        else:
            text = "".join(self._letters[start:end])
        first, last = self._box(seen[0]), self._box(seen[-1])
        bottom, top = min(first[1], last[1]), max(first[3], last[3])
        # PDFium marks a hyphen at the end of a line with U+0002, or U+FFFE.
        text = text.replace("\x02", "-").replace("\ufffe", "-").strip()
        return PageLine(text, min(first[0], last[0]), bottom, max(first[2], last[2]), top)

    def _box(self, place: int, *, loose: bool = False) -> _Box:
        return self._frame.place(self._textpage.get_charbox(place, loose=loose))

    def _read_origins(self, start: int, end: int) -> dict[int, float]:
        """Where each letter stands along its line, in whole tenths of points from the left."""
        across, up = ctypes.c_double(), ctypes.c_double()
        found: dict[int, float] = {}
        for place in range(start, end):
            pdfium_raw.FPDFText_GetCharOrigin(self._textpage.raw, place, across, up)
            found[place] = round(self._frame.point(across.value, up.value)[0], 1)
        return found

    def _order_letters(self, across: dict[int, float]) -> str:
        """The letters of one line from left to right.

        Where a font lacks the Vietnamese letters, another supplies them, and the file holds first
        all letters of the one, then all of the other: "Lut s ậ ố". Spaces that PDFium adds go.
        """
        raw = self._textpage.raw
        real = [place for place in across if not pdfium_raw.FPDFText_IsGenerated(raw, place)]
        text, edge = "", None
        for place in sorted(real, key=lambda place: (across[place], place)):
            left, bottom, right, top = self._box(place, loose=True)
            if edge is not None and left - edge > _SPACE_SHARE * (top - bottom):
                text += " "
            text += self._letters[place]
            edge = max(edge or right, right)
        return re.sub(r" {2,}", " ", text)
