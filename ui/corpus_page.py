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
from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response

from assistant.build import Workspace
from assistant.errors import AssistantError
from assistant.schema import Language
from ui.corpus_handlers import FORM_FIELDS, CorpusHandlers, Session, field_text
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
from ui.corpus_strings import CORPUS_STRINGS, CorpusStrings
from ui.strings import in_language, preferred_language

CORPUS_PATH = "/corpus"
_MOST_FILE_BYTES = 100 * 2**20
# Uploaded files are looked for once an hour and go when they are two hours old.
_CACHE_SECONDS = (3600, 7200)
_WIDE_FIELDS = ("title", "effective_note", "source_url")
_AT_ONCE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
_QUEUED: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "concurrency_limit": 2,
    "concurrency_id": "corpus",
}


def _html(name: str, value: str = "") -> gr.Markdown:
    return gr.Markdown(value, elem_id=name, container=False, latex_delimiters=[])


class CorpusPage:
    """The components by name, and the updates that each listener gives to them."""

    def __init__(self, handlers: CorpusHandlers) -> None:
        self.handlers = handlers
        strings = CORPUS_STRINGS["vi"]
        self.session = gr.State(Session())
        with gr.Row(elem_id="top"):
            self.head = _html("header", render_head("vi"))
            self.language = gr.Radio(
                [("Tiếng Việt", "vi"), ("English", "en")],
                value="vi",
                label=strings.page_language,
                elem_id="language",
                container=False,
                scale=0,
                min_width=200,
            )
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(strings.add_tab, id="add") as self.add_tab:
                self._lay_out_giving(strings)
                self._lay_out_preview(strings)
                self.results = _html("results")
            with gr.Tab(strings.corpus_tab, id="shelf") as self.shelf_tab:
                self._lay_out_shelf(strings)
        self._wire_adding()
        self._wire_shelf()

    def _lay_out_giving(self, strings: CorpusStrings) -> None:
        self.files = gr.File(file_count="multiple", label=strings.files, elem_id="files", height=160)
        with gr.Row():
            self.address = gr.Textbox(
                label=strings.address, placeholder=strings.address_hint, elem_id="address", max_length=2000
            )
        with gr.Row(elem_id="buttons"):
            self.read = gr.Button(strings.read, variant="primary", elem_id="read", min_width=160)
            self.stop = gr.Button(strings.stop, variant="stop", elem_id="stop", visible=False, min_width=96)
        self.message = _html("message")

    def _lay_out_preview(self, strings: CorpusStrings) -> None:
        with gr.Column(visible=False, elem_id="preview") as self.preview:
            self.preview_head = _html("preview-head")
            self.doubts = _html("doubts")
            with gr.Accordion(strings.form, open=True, elem_id="form") as self.form_box:
                self.form = {name: self._field(name, strings) for name in FORM_FIELDS}
                self.takes_effect = gr.Textbox(
                    label=strings.takes_effect,
                    placeholder=strings.takes_effect_hint,
                    elem_id="takes-effect",
                    max_length=20,
                )
                self.check = gr.Button(strings.check_again, elem_id="check", size="sm")
            with gr.Accordion(strings.tree, open=False) as self.tree_box:
                self.tree = _html("tree")
            with gr.Accordion(strings.chunks, open=False) as self.chunks_box:
                self.chunks = _html("chunks")
            with gr.Accordion(strings.original_text, open=False) as self.text_box:
                self.text = _html("as-read")
            self.accept = gr.Checkbox(label=strings.accept, visible=False, elem_id="accept")
            with gr.Row(elem_id="decide"):
                self.confirm = gr.Button(
                    strings.confirm, variant="primary", elem_id="confirm", min_width=140
                )
                self.skip = gr.Button(strings.skip, elem_id="skip", min_width=96)

    def _field(self, name: str, strings: CorpusStrings) -> gr.components.Component:
        common: dict[str, Any] = {"label": strings.fields[name], "elem_id": f"field-{name}", "info": " "}
        if name == "kind":
            return gr.Dropdown(kind_choices(strings), allow_custom_value=False, **common)
        if name == "language":
            return gr.Dropdown([(words, code) for code, words in strings.languages.items()], **common)
        if name == "text_kind":
            return gr.Dropdown([(strings.official, "official"), (strings.digest, "digest")], **common)
        return gr.Textbox(max_lines=4 if name in _WIDE_FIELDS else 1, max_length=2000, **common)

    def _lay_out_shelf(self, strings: CorpusStrings) -> None:
        with gr.Row(elem_id="filters"):
            self.search = gr.Textbox(label=strings.search, elem_id="search", min_width=200, scale=2)
            self.kind = gr.Dropdown(
                with_all(kind_choices(strings), strings),
                value="",
                label=strings.kind,
                elem_id="kind",
                min_width=120,
            )
            self.text_language = gr.Dropdown(
                with_all([(w, c) for c, w in strings.languages.items()], strings),
                value="",
                label=strings.language,
                elem_id="text-language",
                min_width=120,
            )
            self.status = gr.Dropdown(
                with_all(state_choices(strings), strings),
                value="",
                label=strings.status,
                elem_id="status",
                min_width=140,
            )
            self.on_day = gr.Textbox(label=strings.on_day, elem_id="on-day", min_width=140, max_length=20)
        self.table = _html("table")
        self.chosen = gr.Dropdown(
            [],
            label=strings.chosen,
            info=strings.chosen_hint,
            elem_id="chosen",
            filterable=True,
            value=None,
        )
        with gr.Row(elem_id="acts"):
            self.show_history = gr.Button(strings.show_history, elem_id="show-history", min_width=140)
            self.remove = gr.Button(strings.remove, elem_id="remove", min_width=120)
            self.undo = gr.Button(strings.undo, elem_id="undo", min_width=140)
        with gr.Row(visible=False, elem_id="sure") as self.sure_box:
            self.sure = _html("sure-words")
            self.sure_kind = gr.State("")
            self.yes = gr.Button(strings.remove_yes, variant="stop", elem_id="yes", min_width=96)
            self.no = gr.Button(strings.no, elem_id="no", min_width=96)
        self.shelf_message = _html("shelf-message")
        self.history = _html("history")

    def _wire_adding(self) -> None:
        form = list(self.form.values())
        reading = self.read.click(
            self._on_read,
            [self.files, self.address, self.session, self.language],
            self._adding(),
            **_QUEUED,
        )
        stopped = self.stop.click(None, cancels=[reading], api_visibility="private")
        stopped.then(self._on_stop, [self.session, self.language], self._adding(), **_AT_ONCE)
        self.check.click(
            self._on_check,
            [self.session, self.takes_effect, self.language, *form],
            self._adding(),
            **_QUEUED,
        )
        confirming = self.confirm.click(
            self._on_confirm,
            [self.session, self.takes_effect, self.accept, self.language, *form],
            self._adding(),
            **_QUEUED,
        )
        confirming.then(self._refresh, self._filters(), [self.table, self.chosen], **_AT_ONCE)
        self.skip.click(self._on_skip, [self.session, self.language], self._adding(), **_AT_ONCE)

    def _wire_shelf(self) -> None:
        shown = [self.table, self.chosen]
        for box in (self.search, self.on_day):
            box.change(self._refresh, self._filters(), shown, trigger_mode="always_last", **_AT_ONCE)
        for choice in (self.kind, self.text_language, self.status):
            choice.input(self._refresh, self._filters(), shown, **_AT_ONCE)
        asked = [self.sure_box, self.sure, self.sure_kind, self.yes]
        self.show_history.click(self._on_history, [self.chosen, self.language], [self.history], **_AT_ONCE)
        self.remove.click(self._ask_remove, [self.chosen, self.language], asked, **_AT_ONCE)
        self.undo.click(self._ask_undo, [self.language], asked, **_AT_ONCE)
        self.no.click(lambda: gr.update(visible=False), None, [self.sure_box], **_AT_ONCE)
        doing = self.yes.click(
            self._on_yes,
            [self.sure_kind, self.chosen, self.language],
            [self.shelf_message, self.sure_box, self.history],
            **_QUEUED,
        )
        doing.then(self._refresh, self._filters(), shown, **_AT_ONCE)
        self.language.input(self._label, [self.session, self.language], self.labelled(), **_AT_ONCE)

    def _filters(self) -> list[Any]:
        return [self.search, self.kind, self.text_language, self.status, self.on_day, self.language]

    def _adding(self) -> list[Any]:
        return [
            self.session,
            self.files,
            self.address,
            self.read,
            self.stop,
            self.message,
            self.preview,
            self.preview_head,
            self.doubts,
            self.tree,
            self.chunks,
            self.text,
            self.accept,
            self.results,
            self.takes_effect,
            *self.form.values(),
        ]

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
        self, search: str, kind: str, text_language: str, status: str, on_day: str, language: Language
    ) -> list[Any]:
        try:
            shelf, day = self.handlers.shelf(search, kind, text_language, status, on_day)
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

    def labelled(self) -> list[Any]:
        """What a change of language renews."""
        return [
            self.head,
            self.language,
            self.add_tab,
            self.shelf_tab,
            self.files,
            self.address,
            self.read,
            self.stop,
            self.form_box,
            self.takes_effect,
            self.check,
            self.tree_box,
            self.chunks_box,
            self.text_box,
            self.accept,
            self.confirm,
            self.skip,
            self.search,
            self.kind,
            self.text_language,
            self.status,
            self.on_day,
            self.chosen,
            self.show_history,
            self.remove,
            self.undo,
            self.no,
            self.table,
            self.results,
            self.preview_head,
            self.doubts,
            *self.form.values(),
        ]

    def _label(self, session: Session, language: Language) -> list[Any]:
        strings, preview = CORPUS_STRINGS[language], session.current
        languages = [(words, code) for code, words in strings.languages.items()]
        choices = {
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
            *(
                gr.update(
                    label=strings.fields[name], **({"choices": choices[name]} if name in choices else {})
                )
                for name in FORM_FIELDS
            ),
        ]

    def greet(self, session: Session, request: gr.Request) -> list[Any]:
        """Labels in the language of `?lang=`, else of the browser."""
        asked = request.query_params.get("lang", "")
        accepted = request.headers.get("accept-language", "")
        return self._label(session, asked if asked in ("vi", "en") else preferred_language(accepted))


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
        blocks.load(page.greet, [page.session], page.labelled(), **_AT_ONCE)
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

    css = files("ui").joinpath("corpus_page.css").read_text(encoding="utf-8")
    gr.mount_gradio_app(
        server,
        make_corpus_app(workspace, allow_private=allow_private),
        path=CORPUS_PATH,
        ssr_mode=False,
        footer_links=[],
        css=css,
        show_error=False,
        max_file_size=_MOST_FILE_BYTES,
        **look,
    )
