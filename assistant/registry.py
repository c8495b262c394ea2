"""The ledger of what is in the corpus: documents, their provisions, chunks and vectors.

It is the only record. The vector index and the in-memory parts are derived from it and can be made
anew. A document becomes visible, changes or goes in one SQLite transaction, in which the lexical
index (FTS5, see lexical.py) and the history take part: so a reader sees a document whole or not at
all, and a killed writer leaves the old state. Vectors are kept here too (1.5 kB a chunk), so that a
damaged vector index is refilled without embedding anything again.

Spoken to through SQLAlchemy Core; nothing outside the registry's files and lexical.py knows SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from threading import get_ident

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.centre_sums import SUMS_STATE, read_sums
from assistant.errors import CorpusIndexError, StorageError
from assistant.history import HeldVersion, HistoryLine, Origin
from assistant.originals import original_path
from assistant.registry_history import read_given, read_lines, read_text, read_versions
from assistant.registry_schema import ensure_schema, open_engine
from assistant.registry_tables import (
    IndexedChunk,
    chunk_of,
    chunk_row,
    chunks_table,
    document_of,
    documents_table,
    fields_of,
    provision_of,
    provisions_table,
    seal_of,
    state_table,
)
from assistant.registry_vectors import iterate_vectors, read_candidates, read_vectors_after
from assistant.schema import Chunk, Document, Provision
from assistant.versions import GivenText, arrange_versions

# The connection of the state that this thread reads, with the registry it belongs to.
_READING: ContextVar[tuple[int, int, Connection] | None] = ContextVar("_READING", default=None)


class Registry:
    """The ledger in one SQLite file (WAL: readers go on while one writer writes)."""

    def __init__(self, file: Path) -> None:
        """Open or make the file. Raises CorpusIndexError for one that is no registry of ours.

        `opening_lines` says what had to be done to it (a migration), one line each.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file = file
        self.engine = open_engine(file)
        self.opening_lines = ensure_schema(self.engine, file)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One write transaction; everything inside becomes visible together or not at all.

        Raises StorageError where it cannot be written (a full disk): nothing has changed then.
        """
        try:
            with (
                self.engine.connect().execution_options(writes=True) as connection,
                connection.begin(),
            ):
                yield connection
        except sa.exc.OperationalError as error:
            raise StorageError(
                f"{self.file} cannot be written ({error.orig}). Nothing was changed. "
                "Make room on the disk or wait for the other writer, then try again."
            ) from error

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection for reading; within `reading()` always the one of that state."""
        held = _READING.get()
        if held is not None and held[:2] == (id(self), get_ident()):
            yield held[2]
            return
        try:
            with self.engine.connect() as connection:
                yield connection
        except sa.exc.DatabaseError as error:
            raise CorpusIndexError(
                f"{self.file} cannot be read ({error.orig}). Mend it with: assistant corpus rebuild"
            ) from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside, in this thread, is of one state of the corpus, whoever writes."""
        with self.connect() as connection:
            token = _READING.set((id(self), get_ident(), connection))
            try:
                yield
            finally:
                _READING.reset(token)

    # state

    def state(self, name: str) -> str | None:
        with self.connect() as connection:
            return self.state_within(connection, name)

    def state_within(self, connection: Connection, name: str) -> str | None:
        """The state as a transaction sees it."""
        query = sa.select(state_table.c.value).where(state_table.c.name == name)
        return connection.execute(query).scalar_one_or_none()

    def set_state(self, connection: Connection, name: str, value: str) -> None:
        connection.execute(sa.delete(state_table).where(state_table.c.name == name))
        connection.execute(sa.insert(state_table).values(name=name, value=value))

    def bump_version(self, connection: Connection) -> None:
        """Count a change of the corpus; readers reload what they hold when the number moves."""
        held = self.state_within(connection, "version")
        self.set_state(connection, "version", str(int(held or 0) + 1))

    # documents

    def content_hashes(self) -> dict[str, str]:
        """Content hash by document key."""
        query = sa.select(documents_table.c.key, documents_table.c.content_hash)
        with self.connect() as connection:
            return {row.key: row.content_hash for row in connection.execute(query)}

    def documents(self) -> tuple[Document, ...]:
        """All documents, ordered by key."""
        query = sa.select(documents_table).order_by(documents_table.c.key)
        with self.connect() as connection:
            return tuple(document_of(row) for row in connection.execute(query))

    def put_document(
        self,
        connection: Connection,
        document: Document,
        provisions: Sequence[Provision],
        chunks: Sequence[IndexedChunk],
        origin: Origin = "shipped",
    ) -> None:
        """Replace the document's rows inside the caller's transaction."""
        self.remove_document(connection, document.key)
        connection.execute(
            sa.insert(documents_table).values(
                key=document.key,
                id=document.id,
                version=document.version,
                origin=origin,
                content_hash=document.content_hash,
                added_at=datetime.now(UTC).isoformat(timespec="seconds"),
                seal="",
                fields=fields_of(document),
                body=document.body,
            )
        )
        rows = [
            asdict(provision) | {"document_key": document.key, "ordinal": ordinal}
            for ordinal, provision in enumerate(provisions)
        ]
        if rows:
            connection.execute(sa.insert(provisions_table), rows)
        if chunks:
            connection.execute(sa.insert(chunks_table), [chunk_row(item) for item in chunks])
        change = sa.update(documents_table).where(documents_table.c.key == document.key)
        connection.execute(change.values(seal=seal_of(connection, document.key)))

    def remove_document(self, connection: Connection, key: str) -> None:
        for table in (provisions_table, chunks_table):
            connection.execute(sa.delete(table).where(table.c.document_key == key))
        connection.execute(sa.delete(documents_table).where(documents_table.c.key == key))

    def origins(self) -> dict[str, Origin]:
        """Whether a searched document is shipped or was added, by document key."""
        query = sa.select(documents_table.c.key, documents_table.c.origin)
        with self.connect() as connection:
            return {row.key: row.origin for row in connection.execute(query)}

    def keys_of(self, connection: Connection, key: str) -> dict[str, str]:
        """Keys of the searched documents of a text and language, earlier versions among them, with
        the content hash of each."""
        text_id, _, language = key.rpartition(".")
        table = documents_table
        query = sa.select(table.c.key, table.c.content_hash).where(
            table.c.id == text_id, table.c.key.like(f"%.{language}")
        )
        return {row.key: row.content_hash for row in connection.execute(query)}

    # the ledger

    def history(self, key: str | None = None) -> list[HistoryLine]:
        """What was done to the corpus, oldest first, to one key or to all."""
        with self.connect() as connection:
            return read_lines(connection, key)

    def versions(self, key: str | None = None) -> list[HeldVersion]:
        """Every version ever given of a key (or of all), in order; number 0 is the shipped text."""
        with self.connect() as connection:
            return read_versions(connection, key)

    def shipped_hashes(self) -> dict[str, str]:
        """Content hash of each shipped text, searched or covered, by key."""
        return {v.key: v.content_hash for v in self.versions() if v.origin == "shipped"}

    def given(self, key: str) -> list[GivenText]:
        """The live versions of a key with their texts as they were given."""
        with self.connect() as connection:
            return read_given(connection, key)

    def text(self, content_hash: str) -> Document | None:
        """A text of the ledger by its content hash."""
        with self.connect() as connection:
            return read_text(connection, content_hash)

    def summaries(self) -> dict[str, Document]:
        """The digest that stays as the summary of an official text, by that text's key."""
        with self.connect() as connection:
            kinds: dict[str, set[str]] = {}
            for held in read_versions(connection):
                if held.is_live:
                    kinds.setdefault(held.key, set()).add(held.text_kind)
            covered = [key for key, held in kinds.items() if len(held) > 1]
            states = {key: arrange_versions(read_given(connection, key)) for key in covered}
        return {key: state.summary for key, state in states.items() if state.summary}

    def original(self, sha256: str) -> Path:
        """The file as it was given, by its SHA-256. Raises CorpusIndexError when it is gone."""
        path = original_path(self.file.parent, sha256)
        if not path.is_file():
            raise CorpusIndexError(
                f"The original file {sha256} is missing from {path.parent}. Add the file again."
            )
        return path

    def is_sealed(self, key: str) -> bool:
        """Whether a document's provisions and chunks are what was written."""
        query = sa.select(documents_table.c.seal).where(documents_table.c.key == key)
        with self.connect() as connection:
            return bool(connection.execute(query).scalar_one() == seal_of(connection, key))

    def find_file_damage(self) -> list[str]:
        """What SQLite says of its own file; empty when it is whole."""
        try:
            with self.connect() as connection:
                rows = connection.exec_driver_sql("PRAGMA quick_check(20)").scalars()
                return [f"registry: {line}" for line in rows if line != "ok"]
        except CorpusIndexError as error:
            return [f"registry: {error}"]

    # structure

    def provisions(self, document_key: str) -> tuple[Provision, ...]:
        query = (
            sa.select(provisions_table)
            .where(provisions_table.c.document_key == document_key)
            .order_by(provisions_table.c.ordinal)
        )
        with self.connect() as connection:
            return tuple(provision_of(row) for row in connection.execute(query))

    def all_provisions(self) -> dict[str, tuple[Provision, ...]]:
        """Provisions in order, by document key; one query for the whole corpus."""
        query = sa.select(provisions_table).order_by(
            provisions_table.c.document_key, provisions_table.c.ordinal
        )
        found: dict[str, list[Provision]] = {}
        with self.connect() as connection:
            for row in connection.execute(query):
                found.setdefault(row.document_key, []).append(provision_of(row))
        return {key: tuple(provisions) for key, provisions in found.items()}

    # chunks

    def chunks(self, rows: Iterable[int] | None = None) -> dict[int, Chunk]:
        """Chunks by row number; all of them when `rows` is None."""
        query = sa.select(chunks_table).order_by(chunks_table.c.row)
        if rows is not None:
            query = query.where(chunks_table.c.row.in_(list(rows)))
        with self.connect() as connection:
            found = connection.execute(query).all()
            # Bodies apart: joined, a law's whole text would be handed over with each of its chunks.
            keys = {row.document_key for row in found}
            texts = sa.select(
                documents_table.c.key,
                documents_table.c.id,
                documents_table.c.version,
                documents_table.c.body,
            ).where(documents_table.c.key.in_(keys))
            documents = {row.key: row for row in connection.execute(texts)}
        return {row.row: chunk_of(row, documents[row.document_key]) for row in found}

    def chunks_of(self, document_key: str) -> dict[int, Chunk]:
        """The chunks of one document by row number."""
        with self.connect() as connection:
            rows = list(self.chunk_rows(connection, document_key).values())
        return self.chunks(rows)

    def sample_texts(self, language: str, most: int) -> list[str]:
        """Texts of searched chunks of a language, evenly over the corpus."""
        query = sa.select(chunks_table.c.row).where(
            chunks_table.c.document_key.like(f"%.{language}"), chunks_table.c.is_heading.is_(False)
        )
        with self.connect() as connection:
            rows = list(connection.execute(query.order_by(chunks_table.c.row)).scalars())
        step = max(1, len(rows) // most)
        return [chunk.text for chunk in self.chunks(rows[::step][:most]).values()]

    def count_chunks(self, connection: Connection, document_key: str) -> int:
        """Number of searched chunks of a document, seen from inside a transaction."""
        query = sa.select(sa.func.count()).where(
            chunks_table.c.document_key == document_key, chunks_table.c.is_heading.is_(False)
        )
        return int(connection.execute(query).scalar_one())

    def chunk_rows(self, connection: Connection, document_key: str) -> dict[str, int]:
        """Row number by chunk id of one document, seen from inside a transaction."""
        query = sa.select(chunks_table.c.id, chunks_table.c.row).where(
            chunks_table.c.document_key == document_key
        )
        return {row.id: row.row for row in connection.execute(query)}

    def rows_by_vector(self, document_key: str | None = None) -> dict[str, int]:
        """Row number by vector id, of the chunks that are visible now (of one document, or all)."""
        query = sa.select(chunks_table.c.vector_id, chunks_table.c.row).where(
            chunks_table.c.is_heading.is_(False)
        )
        if document_key is not None:
            query = query.where(chunks_table.c.document_key == document_key)
        with self.connect() as connection:
            return {row.vector_id: row.row for row in connection.execute(query)}

    def rows_of_texts(self, text_ids: Iterable[str]) -> list[int]:
        """Row numbers of the chunks of some texts, in every language."""
        query = (
            sa.select(chunks_table.c.row)
            .join(documents_table, documents_table.c.key == chunks_table.c.document_key)
            .where(documents_table.c.id.in_(list(text_ids)))
        )
        with self.connect() as connection:
            return list(connection.execute(query).scalars())

    def vectors_after(self, row: int) -> tuple[list[str], npt.NDArray[np.float32]]:
        """Ids and vectors, shape (n, d), of the visible chunks with a higher row number."""
        with self.connect() as connection:
            return read_vectors_after(connection, row)

    def iterate_vectors(self) -> Iterator[tuple[list[str], npt.NDArray[np.float32], int]]:
        """All visible vectors in parts: ids, vectors of shape (n, d), the last row number."""
        with self.connect() as connection:
            yield from iterate_vectors(connection)

    def count_vectors(self) -> int:
        """Number of visible vectors, as the sums have it."""
        return sum(read_sums(self.state(SUMS_STATE)).counts.values())

    def first_vector(self) -> npt.NDArray[np.float32] | None:
        """Some visible vector, to try a search with."""
        with self.connect() as connection:
            for _, vectors, _ in iterate_vectors(connection, most=1):
                first: npt.NDArray[np.float32] = vectors[0]
                return first
        return None

    def candidate_vectors(
        self, rows: Iterable[int]
    ) -> dict[int, tuple[str, npt.NDArray[np.float32]]]:
        """By row: the language, and the chunk's vector above those of its windows, shape (n, d)."""
        with self.connect() as connection:
            return read_candidates(connection, rows)
