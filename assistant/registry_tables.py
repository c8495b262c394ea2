"""The tables of the registry, and the rows of documents, provisions and chunks as our types.

`documents`, `provisions`, `chunks` and the lexical index hold what is searched now. The ledger
proper is `texts`, `holdings` and `history`: every text ever given, its versions, and each change.
What is searched follows from the ledger, and a text stands in both, so that one copy mends the other.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

# The type of a transaction, for those who hand one on without knowing SQL.
from sqlalchemy.engine import Connection as Connection

from assistant.schema import Chunk, Document, Provision

# Raised when a table changes; registry_schema.py brings older files to it.
SCHEMA_VERSION = 1
_DATES = ("adopted", "effective_from", "effective_to", "as_of", "version_from", "version_to")
_LISTS = ("aliases", "replaces", "replaced_by", "amended_by", "implements")

metadata = sa.MetaData()
documents_table = sa.Table(
    "documents",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("id", sa.String, nullable=False, index=True),
    sa.Column("version", sa.String),
    sa.Column("origin", sa.String, nullable=False),
    sa.Column("content_hash", sa.String, nullable=False),
    sa.Column("added_at", sa.String, nullable=False),
    # A digest of its provisions and chunks, vectors included: damage by hand shows.
    sa.Column("seal", sa.String, nullable=False),
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
    # A row number is never given twice: readers and the vector index know chunks by it.
    sqlite_autoincrement=True,
)
state_table = sa.Table(
    "state",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

# Every text that was given, by its content hash.
texts_table = sa.Table(
    "texts",
    metadata,
    sa.Column("content_hash", sa.String, primary_key=True),
    sa.Column("fields", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
holdings_table = sa.Table(
    "holdings",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("origin", sa.String, nullable=False),
    sa.Column("content_hash", sa.String, nullable=False, index=True),
    sa.Column("text_kind", sa.String, nullable=False),
    sa.Column("is_live", sa.Boolean, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("takes_effect", sa.String),
    sa.Column("original", sa.String, index=True),
    sa.Column("original_name", sa.String),
)
history_table = sa.Table(
    "history",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("key", sa.String, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("chunks", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("undoes", sa.Integer),
    sqlite_autoincrement=True,
)
# Vectors of texts that no chunk holds now: of hidden versions, and of a change that is being made.
kept_vectors_table = sa.Table(
    "kept_vectors",
    metadata,
    sa.Column("text_hash", sa.LargeBinary, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class IndexedChunk:
    """A chunk with the id of its vector, the unit float32 vector (None for headings), and the
    vectors of its windows, shape (n, d), n = 0 where the chunk is one window."""

    chunk: Chunk
    vector_id: str
    vector: npt.NDArray[np.float32] | None
    windows: npt.NDArray[np.float32] | None = None


def fields_of(document: Document) -> str:
    values = asdict(document)
    del values["body"]
    for name in _DATES:
        values[name] = values[name].isoformat() if values[name] else None
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def document_of(row: Any) -> Document:
    values = json.loads(row.fields)
    for name in _DATES:
        # A text written by an older version of us lacks the later fields.
        values[name] = date.fromisoformat(values[name]) if values.get(name) else None
    for name in _LISTS:
        values[name] = tuple(values[name])
    return Document(body=row.body, **values)


def provision_of(row: Any) -> Provision:
    return Provision(row.id, row.level, row.number, row.heading, row.start, row.end, row.parent)


def chunk_row(item: IndexedChunk) -> dict[str, Any]:
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


def chunk_of(row: Any, document: Any) -> Chunk:
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
        version=document.version,
    )


def seal_of(connection: Connection, key: str) -> str:
    """SHA-256 (hex) over the provisions and chunks of a document, their vectors included."""
    digest = hashlib.sha256()
    for table, order in ((provisions_table, "ordinal"), (chunks_table, "ordinal")):
        columns = [column for column in table.columns if column.name != "row"]
        query = sa.select(*columns).where(table.c.document_key == key).order_by(table.c[order])
        for row in connection.execute(query):
            digest.update(repr(tuple(row)).encode("utf-8"))
    return digest.hexdigest()
