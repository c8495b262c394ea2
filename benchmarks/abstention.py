"""Fits the bar of abstaining.py: `python benchmarks/abstention.py [--data ../shared/data]`.

Answerable questions are the tuning part of corpus/questions; unanswerable ones are its unanswerable
part, and (where the data folder is present) XQuAD questions as another world and ALQAC questions as
Vietnamese law that the corpus does not hold. Prints the fitted weights and how many of each kind
would be answered. The reported part of the questions is never read.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from datetime import date
from pathlib import Path

import numpy as np

from assistant.build import build_assistant, shipped_corpus
from assistant.config import load_settings
from assistant.passages import Asked, find_passages

EACH = 50
TODAY = date(2026, 11, 22)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    questions = load_questions(options.data)
    features = np.array([features_of(question) for _, question, _ in questions])
    labels = np.array([label for _, _, label in questions], dtype=float)
    weights = fit_logistic(features, labels)
    print("coverage, meaning, intercept:", np.round(weights, 2))
    chances = 1 / (1 + np.exp(-(np.c_[features, np.ones(len(features))] @ weights)))
    for kind in sorted({kind for kind, _, _ in questions}):
        held = np.array([k == kind for k, _, _ in questions])
        spread = np.round(np.quantile(chances[held], [0.05, 0.25, 0.5, 0.75, 0.95]), 2)
        answered = [f"{bar}: {(chances[held] >= bar).mean():.2f}" for bar in (0.12, 0.3, 0.4, 0.5, 0.6)]
        print(f"{kind:14} n={held.sum():4} quantiles {spread}  answered at " + ", ".join(answered))
    return 0


def load_questions(data: Path) -> list[tuple[str, str, int]]:
    lines = (shipped_corpus() / "questions" / "tune.jsonl").read_text("utf-8").splitlines()
    tune = [json.loads(line) for line in lines if line.strip()]
    found = [
        ("answerable" if s["answerable"] else "unanswerable", s["question"], int(s["answerable"]))
        for s in tune if not s.get("previous") and "injection" not in s["tags"]
    ]
    draw = random.Random(7)
    for language in ("vi", "en"):
        path = data / "questions" / f"xquad.{language}.json"
        if path.is_file():
            articles = json.loads(path.read_text("utf-8"))["data"]
            asked = [q["question"] for a in articles for p in a["paragraphs"] for q in p["qas"]]
            found += [(f"xquad_{language}", q, 0) for q in draw.sample(asked, EACH)]
    path = data / "questions" / "alqac2023" / "train.json"
    if path.is_file():
        asked = [q["text"] for q in json.loads(path.read_text("utf-8"))]
        found += [("alqac", q, 0) for q in draw.sample(asked, EACH)]
    return found


def features_of(question: str) -> tuple[float, float]:
    """Coverage and meaning of the passage that speaks most for answering."""
    assistant = build()
    parts = assistant._current()
    query = parts.reader.read(question, today=TODAY)
    asked = Asked(query, parts.retriever.lexical, parts.library.glossary)
    passages = find_passages(parts.retriever.retrieve(query, 12), asked, parts.library)[:3]
    if not passages:
        return 0.0, 0.0
    best = max(passages, key=lambda p: p.coverage + p.meaning)
    return best.coverage, best.meaning


_ASSISTANT = []


def build():
    if not _ASSISTANT:
        _ASSISTANT.append(build_assistant(load_settings()))
    return _ASSISTANT[0]


def fit_logistic(features: np.ndarray, labels: np.ndarray, rounds: int = 4000) -> np.ndarray:
    """Weights and intercept by gradient descent; both classes weigh the same."""
    inputs = np.c_[features, np.ones(len(features))]
    share = np.where(labels == 1, 0.5 / labels.sum(), 0.5 / (len(labels) - labels.sum()))
    weights = np.zeros(inputs.shape[1])
    for _ in range(rounds):
        chances = 1 / (1 + np.exp(-(inputs @ weights)))
        gradient = inputs.T @ (share * (chances - labels)) + 0.002 * np.r_[weights[:-1], 0]
        weights -= 4.0 * gradient
    return weights


if __name__ == "__main__":
    sys.exit(main())
