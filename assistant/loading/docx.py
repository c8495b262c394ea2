"""DOCX: paragraphs and tables in their order."""

from __future__ import annotations

import docx
from docx.table import Table

from assistant.loading.draft import Draft, Job


def read_docx(job: Job) -> Draft:
    """Read the body."""
    lines = []
    for block in docx.Document(str(job.path)).iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = [" ".join(cell.text.split()) for cell in row.cells]
                lines.append(f"| {' | '.join(cells)} |")
        else:
            lines.append(block.text)
    return Draft("docx", ["\n".join(lines) + "\n"])
