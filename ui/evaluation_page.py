"""Layout and wiring of the evaluation page. Gradio's types stop here; the work is `EvaluationRuns`.

Progress is followed by every page that is open, the one that began the run or not: a listener that
looks twice a second until the run is over. Whoever closes the page only stops looking.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.answering import Assistant
from assistant.config import Settings
from assistant.schema import Language
from ui.evaluation_handlers import EvaluationHandlers
from ui.evaluation_render import render_heading, render_history, render_progress
from ui.evaluation_runs import EvaluationRuns
from ui.evaluation_strings import EVALUATION_STRINGS, EvaluationStrings
from ui.pages import page_language

EVALUATION_PATH = "/evaluate"
LOOKS_EVERY_SECONDS = 0.5
# Each open page looks at the progress; looking costs nothing.
PAGES_THAT_LOOK = 20
_FILE_TYPES = [".csv", ".xlsx", ".json", ".jsonl"]
_VARIANTS = ("unaccented", "half-accented", "nfd")


@dataclass(frozen=True, slots=True)
class _Parts:
    """The components that listeners read or change."""

    heading: gr.Markdown
    language: gr.Radio
    file: gr.File
    checked: gr.Markdown
    skip: gr.Checkbox
    options: gr.Accordion
    texts: gr.File
    limit: gr.Number
    variants: gr.CheckboxGroup
    twice: gr.Number
    run: gr.Button
    stop: gr.Button
    progress: gr.Markdown
    history_title: gr.Markdown
    history: gr.Markdown
    chosen: gr.Dropdown
    baseline: gr.Dropdown
    compare: gr.Button
    resume: gr.Button
    comparison: gr.Markdown

    @property
    def labelled(self) -> list[Any]:
        """What changes with the page language, in the order of `_labels`."""
        return [self.heading, self.language, self.file, self.skip, self.options, self.texts,
                self.limit, self.variants, self.twice, self.run, self.stop, self.history_title,
                self.chosen, self.baseline, self.compare, self.resume]

    @property
    def shown(self) -> list[Any]:
        """What changes with the run, in the order of `_show`."""
        return [self.progress, self.run, self.stop, self.history, self.chosen, self.baseline]


def make_evaluation_app(assistant: Assistant, settings: Settings) -> gr.Blocks:
    """The page over an assistant; its files come from `make_evaluation_routes`."""
    handlers = EvaluationHandlers(EvaluationRuns(assistant, settings))
    blocks: gr.Blocks
    with gr.Blocks(title=EVALUATION_STRINGS["vi"].title, analytics_enabled=False) as blocks:
        parts = _lay_out(EVALUATION_STRINGS["vi"])
        _wire(blocks, parts, handlers)
    blocks.queue(max_size=PAGES_THAT_LOOK * 2)
    return blocks


def _html(name: str, html: str = "") -> gr.Markdown:
    return gr.Markdown(html, elem_id=name, container=False, latex_delimiters=[])


def _lay_out(strings: EvaluationStrings) -> _Parts:
    with gr.Row(elem_id="top"):
        heading = _html("header", render_heading("vi"))
        language = gr.Radio(
            [("Tiếng Việt", "vi"), ("English", "en")], value="vi", label=strings.page_language,
            elem_id="language", container=False, scale=0, min_width=200,
        )
    file = gr.File(label=strings.upload, file_types=_FILE_TYPES, elem_id="test-set", height=130)
    checked = _html("checked")
    skip = gr.Checkbox(label=strings.skip_bad_rows, elem_id="skip", visible=False)
    with gr.Accordion(strings.options, open=False, elem_id="options") as options:
        with gr.Row():
            limit = gr.Number(0, label=strings.limit, precision=0, minimum=0, elem_id="limit")
            twice = gr.Number(
                0, label=strings.check_determinism, precision=0, minimum=0, elem_id="twice"
            )
        variants = gr.CheckboxGroup(
            _choices(strings), label=strings.variants, elem_id="variants"
        )
        texts = gr.File(label=strings.texts, file_types=[".json"], elem_id="texts", height=110)
    with gr.Row(elem_id="buttons"):
        run = gr.Button(strings.run, variant="primary", elem_id="run", min_width=120)
        stop = gr.Button(strings.stop, variant="stop", elem_id="stop", visible=False, min_width=120)
    progress = _html("progress")
    history_title = _html("history-title", f"<h2>{strings.history}</h2>")
    history = _html("history")
    with gr.Row(elem_id="comparing"):
        chosen = gr.Dropdown([], label=strings.run_name, elem_id="chosen")
        baseline = gr.Dropdown([], label=strings.baseline, elem_id="baseline")
        compare = gr.Button(strings.compare, elem_id="compare", min_width=100)
        resume = gr.Button(strings.resume, elem_id="resume", min_width=100)
    comparison = _html("comparison")
    return _Parts(
        heading, language, file, checked, skip, options, texts, limit, variants, twice, run, stop,
        progress, history_title, history, chosen, baseline, compare, resume, comparison,
    )


def _wire(blocks: gr.Blocks, parts: _Parts, handlers: EvaluationHandlers) -> None:
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    at_once = quiet | {"queue": False}
    looking = quiet | {"concurrency_limit": PAGES_THAT_LOOK, "concurrency_id": "looking"}

    def follow(language: Language) -> Iterator[list[Any]]:
        """What there is to see, again and again while a run is going on."""
        while True:
            is_working = handlers.runs.progress.is_working
            yield _show(handlers, language)
            if not is_working:
                return
            time.sleep(LOOKS_EVERY_SECONDS)

    def check(file: str | None, texts: str | None, language: Language) -> list[Any]:
        checked = handlers.check(_path(file), _path(texts), language)
        return [checked.html, gr.update(visible=checked.has_bad_rows, value=False)]

    def start(
        file: str | None, texts: str | None, limit: float, variants: list[str], twice: float,
        skip: bool, language: Language,
    ) -> str:
        return handlers.start(
            _path(file), _path(texts), limit=int(limit or 0), variants=tuple(variants),
            check_determinism=int(twice or 0), skip_bad_rows=skip, language=language,
        )

    def greet(request: gr.Request) -> list[Any]:
        asked = request.request
        return _labels(page_language(asked) if asked is not None else "vi")

    for upload in (parts.file, parts.texts):
        upload.change(
            check, [parts.file, parts.texts, parts.language], [parts.checked, parts.skip], **quiet
        )
    begun = parts.run.click(
        start,
        [parts.file, parts.texts, parts.limit, parts.variants, parts.twice, parts.skip,
         parts.language], [parts.comparison], **at_once,
    )
    resumed = parts.resume.click(
        handlers.go_on, [parts.chosen, parts.language], [parts.comparison], **at_once
    )
    for event in (begun, resumed):
        event.then(follow, [parts.language], parts.shown, **looking)
    parts.stop.click(lambda: handlers.runs.stop(), **at_once)
    parts.compare.click(
        handlers.compare, [parts.chosen, parts.baseline, parts.language], [parts.comparison], **quiet
    )
    parts.language.input(_labels, [parts.language], parts.labelled, **at_once).then(
        lambda language: _show(handlers, language), [parts.language], parts.shown, **at_once
    ).then(check, [parts.file, parts.texts, parts.language], [parts.checked, parts.skip], **quiet)
    # What was uploaded before the language was known is told again in it.
    blocks.load(greet, None, parts.labelled, **at_once).then(
        check, [parts.file, parts.texts, parts.language], [parts.checked, parts.skip], **quiet
    ).then(
        follow, [parts.language], parts.shown, **looking
    )


def _path(file: str | None) -> Path | None:
    return Path(file) if file else None


def _show(handlers: EvaluationHandlers, language: Language) -> list[Any]:
    """Updates for `_Parts.shown`."""
    progress, stamps = handlers.runs.progress, handlers.stamps()
    names = [(f"{stamp.dataset_name} · {stamp.run_id}", stamp.run_id) for stamp in stamps]
    return [
        render_progress(progress, language),
        gr.update(visible=not progress.is_working), gr.update(visible=progress.is_working),
        render_history(stamps, language), gr.update(choices=names), gr.update(choices=names),
    ]


def _labels(language: Language) -> list[Any]:
    """Updates for `_Parts.labelled`."""
    strings = EVALUATION_STRINGS[language]
    return [
        render_heading(language), gr.update(value=language, label=strings.page_language),
        gr.update(label=strings.upload), gr.update(label=strings.skip_bad_rows),
        gr.update(label=strings.options), gr.update(label=strings.texts),
        gr.update(label=strings.limit),
        gr.update(label=strings.variants, choices=_choices(strings)),
        gr.update(label=strings.check_determinism), strings.run, strings.stop,
        f"<h2>{strings.history}</h2>", gr.update(label=strings.run_name),
        gr.update(label=strings.baseline), strings.compare, strings.resume,
    ]


def _choices(strings: EvaluationStrings) -> list[tuple[str, str]]:
    return list(zip(strings.variant_names, _VARIANTS, strict=True))
