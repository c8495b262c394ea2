"""What the page does: streaming, follow-ups, dates, errors told politely, bugs logged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from assistant.answering import AnswerEvent, Assistant
from assistant.config import Settings
from assistant.errors import (
    AssistantError,
    ConfigurationError,
    IndexMissingError,
    LockedError,
    QuestionError,
)
from assistant.schema import Answer, AsOf, Citation, Claim, Document, Query, Validity
from ui.app import make_server
from ui.conversation import MOST_TURNS, Conversation, Turn
from ui.handlers import InputProblem, PageHandlers, problem_of, read_day
from ui.security import is_loopback, require_loopback

TODAY = date(2026, 11, 22)
LAW = Document(
    id="law-1", language="vi", title="Luật Mẫu", label="Luật Mẫu 2025", kind="law", body="Lời luật."
)


def make_answer(question: str, *, restored: bool = False) -> Answer:
    query = Query(question, question, "vi", AsOf(TODAY, TODAY, "today"), restored=restored)
    citation = Citation(
        1, "law-1.vi#1", "law-1.vi", "law-1/art-1", "Điều 1 Luật Mẫu 2025", "Lời luật.", 0, 9,
        Validity("in_force"), is_digest=True,
    )
    claims = (Claim("Theo **Điều 1**:", (1,)), Claim("Lời luật.", (1,), "quote"))
    return Answer(question, query, claims, (citation,), ())


class ScriptedAssistant:
    """Shaped like Assistant, for the wiring alone: answers everything alike, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.asked = error, list[tuple[str, dict[str, Any]]]()
        self.library = SimpleNamespace(documents={LAW.key: LAW}, version="7")

    def ask(self, question: str, **options: Any) -> Answer:
        self.asked.append((question, options))
        if self.error:
            raise self.error
        return make_answer(question, restored=not options["as_typed"])

    def stream(self, question: str, **options: Any) -> Iterator[AnswerEvent]:
        answer = self.ask(question, **options)
        yield AnswerEvent("query", query=answer.query)
        yield AnswerEvent("sources", answer=answer)
        for claim in answer.claims:
            yield AnswerEvent("text", text=claim.text)
        yield AnswerEvent("answer", answer=answer)


def make_handlers(error: Exception | None = None) -> tuple[PageHandlers, ScriptedAssistant]:
    assistant = ScriptedAssistant(error)
    return PageHandlers(cast(Assistant, assistant), 60, today=lambda: TODAY), assistant


def ask(handlers: PageHandlers, question: str, as_of: str = "") -> Turn:
    *_, last = handlers.ask(question, Conversation(), as_of, "auto")
    assert last.latest is not None
    return last.latest


def test_an_answer_arrives_in_steps() -> None:
    handlers, _ = make_handlers()
    latest = [c.latest for c in handlers.ask("  Ai chủ trì? ", Conversation(), "", "auto")]
    steps = [(t.state, t.query is not None, t.answer is not None, t.shown_claims)
             for t in latest if t is not None]
    assert steps == [
        ("working", False, False, 0), ("working", True, False, 0), ("working", True, True, 0),
        ("working", True, True, 1), ("working", True, True, 2), ("answered", True, True, 2),
    ]
    assert latest[0] is not None and latest[0].question == "Ai chủ trì?"


def test_a_follow_up_is_given_the_previous_query() -> None:
    handlers, assistant = make_handlers()
    *_, first = handlers.ask("Câu một?", Conversation(), "", "auto")
    *_, second = handlers.ask("Còn luật cũ?", first, "", "auto")
    assert assistant.asked[0][1]["previous"] is None
    assert assistant.asked[1][1]["previous"].text == "Câu một?"
    assert [turn.number for turn in second.turns] == [1, 2]


def test_visitors_do_not_share_a_conversation() -> None:
    handlers, assistant = make_handlers()
    list(handlers.ask("Câu của người thứ nhất?", Conversation(), "", "auto"))
    list(handlers.ask("Câu của người thứ hai?", Conversation(), "", "auto"))
    assert assistant.asked[1][1]["previous"] is None


def test_asking_as_typed_undoes_what_was_understood() -> None:
    handlers, assistant = make_handlers()
    *_, first = handlers.ask("ai chu tri", Conversation(), "", "auto")
    assert first.latest is not None and first.latest.is_reinterpreted
    *_, again = handlers.ask_again(first, "", "auto")
    question, options = assistant.asked[1]
    assert question == "ai chu tri" and options["as_typed"] and "previous" not in options
    assert again.latest is not None and not again.latest.is_reinterpreted


def test_nothing_to_ask_again_in_a_new_conversation() -> None:
    handlers, assistant = make_handlers()
    assert list(handlers.ask_again(Conversation(), "", "auto")) == []
    assert not assistant.asked


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
    assert turn.problem is not None and turn.problem.kind == "bad_date"
    assert not assistant.asked


