"""One change of one key: what is to be searched is made ready, then put in place in one transaction.

Everything slow (parsing, cutting, embedding) happens before the transaction, on texts that nobody
sees yet; inside it are only rows. What it costs depends on the document, not on the corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.centre_sums import SUMS_STATE, CentreSums, read_sums
from assistant.centring import Centres, read_centres
from assistant.chunk_windows import make_windows
from assistant.chunking import make_chunks
from assistant.errors import DocumentError
from assistant.lexical import LexicalIndex
from assistant.registry import Registry
from assistant.registry_tables import Connection, IndexedChunk
from assistant.registry_vectors import drop_kept_vectors, keep_vectors, read_vectors_of
from assistant.schema import Chunk, Provision
from assistant.structure import parse_structure
from assistant.text_vectors import TextProgress, TextVectors
from assistant.vector_pack import FloatArray, text_hash
from assistant.versions import GivenText, KeyState, SearchedText, arrange_versions

# Passages and questions per language that a mean is taken over; below half of it there is none.
CENTRE_SAMPLE = 96
# Writes the ledger's side of a change inside its transaction, told the number of chunks.
WriteLedger = Callable[[Connection, int], None]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A document ready to be put in place."""

    searched: SearchedText
    provisions: Sequence[Provision]
    indexed: Sequence[IndexedChunk]

    @property
    def vectors(self) -> FloatArray:
        held = [item.vector for item in self.indexed if item.vector is not None]
        return np.stack(held) if held else np.empty((0, 0), dtype=np.float32)


class CorpusChanges:
    """Puts the state of a key in place."""

    def __init__(
        self,
        registry: Registry,
        lexical: LexicalIndex,
        vectors: TextVectors,
        count_tokens: Callable[[str], int],
    ) -> None:
        self._registry, self._lexical = registry, lexical
        self._vectors, self._count_tokens = vectors, count_tokens

    def apply(
        self,
        key: str,
        given: Sequence[GivenText],
        write_ledger: WriteLedger,
        progress: TextProgress | None = None,
        *,
        redo: bool = False,
    ) -> tuple[KeyState, int]:
        """Make the corpus show what `given` says of the key; returns that and its latest's chunks.

        `redo` makes also anew what has not changed, and takes no vector from what was there.
        """
        state = arrange_versions(given)
        wanted = {item.document.key: item for item in state.searched}
        with self._registry.connect() as connection:
            held = self._registry.keys_of(connection, key)
        todo = [
            item
            for name, item in wanted.items()
            if redo or held.get(name) != item.document.content_hash
        ]
        gone = [name for name in held if name not in wanted or wanted[name] in todo]
        known = {} if redo else self._vectors_held(gone)
        prepared = [self._prepare(item, known, progress) for item in todo]
        with self._registry.transaction() as connection:
            # While all is made anew the sums would mix two models; they are measured at its end.
            self._replace(connection, gone, prepared, counted=not redo)
            self._keep(connection, known, prepared)
            count = self._registry.count_chunks(connection, state.latest.document.key) if state.latest else 0
            write_ledger(connection, count)
            self._registry.bump_version(connection)
        return state, count

    def _prepare(
        self, searched: SearchedText, known: Mapping[bytes, FloatArray], progress: TextProgress | None
    ) -> _Prepared:
        document = searched.document
        provisions = parse_structure(document)
        chunks = make_chunks(document, provisions, self._count_tokens)
        if all(chunk.is_heading for chunk in chunks):
            raise DocumentError(f"{document.key} has no text to search. Check how it was read.")
        indexed = self._index(chunks, document.content_hash[:12], known, progress)
        return _Prepared(searched, provisions, indexed)

    def _index(
        self,
        chunks: Sequence[Chunk],
        suffix: str,
        known: Mapping[bytes, FloatArray],
        progress: TextProgress | None,
    ) -> list[IndexedChunk]:
        searched = [chunk for chunk in chunks if not chunk.is_heading]
        windows = [make_windows(chunk) for chunk in searched]
        texts = [chunk.indexed_text for chunk in searched] + [w for held in windows for w in held]
        vectors = self._vectors.find_vectors(texts, known, progress)
        parts = iter(vectors[len(searched) :])
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

    def _vectors_held(self, keys: Sequence[str]) -> dict[bytes, FloatArray]:
        """Vectors of documents that are about to go, by text: most of a corrected text is as it was."""
        found: dict[bytes, FloatArray] = {}
        for key in keys:
            chunks = {
                row: chunk
                for row, chunk in self._registry.chunks_of(key).items()
                if not chunk.is_heading
            }
            held = self._registry.candidate_vectors(chunks)
            for row, chunk in chunks.items():
                texts = [chunk.indexed_text, *make_windows(chunk)]
                if row in held and len(texts) == len(held[row][1]):
                    found.update(zip(map(text_hash, texts), held[row][1], strict=True))
        return found

    def measure_passages(self) -> None:
        """Sum up all vectors again: after everything was made anew."""
        sums = CentreSums()
        with self._registry.transaction() as connection:
            for key in self._registry.content_hashes():
                sums.add(key.rsplit(".", 1)[1], read_vectors_of(connection, key))
            self._write_sums(connection, sums)

    def _replace(
        self,
        connection: Connection,
        gone: Sequence[str],
        prepared: Sequence[_Prepared],
        *,
        counted: bool,
    ) -> None:
        sums = read_sums(self._registry.state_within(connection, SUMS_STATE))
        for key in gone:
            if counted:
                sums.add(key.rsplit(".", 1)[1], read_vectors_of(connection, key), sign=-1)
            rows = self._registry.chunk_rows(connection, key)
            self._lexical.remove_rows(connection, list(rows.values()))
            self._registry.remove_document(connection, key)
        for item in prepared:
            document = item.searched.document
            if counted:
                sums.add(document.language, item.vectors)
            self._registry.put_document(
                connection, document, item.provisions, item.indexed, item.searched.held.origin
            )
            rows = self._registry.chunk_rows(connection, document.key)
            chunks = {held.chunk.id: held.chunk for held in item.indexed}
            self._lexical.put_chunks(connection, {row: chunks[name] for name, row in rows.items()})
        if counted:
            self._write_sums(connection, sums)

    def _write_sums(self, connection: Connection, sums: CentreSums) -> None:
        self._registry.set_state(connection, SUMS_STATE, sums.to_json())
        questions = read_centres(self._registry.state_within(connection, "centres")).questions
        means = sums.means(CENTRE_SAMPLE // 2)
        kept = {language: mean for language, mean in questions.items() if language in means}
        self._registry.set_state(connection, "centres", Centres(means, kept).to_json())

    def _keep(
        self,
        connection: Connection,
        known: Mapping[bytes, FloatArray],
        prepared: Sequence[_Prepared],
    ) -> None:
        used = {
            text_hash(text)
            for item in prepared
            for held in item.indexed
            if not held.chunk.is_heading
            for text in (held.chunk.indexed_text, *make_windows(held.chunk))
        }
        keep_vectors(connection, {name: v for name, v in known.items() if name not in used})
        drop_kept_vectors(connection, used)
