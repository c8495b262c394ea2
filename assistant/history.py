"""The types of the ledger: what was given to the corpus, what was done to it, by whom and when.

Times are UTC. `assistant corpus history` shows them; `registry_history.py` reads and writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from assistant.errors import HistoryError
from assistant.schema import TextKind

ChangeKind = Literal["added", "new_version", "replaced", "removed", "restored", "unchanged"]
Origin = Literal["shipped", "added"]


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """One text that was given to the corpus under a key; nothing given is ever thrown away.

    `number` counts the versions of the key from 1; the shipped text is number 0. `is_live` is false
    for what was corrected or removed. `takes_effect` is the day from which a new wording applies.
    `original` is the SHA-256 (hex) of the file it was read from, `content_hash` that of the text.
    """

    key: str
    number: int
    origin: Origin
    content_hash: str
    text_kind: TextKind
    is_live: bool
    at: datetime
    who: str
    takes_effect: date | None = None
    original: str | None = None
    original_name: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change of the corpus. `before` and `after` are the numbers of the key's live versions.

    `undoes` is the line that this one takes back, `undone_by` the line that took this one back.
    """

    number: int
    at: datetime
    who: str
    kind: ChangeKind
    key: str
    version: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    chunks: int
    seconds: float
    undoes: int | None = None
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeReceipt:
    """What a change did, given once it can no longer be lost.

    `version` is the number of the version that the change is about (0: the shipped text is back),
    `chunks` the number of chunks of what is searched under the key now, `line` the history's line
    (None where nothing changed).
    """

    kind: ChangeKind
    key: str
    version: int
    at: datetime
    who: str
    chunks: int
    seconds: float
    line: int | None = None


def find_undoable(history: Sequence[HistoryLine], line: int | None) -> HistoryLine:
    """The line that is taken back: the named one, else the latest change that stands."""
    if line is None:
        standing = [held for held in history if held.undoes is None and held.undone_by is None]
        if not standing:
            raise HistoryError("There is no change to take back. See: assistant corpus history")
        return standing[-1]
    named = [held for held in history if held.number == line]
    if not named or named[0].undone_by is not None:
        raise HistoryError(
            f"Line {line} is not there, or was taken back already. See: assistant corpus history"
        )
    return named[0]
