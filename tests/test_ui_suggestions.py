"""Next questions over a real index: each is answered, and rests on what it was made from."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answering import Assistant
from assistant.build import Workspace, build_assistant
from ui.suggestions import MOST_QUESTIONS, suggest_questions

TODAY = date(2026, 11, 22)
# The small index may have to be made first, by the first test.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def assistant(small_workspace: Workspace) -> Assistant:
    return build_assistant(small_workspace.settings)


@pytest.mark.parametrize("question", [
    "Điều 12 Nghị định 331/2026/NĐ-CP quy định gì?",
    "What does Article 12 of Decree 331/2026/ND-CP provide?",
    "Nghị định 85/2016/NĐ-CP còn hiệu lực không?",
])
def test_suggested_questions_are_answered_by_the_corpus(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question, today=TODAY)
    suggested = suggest_questions(assistant, answer, TODAY)
    assert 0 < len(suggested) <= MOST_QUESTIONS and question not in suggested
    for text in suggested:
        found = assistant.ask(text, today=TODAY)
        assert not found.abstained and found.query.language == answer.query.language, text


def test_nothing_is_suggested_where_nothing_was_found(assistant: Assistant) -> None:
    answer = assistant.ask("Giá vàng hôm nay bao nhiêu?", today=TODAY)
    assert answer.abstained and suggest_questions(assistant, answer, TODAY) == []


def test_a_filter_keeps_to_the_documents_named(assistant: Assistant) -> None:
    only = frozenset({"decree-85-2016.vi"})
    answer = assistant.ask("Phạm vi điều chỉnh là gì?", today=TODAY, only_documents=only)
    assert {item.chunk.document_key for item in answer.retrieved if item.rank} == only
    everything = assistant.ask("Phạm vi điều chỉnh là gì?", today=TODAY)
    assert len({item.chunk.document_key for item in everything.retrieved}) > 1
