"""Printed lines to paragraphs: what repeats on every page goes, what was wrapped is joined.

A joined line is a paragraph, and an article, clause or point always begins one. Whether a line
begins a unit is asked of `structure_lines`, which parses the result: both read "Điều 6 của Luật
này" at the beginning of a line as a reference, and a line after "quy định tại khoản" as its rest.
"""

from __future__ import annotations

import re
from collections import Counter
from statistics import median

from assistant.loading.page_lines import PageLine
from assistant.structure_lines import is_upper, match_article, match_unit, measure_break, read_lines

_EDGE_LINES, _FEWEST_LINES = 2, 6
_PAGE_NUMBER = re.compile(
    r"[-–—|.\s]*(?:Trang|Page)?\s*\d{1,4}(?:\s*(?:/|of|trên)\s*\d{1,4})?[-–—|.\s]*", re.IGNORECASE
)
_ITEM = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3})*[a-zđ]?[.)]|[a-zđ]\d?[).]|\([a-zđ\d]{1,4}\)|[-–—+•*▪◦]|[IVX]+\.)(?:\s|$)"
)
_FINISHED = re.compile(r"[.;:!?…][”\"»’)]*$|/\.$")
_INDENT_POINTS = 7.0
_WRAPPED_SHARE = 0.06


def join_lines(pages: list[list[PageLine]]) -> list[str]:
    """A piece a page; joined together they are the text, in which a line is a paragraph."""
    return join_pages(drop_furniture(pages))


def join_pages(kept: list[list[PageLine]]) -> list[str]:
    """The same for pages that hold nothing but their text."""
    margins = [_measure(page) for page in kept]
    words = Counter(re.findall(r"[^\W\d_]+", " ".join(line.text for page in kept for line in page)))
    pieces: list[str] = []
    is_new, indent = True, 0.0
    for number, page in enumerate(kept):
        piece = ""
        for place, line in enumerate(page):
            indent = line.left - margins[number][0] if is_new else indent
            after, after_margins = _find_next(kept, margins, number, place)
            is_new = after is None or not _continues(line, after, margins[number], after_margins, indent)
            piece += line.text
            piece = f"{piece}\n" if is_new or after is None else _glue(piece, after.text, words)
        pieces.append(piece)
    return pieces


def drop_furniture(pages: list[list[PageLine]]) -> list[list[PageLine]]:
    """Pages without page numbers and without the heads and feet that most of them repeat."""
    shapes = Counter(
        shape for page in pages for shape in {_shape(line.text) for line in _edges(page)}
    )
    enough = max(3, 0.4 * len(pages))
    repeated = {shape for shape, count in shapes.items() if shape and count >= enough}
    return [_strip_edges(page, repeated) for page in pages]


def _edges(page: list[PageLine]) -> list[PageLine]:
    """The lines among which heads and feet are looked for; a short page is nothing but its text."""
    if len(page) < _FEWEST_LINES:
        return []
    return page[:_EDGE_LINES] + page[max(_EDGE_LINES, len(page) - _EDGE_LINES) :]


def _shape(text: str) -> str:
    """A line with its numbers left out: "CÔNG BÁO/Số 12/Ngày 3-4" is the same on every page."""
    if match_article(read_lines(text)[0]) or _ITEM.match(text):
        return ""
    return re.sub(r"\d+", "#", " ".join(text.split()).lower())


def _strip_edges(page: list[PageLine], repeated: set[str]) -> list[PageLine]:
    start, end = 0, len(page)
    for _ in range(_EDGE_LINES):
        if start < end and _is_furniture(page[start].text, repeated):
            start += 1
        if start < end and _is_furniture(page[end - 1].text, repeated):
            end -= 1
    return page[start:end]


def _is_furniture(text: str, repeated: set[str]) -> bool:
    return not text.strip() or _PAGE_NUMBER.fullmatch(text) is not None or _shape(text) in repeated


def _measure(page: list[PageLine]) -> tuple[float, float, float]:
    """The left and right edge of a page's print, and the usual distance from line to line."""
    if not page:
        return 0.0, 0.0, 0.0
    long = [line for line in page if len(line.text) > 40] or page
    lefts, rights = sorted(line.left for line in long), sorted(line.right for line in long)
    steps = [above.bottom - below.bottom for above, below in zip(page, page[1:], strict=False)]
    forward = [step for step in steps if step > 0]
    return lefts[len(lefts) // 10], rights[-1 - len(rights) // 10], median(forward) if forward else 0.0


_Margins = tuple[float, float, float]


def _find_next(
    pages: list[list[PageLine]], margins: list[_Margins], number: int, place: int
) -> tuple[PageLine | None, _Margins | None]:
    """The next line, on this page or the next one that has any; margins where it is another page."""
    if place + 1 < len(pages[number]):
        return pages[number][place + 1], None
    for following in range(number + 1, len(pages)):
        if pages[following]:
            return pages[following][0], margins[following]
    return None, None


def _continues(
    line: PageLine, after: PageLine, margins: _Margins, other: _Margins | None, opening: float
) -> bool:
    """Whether `after` goes on with the paragraph of `line`, whose first line is indented by `opening`."""
    left, right, step = margins
    lines = read_lines(f"{line.text}\n{after.text}")
    if not line.text or not after.text:
        return False
    begins_unit = match_article(lines[1]) or match_unit(lines[1]) or _ITEM.match(after.text)
    refers = measure_break(lines, 1) == 0
    if not refers and is_upper(line.text) != is_upper(after.text):
        return False
    if (begins_unit and not refers) or match_unit(lines[0]) or is_upper(line.text):
        return False
    if not _is_full(line, after, right, left):
        return refers and after.text[0].islower()
    if other is None and step and line.bottom - after.bottom > 1.7 * step:
        return False
    indent = after.left - (other[0] if other else left)
    if _FINISHED.search(line.text):
        # Where paragraphs are indented, a line that is not goes on even after a full stop.
        return indent <= _INDENT_POINTS < opening and not after.text[0].isdigit()
    return indent <= _INDENT_POINTS or after.text[0].islower()


def _is_full(line: PageLine, after: PageLine, right: float, left: float) -> bool:
    """Whether a line ends because it is full: near the edge, or the next word had no room on it."""
    if line.right >= right - _WRAPPED_SHARE * max(1.0, right - left):
        return True
    letter_width = (line.right - line.left) / max(1, len(line.text))
    next_word = after.text.split(maxsplit=1)[0]
    return line.right + letter_width * (1 + len(next_word)) > right + letter_width


def _glue(piece: str, after: str, words: Counter[str]) -> str:
    """The text so far, ready for the next line: a space, or none after a hyphen."""
    broken = re.search(r"([^\W\d_]+)-$", piece)
    first = re.match(r"[^\W\d_]+", after)
    if broken and first and first.group().islower() and words[broken.group(1) + first.group()]:
        return piece[:-1]
    if re.search(r"\w-$", piece):
        return piece
    return piece + " "
