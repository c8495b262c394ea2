"""ZIP: its documents, each checked before a byte of it is written."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import UnsupportedFormatError
from assistant.loading.draft import Job
from assistant.loading.extracted import ReadingNote


def refuse_nested(name: str) -> UnsupportedFormatError:
    """What is said of an archive inside an archive."""
    return UnsupportedFormatError(
        f"{name} là ZIP lồng trong ZIP. Hãy giải nén rồi đưa từng tệp vào.",
        f"{name} is a ZIP inside a ZIP. Unpack it and give the files themselves.",
    )


def unpack(job: Job) -> tuple[list[tuple[Path, str]], list[ReadingNote]]:
    """Unpack."""
    raise refuse_nested(job.name)
