"""Records to figures: each metric with its interval, over all and by group; gaps; reliability."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.evaluation.metrics import HEADLINES, METRICS
from assistant.evaluation.statistics import (
    Estimate,
    difference_estimate,
    mean_estimate,
    quantile_estimate,
    wilson,
)
from assistant.evaluation.variants import asked_language, case_of, way_of
from assistant.schema import SampleResult

# Ways of asking whose loss against the accented question is the accent gap.
ACCENT_WAYS = ("unaccented", "half-accented", "nfd")
GAP_METRICS = ("right", "required_facts", "recall_at_5", "citation_recall")
RELIABILITY_BINS = 10


@dataclass(frozen=True, slots=True)
class ResultRow:
    """What the figures need of a record: small, so that thousands fit in memory."""

    id: str
    case: str
    way: str
    question: str
    language: str
    intent: str
    tags: tuple[str, ...]
    metrics: Mapping[str, float | None]
    answerable: bool | None
    abstained: bool | None
    confidence: float | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Mean loss of one way of asking against another over the same cases: above 0 is a loss."""

    kind: str
    metric: str
    way: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Questions whose evidence score lies in [low, high): how many, and how many have an answer."""

    low: float
    high: float
    count: int
    answerable: int
    answered: int

    @property
    def share(self) -> float | None:
        return self.answerable / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.answerable, self.count)


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run. `groups` is by dimension (language, intent, tag), group and metric."""

    sample_count: int
    error_count: int
    refused_count: int
    metrics: Mapping[str, Estimate]
    groups: Mapping[str, Mapping[str, Mapping[str, Estimate]]]
    group_sizes: Mapping[str, Mapping[str, int]]
    gaps: tuple[Gap, ...]
    reliability: tuple[ReliabilityBin, ...]


def row_of(result: SampleResult) -> ResultRow:
    answer, sample = result.answer, result.sample
    return ResultRow(
        id=sample.id, case=case_of(sample), way=way_of(sample), question=sample.question,
        language=asked_language(sample), intent=answer.query.intent if answer else "–",
        tags=sample.tags, metrics={held.name: held.value for held in result.metrics},
        answerable=sample.answerable, abstained=answer.abstained if answer else None,
        confidence=answer.confidence if answer else None, error=result.error,
    )


def summarize(rows: Sequence[ResultRow]) -> Summary:
    """All figures of a run's rows."""
    grouped = {
        "language": _grouped(rows, lambda row: (row.language,)),
        "intent": _grouped(rows, lambda row: (row.intent,)),
        "tag": _grouped(rows, shown_tags),
    }
    return Summary(
        sample_count=len(rows),
        error_count=sum(row.error is not None for row in rows),
        refused_count=sum(row.abstained is True for row in rows),
        metrics=estimates(rows),
        groups={
            dimension: {name: estimates(held, HEADLINES) for name, held in groups.items()}
            for dimension, groups in grouped.items()
        },
        group_sizes={
            dimension: {name: len(held) for name, held in groups.items()}
            for dimension, groups in grouped.items()
        },
        gaps=tuple(measure_gaps(rows)),
        reliability=reliability(rows),
    )


def estimates(
    rows: Sequence[ResultRow], names: Sequence[str] | None = None
) -> dict[str, Estimate]:
    """Estimates by metric name, of those that apply to some sample. Latency gives two: p50, p95."""
    cases = [row.case for row in rows]
    found: dict[str, Estimate | None] = {}
    for metric in METRICS:
        if names is not None and metric.name not in names:
            continue
        values = [row.metrics.get(metric.name) for row in rows]
        if metric.unit == "seconds":
            found["seconds_p50"] = quantile_estimate(values, 0.5)
            found["seconds_p95"] = quantile_estimate(values, 0.95)
        else:
            found[metric.name] = mean_estimate(values, cases)
    return {name: estimate for name, estimate in found.items() if estimate is not None}


def shown_tags(row: ResultRow) -> tuple[str, ...]:
    """Tags that say something of more than one case."""
    return tuple(tag for tag in row.tags if not tag.startswith("pair:"))


def _grouped(
    rows: Iterable[ResultRow], names_of: Callable[[ResultRow], Sequence[str]]
) -> dict[str, list[ResultRow]]:
    """Rows by group, largest first."""
    found: dict[str, list[ResultRow]] = {}
    for row in rows:
        for name in names_of(row):
            found.setdefault(name, []).append(row)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def measure_gaps(rows: Sequence[ResultRow]) -> list[Gap]:
    """What is lost without accents and in English, over cases asked both ways."""
    by_case: dict[str, dict[str, ResultRow]] = {}
    for row in rows:
        by_case.setdefault(row.case, {}).setdefault(row.way, row)
    kinds = [("accent", way) for way in ACCENT_WAYS] + [("language", "english")]
    gaps = []
    for kind, way in kinds:
        pairs = [
            (ways["accented"], ways[way], case)
            for case, ways in by_case.items() if "accented" in ways and way in ways
        ]
        for metric in GAP_METRICS:
            estimate = difference_estimate(
                [accented.metrics.get(metric) for accented, _, _ in pairs],
                [other.metrics.get(metric) for _, other, _ in pairs],
                [case for _, _, case in pairs],
            )
            if estimate is not None:
                gaps.append(Gap(kind, metric, way, estimate))
    return gaps


def reliability(rows: Iterable[ResultRow]) -> tuple[ReliabilityBin, ...]:
    """Evidence score against what was so, in ten equal bins; only where the score decided."""
    counts = [[0, 0, 0] for _ in range(RELIABILITY_BINS)]
    for row in rows:
        if row.confidence is None or row.answerable is None:
            continue
        held = counts[min(int(row.confidence * RELIABILITY_BINS), RELIABILITY_BINS - 1)]
        held[0] += 1
        held[1] += row.answerable
        held[2] += row.abstained is False
    return tuple(
        ReliabilityBin(place / RELIABILITY_BINS, (place + 1) / RELIABILITY_BINS, *held)
        for place, held in enumerate(counts)
    )
