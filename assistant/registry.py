"""The ledger of what is in the corpus: documents, their provisions, chunks and vectors.

It is the only record. Chroma and the in-memory parts are derived from it and can be rebuilt. A
document becomes visible, changes or goes in one SQLite transaction, in which the lexical index
(FTS5, see lexical.py) takes part: so a reader sees a document whole or not at all, and a killed
writer leaves the old state. Vectors are kept here too (1.5 kB a chunk), so that a damaged Chroma
folder is refilled without embedding anything again.

Spoken to through SQLAlchemy Core; nothing outside this file and lexical.py knows SQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from assistant.errors import CorpusIndexError
from assistant.schema import Chunk, Document, Provision

_DATES = ("adopted", "effective_from", "effective_to", "as_of")
_LISTS = ("aliases", "replaces", "replaced_by", "amended_by", "implements")

metadata = sa.MetaData()
documents_table = sa.Table(
    "documents",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("id", sa.String, nullable=False),
    sa.Column("content_hash", sa.String, nullable=False),
    sa.Column("added_at", sa.String, nullable=False),
    sa.Column("fields", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
provisions_table = sa.Table(
    "provisions",
    metadata,
    sa.Column("document_key", sa.String, primary_key=True),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("level", sa.String, nullable=False),
    sa.Column("number", sa.String, nullable=False),
    sa.Column("heading", sa.Text, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("parent", sa.String),
)
chunks_table = sa.Table(
    "chunks",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("id", sa.String, nullable=False, unique=True),
    sa.Column("document_key", sa.String, nullable=False, index=True),
    sa.Column("vector_id", sa.String, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("unit", sa.String, nullable=False),
    sa.Column("provisions", sa.Text, nullable=False),
    sa.Column("is_heading", sa.Boolean, nullable=False),
    sa.Column("vector", sa.LargeBinary),
    sa.Column("windows", sa.LargeBinary),
)
state_table = sa.Table(
    "state",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class IndexedChunk:
    """A chunk with the id of its vector, the unit float32 vector (None for headings), and the
    vectors of its windows, shape (n, d), n = 0 where the chunk is one window."""

    chunk: Chunk
    vector_id: str
    vector: npt.NDArray[np.float32] | None
    windows: npt.NDArray[np.float32] | None = None


class Registry:
    """The ledger in one SQLite file (WAL: readers go on while one writer writes)."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file = file
        self.engine = _open_engine(file)
        try:
            metadata.create_all(self.engine)
        except sa.exc.DatabaseError as error:
            raise CorpusIndexError(
                f"{file} is not a readable registry ({error.orig}). "
                "Move it away and run: assistant corpus rebuild"
            ) from error

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One write transaction; everything inside becomes visible together or not at all."""
        with self.engine.begin() as connection:
            yield connection

    # state

    def state(self, name: str) -> str | None:
        with self.engine.connect() as connection:
            query = sa.select(state_table.c.value).where(state_table.c.name == name)
            return connection.execute(query).scalar_one_or_none()

    def set_state(self, connection: Connection, name: str, value: str) -> None:
        connection.execute(sa.delete(state_table).where(state_table.c.name == name))
        connection.execute(sa.insert(state_table).values(name=name, value=value))

    def bump_version(self, connection: Connection) -> None:
        """Count a change of the corpus; readers reload what they hold when the number moves."""
        query = sa.select(state_table.c.value).where(state_table.c.name == "version")
        held = connection.execute(query).scalar_one_or_none()
        self.set_state(connection, "version", str(int(held or 0) + 1))

    # documents

    def content_hashes(self) -> dict[str, str]:
        """Content hash by document key."""
        query = sa.select(documents_table.c.key, documents_table.c.content_hash)
        with self.engine.connect() as connection:
            return {row.key: row.content_hash for row in connection.execute(query)}

    def documents(self) -> tuple[Document, ...]:
        """All documents, ordered by key."""
        query = sa.select(documents_table).order_by(documents_table.c.key)
        with self.engine.connect() as connection:
            return tuple(_document(row) for row in connection.execute(query))

    def put_document(
        self,
        connection: Connection,
        document: Document,
        provisions: Sequence[Provision],
        chunks: Sequence[IndexedChunk],
    ) -> None:
        """Replace the document's rows inside the caller's transaction."""
        self.remove_document(connection, document.key)
        connection.execute(
            sa.insert(documents_table).values(
                key=document.key,
                id=document.id,
                content_hash=document.content_hash,
                added_at=datetime.now(UTC).isoformat(timespec="seconds"),
                fields=_fields(document),
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
            connection.execute(sa.insert(chunks_table), [_chunk_row(item) for item in chunks])

    def remove_document(self, connection: Connection, key: str) -> None:
        for table in (provisions_table, chunks_table):
            connection.execute(sa.delete(table).where(table.c.document_key == key))
        connection.execute(sa.delete(documents_table).where(documents_table.c.key == key))

    # structure

    def provisions(self, document_key: str) -> tuple[Provision, ...]:
        query = (
            sa.select(provisions_table)
            .where(provisions_table.c.document_key == document_key)
            .order_by(provisions_table.c.ordinal)
        )
        with self.engine.connect() as connection:
            return tuple(_provision(row) for row in connection.execute(query))

    def all_provisions(self) -> dict[str, tuple[Provision, ...]]:
        """Provisions in order, by document key; one query for the whole corpus."""
        query = sa.select(provisions_table).order_by(
            provisions_table.c.document_key, provisions_table.c.ordinal
        )
        found: dict[str, list[Provision]] = {}
        with self.engine.connect() as connection:
            for row in connection.execute(query):
                found.setdefault(row.document_key, []).append(_provision(row))
        return {key: tuple(provisions) for key, provisions in found.items()}

    # chunks

    def chunks(self, rows: Iterable[int] | None = None) -> dict[int, Chunk]:
        """Chunks by row number; all of them when `rows` is None."""
        query = sa.select(chunks_table).order_by(chunks_table.c.row)
        if rows is not None:
            query = query.where(chunks_table.c.row.in_(list(rows)))
        with self.engine.connect() as connection:
            found = connection.execute(query).all()
            # Bodies apart: joined, a law's whole text would be handed over with each of its chunks.
            keys = {row.document_key for row in found}
            texts = sa.select(
                documents_table.c.key, documents_table.c.id, documents_table.c.body
            ).where(documents_table.c.key.in_(keys))
            documents = {row.key: row for row in connection.execute(texts)}
        return {row.row: _chunk(row, documents[row.document_key]) for row in found}

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
        with self.engine.connect() as connection:
            return {row.vector_id: row.row for row in connection.execute(query)}

    def rows_of_texts(self, text_ids: Iterable[str]) -> list[int]:
        """Row numbers of the chunks of some texts, in every language."""
        query = (
            sa.select(chunks_table.c.row)
            .join(documents_table, documents_table.c.key == chunks_table.c.document_key)
            .where(documents_table.c.id.in_(list(text_ids)))
        )
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def vectors_of_language(self, language: str) -> npt.NDArray[np.float32]:
        """All vectors of one language, shape (n, d)."""
        query = sa.select(chunks_table.c.vector).where(
            chunks_table.c.document_key.like(f"%.{language}"), chunks_table.c.is_heading.is_(False)
        )
        with self.engine.connect() as connection:
            rows = [
                np.frombuffer(blob, dtype=np.float32)
                for blob in connection.execute(query).scalars()
            ]
        return np.stack(rows) if rows else np.empty((0, 0), dtype=np.float32)

    def searched_vectors(self) -> tuple[list[str], npt.NDArray[np.float32]]:
        """Ids and unit vectors, shape (n, d), of all chunks that are searched."""
        query = sa.select(chunks_table.c.vector_id, chunks_table.c.vector).where(
            chunks_table.c.vector.is_not(None)
        )
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        vectors = [np.frombuffer(row.vector, dtype=np.float32) for row in rows]
        stacked = np.stack(vectors) if vectors else np.empty((0, 0), dtype=np.float32)
        return [row.vector_id for row in rows], stacked

    def vectors(self, vector_ids: Iterable[str]) -> dict[str, npt.NDArray[np.float32]]:
        """Stored vectors by vector id."""
        query = sa.select(chunks_table.c.vector_id, chunks_table.c.vector).where(
            chunks_table.c.vector_id.in_(list(vector_ids))
        )
        with self.engine.connect() as connection:
            return {
                row.vector_id: np.frombuffer(row.vector, dtype=np.float32)
                for row in connection.execute(query)
                if row.vector is not None
            }

    def candidate_vectors(
        self, rows: Iterable[int]
    ) -> dict[int, tuple[str, npt.NDArray[np.float32]]]:
        """By row: the language, and the chunk's vector above those of its windows, shape (n, d)."""
        query = sa.select(
            chunks_table.c.row,
            chunks_table.c.document_key,
            chunks_table.c.vector,
            chunks_table.c.windows,
        ).where(chunks_table.c.row.in_(list(rows)))
        found = {}
        with self.engine.connect() as connection:
            for row in connection.execute(query):
                if row.vector is None:
                    continue
                whole = np.frombuffer(row.vector, dtype=np.float32)[None, :]
                parts = np.frombuffer(row.windows or b"", dtype=np.float16).astype(np.float32)
                stacked = np.concatenate([whole, parts.reshape(-1, whole.shape[1])])
                found[row.row] = (row.document_key.rsplit(".", 1)[1], stacked)
        return found


