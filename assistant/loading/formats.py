"""From a file to its ExtractedText, inside the reading process: which reader, then the last checks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from assistant.errors import TooLargeError, UnsupportedFormatError
from assistant.loading.detecting import detect_file
from assistant.loading.draft import Draft, Job
from assistant.loading.extracted import ExtractedText, ReadingNote
from assistant.loading.finishing import finish_pieces


def unpack_job(
    job: Job, *, nested: bool
) -> tuple[list[tuple[Path, str]], list[ReadingNote]] | None:
    """The documents of a ZIP, written into the scratch folder; None for every other format."""
    if detect_file(job.path) != "zip":
        return None
    from assistant.loading.archive import refuse_nested, unpack

    if nested:
        raise refuse_nested(job.name)
    return unpack(job)


def read_job(job: Job) -> ExtractedText:
    """Read one file that is no ZIP. Raises SourceError."""
    draft = _choose_reader(job)(job)
    pieces, notes = finish_pieces(draft.pieces, job.name)
    text = "".join(pieces)
    if len(text) > job.limits.characters:
        raise TooLargeError(
            f"{job.name} chứa {len(text):,} ký tự, quá giới hạn {job.limits.characters:,}. Hãy tách tệp.",
            f"{job.name} holds {len(text):,} characters, more than {job.limits.characters:,}. Split it.",
        )
    starts = [sum(map(len, pieces[:place])) for place in range(len(pieces))] if draft.paged else []
    return ExtractedText(
        name=job.name,
        format=draft.format,
        text=text,
        sha256=hashlib.sha256(job.path.read_bytes()).hexdigest(),
        pages=len(pieces) if draft.paged else None,
        page_starts=tuple(starts),
        notes=(*draft.notes, *notes),
        ocr_confidence=draft.ocr_confidence,
        encoding=draft.encoding,
    )


def _choose_reader(job: Job) -> Callable[[Job], Draft]:
    kind = detect_file(job.path)
    if kind in ("text", "markdown"):
        from assistant.loading.plain import read_plain

        return read_plain
    if kind == "docx":
        from assistant.loading.docx import read_docx

        return read_docx
    if kind == "pdf":
        from assistant.loading.pdf import read_pdf

        return read_pdf
    if kind in ("html", "mhtml"):
        from assistant.loading.html import read_html

        return read_html
    if kind in ("ole", "rtf", "odt"):
        from assistant.loading.office import read_office

        return read_office
    raise UnsupportedFormatError(
        f"{job.name} không phải định dạng đọc được ({_WORDS_VI.get(kind, kind)}). "
        "Hãy đưa PDF, DOCX, DOC, RTF, HTML, Markdown, TXT, hoặc ZIP chứa các tệp đó.",
        f"{job.name} is not of a format that is read ({_WORDS_EN.get(kind, kind)}). "
        "Give a PDF, DOCX, DOC, RTF, HTML, Markdown or TXT file, or a ZIP of these.",
    )


_WORDS_VI = {
    "image": "là ảnh; hãy lưu thành PDF",
    "archive": "là tệp nén không phải ZIP",
    "program": "là chương trình",
    "office": "là bảng tính, bản trình chiếu hoặc gói khác",
    "binary": "là dữ liệu nhị phân",
}
_WORDS_EN = {
    "image": "an image; save it as a PDF",
    "archive": "an archive other than ZIP",
    "program": "a program",
    "office": "a spreadsheet, a presentation or another package",
    "binary": "binary data",
}
