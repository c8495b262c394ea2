"""TXT and Markdown: bytes to text."""

from __future__ import annotations

from assistant.loading.detecting import detect_file
from assistant.loading.draft import Draft, Job
from assistant.loading.encodings import decode_bytes


def read_plain(job: Job) -> Draft:
    """Read a text file in whatever encoding it is in."""
    decoded = decode_bytes(job.path.read_bytes())
    return Draft(detect_file(job.path), [decoded.text], notes=decoded.notes, encoding=decoded.encoding)