def _open_engine(file: Path) -> Engine:
    engine = sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL: an acknowledged document survives a power cut; writes are rare here.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    return engine


def _fields(document: Document) -> str:
    values = asdict(document)
    del values["body"]
    for name in _DATES:
        values[name] = values[name].isoformat() if values[name] else None
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def _document(row: Any) -> Document:
    values = json.loads(row.fields)
    for name in _DATES:
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    for name in _LISTS:
        values[name] = tuple(values[name])
    return Document(body=row.body, **values)


def _provision(row: Any) -> Provision:
    return Provision(row.id, row.level, row.number, row.heading, row.start, row.end, row.parent)


def _chunk_row(item: IndexedChunk) -> dict[str, Any]:
    chunk = item.chunk
    return {
        "id": chunk.id,
        "document_key": chunk.document_key,
        "vector_id": item.vector_id,
        "ordinal": chunk.ordinal,
        "start": chunk.start,
        "end": chunk.end,
        "path": chunk.path,
        "unit": chunk.unit,
        "provisions": json.dumps(chunk.provisions),
        "is_heading": chunk.is_heading,
        "vector": None if item.vector is None else item.vector.astype(np.float32).tobytes(),
        # Half precision: they only rescore candidates, and are four times as many.
        "windows": None if item.windows is None else item.windows.astype(np.float16).tobytes(),
    }


def _chunk(row: Any, document: Any) -> Chunk:
    return Chunk(
        id=row.id,
        document_id=document.id,
        language=row.document_key.rsplit(".", 1)[1],
        ordinal=row.ordinal,
        start=row.start,
        end=row.end,
        text=document.body[row.start : row.end],
        path=row.path,
        unit=row.unit,
        provisions=tuple(json.loads(row.provisions)),
        is_heading=row.is_heading,
    )
