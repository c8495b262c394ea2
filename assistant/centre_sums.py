"""Sums of the passages' vectors by language, kept up with each change, so that a mean costs nothing.

Held in the registry's state as base64 of float64: adding and taking away rounds off by 1e-16 of the
sum each time, which a mean of unit vectors never shows.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from assistant.centring import FloatArray

# The registry's state that holds them.
SUMS_STATE = "vector_sums"
Sum = npt.NDArray[np.float64]


@dataclass(slots=True)
class CentreSums:
    """Number and sum of the vectors of each language."""

    counts: dict[str, int] = field(default_factory=dict)
    sums: dict[str, Sum] = field(default_factory=dict)

    def add(self, language: str, vectors: FloatArray, sign: int = 1) -> None:
        """Count vectors, shape (n, d), in, or out with sign -1."""
        if len(vectors) == 0:
            return
        total = vectors.astype(np.float64).sum(axis=0) * sign
        self.counts[language] = self.counts.get(language, 0) + sign * len(vectors)
        held = self.sums.get(language)
        self.sums[language] = total if held is None else held + total
        if self.counts[language] <= 0:
            del self.counts[language], self.sums[language]

    def means(self, fewest: int) -> dict[str, FloatArray]:
        """The mean of each language that has at least `fewest` vectors."""
        return {
            language: (self.sums[language] / count).astype(np.float32)
            for language, count in self.counts.items()
            if count >= fewest
        }

    def to_json(self) -> str:
        """What `read_sums` reads back, bit for bit."""
        held = {
            language: [count, base64.b64encode(self.sums[language].tobytes()).decode("ascii")]
            for language, count in self.counts.items()
        }
        return json.dumps(held, sort_keys=True)


def read_sums(content: str | None) -> CentreSums:
    """Sums from their JSON; empty when there is nothing."""
    sums = CentreSums()
    for language, (count, encoded) in json.loads(content or "{}").items():
        sums.counts[language] = count
        sums.sums[language] = np.frombuffer(base64.b64decode(encoded), dtype=np.float64)
    return sums
