"""PDF: page by page the text layer where it is the text of the page, recognition where it is not."""

from __future__ import annotations

import re
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from os import cpu_count
from typing import Any

import pypdfium2 as pdfium

from assistant.errors import PasswordError, TooLargeError, UnreadableError
from assistant.loading.draft import Draft, Job
from assistant.loading.encodings import repair_pieces
from assistant.loading.extracted import ReadingNote
from assistant.loading.page_lines import PageLine, merge_lines
from assistant.loading.paragraphs import join_lines
from assistant.loading.pdf_layer import PageLayer, read_layer, render_for_recognition
from assistant.loading.recognition import Recognised, recognise_page, require_tesseract

_DOTS_PER_INCH = 220
_MOST_PIXELS = 40_000_000
_LOW_CONFIDENCE = 90.0
_TAIL_BYTES = 16384


@dataclass(slots=True)
class _Reading:
    """What is known of a document so far, page by page."""

    layers: list[PageLayer] = field(default_factory=list)
    recognised: dict[int, Recognised] = field(default_factory=dict)


def read_pdf(job: Job) -> Draft:
    """Read a PDF whole. Raises PasswordError, TooLargeError, UnreadableError, MissingToolError."""
    document = _open(job)
    reading = _Reading()
    for place in range(len(document)):
        job.report(place, len(document), job.name)
        reading.layers.append(read_layer(_load_page(document, place, job)))
    needed = [place for place, layer in enumerate(reading.layers) if layer.needs_recognition]
    if needed:
        require_tesseract(job.name)
        _recognise(job, document, needed, reading)
    pages = [_lines_of(reading, place) for place in range(len(document))]
    repaired = repair_pieces(["\n".join(line.text for line in page) for page in pages])
    pieces = join_lines(_put_back(pages, repaired.pieces))
    notes = repaired.notes + _make_notes(reading)
    return Draft("pdf", pieces, True, notes, _mean_confidence(reading), repaired.encoding)


def _open(job: Job) -> Any:
    data = job.path.open("rb")
    with data:
        data.seek(max(0, job.path.stat().st_size - _TAIL_BYTES))
        tail = data.read()
    try:
        document = pdfium.PdfDocument(job.path)
        count = len(document)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise PasswordError(
                f"{job.name} có mật khẩu. Hãy mở bằng mật khẩu, lưu bản không mật khẩu rồi thử lại.",
                f"{job.name} is protected by a password. Open it, save a copy without, and retry.",
            ) from error
        raise _damaged(job.name) from error
    # PDFium mends a file that was cut off and gives the pages it finds: half a law, as if whole.
    if b"%%EOF" not in tail or count == 0:
        raise _damaged(job.name)
    if count > job.limits.pages:
        raise TooLargeError(
            f"{job.name} có {count} trang, quá giới hạn {job.limits.pages}. "
            "Hãy tách tệp, hoặc tăng ASSISTANT_DOCUMENT_PAGES.",
            f"{job.name} has {count} pages, more than the {job.limits.pages} allowed. "
            "Split it, or raise ASSISTANT_DOCUMENT_PAGES.",
        )
    return document


def _damaged(name: str) -> UnreadableError:
    return UnreadableError(
        f"{name} bị hỏng hoặc bị cắt cụt (không có phần cuối của PDF). Hãy tải lại tệp gốc.",
        f"{name} is damaged or cut off (the end of the PDF is missing). Get it again from where it comes.",
    )


def _load_page(document: Any, place: int, job: Job) -> Any:
    try:
        return document[place]
    except pdfium.PdfiumError as error:
        raise UnreadableError(
            f"Trang {place + 1} của {job.name} bị hỏng. Hãy tải lại tệp gốc.",
            f"Page {place + 1} of {job.name} is damaged. Get the file again from where it comes.",
        ) from error


