"""An element of a page to lines as a browser lays them out: blocks, line breaks, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_BLOCKS = {
    "p", "div", "section", "article", "main", "header", "footer", "aside", "ul", "ol", "li", "dl", "dt",
    "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "tbody", "thead", "tfoot",
    "tr", "td", "th", "caption", "form", "fieldset", "center", "hr", "body", "html", "figure",
    "figcaption", "address",
}  # fmt: skip
_HEADS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_BREAK = "\n"
_LABEL = re.compile(r"(?:Điều|Chương|Mục|Phần|Article|Chapter|Section|Part)\s+[\dIVX]+", re.IGNORECASE)
# A table that only puts things side by side: the head of a legal text and its signature.
_LAYOUT = re.compile(
    r"CỘNG H[ÒO][AÀ] XÃ HỘI|Nơi nhận|Độc lập\s*[-–—]|SOCIALIST REPUBLIC|Independence\s*[-–—]", re.IGNORECASE
)
_MOST_LAYOUT_ROWS, _MOST_CELL_CHARACTERS, _FEWEST_CELLS = 6, 1500, 2


def render_lines(element: Any) -> list[str]:
    """The lines of an element, blank ones left out; a table's rows as Markdown."""
    text = "".join(_render(element))
    lines = (" ".join(line.split()) for line in text.split(_BREAK))
    return [line for line in lines if line]


def _render(element: Any) -> Iterator[str]:
    tag = element.tag if isinstance(element.tag, str) else ""
    if tag == "br":
        yield _BREAK
    elif tag == "table" and (rows := _read_rows(element)):
        yield _BREAK + _BREAK.join(rows) + _BREAK
    elif tag:
        block = tag in _BLOCKS
        if block:
            yield _BREAK
        if tag in _HEADS and not _LABEL.match(element.text_content().strip()):
            yield "#" * _HEADS[tag] + " "
        yield _flat(element.text)
        for child in element:
            yield from _render(child)
            yield _flat(child.tail)
        if block:
            yield _BREAK


def _flat(text: str | None) -> str:
    """Line breaks in the source of a page are spaces."""
    return re.sub(r"\s+", " ", text or "")


def _read_rows(table: Any) -> list[str]:
    """The rows of a table of data; nothing for one that only lays things out."""
    rows = [
        [cell for cell in row if cell.tag in ("td", "th")]
        for row in table.iter("tr")
        if next(parent for parent in row.iterancestors() if parent.tag == "table") is table
    ]
    width = max(map(len, rows), default=0)
    if width <= 1 or table.find(".//table") is not None:
        return []
    text = table.text_content()
    if len(rows) <= _MOST_LAYOUT_ROWS and _LAYOUT.search(text):
        return []
    cells = [[" ".join(" ".join(render_lines(cell)).split()) for cell in row] for row in rows]
    sizes = [len(cell) for row in cells for cell in row if cell]
    if len(sizes) <= _FEWEST_CELLS or max(sizes) > _MOST_CELL_CHARACTERS:
        return []
    lines = []
    for place, row in enumerate(cells):
        written = [cell.replace("|", "/") for cell in row] + [""] * (width - len(row))
        lines.append(f"| {' | '.join(written)} |")
        if place == 0:
            lines.append(f"|{' --- |' * width}")
    return lines
