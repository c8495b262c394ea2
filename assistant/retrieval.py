"""Query to RetrievedChunks: dense and lexical scores fused, dated, named provisions first.

Scores, not ranks, are fused (measured better than RRF on ALQAC). Each component is scaled to 0..1
over its own best candidates. A question and a text that share a language are matched by both
components; across languages words mislead (an English "an" is a Vietnamese syllable), so there only
names, numbers and the glossary's translations count on the lexical side.

A text that exists in the question's language is searched in that language only: its twin says the
same and would fill the list with doubles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings

from assistant.centring import Centres, read_centres
from assistant.chunk_windows import window_spans
from assistant.exact_search import NearestVectors
from assistant.lexical import LexicalIndex
from assistant.library import Library
from assistant.registry import Registry
from assistant.schema import Chunk, ComponentRank, Language, Query, RetrievedChunk
from assistant.text import detect_language, is_vietnamese_syllable, words_of
from assistant.validity import is_in_force

Scores = dict[int, float]
Rerank = Callable[[str, Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class RetrievalWeights:
    """Chosen on the tuning halves of ALQAC and XQuAD (benchmarks/retrieval.py)."""

    dense: float = 0.35
    dense_across: float = 0.8
    window: float = 0.5
    candidates: int = 60
    # Above 1, the most that the rest of a score can be: a named provision is never behind another.
    named_provision: float = 1.25
    named_text: float = 0.25
    in_force: float = 0.5


class Retriever:
    """Finds the chunks that bear on a query."""

    def __init__(
        self,
        registry: Registry,
        lexical: LexicalIndex,
        store: NearestVectors,
        embeddings: Embeddings,
        library: Library,
        weights: RetrievalWeights | None = None,
        rerank: Rerank | None = None,
        default_centres: Centres | None = None,
    ) -> None:
        self._registry, self._lexical, self._store = registry, lexical, store
        self._embeddings, self._library = embeddings, library
        self.weights = weights or RetrievalWeights()
        self._rerank = rerank
        self._rows = registry.rows_by_vector()
        measured = read_centres(registry.state("centres"))
        self._centres = measured.filled_from(default_centres) if default_centres else measured

    @property
    def lexical(self) -> LexicalIndex:
        return self._lexical

    def retrieve(
        self, query: Query, limit: int, only: str | None = None
    ) -> tuple[RetrievedChunk, ...]:
        """The best `limit` chunks, best first, each with its components' ranks.

        `only` keeps to one text, all of whose chunks are then candidates.
        """
        components, similarities = self._components(query, only)
        rows = sorted({row for scores in components.values() for row in scores})
        chunks = self._registry.chunks(rows)
        chunks = {
            row: chunk
            for row, chunk in chunks.items()
            if self._is_wanted(chunk, query) and only in (None, chunk.document_id)
        }
        # Repealed texts and twins in the other language must not set the scale: a text in force is
        # scored as it would be if they were not held.
        current = {row for row, chunk in chunks.items() if self._is_current(chunk, query)}
        scaled = {
            name: _scaled(scores, self.weights.candidates, current or set(chunks))
            for name, scores in components.items()
        }
        typed = detect_language(query.standalone)
        fused = {row: self._fuse(row, chunk, query, scaled, typed) for row, chunk in chunks.items()}
        best = sorted(fused, key=lambda row: (-fused[row], row))[: max(limit * 3, limit)]
        best = self._reranked(query, best, chunks, fused)[:limit]
        ranks = {name: _ranked(scores) for name, scores in components.items()}
        return tuple(
            RetrievedChunk(
                chunks[row],
                place,
                round(fused[row], 6),
                {name: held[row] for name, held in ranks.items() if row in held},
                _windows(chunks[row], similarities.get(row, [])),
            )
            for place, row in enumerate(best, start=1)
        )

    def _components(
        self, query: Query, only: str | None
    ) -> tuple[dict[str, Scores], dict[int, list[float]]]:
        count = self.weights.candidates * 2  # some are of repealed texts or twins
        typed = detect_language(query.standalone)
        other: Language = "en" if typed == "vi" else "vi"
        spelled, translated = (*query.expansions, "", "")[:2]
        components = {
            f"lexical_{typed}": dict(
                self._lexical.search(f"{query.standalone} {spelled}", count, typed)
            ),
            f"lexical_{other}": dict(
                self._lexical.search(f"{translated} {shared_words(query.standalone)}", count, other)
            ),
        }
        if query.references:
            components["named"] = self._named_rows(query)
        others = {row for scores in components.values() for row in scores}
        if only is not None:
            others |= set(self._registry.rows_of_texts([only]))
        elif query.only_documents is not None:
            # What may be searched can be far down the list of all: none of it is left out.
            ids = {key.rsplit(".", 1)[0] for key in query.only_documents}
            others |= set(self._registry.rows_of_texts(ids))
        components["dense"], similarities = self._dense(query, typed, others)
        return components, similarities

    def _dense(
        self, query: Query, typed: Language, others: set[int]
    ) -> tuple[Scores, dict[int, list[float]]]:
        """Similarity of the nearest chunks and of the other components' candidates: a mean of the
        whole chunk's and its best window's, with the languages' means taken out; and each row's
        similarities (whole, then windows in order)."""
        vector = np.asarray(self._embeddings.embed_query(query.standalone), dtype=np.float32)
        nearest = self._store.search(vector, self.weights.candidates * 3)
        rows = {self._rows[id_] for id_ in nearest if id_ in self._rows} | others
        held = self._registry.candidate_vectors(rows)
        if not held:
            return {}, {}
        languages = [language for language, vectors in held.values() for _ in vectors]
        stacked = np.concatenate([vectors for _, vectors in held.values()])
        scores = iter(self._centres.similarity(vector, typed, stacked, languages).tolist())
        each = {row: [next(scores) for _ in vectors] for row, (_, vectors) in held.items()}
        share = self.weights.window
        fused = {
            row: (1 - share) * held[0] + share * max(held[1:] or held) for row, held in each.items()
        }
        return fused, each

    def _named_rows(self, query: Query) -> Scores:
        found: Scores = {}
        rows = self._registry.rows_of_texts({held.document_id for held in query.references})
        for row, chunk in self._registry.chunks(rows).items():
            for reference in query.references:
                if any(_is_within(id_, reference.provision_id) for id_ in chunk.provisions):
                    found[row] = 1.0
        return found

    def _is_wanted(self, chunk: Chunk, query: Query) -> bool:
        if chunk.is_heading or not self._library.is_wording_of(chunk.document_key, query.as_of):
            return False
        usable = self._library.documents if query.only_documents is None else query.only_documents
        if chunk.document_key not in usable:
            return False
        return chunk.language == query.language or (
            f"{chunk.document_id}.{query.language}" not in usable
        )

    def _fuse(
        self, row: int, chunk: Chunk, query: Query, scaled: Mapping[str, Scores], typed: Language
    ) -> float:
        weights = self.weights
        share = weights.dense if chunk.language == typed else weights.dense_across
        dense = scaled["dense"].get(row, 0.0)
        lexical = scaled[f"lexical_{chunk.language}"].get(row, 0.0)
        score = share * dense + (1 - share) * lexical
        if row in scaled.get("named", {}):
            score += weights.named_provision
        if chunk.document_id in query.documents:
            score += weights.named_text
        return score if self._is_current(chunk, query) else score - weights.in_force

    def _is_current(self, chunk: Chunk, query: Query) -> bool:
        """Whether its text is in force at the time asked about, or named in the question."""
        document = self._library.documents[chunk.document_key]
        return document.id in query.documents or is_in_force(document, query.as_of)

    def chunk_holding(self, document_key: str, start: int) -> RetrievedChunk | None:
        """The chunk of a document that holds an offset: followed, not searched for."""
        for chunk in self._registry.chunks_of(document_key).values():
            if chunk.start <= start < chunk.end:
                return RetrievedChunk(chunk, 0, 0.0, {"linked": ComponentRank(1, 1.0)})
        return None

    def nearness(
        self, text: str, language: Language, spans: Sequence[tuple[str, int, int]]
    ) -> float:
        """How near a statement is in meaning to the nearest window of the spans (document key,
        start, end): the centred similarity that retrieval uses; 0.0 where no span is held."""
        rows = self._registry.rows_of_texts({key.rsplit(".", 1)[0] for key, _, _ in spans})
        chunks = self._registry.chunks(rows)
        touched = {
            row: [
                (start, end) for key, start, end in spans
                if chunk.document_key == key and start < chunk.end and chunk.start < end
            ]
            for row, chunk in chunks.items()
        }
        held = self._registry.candidate_vectors([row for row, parts in touched.items() if parts])
        if not held:
            return 0.0
        vector = np.asarray(self._embeddings.embed_query(text), dtype=np.float32)
        best = 0.0
        for row, (passage_language, vectors) in held.items():
            values = self._centres.similarity(
                vector, language, vectors, [passage_language] * len(vectors)
            ).tolist()
            for start, end, value in _windows(chunks[row], values):
                if any(start < right and left < end for left, right in touched[row]):
                    best = max(best, value)
        return best

    def _reranked(
        self, query: Query, rows: list[int], chunks: Mapping[int, Chunk], fused: Scores
    ) -> list[int]:
        if self._rerank is None or not rows:
            return rows
        scores = self._rerank(query.standalone, [chunks[row].indexed_text for row in rows])
        order = sorted(zip(rows, scores, strict=True), key=lambda item: (-item[1], item[0]))
        return [row for row, _ in order]


def _windows(chunk: Chunk, similarities: Sequence[float]) -> tuple[tuple[int, int, float], ...]:
    spans = window_spans(chunk) or [(chunk.start, chunk.end)]
    values = similarities[1:] or similarities
    return tuple(
        (start, end, round(value, 6)) for (start, end), value in zip(spans, values, strict=False)
    )


def shared_words(text: str) -> str:
    """Words that look the same in both languages: numbers, abbreviations, foreign names."""
    kept = []
    for place, word in enumerate(words_of(text)):
        is_name = word[:1].isupper() and place > 0 and not is_vietnamese_syllable(word)
        if (
            any(letter.isdigit() for letter in word)
            or is_name
            or (word.isupper() and len(word) > 1)
        ):
            kept.append(word)
    return " ".join(kept)


def _scaled(scores: Scores, best: int, among: set[int]) -> Scores:
    """Min-max to 0..1 over the `best` highest scores `among` those rows; what lies outside is cut."""
    values = sorted((scores[row] for row in scores.keys() & among), reverse=True)[:best]
    if not values or values[0] <= values[-1]:
        return dict.fromkeys(scores, 1.0)
    low, span = values[-1], values[0] - values[-1]
    return {row: min(1.0, max(0.0, (score - low) / span)) for row, score in scores.items()}


def _ranked(scores: Scores) -> dict[int, ComponentRank]:
    order = sorted(scores, key=lambda row: (-scores[row], row))
    return {row: ComponentRank(n, round(scores[row], 6)) for n, row in enumerate(order, start=1)}


def _is_within(provision_id: str, wanted: str) -> bool:
    return provision_id == wanted or provision_id.startswith(wanted + "/")
