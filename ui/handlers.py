"""What the chat does, as plain functions and generators that know nothing of Gradio or of HTTP.

The page's edge is here: errors of the AssistantError tree become a sentence in the page language;
anything else is a bug, logged with its trace and told in one plain sentence.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from assistant.answer_text import render_text
from assistant.answering import AnswerEvent, Assistant
from assistant.errors import AssistantError, CorpusIndexError, LockedError, QuestionError
from assistant.library import Library
from assistant.schema import Answer, Citation
from ui.conversation import AskRequest, InputProblem, Problem, Turn, read_request

logger = logging.getLogger(__name__)

_DAY_LAST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


class ChatHandlers:
    """The chat over one assistant; holds no state of any visitor."""

    def __init__(
        self, assistant: Assistant, longest_question: int, today: Callable[[], date] = date.today
    ) -> None:
        self.assistant, self._longest, self.today = assistant, longest_question, today

    def answer(self, values: Any) -> Iterator[Turn]:
        """The turn growing: understood, sources, claim by claim, whole. Never raises."""
        turn = Turn(str(values.get("question", "")).strip() if isinstance(values, dict) else "")
        try:
            request = read_request(values)
            options = self._options(request)
            yield turn
            for event in self.assistant.stream(turn.question, **options):
                turn = advance(turn, event)
                yield turn
        except AssistantError as error:
            yield replace(turn, state="failed", problem=problem_of(error))
        except Exception:  # The page's edge: a bug must neither kill the page nor show its insides.
            logger.exception("A question could not be answered")
            yield replace(turn, state="failed", problem=Problem("bug"))

    def answer_program(self, request: AskRequest) -> dict[str, Any]:
        """One answer as JSON values. Raises QuestionError for input that cannot be taken."""
        answer = self.assistant.ask(request.question.strip(), **self._options(request))
        return answer_for_programs(answer)

    def _options(self, request: AskRequest) -> dict[str, Any]:
        """Options of Assistant.ask for a request. Raises InputProblem."""
        question = request.question.strip()
        if not re.search(r"\w", question):
            raise InputProblem(Problem("empty"), "The question is empty. Write one.")
        if len(question) > self._longest:
            detail = f"{len(question)} / {self._longest}"
            raise InputProblem(Problem("too_long", detail), f"Shorten the question: {detail}.")
        today, chosen = self.today(), read_day(request.as_of)
        options: dict[str, Any] = {
            # Today chosen by hand is no choice: the answer need not speak of its date.
            "as_of": None if chosen == today else chosen,
            "language": None if request.answer_language == "auto" else request.answer_language,
            "as_typed": request.as_typed, "today": today,
            # "As typed" undoes what was understood: nothing is taken as a follow-up either.
            "previous": None if request.as_typed else request.previous,
        }
        allowed = documents_in_scope(self.assistant.library, request)
        return options if allowed is None else options | {"only_documents": allowed}


def documents_in_scope(library: Library, request: AskRequest) -> frozenset[str] | None:
    """Keys of the documents that the filters let through, None for all. Raises InputProblem."""
    if not (request.kinds or request.text_language or request.document):
        return None
    allowed = frozenset(
        key for key, document in library.documents.items()
        if (not request.kinds or document.kind in request.kinds)
        and request.text_language in ("", document.language)
        and request.document in ("", document.id)
    )
    if not allowed:
        raise InputProblem(Problem("bad_scope"), "No text fits the filters. Loosen them.")
    return allowed


def advance(turn: Turn, event: AnswerEvent) -> Turn:
    """The turn after one event of the stream; a text event shows one claim more."""
    if event.kind == "query":
        return replace(turn, query=event.query)
    if event.kind == "sources":
        return replace(turn, answer=event.answer)
    if event.kind == "provisional":
        return replace(turn, provisional=event.text)
    if event.kind == "text":
        # After a model has written, the answer held is still the one it wrote from.
        return turn if turn.provisional else replace(turn, shown_claims=turn.shown_claims + 1)
    answer = event.answer
    shown = len(answer.claims) if answer else 0
    return replace(turn, answer=answer, shown_claims=shown, provisional="", state="answered")


def read_day(text: str) -> date | None:
    """The day written (2026-07-01, 01/07/2026, 1-7-2026), None for a blank. Raises InputProblem."""
    written = text.strip()
    if not written:
        return None
    day_last, day_first = _DAY_LAST.fullmatch(written), _DAY_FIRST.fullmatch(written)
    try:
        if day_last:
            return date(int(day_last[1]), int(day_last[2]), int(day_last[3]))
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
    except ValueError:
        pass  # The 31st of February: told like any other text that is no date.
    shown = written[:40]
    raise InputProblem(Problem("bad_date", shown), f"{shown!r} is no date. Write 2026-07-01.")


def problem_of(error: AssistantError) -> Problem:
    """What the page says of an error; the error's own message, which says what to do, is kept."""
    if isinstance(error, InputProblem):
        return error.problem
    if isinstance(error, QuestionError):
        return Problem("question", str(error))
    if isinstance(error, CorpusIndexError):
        return Problem("index", str(error))
    return Problem("locked" if isinstance(error, LockedError) else "setup", str(error))


def answer_for_programs(answer: Answer) -> dict[str, Any]:
    """What a program gets: the text as Markdown, and its parts as JSON values."""
    return {
        "question": answer.question,
        "understood_as": answer.query.standalone,
        "language": answer.query.language,
        "as_of": [answer.query.as_of.start.isoformat(), answer.query.as_of.end.isoformat()],
        "text": render_text(answer),
        "abstained": answer.abstained,
        "abstain_reason": answer.abstain_reason,
        "citations": [_citation_as_json(citation) for citation in answer.citations],
        "nearest": [_citation_as_json(citation) for citation in answer.nearest],
        "notices": [{"kind": notice.kind, "text": notice.text} for notice in answer.notices],
        "model": answer.model,
        "corpus_version": answer.corpus_version,
    }


def _citation_as_json(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number, "label": citation.label, "quote": citation.quote,
        "provision_id": citation.provision_id, "document_key": citation.document_key,
        "validity": citation.validity.state, "is_digest": citation.is_digest, "url": citation.url,
    }
