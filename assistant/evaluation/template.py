"""The template of a test set: every column, named in Vietnamese and English, with two examples."""

from __future__ import annotations

import csv
from pathlib import Path

from assistant.errors import EvaluationError

# Title, what goes into the column, and the cells of the two example rows.
COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("id", "tùy chọn; không trùng / optional, unique", "1", "2"),
    (
        "câu hỏi / question", "bắt buộc / required",
        "Luật An ninh mạng 2018 còn hiệu lực không?", "Who won the 2022 World Cup?",
    ),
    (
        "đáp án mẫu / reference answer", "tùy chọn / optional",
        "Không, hết hiệu lực từ 01/07/2026.", "",
    ),
    (
        "ý bắt buộc / required facts",
        "cách nhau bằng ; — các cách viết của một ý bằng | / parted by ; — spellings of one by |",
        "hết hiệu lực|không còn hiệu lực; 01/07/2026|1/7/2026", "",
    ),
    (
        "điều khoản / gold provisions",
        "mã hoặc như thường viết, cách nhau bằng ; / ids or as written, parted by ;",
        "khoản 2 Điều 44 Luật An ninh mạng 2025", "",
    ),
    ("tính tại ngày / as of", "2026-07-01, 01/07/2026", "2026-11-22", ""),
    ("trả lời được / answerable", "có, không / yes, no", "có", "no"),
    ("ngôn ngữ / language", "vi, en", "vi", "en"),
    ("nhãn / tags", "cách nhau bằng ; — pair:x: cùng một ca / parted by ; — pair:x: one case",
     "validity", "unanswerable"),
    ("câu hỏi trước / previous", "khi là câu hỏi nối tiếp / for a follow-up", "", ""),
    ("không được có / forbidden", "lời mà câu trả lời không được có / must not be said", "", ""),
)


def write_template(path: Path) -> None:
    """Write the template as CSV or XLSX. Raises EvaluationError for another ending."""
    head = [title for title, *_ in COLUMNS]
    rows = [[column[place] for column in COLUMNS] for place in (2, 3)]
    if path.suffix.lower() == ".csv":
        # The mark lets spreadsheets see that it is UTF-8.
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    elif path.suffix.lower() == ".xlsx":
        _write_xlsx(path, head, rows)
    else:
        raise EvaluationError(f"{path.name}: a template is written as .csv or .xlsx.")


def _write_xlsx(path: Path, head: list[str], rows: list[list[str]]) -> None:
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "questions"
    for row in (head, *rows):
        sheet.append(row)
    for number, (_, hint, *_rest) in enumerate(COLUMNS, start=1):
        cell = sheet.cell(row=1, column=number)
        cell.font = Font(bold=True)
        cell.comment = Comment(hint, "assistant")
        sheet.column_dimensions[get_column_letter(number)].width = 28
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    book.save(path)
