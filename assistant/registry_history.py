"""The ledger's own tables: every text given, its versions under a key, and the history of changes.

Functions over a connection, so that a change of the ledger and of what is searched is one
transaction. `Registry` is what others call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.history import HeldVersion, HistoryLine
from assistant.registry_tables import (
    document_of,
    fields_of,
    history_table,
    holdings_table,
    texts_table,
)
from assistant.schema import Document
from assistant.versions import GivenText

SHIPPED_NUMBER = 0


def shipped_version(document: Document) -> HeldVersion:
    """The ledger's entry of a text of the shipped corpus."""
    return HeldVersion(
        key=document.key,
        number=SHIPPED_NUMBER,
        origin="shipped",
        content_hash=document.content_hash,
        text_kind=document.text_kind,
        is_live=True,
        at=datetime.now(UTC),
        who="",
    )


def put_text(connection: Connection, document: Document) -> None:
    """Keep a text by its content hash."""
    values = {
        "content_hash": document.content_hash,
        "fields": fields_of(document),
        "body": document.body,
    }
    connection.execute(sa.insert(texts_table).prefix_with("OR REPLACE"), values)


def put_holding(connection: Connection, held: HeldVersion) -> None:
    """Write a version of a key; the shipped one (number 0) takes the place of the one before."""
    values = {
        "key": held.key,
        "number": held.number,
        "origin": held.origin,
        "content_hash": held.content_hash,
        "text_kind": held.text_kind,
        "is_live": held.is_live,
        "at": held.at.isoformat(),
        "who": held.who,
        "takes_effect": held.takes_effect.isoformat() if held.takes_effect else None,
        "original": held.original,
        "original_name": held.original_name,
    }
    connection.execute(sa.insert(holdings_table).prefix_with("OR REPLACE"), values)


def remove_shipped(connection: Connection, key: str) -> None:
    """Forget the shipped text of a key: it is in the corpus that travels with the program."""
    table = holdings_table
    where = (table.c.key == key, table.c.number == SHIPPED_NUMBER)
    connection.execute(sa.delete(table).where(*where))


def drop_unused_texts(connection: Connection, content_hashes: Iterable[str]) -> None:
    """Forget those of the texts that no version of any key refers to."""
    for content_hash in content_hashes:
        used = sa.select(holdings_table.c.key).where(holdings_table.c.content_hash == content_hash)
        if connection.execute(used.limit(1)).first() is None:
            where = texts_table.c.content_hash == content_hash
            connection.execute(sa.delete(texts_table).where(where))


def set_live_versions(connection: Connection, key: str, numbers: Iterable[int]) -> None:
    """Make exactly these added versions of a key the live ones."""
    table = holdings_table
    live = sa.case((table.c.number.in_(list(numbers)), True), else_=False)
    where = (table.c.key == key, table.c.origin == "added")
    connection.execute(sa.update(table).where(*where).values(is_live=live))


def read_versions(connection: Connection, key: str | None = None) -> list[HeldVersion]:
    """All versions ever given, of one key or of all, in order."""
    table = holdings_table
    query = sa.select(table).order_by(table.c.key, table.c.number)
    if key is not None:
        query = query.where(table.c.key == key)
    return [_version(row) for row in connection.execute(query)]


def read_given(connection: Connection, key: str) -> list[GivenText]:
    """The live versions of a key with their texts."""
    table = holdings_table
    query = (
        sa.select(table, texts_table.c.fields, texts_table.c.body)
        .join(texts_table, texts_table.c.content_hash == table.c.content_hash)
        .where(table.c.key == key, table.c.is_live.is_(True))
        .order_by(table.c.number)
    )
    return [GivenText(_version(row), document_of(row)) for row in connection.execute(query)]


def read_text(connection: Connection, content_hash: str) -> Document | None:
    """A text by its content hash."""
    query = sa.select(texts_table).where(texts_table.c.content_hash == content_hash)
    row = connection.execute(query).first()
    return document_of(row) if row else None


def add_line(connection: Connection, line: HistoryLine) -> int:
    """Append a line to the history (its own number is ignored) and return its number."""
    values = {
        "at": line.at.isoformat(),
        "who": line.who,
        "kind": line.kind,
        "key": line.key,
        "version": line.version,
        "before": json.dumps(line.before),
        "after": json.dumps(line.after),
        "chunks": line.chunks,
        "seconds": line.seconds,
        "undoes": line.undoes,
    }
    result = connection.execute(sa.insert(history_table), values)
    number: int = result.inserted_primary_key[0]  # type: ignore[index]
    return number


def read_lines(connection: Connection, key: str | None = None) -> list[HistoryLine]:
    """The history, oldest first, of one key or of all."""
    table = history_table
    query = sa.select(table).order_by(table.c.number)
    if key is not None:
        query = query.where(table.c.key == key)
    rows = connection.execute(query).all()
    undone_by: dict[int, int] = {}
    for row in reversed(rows):
        # Seen from the end: a line that was itself taken back takes nothing back.
        if row.undoes is not None and row.number not in undone_by:
            undone_by[row.undoes] = row.number
    return [_line(row, undone_by.get(row.number)) for row in rows]


def _version(row: Any) -> HeldVersion:
    return HeldVersion(
        key=row.key,
        number=row.number,
        origin=row.origin,
        content_hash=row.content_hash,
        text_kind=row.text_kind,
        is_live=row.is_live,
        at=datetime.fromisoformat(row.at),
        who=row.who,
        takes_effect=date.fromisoformat(row.takes_effect) if row.takes_effect else None,
        original=row.original,
        original_name=row.original_name,
    )


def _line(row: Any, undone_by: int | None) -> HistoryLine:
    return HistoryLine(
        number=row.number,
        at=datetime.fromisoformat(row.at),
        who=row.who,
        kind=row.kind,
        key=row.key,
        version=row.version,
        before=tuple(json.loads(row.before)),
        after=tuple(json.loads(row.after)),
        chunks=row.chunks,
        seconds=row.seconds,
        undoes=row.undoes,
        undone_by=undone_by,
    )
