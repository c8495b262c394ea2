"""What is in force when: the shipped documents' dates, and the concordance between laws."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.build import load_shipped_documents, shipped_corpus
from assistant.errors import ConfigurationError
from assistant.schema import AsOf, Document
from assistant.structure import parse_structure
from assistant.validity import (
    Concordance,
    ConcordanceRow,
    changes_affecting,
    is_in_force,
    load_changes,
    load_concordance,
    split_span,
    validity_on,
    with_ancestors,
)

DOCUMENTS = {document.key: document for document in load_shipped_documents()}
DAYS = ("2025-02-28", "2025-03-01", "2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01",
        "2026-08-18", "2026-08-19", "2026-10-04", "2026-10-05")
STATES = {  # on each of DAYS: i in force, n not yet, e ended
    "law-86-2015": "iiiiieeeee",
    "law-24-2018": "iiiiieeeee",
    "law-116-2025": "nnnnniiiii",
    "law-103-2025": "nnnnniiiii",
    "law-91-2025": "nnniiiiiii",
    "law-60-2024": "nniiiiiiii",
    "law-108-2016": "iiiiiiiiii",
    "law-70-2020": "iiiiiiiiii",
    "decree-13-2023": "iiieeeeeee",
    "decree-356-2025": "nnniiiiiii",
    "decree-53-2022": "iiiiiiieee",
    "decree-85-2016": "iiiiieeeee",
    "decree-333-2026": "nnnnnnniii",
    "decree-331-2026": "nnnnnnniii",
    "decree-328-2026": "nnnnnnnnni",
    "convention-budapest": "iiiiiiiiii",
    # Signed, not in force: a treaty without a date binds nobody yet.
    "convention-hanoi": "nnnnnnnnnn",
    "protocol-cets-224": "nnnnnnnnnn",
}
LETTERS = {"in_force": "i", "not_yet": "n", "ended": "e", "undated": "u"}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("text_id", "states"), STATES.items())
def test_states_around_the_turning_dates(text_id: str, states: str, language: str) -> None:
    document = DOCUMENTS[f"{text_id}.{language}"]
    found = [LETTERS[validity_on(document, date.fromisoformat(day)).state] for day in DAYS]
    assert "".join(found) == states


@pytest.mark.parametrize(("text_id", "states"), STATES.items())
def test_a_day_and_a_span_of_one_day_agree(text_id: str, states: str) -> None:
    document = DOCUMENTS[f"{text_id}.vi"]
    for day, state in zip(map(date.fromisoformat, DAYS), states, strict=True):
        assert is_in_force(document, AsOf(day, day, "said")) == (state == "i")


def test_topics_are_undated_and_always_usable() -> None:
    topic = DOCUMENTS["topic-asean.vi"]
    assert validity_on(topic, date(2024, 1, 1)).state == "undated"
    assert is_in_force(topic, AsOf(date(2024, 1, 1), date(2024, 1, 1), "said"))


def test_intervals_are_half_open() -> None:
    old, new = DOCUMENTS["law-24-2018.vi"], DOCUMENTS["law-116-2025.vi"]
    assert old.effective_to is not None and old.effective_to == new.effective_from
    eve = old.effective_to - timedelta(days=1)
    assert [validity_on(old, day).state for day in (eve, old.effective_to)] == ["in_force", "ended"]
    assert [validity_on(new, day).state for day in (eve, old.effective_to)] == [
        "not_yet", "in_force"]


def test_an_ended_law_names_its_successor() -> None:
    validity = validity_on(DOCUMENTS["law-86-2015.vi"], date(2026, 11, 22))
    assert validity.successors == ("law-116-2025",)
    assert (validity.since, validity.until) == (date(2016, 7, 1), date(2026, 7, 1))


def test_replacement_is_symmetrical_and_leaves_no_gap_of_order() -> None:
    by_id = {document.id: document for document in DOCUMENTS.values()}
    for document in by_id.values():
        for successor in document.replaced_by:
            if successor in by_id:
                assert document.id in by_id[successor].replaces, document.id
        for predecessor in document.replaces:
            if predecessor in by_id:
                assert document.id in by_id[predecessor].replaced_by, document.id
                assert by_id[predecessor].effective_to is not None, predecessor


def test_a_year_in_which_the_law_changed_holds_both() -> None:
    year = AsOf(date(2026, 1, 1), date(2026, 12, 31), "said")
    old, new = DOCUMENTS["law-24-2018.vi"], DOCUMENTS["law-116-2025.vi"]
    assert is_in_force(old, year) and is_in_force(new, year)
    assert split_span([old, new], year) == [
        (date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 12, 31))]


def test_a_span_without_a_change_stays_whole() -> None:
    span = AsOf(date(2024, 1, 1), date(2024, 12, 31), "said")
    assert split_span([DOCUMENTS["law-24-2018.vi"]], span) == [(span.start, span.end)]
    on_the_day = AsOf(date(2026, 7, 1), date(2026, 12, 31), "said")
    assert len(split_span([DOCUMENTS["law-24-2018.vi"]], on_the_day)) == 1


def test_ancestors_end_at_the_article() -> None:
    assert list(with_ancestors("law-1-2000/art-6/cl-3/pt-a")) == [
        "law-1-2000/art-6/cl-3/pt-a", "law-1-2000/art-6/cl-3", "law-1-2000/art-6"]


def test_the_concordance_falls_back_to_the_nearest_parent() -> None:
    rows = [
        ConcordanceRow("a/art-1", "b/art-2", "moved", "high", "", ""),
        ConcordanceRow("a/art-1/cl-2", "b/art-3/cl-1", "split", "low", "", ""),
        ConcordanceRow("a/art-9", "", "dropped", "high", "", ""),
    ]
    concordance = Concordance(rows)
    assert concordance.successors("a/art-1/cl-2/pt-a") == (rows[1],)
    assert concordance.successors("a/art-1/cl-1/pt-a") == (rows[0],)
    assert concordance.successors("a/art-9/cl-1") == (rows[2],)
    assert concordance.successors("a/art-11") == ()
    assert concordance.predecessors("b/art-3/cl-1/pt-b") == (rows[1],)
    assert concordance.predecessors("b/art-2") == (rows[0],)


def _provisions(document: Document) -> set[str]:
    return {provision.id for provision in parse_structure(document)}


def test_every_id_of_the_concordance_is_in_the_corpus() -> None:
    rows = load_concordance(shipped_corpus()).rows
    assert len(rows) > 100
    texts = {id_.split("/")[0] for row in rows for id_ in (row.old, row.new) if id_}
    known = {id_ for text in texts for id_ in _provisions(DOCUMENTS[f"{text}.vi"])}
    missing = sorted({id_ for row in rows for id_ in (row.old, row.new) if id_} - known)
    assert not missing
    assert {row.confidence for row in rows} <= {"high", "medium", "low"}
    assert all((row.new == "") == (row.relation == "dropped") for row in rows)


@pytest.mark.parametrize("text_id", ["law-24-2018", "law-86-2015"])
def test_every_article_of_a_repealed_law_is_in_the_concordance(text_id: str) -> None:
    concordance = load_concordance(shipped_corpus())
    articles = [p.id for p in parse_structure(DOCUMENTS[f"{text_id}.vi"]) if p.level == "article"]
    covered = {row.old.split("/")[1] for row in concordance.rows if row.old.startswith(text_id)}
    assert [id_ for id_ in articles if id_.split("/")[1] not in covered] == []


def test_every_id_of_the_changes_is_in_the_corpus() -> None:
    """Articles that an incomplete digest leaves out may be named; nothing else may be missing."""
    changes = load_changes(shipped_corpus())
    ids = [id_ for change in changes for id_ in (*change.affects, change.source)]
    missing = []
    for id_ in ids:
        text_id, _, rest = id_.partition("/")
        document = DOCUMENTS[f"{text_id}.vi"]
        known = {text_id} | _provisions(document)
        is_left_out = not document.complete and f"{text_id}/{rest.split('/')[0]}" not in known
        if id_ not in known and not is_left_out:
            missing.append(id_)
    assert changes and not missing


def test_changes_touch_what_is_above_and_below_and_come_by_date() -> None:
    changes = load_changes(shipped_corpus())
    found = changes_affecting(changes, ["law-116-2025/art-25/cl-3/pt-a", "law-116-2025/art-39"])
    assert {"law-116-2025/art-25/cl-3", "law-116-2025/art-39/cl-4"} <= {
        id_ for change in found for id_ in change.affects}
    assert [change.date for change in found] == sorted(change.date for change in found)
    assert changes_affecting(changes, ["law-116-2025/art-2"]) == ()


def test_a_bad_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "changes.toml").write_text("[[change]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="changes.toml"):
        load_changes(tmp_path)
    assert load_concordance(tmp_path).rows == ()
