"""Question to Answer: a LangChain chain of query, retrieval, extraction and verification.

The steps are LCEL runnables, so that LangChain's callbacks see every one. The extractive answer is
always made; where a chat model is set, it then writes on the same evidence (generation.py). What
fails verification is dropped here, once, whatever wrote it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answer_text import render_claim, render_notices, render_sources
from assistant.citations import verify
from assistant.errors import ConfigurationError
from assistant.extraction import extract_answer
from assistant.library import Library
from assistant.query import QueryReader
from assistant.retrieval import Retriever
from assistant.schema import Answer, Language, Query, RetrievedChunk

if TYPE_CHECKING:
    from assistant.generation import AnswerWriter
    from assistant.llm import ChatModel
    from assistant.model_requests import ModelRequests

AnswerWith = Literal["extractive", "model"]


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
        writer: AnswerWriter | None = None,
    ) -> None:
        """`reading` keeps what is read inside it to one state of the corpus, whoever writes."""
        self._make_parts, self._limit, self._reading = make_parts, retrieved_chunks, reading
        self._writer = writer
        with reading():
            self._parts = make_parts()

    @property
    def library(self) -> Library:
        return self._current().library

    @property
    def chat_models(self) -> tuple[ChatModel, ...]:
        """The models that may be asked, the first one first; empty when answers are extractive."""
        return self._writer.models if self._writer else ()

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
        answer_with: AnswerWith | None = None,
    ) -> Answer:
        """The verified answer. Raises QuestionError for a question that cannot be taken.

        `as_of` is the chosen date (a date said in the question wins), `previous` the query that a
        follow-up follows, `as_typed` keeps missing accents as they are. `only_documents` are keys of
        documents to search; texts that these lead to (a predecessor, a successor) are still named.
        `answer_with` keeps to the extractive answer or insists on a model being set; without it a
        model is used if one is.
        """
        asked = _asked(
            question, as_of=as_of, language=language, previous=previous, as_typed=as_typed,
            today=today, only_documents=only_documents,
        )
        *_, last = self._steps(asked, answer_with)
        assert last.answer is not None  # the last step is the answer
        return last.answer

    def stream(
        self, question: str, *, answer_with: AnswerWith | None = None, **options: Any
    ) -> Iterator[AnswerEvent]:
        """The same answer in steps; the sources come before the words. Takes the options of `ask`."""
        asked = _asked(question, **options)
        for event in self._steps(asked, answer_with):
            if event.answer is None or event.kind != "answer":
                yield event
                continue
            for claim in event.answer.claims:
                yield AnswerEvent("text", text=render_claim(claim, event.answer) + "\n\n")
            yield AnswerEvent("text", text=render_notices(event.answer))
            yield event

    def _steps(
        self, asked: dict[str, Any], answer_with: AnswerWith | None
    ) -> Iterator[AnswerEvent]:
        """Query, sources, what a model writes, and the answer; the answer is the last."""
        writer, parts = self._chosen_writer(answer_with), self._current()
        requests = writer.begin() if writer else None
        chain = make_chain(parts, self._limit, writer, requests)
        with self._reading():
            state = chain.invoke(asked)
        extractive: Answer = state["answer"]
        yield AnswerEvent("query", query=extractive.query)
        yield AnswerEvent("sources", text=render_sources(extractive), answer=extractive)
        if writer is None or requests is None:
            yield AnswerEvent("answer", answer=extractive)
            return
        writing = writer.write(extractive, parts.library, parts.retriever, requests)
        while True:
            try:
                yield AnswerEvent("provisional", text=next(writing))
            except StopIteration as stop:
                written: Answer = stop.value
                break
        yield AnswerEvent("answer", answer=_finished(written, parts, state["started"]))

    def _chosen_writer(self, answer_with: AnswerWith | None) -> AnswerWriter | None:
        if answer_with == "model" and self._writer is None:
            raise ConfigurationError(
                "No chat model is set. Set ASSISTANT_CHAT_MODEL=provider:model, or ask without one."
            )
        return None if answer_with == "extractive" else self._writer

    def _current(self) -> Parts:
        with self._reading():
            if self._parts.library.is_stale:
                self._parts = self._make_parts()
            return self._parts


def _asked(
    question: str,
    *,
    as_of: date | None = None,
    language: Language | None = None,
    previous: Query | None = None,
    as_typed: bool = False,
    today: date | None = None,
    only_documents: frozenset[str] | None = None,
) -> dict[str, Any]:
    """What the chain begins with."""
    return {
        "question": question,
        "today": today or date.today(),
        "chosen": as_of,
        "language": language,
        "previous": previous,
        "as_typed": as_typed,
        "only_documents": only_documents,
    }


def make_chain(
    parts: Parts,
    limit: int,
    writer: AnswerWriter | None = None,
    requests: ModelRequests | None = None,
) -> Runnable[dict[str, Any], dict[str, Any]]:
    """The LCEL chain: adds `query`, `retrieved` and the extractive `answer` to what was asked.

    With a writer, a follow-up is condensed by the model where its wording will do.
    """

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

    def condense(asked: dict[str, Any]) -> Query:
        query: Query = asked["query"]
        if writer is None or requests is None or not query.followed_up:
            return query
        standalone = writer.condense(query, asked["previous"], requests)
        if standalone is None:
            return query
        alone = {"question": standalone, "previous": None, "language": query.language}
        return replace(understand(asked | alone), text=query.text, followed_up=True)

    def retrieve(asked: dict[str, Any]) -> tuple[RetrievedChunk, ...]:
        return parts.retriever.retrieve(asked["query"], limit)

    def answer(asked: dict[str, Any]) -> Answer:
        drafted = extract_answer(asked["query"], asked["retrieved"], parts.library, parts.retriever)
        return _finished(drafted, parts, asked["started"])

    # RunnablePassthrough.assign would run each single step in a thread of its own.
    return (
        RunnableLambda(lambda asked: asked | {"started": time.perf_counter()}, name="start")
        | RunnableLambda(lambda asked: asked | {"query": understand(asked)}, name="query")
        | RunnableLambda(lambda asked: asked | {"query": condense(asked)}, name="condense")
        | RunnableLambda(lambda asked: asked | {"retrieved": retrieve(asked)}, name="retrieval")
        | RunnableLambda(lambda asked: asked | {"answer": answer(asked)}, name="answer")
    )


def _finished(drafted: Answer, parts: Parts, started: float) -> Answer:
    """The draft verified, with what did not stand dropped, and stamped."""
    checked = keep_supported(verify(drafted, parts.library))
    spent = {"total_seconds": round(time.perf_counter() - started, 4)}
    return replace(checked, timings=spent, corpus_version=parts.library.version)


def keep_supported(answer: Answer) -> Answer:
    """Drop claims that failed verification; an answer left with none abstains."""
    kept = tuple(claim for claim in answer.claims if claim.is_supported)
    if answer.abstained or any(claim.kind != "frame" for claim in kept):
        return replace(answer, claims=kept)
    return replace(answer, claims=(), abstained=True, abstain_reason="unverified")
