"""A registry's file made by an older version is brought up to date; one by a newer version refused."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path

import pytest
from conftest import MakeSettings
from invented_laws import LAWS, LetterEncoder, damage, make_indexer

from assistant.build import Workspace
from assistant.errors import CorpusIndexError
from assistant.registry import Registry
from assistant.registry_tables import SCHEMA_VERSION

# The tables as they were before there was a ledger.
FIRST_SCHEMA = """
CREATE TABLE documents (key VARCHAR NOT NULL, id VARCHAR NOT NULL, content_hash VARCHAR NOT NULL,
  added_at VARCHAR NOT NULL, fields TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (key));
CREATE TABLE provisions (document_key VARCHAR NOT NULL, id VARCHAR NOT NULL, ordinal INTEGER NOT NULL,
  level VARCHAR NOT NULL, number VARCHAR NOT NULL, heading TEXT NOT NULL, start INTEGER NOT NULL,
  "end" INTEGER NOT NULL, parent VARCHAR, PRIMARY KEY (document_key, id));
CREATE TABLE chunks ("row" INTEGER NOT NULL, id VARCHAR NOT NULL, document_key VARCHAR NOT NULL,
  vector_id VARCHAR NOT NULL, ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
  path TEXT NOT NULL, unit VARCHAR NOT NULL, provisions TEXT NOT NULL, is_heading BOOLEAN NOT NULL,
  vector BLOB, windows BLOB, PRIMARY KEY ("row"), UNIQUE (id));
CREATE INDEX ix_chunks_document_key ON chunks (document_key);
CREATE TABLE state (name VARCHAR NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name));
CREATE VIRTUAL TABLE lexical USING fts5(path, text, language UNINDEXED,
  tokenize="unicode61 remove_diacritics 0 tokenchars '_'");
CREATE VIRTUAL TABLE lexical_terms USING fts5vocab(lexical, 'row');
"""


@pytest.fixture
def old(make_settings: MakeSettings) -> Workspace:
    """A data folder of the first schema: the rows of today's, without what came later."""
    source = Workspace(make_settings())
    make_indexer(source, LetterEncoder()).synchronize(LAWS)
    source.registry.close()
    settings = make_settings()
    with sqlite3.connect(settings.registry_file) as connection:
        connection.executescript(FIRST_SCHEMA)
        connection.execute("ATTACH ? AS new", (str(source.settings.registry_file),))
        for table in ("provisions", "chunks", "state"):
            names = [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]
            columns = ", ".join(f'"{name}"' for name in names)
            connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM new.{table}")
        connection.execute("DELETE FROM state WHERE name IN ('vector_sums', 'vector_snapshot')")
        connection.execute("INSERT INTO lexical (rowid, path, text, language)"
                           " SELECT rowid, path, text, language FROM new.lexical")
        for law in LAWS:
            fields = {name: str(value) if hasattr(value, "isoformat") else value
                      for name, value in asdict(law).items()
                      if name not in ("body", "version", "version_from", "version_to")}
            row = (law.key, law.id, "an older hash", "2026-11-01", json.dumps(fields), law.body)
            connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)", row)
    return Workspace(settings)


def test_the_first_schema_is_migrated_without_embedding(old: Workspace) -> None:
    assert old.registry.opening_lines == [
        f"registry brought to schema {SCHEMA_VERSION}, {len(LAWS)} documents kept"]
    assert old.registry.documents() == LAWS
    assert old.registry.shipped_hashes() == {law.key: law.content_hash for law in LAWS}
    assert old.registry.count_vectors() == old.lexical.count() > 0
    counting = LetterEncoder()
    report = make_indexer(old, counting).synchronize(LAWS)
    assert (report.changed, report.unchanged, counting.count) == ([], len(LAWS), 0)
    assert damage(old) == []
    assert Registry(old.settings.registry_file).opening_lines == []


def test_a_row_number_is_never_given_twice(old: Workspace) -> None:
    """Readers and the vector index know a chunk by its row."""
    before = set(old.registry.rows_by_vector().values())
    indexer = make_indexer(old, LetterEncoder())
    indexer.synchronize(LAWS[:1])
    indexer.synchronize(LAWS)
    fresh = set(old.registry.rows_by_vector().values()) - before
    assert fresh and min(fresh) > max(before)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "registry.sqlite"
    Registry(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(CorpusIndexError, match="newer version"):
        Registry(file)


def test_a_file_that_is_no_registry_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "registry.sqlite"
    file.write_bytes(b"not a database at all" * 400)
    with pytest.raises(CorpusIndexError, match="corpus rebuild"):
        Registry(file)
