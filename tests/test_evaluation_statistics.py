"""Intervals and tests against what is known of them, and two runs against each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assistant.errors import EvaluationError
from assistant.evaluation.compare import compare_runs
from assistant.evaluation.statistics import (
    difference_estimate,
    mcnemar,
    mean_estimate,
    quantile_estimate,
    wilson,
)
from assistant.evaluation.summary import ResultRow, measure_gaps, reliability, summarize


def row(number: int, right: float | None, **fields: object) -> ResultRow:
    values: dict[str, object] = {
        "id": f"s{number}", "case": f"s{number}", "way": "accented", "question": f"q{number}",
        "language": "vi", "intent": "fact", "tags": (), "metrics": {"right": right},
        "answerable": True, "abstained": False, "confidence": 0.9, "error": None,
    }
    return ResultRow(**(values | fields))  # type: ignore[arg-type]


def test_a_mean_leaves_out_what_does_not_apply() -> None:
    estimate = mean_estimate([1.0, None, 0.0, None], list("abcd"))
    assert estimate is not None
    assert estimate.value == 0.5 and estimate.count == 2
    assert mean_estimate([None, None], list("ab")) is None


def test_the_interval_agrees_with_scipys_bootstrap() -> None:
    values = np.random.default_rng(3).random(80)
    ours = mean_estimate(values.tolist(), [str(n) for n in range(80)])
    theirs = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=4000, rng=1)
    assert ours is not None
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.01)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.01)
    assert ours == mean_estimate(values.tolist(), [str(n) for n in range(80)])


def test_one_case_asked_many_times_counts_as_one() -> None:
    """Copies of a sample must not make a figure look surer than it is."""
    values = [1.0, 0.0, 1.0, 0.0, 1.0, 1.0]
    alone = mean_estimate(values, [str(n) for n in range(6)])
    copied = mean_estimate(values * 10, [str(n) for n in range(6)] * 10)
    independent = mean_estimate(values * 10, [str(n) for n in range(60)])
    assert alone and copied and independent
    assert copied.high - copied.low == pytest.approx(alone.high - alone.low)
    assert independent.high - independent.low < 0.6 * (copied.high - copied.low)


def test_quantiles_differences_and_wilson() -> None:
    quantile = quantile_estimate([1.0, 2.0, 3.0, None, 4.0, 5.0], 0.5)
    assert quantile is not None and quantile.value == 3.0 and quantile.low < 3.0 < quantile.high
    difference = difference_estimate([1.0, 1.0, None], [0.0, 1.0, 1.0], list("abc"))
    assert difference is not None and difference.value == 0.5 and difference.count == 2
    expected = stats.binomtest(7, 10).proportion_ci(method="wilson")
    assert wilson(7, 10) == pytest.approx((expected.low, expected.high), abs=1e-6)
    assert wilson(0, 0) == (0.0, 1.0)


def test_mcnemar_counts_only_what_flipped() -> None:
    ours = [1.0] * 9 + [0.0] * 1 + [1.0] * 20 + [None]
    theirs = [0.0] * 9 + [1.0] * 1 + [1.0] * 20 + [1.0]
    test = mcnemar(ours, theirs)
    assert (test.only_ours, test.only_theirs) == (9, 1)
    assert test.p_value == pytest.approx(stats.binomtest(9, 10, 0.5).pvalue)
    assert mcnemar([1.0] * 1500, [0.0] * 700 + [1.0] * 800).p_value < 1e-200
    assert mcnemar([1.0], [1.0]).p_value == 1.0


def test_two_runs_tell_what_flipped_and_by_tag() -> None:
    theirs = [row(n, 1.0, tags=("treaty",)) for n in range(10)]
    ours = [row(n, float(n > 2), tags=("treaty",)) for n in range(9)] + [row(99, 1.0)]
    found = compare_runs(ours, theirs)
    assert (found.shared, found.only_ours, found.only_theirs) == (9, 1, 1)
    assert [flip.id for flip in found.flips] == ["s0", "s1", "s2"]
    assert not any(flip.is_now_right for flip in found.flips)
    change = found.change_of("right")
    assert change is not None and change.difference.value == pytest.approx(-3 / 9)
    assert found.by_tag["treaty"].difference.high < 0.01
    with pytest.raises(EvaluationError, match="share no sample"):
        compare_runs(ours, [row(500, 1.0)])


def test_gaps_are_measured_on_the_same_cases() -> None:
    rows = [row(n, 1.0, case=f"c{n}") for n in range(4)]
    rows += [row(10 + n, float(n > 0), case=f"c{n}", way="unaccented") for n in range(4)]
    rows += [row(20 + n, 0.0, case=f"other{n}", way="unaccented") for n in range(9)]
    gaps = {(gap.way, gap.metric): gap.estimate for gap in measure_gaps(rows)}
    assert gaps["unaccented", "right"].value == 0.25
    assert gaps["unaccented", "right"].count == 4
    assert not any(way == "english" for way, _ in gaps)


def test_reliability_counts_scores_that_decided() -> None:
    rows = [row(1, 1.0, confidence=0.95), row(2, 0.0, confidence=0.05, abstained=True),
            row(3, 0.0, confidence=1.0, answerable=False), row(4, 1.0, confidence=None)]
    bins = reliability(rows)
    assert [held.count for held in bins] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bins[9].share == 0.5 and bins[9].answered == 2 and bins[1].share is None


def test_a_summary_groups_by_language_kind_and_tag() -> None:
    rows = [row(1, 1.0, tags=("treaty", "pair:x")), row(2, 0.0, language="en", error="boom")]
    summary = summarize(rows)
    assert summary.sample_count == 2 and summary.error_count == 1
    assert summary.groups["language"]["vi"]["right"].value == 1.0
    assert set(summary.groups["tag"]) == {"treaty"}
