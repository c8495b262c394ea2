"""Requests to chat models for one answer: one time limit, the fallback, the breakers, the costs.

Whatever goes wrong inside a provider's package ends here as a ChatModelError with a reason that can
be told; keys never get into a message or a log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.messages import AIMessageChunk
from langchain_core.prompts import ChatPromptTemplate

from assistant.bounded_stream import read_within
from assistant.chat_costs import UsageLog, add_usage, estimate_tokens
from assistant.errors import ChatModelError
from assistant.llm import ChatModel
from assistant.schema import ModelUsage

logger = logging.getLogger(__name__)
# By these names providers say that a reply is whole.
_ENDINGS = ("finish_reason", "stop_reason", "done_reason")
_SHARE_OF_FIRST = 0.6


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model wrote."""

    text: str
    model: str


class ModelRequests:
    """The requests of one answer. `usage` adds up what they took."""

    def __init__(
        self,
        models: Sequence[ChatModel],
        log: UsageLog,
        timeout_seconds: float,
        secrets: Sequence[str] = (),
    ) -> None:
        self._models, self._log, self._secrets = models, log, secrets
        self._end = time.monotonic() + timeout_seconds
        self.usage: ModelUsage | None = None

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def ask(
        self,
        prompt: ChatPromptTemplate,
        variables: dict[str, Any],
        is_usable: Callable[[str], bool],
        most_seconds: float | None = None,
    ) -> Generator[str, None, Reply]:
        """The reply of the first model that gives a usable one; yields the text so far as it grows.

        Raises ChatModelError with the last model's reason when none does.
        """
        if self._log.is_exhausted():
            raise ChatModelError("exhausted", self._models[0].name)
        failure = ChatModelError("resting", self._models[0].name)
        for chat in self._models:
            if not chat.breaker.admit():
                continue
            try:
                text = yield from self._stream(chat, prompt, variables, most_seconds)
            except ChatModelError as error:
                chat.breaker.failed()
                failure = error
                continue
            chat.breaker.succeeded()
            if is_usable(text):
                return Reply(text, chat.name)
            failure = ChatModelError("unusable", chat.name)
        raise failure

    def _stream(
        self, chat: ChatModel, prompt: ChatPromptTemplate, variables: dict[str, Any],
        most_seconds: float | None,
    ) -> Generator[str, None, str]:
        messages = prompt.invoke(variables)
        chain = prompt | chat.model
        started, whole = time.perf_counter(), None
        seconds = min(self._share(chat), most_seconds or self.seconds_left)
        try:
            for chunk in _chunks(lambda: chain.stream(variables), seconds):
                whole = chunk if whole is None else whole + chunk
                yield str(whole.text)
        except Exception as error:  # A provider's package may raise anything; the reader gets an answer.
            self._note_failure(chat, error)
            raise ChatModelError(reason_of(error), chat.name) from None
        finally:
            if whole is not None:
                self._count(chat, whole, messages.to_string(), time.perf_counter() - started)
        text = str(whole.text) if whole is not None else ""
        if not text.strip():
            raise ChatModelError("unusable", chat.name)
        if not any(whole.response_metadata.get(name) for name in _ENDINGS):  # type: ignore[union-attr]
            raise ChatModelError("cut", chat.name)
        return text

    def _share(self, chat: ChatModel) -> float:
        """All the time left to the last model; the others leave some to those after them."""
        return self.seconds_left * (1.0 if chat is self._models[-1] else _SHARE_OF_FIRST)

    def _count(
        self, chat: ChatModel, whole: AIMessageChunk, asked: str, seconds: float
    ) -> None:
        counted = whole.usage_metadata
        if counted:
            tokens = counted["input_tokens"], counted["output_tokens"]
        else:
            tokens = estimate_tokens(asked), estimate_tokens(str(whole.text))
        cost = self._log.prices.cost(*tokens)
        usage = ModelUsage(1, *tokens, cost, not counted, round(seconds, 3))
        self.usage = add_usage(self.usage, usage)
        self._log.record(chat.name, usage)
        logger.info(
            "%s: %d tokens in, %d out, %.1f s, cost %s", chat.name, *tokens, seconds,
            "unknown" if cost is None else f"{cost:.6f} USD",
        )

    def _note_failure(self, chat: ChatModel, error: Exception) -> None:
        message = strike_out(str(error), self._secrets)[:300]
        logger.warning("%s failed: %s: %s", chat.name, type(error).__name__, message)


def reason_of(error: Exception) -> str:
    """Which sentence tells of a provider's error, whatever package it is from."""
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    if status in (401, 403):
        return "key"
    if status == 429:
        return "rate_limit"
    if isinstance(error, TimeoutError) or "timeout" in type(error).__name__.lower():
        return "timeout"
    return "unavailable"


def strike_out(text: str, secrets: Iterable[str]) -> str:
    """The text without the keys."""
    for secret in secrets:
        text = text.replace(secret, "…")
    return text


def _chunks(make: Callable[[], Iterator[Any]], seconds: float) -> Iterator[AIMessageChunk]:
    yield from cast("Iterator[AIMessageChunk]", read_within(make, seconds))
