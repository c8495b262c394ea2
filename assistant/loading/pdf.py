"""PDF: the text layer where it is the text of the page, recognition where it is not."""

from __future__ import annotations

import pypdfium2 as pdfium

from assistant.errors import PasswordError, UnreadableError
from assistant.loading.draft import Draft, Job


def read_pdf(job: Job) -> Draft:
    """Read the pages one after another."""
    try:
        document = pdfium.PdfDocument(job.path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise PasswordError(job.name, job.name) from error
        raise UnreadableError(job.name, job.name) from error
    pieces = []
    for place in range(len(document)):
        job.report(place, len(document), job.name)
        pieces.append(document[place].get_textpage().get_text_range() + "\n")
    return Draft("pdf", pieces, paged=True)
