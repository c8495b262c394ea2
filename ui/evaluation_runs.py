"""The one evaluation that a server runs at a time, in a thread of its own.

A run outlives the page that began it: closing the browser stops nothing, and every editor who opens
the page sees the same progress. Stopping leaves a run that can be gone on with.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.answering import Assistant
from assistant.config import Settings
from assistant.errors import AssistantError
from assistant.evaluation.report import make_report
from assistant.evaluation.report_outcome import outcome
from assistant.evaluation.run import Step
from assistant.evaluation.run_folder import RunFolder
from assistant.evaluation.session import Request, Session, go_on
from assistant.evaluation.summary import row_of

logger = logging.getLogger(__name__)

State = Literal["idle", "reading", "indexing", "running", "stopped", "finished", "failed"]
WORKING: frozenset[State] = frozenset({"reading", "indexing", "running"})


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of the run now: sums and counts by metric, and samples by outcome.

    `reason` is why it failed; a bug's is empty.
    """

    state: State = "idle"
    run_id: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float = 0.0
    seconds: float = 0.0
    reason: str = ""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, tuple[float, int]] = field(default_factory=dict)

    @property
    def is_working(self) -> bool:
        return self.state in WORKING


class EvaluationRuns:
    """Starts, stops and tells of the one run. Shared by all visitors of a server."""

    def __init__(self, assistant: Assistant, settings: Settings) -> None:
        self.assistant, self.settings = assistant, settings
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._progress = Progress()

    @property
    def progress(self) -> Progress:
        return self._progress

    def start(self, request: Request) -> bool:
        """Begin in the background; False when a run is going on."""
        return self._begin(lambda: self._run(request))

    def go_on(self, folder: RunFolder) -> bool:
        """Go on with a run that was stopped; False when one is going on."""
        return self._begin(lambda: self._resume(folder))

    def stop(self) -> None:
        """Ask the run to stop after the answers that are under way."""
        self._stopping.set()

    def _begin(self, work: Callable[[], None]) -> bool:
        with self._lock:
            if self._progress.is_working:
                return False
            self._stopping.clear()
            self._progress = Progress("reading")
        threading.Thread(target=self._guarded, args=(work,), daemon=True).start()
        return True

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except AssistantError as error:
            self._progress = replace(self._progress, state="failed", reason=str(error))
        except Exception:  # The thread's edge: a bug must not leave the page waiting for ever.
            logger.exception("An evaluation failed")
            self._progress = replace(self._progress, state="failed", reason="")

    def _run(self, request: Request) -> None:
        session = Session(request, self.settings, self.assistant)
        if session.needs_index:
            self._progress = Progress("indexing", total=len(session.dataset.documents))
        session.open(self._tell_indexing)
        self._follow(session.folder, session.steps())

    def _resume(self, folder: RunFolder) -> None:
        self._follow(folder, go_on(folder, self.settings, self.assistant))

    def _tell_indexing(self, number: int, total: int, _: str) -> None:
        self._progress = Progress("indexing", done=number, total=total)

    def _follow(self, folder: RunFolder, steps: Generator[Step, None, None]) -> None:
        begun = time.monotonic()
        stamp = folder.stamp()
        progress = Progress("running", stamp.run_id, total=stamp.sample_count)
        for result in folder.records():
            progress = _added(progress, Step(result, progress.done + 1, progress.total, 0.0))
        self._progress = progress
        for step in steps:
            self._progress = replace(
                _added(self._progress, step), seconds=time.monotonic() - begun
            )
            if self._stopping.is_set():
                break
        steps.close()
        make_report(folder)
        is_whole = self._progress.done >= self._progress.total
        self._progress = replace(
            self._progress, state="finished" if is_whole else "stopped",
            seconds=time.monotonic() - begun,
        )


def _added(progress: Progress, step: Step) -> Progress:
    """The progress with one more sample counted in."""
    outcomes, sums = dict(progress.outcomes), dict(progress.sums)
    name = outcome(row_of(step.result))
    outcomes[name] = outcomes.get(name, 0) + 1
    for held in step.result.metrics:
        if held.value is not None:
            total, count = sums.get(held.name, (0.0, 0))
            sums[held.name] = (total + held.value, count + 1)
    return replace(
        progress, done=step.done, total=step.total, seconds_left=step.seconds_left,
        outcomes=outcomes, sums=sums,
    )
