"""What a reader of one format hands on, inside the reading process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from assistant.loading.extracted import Progress, ReadingLimits, ReadingNote


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read: `scratch` is an empty folder that goes away with the process."""

    path: Path
    name: str
    scratch: Path
    limits: ReadingLimits
    report: Progress


@dataclass(slots=True)
class Draft:
    """A text before its last checks. The text is the `pieces` joined with nothing between them.

    Formats with pages have a piece a page, the others one piece.
    """

    format: str
    pieces: list[str]
    paged: bool = False
    notes: list[ReadingNote] = field(default_factory=list)
    ocr_confidence: float | None = None
    encoding: str | None = None
