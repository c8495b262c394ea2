"""Opens the registry's file, makes its tables, and brings the file of an older version to them.

Why nothing acknowledged is lost: SQLite writes a transaction to the write-ahead log and, with
`synchronous=FULL`, syncs the log before the commit returns; the log is replayed when the file is
next opened. After a power cut the file therefore holds the transaction whole or not at all. What
lies outside (original files, the vector index) is synced before the transaction that refers to it,
so that no row can speak of a file that is not there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from assistant.centre_sums import SUMS_STATE, CentreSums
from assistant.errors import CorpusIndexError
from assistant.registry_history import put_holding, put_text, shipped_version
from assistant.registry_tables import (
    SCHEMA_VERSION,
    chunks_table,
    document_of,
    documents_table,
    metadata,
    seal_of,
    state_table,
)
from assistant.registry_vectors import read_vectors_of


def open_engine(file: Path) -> Engine:
    """An engine whose reads each see one state, and whose writers begin by taking the write lock."""
    engine = sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _: Any) -> None:
        # The driver would begin no transaction for a SELECT: two reads could see two states.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def ensure_schema(engine: Engine, file: Path) -> list[str]:
    """Make the tables where there are none, migrate older ones; a line for each migration.

    Raises CorpusIndexError for a file that is no registry, or that a newer version of us made.
    """
    try:
        with engine.connect() as connection:
            if _version_of(connection) == SCHEMA_VERSION:
                return []
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            return _bring_up(connection, file)
    except sa.exc.DatabaseError as error:
        raise CorpusIndexError(
            f"{file} is not a readable registry ({error.orig}). Mend it with: assistant corpus rebuild"
        ) from error


def _bring_up(connection: Connection, file: Path) -> list[str]:
    version = _version_of(connection)
    if version > SCHEMA_VERSION:
        raise CorpusIndexError(
            f"{file} was made by a newer version of this program (schema {version}, here "
            f"{SCHEMA_VERSION}). Update the program, or name another folder in ASSISTANT_DATA_FOLDER."
        )
    lines = []
    if version == 0 and sa.inspect(connection).has_table("documents"):
        count = _migrate_first_schema(connection)
        lines.append(f"registry brought to schema {SCHEMA_VERSION}, {count} documents kept")
    metadata.create_all(connection)
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return lines


def _migrate_first_schema(connection: Connection) -> int:
    """From the schema without a ledger, in which every document was a shipped one."""
    for statement in (
        "ALTER TABLE documents ADD COLUMN version VARCHAR",
        "ALTER TABLE documents ADD COLUMN origin VARCHAR NOT NULL DEFAULT 'shipped'",
        "ALTER TABLE documents ADD COLUMN seal VARCHAR NOT NULL DEFAULT ''",
        "DROP INDEX IF EXISTS ix_chunks_document_key",
        "ALTER TABLE chunks RENAME TO chunks_of_first_schema",
    ):
        connection.exec_driver_sql(statement)
    metadata.create_all(connection)
    columns = ", ".join(f'"{column.name}"' for column in chunks_table.columns)
    connection.exec_driver_sql(
        f"INSERT INTO chunks ({columns}) SELECT {columns} FROM chunks_of_first_schema"
    )
    connection.exec_driver_sql("DROP TABLE chunks_of_first_schema")
    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_documents_id ON documents (id)")
    rows = connection.execute(sa.select(documents_table)).all()
    for row in rows:
        document = document_of(row)
        put_text(connection, document)
        put_holding(connection, shipped_version(document))
        change = sa.update(documents_table).where(documents_table.c.key == row.key)
        connection.execute(
            change.values(content_hash=document.content_hash, seal=seal_of(connection, row.key))
        )
    sums = CentreSums()
    for row in rows:
        sums.add(row.key.rsplit(".", 1)[1], read_vectors_of(connection, row.key))
    connection.execute(sa.insert(state_table).values(name=SUMS_STATE, value=sums.to_json()))
    return len(rows)


def _version_of(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
