"""The question sets: every line is usable, and what it calls evidence stands in the corpus."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.loading.markdown import load_markdown
from assistant.structure import parse_structure
from assistant.text import fold, words_of

CORPUS = Path(__file__).parents[1] / "corpus"
KEYS = {
    "id", "question", "language", "reference_answer", "required_facts", "gold_provisions",
    "as_of", "answerable", "tags",
}
SHAPES = {
    "fact", "definition", "list", "who", "when", "count", "validity", "compare", "false-premise",
    "unanswerable", "injection", "conflict", "allowed", "provision",
}
WRITTEN = {"accented", "unaccented", "half-accented", "english"}
OTHERS = {
    "noisy", "cross-language", "date-dependent", "repealed-law", "treaty", "decree", "topic",
    "follow-up",
}

Row = dict[str, Any]


def read_rows(name: str) -> list[Row]:
    lines = (CORPUS / "questions" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


TUNE = read_rows("tune")
REPORT = read_rows("report")
ROWS = [*TUNE, *REPORT]
each_row = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])


@pytest.fixture(scope="module")
def provision_ids() -> frozenset[str]:
    documents = (load_markdown(path) for path in sorted((CORPUS / "documents").glob("*.md")))
    return frozenset(p.id for document in documents for p in parse_structure(document))


def key_of(row: Row) -> str:
    """What tells questions apart: their folded words, a follow-up's with those before it."""
    return " ".join(words_of(fold(f"{row.get('previous', '')} {row['question']}")))


def pair_of(row: Row) -> str | None:
    return next((tag for tag in row["tags"] if tag.startswith("pair:")), None)


@each_row
def test_a_row_has_its_keys_with_their_types(row: Row) -> None:
    assert set(row) == (KEYS | {"previous"} if "follow-up" in row["tags"] else KEYS)
    for key in ("id", "question", "reference_answer", *(["previous"] if "previous" in row else [])):
        assert isinstance(row[key], str)
        assert row[key] == row[key].strip() != ""
    for key in ("required_facts", "gold_provisions", "tags"):
        assert all(isinstance(item, str) and item.strip() for item in row[key])
        assert len(set(row[key])) == len(row[key])
    assert row["language"] in ("vi", "en")
    assert isinstance(row["answerable"], bool)
    if row["as_of"] is not None:
        assert date.fromisoformat(row["as_of"]).isoformat() == row["as_of"]
    text = json.dumps(row, ensure_ascii=False)
    assert unicodedata.normalize("NFC", text) == text


@each_row
def test_tags_are_known_and_say_what_the_row_is(row: Row) -> None:
    tags = set(row["tags"])
    assert {tag for tag in tags if not tag.startswith("pair:")} <= SHAPES | WRITTEN | OTHERS
    assert len(tags & SHAPES) == 1
    assert len(tags & WRITTEN) == 1
    assert ("english" in tags) == (row["language"] == "en")
    is_marked = fold(row["question"]) != row["question"].lower()
    assert is_marked == bool(tags & {"accented", "half-accented"})
    assert ("unanswerable" in tags) == (not row["answerable"])


@each_row
def test_evidence_stands_in_the_corpus(row: Row, provision_ids: frozenset[str]) -> None:
    assert set(row["gold_provisions"]) <= provision_ids
    if not row["answerable"]:
        assert row["gold_provisions"] == []
        return
    assert row["gold_provisions"] or {"validity", "topic"} & set(row["tags"])
    assert row["required_facts"]


@each_row
def test_the_reference_answer_prints_every_required_fact(row: Row) -> None:
    answer = row["reference_answer"].lower()
    for fact in row["required_facts"]:
        spellings = fact.lower().split("|")
        assert all(spelling.strip() for spelling in spellings)
        assert any(spelling in answer for spelling in spellings), fact


def test_the_sets_are_large_and_share_nothing() -> None:
    assert len(ROWS) >= 200
    assert 0.4 <= len(TUNE) / len(ROWS) <= 0.55
    assert all(row["id"].startswith("T") for row in TUNE)
    assert all(row["id"].startswith("R") for row in REPORT)
    assert max(Counter(row["id"] for row in ROWS).values()) == 1
    assert not {key_of(row) for row in TUNE} & {key_of(row) for row in REPORT}


def test_no_set_asks_the_same_twice_but_with_and_without_accents() -> None:
    for rows in (TUNE, REPORT):
        asked: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            asked[key_of(row)].append(row)
        for same in asked.values():
            assert len(same) == 1 or len({pair_of(row) for row in same} - {None}) == 1


def test_every_tag_occurs_in_both_sets() -> None:
    tune, report = ({tag for row in rows for tag in row["tags"]} for rows in (TUNE, REPORT))
    assert SHAPES | WRITTEN | OTHERS <= tune & report


def test_a_case_asked_three_ways_has_one_answer_and_one_set() -> None:
    pairs: defaultdict[str, list[Row]] = defaultdict(list)
    for row in ROWS:
        if name := pair_of(row):
            pairs[name].append(row)
    assert len(pairs) >= 15
    for rows in pairs.values():
        assert sorted(WRITTEN & {tag for row in rows for tag in row["tags"]}) == [
            "accented", "english", "unaccented",
        ]
        assert len({row["id"][0] for row in rows}) == 1
        for key in ("required_facts", "gold_provisions", "as_of", "answerable"):
            assert all(row[key] == rows[0][key] for row in rows)
