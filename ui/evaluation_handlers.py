"""What the evaluation page does, as plain functions that know nothing of Gradio."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.errors import AssistantError
from assistant.evaluation.compare import compare_runs
from assistant.evaluation.gold import ProvisionResolver
from assistant.evaluation.importers import load_dataset
from assistant.evaluation.report import load_rows
from assistant.evaluation.run_folder import RunStamp, find_run, list_runs, runs_folder
from assistant.evaluation.session import Request
from assistant.schema import Language
from ui.evaluation_render import render_checked, render_comparison, render_problem
from ui.evaluation_runs import EvaluationRuns
from ui.evaluation_strings import EVALUATION_STRINGS

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What an uploaded file is, as HTML, and whether rows of it are bad."""

    html: str
    has_bad_rows: bool = False


class EvaluationHandlers:
    """The listeners' work over the server's one run at a time; holds nothing of a visitor."""

    def __init__(self, runs: EvaluationRuns) -> None:
        self.runs = runs

    def check(self, file: Path | None, texts: Path | None, language: Language) -> Checked:
        """Read the upload as a run would, and tell what is in it."""
        if file is None:
            return Checked("")
        try:
            resolver = ProvisionResolver(self.runs.assistant.library, date.today())
            dataset = load_dataset(file, resolver, texts)
        except AssistantError as error:
            return Checked(render_problem(str(error), language))
        except Exception:  # The page's edge: a bug must not show its insides.
            logger.exception("An uploaded test set could not be read")
            return Checked(render_problem(EVALUATION_STRINGS[language].bug, language))
        return Checked(render_checked(dataset, language), bool(dataset.problems))

    def start(
        self, file: Path | None, texts: Path | None, *, limit: int, variants: tuple[str, ...],
        check_determinism: int, skip_bad_rows: bool, language: Language,
    ) -> str:
        """Begin a run; what has to be told at once, as HTML (nothing when it began)."""
        strings = EVALUATION_STRINGS[language]
        if file is None:
            return render_problem(strings.nothing_chosen, language)
        request = Request(
            file=file, texts=texts, limit=limit or None, variants=variants,
            check_determinism=check_determinism, skip_bad_rows=skip_bad_rows,
        )
        return "" if self.runs.start(request) else render_problem(strings.busy, language)

    def go_on(self, run_id: str | None, language: Language) -> str:
        """Go on with a stopped run; what has to be told at once, as HTML."""
        strings = EVALUATION_STRINGS[language]
        if not run_id:
            return render_problem(strings.choose_two, language)
        try:
            folder = find_run(run_id, runs_folder(self.runs.settings))
        except AssistantError as error:
            return render_problem(str(error), language)
        return "" if self.runs.go_on(folder) else render_problem(strings.busy, language)

    def compare(self, run_id: str | None, baseline: str | None, language: Language) -> str:
        """The run against the baseline, as HTML."""
        if not run_id or not baseline or run_id == baseline:
            return render_problem(EVALUATION_STRINGS[language].choose_two, language)
        runs = runs_folder(self.runs.settings)
        try:
            ours, theirs = (load_rows(find_run(name, runs)) for name in (run_id, baseline))
            return render_comparison(compare_runs(ours, theirs), baseline, language)
        except AssistantError as error:
            return render_problem(str(error), language)

    def stamps(self) -> list[RunStamp]:
        """Every run of the data folder, newest first."""
        return [stamp for _, stamp in list_runs(runs_folder(self.runs.settings))]
