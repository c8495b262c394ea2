"""TXT and Markdown: bytes to text; a text that was wrapped at a fixed width is joined again."""

from __future__ import annotations

from assistant.loading.detecting import detect_file
from assistant.loading.draft import Draft, Job
from assistant.loading.encodings import decode_bytes
from assistant.loading.page_lines import PageLine
from assistant.loading.paragraphs import join_pages

_MOST_COLUMNS, _FEWEST_LINES = 110, 20
_WRAPPED_SHARE = 0.35
# Any width serves: what counts is which lines end where the longest do.
_LETTER_POINTS, _LINE_POINTS = 6.0, 14.0


def read_plain(job: Job) -> Draft:
    """Read a text file in whatever encoding it is in."""
    decoded = decode_bytes(job.path.read_bytes())
    kind = detect_file(job.path)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    pieces = [text]
    if kind == "text" and is_wrapped(text):
        pieces = join_pages([_place_lines(text)])
    return Draft(kind, pieces, notes=decoded.notes, encoding=decoded.encoding)


def is_wrapped(text: str) -> bool:
    """Whether lines end at a width instead of at the end of their sentences."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) < _FEWEST_LINES or max(map(len, lines)) > _MOST_COLUMNS:
        return False
    broken = sum(
        line[-1].isalnum() and after[0].islower() and not after[1:2] == ")"
        for line, after in zip(lines, lines[1:], strict=False)
    )
    return broken > _WRAPPED_SHARE * len(lines)


def _place_lines(text: str) -> list[PageLine]:
    """The lines as if printed with letters of one width; blank lines are the gaps between them."""
    placed = []
    for row, line in enumerate(text.expandtabs(4).split("\n")):
        bare = line.strip()
        if bare:
            left = _LETTER_POINTS * (len(line) - len(line.lstrip()))
            top = -_LINE_POINTS * row
            right = left + _LETTER_POINTS * len(bare)
            placed.append(PageLine(bare, left, top - _LINE_POINTS, right, top))
    return placed
