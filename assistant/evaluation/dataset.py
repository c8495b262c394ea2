"""A test set: questions with what is known of their right answers, from a file as people keep it.

Only the question is needed. A row that cannot be used is listed with its line and the reason, and
the rest is run only if the user says so: a set that silently lost its hard rows would flatter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from assistant.errors import EvaluationError
from assistant.evaluation.dataset_columns import (
    day_of,
    field_of,
    language_of,
    list_of,
    tags_of,
    text_of,
    truth_of,
)
from assistant.evaluation.dataset_tables import RowProblem, Table, TableRow, read_table
from assistant.evaluation.gold import ProvisionResolver
from assistant.schema import Document, EvaluationSample, Language
from assistant.text import fold

SAMPLES = TypeAdapter(tuple[EvaluationSample, ...])
# Tags by which a set without an "answerable" column says that there is no answer.
_NOTHING = frozenset({"none", "khong co", "khong", "khong co / none", "n/a", "-", "–"})
_UNANSWERABLE_TAGS = frozenset({"abstain", "unanswerable", "no-answer", "không có câu trả lời"})


@dataclass(frozen=True, slots=True)
class Dataset:
    """Samples in order, rows that cannot be used, and notes on what was left out of usable rows.

    `documents` are texts that the set brings with it, over which it is asked instead of the corpus.
    """

    name: str
    samples: tuple[EvaluationSample, ...]
    problems: tuple[RowProblem, ...] = ()
    notes: tuple[RowProblem, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over the samples: equal when the same questions would be asked."""
        return hashlib.sha256(SAMPLES.dump_json(self.samples)).hexdigest()

    def limited(self, limit: int | None) -> Dataset:
        """About `limit` samples, evenly spread over the set; cases asked several ways stay whole
        as far as their first samples are taken."""
        if limit is None or limit >= len(self.samples):
            return self
        step = len(self.samples) / limit
        kept = tuple(self.samples[int(place * step)] for place in range(limit))
        return replace(self, samples=kept)


def read_dataset(path: Path, resolver: ProvisionResolver) -> Dataset:
    """The test set of a file over the corpus. Raises EvaluationError for a file that is none."""
    return dataset_of_table(path.stem, read_table(path), resolver)


def dataset_of_table(name: str, table: Table, resolver: ProvisionResolver) -> Dataset:
    """Rows to samples; every problem of a row is told at once."""
    columns = {column for row in table.rows for column in row.values}
    if not any(field_of(column) == "question" for column in columns):
        raise EvaluationError(
            f"{name}: no column is called “question” or “câu hỏi” (columns: "
            f"{', '.join(sorted(str(c) for c in columns)) or '–'}). "
            "A template: assistant evaluate --template questions.xlsx"
        )
    reader = _RowReader(resolver)
    samples = [sample for row in table.rows if (sample := reader.read(row)) is not None]
    unknown = sorted(str(c) for c in columns if str(c).strip() and field_of(c) is None)
    problems = sorted((*table.problems, *reader.problems), key=lambda problem: problem.line)
    return Dataset(name, tuple(samples), tuple(problems), tuple(reader.notes), tuple(unknown))


def require_usable(dataset: Dataset, *, skip_bad_rows: bool) -> None:
    """Raises EvaluationError that lists bad rows unless they may be skipped, or when none is left."""
    if dataset.problems and not skip_bad_rows:
        listed = " ".join(f"[{problem}]" for problem in dataset.problems[:20])
        more = f" … (+{len(dataset.problems) - 20})" if len(dataset.problems) > 20 else ""
        raise EvaluationError(
            f"{len(dataset.problems)} bad rows: {listed}{more} "
            "Mend them, or run the rest with --skip-bad-rows."
        )
    if not dataset.samples:
        raise EvaluationError(f"{dataset.name} holds no usable question. Add one a row.")


