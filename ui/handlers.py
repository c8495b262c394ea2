"""What the page does, as plain functions and generators that know nothing of Gradio.

The page's edge is here: errors of the AssistantError tree become a sentence in the page language;
anything else is a bug, logged with its trace and told in one plain sentence.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from assistant.answer_text import render_text
from assistant.answering import AnswerEvent, Assistant
from assistant.errors import (
    AssistantError,
    CorpusIndexError,
    LockedError,
    QuestionError,
)
from assistant.schema import Answer, Citation
from ui.conversation import Conversation, Problem, Turn

logger = logging.getLogger(__name__)

AnswerLanguage = Literal["auto", "vi", "en"]
_DAY_LAST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


class InputProblem(QuestionError):
    """What the visitor entered cannot be taken; `problem` says it in the page's terms."""

    def __init__(self, problem: Problem, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class PageHandlers:
    """The listeners' work over one assistant; holds no state of any visitor."""

    def __init__(
        self, assistant: Assistant, longest_question: int, today: Callable[[], date] = date.today
    ) -> None:
        self.assistant, self._longest, self.today = assistant, longest_question, today

    def ask(
        self, question: str, conversation: Conversation, as_of: str,
        answer_language: AnswerLanguage, *, as_typed: bool = False,
    ) -> Iterator[Conversation]:
        """The conversation with the new turn growing: understood, sources, claim by claim, whole.

        `as_typed` undoes what was understood: accents stay off and nothing is taken as a follow-up.
        """
        turn = conversation.new_turn(question.strip())
        try:
            options = self._options(turn.question, as_of, answer_language, as_typed)
            if not as_typed:
                options["previous"] = conversation.previous_query
            yield conversation.with_turn(turn)
            for event in self.assistant.stream(turn.question, **options):
                turn = advance(turn, event)
                yield conversation.with_turn(turn)
        except AssistantError as error:
            yield conversation.with_turn(_failed(turn, problem_of(error)))
        except Exception:  # The page's edge: a bug must neither kill the page nor show its insides.
            logger.exception("A question could not be answered")
            yield conversation.with_turn(_failed(turn, Problem("bug")))

    def ask_again(
        self, conversation: Conversation, as_of: str, answer_language: AnswerLanguage
    ) -> Iterator[Conversation]:
        """Asks the last question again, exactly as it was typed."""
        latest = conversation.latest
        if latest is not None:
            yield from self.ask(
                latest.question, conversation, as_of, answer_language, as_typed=True
            )

    def ask_for_program(
        self, question: str, as_of: str, answer_language: AnswerLanguage
    ) -> dict[str, Any]:
        """One answer as JSON values. Raises QuestionError for input that cannot be taken."""
        options = self._options(question.strip(), as_of, answer_language, as_typed=False)
        return answer_as_json(self.assistant.ask(question.strip(), **options))

    def _options(
        self, question: str, as_of: str, answer_language: AnswerLanguage, as_typed: bool
    ) -> dict[str, Any]:
        """Options of Assistant.ask from what the page's fields hold. Raises InputProblem."""
        if not re.search(r"\w", question):
            raise InputProblem(Problem("empty"), "The question is empty. Write one.")
        if len(question) > self._longest:
            detail = f"{len(question)} / {self._longest}"
            raise InputProblem(Problem("too_long", detail), f"Shorten the question: {detail}.")
        today = self.today()
        chosen = read_day(as_of)
        return {
            # Today chosen by hand is no choice: the answer need not speak of its date.
            "as_of": None if chosen == today else chosen,
            "language": answer_language if answer_language in ("vi", "en") else None,
            "as_typed": as_typed, "today": today,
        }


def advance(turn: Turn, event: AnswerEvent) -> Turn:
    """The turn after one event of the stream; a text event shows one claim more."""
    if event.kind == "query":
        return replace(turn, query=event.query)
    if event.kind == "sources":
        return replace(turn, answer=event.answer)
    if event.kind == "text":
        return replace(turn, shown_claims=turn.shown_claims + 1)
    if event.kind == "provisional":
        return turn  # not verified yet
    answer = event.answer
    shown = len(answer.claims) if answer else 0
    return replace(turn, answer=answer, shown_claims=shown, state="answered")


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


def answer_as_json(answer: Answer) -> dict[str, Any]:
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


def _failed(turn: Turn, problem: Problem) -> Turn:
    return replace(turn, state="failed", problem=problem)


def _citation_as_json(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number, "label": citation.label, "quote": citation.quote,
        "provision_id": citation.provision_id, "document_key": citation.document_key,
        "validity": citation.validity.state, "is_digest": citation.is_digest, "url": citation.url,
    }
