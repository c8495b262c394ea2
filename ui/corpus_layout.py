"""What stands where on the page of the corpus: its components, made in Vietnamese at first.

HTML is shown by `gr.Markdown`, which sanitises it, for the reason that ui/app.py gives.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.corpus_handlers import FORM_FIELDS, Session
from ui.corpus_render import kind_choices, render_head, state_choices, with_all
from ui.corpus_strings import CORPUS_STRINGS, CorpusStrings

_WIDE_FIELDS = ("title", "effective_note", "source_url")


def _html(name: str, value: str = "") -> gr.Markdown:
    return gr.Markdown(value, elem_id=name, container=False, latex_delimiters=[])


class CorpusLayout:
    """The components by name, and the lists in which listeners name their outputs."""

    def __init__(self) -> None:
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

    def _lay_out_giving(self, strings: CorpusStrings) -> None:
        self.files = gr.File(
            file_count="multiple", label=strings.files, elem_id="files", height=160
        )
        with gr.Row():
            self.address = gr.Textbox(
                label=strings.address,
                placeholder=strings.address_hint,
                elem_id="address",
                max_length=2000,
            )
        with gr.Row(elem_id="buttons"):
            self.read = gr.Button(strings.read, variant="primary", elem_id="read", min_width=160)
            self.stop = gr.Button(
                strings.stop, variant="stop", elem_id="stop", visible=False, min_width=96
            )
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
        common: dict[str, Any] = {
            "label": strings.fields[name],
            "elem_id": f"field-{name}",
            "info": " ",
        }
        if name == "kind":
            return gr.Dropdown(kind_choices(strings), allow_custom_value=False, **common)
        if name == "language":
            return gr.Dropdown(
                [(words, code) for code, words in strings.languages.items()], **common
            )
        if name == "text_kind":
            return gr.Dropdown(
                [(strings.official, "official"), (strings.digest, "digest")], **common
            )
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
            self.on_day = gr.Textbox(
                placeholder="2026-07-01",
                label=strings.on_day,
                elem_id="on-day",
                min_width=140,
                max_length=20,
            )
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
            self.show_history = gr.Button(
                strings.show_history, elem_id="show-history", min_width=140
            )
            self.remove = gr.Button(strings.remove, elem_id="remove", min_width=120)
            self.undo = gr.Button(strings.undo, elem_id="undo", min_width=140)
        with gr.Row(visible=False, elem_id="sure") as self.sure_box:
            self.sure = _html("sure-words")
            self.sure_kind = gr.State("")
            self.yes = gr.Button(strings.remove_yes, variant="stop", elem_id="yes", min_width=96)
            self.no = gr.Button(strings.no, elem_id="no", min_width=96)
        self.shelf_message = _html("shelf-message")
        self.history = _html("history")

    def filters(self) -> list[Any]:
        return [self.search, self.kind, self.text_language, self.status, self.on_day, self.language]

    def adding(self) -> list[Any]:
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
