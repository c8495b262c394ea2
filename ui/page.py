"""What the handlers return, as updates of the page's components.

`Components` fixes the order in which listeners name their outputs, `Page` gives values in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.schema import Language
from ui.conversation import Conversation
from ui.handlers import AnswerLanguage, PageHandlers
from ui.render import (
    render_conversation,
    render_footer,
    render_header,
    render_sources,
    render_title,
)
from ui.strings import STRINGS, Strings, preferred_language

# What the footer says before a question is asked; the pipeline has no other way to answer yet.
ANSWERED_BY = "extractive"


@dataclass(frozen=True, slots=True)
class Components:
    """The components that listeners read or change."""

    conversation: gr.State
    header: gr.Markdown
    language: gr.Radio
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    clear: gr.Button
    as_typed: gr.Button
    as_of: gr.Textbox
    answer_language: gr.Dropdown
    examples_title: gr.Markdown
    examples: tuple[gr.Button, ...]
    example_box: gr.Column
    answers: gr.Markdown
    sources: gr.Markdown
    footer: gr.Markdown

    @property
    def shown(self) -> list[Any]:
        """What changes with the conversation, in the order of `Page.show`."""
        return [self.conversation, self.answers, self.sources, self.question, self.ask, self.stop,
                self.clear, self.as_typed, self.example_box]

    @property
    def labelled(self) -> list[Any]:
        """What changes with the page language, in the order of `Page.label`."""
        return [self.header, self.language, self.question, self.ask, self.stop, self.clear,
                self.as_typed, self.as_of, self.answer_language, self.examples_title,
                *self.examples, self.answers, self.sources, self.footer]


class Page:
    """Turns what the handlers return into updates of components. Holds no visitor's state."""

    def __init__(self, handlers: PageHandlers) -> None:
        self.handlers = handlers

    def ask(
        self, question: str, conversation: Conversation, as_of: str,
        answer_language: AnswerLanguage, language: Language,
    ) -> Iterator[list[Any]]:
        for grown in self.handlers.ask(question, conversation, as_of, answer_language):
            yield self.show(grown, language)

    def ask_as_typed(
        self, conversation: Conversation, as_of: str, answer_language: AnswerLanguage,
        language: Language,
    ) -> Iterator[list[Any]]:
        for grown in self.handlers.ask_again(conversation, as_of, answer_language):
            yield self.show(grown, language)

    def stop(self, conversation: Conversation, language: Language) -> list[Any]:
        return self.show(conversation.stopped(), language)

    def clear(self, language: Language) -> list[Any]:
        return self.show(Conversation(), language)

    def show(self, conversation: Conversation, language: Language) -> list[Any]:
        """Updates for `Components.shown`."""
        latest, documents = conversation.latest, self.handlers.assistant.library.documents
        is_working = latest is not None and latest.state == "working"
        may_retype = latest is not None and latest.state == "answered" and latest.is_reinterpreted
        return [
            conversation,
            render_conversation(conversation, documents, language),
            render_sources(conversation, documents, language),
            _question_box(conversation),
            gr.update(visible=not is_working),
            gr.update(visible=is_working),
            gr.update(visible=latest is not None and not is_working),
            gr.update(visible=may_retype),
            gr.update(visible=latest is None),
        ]

    def label(self, conversation: Conversation, language: Language) -> list[Any]:
        """Updates for `Components.labelled`."""
        strings, documents = STRINGS[language], self.handlers.assistant.library.documents
        return [
            render_header(language),
            gr.update(value=language, label=strings.page_language),
            gr.update(label=strings.question, placeholder=strings.question_hint),
            strings.ask, strings.stop, strings.clear, strings.as_typed,
            gr.update(label=strings.as_of, placeholder=self.as_of_hint(strings)),
            gr.update(label=strings.answer_language, choices=answer_language_choices(strings)),
            render_title(strings.examples_title), *strings.examples,
            render_conversation(conversation, documents, language),
            render_sources(conversation, documents, language),
            render_footer(documents, ANSWERED_BY, language),
        ]

    def as_of_hint(self, strings: Strings) -> str:
        return strings.as_of_hint.format(today=f"{self.handlers.today():%d/%m/%Y}")

    def greet(self, conversation: Conversation, request: gr.Request) -> list[Any]:
        """Labels in the language that the browser asks for; no script needed."""
        accepted = request.headers.get("accept-language", "")
        return self.label(conversation, preferred_language(accepted))


def _question_box(conversation: Conversation) -> Any:
    """Emptied once the question is taken, given back when it was not, else left to the visitor."""
    latest = conversation.latest
    if latest is None or (latest.state == "working" and latest.query is None):
        return ""
    return latest.question if latest.state == "failed" else gr.skip()


def answer_language_choices(strings: Strings) -> list[tuple[str, str]]:
    return list(zip(strings.answer_languages, ("auto", "vi", "en"), strict=True))
