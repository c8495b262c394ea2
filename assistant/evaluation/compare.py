"""Two runs over the same samples: what moved, how surely, and which samples flipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import EvaluationError
from assistant.evaluation.metrics import METRICS
from assistant.evaluation.statistics import Estimate, McNemar, difference_estimate, mcnemar
from assistant.evaluation.summary import ResultRow, shown_tags

# A tag with fewer shared samples than this shows chance.
FEWEST_OF_A_TAG = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One metric in both runs over the samples where both have it; `difference` is ours − theirs."""

    metric: str
    ours: float
    theirs: float
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Flip:
    """A sample that is right in one run only."""

    id: str
    question: str
    tags: tuple[str, ...]
    is_now_right: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against a baseline. `by_tag` holds the changes of `right`, largest group first."""

    shared: int
    only_ours: int
    only_theirs: int
    changes: tuple[Change, ...]
    test: McNemar
    flips: tuple[Flip, ...]
    by_tag: Mapping[str, Change]

    def change_of(self, metric: str) -> Change | None:
        return next((change for change in self.changes if change.metric == metric), None)


def compare_runs(ours: Sequence[ResultRow], theirs: Sequence[ResultRow]) -> Comparison:
    """Pairs samples by id and question. Raises EvaluationError where the runs share none."""
    baseline = {(row.id, row.question): row for row in theirs}
    pairs = [
        (row, baseline[row.id, row.question]) for row in ours if (row.id, row.question) in baseline
    ]
    if not pairs:
        raise EvaluationError(
            "The two runs share no sample (same id, same question). Compare runs of one test set."
        )
    test = mcnemar(
        [a.metrics.get("right") for a, _ in pairs], [b.metrics.get("right") for _, b in pairs]
    )
    return Comparison(
        shared=len(pairs),
        only_ours=len(ours) - len(pairs),
        only_theirs=len(theirs) - len(pairs),
        changes=tuple(
            change for metric in METRICS if (change := _change(metric.name, pairs)) is not None
        ),
        test=test,
        flips=tuple(_flips(pairs)),
        by_tag=_by_tag(pairs),
    )


_Pairs = Sequence[tuple[ResultRow, ResultRow]]


def _change(metric: str, pairs: _Pairs) -> Change | None:
    both = [
        (a, b) for a, b in pairs
        if a.metrics.get(metric) is not None and b.metrics.get(metric) is not None
    ]
    ours = [a.metrics[metric] for a, _ in both]
    theirs = [b.metrics[metric] for _, b in both]
    difference = difference_estimate(ours, theirs, [a.case for a, _ in both])
    if difference is None:
        return None
    return Change(metric, _mean(ours), _mean(theirs), difference)


def _mean(values: Sequence[float | None]) -> float:
    return sum(value or 0.0 for value in values) / len(values)


def _flips(pairs: _Pairs) -> list[Flip]:
    """Losses first."""
    found = []
    for a, b in pairs:
        now, before = a.metrics.get("right"), b.metrics.get("right")
        if now is not None and before is not None and (now >= 0.5) != (before >= 0.5):
            found.append(Flip(a.id, a.question, a.tags, now >= 0.5))
    return sorted(found, key=lambda flip: flip.is_now_right)


def _by_tag(pairs: _Pairs) -> dict[str, Change]:
    groups: dict[str, list[tuple[ResultRow, ResultRow]]] = {}
    for pair in pairs:
        for tag in shown_tags(pair[0]):
            groups.setdefault(tag, []).append(pair)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    changes = {tag: _change("right", held) for tag, held in ordered if len(held) >= FEWEST_OF_A_TAG}
    return {tag: change for tag, change in changes.items() if change is not None}

