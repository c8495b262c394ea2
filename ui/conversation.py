"""What is asked of the page and what becomes of it. Nothing of a visitor is kept on the server.

A browser holds its conversations: with each question it sends what the question follows
(`AskRequest.previous`), and it keeps each answer as JSON (`answer_to_json`), from which the page is
made anew in another language, exported, or continued.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from assistant.errors import QuestionError
from assistant.schema import Answer, Language, Query

AnswerLanguage = Literal["auto", "vi", "en"]
TurnState = Literal["working", "answered", "stopped", "failed"]
ProblemKind = Literal[
    "empty", "too_long", "bad_date", "bad_scope", "too_many", "question", "index", "locked", "setup", "bug"
]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a turn failed: `kind` names a sentence of the page, `detail` says what to do next."""

    kind: ProblemKind
    detail: str = ""


class InputProblem(QuestionError):
    """What the visitor entered cannot be taken; `problem` says it in the page's terms."""

    def __init__(self, problem: Problem, message: str) -> None:
        super().__init__(message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class AskRequest:
    """A question with the visitor's choices, as a browser or a program sends them.

    `as_of` is a day as typed, empty for today. `kinds`, `text_language` and `document` (a text id)
    are the filters; empty ones let everything through. `previous` is what a follow-up follows.
    """

    question: str
    as_of: str = ""
    answer_language: AnswerLanguage = "auto"
    page_language: Language = "vi"
    as_typed: bool = False
    kinds: tuple[str, ...] = ()
    text_language: Literal["", "vi", "en"] = ""
    document: str = ""
    previous: Query | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and as much of its answer as has arrived. `shown_claims` counts from the first.

    `provisional` is a model's text that nothing has verified yet.
    """

    question: str
    state: TurnState = "working"
    query: Query | None = None
    answer: Answer | None = None
    shown_claims: int = 0
    provisional: str = ""
    problem: Problem | None = None

    @property
    def is_reinterpreted(self) -> bool:
        """Whether what was searched is not what was typed: the reader may want it undone."""
        return self.query is not None and (self.query.restored or self.query.followed_up)


_REQUESTS = TypeAdapter(AskRequest)
_ANSWERS = TypeAdapter(Answer)


def read_request(values: Any) -> AskRequest:
    """The request in JSON values. Raises InputProblem for values of another shape."""
    request: AskRequest = _read(_REQUESTS, values)
    return request


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """What a browser keeps of an answer: all but the retrieved chunks, which are long and not shown."""
    kept: dict[str, Any] = _ANSWERS.dump_python(replace(answer, retrieved=()), mode="json")
    return kept


def read_answer(values: Any) -> Answer:
    """An answer that a browser kept. Raises InputProblem for values of another shape."""
    answer: Answer = _read(_ANSWERS, values)
    return answer


def finished_turn(answer: Answer) -> Turn:
    """The turn of a whole answer."""
    return Turn(answer.question, "answered", answer.query, answer, len(answer.claims))


def _read(adapter: TypeAdapter[Any], values: Any) -> Any:
    try:
        return adapter.validate_python(values)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InputProblem(
            Problem("question", f"{where}: {error.errors()[0]['msg']}"),
            f"The request has another shape than expected ({where}). See the description of the API.",
        ) from error
