"""Lines of a page with their places, whichever way they were read. Points, origin at the bottom left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLine:
    """One printed line. `confidence` is that of its recognition, 0 to 100; None for a text layer."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    confidence: float | None = None


def merge_lines(layer: list[PageLine], recognised: list[PageLine]) -> list[PageLine]:
    """The lines of both from top to bottom; those of the layer keep the order they have."""
    waiting = sorted(recognised, key=lambda line: -line.top)
    merged: list[PageLine] = []
    for line in layer:
        while waiting and waiting[0].bottom > (line.top + line.bottom) / 2:
            merged.append(waiting.pop(0))
        merged.append(line)
    return merged + waiting
