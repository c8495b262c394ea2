"""What is in force when, what took its place, and which old provision became which new one.

All of it is a function of documents and a date. The concordance (`corpus/concordance/*.toml`) and
the changes that alter a provision without amending it (`corpus/changes.toml`) are data, written by
comparing texts; every row of the concordance has a confidence that the answer passes on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from assistant.errors import ConfigurationError
from assistant.schema import AsOf, Document, Validity
from assistant.text import fold

# Kinds that bind from a date on: without one they are not in force yet. The rest is undated.
DATED_KINDS = frozenset(
    {
        "law",
        "decree",
        "decision",
        "circular",
        "resolution",
        "ordinance",
        "directive",
        "regulation",
        "treaty",
        "protocol",
    }
)


@dataclass(frozen=True, slots=True)
class ConcordanceRow:
    """One old provision and what became of it; `new` is empty where nothing took its place."""

    old: str
    new: str
    relation: str
    confidence: Literal["high", "medium", "low"]
    note_vi: str
    note_en: str


@dataclass(frozen=True, slots=True)
class Change:
    """An event that alters what provisions mean without amending them."""

    id: str
    date: date
    affects: tuple[str, ...]
    vi: str
    en: str
    source: str


def validity_on(document: Document, day: date) -> Validity:
    """What the text is on that day. Undated texts (articles, memoranda) are never "in force"."""
    since, until = document.effective_from, document.effective_to
    common = (since, until, document.replaced_by, document.effective_note)
    if since is None:
        return Validity("not_yet" if document.kind in DATED_KINDS else "undated", *common)
    if day < since:
        return Validity("not_yet", *common)
    if until is not None and day >= until:
        return Validity("ended", *common)
    return Validity("in_force", *common)


def is_in_force(document: Document, when: AsOf) -> bool:
    """Whether the text is in force on some day of the span; undated texts count as usable."""
    if document.effective_from is None:
        return document.kind not in DATED_KINDS
    starts = document.effective_from <= when.end
    return starts and (document.effective_to is None or when.start < document.effective_to)


def split_span(documents: Iterable[Document], when: AsOf) -> list[tuple[date, date]]:
    """Cut a span where one of the texts begins or ends; inclusive pairs in order."""
    cuts = sorted(
        {
            day
            for document in documents
            for day in (
                document.effective_from,
                document.effective_to,
                document.version_from,
                document.version_to,
            )
            if day is not None and when.start < day <= when.end
        }
    )
    starts = [when.start, *cuts]
    ends = [date.fromordinal(cut.toordinal() - 1) for cut in cuts] + [when.end]
    return list(zip(starts, ends, strict=True))


def with_successors(documents: Sequence[Document]) -> tuple[Document, ...]:
    """The documents as they stand beside each other: what one replaces is replaced by it.

    A text that replaces another ends it on its own first day, unless the other names its own last
    day. Derived when read and never written: it goes when the replacing text goes.
    """
    by_name = {fold(document.number): document.id for document in documents if document.number}
    by_name |= {document.id: document.id for document in documents}
    begins: dict[str, dict[str, date]] = {}
    olds: dict[str, list[str]] = {}
    for document in documents:
        named = (by_name.get(fold(name).strip(), "") for name in document.replaces)
        for old in named:
            if old and old != document.id and document.effective_from and document.kind in DATED_KINDS:
                begins.setdefault(old, {}).setdefault(document.id, document.effective_from)
        for new in document.replaced_by:
            olds.setdefault(by_name.get(fold(new).strip(), ""), []).append(document.id)
    return tuple(
        _beside(document, begins.get(document.id, {}), olds.get(document.id, []))
        for document in documents
    )


def _beside(document: Document, begins: dict[str, date], olds: Sequence[str]) -> Document:
    """A document with the texts that replace it, by their first days, and those it replaces."""
    first = document.effective_from or date.min
    later = {name: day for name, day in begins.items() if day > first}
    new = [name for name in later if name not in document.replaced_by]
    old = [name for name in dict.fromkeys(olds) if name not in document.replaces]
    ends = document.effective_to or min(later.values(), default=None)
    if not new and not old and ends == document.effective_to:
        return document
    return replace(
        document,
        replaced_by=(*document.replaced_by, *new),
        replaces=(*document.replaces, *old),
        effective_to=ends,
    )


class Concordance:
    """Looks up successors and predecessors of provisions, falling back to the parent provision."""

    def __init__(self, rows: Sequence[ConcordanceRow]) -> None:
        self.rows = tuple(rows)

    def successors(self, provision_id: str) -> tuple[ConcordanceRow, ...]:
        """Rows for the provision, or for its nearest ancestor that has any."""
        return self._nearest(provision_id, "old")

    def predecessors(self, provision_id: str) -> tuple[ConcordanceRow, ...]:
        """For each old text the rows whose new provision is this one, else one below it, else its
        nearest ancestor that has any."""
        rows: list[ConcordanceRow] = []
        for text_id in dict.fromkeys(row.old.split("/", 1)[0] for row in self.rows):
            own = Concordance([row for row in self.rows if row.old.startswith(text_id + "/")])
            exact = [row for row in own.rows if row.new == provision_id]
            below = [row for row in own.rows if row.new.startswith(provision_id + "/")]
            rows += exact or below or own._nearest(provision_id, "new")
        return tuple(rows)

    def _nearest(
        self, provision_id: str, side: Literal["old", "new"]
    ) -> tuple[ConcordanceRow, ...]:
        for candidate in with_ancestors(provision_id):
            found = tuple(row for row in self.rows if getattr(row, side) == candidate)
            if found:
                return found
        return ()


def with_ancestors(provision_id: str) -> Iterator[str]:
    """The id, then its parents' ids, without the bare text id."""
    parts = provision_id.split("/")
    for length in range(len(parts), 1, -1):
        yield "/".join(parts[:length])


def changes_affecting(
    changes: Iterable[Change], provision_ids: Iterable[str]
) -> tuple[Change, ...]:
    """Changes that touch one of the provisions, one above or one below it, by date."""
    ids = tuple(provision_ids)
    touched = [
        change
        for change in changes
        if any(_overlap(affected, held) for affected in change.affects for held in ids)
    ]
    return tuple(sorted(touched, key=lambda change: change.date))


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def load_concordance(folder: Path) -> Concordance:
    """All rows of `<folder>/concordance/*.toml`; an absent folder is an empty concordance."""
    rows = []
    for path in sorted((folder / "concordance").glob("*.toml")):
        for row in _read_toml(path).get("row", []):
            fields: dict[str, Any] = {k: row.get(k, "") for k in ConcordanceRow.__annotations__}
            rows.append(ConcordanceRow(**fields))
    return Concordance(rows)


def load_changes(folder: Path) -> tuple[Change, ...]:
    """The changes of `<folder>/changes.toml`, none when it is absent."""
    path = folder / "changes.toml"
    if not path.is_file():
        return ()
    return tuple(
        Change(
            id=row["id"],
            date=date.fromisoformat(str(row["date"])),
            affects=tuple(row["affects"]),
            vi=row["vi"],
            en=row["en"],
            source=row["source"],
        )
        for row in _read_toml(path).get("change", [])
    )


def _read_toml(path: Path) -> dict[str, list[dict[str, str]]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{path}: not valid TOML ({error}). Mend the line named."
        ) from error
