"""Nearest vectors straight from the registry: the light road of a single question.

Importing and opening Chroma takes longer than comparing a question with every vector of a corpus of
this size, so a one-shot `ask` compares. A serving process, or a larger corpus, searches Chroma.
"""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assistant.registry import Registry

FloatArray = npt.NDArray[np.float32]
# Chunks up to which reading all vectors (1.5 kB each) is quicker than Chroma's import.
MOST_VECTORS = 30_000


class NearestVectors(Protocol):
    """What retrieval asks of a vector index."""

    def search(self, vector: FloatArray, limit: int) -> list[str]:
        """Ids of the nearest vectors by cosine, best first."""
        ...


class ExactSearch:
    """Cosine over all unit vectors of the registry, as they were when first searched."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @cached_property
    def _vectors(self) -> tuple[list[str], FloatArray]:
        return self._registry.vectors_after(0)

    def search(self, vector: FloatArray, limit: int) -> list[str]:
        ids, vectors = self._vectors
        if not ids:
            return []
        scores = vectors @ np.asarray(vector, dtype=np.float32)
        # Ties by id, so that the order does not hang on that of the rows.
        order = sorted(np.argsort(-scores, kind="stable")[:limit], key=lambda i: (-scores[i], ids[i]))
        return [ids[i] for i in order]
