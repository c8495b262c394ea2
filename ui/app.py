"""The server of the page: routes, Gradio's engine for questions, and what guards them; no logic.

The chat page is our own HTML over Gradio's engine (its "Server mode"): questions go through Gradio's
queue, streaming and API, which programs use alike, while the page stays small, strict (no inline script
or style) and accessible. Pages that Gradio lays out itself are mounted beside it. Gradio's types stop
here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any, Literal

import gradio as gr
import uvicorn
from fastapi import FastAPI
from gradio.events import api
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assistant.answering import Assistant
from assistant.build import Workspace, build_assistant
from assistant.config import Settings
from assistant.errors import AssistantError
from assistant.feedback import FeedbackLog
from ui.access import AccessGate, make_access
from ui.chat_routes import make_chat_routes, refuse_input
from ui.conversation import AskRequest, answer_to_json
from ui.corpus_page import CORPUS_PATH, mount_corpus_page
from ui.document_routes import make_document_routes
from ui.evaluation_page import EVALUATION_PATH, make_evaluation_app
from ui.evaluation_routes import make_evaluation_routes
from ui.handlers import ChatHandlers
from ui.limits import RequestLimits
from ui.login import make_login_routes
from ui.pages import PATHS, Frame, make_frame, render_banner
from ui.render import Privacy, view_turn
from ui.security import PageSecurity, is_loopback
from ui.strings import STRINGS

# An answer keeps a core busy (embedding, ranking): more at a time than this only slow each other
# down, while one alone would make every visitor wait for the slowest question.
ANSWERS_AT_A_TIME = 2
# Further questions wait in line; beyond this many a visitor is told that the server is busy.
MOST_WAITING = 32
MOST_UPLOADED_BYTES = 50_000_000
_LIMITED_PATHS = ("/gradio_api/", "/chat/next", "/chat/", "/feedback", "/login")
_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
}
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]

# What mounts a page that Gradio lays out, by its path. Editors alone reach those of access.EDITOR_PATHS.
EditorPages = Mapping[str, Callable[[FastAPI], None]]


def make_app(handlers: ChatHandlers) -> gr.Blocks:
    """Gradio's engine over an assistant: `ask` for programs, `chat` for the page. It has no layout."""
    blocks: gr.Blocks
    with gr.Blocks(title=STRINGS["vi"].title, analytics_enabled=False) as blocks:
        limits: dict[str, Any] = {
            "concurrency_limit": ANSWERS_AT_A_TIME, "concurrency_id": "answers"
        }
        api(_make_ask(handlers), api_name="ask", **limits)
        api(_make_chat(handlers), api_name="chat", api_visibility="undocumented", **limits)
    blocks.queue(max_size=MOST_WAITING)
    return blocks


def _make_ask(handlers: ChatHandlers) -> Callable[..., dict[str, Any]]:
    def ask(
        question: str, as_of: str = "", answer_language: Literal["auto", "vi", "en"] = "auto",
        document: str = "",
    ) -> dict[str, Any]:
        """Answer one question with verified citations.

        `as_of` is a day (2026-07-01 or 01/07/2026; empty for today), `answer_language` is "auto",
        "vi" or "en", `document` keeps to one text (its id, such as law-116-2025; empty for all). The
        result holds `text` (Markdown), `citations` (label, quote, validity, url), `abstained`,
        `notices` and `corpus_version`.
        """
        try:
            return handlers.answer_program(
                AskRequest(question, as_of, answer_language, document=document)
            )
        except AssistantError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return ask


