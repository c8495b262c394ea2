"""How well the right article is found: our retriever beside plain baselines, typed in four ways.

    python benchmarks/retrieval.py [--data FOLDER] [--cache FOLDER] [--sets alqac,xquad,laws]
                                   [--limit N] [--tune]

The sets are not part of the product (shared/data/README.md says where they come from). Indexing
ALQAC takes about ten minutes on two cores the first time; the cache folder keeps it. `--tune`
sweeps the weights over the tuning halves instead; numbers to report come from the other halves.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from retrieval_index import open_index
from retrieval_measures import MEASURES, VARIANTS, Graded, difference_interval, grade
from retrieval_sets import (
    REPEALED,
    BenchmarkQuestion,
    BenchmarkTexts,
    read_alqac,
    read_alqac_questions,
    read_law_questions,
    read_laws,
    read_xquad,
    read_xquad_questions,
)
from retrieval_systems import Bench, HeldEmbeddings, Ranker
from retrieval_tuning import tune

from assistant.embeddings import make_embeddings
from assistant.retrieval import RetrievalWeights
from assistant.schema import Language, Query

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data"
CACHE = Path.home() / ".cache" / "cyber-cooperation-assistant" / "benchmarks"
AS_OF = date(2026, 11, 22)
TIMED = 60  # questions that the milliseconds are a median of
LANGUAGES: tuple[Language, Language] = ("vi", "en")


class Benchmark:
    """The sets, opened when they are first needed, and the tables."""

    def __init__(self, data: Path, cache: Path, limit: int | None) -> None:
        self.data, self.cache, self.limit = data, cache, limit
        self._embeddings: HeldEmbeddings | None = None
        self._benches: dict[str, Bench] = {}

    def report_alqac(self) -> None:
        questions = self._cut(read_alqac_questions(self.data))
        bench = self.alqac()
        for name, change in VARIANTS.items():
            asked = read_queries(bench, [change(question.text) for question in questions])
            show_table(f"ALQAC 2023, {name}", bench, questions, asked)

    def report_xquad(self) -> None:
        for typed in LANGUAGES:
            questions = self._cut(read_xquad_questions(self.data, typed))
            for searched in LANGUAGES:
                bench = self.xquad(searched)
                asked = read_queries(bench, [question.text for question in questions])
                show_table(f"XQuAD, {typed} to {searched}", bench, questions, asked)

    def report_laws(self) -> None:
        """Does the law in force come first as often as where the repealed acts are left out?"""
        questions = self._cut(read_law_questions(HERE / "law_questions.jsonl"))
        every = self._open(read_laws(self.data))
        current = self._open(read_laws(self.data, "laws-in-force", REPEALED), start_from="laws")
        undated = RetrievalWeights(in_force=0.0)
        for title, bench, weights in (
            ("all acts, dates not used", every, undated), ("all acts, dated", every, None),
            ("repealed acts left out", current, None),
        ):
            asked = read_queries(bench, [question.text for question in questions])
            show_table(f"Acts as of {AS_OF}: {title}", bench, questions, asked, weights)

    def tune(self) -> None:
        alqac = [q for q in read_alqac_questions(self.data) if q.split == "tune"]
        xquad = [q for q in read_xquad_questions(self.data, "vi") if q.split == "tune"]
        english = [q for q in read_xquad_questions(self.data, "en") if q.split == "tune"]
        tune({
            "ALQAC": (self.alqac(), self._cut(alqac)),
            "vi to vi": (self.xquad("vi"), self._cut(xquad)),
            "en to en": (self.xquad("en"), self._cut(english)),
            "en to vi": (self.xquad("vi"), self._cut(english)),
            "vi to en": (self.xquad("en"), self._cut(xquad)),
        }, read_queries)

    def alqac(self) -> Bench:
        if "alqac" not in self._benches:
            self._benches["alqac"] = self._open(read_alqac(self.data))
        return self._benches["alqac"]

    def xquad(self, language: Language) -> Bench:
        if language not in self._benches:
            self._benches[language] = self._open(read_xquad(self.data, language))
        return self._benches[language]

    def _open(self, texts: BenchmarkTexts, start_from: str | None = None) -> Bench:
        workspace = open_index(texts, self.cache, start_from)
        if self._embeddings is None:
            self._embeddings = HeldEmbeddings(make_embeddings(workspace.settings))
        return Bench(texts, workspace, self._embeddings)

    def _cut(self, questions: list[BenchmarkQuestion]) -> list[BenchmarkQuestion]:
        """Every n-th question, so that both halves of a set are in a cut."""
        step = -(-len(questions) // self.limit) if self.limit else 1
        return questions[::step]


def read_queries(bench: Bench, texts: Sequence[str]) -> list[Query]:
    return [bench.reader.read(text, today=AS_OF) for text in texts]


def rank_all(
    ranker: Ranker, questions: Sequence[BenchmarkQuestion], asked: Sequence[Query]
) -> dict[str, list[str]]:
    return {q.id: ranker(query) for q, query in zip(questions, asked, strict=True)}


def show_table(
    title: str, bench: Bench, questions: Sequence[BenchmarkQuestion], asked: Sequence[Query],
    weights: RetrievalWeights | None = None,
) -> None:
    """One table: a row a system, for the reporting half and for all questions."""
    systems = bench.baselines() | {"ours": bench.rank_by_ours(weights)}
    graded = {
        name: grade(questions, rank_all(ranker, questions, asked))
        for name, ranker in systems.items()
    }
    splits = {
        "report": np.array([question.split == "report" for question in questions]),
        "all": np.ones(len(questions), dtype=bool),
    }
    if splits["report"].all():
        del splits["all"]
    print(f"\n{title}: {time_queries(bench, asked):.0f} ms a question (ours)")
    for split, where in splits.items():
        if where.any():
            print(f"  {split} ({where.sum()} questions)")
            show_rows(graded, where)


def show_rows(graded: Mapping[str, Graded], where: np.ndarray) -> None:
    print(" " * 10 + "".join(f"{name:>9}" for name in MEASURES) + "   ours better at R@1 by")
    for name, values in graded.items():
        line = "".join(f"{values.mean(measure, where):9.1f}" for measure in MEASURES)
        if name != "ours":
            mean, low, high = difference_interval(
                graded["ours"].values["R@1"][where], values.values["R@1"][where])
            line += f"   {mean:+.1f} [{low:+.1f}, {high:+.1f}]"
        print(f"    {name:6}{line}")


def time_queries(bench: Bench, asked: Sequence[Query]) -> float:
    """Median milliseconds from the typed question to its chunks, with nothing held."""
    retriever, spent = bench.plain_retriever(bench.embeddings.inner), []
    for query in asked[:TIMED]:
        started = time.perf_counter()
        retriever.retrieve(bench.reader.read(query.text, today=AS_OF), 12)
        spent.append(1000 * (time.perf_counter() - started))
    return float(np.median(spent))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--sets", default="alqac,xquad,laws")
    parser.add_argument("--limit", type=int, help="take about N questions of each set")
    parser.add_argument("--tune", action="store_true")
    arguments = parser.parse_args()
    benchmark = Benchmark(arguments.data, arguments.cache, arguments.limit)
    if arguments.tune:
        benchmark.tune()
        return
    for name in arguments.sets.split(","):
        {"alqac": benchmark.report_alqac, "xquad": benchmark.report_xquad,
         "laws": benchmark.report_laws}[name]()


if __name__ == "__main__":
    main()
