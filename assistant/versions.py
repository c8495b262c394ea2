"""Which of the texts given under one key are searched, from which day to which, and which sums up.

A key may hold the shipped text, texts added over it, corrections of those, and wordings of several
times. An official text goes before a digest of it, an added text before the shipped one. Wordings
with a day on which they take effect follow each other: each is the text until the next one's day.
The digest that an official text covers stays, as its summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.history import ChangeKind, HeldVersion
from assistant.schema import Document


@dataclass(frozen=True, slots=True)
class GivenText:
    """A live version with its text as it was given."""

    held: HeldVersion
    document: Document

    @property
    def starts(self) -> date:
        """The day from which this wording applies; the beginning of time where nobody said."""
        return self.held.takes_effect or self.document.effective_from or date.min


@dataclass(frozen=True, slots=True)
class SearchedText:
    """A document as it is searched and quoted, and the version it comes from."""

    document: Document
    held: HeldVersion


@dataclass(frozen=True, slots=True)
class KeyState:
    """What a key shows: the searched texts, the latest last, and the digest that sums them up."""

    searched: tuple[SearchedText, ...] = ()
    summary: Document | None = None

    @property
    def latest(self) -> SearchedText | None:
        return self.searched[-1] if self.searched else None


def arrange_versions(given: Sequence[GivenText]) -> KeyState:
    """The state of one key from its live versions (the shipped text is one of them)."""
    official, digests = (_lane(given, kind) for kind in ("official", "digest"))
    searched = official or digests
    if not searched:
        return KeyState()
    summary = digests[-1].document if official and digests else None
    if summary and official[0].held.takes_effect and digests[-1].starts < official[0].starts:
        # The official wording begins later than what the digest tells: until then the digest stands.
        return KeyState(_dated([digests[-1], *official]), None)
    return KeyState(_dated(searched), summary)


def corrected_version(
    given: Sequence[GivenText], document: Document, takes_effect: date | None
) -> HeldVersion | None:
    """The added version that `document` takes the place of, None where it is a wording of its own.

    Without a day it corrects the latest one, with a day the one of that day.
    """
    lane = [item for item in _lane(given, document.text_kind) if item.held.origin == "added"]
    if takes_effect is None:
        return lane[-1].held if lane else None
    same = [item.held for item in lane if item.starts == takes_effect]
    return same[0] if same else None


def find_same(
    given: Sequence[GivenText], document: Document, takes_effect: date | None
) -> GivenText | None:
    """The live version that holds exactly this text, for that day if one is given."""
    for item in given:
        if item.held.content_hash == document.content_hash:
            if takes_effect is None or takes_effect == item.starts:
                return item
    return None


def kind_of_put(
    given: Sequence[GivenText], corrected: HeldVersion | None, takes_effect: date | None
) -> ChangeKind:
    """What giving a text does: corrects one, continues one, or is new."""
    if corrected is not None:
        return "replaced"
    return "new_version" if takes_effect is not None and given else "added"


def added_numbers(given: Sequence[GivenText]) -> tuple[int, ...]:
    """Numbers of the added ones among some versions, in order."""
    return tuple(sorted(item.held.number for item in given if item.held.origin == "added"))


def _lane(given: Sequence[GivenText], text_kind: str) -> list[GivenText]:
    """The added texts of a kind in the order of their days, or the shipped one where none is.

    A shipped text stays before an added wording that only begins on a later day.
    """
    of_kind = [item for item in given if item.held.text_kind == text_kind]
    added = sorted(
        (item for item in of_kind if item.held.origin == "added"),
        key=lambda item: (item.starts, item.held.number),
    )
    shipped = [item for item in of_kind if item.held.origin == "shipped"]
    if added and shipped and added[0].held.takes_effect and shipped[0].starts < added[0].starts:
        return [*shipped, *added]
    return added or shipped


def _dated(lane: Sequence[GivenText]) -> tuple[SearchedText, ...]:
    ends = [item.starts for item in lane[1:]]
    searched: list[SearchedText] = []
    for item, end in zip(lane, [*ends, None], strict=True):
        begins = item.starts if searched else item.held.takes_effect
        version = None if end is None else _name_version(item, end)
        document = replace(item.document, version=version, version_from=begins, version_to=end)
        searched.append(SearchedText(document, item.held))
    return tuple(searched)


def _name_version(item: GivenText, end: date) -> str:
    """The first day of an earlier wording, or the day it ends where the first is not known."""
    return f"until-{end}" if item.starts == date.min else str(item.starts)
