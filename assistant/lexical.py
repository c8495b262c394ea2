"""BM25 over accent-folded syllables and their bigrams, in SQLite's FTS5 beside the registry.

FTS5 rather than an in-memory index, because adding one document then costs the same in a small
corpus as in a large one, and the words of a document appear in the same transaction as the rest of
it. Tokens are made by `text.search_tokens` and handed over ready: FTS5 only splits at spaces.
The heading path and the text are two columns, so that the path can weigh less or more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from assistant.registry import Registry
from assistant.schema import Chunk, Language
from assistant.text import search_tokens

PATH_WEIGHT, TEXT_WEIGHT = 3.0, 1.0
# A token that stands in more chunks than this share costs time and says nothing.
COMMON_SHARE = 0.4
_TABLES = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS lexical USING fts5(path, text, language UNINDEXED,"
    " tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")",
    "CREATE VIRTUAL TABLE IF NOT EXISTS lexical_terms USING fts5vocab(lexical, 'row')",
)


class LexicalIndex:
    """BM25 search over the chunks of the registry, by row number."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        # A reader takes no write lock: it would wait for whoever writes.
        with registry.connect() as connection:
            if sa.inspect(connection).has_table("lexical_terms"):
                return
        with registry.transaction() as connection:
            for statement in _TABLES:
                connection.execute(sa.text(statement))

    def put_chunks(self, connection: Connection, chunks: dict[int, Chunk]) -> None:
        """Index chunks by their row numbers, inside the caller's transaction."""
        rows = [
            {
                "row": row,
                "path": _joined(chunk.path),
                "text": _joined(chunk.text),
                "language": chunk.language,
            }
            for row, chunk in chunks.items()
            if not chunk.is_heading
        ]
        statement = "INSERT INTO lexical(rowid, path, text, language) VALUES (:row, :path, :text, :language)"
        if rows:
            connection.execute(sa.text(statement), rows)

    def remove_rows(self, connection: Connection, rows: Sequence[int]) -> None:
        if rows:
            statement = sa.text("DELETE FROM lexical WHERE rowid = :row")
            connection.execute(statement, [{"row": row} for row in rows])

    def find_damage(self) -> list[str]:
        """What differs from the registry's chunks, a line for each kind; empty when nothing does."""
        wanted = {row: c for row, c in self._registry.chunks().items() if not c.is_heading}
        statement = sa.text("SELECT rowid, path, text FROM lexical")
        with self._registry.connect() as connection:
            held = {row[0]: (row[1], row[2]) for row in connection.execute(statement)}
        differing = [
            row
            for row, chunk in wanted.items()
            if row in held and held[row] != (_joined(chunk.path), _joined(chunk.text))
        ]
        found = {
            "chunks missing": len(set(wanted) - set(held)),
            "rows without a chunk": len(set(held) - set(wanted)),
            "rows altered": len(differing),
        }
        lines = [f"lexical index: {count} {what}" for what, count in found.items() if count]
        return lines + self._file_damage()

    def _file_damage(self) -> list[str]:
        """What FTS5 says when it compares its index with its rows."""
        try:
            with self._registry.transaction() as connection:
                check = "INSERT INTO lexical(lexical, rank) VALUES('integrity-check', 0)"
                connection.execute(sa.text(check))
        except sa.exc.DatabaseError as error:
            return [f"lexical index: {error.orig}"]
        return []

    def mend(self) -> None:
        """Drop rows without a chunk, and make the index of words anew from the rows."""
        with self._registry.transaction() as connection:
            connection.execute(
                sa.text("DELETE FROM lexical WHERE rowid NOT IN (SELECT row FROM chunks)")
            )
            connection.execute(sa.text("INSERT INTO lexical(lexical) VALUES('rebuild')"))

    def count(self) -> int:
        """Number of chunks indexed."""
        with self._registry.connect() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM lexical")).scalar_one())

    def search(
        self, text: str, limit: int, language: Language | None = None
    ) -> list[tuple[int, float]]:
        """(row, BM25 score) of the best chunks, best first; higher is better."""
        tokens = self.telling_tokens(text)
        if not tokens:
            return []
        match = " OR ".join(f'"{token}"' for token in tokens)
        where = " AND language = :language" if language else ""
        statement = sa.text(
            f"SELECT rowid, -bm25(lexical, {PATH_WEIGHT}, {TEXT_WEIGHT}) AS score FROM lexical"
            f" WHERE lexical MATCH :match{where} ORDER BY score DESC, rowid LIMIT :limit"
        )
        values = {"match": match, "limit": limit} | ({"language": language} if language else {})
        with self._registry.connect() as connection:
            return [(row[0], float(row[1])) for row in connection.execute(statement, values)]

    def telling_tokens(self, text: str) -> list[str]:
        """The text's search tokens that some chunk holds, without those that nearly all hold."""
        tokens = list(dict.fromkeys(search_tokens(text)))
        frequencies = self.document_frequencies(tokens)
        ceiling = max(COMMON_SHARE * self.count(), 5)
        kept = [token for token in tokens if 0 < frequencies.get(token, 0) <= ceiling]
        return kept or [token for token in tokens if token in frequencies]

    def document_frequencies(self, tokens: Sequence[str]) -> dict[str, int]:
        """Number of chunks that hold each token; absent tokens are left out."""
        statement = sa.text(
            "SELECT term, doc FROM lexical_terms WHERE term IN :terms"
        ).bindparams(sa.bindparam("terms", expanding=True))
        with self._registry.connect() as connection:
            rows = connection.execute(statement, {"terms": list(tokens)})
            return {row.term: int(row.doc) for row in rows}

    def weights(self, tokens: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each token (an absent one counts as the rarest)."""
        total, frequencies = self.count(), self.document_frequencies(tokens)
        return {
            token: math.log(1 + (total - n + 0.5) / (n + 0.5))
            for token in tokens
            for n in [frequencies.get(token, 0)]
        }


def _joined(text: str) -> str:
    return " ".join(search_tokens(text))
