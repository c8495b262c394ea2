"""Windows of a chunk: a clause, or a run of a few sentences, each with a vector of its own.

One vector for 180 words blurs the one sentence that answers. Scoring a candidate by the better of
the chunk and its best window lifted R@1 on XQuAD from 89 to 92 within Vietnamese and from 73 to 78
from Vietnamese to English (benchmarks/retrieval.py), and the best window tells which clause of an
article answers. Windows do not overlap (half the cost of overlapping ones, a point less) and are
kept in the registry only: they rescore candidates.
"""

from __future__ import annotations

import re

from assistant.schema import Chunk

# A window may end after a line, or after a sentence that another one follows.
_END = re.compile(r"\n+|(?<=[.!?])\s+(?=[A-ZĐÀ-Ỹ“\"(])")
_CLAUSE = re.compile(r"\d+\.\s")
WINDOW_WORDS = 30


def window_spans(chunk: Chunk) -> list[tuple[int, int]]:
    """Offsets into the document's body, in order; empty for a chunk that is one window."""
    spans: list[tuple[int, int]] = []
    start = at = 0
    for end in [match.end() for match in _END.finditer(chunk.text)] + [len(chunk.text)]:
        opens_clause = _CLAUSE.match(chunk.text, at) is not None
        if opens_clause and chunk.text[start:at].strip():
            spans.append((start, at))
            start = at
        if len(chunk.text[start:end].split()) >= WINDOW_WORDS:
            spans.append((start, end))
            start = end
        at = end
    if chunk.text[start:].strip():
        spans.append((start, len(chunk.text)))
    spans = _joined(chunk.text, spans)
    return [(chunk.start + a, chunk.start + b) for a, b in spans] if len(spans) > 1 else []


def _joined(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Short leftovers join the window before them, unless they open a clause."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        is_short = len(text[start:end].split()) < WINDOW_WORDS // 2
        if kept and is_short and not _CLAUSE.match(text, start):
            kept[-1] = (kept[-1][0], end)
        else:
            kept.append((start, end))
    return kept


def make_windows(chunk: Chunk) -> list[str]:
    """The texts to embed, one for each span: the heading of the unit, then the words."""
    heading = chunk.path.rsplit(" > ", 1)[-1]
    return [
        f"{heading}\n{chunk.text[start - chunk.start : end - chunk.start].strip()}"
        for start, end in window_spans(chunk)
    ]
