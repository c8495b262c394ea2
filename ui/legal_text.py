"""A stretch of a text's body as HTML: its headings, its lines, addressable provisions, marked words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from assistant.schema import Document, Provision
from ui.addresses import anchor_of
from ui.markup import POINT_LABEL

_HEADING_LEVELS = {
    "part": 2, "chapter": 2, "section": 3, "article": 3, "heading": 3, "preamble": 0,
}
# Marks of our digests' files that are not words of the text.
_OPENING, _ENDING = re.compile(r"#{1,6}\s+"), re.compile(r"\s*\{#[\w-]+\}\s*$")

AfterHeading = Callable[[Provision], str]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a body, `start` to `end`, with the words to mark (`marked`, offsets) if any."""

    start: int
    end: int
    marked: tuple[int, int] | None = None


def render_stretch(
    document: Document, provisions: Sequence[Provision], stretch: Stretch,
    *, prefix: str = "", after_heading: AfterHeading | None = None,
) -> str:
    """The lines of the stretch. `prefix` keeps ids apart where two stretches share a page;
    `after_heading` gives HTML to put below a heading of a provision."""
    by_line = _provisions_by_line(document.body, provisions, stretch)
    pieces = []
    for start, end in _lines(document.body, stretch):
        begun = by_line.get(start, [])
        pieces.append(_render_line(document.body, start, end, begun, stretch, prefix))
        if after_heading is not None:
            pieces += [after_heading(held) for held in begun if _HEADING_LEVELS.get(held.level)]
    return "".join(pieces)


def _render_line(
    body: str, start: int, end: int, begun: Sequence[Provision], stretch: Stretch, prefix: str
) -> str:
    line = body[start:end]
    opening, ending = _OPENING.match(line), _ENDING.search(line)
    words_start = start + (opening.end() if opening else 0)
    words_end = start + ending.start() if ending else end
    words = _marked_words(body, words_start, words_end, stretch.marked)
    first, *others = [f"{prefix}{anchor_of(held.id)}" for held in begun] or [""]
    spans = "".join(f'<span id="{escape(name)}"></span>' for name in others)
    name = f' id="{escape(first)}"' if first else ""
    level = max((_HEADING_LEVELS.get(held.level, 0) for held in begun), default=0)
    if opening and not level:
        level = 2
    if level:
        return f'<h{level} class="heading-{level}"{name}>{spans}{words}</h{level}>'
    kind = "line point" if POINT_LABEL.match(body[words_start:words_end]) else "line"
    return f'<p class="{kind}"{name}>{spans}{words}</p>'


def _marked_words(body: str, start: int, end: int, marked: tuple[int, int] | None) -> str:
    """The line escaped, what of it is marked in <mark>."""
    if marked is None:
        return escape(body[start:end])
    first, last = max(start, marked[0]), min(end, marked[1])
    if first >= last:
        return escape(body[start:end])
    return (
        f"{escape(body[start:first])}<mark>{escape(body[first:last])}</mark>{escape(body[last:end])}"
    )


def _lines(body: str, stretch: Stretch) -> list[tuple[int, int]]:
    """Offsets of the stretch's lines that hold something."""
    found = []
    for match in re.finditer(r"[^\r\n]+", body[stretch.start : stretch.end]):
        if match.group().strip():
            found.append((stretch.start + match.start(), stretch.start + match.end()))
    return found


def _provisions_by_line(
    body: str, provisions: Sequence[Provision], stretch: Stretch
) -> Mapping[int, list[Provision]]:
    """Which provisions begin on which line, the line named by its start."""
    found: dict[int, list[Provision]] = {}
    lines = _lines(body, stretch)
    inside = [held for held in provisions if stretch.start <= held.start < stretch.end]
    place = 0
    for provision in sorted(inside, key=lambda held: held.start):
        while place < len(lines) and lines[place][1] <= provision.start:
            place += 1
        if place < len(lines):
            found.setdefault(lines[place][0], []).append(provision)
    return found
