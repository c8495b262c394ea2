"""Question to Answer: a LangChain chain of query, retrieval, extraction and verification.

The steps are LCEL runnables, so a chat model's prompt and parser can take the place of extraction
later without the rest noticing, and LangChain's callbacks see every step. What fails
verification is dropped here, once, whatever wrote it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answer_text import render_claim, render_notices, render_sources
from assistant.citations import verify
from assistant.extraction import extract_answer
from assistant.library import Library
from assistant.query import QueryReader
from assistant.retrieval import Retriever
from assistant.schema import Answer, Language, Query, RetrievedChunk


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    """One step of a streamed answer: the question understood, its sources, text, the whole.

    "provisional" holds, in `text`, all that a model has written so far, not yet verified: each one
    takes the place of the one before, and the "text" events that follow take the place of all.
    """

    kind: Literal["query", "sources", "provisional", "text", "answer"]
    query: Query | None = None
    text: str = ""
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What one version of the corpus is answered with."""

    library: Library
    reader: QueryReader
    retriever: Retriever


class Assistant:
    """Answers questions over a corpus. Holds no state of any user; safe to share by threads."""

    def __init__(
        self,
        make_parts: Callable[[], Parts],
        retrieved_chunks: int,
        reading: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`reading` keeps what is read inside it to one state of the corpus, whoever writes."""
        self._make_parts, self._limit, self._reading = make_parts, retrieved_chunks, reading
        with reading():
            self._parts = make_parts()

    @property
    def library(self) -> Library:
        return self._current().library

    def ask(
        self,
        question: str,
        *,
        as_of: date | None = None,
        language: Language | None = None,
        previous: Query | None = None,
        as_typed: bool = False,
        today: date | None = None,
        only_documents: frozenset[str] | None = None,
    ) -> Answer:
        """The verified answer. Raises QuestionError for a question that cannot be taken.

        `as_of` is the chosen date (a date said in the question wins), `previous` the query that a
        follow-up follows, `as_typed` keeps missing accents as they are. `only_documents` are keys of
        documents to search; texts that these lead to (a predecessor, a successor) are still named.
        """
        asked = {
            "question": question,
            "today": today or date.today(),
            "chosen": as_of,
            "language": language,
            "previous": previous,
            "as_typed": as_typed,
            "only_documents": only_documents,
        }
        with self._reading():
            answer: Answer = make_chain(self._current(), self._limit).invoke(asked)["answer"]
        return answer

    def stream(self, question: str, **options: Any) -> Iterator[AnswerEvent]:
        """The same answer in steps; the sources come before the words."""
        answer = self.ask(question, **options)
        yield AnswerEvent("query", query=answer.query)
        yield AnswerEvent("sources", text=render_sources(answer), answer=answer)
        for claim in answer.claims:
            yield AnswerEvent("text", text=render_claim(claim, answer) + "\n\n")
        yield AnswerEvent("text", text=render_notices(answer))
        yield AnswerEvent("answer", answer=answer)

    def _current(self) -> Parts:
        with self._reading():
            if self._parts.library.is_stale:
                self._parts = self._make_parts()
            return self._parts


def make_chain(parts: Parts, limit: int) -> Runnable[dict[str, Any], dict[str, Any]]:
    """The LCEL chain: adds `query`, `retrieved` and `answer` to what was asked."""

    def understand(asked: dict[str, Any]) -> Query:
        query = parts.reader.read(
            asked["question"],
            today=asked["today"],
            chosen=asked["chosen"],
            language=asked["language"],
            previous=asked["previous"],
            as_typed=asked["as_typed"],
        )
        return replace(query, only_documents=asked["only_documents"])

    def retrieve(asked: dict[str, Any]) -> tuple[RetrievedChunk, ...]:
        return parts.retriever.retrieve(asked["query"], limit)

    def answer(asked: dict[str, Any]) -> Answer:
        started = asked["started"]
        drafted = extract_answer(asked["query"], asked["retrieved"], parts.library, parts.retriever)
        checked = keep_supported(verify(drafted, parts.library))
        spent = {"total_seconds": round(time.perf_counter() - started, 4)}
        return replace(checked, timings=spent, corpus_version=parts.library.version)

    # RunnablePassthrough.assign would run each single step in a thread of its own.
    return (
        RunnableLambda(lambda asked: asked | {"started": time.perf_counter()}, name="start")
        | RunnableLambda(lambda asked: asked | {"query": understand(asked)}, name="query")
        | RunnableLambda(lambda asked: asked | {"retrieved": retrieve(asked)}, name="retrieval")
        | RunnableLambda(lambda asked: asked | {"answer": answer(asked)}, name="answer")
    )


def keep_supported(answer: Answer) -> Answer:
    """Drop claims that failed verification; an answer left with none abstains."""
    kept = tuple(claim for claim in answer.claims if claim.is_supported)
    if answer.abstained or any(claim.kind != "frame" for claim in kept):
        return replace(answer, claims=kept)
    return replace(answer, claims=(), abstained=True, abstain_reason="unverified")
