"""Sweeps over RetrievalWeights on the tuning halves, the others at their defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from retrieval_measures import grade
from retrieval_sets import BenchmarkQuestion
from retrieval_systems import Bench

from assistant.retrieval import RetrievalWeights
from assistant.schema import Query

Sets = Mapping[str, tuple[Bench, Sequence[BenchmarkQuestion]]]
GRID: Mapping[str, Sequence[float]] = {
    "dense": (0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7),
    "dense_across": (0.6, 0.7, 0.8, 0.9, 1.0),
    "window": (0.0, 0.25, 0.5, 0.75, 1.0),
    "candidates": (30, 60, 100, 150),
}


def tune(sets: Sets, read: Callable[[Bench, Sequence[str]], list[Query]]) -> None:
    """Print R@1 and R@10 of every set for every value of every weight."""
    asked = {
        name: read(bench, [question.text for question in questions])
        for name, (bench, questions) in sets.items()
    }
    print("tuning halves, R@1 / R@10" + "".join(f"{name:>14}" for name in sets))
    for weight, values in GRID.items():
        for value in values:
            weights = with_weight(weight, value)
            cells = [
                _cell(bench, questions, asked[name], weights)
                for name, (bench, questions) in sets.items()
            ]
            print(f"{weight:>17} {value:7g}" + "".join(f"{cell:>14}" for cell in cells), flush=True)


def with_weight(name: str, value: float) -> RetrievalWeights:
    """The default weights but for one."""
    changed = int(value) if name == "candidates" else value
    return replace(RetrievalWeights(), **{name: changed})  # type: ignore[arg-type]


def _cell(
    bench: Bench, questions: Sequence[BenchmarkQuestion], asked: Sequence[Query],
    weights: RetrievalWeights,
) -> str:
    ranker = bench.rank_by_ours(weights)
    rankings = {q.id: ranker(query) for q, query in zip(questions, asked, strict=True)}
    graded, everywhere = grade(questions, rankings), np.ones(len(questions), dtype=bool)
    return " / ".join(f"{graded.mean(measure, everywhere):.1f}" for measure in ("R@1", "R@10"))
