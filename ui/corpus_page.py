"""The page of the corpus at /corpus: layout and wiring. What it does is in `corpus_handlers`.

The whole address is for editors; the access check in front of it is the server's. HTML is shown by
`gr.Markdown`, which sanitises it, for the reason that ui/app.py gives.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from assistant.build import Workspace
from assistant.errors import AssistantError
from assistant.schema import Language
from ui.corpus_handlers import FORM_FIELDS, CorpusHandlers, Session, field_text
from ui.corpus_layout import CorpusLayout
from ui.corpus_render import (
    evidence_line,
    kind_choices,
    render_chunks,
    render_doubts,
    render_head,
    render_history,
    render_message,
    render_preview_head,
    render_results,
    render_table,
    render_text,
    render_tree,
    state_choices,
    with_all,
)
from ui.corpus_strings import CORPUS_STRINGS
from ui.strings import in_language, preferred_language

CORPUS_PATH = "/corpus"
# Uploaded files are looked for once an hour and go when they are two hours old.
_CACHE_SECONDS = (3600, 7200)
_AT_ONCE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
_QUEUED: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "concurrency_limit": 2,
    "concurrency_id": "corpus",
}


class CorpusPage:
    """The updates that each listener gives to the components."""

    def __init__(self, handlers: CorpusHandlers) -> None:
        self.handlers, self.parts = handlers, CorpusLayout()
        self._wire_adding()
        self._wire_shelf()

    def _wire_adding(self) -> None:
        form = list(self.parts.form.values())
        reading = self.parts.read.click(
            self._on_read,
            [self.parts.files, self.parts.address, self.parts.session, self.parts.language],
            self.parts.adding(),
            **_QUEUED,
        )
        stopped = self.parts.stop.click(None, cancels=[reading], api_visibility="private")
        stopped.then(
            self._on_stop, [self.parts.session, self.parts.language], self.parts.adding(), **_AT_ONCE
        )
        self.parts.check.click(
            self._on_check,
            [self.parts.session, self.parts.takes_effect, self.parts.language, *form],
            self.parts.adding(),
            **_QUEUED,
        )
        confirming = self.parts.confirm.click(
            self._on_confirm,
            [self.parts.session, self.parts.takes_effect, self.parts.accept, self.parts.language, *form],
            self.parts.adding(),
            **_QUEUED,
        )
        confirming.then(
            self._refresh, self.parts.filters(), [self.parts.table, self.parts.chosen], **_AT_ONCE
        )
        self.parts.skip.click(
            self._on_skip, [self.parts.session, self.parts.language], self.parts.adding(), **_AT_ONCE
        )

    def _wire_shelf(self) -> None:
        shown = [self.parts.table, self.parts.chosen]
        for box in (self.parts.search, self.parts.on_day):
            box.change(self._refresh, self.parts.filters(), shown, trigger_mode="always_last", **_AT_ONCE)
        for choice in (self.parts.kind, self.parts.text_language, self.parts.status):
            choice.input(self._refresh, self.parts.filters(), shown, **_AT_ONCE)
        asked = [self.parts.sure_box, self.parts.sure, self.parts.sure_kind, self.parts.yes]
        self.parts.show_history.click(
            self._on_history, [self.parts.chosen, self.parts.language], [self.parts.history], **_AT_ONCE
        )
        self.parts.remove.click(
            self._ask_remove, [self.parts.chosen, self.parts.language], asked, **_AT_ONCE
        )
        self.parts.undo.click(self._ask_undo, [self.parts.language], asked, **_AT_ONCE)
        self.parts.no.click(lambda: gr.update(visible=False), None, [self.parts.sure_box], **_AT_ONCE)
        doing = self.parts.yes.click(
            self._on_yes,
            [self.parts.sure_kind, self.parts.chosen, self.parts.language],
            [self.parts.shelf_message, self.parts.sure_box, self.parts.history],
            **_QUEUED,
        )
        doing.then(self._refresh, self.parts.filters(), shown, **_AT_ONCE)
        self.parts.language.input(
            self.label, [self.parts.session, self.parts.language], self.parts.labelled(), **_AT_ONCE
        )

    def _show(self, session: Session, language: Language, *, is_new: bool) -> list[Any]:
        """Updates for `_adding`; `is_new` fills the form from the preview, else the form stays."""
        strings, preview = CORPUS_STRINGS[language], session.current
        given = [gr.skip(), gr.skip()]
        if is_new and not session.is_working:
            given = [None, ""]
        kind = "problem" if session.is_problem else "quiet"
        shown = [
            session,
            *given,
            gr.update(interactive=not session.is_working),
            gr.update(visible=session.is_working),
            render_message(session.message, kind),
            gr.update(visible=preview is not None),
        ]
        results = render_results(session.results, strings)
        if preview is None or session.is_working:
            return [*shown, *[gr.skip()] * 6, results, gr.skip(), *[gr.skip()] * len(FORM_FIELDS)]
        return [
            *shown,
            render_preview_head(preview, session.place, session.total, strings),
            render_doubts(preview, language),
            render_tree(preview.provisions, strings),
            render_chunks(preview, strings),
            render_text(preview),
            gr.update(visible=bool(preview.severe), value=False),
            results,
            "" if is_new else gr.skip(),
            *(
                gr.update(
                    value=field_text(preview.document, name),
                    info=evidence_line(preview, name, strings) or " ",
                )
                for name in FORM_FIELDS
            ),
        ]

    def _on_read(
        self, given: list[str] | None, address: str, session: Session, language: Language
    ) -> Iterator[list[Any]]:
        for step in self.handlers.read(given, address, session, language):
            yield self._show(step, language, is_new=True)

    def _on_stop(self, session: Session, language: Language) -> list[Any]:
        told = session.told(CORPUS_STRINGS[language].stopped)
        return self._show(told, language, is_new=False)

    def _on_check(self, session: Session, takes_effect: str, language: Language, *form: str) -> list[Any]:
        revised = self.handlers.revise(session, _form_of(form), takes_effect, language)
        return self._show(revised, language, is_new=False)

    def _on_confirm(
        self,
        session: Session,
        takes_effect: str,
        is_accepted: bool,
        language: Language,
        request: gr.Request,
        *form: str,
    ) -> Iterator[list[Any]]:
        before = len(session.waiting)
        steps = self.handlers.confirm(
            session, _form_of(form), takes_effect, is_accepted, _who(request), language
        )
        for step in steps:
            yield self._show(step, language, is_new=len(step.waiting) != before)

    def _on_skip(self, session: Session, language: Language) -> list[Any]:
        return self._show(self.handlers.skip(session, language), language, is_new=True)

    def _refresh(
        self,
        search: str | None,
        kind: str | None,
        text_language: str | None,
        status: str | None,
        on_day: str | None,
        language: Language,
    ) -> list[Any]:
        try:
            # Boxes of a tab that was never opened hold None.
            shelf, day = self.handlers.shelf(
                search or "", kind or "", text_language or "", status or "", on_day or ""
            )
        except AssistantError:
            words = CORPUS_STRINGS[language].bad_date.format(text=on_day)
            return [render_message(words, "problem"), gr.skip()]
        return [render_table(shelf, day, language), gr.update(choices=self.handlers.keys())]

    def _on_history(self, key: str | None, language: Language) -> str:
        if not key:
            return render_message(CORPUS_STRINGS[language].chosen, "problem")
        lines, versions = self.handlers.history(key)
        return render_history(key, lines, versions, language)

    def _ask_remove(self, key: str | None, language: Language) -> list[Any]:
        strings = CORPUS_STRINGS[language]
        words = strings.remove_sure.format(key=key) if key else strings.chosen
        return [
            gr.update(visible=True),
            render_message(words, "question"),
            "remove" if key else "",
            gr.update(value=strings.remove_yes, visible=bool(key)),
        ]

    def _ask_undo(self, language: Language) -> list[Any]:
        strings, last = CORPUS_STRINGS[language], self.handlers.last_change()
        words = strings.nothing_to_undo
        if last:
            words = strings.undo_sure.format(
                what=f"{last.key}, {strings.receipts.get(last.kind, last.kind)}"
            )
        return [
            gr.update(visible=True),
            render_message(words, "question"),
            "undo" if last else "",
            gr.update(value=strings.undo_yes, visible=last is not None),
        ]

    def _on_yes(self, kind: str, key: str | None, language: Language, request: gr.Request) -> list[Any]:
        message, failed = "", False
        if kind == "remove" and key:
            message, failed = self.handlers.remove(key, _who(request), language)
        elif kind == "undo":
            message, failed = self.handlers.undo(_who(request), language)
        return [render_message(message, "problem" if failed else "quiet"), gr.update(visible=False), ""]

    def label(self, session: Session, language: Language) -> list[Any]:
        strings, preview = CORPUS_STRINGS[language], session.current
        languages: list[tuple[str, str]] = [(words, code) for code, words in strings.languages.items()]
        choices: dict[str, list[tuple[str, str]]] = {
            "kind": kind_choices(strings),
            "language": languages,
            "text_kind": [(strings.official, "official"), (strings.digest, "digest")],
        }
        shelf, day = self.handlers.shelf()
        head = render_preview_head(preview, session.place, session.total, strings) if preview else ""
        return [
            render_head(language),
            gr.update(value=language, label=strings.page_language),
            gr.update(label=strings.add_tab),
            gr.update(label=strings.corpus_tab),
            gr.update(label=strings.files),
            gr.update(label=strings.address),
            strings.read,
            strings.stop,
            gr.update(label=strings.form),
            gr.update(label=strings.takes_effect, placeholder=strings.takes_effect_hint),
            strings.check_again,
            gr.update(label=strings.tree),
            gr.update(label=strings.chunks),
            gr.update(label=strings.original_text),
            gr.update(label=strings.accept),
            strings.confirm,
            strings.skip,
            gr.update(label=strings.search),
            gr.update(label=strings.kind, choices=with_all(choices["kind"], strings)),
            gr.update(label=strings.language, choices=with_all(languages, strings)),
            gr.update(label=strings.status, choices=with_all(state_choices(strings), strings)),
            gr.update(label=strings.on_day),
            gr.update(label=strings.chosen, info=strings.chosen_hint, choices=self.handlers.keys()),
            strings.show_history,
            strings.remove,
            strings.undo,
            strings.no,
            render_table(shelf, day, language),
            render_results(session.results, strings),
            head,
            render_doubts(preview, language) if preview else "",
            *(_relabel(strings.fields[name], choices.get(name)) for name in FORM_FIELDS),
        ]

    def greet(self, session: Session, request: gr.Request) -> list[Any]:
        """Labels in the language of `?lang=`, else of the browser."""
        asked = request.query_params.get("lang", "")
        accepted = request.headers.get("accept-language", "")
        return self.label(session, asked if asked in ("vi", "en") else preferred_language(accepted))


def _relabel(label: str, choices: list[tuple[str, str]] | None) -> Any:
    return gr.update(label=label) if choices is None else gr.update(label=label, choices=choices)


def _form_of(values: Any) -> dict[str, str]:
    return dict(zip(FORM_FIELDS, (value or "" for value in values), strict=True))


def _who(request: gr.Request | None) -> str:
    """Whom the history names: the login, else that it was done on the page."""
    name = getattr(request, "username", None) if request else None
    return str(name) if name else "page"


def make_corpus_app(workspace: Workspace, *, allow_private: bool = False) -> gr.Blocks:
    """The page of the corpus. `allow_private` is for tests that fetch from this machine."""
    handlers = CorpusHandlers(workspace, allow_private=allow_private)
    atexit.register(handlers.close)
    blocks: gr.Blocks
    with gr.Blocks(
        title=CORPUS_STRINGS["vi"].title, analytics_enabled=False, delete_cache=_CACHE_SECONDS
    ) as blocks:
        page = CorpusPage(handlers)
        blocks.load(page.greet, [page.parts.session], page.parts.labelled(), **_AT_ONCE)
    blocks.queue(max_size=32)
    return blocks


def mount_corpus_page(
    server: FastAPI, workspace: Workspace, *, allow_private: bool = False, **look: Any
) -> None:
    """Mount the page at /corpus with the route that gives originals. Before the page at "/" is mounted.

    `look` is what the other page is mounted with (theme and the like).
    """

    @server.get(f"{CORPUS_PATH}/original/{{sha256}}")
    def original(sha256: str) -> Response:
        try:
            path = workspace.registry.original(sha256)
        except AssistantError as error:
            return PlainTextResponse(in_language(str(error), "en"), status_code=404)
        names = {v.original: v.original_name for v in workspace.registry.versions()}
        name = Path(names.get(sha256) or path.name).name
        # Never shown in this site's name: an HTML file among the originals would be a page of ours.
        return FileResponse(path, media_type="application/octet-stream", filename=name)

    @server.get(CORPUS_PATH, include_in_schema=False)
    def add_slash(request: Request) -> Response:
        # A mount answers below its path only, and "/" would take the path itself.
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{CORPUS_PATH}/{query}", status_code=307)

    css = files("ui").joinpath("corpus_page.css").read_text(encoding="utf-8")
    gr.mount_gradio_app(
        server,
        make_corpus_app(workspace, allow_private=allow_private),
        path=CORPUS_PATH,
        ssr_mode=False,
        footer_links=[],
        css=css,
        show_error=False,
        max_file_size=workspace.settings.document_megabytes * 2**20,
        **look,
    )
