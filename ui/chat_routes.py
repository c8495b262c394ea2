"""The routes that the chat page calls beside Gradio's: the page itself, answers shown anew, next
questions, exports and feedback. All of them take and give what the browser keeps; none keeps a visitor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from assistant.answering import Assistant
from assistant.errors import AssistantError
from assistant.feedback import Feedback, FeedbackLog
from assistant.schema import Language
from ui.chat_strings import CHAT_STRINGS
from ui.conversation import InputProblem, finished_turn, read_answer
from ui.export import make_document, make_markdown
from ui.pages import Frame, page_language, render_page
from ui.render import view_turn
from ui.suggestions import suggest_questions

MOST_TURNS = 200
# The laws that the corpus is about: what a comparison of two texts begins with, where they are held.
_FIRST_COMPARED = ("law-24-2018", "law-116-2025")
# The day before the Law on Cybersecurity 2025 took effect: what a comparison of two days begins with.
_FIRST_COMPARED_DAY = date(2026, 6, 30)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Values = Annotated[dict[str, Any], Body()]


def make_chat_routes(
    assistant: Assistant, frame: Callable[[Request], Frame], feedback: FeedbackLog,
    longest_question: int, today: Callable[[], date] = date.today,
) -> APIRouter:
    """The chat page and what it calls."""
    routes = APIRouter()

    @routes.get("/")
    def page(request: Request) -> HTMLResponse:
        language = page_language(request)
        values = _page_values(assistant, language, longest_question, today())
        chosen = request.query_params.get("document", "")
        return HTMLResponse(render_page("chat.html", frame(request), chosen_document=chosen, **values))

    @routes.post("/chat/render")
    def render(values: Values) -> JSONResponse:
        return JSONResponse({"turns": [_shown(assistant, held, _language(values))
                                       for held in _answers(values)]})

    @routes.post("/chat/next")
    def next_questions(values: Values) -> JSONResponse:
        answer = read_answer(values.get("answer"))
        return JSONResponse({"questions": suggest_questions(assistant, answer, today())})

    @routes.post("/chat/export/{kind}")
    def export(kind: str, values: Values) -> Response:
        answers = [read_answer(held) for held in _answers(values)]
        title, language = str(values.get("title", ""))[:120], _language(values)
        documents = assistant.library.documents
        if kind == "docx":
            return Response(make_document(title, answers, documents, language), media_type=_WORD)
        text = make_markdown(title, answers, documents, language)
        return Response(text, media_type="text/markdown; charset=utf-8")

    @routes.post("/feedback")
    def tell(values: Values) -> Response:
        answer = read_answer(values.get("answer"))
        feedback.append(Feedback.of(
            answer, is_helpful=values.get("is_helpful") is True,
            reason=str(values.get("reason", ""))[:40], comment=str(values.get("comment", ""))[:2000],
        ))
        return Response(status_code=204)

    return routes


def refuse_input(_: Request, error: Exception) -> Response:
    """What a script gets for values that cannot be taken."""
    status = 422 if isinstance(error, InputProblem) else 503
    message = str(error) if isinstance(error, AssistantError) else "Error"
    return JSONResponse({"error": message}, status_code=status)


def _page_values(
    assistant: Assistant, language: Language, longest: int, today: date
) -> dict[str, Any]:
    library, strings = assistant.library, CHAT_STRINGS[language]
    texts = [held for id_ in library.text_ids() if (held := library.document_of(id_, language))]
    held_ids = [text.id for text in texts]
    return {
        "c": strings, "longest": longest, "today": today.isoformat(),
        "compare_day": _FIRST_COMPARED_DAY.isoformat(),
        "texts": sorted(texts, key=lambda text: text.label),
        "kinds": sorted({text.kind for text in texts}),
        "compare_texts": [id_ if id_ in held_ids else "" for id_ in _FIRST_COMPARED],
        "script_strings": asdict(strings),
    }


def _answers(values: dict[str, Any]) -> list[Any]:
    held = values.get("answers")
    return held[:MOST_TURNS] if isinstance(held, list) else []


def _language(values: dict[str, Any]) -> Language:
    return "en" if values.get("language") == "en" else "vi"


def _shown(assistant: Assistant, values: Any, language: Language) -> dict[str, Any] | None:
    """A kept answer as the page shows it now; None for one of another shape (an older version's)."""
    try:
        answer = read_answer(values)
    except InputProblem:
        return None
    library = assistant.library
    return view_turn(finished_turn(answer), library.documents, language, library.version).as_json()