def _recognise(job: Job, document: Any, places: list[int], reading: _Reading) -> None:
    """Recognise pages several at a time; PDFium itself may be used by one thread only."""
    at_once = min(4, cpu_count() or 1)
    waiting: list[tuple[int, Future[Recognised]]] = []
    with ThreadPoolExecutor(at_once) as pool:
        for done, place in enumerate(places):
            if len(waiting) >= at_once:
                _collect(waiting, reading)
            job.report(done, len(places), f"OCR {job.name}")
            waiting.append((place, _submit(pool, job, document[place], reading.layers[place], place)))
        while waiting:
            _collect(waiting, reading)
            job.report(len(places) - len(waiting), len(places), f"OCR {job.name}")


def _collect(waiting: list[tuple[int, Future[Recognised]]], reading: _Reading) -> None:
    place, future = waiting.pop(0)
    reading.recognised[place] = future.result()


def _submit(
    pool: ThreadPoolExecutor, job: Job, page: Any, layer: PageLayer, place: int
) -> Future[Recognised]:
    known = [] if layer.is_garbled else [*layer.lines, *layer.signature]
    picture, scale = render_for_recognition(page, known, _DOTS_PER_INCH, _MOST_PIXELS)
    path = job.scratch / f"page-{place}.png"
    picture.save(path, compress_level=1)

    def recognise() -> Recognised:
        try:
            return recognise_page(path, scale * 72, page_height)
        finally:
            path.unlink(missing_ok=True)

    page_height = float(page.get_height())
    return pool.submit(recognise)


def _lines_of(reading: _Reading, place: int) -> list[PageLine]:
    layer = reading.layers[place]
    found = reading.recognised.get(place)
    if found is None:
        return layer.lines
    return merge_lines([] if layer.is_garbled else layer.lines, found.lines)


def _put_back(pages: list[list[PageLine]], pieces: list[str]) -> list[list[PageLine]]:
    """The lines with their repaired texts; a page's piece has a line for each of its lines."""
    return [
        [
            PageLine(text, line.left, line.bottom, line.right, line.top, line.confidence)
            for line, text in zip(page, piece.split("\n"), strict=True)
        ]
        if page
        else []
        for page, piece in zip(pages, pieces, strict=True)
    ]


def _mean_confidence(reading: _Reading) -> float | None:
    values = [value for found in reading.recognised.values() for value in found.confidences]
    return round(sum(values) / len(values), 1) if values else None


def _make_notes(reading: _Reading) -> list[ReadingNote]:
    notes: list[ReadingNote] = []
    for place, found in reading.recognised.items():
        notes += _note_page(place + 1, found, reading.layers[place])
    signed = [place + 1 for place, layer in enumerate(reading.layers) if layer.signature]
    if signed:
        said = re.sub(r"\s+", " ", "; ".join(x.text for x in reading.layers[signed[0] - 1].signature))
        notes.append(
            ReadingNote(
                "signature",
                "info",
                f"Dấu chữ ký số không thuộc nội dung: “{said[:200]}”",
                f"The stamp of a digital signature is no part of the text: “{said[:200]}”",
                f"page {signed[0]}",
            )
        )
    return notes


def _note_page(number: int, found: Recognised, layer: PageLayer) -> list[ReadingNote]:
    if not found.confidences:
        return []
    mean = sum(found.confidences) / len(found.confidences)
    doubtful = mean < _LOW_CONFIDENCE
    why_vi = "lớp chữ có sẵn bị hỏng; " if layer.is_garbled else ""
    why_en = "its text layer is garbled; " if layer.is_garbled else ""
    note = ReadingNote(
        "ocr",
        "doubt" if doubtful else "info",
        f"Trang {number}: {why_vi}chữ nhận dạng từ ảnh, độ tin cậy {mean:.0f} %.",
        f"Page {number}: {why_en}read from its picture, OCR confidence {mean:.0f} %.",
        f"page {number}",
    )
    return [note, *(_note_unsure(number, text) for text in found.unsure)]


def _note_unsure(number: int, text: str) -> ReadingNote:
    return ReadingNote(
        "ocr_number",
        "doubt",
        f"Trang {number}: số hoặc ngày khó đọc, hãy đối chiếu với bản gốc: “{text}”",
        f"Page {number}: a number or date is hardly legible; compare it with the original: “{text}”",
        f"page {number}",
    )
