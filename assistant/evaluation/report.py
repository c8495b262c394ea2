"""A run's report: HTML to look at; CSV, XLSX and JSON to go on with. Derived from the records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.evaluation.compare import Comparison, compare_runs
from assistant.evaluation.gate import Gate, check_gate, gate_as_dict
from assistant.evaluation.judge import read_scores
from assistant.evaluation.report_html import render_report
from assistant.evaluation.report_tables import cells, write_csv, write_json, write_xlsx
from assistant.evaluation.run_folder import RunFolder, RunStamp, replace_file
from assistant.evaluation.summary import ResultRow, Summary, row_of, summarize

HTML, CSV, XLSX, JSON = "report.html", "results.csv", "results.xlsx", "results.json"
REPORT_FILES = (HTML, CSV, XLSX, JSON)


@dataclass(frozen=True, slots=True)
class Report:
    """What was written and found. `reasons` are why the gate did not pass; none is a pass."""

    folder: Path
    stamp: RunStamp
    summary: Summary
    comparison: Comparison | None
    verdict: dict[str, Any] | None
    reasons: tuple[str, ...]

    @property
    def html_file(self) -> Path:
        return self.folder / HTML


def load_rows(folder: RunFolder) -> list[ResultRow]:
    """Small rows of a run's records, in the order of its samples."""
    place = {sample.id: number for number, sample in enumerate(folder.samples())}
    rows = [row_of(result) for result in folder.records()]
    return sorted(rows, key=lambda row: place.get(row.id, len(place)))


def make_report(
    folder: RunFolder, *, baseline: Sequence[ResultRow] | None = None,
    baseline_name: str | None = None, gate: Gate | None = None,
) -> Report:
    """Write every form of the report into the run's folder, also of a run that is not whole."""
    stamp, rows = folder.stamp(), load_rows(folder)
    summary = summarize(rows)
    comparison = compare_runs(rows, baseline) if baseline is not None else None
    reasons = tuple(check_gate(gate, rows, baseline)) if gate else ()
    verdict = gate_as_dict(gate, reasons) if gate else None
    write_csv(folder.path / CSV, _lines(folder))
    write_xlsx(folder.path / XLSX, _lines(folder), summary, stamp)
    write_json(folder.path / JSON, summary, stamp, comparison, verdict, rows)
    html = render_report(
        stamp, summary, folder.records(), comparison=comparison, baseline_name=baseline_name,
        verdict=verdict, judged=read_scores(folder),
        order=[sample.id for sample in folder.samples()],
    )
    replace_file(folder.path / HTML, html.encode("utf-8"))
    return Report(folder.path, stamp, summary, comparison, verdict, reasons)


def _lines(folder: RunFolder) -> Iterator[list[Any]]:
    for result in folder.records():
        yield cells(result, row_of(result))