def test_today_chosen_by_hand_is_no_choice() -> None:
    handlers, assistant = make_handlers()
    ask(handlers, "Ai chủ trì?", as_of="22/11/2026")
    ask(handlers, "Ai chủ trì?", as_of="21/11/2026")
    assert [options["as_of"] for _, options in assistant.asked] == [None, date(2026, 11, 21)]


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


def test_a_failed_turn_makes_way_for_the_next() -> None:
    handlers, _ = make_handlers()
    *_, failed = handlers.ask("", Conversation(), "", "auto")
    *_, asked = handlers.ask("Ai chủ trì?", failed, "", "auto")
    assert [turn.state for turn in asked.turns] == ["answered"]


def test_stopping_keeps_what_has_arrived() -> None:
    handlers, _ = make_handlers()
    steps = handlers.ask("Ai chủ trì?", Conversation(), "", "auto")
    next(steps), next(steps), next(steps)
    grown = next(steps)
    steps.close()  # type: ignore[attr-defined]
    stopped = grown.stopped().latest
    assert stopped is not None and (stopped.state, stopped.shown_claims) == ("stopped", 1)
    assert grown.stopped().previous_query is None
    assert Conversation().stopped() == Conversation()


def test_old_turns_are_let_go() -> None:
    conversation = Conversation()
    for _ in range(MOST_TURNS + 5):
        turn = replace(conversation.new_turn("Hỏi?"), state="answered")
        conversation = conversation.with_turn(turn)
    assert len(conversation.turns) == MOST_TURNS
    assert conversation.turns[-1].number == MOST_TURNS + 5


def test_a_program_gets_values_and_named_errors() -> None:
    handlers, assistant = make_handlers()
    result = handlers.ask_for_program("Ai chủ trì?", "2026-07-01", "en")
    assert result["citations"][0]["label"] == "Điều 1 Luật Mẫu 2025"
    assert result["as_of"] == ["2026-11-22", "2026-11-22"] and result["abstained"] is False
    assert assistant.asked[0][1]["language"] == "en"
    with pytest.raises(QuestionError, match="empty"):
        handlers.ask_for_program(" ", "", "auto")


@pytest.mark.parametrize(("host", "is_local"), [
    ("127.0.0.1", True), ("127.3.2.1", True), ("localhost", True), ("::1", True), ("[::1]", True),
    ("0.0.0.0", False), ("192.168.1.2", False), ("example.org", False), ("", False),
    ("127.0.0.1.example.org", False),
])
def test_only_this_machine_is_served(host: str, is_local: bool) -> None:
    assert is_loopback(host) is is_local
    if not is_local:
        with pytest.raises(ConfigurationError, match="password protection"):
            require_loopback(host)


@pytest.fixture(scope="module")
def client() -> Iterator[Callable[..., Any]]:
    from fastapi.testclient import TestClient

    server = make_server(cast(Assistant, ScriptedAssistant()), Settings())
    with TestClient(server, base_url="http://127.0.0.1:7860") as test_client:
        yield test_client.request


def test_health(client: Callable[..., Any]) -> None:
    response = client("GET", "/health")
    assert response.json() == {"status": "ok", "corpus_version": "7", "documents": 1}


def test_every_response_is_guarded(client: Callable[..., Any]) -> None:
    for path in ("/", "/health", "/no-such-page", "/gradio_api/info"):
        headers = client("GET", path).headers
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        scripts = headers["content-security-policy"].split("script-src ")[1].split(";")[0]
        assert "unsafe" not in scripts and "http" not in scripts


def test_each_page_marks_its_scripts_with_a_nonce_of_its_own(client: Callable[..., Any]) -> None:
    nonces = set()
    for _ in range(2):
        response = client("GET", "/")
        nonce = response.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
        assert response.text.count("<script") == response.text.count(f'nonce="{nonce}"') > 2
        nonces.add(nonce)
    assert len(nonces) == 2


def test_a_foreign_host_name_is_refused(client: Callable[..., Any]) -> None:
    assert client("GET", "/", headers={"host": "evil.example"}).status_code == 400
    assert client("GET", "/health", headers={"host": "localhost:7860"}).status_code == 200


def test_uploads_are_refused(client: Callable[..., Any]) -> None:
    response = client("POST", "/gradio_api/upload", files={"files": ("a.exe", b"MZ")})
    assert response.status_code == 403


def test_only_ask_is_offered_to_programs(client: Callable[..., Any]) -> None:
    endpoints = client("GET", "/gradio_api/info").json()["named_endpoints"]
    assert list(endpoints) == ["/ask"]
    names = [parameter["parameter_name"] for parameter in endpoints["/ask"]["parameters"]]
    assert names == ["question", "as_of", "answer_language"]
    assert "citations" in endpoints["/ask"]["description"]


def test_a_host_that_others_reach_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="password protection"):
        make_server(cast(Assistant, ScriptedAssistant()), Settings(host="0.0.0.0"))
