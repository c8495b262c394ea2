"""Accents put back by the corpus's own syllables, and when to try."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.accents import (
    AccentRestorer,
    load_restorer,
    needs_restoring,
    train_restorer,
)
from assistant.build import load_shipped_documents
from assistant.text import fold

QUESTIONS = (
    "Bộ Công an chủ trì hợp tác quốc tế về an ninh mạng",
    "Luật An toàn thông tin mạng còn hiệu lực không",
    "Hợp tác quốc tế về an ninh mạng dựa trên nguyên tắc nào",
    "Công ước Hà Nội có hiệu lực khi nào",
    "Những hành vi nào bị nghiêm cấm về an ninh mạng",
)


@pytest.fixture(scope="module")
def restorer() -> AccentRestorer:
    return train_restorer(
        document.body for document in load_shipped_documents() if document.language == "vi")


@pytest.mark.parametrize("question", QUESTIONS)
def test_restores_questions_of_the_field(restorer: AccentRestorer, question: str) -> None:
    restored = restorer.restore(fold(question))
    right = [a == b for a, b in zip(restored.split(), question.lower().split(), strict=True)]
    assert sum(right) >= len(right) - 1, restored


def test_keeps_case_spacing_punctuation_and_abbreviations(restorer: AccentRestorer) -> None:
    assert restorer.restore("Bo  Cong an, BCA?") == "Bộ  Công an, BCA?"


def test_accents_that_were_typed_stay(restorer: AccentRestorer) -> None:
    assert restorer.restore("an ninh mạng").endswith("mạng")
    assert "đ" in restorer.restore("đieu 6")


def test_unknown_words_stay(restorer: AccentRestorer) -> None:
    assert restorer.restore("zzyzx 116/2025/QH15") == "zzyzx 116/2025/QH15"
    assert restorer.knows("mang") and not restorer.knows("zzyzx")


def test_restoring_changes_marks_only(restorer: AccentRestorer) -> None:
    text = "ai chu tri hop tac quoc te ve an ninh mang?"
    assert fold(restorer.restore(text)) == fold(text)


@pytest.mark.parametrize("text", [
    "ai chu tri hop tac quoc te ve an ninh mang", "nghi dinh 53 con hieu luc khong",
    "Bo Cong an lam gi", "luat an ninh mang quy đinh gi",
])
def test_needed_for_unaccented_vietnamese(text: str) -> None:
    assert needs_restoring(text)


@pytest.mark.parametrize("text", [
    *QUESTIONS, "Who leads international cooperation on cybersecurity?", "Budapest Convention",
    "What is the Hanoi Convention?",
])
def test_not_needed_for_accented_vietnamese_nor_english(text: str) -> None:
    assert not needs_restoring(text)


def test_a_saved_model_restores_the_same(restorer: AccentRestorer, tmp_path: Path) -> None:
    restorer.save(tmp_path / "accents.json")
    loaded = load_restorer(tmp_path / "accents.json")
    text = "hop tac quoc te ve phong chong toi pham mang"
    assert loaded.restore(text) == restorer.restore(text)


def test_a_model_of_nothing_changes_nothing() -> None:
    assert train_restorer([]).restore("an ninh mang") == "an ninh mang"
    assert train_restorer([]).restore("") == ""
