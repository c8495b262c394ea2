"""Layout, wiring and the server of the page; no logic. Gradio's types stop here.

The listener that answers streams whole conversations (`handlers`), and each is shown as HTML
(`render`). Per-visitor state is in `gr.State`: nothing of a visitor is kept in an object here.
"""

from __future__ import annotations

import os
from importlib.resources import files
from typing import Any, Literal

import gradio as gr
import uvicorn
from fastapi import FastAPI
from gradio.events import api

from assistant.answering import Assistant
from assistant.build import build_assistant
from assistant.config import Settings
from assistant.errors import AssistantError
from ui.conversation import Conversation
from ui.evaluation_page import mount_evaluation_page
from ui.handlers import PageHandlers
from ui.page import ANSWERED_BY, Components, Page, answer_language_choices
from ui.render import render_footer, render_header, render_sources, render_title
from ui.security import PageSecurity, require_loopback
from ui.strings import STRINGS, Strings

# An answer keeps a core busy (embedding, ranking): more at a time than this only slow each other
# down, while one alone would make every visitor wait for the slowest question.
ANSWERS_AT_A_TIME = 2
# Further questions wait in line; beyond this many a visitor is told that the server is busy.
MOST_WAITING = 32
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]


def _html(html: str, name: str) -> gr.Markdown:
    """HTML that Gradio sanitises once more; `gr.HTML` does not, and needs `unsafe-eval`."""
    return gr.Markdown(html, elem_id=name, container=False, latex_delimiters=[])


def _lay_out(page: Page) -> Components:
    """The page in Vietnamese; `Page.greet` changes the language before it is first seen."""
    strings, documents = STRINGS["vi"], page.handlers.assistant.library.documents
    conversation = gr.State(Conversation())
    with gr.Row(elem_id="top"):
        header = _html(render_header("vi"), "header")
        language = gr.Radio(
            [("Tiếng Việt", "vi"), ("English", "en")], value="vi", label=strings.page_language,
            elem_id="language", container=False, scale=0, min_width=200,
        )
    with gr.Row(elem_id="columns"):
        with gr.Column(scale=3, min_width=300, elem_id="chat"):
            asking = _lay_out_asking(page, strings)
            answers = _html("", "answers")
        with gr.Column(scale=2, min_width=300, elem_id="panel"):
            sources = _html(render_sources(Conversation(), documents, "vi"), "sources")
    footer = _html(render_footer(documents, ANSWERED_BY, "vi"), "footer")
    return Components(
        conversation=conversation, header=header, language=language, answers=answers,
        sources=sources, footer=footer, **asking,
    )


def _lay_out_asking(page: Page, strings: Strings) -> dict[str, Any]:
    # One line to start with, for then Enter asks; the box grows with the text.
    question = gr.Textbox(
        label=strings.question, placeholder=strings.question_hint, lines=1, max_lines=6,
        elem_id="question", autofocus=True,
    )
    with gr.Row(elem_id="buttons"):
        ask = gr.Button(strings.ask, variant="primary", elem_id="ask", min_width=96)
        stop = gr.Button(strings.stop, variant="stop", elem_id="stop", visible=False, min_width=96)
        as_typed = gr.Button(strings.as_typed, elem_id="as-typed", visible=False, min_width=120)
        clear = gr.Button(strings.clear, elem_id="clear", visible=False, min_width=120)
    with gr.Row(elem_id="choices"):
        as_of = gr.Textbox(
            label=strings.as_of, placeholder=page.as_of_hint(strings), elem_id="as-of",
            max_length=40, min_width=140,
        )
        answer_language = gr.Dropdown(
            answer_language_choices(strings), value="auto", label=strings.answer_language,
            elem_id="answer-language", min_width=140, filterable=False,
        )
    with gr.Column(elem_id="examples") as example_box:
        examples_title = _html(render_title(strings.examples_title), "examples-title")
        examples = tuple(gr.Button(text, size="sm") for text in strings.examples)
    return {
        "question": question, "ask": ask, "stop": stop, "as_typed": as_typed, "clear": clear,
        "as_of": as_of, "answer_language": answer_language, "example_box": example_box,
        "examples_title": examples_title, "examples": examples,
    }


