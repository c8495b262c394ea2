"""What bulk evaluation costs over asking in a loop: `python benchmarks/evaluation.py [--samples 60]`.

Asks the reported questions in a bare loop and by the runner with one worker, in turns so that a busy
machine is busy for both; then with two and with four workers. Also the memory that a run needs. Metrics
are measured and records written in the runner's time; the loop does neither.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

from assistant.answering import Assistant
from assistant.build import build_assistant, shipped_corpus
from assistant.config import load_settings
from assistant.evaluation.dataset import Dataset
from assistant.evaluation.gold import ProvisionResolver
from assistant.evaluation.importers import load_dataset
from assistant.evaluation.run import run_samples
from assistant.evaluation.run_folder import RunFolder, make_stamp
from assistant.schema import EvaluationSample

TODAY = date(2026, 11, 22)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--samples", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    settings = load_settings()
    assistant = build_assistant(settings)
    file = shipped_corpus() / "questions" / "report.jsonl"
    samples = [
        sample for sample in load_dataset(file, ProvisionResolver(assistant.library, TODAY)).samples
        if sample.previous is None  # a follow-up is two questions
    ][: options.samples]
    loop(assistant, samples)  # warm
    shares = []
    for number in range(1, options.rounds + 1):
        bare, cpu = timed(lambda: loop(assistant, samples))
        ours, our_cpu = timed(lambda: run(assistant, samples, 1))
        shares.append(100 * (our_cpu / cpu - 1))
        print(f"round {number}: loop {bare:.2f} s, runner {ours:.2f} s ({100 * (ours / bare - 1):+.1f} %);"
              f" processor {cpu:.2f} s, {our_cpu:.2f} s ({shares[-1]:+.1f} %)")
    print(f"overhead, median of processor time: {median(shares):+.1f} %")
    for workers in (2, 4):
        spent, _ = timed(lambda workers=workers: run(assistant, samples, workers))
        print(f"{workers} workers: {spent:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory: {peak} MB")
    return 0


def loop(assistant: Assistant, samples: list[EvaluationSample]) -> None:
    for sample in samples:
        assistant.ask(sample.question, as_of=sample.as_of, today=TODAY)


def run(assistant: Assistant, samples: list[EvaluationSample], workers: int) -> None:
    """A whole run; the one question that warms up is among the overhead."""
    with tempfile.TemporaryDirectory() as folder:
        held = RunFolder(Path(folder) / "run")
        dataset = Dataset("benchmark", tuple(samples))
        stamp = make_stamp(
            dataset, assistant.library, load_settings(), TODAY, workers=workers, check_determinism=0
        )
        held.begin(stamp, dataset.samples)
        for _ in run_samples(assistant, held, dataset.samples, TODAY, workers=workers):
            pass


def timed(work) -> tuple[float, float]:
    """Seconds on the clock and of the processor: a shared machine makes the first uncertain."""
    started, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - cpu


if __name__ == "__main__":
    sys.exit(main())
