"""Which of the texts given under a key is searched, and when: a table of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from invented_laws import make_law

from assistant.history import HeldVersion
from assistant.versions import GivenText, arrange_versions, corrected_version

DAY = date(2026, 7, 1)


def given(number: int, kind: str = "official", day: date | None = None, **fields: Any) -> GivenText:
    """Version `number` of one key; number 0 is the shipped text."""
    document = make_law(1, f" v{number}", text_kind=kind, **fields)
    held = HeldVersion(
        key=document.key, number=number, origin="added" if number else "shipped",
        content_hash=document.content_hash, text_kind=document.text_kind, is_live=True,
        at=datetime.now(UTC), who="", takes_effect=day,
    )
    return GivenText(held, document)


def shown(*texts: GivenText) -> list[tuple[int, str | None, date | None, date | None]]:
    return [
        (item.held.number, item.document.version, item.document.version_from, item.document.version_to)
        for item in arrange_versions(texts).searched
    ]


def test_nothing_given_shows_nothing() -> None:
    assert arrange_versions([]).latest is None


def test_a_single_text_is_as_it_was_given() -> None:
    text = given(0, "digest")
    state = arrange_versions([text])
    assert [item.document for item in state.searched] == [text.document]
    assert state.summary is None


def test_an_official_text_covers_a_digest_which_stays_as_its_summary() -> None:
    digest, official = given(0, "digest"), given(1)
    state = arrange_versions([digest, official])
    assert [item.held.number for item in state.searched] == [1]
    assert state.summary == digest.document


def test_an_added_digest_never_covers_an_official_text() -> None:
    digest, official, own = given(0, "digest"), given(1), given(2, "digest")
    state = arrange_versions([digest, official, own])
    assert [item.held.number for item in state.searched] == [1]
    assert state.summary == own.document


def test_an_added_digest_covers_the_shipped_one() -> None:
    assert shown(given(0, "digest"), given(1, "digest")) == [(1, None, None, None)]


def test_wordings_follow_each_other_by_their_days() -> None:
    later = date(2027, 1, 1)
    assert shown(given(1), given(2, day=DAY), given(3, day=later)) == [
        (1, "2000-01-01", None, DAY),
        (2, "2026-07-01", DAY, later),
        (3, None, later, None),
    ]


def test_the_order_of_adding_does_not_matter() -> None:
    later = date(2027, 1, 1)
    assert [n for n, *_ in shown(given(1), given(2, day=later), given(3, day=DAY))] == [1, 3, 2]


def test_an_earlier_wording_keeps_its_id_and_gets_a_key_of_its_own() -> None:
    old = arrange_versions([given(1), given(2, day=DAY)]).searched[0].document
    assert (old.id, old.key) == ("law-1-2000", "law-1-2000@2000-01-01.vi")
    assert (old.effective_from, old.effective_to) == (date(2000, 1, 1), None)


def test_a_wording_whose_beginning_nobody_said_is_named_by_its_end() -> None:
    first = given(1, effective_from=None)
    assert shown(first, given(2, day=DAY))[0] == (1, "until-2026-07-01", None, DAY)


def test_an_official_wording_of_a_later_day_leaves_the_digest_until_then() -> None:
    state = arrange_versions([given(0, "digest"), given(1, day=DAY)])
    assert [item.held.number for item in state.searched] == [0, 1]
    assert state.summary is None


@pytest.mark.parametrize(
    ("day", "expected"), [(None, 2), (DAY, 2), (date(2000, 1, 1), 1), (date(2027, 1, 1), None)]
)
def test_what_a_text_corrects(day: date | None, expected: int | None) -> None:
    held = corrected_version([given(0, "digest"), given(1), given(2, day=DAY)], make_law(
        1, " corrected", text_kind="official"), day)
    assert (held.number if held else None) == expected


def test_a_digest_corrects_no_official_text() -> None:
    assert corrected_version([given(1)], replace(make_law(1), text_kind="digest"), None) is None
