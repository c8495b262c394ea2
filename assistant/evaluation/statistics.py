"""How sure a figure is, and whether two runs differ. Fixed seeds: the same run, the same interval.

Samples that are one case asked several ways are not independent, so cases are resampled, not
samples (a cluster bootstrap, Field and Welsh 2007): without it intervals would be too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

RESAMPLES, SEED, LEVEL = 2000, 20260701, 0.95
FloatArray = npt.NDArray[np.float64]
# Resamples drawn at a time: bounded memory for large sets.
_BATCH_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % bootstrap interval; `count` is the number of samples it is over."""

    value: float
    low: float
    high: float
    count: int


def mean_estimate(values: Sequence[float | None], cases: Sequence[str]) -> Estimate | None:
    """Mean of the values that are not None, resampled by case; None when there is none."""
    sums, counts, samples = _by_case(values, cases)
    if samples == 0:
        return None
    means = _resampled(len(sums), lambda picked: _ratio(sums[picked], counts[picked]))
    low, high = _interval(means)
    return Estimate(float(sums.sum() / counts.sum()), low, high, samples)


def quantile_estimate(
    values: Sequence[float | None], quantile: float
) -> Estimate | None:
    """A quantile of the values that are not None with its percentile bootstrap interval."""
    held = np.asarray([value for value in values if value is not None], dtype=np.float64)
    if held.size == 0:
        return None
    drawn = _resampled(held.size, lambda picked: np.quantile(held[picked], quantile, axis=1))
    low, high = _interval(drawn)
    return Estimate(float(np.quantile(held, quantile)), low, high, int(held.size))


def difference_estimate(
    ours: Sequence[float | None], theirs: Sequence[float | None], cases: Sequence[str]
) -> Estimate | None:
    """Mean of ours − theirs over samples where both have a value: a paired bootstrap by case."""
    differences = [
        a - b if a is not None and b is not None else None
        for a, b in zip(ours, theirs, strict=True)
    ]
    return mean_estimate(differences, cases)


@dataclass(frozen=True, slots=True)
class McNemar:
    """Samples right in one run only, and the two-sided exact probability of so uneven a split."""

    only_ours: int
    only_theirs: int
    p_value: float


def mcnemar(ours: Sequence[float | None], theirs: Sequence[float | None]) -> McNemar:
    """McNemar's exact test (1947) over samples that both runs have as right (1) or wrong (0)."""
    pairs = [
        (a >= 0.5, b >= 0.5) for a, b in zip(ours, theirs, strict=True)
        if a is not None and b is not None
    ]
    only_ours = sum(a and not b for a, b in pairs)
    only_theirs = sum(b and not a for a, b in pairs)
    flipped = only_ours + only_theirs
    tail = sum(math.comb(flipped, k) for k in range(min(only_ours, only_theirs) + 1))
    # As integers to the end: 2**n has no float for a thousand flips.
    p_value = min(1.0, 2 * tail / 2**flipped)
    return McNemar(only_ours, only_theirs, p_value)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % score interval (1927) of a share; (0, 1) for nothing counted."""
    if of == 0:
        return 0.0, 1.0
    z = 1.959963985
    share, spread = hits / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * float(np.sqrt(share * (1 - share) / of + spread / (4 * of))) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _by_case(
    values: Sequence[float | None], cases: Sequence[str]
) -> tuple[FloatArray, FloatArray, int]:
    """Sum and count of the values of each case, and how many values there are."""
    found: dict[str, list[float]] = {}
    for value, case in zip(values, cases, strict=True):
        if value is not None:
            found.setdefault(case, []).append(value)
    sums = np.asarray([sum(held) for held in found.values()], dtype=np.float64)
    counts = np.asarray([len(held) for held in found.values()], dtype=np.float64)
    return sums, counts, int(counts.sum())


def _resampled(
    size: int, statistic: Callable[[npt.NDArray[np.int64]], Any]
) -> FloatArray:
    """The statistic of RESAMPLES draws with replacement; it gets indices of shape (n, size)."""
    generator = np.random.default_rng(SEED)
    batch = max(1, min(RESAMPLES, _BATCH_CELLS // size))
    drawn = []
    for at in range(0, RESAMPLES, batch):
        picked = generator.integers(size, size=(min(batch, RESAMPLES - at), size))
        drawn.append(np.asarray(statistic(picked), dtype=np.float64))
    return np.concatenate(drawn)


def _ratio(sums: FloatArray, counts: FloatArray) -> FloatArray:
    ratio: FloatArray = sums.sum(axis=1) / counts.sum(axis=1)
    return ratio


def _interval(drawn: FloatArray) -> tuple[float, float]:
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return float(low), float(high)