def _make_chat(handlers: ChatHandlers) -> Callable[..., Iterator[dict[str, Any]]]:
    def chat(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The parts of an answer as the page shows them, growing; at the end also the answer to keep."""
        language: Literal["vi", "en"] = "en" if request.get("page_language") == "en" else "vi"
        for turn in handlers.answer(request):
            library = handlers.assistant.library
            view = view_turn(turn, library.documents, language, library.version).as_json()
            is_whole = turn.state == "answered" and turn.answer is not None
            yield {
                "view": view,
                "answer": answer_to_json(turn.answer) if is_whole and turn.answer else None,
            }

    return chat


def make_server(
    assistant: Assistant, settings: Settings, editor_pages: EditorPages | None = None
) -> FastAPI:
    """All pages in FastAPI, with `/health` and what guards them.

    `editor_pages` are the pages for editors; None for all there are. Raises ConfigurationError for an
    address that others reach when no password is set.
    """
    access = make_access(settings)
    pages = make_editor_pages(assistant, settings) if editor_pages is None else editor_pages
    mounted = frozenset((*PATHS[:2], *pages))

    def frame(request: Request) -> Frame:
        return make_frame(request, assistant.library.documents, mounted, privacy_of(assistant))

    server = FastAPI(title=STRINGS["en"].title, docs_url=None, redoc_url=None, openapi_url=None)
    # The last one added is the first to see a request.
    server.add_middleware(RequestLimits, posts_a_minute=settings.questions_a_minute, paths=_LIMITED_PATHS)
    server.add_middleware(AccessGate, access=access)
    server.add_middleware(
        PageSecurity, host_names=_host_names(settings), gradio_paths=tuple(pages),
        make_banner=lambda scope: render_banner(Request(scope), mounted),
    )
    server.add_exception_handler(AssistantError, refuse_input)
    log = FeedbackLog(settings.feedback_file)
    server.include_router(make_chat_routes(assistant, frame, log, settings.question_characters))
    server.include_router(make_document_routes(lambda: assistant.library, frame))
    server.include_router(make_login_routes(access, frame))
    server.include_router(make_evaluation_routes(settings))
    _add_small_routes(server, assistant)
    for path, mount in pages.items():
        mount(server)
        # A mount answers below its path only, and "/" would take the path itself.
        server.add_api_route(path, _add_slash, include_in_schema=False)
    # Last, for it takes every address that nothing before it took.
    _mount(server, make_app(ChatHandlers(assistant, settings.question_characters)), "/")
    return server


def make_editor_pages(assistant: Assistant, settings: Settings) -> EditorPages:
    """The pages that Gradio lays out: the corpus and bulk evaluation."""
    return {
        CORPUS_PATH: lambda server: mount_corpus_page(server, Workspace(settings), theme=make_theme()),
        EVALUATION_PATH: lambda server: _mount(
            server, make_evaluation_app(assistant, settings), EVALUATION_PATH
        ),
    }


def _add_small_routes(server: FastAPI, assistant: Assistant) -> None:
    @server.get("/health")
    def health() -> dict[str, str | int]:
        library = assistant.library
        documents = len(library.documents)
        return {"status": "ok", "corpus_version": library.version, "documents": documents}

    @server.get("/static/{name}")
    def static(name: str) -> Response:
        # Looked up in the listing, never joined to a path: a name cannot lead out of the folder.
        held = {file.name: file for file in files("ui").joinpath("static").iterdir()}.get(name)
        media_type = _MEDIA_TYPES.get(name.rpartition(".")[2])
        if held is None or media_type is None:
            return Response(status_code=404)
        return Response(
            held.read_bytes(), media_type=media_type, headers={"cache-control": "no-cache"}
        )


def privacy_of(assistant: Assistant) -> Privacy:
    """What words the answers, and the host that questions go to when that is not this machine."""
    models = getattr(assistant, "chat_models", ())
    if not models:
        return Privacy()
    hosted = next((model.host for model in models if model.is_hosted), None)
    return Privacy(models[0].name, hosted)


def _mount(server: FastAPI, blocks: gr.Blocks, path: str) -> None:
    gr.mount_gradio_app(
        server, blocks, path=path, ssr_mode=False, footer_links=[], theme=make_theme(),
        css=_style_of(path), max_file_size=MOST_UPLOADED_BYTES,
        # A bug's message is for the log; `gr.Error` of the program interface is shown all the same.
        show_error=False,
    )


def _add_slash(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.url.path}/{query}", status_code=307)


def _style_of(path: str) -> str:
    """The style of all pages, and that of this one where it has one."""
    folder = files("ui").joinpath("static")
    held = [folder.joinpath(name) for name in ("page.css", f"{path.strip('/')}.css")]
    return "\n".join(file.read_text(encoding="utf-8") for file in held if file.is_file())


def _host_names(settings: Settings) -> frozenset[str] | None:
    """Names that the page may be called by; None for any, where a login guards it and none is set."""
    names = {name.strip() for name in settings.host_names.split(",") if name.strip()}
    if not names and not is_loopback(settings.host):
        return None
    return frozenset(names | {settings.host})


def make_theme() -> gr.themes.Base:
    """A calm theme of system fonts: a font from elsewhere would be a request to another host."""
    return gr.themes.Base(
        primary_hue="teal", neutral_hue="slate", font=_FONTS,
        font_mono=["ui-monospace", "monospace"], radius_size="md",
    )


def serve(settings: Settings) -> None:
    """Serve the page until interrupted.

    Raises ConfigurationError for a public host without a password, IndexMissingError without an index.
    """
    make_access(settings)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Questions may be confidential: no tracing service gets them unless someone asks for it.
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    assistant = build_assistant(settings, is_serving=True)
    # Made now, or the first question without accents would wait for it.
    _ = assistant.library.restorer
    uvicorn.run(
        make_server(assistant, settings), host=settings.host, port=settings.port,
        log_level="warning", server_header=False,
    )
