"""Where a text without items may be cut: paragraphs, lines, sentences, words, in that order.

Decision: rules of punctuation instead of a sentence model. Legal sentences end in full stops and
semicolons; the one trap is the label ("theo Điều 1. Trường hợp …"), so a stop after a digit ends
nothing.
"""

from __future__ import annotations

import re

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_FINISHED_LINE = re.compile(r"(?<=[.;:!?…”\"|])[ \t]*\n+")
_LINE = re.compile(r"\n+")
_SENTENCE = re.compile(r"(?<=[.;!?…])(?<!\d\.)[\"”»)]*\s+(?=[^\W_a-zà-ỹđ]|[“\"(\[])")
_SPACE = re.compile(r"\s+")
_CUTS = (_PARAGRAPH, _FINISHED_LINE, _LINE, _SENTENCE)


def find_text_cuts(body: str, span: tuple[int, int]) -> list[int]:
    """Offsets strictly inside a span at which a piece of its text begins; the coarsest kind."""
    start, end = span
    for pattern in _CUTS:
        found = [m.end() for m in pattern.finditer(body, start, end) if start < m.end() < end]
        cuts = [cut for cut in found if body[start:cut].strip() and body[cut:end].strip()]
        if cuts:
            return cuts
    return []


def find_word_cuts(body: str, span: tuple[int, int]) -> list[int]:
    """Offsets strictly inside a span after whitespace."""
    start, end = span
    return [m.end() for m in _SPACE.finditer(body, start, end) if start < m.end() < end]
