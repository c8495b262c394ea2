"""What can still be read of a registry whose file is damaged, moved into a new one.

The shipped corpus can be indexed again from its files; what was added stands in the ledger alone. So
its rows are read one by one, from both ends of each table, as far as SQLite gets; a text is taken
only when it is what its hash says. The damaged file is set aside, never deleted.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from assistant.registry import Registry
from assistant.registry_tables import document_of, history_table, holdings_table, texts_table
from assistant.writer_lock import writer_lock

Rows = list[dict[str, Any]]


def salvage_registry(file: Path, lock_file: Path) -> list[str]:
    """Set a damaged registry aside and begin a new one with the ledger saved; a line for each thing.

    Nothing is done to a file that is whole or absent. Raises LockedError while someone writes.
    """
    problem = find_file_problem(file)
    if problem is None:
        return []
    with writer_lock(lock_file):
        aside = _set_aside(file)
        with TemporaryDirectory(dir=file.parent) as folder:
            copy = _readable_copy(aside, Path(folder))
            tables = {
                table: _read_rows(copy, table) for table in (texts_table, holdings_table, history_table)
            }
        texts = [row for row in tables[texts_table] if _is_whole(row)]
        hashes = {row["content_hash"] for row in texts}
        held = [row for row in tables[holdings_table] if row["content_hash"] in hashes]
        registry = Registry(file)
        with registry.transaction() as connection:
            for table, rows in (
                (texts_table, texts), (holdings_table, held), (history_table, tables[history_table])
            ):
                if rows:
                    connection.execute(sa.insert(table).prefix_with("OR IGNORE"), rows)
        registry.close()
    return _report(problem, aside, held, tables[holdings_table])


def find_file_problem(file: Path) -> str | None:
    """What SQLite says of the file; None for one that is whole, or is not there."""
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(file)) as connection:
            line = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if line == "ok" else line


def _readable_copy(file: Path, folder: Path) -> Path:
    """A copy as long as the file's first page says: SQLite refuses all of a file cut short, and
    reads the pages that are there of one filled up with zeros."""
    copy = folder / file.name
    for suffix in ("", "-wal"):
        if file.with_name(file.name + suffix).exists():
            shutil.copyfile(file.with_name(file.name + suffix), copy.with_name(copy.name + suffix))
    with copy.open("r+b") as opened:
        head = opened.read(100)
        if len(head) == 100:
            page_size = int.from_bytes(head[16:18], "big")
            pages = int.from_bytes(head[28:32], "big")
            length = pages * (65536 if page_size == 1 else page_size)
            if copy.stat().st_size < length <= 100 * file.stat().st_size:
                opened.truncate(length)
    return copy


def _read_rows(file: Path, table: sa.Table) -> Rows:
    """Rows of a table from its beginning and from its end, as far as they can be read."""
    names = [column.name for column in table.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    found: dict[int, dict[str, Any]] = {}
    for order in ("ASC", "DESC"):
        try:
            with closing(sqlite3.connect(file)) as connection:
                query = f"SELECT rowid, {columns} FROM {table.name} ORDER BY rowid {order}"
                for row in connection.execute(query):
                    if row[0] in found:
                        break
                    found[row[0]] = dict(zip(names, row[1:], strict=True))
        except sqlite3.DatabaseError:
            continue
    return [found[row] for row in sorted(found)]


def _is_whole(row: dict[str, Any]) -> bool:
    try:
        document = document_of(SimpleNamespace(**row))
    except (ValueError, TypeError, KeyError):
        return False
    return bool(document.content_hash == row["content_hash"])


def _set_aside(file: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside = file.with_name(f"registry.damaged-{stamp}.sqlite")
    for suffix in ("-wal", "-shm", ""):
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def _report(problem: str, aside: Path, saved: Rows, read: Rows) -> list[str]:
    def added(rows: Rows) -> set[str]:
        return {row["key"] for row in rows if row["origin"] == "added" and row["is_live"]}

    lines = [f"the registry was damaged ({' '.join(problem.split())}) and is set aside as {aside.name}"]
    lines.append(f"added texts saved: {', '.join(sorted(added(saved))) or 'none'}")
    if lost := added(read) - added(saved):
        lines.append(f"added texts lost: {', '.join(sorted(lost))}; originals: {aside.parent / 'originals'}")
    return lines