class _RowReader:
    """Reads rows one by one; remembers ids, problems and notes."""

    def __init__(self, resolver: ProvisionResolver) -> None:
        self._resolver = resolver
        self._ids: set[str] = set()
        self.problems: list[RowProblem] = []
        self.notes: list[RowProblem] = []

    def read(self, row: TableRow) -> EvaluationSample | None:
        """The sample, or None where the row is empty or bad (then `problems` says why)."""
        cells = _by_field(row.values)
        if not any(text_of(value) for value in cells.values()):
            return None
        wrong: list[tuple[str, str]] = []
        question = text_of(cells.get("question"))
        if not any(letter.isalnum() for letter in question):
            wrong.append(("thiếu câu hỏi", "the question is missing"))
        sample_id = text_of(cells.get("id")) or f"row-{row.line}"
        if sample_id in self._ids:
            wrong.append((f"mã {sample_id} đã dùng ở dòng trước", f"id {sample_id} is used before"))
        as_of: date | None = _parsed(day_of, cells.get("as_of"), wrong, *_WRONG["as_of"])
        tags = tags_of(cells.get("tags"))
        answerable = _parsed(truth_of, cells.get("answerable"), wrong, *_WRONG["answerable"])
        if answerable is None and _UNANSWERABLE_TAGS & set(tags):
            answerable = False
        language: Language | None = _parsed(
            language_of, cells.get("language"), wrong, *_WRONG["language"]
        )
        gold = self._gold(cells, as_of, row.line, wrong)
        if answerable is None and gold:
            answerable = True
        self._ids.add(sample_id)
        if wrong:
            vi, en = ("; ".join(reasons) for reasons in zip(*wrong, strict=True))
            self.problems.append(RowProblem(row.line, vi, en))
            return None
        return EvaluationSample(
            id=sample_id,
            question=question,
            reference_answer=text_of(cells.get("reference_answer")) or None,
            required_facts=list_of(cells.get("required_facts")),
            gold_provisions=gold,
            as_of=as_of,
            answerable=answerable,
            language=language,
            tags=tags,
            previous=text_of(cells.get("previous")) or None,
            forbidden=list_of(cells.get("forbidden")),
        )

    def _gold(
        self, cells: Mapping[str, Any], as_of: date | None, line: int, wrong: list[tuple[str, str]]
    ) -> tuple[str, ...]:
        """Gold ids: a provision that is named and not held is wrong, support that is none a note."""
        named = self._resolver.resolve(list_of(cells.get("gold_provisions")), as_of)
        wrong += named.problems
        support = (held for held in list_of(cells.get("support")) if fold(held) not in _NOTHING)
        loose = self._resolver.resolve(support, as_of)
        self.notes += [RowProblem(line, vi, en) for vi, en in loose.problems]
        return tuple(dict.fromkeys((*named.ids, *loose.ids)))


_WRONG = {
    "as_of": (
        "“{value}” không phải ngày (viết 2026-07-01 hoặc 01/07/2026)",
        "“{value}” is no date (write 2026-07-01 or 01/07/2026)",
    ),
    "answerable": (
        "“{value}” không phải có/không (cột trả lời được)",
        "“{value}” is not yes or no (column answerable)",
    ),
    "language": ("ngôn ngữ “{value}” không phải vi/en", "language “{value}” is neither vi nor en"),
}


def _parsed(
    parse: Callable[[Any], Any], value: Any, wrong: list[tuple[str, str]], vi: str, en: str
) -> Any:
    """The cell parsed; None with a reason added where it cannot be."""
    try:
        return parse(value)
    except ValueError:
        shown = text_of(value)[:60]
        wrong.append((vi.format(value=shown), en.format(value=shown)))
        return None


def _by_field(values: Mapping[str, Any]) -> dict[str, Any]:
    """Cells by field; where two columns mean the same field the first that holds something wins."""
    found: dict[str, Any] = {}
    for column, value in values.items():
        field = field_of(column)
        if field and not text_of(found.get(field)):
            found[field] = value
    return found
