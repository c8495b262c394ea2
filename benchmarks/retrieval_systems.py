"""What is compared: the product's own Retriever, and three plain baselines over the same chunks.

A system ranks places (articles, paragraphs): chunks in order, each place counted at its first.
The baselines are asked the question as typed, on one Unicode form; ours reads it first.
The *held* parts keep in memory what the real ones read from disk, so that a sweep over weights
runs the product's own code many times at no more than the cost of fusing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings
from retrieval_sets import BenchmarkTexts

from assistant.build import Workspace
from assistant.lexical import LexicalIndex
from assistant.library import Library
from assistant.query import QueryReader
from assistant.registry import Registry
from assistant.retrieval import RetrievalWeights, Retriever
from assistant.schema import Chunk, Language, Query
from assistant.text import words_of

FloatArray = npt.NDArray[np.float32]
Ranker = Callable[[Query], list[str]]
DEPTH = 100  # places a system hands over; the measures look at ten
RRF_CONSTANT = 60


class HeldRegistry(Registry):
    """The registry with chunks and vectors in memory."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.held = super().chunks()
        self.held_vectors = super().candidate_vectors(self.held)

    def chunks(self, rows: Iterable[int] | None = None) -> dict[int, Chunk]:
        return self.held if rows is None else {row: self.held[row] for row in sorted(rows)}

    def candidate_vectors(self, rows: Iterable[int]) -> dict[int, tuple[str, FloatArray]]:
        return {row: self.held_vectors[row] for row in rows if row in self.held_vectors}


class HeldLexicalIndex(LexicalIndex):
    """The lexical index with every result kept."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._results: dict[tuple[str, int, Language | None], list[tuple[int, float]]] = {}

    def search(
        self, text: str, limit: int, language: Language | None = None
    ) -> list[tuple[int, float]]:
        key = (text, limit, language)
        if key not in self._results:
            self._results[key] = super().search(text, limit, language)
        return self._results[key]


class HeldEmbeddings(Embeddings):
    """Embeddings with every question's vector kept."""

    def __init__(self, inner: Embeddings) -> None:
        self.inner = inner
        self._vectors: dict[str, list[float]] = {}

    def embed_query(self, text: str) -> list[float]:
        if text not in self._vectors:
            self._vectors[text] = self.inner.embed_query(text)
        return self._vectors[text]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.inner.embed_documents(texts)


class Bench:
    """One indexed set with everything that ranks it."""

    def __init__(
        self, texts: BenchmarkTexts, workspace: Workspace, embeddings: HeldEmbeddings
    ) -> None:
        self.texts, self.workspace = texts, workspace
        self.registry = HeldRegistry(workspace.settings.registry_file)
        self.lexical = HeldLexicalIndex(self.registry)
        self.embeddings = embeddings
        self.library: Library = workspace.library()
        self.reader: QueryReader = workspace.query_reader(self.library)
        self.places = {
            row: texts.place_of(chunk)
            for row, chunk in self.registry.held.items() if not chunk.is_heading
        }

    def retriever(self, weights: RetrievalWeights | None = None) -> Retriever:
        """The product's retriever over the held parts."""
        return Retriever(
            self.registry, self.lexical, self.workspace.store, self.embeddings, self.library,
            weights,
        )

    def plain_retriever(self, embeddings: Embeddings) -> Retriever:
        """The product's retriever as it is, for timing."""
        return self.workspace.retriever(self.library, embeddings)

    def rank_by_ours(self, weights: RetrievalWeights | None = None) -> Ranker:
        retriever = self.retriever(weights)

        def rank(query: Query) -> list[str]:
            found = retriever.retrieve(query, DEPTH)
            return self._first_places(self.texts.place_of(item.chunk) for item in found)

        return rank

    def baselines(self) -> dict[str, Ranker]:
        """BM25 over whitespace words with their accents, dense alone, and their RRF."""
        plain, dense = self._plain_bm25(), self._dense()
        return {"BM25": plain, "dense": dense, "RRF": _fuse_by_rank(plain, dense)}

    def _plain_bm25(self) -> Ranker:
        connection = sqlite3.connect(":memory:")
        connection.execute(
            "CREATE VIRTUAL TABLE plain USING fts5(text, tokenize='unicode61 remove_diacritics 0')")
        connection.executemany(
            "INSERT INTO plain(rowid, text) VALUES (?, ?)",
            [(row, self.registry.held[row].indexed_text) for row in self.places],
        )
        statement = "SELECT rowid FROM plain WHERE plain MATCH ? ORDER BY bm25(plain) LIMIT ?"

        def rank(query: Query) -> list[str]:
            match = " OR ".join(f'"{word}"' for word in dict.fromkeys(words_of(query.text)))
            rows = connection.execute(statement, (match, DEPTH * 3)) if match else []
            return self._first_places(self.places[row] for row, in rows)

        return rank

    def _dense(self) -> Ranker:
        rows = list(self.places)
        matrix = np.stack([self.registry.held_vectors[row][1][0] for row in rows])

        def rank(query: Query) -> list[str]:
            scores = matrix @ np.asarray(self.embeddings.embed_query(query.text), dtype=np.float32)
            order = np.argsort(-scores, kind="stable")[: DEPTH * 3]
            return self._first_places(self.places[rows[at]] for at in order)

        return rank

    def _first_places(self, places: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(places))[:DEPTH]


def _fuse_by_rank(*rankers: Ranker) -> Ranker:
    def rank(query: Query) -> list[str]:
        scores: dict[str, float] = {}
        for ranker in rankers:
            for at, place in enumerate(ranker(query), start=1):
                scores[place] = scores.get(place, 0.0) + 1 / (RRF_CONSTANT + at)
        return sorted(scores, key=lambda place: (-scores[place], place))

    return rank
