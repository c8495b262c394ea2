"""A file to rows: CSV, XLSX, JSON and JSONL, each row with the line it stands on.

A spreadsheet's rows are counted as the program that wrote it counts them, so that "line 7" is found
at once. Nothing is known here of what the columns mean.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import EvaluationError

FORMATS = (".csv", ".xlsx", ".json", ".jsonl")
# Beyond these a file is no test set, or an attack; a thousand questions are some 500 kB.
MOST_BYTES, MOST_UNPACKED_BYTES = 50_000_000, 300_000_000
# Names under which a JSON file may hold its list of questions.
_LIST_KEYS = ("samples", "questions", "data", "rows", "items")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row as written: the line (or the record's number, in JSON) and values by column."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that cannot be used, and why, in both languages."""

    line: int
    vi: str
    en: str

    def __str__(self) -> str:
        return f"dòng / line {self.line}: {self.vi} / {self.en}"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in order, and lines that could not be read as rows."""

    rows: tuple[TableRow, ...]
    problems: tuple[RowProblem, ...] = ()


def read_table(path: Path) -> Table:
    """The rows of a file, by its ending. Raises EvaluationError for a file that is not one."""
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise EvaluationError(
            f"{path.name}: a test set is one of {', '.join(FORMATS)}. "
            "A template: assistant evaluate --template questions.xlsx"
        )
    if not path.is_file():
        raise EvaluationError(f"{path} is not a file. Check the path.")
    if path.stat().st_size > MOST_BYTES:
        raise EvaluationError(f"{path.name} is over {MOST_BYTES // 1_000_000} MB. Split it.")
    if kind == ".xlsx":
        return _read_xlsx(path)
    text = read_text(path)
    if kind == ".csv":
        return _read_csv(text)
    return _read_jsonl(text) if kind == ".jsonl" else table_of_json(parse_json(text, path), path)


def read_text(path: Path) -> str:
    """The file's text: UTF-8, or UTF-16 with a byte order mark, as spreadsheets export."""
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise EvaluationError(
            f"{path.name} is not UTF-8 (byte {error.start}). Save it as “CSV UTF-8” or as XLSX."
        ) from error


def parse_json(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise EvaluationError(f"{path.name} is not valid JSON: {error}. Mend it there.") from error


def table_of_json(data: Any, path: Path) -> Table:
    """Rows of a list of objects, or of an object that holds such a list under a usual name."""
    if isinstance(data, dict):
        data = next((data[key] for key in _LIST_KEYS if isinstance(data.get(key), list)), data)
    if not isinstance(data, list):
        raise EvaluationError(
            f"{path.name}: a list of objects is expected, each with a “question”. "
            "A template: assistant evaluate --template questions.xlsx"
        )
    return _table_of_objects(enumerate(data, start=1))


def _read_jsonl(text: str) -> Table:
    objects: list[tuple[int, Any]] = []
    problems = []
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            objects.append((line, json.loads(content)))
        except (json.JSONDecodeError, RecursionError) as error:
            problems.append(RowProblem(line, f"không phải JSON ({error})", f"not JSON ({error})"))
    table = _table_of_objects(objects)
    return Table(table.rows, (*problems, *table.problems))


def _table_of_objects(objects: Iterable[tuple[int, Any]]) -> Table:
    rows, problems = [], []
    for line, value in objects:
        if isinstance(value, dict):
            rows.append(TableRow(line, value))
        else:
            problems.append(RowProblem(line, "không phải một đối tượng JSON", "not a JSON object"))
    return Table(tuple(rows), tuple(problems))


def _read_csv(text: str) -> Table:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=_delimiter(text))
    head: list[str] = []
    rows: list[TableRow] = []
    begun = 1
    try:
        for cells in reader:
            line, begun = begun, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not head:
                head = cells
            else:
                rows.append(TableRow(line, dict(zip(head, cells, strict=False))))
    except csv.Error as error:
        raise EvaluationError(f"The CSV breaks off at line {reader.line_num}: {error}.") from error
    return Table(tuple(rows))


def _delimiter(text: str) -> str:
    """The separator that the first line uses most: Vietnamese Excel writes semicolons."""
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _read_xlsx(path: Path) -> Table:
    """The first sheet's rows; formulas give their last value."""
    import openpyxl

    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(item.file_size for item in packed.infolist())
        if size > MOST_UNPACKED_BYTES:
            raise EvaluationError(f"{path.name} unpacks to {size // 1_000_000} MB. Split it.")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = [tuple(cells) for cells in sheet.iter_rows(values_only=True)]
        book.close()
    # What openpyxl raises for a damaged file has no common root: KeyError, ValueError, BadZipFile…
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError, TypeError) as error:
        raise EvaluationError(f"{path.name} is not a readable XLSX file ({error}).") from error
    return _table_of_lines(lines)


def _table_of_lines(lines: Iterable[tuple[Any, ...]]) -> Table:
    head: list[str] = []
    rows = []
    for line, cells in enumerate(lines, start=1):
        if all(cell is None or str(cell).strip() == "" for cell in cells):
            continue
        if not head:
            head = ["" if cell is None else str(cell) for cell in cells]
        else:
            rows.append(TableRow(line, dict(zip(head, cells, strict=False))))
    return Table(tuple(rows))
