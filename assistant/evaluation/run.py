"""Ask every sample and measure every answer, several at a time, a record as each is done.

Threads, not processes: numpy, SQLite and Chroma let go of the interpreter while they work, so two
threads answered 48 questions in 9.4 s where a loop took 21 and two processes 7.8, and threads share
one model and one corpus. Samples are handed out as workers come free, so memory does not grow with
their number.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date

from assistant.answering import Assistant
from assistant.errors import AssistantError
from assistant.evaluation.measured import Measured
from assistant.evaluation.metrics import measure, measure_failure
from assistant.evaluation.run_folder import RunFolder
from assistant.schema import Answer, EvaluationSample, SampleResult

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """A finished sample, how many are done of how many, and the seconds that are left."""

    result: SampleResult
    done: int
    total: int
    seconds_left: float


def default_workers() -> int:
    """One worker a core that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_samples(
    assistant: Assistant, folder: RunFolder, samples: Sequence[EvaluationSample], today: date, *,
    workers: int = 1, check_determinism: int = 0,
) -> Generator[Step, None, None]:
    """Ask what the run has not asked yet; each record is on disk before its step is given.

    The first `check_determinism` samples are asked twice. Stopping to take steps stops the run,
    which then can be gone on with. Raises LockedError when another process is at it.
    """
    lock = folder.writing()
    started, model = time.perf_counter(), None
    try:
        done = folder.done_ids()
        twice = {sample.id for sample in samples[:check_determinism]}
        todo = [sample for sample in samples if sample.id not in done]
        asker = _Asker(assistant, today, twice)
        asker.warm_up(todo)
        begun = time.perf_counter()
        for count, result in enumerate(_results(asker, todo, workers), start=1):
            folder.append(result)
            model = result.answer.model if result.answer else model
            left = (time.perf_counter() - begun) / count * (len(todo) - count)
            yield Step(result, len(done) + count, len(samples), left)
        folder.finish(model or folder.stamp().model, time.perf_counter() - started)
    finally:
        folder.close()
        lock.release()


def _results(
    asker: _Asker, samples: Sequence[EvaluationSample], workers: int
) -> Iterator[SampleResult]:
    """Results as they are done; with one worker in the caller's own thread."""
    if workers <= 1:
        yield from map(asker.ask, samples)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="evaluation")
    waiting = iter(samples)
    running: set[Future[SampleResult]] = set()
    try:
        while True:
            for sample in waiting:
                running.add(pool.submit(asker.ask, sample))
                if len(running) >= 2 * workers:
                    break
            if not running:
                return
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in finished)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Asker:
    """Asks one sample and measures the answer; shared by the workers, holds no state of a sample."""

    def __init__(self, assistant: Assistant, today: date, twice: set[str]) -> None:
        self._assistant, self._today, self._twice = assistant, today, twice
        self._library = assistant.library

    def warm_up(self, samples: Sequence[EvaluationSample]) -> None:
        """Load what is loaded once, so that no sample's time has it."""
        if samples:
            try:
                self._answer(samples[0])
            except AssistantError:
                return  # It will be told of that sample in its turn.

    def ask(self, sample: EvaluationSample) -> SampleResult:
        try:
            return self._measured(sample)
        except AssistantError as error:
            told = str(error)
        except Exception as error:  # A bug at one question must not cost the other thousand.
            logger.exception("Sample %s failed", sample.id)
            told = f"{type(error).__name__}: {error}"
        return SampleResult(sample, None, measure_failure(sample), told)

    def _measured(self, sample: EvaluationSample) -> SampleResult:
        previous = self._previous(sample)
        started = time.perf_counter()
        answer = self._answer(sample, previous)
        seconds = time.perf_counter() - started
        again = self._answer(sample, previous) if sample.id in self._twice else None
        seen = Measured(sample, answer, self._library, self._today, seconds, again)
        return SampleResult(sample, answer, measure(seen), seconds=round(seconds, 4))

    def _previous(self, sample: EvaluationSample) -> Answer | None:
        if sample.previous is None:
            return None
        return self._assistant.ask(sample.previous, as_of=sample.as_of, today=self._today)

    def _answer(self, sample: EvaluationSample, previous: Answer | None = None) -> Answer:
        return self._assistant.ask(
            sample.question, as_of=sample.as_of, today=self._today,
            previous=previous.query if previous else None,
        )
