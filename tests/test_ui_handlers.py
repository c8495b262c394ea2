"""What the chat does: streaming, follow-ups, dates, filters, errors told politely, bugs logged."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any, cast

import pytest
from ui_samples import TODAY, ScriptedAssistant, make_answer, make_query

from assistant.answering import AnswerEvent, Assistant
from assistant.errors import (
    AssistantError,
    ConfigurationError,
    IndexMissingError,
    LockedError,
    QuestionError,
)
from ui.conversation import (
    AskRequest,
    InputProblem,
    Turn,
    answer_to_json,
    read_answer,
    read_request,
)
from ui.handlers import ChatHandlers, advance, problem_of, read_day


def make_handlers(error: Exception | None = None) -> tuple[ChatHandlers, ScriptedAssistant]:
    assistant = ScriptedAssistant(error)
    return ChatHandlers(cast(Assistant, assistant), 60, today=lambda: TODAY), assistant


def ask(handlers: ChatHandlers, question: str, **choices: Any) -> Turn:
    *_, last = handlers.answer({"question": question, **choices})
    return last


def test_an_answer_arrives_in_steps_and_its_sources_before_its_words() -> None:
    handlers, _ = make_handlers()
    turns = list(handlers.answer({"question": "  Ai chủ trì? "}))
    steps = [(t.state, t.query is not None, t.answer is not None, t.shown_claims) for t in turns]
    assert steps == [
        ("working", False, False, 0), ("working", True, False, 0), ("working", True, True, 0),
        ("working", True, True, 1), ("working", True, True, 2), ("answered", True, True, 2),
    ]
    assert turns[0].question == "Ai chủ trì?"


def test_what_a_model_writes_stays_provisional_until_the_verified_answer_comes() -> None:
    turn = Turn("Hỏi?", answer=make_answer())
    turn = advance(turn, AnswerEvent("provisional", text="Chữ của mô hình"))
    assert turn.provisional == "Chữ của mô hình"
    turn = advance(turn, AnswerEvent("text", text="…"))
    assert turn.shown_claims == 0, "the claims held are those of the draft, not the model's"
    turn = advance(turn, AnswerEvent("answer", answer=make_answer()))
    assert (turn.provisional, turn.state, turn.shown_claims) == ("", "answered", 2)


def test_a_follow_up_is_given_the_previous_query_through_the_browser() -> None:
    handlers, assistant = make_handlers()
    kept = answer_to_json(make_answer("Câu một?"))
    ask(handlers, "Còn luật cũ?", previous=kept["query"])
    assert assistant.asked[0][1]["previous"] == make_query("Câu một?")


def test_nothing_of_a_visitor_is_kept_here() -> None:
    handlers, assistant = make_handlers()
    ask(handlers, "Câu của người thứ nhất?")
    ask(handlers, "Câu của người thứ hai?")
    assert assistant.asked[1][1]["previous"] is None


def test_asking_as_typed_undoes_what_was_understood() -> None:
    handlers, assistant = make_handlers()
    assert ask(handlers, "ai chu tri").is_reinterpreted
    kept = answer_to_json(make_answer())
    again = ask(handlers, "ai chu tri", as_typed=True, previous=kept["query"])
    assert not again.is_reinterpreted
    assert assistant.asked[1][1]["as_typed"] and assistant.asked[1][1]["previous"] is None


@pytest.mark.parametrize("question", ["", "   ", "?!", "\n\t"])
def test_an_empty_question_is_not_asked(question: str) -> None:
    handlers, assistant = make_handlers()
    turn = ask(handlers, question)
    assert turn.state == "failed" and turn.problem is not None and turn.problem.kind == "empty"
    assert not assistant.asked


def test_an_overlong_question_is_not_asked() -> None:
    handlers, assistant = make_handlers()
    turn = ask(handlers, "a" * 61)
    assert turn.problem is not None and turn.problem.kind == "too_long"
    assert turn.problem.detail == "61 / 60" and not assistant.asked
    assert ask(handlers, "a" * 60).state == "answered"


@pytest.mark.parametrize("values", [
    None, [], "text", {}, {"question": 3}, {"question": "Hỏi?", "previous": {"text": "x"}},
    {"question": "Hỏi?", "answer_language": "fr"}, {"question": "Hỏi?", "kinds": "law"},
])
def test_a_request_of_another_shape_is_told_and_not_asked(values: Any) -> None:
    handlers, assistant = make_handlers()
    *_, turn = handlers.answer(values)
    assert turn.problem is not None and turn.problem.kind == "question" and not assistant.asked
    with pytest.raises(InputProblem):
        read_request(values)


@pytest.mark.parametrize(("text", "day"), [
    ("", None), ("  ", None), ("2026-07-01", date(2026, 7, 1)), ("01/07/2026", date(2026, 7, 1)),
    ("1-7-2026", date(2026, 7, 1)), (" 01.07.2026 ", date(2026, 7, 1)),
])
def test_days_are_read(text: str, day: date | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize("text", ["31/02/2026", "2026-13-01", "hôm qua", "01/07/26", "2026", "<b>"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InputProblem):
        read_day(text)
    handlers, assistant = make_handlers()
    turn = ask(handlers, "Ai chủ trì?", as_of=text)
    assert turn.problem is not None and turn.problem.kind == "bad_date" and not assistant.asked


def test_today_chosen_by_hand_is_no_choice() -> None:
    handlers, assistant = make_handlers()
    ask(handlers, "Ai chủ trì?", as_of="22/11/2026")
    ask(handlers, "Ai chủ trì?", as_of="21/11/2026")
    assert [options["as_of"] for _, options in assistant.asked] == [None, date(2026, 11, 21)]


@pytest.mark.parametrize("choices", [
    {"kinds": ["law", "decree"]}, {"text_language": "vi"}, {"document": "law-1"},
])
def test_filters_name_the_documents_to_search(choices: dict[str, Any]) -> None:
    handlers, assistant = make_handlers()
    ask(handlers, "Ai chủ trì?", **choices)
    ask(handlers, "Ai chủ trì?")
    assert assistant.asked[0][1]["only_documents"] == frozenset({"law-1.vi"})
    assert "only_documents" not in assistant.asked[1][1]


@pytest.mark.parametrize("choices", [
    {"kinds": ["treaty"]}, {"text_language": "en"}, {"document": "law-2"},
])
def test_filters_that_leave_nothing_are_told(choices: dict[str, Any]) -> None:
    handlers, assistant = make_handlers()
    turn = ask(handlers, "Ai chủ trì?", **choices)
    assert turn.problem is not None and turn.problem.kind == "bad_scope" and not assistant.asked


@pytest.mark.parametrize(("error", "kind"), [
    (QuestionError("x"), "question"), (IndexMissingError("x"), "index"),
    (LockedError("x"), "locked"), (ConfigurationError("x"), "setup"),
    (AssistantError("x"), "setup"),
])
def test_expected_errors_are_told(error: AssistantError, kind: str) -> None:
    assert problem_of(error).kind == kind
    turn = ask(make_handlers(error)[0], "Ai chủ trì?")
    assert turn.state == "failed" and turn.problem is not None and turn.problem.kind == kind


def test_a_bug_is_logged_with_its_trace_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    handlers, _ = make_handlers(ZeroDivisionError("secret"))
    with caplog.at_level(logging.ERROR):
        turn = ask(handlers, "Ai chủ trì?")
    assert turn.problem is not None and (turn.problem.kind, turn.problem.detail) == ("bug", "")
    assert caplog.records[0].exc_info and "secret" in caplog.text


def test_an_answer_kept_by_a_browser_comes_back_as_it_was() -> None:
    answer = make_answer(query=make_query(only_documents=frozenset({"law-1.vi"})))
    assert read_answer(answer_to_json(answer)) == answer
    for broken in (None, {}, {**answer_to_json(answer), "claims": "x"}):
        with pytest.raises(InputProblem):
            read_answer(broken)


def test_a_program_gets_values_and_named_errors() -> None:
    handlers, assistant = make_handlers()
    result = handlers.answer_program(AskRequest("Ai chủ trì?", "2026-07-01", "en"))
    assert result["citations"][0]["label"] == "khoản 1 Điều 1 Luật Mẫu 2025"
    assert result["as_of"] == ["2026-11-22", "2026-11-22"] and result["abstained"] is False
    assert assistant.asked[0][1]["language"] == "en"
    with pytest.raises(QuestionError, match="empty"):
        handlers.answer_program(AskRequest(" "))
