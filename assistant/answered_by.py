"""Who answered, what it took, and where the question went: one line each, for terminal and page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.phrases import phrase
from assistant.schema import Answer, Language, ModelUsage

if TYPE_CHECKING:
    from assistant.llm import ChatModel


def describe_answer(answer: Answer, language: Language | None = None) -> str:
    """ "Worded by the model openai:x …; 1200 tokens in, 90 out, 2.1 s, 0.0004 USD." in the answer's
    language, or in the one given."""
    said_in = language or answer.query.language
    if answer.model == "extractive":
        pieces = [phrase("answered_extractive", said_in)]
        if answer.usage is not None:
            pieces = [f"{pieces[0]} ({phrase('model_was_asked', said_in)})"]
    else:
        pieces = [phrase("answered_by_model", said_in, model=answer.model)]
    if answer.usage is not None:
        pieces.append(describe_usage(answer.usage, said_in))
    return "; ".join(pieces) + "."


def describe_usage(usage: ModelUsage, language: Language) -> str:
    """Tokens, seconds, and the cost where prices are set."""
    seconds = f"{usage.seconds:.1f}"
    text = phrase(
        "usage", language, input=usage.input_tokens, output=usage.output_tokens,
        seconds=seconds.replace(".", ",") if language == "vi" else seconds,
    )
    if usage.is_estimated:
        text += f" ({phrase('usage_estimated', language)})"
    if usage.cost_usd is not None:
        cost = f"{usage.cost_usd:.4f}"
        text += f", {cost.replace('.', ',') if language == 'vi' else cost} USD"
    return text


def describe_privacy(models: Sequence[ChatModel], language: Language) -> str:
    """Where questions go: to a host by name, or nowhere."""
    if not models:
        return phrase("no_model", language)
    lines = [
        phrase("leaves_machine", language, host=chat.host, model=chat.name)
        if chat.is_hosted
        else phrase("stays_local", language, model=chat.name)
        for chat in models
    ]
    return " ".join(dict.fromkeys(lines))
