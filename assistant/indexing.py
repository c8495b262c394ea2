"""Files to registry to store, so that a kill at any moment leaves the old or the new state.

Order of a change: new vectors go to Chroma under ids that carry the content's hash (nobody looks
for them yet); one registry transaction makes the new document visible and the old one vanish; then
the old vectors are deleted. What a kill leaves behind is vectors without a visible chunk, which
searches ignore and the next run sweeps away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from filelock import FileLock, Timeout
from langchain_core.embeddings import Embeddings

from assistant.centring import Centres
from assistant.chunk_windows import make_windows
from assistant.chunking import make_chunks
from assistant.config import Settings
from assistant.embeddings import embedding_fingerprint
from assistant.errors import LockedError, ModelMismatchError
from assistant.lexical import LexicalIndex
from assistant.registry import IndexedChunk, Registry
from assistant.schema import Chunk, Document
from assistant.store import VectorStore
from assistant.structure import parse_structure
from assistant.vector_pack import FloatArray, VectorPack

Progress = Callable[[int, int, str], None]
# Raised when parsing or chunking changes: every document is then indexed again.
PIPELINE_VERSION = "3"
# In the place of a version or a model while a run that replaces all of it has not finished.
UNFINISHED = "unfinished rebuild"
# Passages and questions per language that a mean is taken over; below half of it there is none.
CENTRE_SAMPLE = 96


@dataclass(slots=True)
class IndexReport:
    """What a run did: keys added or changed, removed, unchanged, and lines on what was repaired."""

    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    repaired: list[str] = field(default_factory=list)


class Indexer:
    """Brings registry and store to a given set of documents. One writer at a time, by a lock."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        lexical: LexicalIndex,
        store: VectorStore,
        make_embeddings: Callable[[], Embeddings],
        count_tokens: Callable[[str], int],
        query_embeddings: Embeddings,
        pack: VectorPack | None = None,
    ) -> None:
        self._settings, self._registry = settings, registry
        self._lexical, self._store = lexical, store
        self._make_embeddings, self._count_tokens = make_embeddings, count_tokens
        # Questions of a sample are few and short: the light road spares loading torch for them.
        self._query_embeddings, self._pack = query_embeddings, pack
        self._embeddings: Embeddings | None = None

    def synchronize(
        self,
        documents: Sequence[Document],
        progress: Progress | None = None,
        *,
        rebuild: bool = False,
    ) -> IndexReport:
        """Make the corpus hold exactly `documents`; only what changed is embedded again.

        Raises LockedError when another process writes, ModelMismatchError when the index was made
        by another model and `rebuild` is not set.
        """
        lock = FileLock(self._settings.lock_file)
        try:
            with lock.acquire(timeout=0):
                return self._synchronize(documents, progress, rebuild)
        except Timeout as error:
            raise LockedError(
                f"Another process is writing to the corpus (lock {self._settings.lock_file}). "
                "Wait for it to finish, then try again."
            ) from error

    def _synchronize(
        self, documents: Sequence[Document], progress: Progress | None, rebuild: bool
    ) -> IndexReport:
        report = IndexReport()
        if not rebuild:
            check_model(self._settings, self._registry)
        wanted = {document.key: document for document in documents}
        held = self._registry.content_hashes()
        stale = self._begin(is_empty=not held, rebuild=rebuild)
        todo = [d for k, d in wanted.items() if stale or held.get(k) != d.content_hash]
        for key in sorted(set(held) - set(wanted)):
            self._remove(key)
            report.removed.append(key)
        for number, document in enumerate(todo, start=1):
            if progress:
                progress(number, len(todo), document.key)
            self._put(document)
            report.changed.append(document.key)
        report.unchanged = len(wanted) - len(todo)
        self._finish(report)
        return report

    def _begin(self, *, is_empty: bool, rebuild: bool) -> bool:
        """Record what vectors are made with before the first one is; whether all are made anew.

        A killed run must not be gone on with by another model. A killed first run goes on where it
        stopped; a killed change of model is refused to readers until a rebuild finishes.
        """
        version, held = (self._registry.state(name) for name in ("pipeline_version", "embedding"))
        wanted = embedding_fingerprint(self._settings)
        stale = not is_empty and (rebuild or version != PIPELINE_VERSION)
        is_other = not is_empty and held is not None and held != wanted
        if is_empty or (rebuild and (is_other or not self._store.is_readable())):
            self._store.clear()
        with self._registry.transaction() as connection:
            self._registry.set_state(
                connection, "pipeline_version", UNFINISHED if stale else PIPELINE_VERSION
            )
            self._registry.set_state(connection, "embedding", UNFINISHED if is_other else wanted)
        return stale

    def _put(self, document: Document) -> None:
        provisions = parse_structure(document)
        chunks = make_chunks(document, provisions, self._count_tokens)
        indexed = self._embed(document, chunks)
        new = [item for item in indexed if item.vector is not None]
        if new:
            vectors = np.stack([item.vector for item in new if item.vector is not None])
            self._store.upsert([item.vector_id for item in new], vectors)
        old_rows = self._rows_of(document.key)
        with self._registry.transaction() as connection:
            self._lexical.remove_rows(connection, list(old_rows.values()))
            self._registry.put_document(connection, document, provisions, indexed)
            rows = self._registry.chunk_rows(connection, document.key)
            by_id = {chunk.id: chunk for chunk in chunks}
            self._lexical.put_chunks(connection, {row: by_id[id_] for id_, row in rows.items()})
            self._registry.bump_version(connection)
        gone = set(old_rows) - {item.vector_id for item in new}
        self._store.delete(sorted(gone))

    def _remove(self, key: str) -> None:
        old_rows = self._rows_of(key)
        with self._registry.transaction() as connection:
            self._lexical.remove_rows(connection, list(old_rows.values()))
            self._registry.remove_document(connection, key)
            self._registry.bump_version(connection)
        self._store.delete(sorted(old_rows))

    def _embed(self, document: Document, chunks: Sequence[Chunk]) -> list[IndexedChunk]:
        searched = [chunk for chunk in chunks if not chunk.is_heading]
        windows = [make_windows(chunk) for chunk in searched]
        texts = [chunk.indexed_text for chunk in searched] + [w for held in windows for w in held]
        vectors = self._vectors_of(texts)
        parts = iter(vectors[len(searched) :])
        suffix = document.content_hash[:12]
        indexed = {
            chunk.id: IndexedChunk(
                chunk,
                f"{chunk.id}@{suffix}",
                vector,
                np.asarray([next(parts) for _ in held], dtype=np.float32),
            )
            for chunk, vector, held in zip(searched, vectors, windows, strict=False)
        }
        return [
            indexed.get(chunk.id) or IndexedChunk(chunk, f"{chunk.id}@{suffix}", None)
            for chunk in chunks
        ]

    def _vectors_of(self, texts: list[str]) -> FloatArray:
        """Vectors of texts, shape (n, d): from the shipped pack where it has them, or embedded."""
        known = [self._pack.get(text) if self._pack else None for text in texts]
        unknown = [text for text, vector in zip(texts, known, strict=True) if vector is None]
        fresh = iter(self._embedder().embed_documents(unknown) if unknown else [])
        return np.asarray(
            [next(fresh) if vector is None else vector for vector in known], dtype=np.float32
        )

    def _embedder(self) -> Embeddings:
        if self._embeddings is None:
            self._embeddings = self._make_embeddings()
        return self._embeddings

    def _rows_of(self, key: str) -> dict[str, int]:
        return self._registry.rows_by_vector(key)

    def _finish(self, report: IndexReport) -> None:
        report.repaired.extend(self.repair())
        centres = None
        if report.changed or report.removed:
            centres = self._measure_centres()
        with self._registry.transaction() as connection:
            if centres is not None:
                self._registry.set_state(connection, "centres", centres.to_json())
            self._registry.set_state(connection, "pipeline_version", PIPELINE_VERSION)
            fingerprint = embedding_fingerprint(self._settings)
            self._registry.set_state(connection, "embedding", fingerprint)

    def _measure_centres(self) -> Centres:
        """Means of the passages' vectors and of sample questions, by language.

        Opening sentences of passages, embedded as questions, stand for questions: the mean shows
        the language and the prompt, and hardly the subject.
        """
        passages, questions = {}, {}
        for language in ("vi", "en"):
            vectors = self._registry.vectors_of_language(language)
            if len(vectors) < CENTRE_SAMPLE // 2:
                continue
            passages[language] = vectors.mean(axis=0)
            openings = self._opening_sentences(language)
            embedded = [self._query_embeddings.embed_query(opening) for opening in openings]
            questions[language] = np.asarray(embedded, dtype=np.float32).mean(axis=0)
        return Centres(passages, questions)

    def _opening_sentences(self, language: str) -> list[str]:
        chunks = [
            chunk
            for chunk in self._registry.chunks().values()
            if chunk.language == language and not chunk.is_heading
        ]
        step = max(1, len(chunks) // CENTRE_SAMPLE)
        texts = [re.sub(r"^\W*(?:\d+\.|\w\))?\s*", "", chunk.text) for chunk in chunks[::step]]
        return [re.split(r"(?<=[.;:])\s", text)[0][:200] for text in texts[:CENTRE_SAMPLE]]

    def repair(self) -> list[str]:
        """Bring Chroma to the registry's state; a line for each thing that was off."""
        visible, stored = set(self._registry.rows_by_vector()), self._store.all_ids()
        lines = []
        if stray := stored - visible:
            self._store.delete(sorted(stray))
            lines.append(f"{len(stray)} vectors of no visible document removed")
        if missing := sorted(visible - stored):
            vectors = self._registry.vectors(missing)
            self._store.upsert(missing, np.stack([vectors[id_] for id_ in missing]))
            lines.append(f"{len(missing)} missing vectors restored from the registry")
        return lines


def check_model(settings: Settings, registry: Registry) -> None:
    """Raise ModelMismatchError when the index was made by another model than the configured one."""
    held, wanted = registry.state("embedding"), embedding_fingerprint(settings)
    if held is not None and held != wanted:
        raise ModelMismatchError(
            f"The index was made with the embedding model {held!r}, but {wanted!r} is configured. "
            "Their vectors cannot be mixed. Run: assistant corpus rebuild"
        )


def find_damage(registry: Registry, lexical: LexicalIndex, store: VectorStore) -> list[str]:
    """What `corpus verify` reports; empty when registry, lexical index and store agree."""
    visible = set(registry.rows_by_vector())
    stored = store.all_ids()
    problems = [f"vector missing: {id_}" for id_ in sorted(visible - stored)]
    problems += [f"vector without chunk: {id_}" for id_ in sorted(stored - visible)]
    if lexical.count() != len(visible):
        problems.append(f"lexical index holds {lexical.count()} chunks, registry {len(visible)}")
    problems += _torn_documents(registry.documents(), registry.chunks().values())
    return problems


def _torn_documents(documents: Iterable[Document], chunks: Iterable[Chunk]) -> list[str]:
    ends: dict[str, int] = {}
    problems = []
    for chunk in sorted(chunks, key=lambda item: (item.document_key, item.ordinal)):
        if chunk.start != ends.get(chunk.document_key, 0):
            problems.append(f"{chunk.id}: characters between chunks are missing")
        ends[chunk.document_key] = chunk.end
    for document in documents:
        if ends.get(document.key) != len(document.body):
            problems.append(f"{document.key}: the chunks do not cover the text")
    return problems
