"""How questions are typed, how rankings are graded, and how sure a difference is."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from ir_measures import RR, R, Success, nDCG
from retrieval_sets import BenchmarkQuestion

from assistant.evaluation.variants import strip_half_of_the_marks, strip_marks

MEASURES = {
    "R@1": R @ 1, "R@5": R @ 5, "R@10": R @ 10, "hit@1": Success @ 1, "MRR@10": RR @ 10,
    "nDCG@10": nDCG @ 10,
}
RESAMPLES, SEED = 2000, 20260701
_VALUES_BY_QUESTION = Mapping[str, Mapping[str, float]]


VARIANTS = {
    "accented": lambda text: text,
    "unaccented": strip_marks,
    "half-accented": strip_half_of_the_marks,
    "NFD": lambda text: unicodedata.normalize("NFD", text),
}


@dataclass(frozen=True, slots=True)
class Graded:
    """Values by measure, in the order of the questions."""

    values: Mapping[str, np.ndarray]

    def mean(self, measure: str, where: np.ndarray) -> float:
        return float(100 * self.values[measure][where].mean())


def grade(questions: Sequence[BenchmarkQuestion], rankings: Mapping[str, Sequence[str]]) -> Graded:
    """Grade the ranked places of each question id."""
    judged = [ir_measures.Qrel(q.id, place, 1) for q in questions for place in q.gold]
    run = [
        ir_measures.ScoredDoc(id_, place, -float(at))
        for id_, places in rankings.items() for at, place in enumerate(places)
    ]
    rows = {question.id: row for row, question in enumerate(questions)}
    values = {name: np.zeros(len(questions)) for name in MEASURES}
    names = {measure: name for name, measure in MEASURES.items()}
    for found in ir_measures.iter_calc(list(names), judged, run):
        values[names[found.measure]][rows[found.query_id]] = found.value
    return Graded(values)


def difference_interval(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """Mean difference in points and its 95 % interval, by a paired bootstrap over questions."""
    differences = 100 * (ours - theirs)
    generator = np.random.default_rng(SEED)
    picked = generator.integers(len(differences), size=(RESAMPLES, len(differences)))
    means = differences[picked].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(differences.mean()), float(low), float(high)
