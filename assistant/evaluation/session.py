"""One evaluation from a request to its report: what the command line and the page both drive."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from assistant.answering import Assistant
from assistant.build import Workspace, build_assistant
from assistant.config import Settings
from assistant.errors import EvaluationError
from assistant.evaluation.dataset import Dataset, require_usable
from assistant.evaluation.gate import Gate, load_gate
from assistant.evaluation.gold import ProvisionResolver
from assistant.evaluation.importers import load_dataset
from assistant.evaluation.own_texts import index_own_texts, own_texts_settings
from assistant.evaluation.report import Report, load_rows, make_report
from assistant.evaluation.run import Step, default_workers, run_samples
from assistant.evaluation.run_folder import (
    RunFolder,
    code_version,
    corpus_hash,
    find_run,
    list_runs,
    make_stamp,
    public_settings,
    require_same_conditions,
    runs_folder,
)
from assistant.evaluation.summary import ResultRow
from assistant.evaluation.variants import with_variants
from assistant.indexing import Progress


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for; None takes the default. `today` is the day that counts as today."""

    file: Path
    out: Path | None = None
    limit: int | None = None
    workers: int | None = None
    resume: bool = False
    baseline: str | None = None
    gate: Path | None = None
    skip_bad_rows: bool = False
    texts: Path | None = None
    today: date | None = None
    variants: tuple[str, ...] = ()
    check_determinism: int = 0

    def command_to_resume(self, folder: Path) -> str:
        """The command line that goes on with the run in `folder`: what it asks must be the same."""
        words = ["assistant", "evaluate", str(self.file), "--out", str(folder), "--resume"]
        for option, value in (
            ("--limit", self.limit), ("--texts", self.texts), ("--today", self.today),
            ("--variants", ",".join(self.variants)),
            ("--check-determinism", self.check_determinism),
        ):
            words += [option, str(value)] if value else []
        return shlex.join([*words, "--skip-bad-rows"] if self.skip_bad_rows else words)


class Session:
    """Reads everything that can be wrong before the first question is asked."""

    def __init__(
        self, request: Request, settings: Settings, assistant: Assistant | None = None
    ) -> None:
        """Raises EvaluationError for a test set, gate or baseline that cannot be used. An
        `assistant` that is given is asked, unless the set brings its own texts."""
        self._request, self._settings, self._assistant = request, settings, assistant
        self.workers = request.workers or default_workers()
        self._gate: Gate | None = load_gate(request.gate) if request.gate else None
        runs = runs_folder(settings)
        self._baseline = find_run(request.baseline, runs) if request.baseline else None
        if self._gate and self._gate.needs_baseline and self._baseline is None:
            raise EvaluationError(f"{self._gate.name} allows drops: name a run by --baseline.")
        library = assistant.library if assistant else Workspace(settings).library()
        resolver = ProvisionResolver(library, request.today or date.today())
        read = load_dataset(request.file, resolver, request.texts).limited(request.limit)
        self.dataset: Dataset = replace(read, samples=with_variants(read.samples, request.variants))
        self.folder = RunFolder(Path())

    @property
    def total(self) -> int:
        return len(self.dataset.samples)

    @property
    def needs_index(self) -> bool:
        return bool(self.dataset.documents)

    def open(self, progress: Progress | None = None) -> None:
        """Make or find the run's folder; index the set's own texts first where it brings some.

        Raises EvaluationError for bad rows that may not be skipped, and for a run that cannot be
        gone on with.
        """
        require_usable(self.dataset, skip_bad_rows=self._request.skip_bad_rows)
        settings = self._settings
        if self.needs_index:
            settings = index_own_texts(settings, self.dataset.documents, progress)
            self._assistant = build_assistant(settings)
        elif self._assistant is None:
            self._assistant = build_assistant(settings)
        stamp = make_stamp(
            self.dataset, self._assistant.library, settings, self._request.today or date.today(),
            workers=self.workers, check_determinism=self._request.check_determinism,
        )
        runs = runs_folder(self._settings)
        if self._request.resume:
            self.folder = _run_to_resume(self._request.out, runs, stamp.dataset_hash)
            held = self.folder.stamp()
            # The day of the run is the day it began, whenever it is gone on with.
            day = self._request.today or held.today
            require_same_conditions(held, replace(stamp, today=day))
        else:
            self.folder = RunFolder(self._request.out or _free_folder(runs / stamp.run_id))
            self.folder.begin(stamp, self.dataset.samples)

    def steps(self) -> Generator[Step, None, None]:
        """Ask what is not asked yet."""
        assert self._assistant is not None, "open() comes first"
        stamp = self.folder.stamp()
        yield from run_samples(
            self._assistant, self.folder, self.dataset.samples, stamp.today,
            workers=self.workers, check_determinism=stamp.check_determinism,
        )

    def report(self) -> Report:
        """Write the report of what has been asked so far."""
        baseline: Sequence[ResultRow] | None = None
        if self._baseline is not None:
            baseline = load_rows(self._baseline)
        name = self._baseline.stamp().run_id if self._baseline else None
        return make_report(self.folder, baseline=baseline, baseline_name=name, gate=self._gate)


def go_on(
    folder: RunFolder, settings: Settings, assistant: Assistant
) -> Generator[Step, None, None]:
    """Ask the rest of a run from its folder alone, over the texts it was begun over.

    Raises EvaluationError when corpus, code or settings changed since.
    """
    stamp = folder.stamp()
    if stamp.own_texts:
        own = own_texts_settings(settings, stamp.own_texts)
        settings, assistant = own, build_assistant(own)
    now = replace(
        stamp, corpus_hash=corpus_hash(assistant.library), code_version=code_version(),
        settings=public_settings(settings),
    )
    require_same_conditions(stamp, now)
    yield from run_samples(
        assistant, folder, folder.samples(), stamp.today,
        workers=stamp.workers, check_determinism=stamp.check_determinism,
    )


def _run_to_resume(out: Path | None, runs: Path, dataset_hash: str) -> RunFolder:
    """The run in `out`, else the newest unfinished one of this test set."""
    if out is not None:
        return find_run(str(out), runs)
    for folder, stamp in list_runs(runs):
        if stamp.dataset_hash == dataset_hash and stamp.finished_at is None:
            return folder
    raise EvaluationError(
        "There is no unfinished run of this test set. Start one without --resume, "
        "or name its folder by --out."
    )


def _free_folder(path: Path) -> Path:
    """The path, or the first with a number behind it: two runs may begin in one second."""
    number = 2
    free = path
    while free.exists():
        free = path.with_name(f"{path.name}-{number}")
        number += 1
    return free
