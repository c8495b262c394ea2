"""The report for other programs: CSV and XLSX with a row a sample, JSON with the figures as well."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from assistant.evaluation.compare import Comparison
from assistant.evaluation.metrics import METRICS
from assistant.evaluation.run_folder import RunStamp, replace_file, stamp_rows
from assistant.evaluation.summary import ResultRow, Summary
from assistant.schema import SampleResult

_HEAD = ("id", "question", "language", "intent", "tags", "answerable", "abstained",
         "abstain_reason", "confidence", "answer", "citations", "gold_provisions", "error")
# Spreadsheets take a cell that begins so for a formula, which a question could smuggle in.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# The most that a cell of XLSX holds.
_LONGEST_CELL = 32_000


def head() -> list[str]:
    return [*_HEAD, *(metric.name for metric in METRICS)]


def cells(result: SampleResult, row: ResultRow) -> list[Any]:
    """One sample's cells, in the order of `head`; a metric that does not apply is None."""
    answer, sample = result.answer, result.sample
    cited = ", ".join(c.provision_id for c in answer.citations) if answer else ""
    said = "\n".join(claim.text for claim in answer.claims) if answer else ""
    return [
        sample.id, sample.question, row.language, row.intent, ", ".join(sample.tags),
        sample.answerable, row.abstained, answer.abstain_reason if answer else None,
        row.confidence, said, cited, ", ".join(sample.gold_provisions), result.error,
        *(row.metrics.get(metric.name) for metric in METRICS),
    ]


def write_csv(path: Path, lines: Iterable[Sequence[Any]]) -> None:
    """UTF-8 with a byte order mark, which spreadsheets need to see that it is."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head())
        writer.writerows([_safe(cell) for cell in line] for line in lines)


def write_xlsx(
    path: Path, lines: Iterable[Sequence[Any]], summary: Summary, stamp: RunStamp
) -> None:
    """Three sheets: figures, samples, and what the run was made with."""
    from openpyxl import Workbook

    # Rows are written out as they come: a thousand answers are never held at once.
    book = Workbook(write_only=True)
    figures = book.create_sheet("metrics")
    figures.append(["metric", "value", "low_95", "high_95", "samples"])
    for name, held in summary.metrics.items():
        figures.append([name, held.value, held.low, held.high, held.count])
    samples = book.create_sheet("samples")
    samples.freeze_panes = "A2"
    samples.append(head())
    for line in lines:
        samples.append([_safe(cell) for cell in line])
    made_with = book.create_sheet("run")
    for pair in stamp_rows(stamp):
        made_with.append([_safe(cell) for cell in pair])
    book.save(path)


def write_json(
    path: Path, summary: Summary, stamp: RunStamp, comparison: Comparison | None,
    verdict: dict[str, Any] | None, rows: Sequence[ResultRow],
) -> None:
    """Stamp, figures, comparison, verdict of the gate, and the metrics of each sample."""
    content = {
        "run": asdict(stamp), "summary": asdict(summary),
        "comparison": asdict(comparison) if comparison else None, "gate": verdict,
        "samples": [asdict(row) for row in rows],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, default=_plain)
    replace_file(path, text.encode("utf-8"))


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _safe(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula, without characters that XML cannot hold."""
    if not isinstance(cell, str):
        return cell
    text = "".join(_printable(cell))[:_LONGEST_CELL]
    return "'" + text if text.startswith(_FORMULA) else text


def _printable(text: str) -> Iterator[str]:
    return (letter for letter in text if letter >= " " or letter in "\t\n\r")
