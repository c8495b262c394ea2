"""Texts to vectors: known ones from the shipped pack or the registry, the rest embedded in slices.

Each slice is kept in the registry before the next is embedded, so a long document that was cut off
goes on where it stopped. Texts are embedded in the order of their length: padding costs time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from langchain_core.embeddings import Embeddings

from assistant.registry import Registry
from assistant.registry_vectors import keep_vectors, read_kept_vectors
from assistant.vector_pack import FloatArray, VectorPack, text_hash

# Called with the texts done and their number; what it raises stops the work, nothing being visible.
TextProgress = Callable[[int, int], None]
SLICE = 256


class TextVectors:
    """Finds or makes vectors of passages. The model is loaded when the first text needs it."""

    def __init__(
        self,
        registry: Registry,
        make_embeddings: Callable[[], Embeddings],
        pack: VectorPack | None,
    ) -> None:
        self._registry, self._make_embeddings, self._pack = registry, make_embeddings, pack
        self._embeddings: Embeddings | None = None

    def find_vectors(
        self,
        texts: Sequence[str],
        known: Mapping[bytes, FloatArray],
        progress: TextProgress | None = None,
    ) -> FloatArray:
        """Vectors of texts, shape (n, d)."""
        names = [text_hash(text) for text in texts]
        held = dict(known)
        with self._registry.connect() as connection:
            held |= read_kept_vectors(connection, set(names) - set(held))
        if self._pack is not None:
            held |= {n: v for n, t in zip(names, texts, strict=True) if (v := self._pack.get(t)) is not None}
        unknown = {n: t for n, t in zip(names, texts, strict=True) if n not in held}
        self._embed(unknown, held, progress)
        return np.asarray([held[name] for name in names], dtype=np.float32)

    def _embed(
        self,
        unknown: Mapping[bytes, str],
        held: dict[bytes, FloatArray],
        progress: TextProgress | None,
    ) -> None:
        order = sorted(unknown, key=lambda name: len(unknown[name]))
        for at in range(0, len(order), SLICE):
            if progress:
                progress(at, len(order))
            part = order[at : at + SLICE]
            vectors = self._embedder().embed_documents([unknown[name] for name in part])
            fresh = {n: np.asarray(v, dtype=np.float32) for n, v in zip(part, vectors, strict=True)}
            held.update(fresh)
            if len(order) > SLICE:
                with self._registry.transaction() as connection:
                    keep_vectors(connection, fresh)
        if progress and order:
            progress(len(order), len(order))

    def _embedder(self) -> Embeddings:
        if self._embeddings is None:
            self._embeddings = self._make_embeddings()
        return self._embeddings
