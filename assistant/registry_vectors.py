"""Vectors in the registry that no search needs: kept for texts out of sight, and sums over all.

Kept vectors are named by the hash of their text. They spare embedding when a version that was
covered or removed comes back, and when a change that was cut off is made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.registry_tables import chunks_table, kept_vectors_table

FloatArray = npt.NDArray[np.float32]
_BATCH, _PART = 500, 4000


def keep_vectors(connection: Connection, vectors: Mapping[bytes, FloatArray]) -> None:
    """Keep vectors by the hash of their text."""
    rows = [
        {"text_hash": name, "vector": vector.astype(np.float32).tobytes()}
        for name, vector in vectors.items()
    ]
    if rows:
        connection.execute(sa.insert(kept_vectors_table).prefix_with("OR REPLACE"), rows)


def read_kept_vectors(connection: Connection, names: Iterable[bytes]) -> dict[bytes, FloatArray]:
    """Those of the named vectors that are kept."""
    table, wanted = kept_vectors_table, list(names)
    found: dict[bytes, FloatArray] = {}
    for at in range(0, len(wanted), _BATCH):
        query = sa.select(table).where(table.c.text_hash.in_(wanted[at : at + _BATCH]))
        for row in connection.execute(query):
            found[row.text_hash] = np.frombuffer(row.vector, dtype=np.float32)
    return found


def drop_kept_vectors(connection: Connection, names: Iterable[bytes] | None = None) -> None:
    """Forget the named vectors, or all of them."""
    table = kept_vectors_table
    if names is None:
        connection.execute(sa.delete(table))
        return
    rows = [{"name": name} for name in names]
    if rows:
        where = table.c.text_hash == sa.bindparam("name")
        connection.execute(sa.delete(table).where(where), rows)


def read_vectors_after(connection: Connection, row: int) -> tuple[list[str], FloatArray]:
    """Ids and vectors, shape (n, d), of the searched chunks with a higher row number."""
    parts = list(iterate_vectors(connection, row))
    ids = [name for part, _, _ in parts for name in part]
    if not parts:
        return ids, np.empty((0, 0), dtype=np.float32)
    return ids, np.concatenate([vectors for _, vectors, _ in parts])


def iterate_vectors(
    connection: Connection, after: int = 0, most: int = _PART
) -> Iterator[tuple[list[str], FloatArray, int]]:
    """Vectors of the searched chunks in the order of their rows, in parts: ids, vectors of shape
    (n, d), the last row number; `most` is the size of a part."""
    table = chunks_table
    while True:
        query = (
            sa.select(table.c.row, table.c.vector_id, table.c.vector)
            .where(table.c.row > after, table.c.vector.is_not(None))
            .order_by(table.c.row)
            .limit(most)
        )
        rows = connection.execute(query).all()
        if not rows:
            return
        after = rows[-1].row
        vectors = np.stack([np.frombuffer(row.vector, dtype=np.float32) for row in rows])
        yield [row.vector_id for row in rows], vectors, after


def read_vectors_of(connection: Connection, document_key: str) -> FloatArray:
    """The vectors of a document's searched chunks, shape (n, d)."""
    query = sa.select(chunks_table.c.vector).where(
        chunks_table.c.document_key == document_key, chunks_table.c.is_heading.is_(False)
    )
    rows = [np.frombuffer(blob, dtype=np.float32) for blob in connection.execute(query).scalars()]
    return np.stack(rows) if rows else np.empty((0, 0), dtype=np.float32)


def read_candidates(
    connection: Connection, rows: Iterable[int]
) -> dict[int, tuple[str, FloatArray]]:
    """By row: the language, and the chunk's vector above those of its windows, shape (n, d)."""
    table = chunks_table
    query = sa.select(table.c.row, table.c.document_key, table.c.vector, table.c.windows)
    found = {}
    for row in connection.execute(query.where(table.c.row.in_(list(rows)))):
        if row.vector is None:
            continue
        whole = np.frombuffer(row.vector, dtype=np.float32)[None, :]
        parts = np.frombuffer(row.windows or b"", dtype=np.float16).astype(np.float32)
        stacked = np.concatenate([whole, parts.reshape(-1, whole.shape[1])])
        found[row.row] = (row.document_key.rsplit(".", 1)[1], stacked)
    return found