def _wire(page: Page, parts: Components) -> None:
    answering: dict[str, Any] = {
        "outputs": parts.shown, "api_visibility": "private", "show_progress": "hidden",
        "concurrency_limit": ANSWERS_AT_A_TIME, "concurrency_id": "answers",
    }
    # Text work only, over before a place in the queue would come up.
    at_once: dict[str, Any] = {
        "api_visibility": "private", "show_progress": "hidden", "queue": False,
    }
    choices = [parts.conversation, parts.as_of, parts.answer_language, parts.language]
    running: list[Any] = [
        event(page.ask, [asked, *choices], **answering)
        for event, asked in (
            (parts.question.submit, parts.question), (parts.ask.click, parts.question),
            *((example.click, example) for example in parts.examples),
        )
    ]
    running.append(parts.as_typed.click(page.ask_as_typed, choices, **answering))
    # Cancelled first and shown then: an answer's last step must not come after the stop.
    parts.stop.click(None, cancels=running, api_visibility="private").then(
        page.stop, [parts.conversation, parts.language], parts.shown, **at_once
    )
    parts.clear.click(page.clear, [parts.language], parts.shown, **at_once)
    parts.language.input(
        page.label, [parts.conversation, parts.language], parts.labelled, **at_once
    )


def _add_program_interface(page: Page) -> None:
    def ask(
        question: str, as_of: str = "", answer_language: Literal["auto", "vi", "en"] = "auto"
    ) -> dict[str, Any]:
        """Answer one question with verified citations.

        `as_of` is a day (2026-07-01 or 01/07/2026; empty for today), `answer_language` is "auto",
        "vi" or "en". The result holds `text` (Markdown), `citations` (label, quote, validity, url),
        `abstained`, `notices` and `corpus_version`.
        """
        try:
            return page.handlers.ask_for_program(question, as_of, answer_language)
        except AssistantError as error:
            raise gr.Error(str(error), print_exception=False) from error

    api(
        ask, api_name="ask", concurrency_limit=ANSWERS_AT_A_TIME, concurrency_id="answers"
    )


def make_app(assistant: Assistant, settings: Settings) -> gr.Blocks:
    """The page over an assistant, and the endpoint `ask` for programs."""
    page = Page(PageHandlers(assistant, settings.question_characters))
    blocks: gr.Blocks
    with gr.Blocks(title=STRINGS["vi"].title, analytics_enabled=False) as blocks:
        # First, for Gradio numbers a name that a listener's function has already taken.
        _add_program_interface(page)
        parts = _lay_out(page)
        _wire(page, parts)
        blocks.load(
            page.greet, [parts.conversation], parts.labelled, api_visibility="private",
            show_progress="hidden", queue=False,
        )
    blocks.queue(max_size=MOST_WAITING)
    return blocks


def make_server(assistant: Assistant, settings: Settings) -> FastAPI:
    """The page mounted in FastAPI, with `/health` and the security headers.

    Raises ConfigurationError when the host is not a loopback address.
    """
    require_loopback(settings.host)
    server = FastAPI(title=STRINGS["en"].title, docs_url=None, redoc_url=None, openapi_url=None)
    server.add_middleware(PageSecurity)

    @server.get("/health")
    def health() -> dict[str, str | int]:
        library = assistant.library
        documents = len(library.documents)
        return {"status": "ok", "corpus_version": library.version, "documents": documents}

    mount_evaluation_page(server, assistant, settings, make_theme())
    gr.mount_gradio_app(
        server, make_app(assistant, settings), path="/", ssr_mode=False, footer_links=[],
        theme=make_theme(), css=files("ui").joinpath("page.css").read_text(encoding="utf-8"),
        # A bug's message is for the log; `gr.Error` of the program interface is shown all the same.
        show_error=False,
    )
    return server


def make_theme() -> gr.themes.Base:
    """A calm theme of system fonts: a font from elsewhere would be a request to another host."""
    return gr.themes.Base(
        primary_hue="teal", neutral_hue="slate", font=_FONTS,
        font_mono=["ui-monospace", "monospace"], radius_size="md",
    )


def serve(settings: Settings) -> None:
    """Serve the page until interrupted.

    Raises ConfigurationError for a host that is not loopback, IndexMissingError without an index.
    """
    require_loopback(settings.host)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Questions may be confidential: no tracing service gets them unless someone asks for it.
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    server = make_server(build_assistant(settings, is_serving=True), settings)
    uvicorn.run(
        server, host=settings.host, port=settings.port, log_level="warning", server_header=False
    )
