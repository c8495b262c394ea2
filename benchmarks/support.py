"""Fits and reports the bar of claim_support.py: `python benchmarks/support.py`.

Right: each sentence of a reference answer of corpus/questions with the provisions it rests on.
Wrong: the same sentence with other provisions that were found for its question ("near"), and with
those of another question ("far"); and, not used in fitting, the sentence bent against its own right
provisions: a number changed, a "not" put in or taken out, another body of the same source put in
the place of the one named. Fitted on tune.jsonl, reported on report.jsonl: how many of each
kind pass the bar alone, and how many pass with all the other checks of a model's claim.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import numpy as np
from langchain_core.embeddings import Embeddings

from assistant.build import Workspace, shipped_corpus
from assistant.claim_checks import find_faults, has_facts_of
from assistant.claim_support import ACROSS, WITHIN, SupportScorer, is_within
from assistant.config import load_settings
from assistant.direct_answer import bodies_in
from assistant.drafting import Draft
from assistant.generation_parse import parse_claims, split_sentences
from assistant.schema import Citation, Language
from assistant.text import fold

TODAY = date(2026, 11, 22)
FITTED = ("right", "near", "far")
KEPT = 0.95  # share of the right sentences that the bar lets pass, on the tuning part


@dataclass(frozen=True)
class Pair:
    kind: str
    sentence: str
    language: Language
    sources: tuple[Citation, ...]
    coverage: float
    nearness: float
    faults: tuple[str, ...]

    @property
    def is_within(self) -> bool:
        return is_within(self.language, self.sources)


class Remembering(Embeddings):
    """Each sentence is set against several sources and embedded once."""

    def __init__(self, inner: Embeddings) -> None:
        self._inner, self._held = inner, dict[str, list[float]]()

    def embed_query(self, text: str) -> list[float]:
        if text not in self._held:
            self._held[text] = self._inner.embed_query(text)
        return self._held[text]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._inner.embed_documents(texts)


def main() -> int:
    workspace = Workspace(load_settings())
    library = workspace.library()
    retriever = workspace.retriever(library, Remembering(workspace.query_embeddings(is_serving=True)))
    scorer = SupportScorer(library, retriever)
    reader = workspace.query_reader(library)
    tune, report = (make_pairs(name, library, retriever, scorer, reader) for name in ("tune", "report"))
    for place, held in (("WITHIN", WITHIN), ("ACROSS", ACROSS)):
        chosen = [p for p in tune if p.is_within == (place == "WITHIN") and p.kind in FITTED]
        print(place, "held now:", held)
        print(place, "fitted:", *fit(chosen))
    print_rates("tune", tune)
    print_rates("report", report)
    if "--show" in sys.argv:
        for pair in report:
            bar = WITHIN if pair.is_within else ACROSS
            passed = bar.score(pair.coverage, pair.nearness) >= bar.bar and not pair.faults
            if passed != (pair.kind == "right"):
                print(pair.kind, round(pair.coverage, 2), round(pair.nearness, 2), pair.sentence[:150],
                      [s.provision_id for s in pair.sources], pair.faults)
    return 0


def make_pairs(name, library, retriever, scorer, reader) -> list[Pair]:  # type: ignore[no-untyped-def]
    lines = (shipped_corpus() / "questions" / f"{name}.jsonl").read_text("utf-8").splitlines()
    samples = [json.loads(line) for line in lines if line.strip()]
    samples = [s for s in samples if s["answerable"] and s["gold_provisions"] and not s.get("previous")]
    draw = random.Random(7)
    found = []
    for sample in samples:
        day = date.fromisoformat(sample["as_of"]) if sample["as_of"] else TODAY
        query = reader.read(sample["question"], today=TODAY, chosen=day)
        retrieved = retriever.retrieve(query, 12)
        language: Language = sample["language"]
        across: Language = "en" if language == "vi" else "vi"
        other = draw.choice(samples)
        near = [item.chunk.provisions[-1] for item in retrieved if item.chunk.provisions]
        sides = {
            "right": sample["gold_provisions"],
            "near": [id_ for id_ in near if not any(kin(id_, g) for g in sample["gold_provisions"])][:2],
            "far": [g for g in other["gold_provisions"] if g not in sample["gold_provisions"]],
        }
        for sentence in sentences_of(sample["reference_answer"]):
            for (kind, ids), cited in product(sides.items(), (language, across)):
                sources = cite(Draft(replace(query, language=cited), retrieved, library, retriever), ids)
                if not sources or is_within(language, sources) != (cited == language):
                    continue
                told = {kind: sentence}
                if kind == "right" and cited == language:
                    held = Draft(replace(query, language=cited), retrieved, library, retriever)
                    told |= bend(sentence, " ".join(s.quote for s in sources), held)
                for how, text in told.items():
                    faults = list(find_faults(text, sources, library, day, query.documents))
                    if not has_facts_of(text, sources, library):
                        faults.append("facts")
                    if cited == language:
                        faults += scorer.misalignments(text, sources, query.standalone)
                    features = scorer.features(text, language, sources)
                    found.append(Pair(how, text, language, sources, *features, tuple(faults)))
    return found


def bend(sentence: str, said: str, draft: Draft) -> dict[str, str]:
    """The sentence made wrong, by the way it is wrong."""
    bent = {
        "number": re.sub(r"\d+", lambda m: str(int(m[0]) + 1), sentence, count=1),
        "not in": _NEGATABLE.sub(lambda m: f"{_NOT[m[0].lower()]}", sentence, count=1),
        "not out": re.sub(r"\b(?:không|not) (?!gian)", "", sentence, count=1),
    }
    bodies = bodies_in(draft, sentence)
    others = [b for b in bodies_in(draft, said) if bodies and fold(b) != fold(bodies[0])]
    if others:
        bent["body"] = sentence.replace(bodies[0], others[0], 1)
    return {how: text for how, text in bent.items() if text != sentence}


_NOT = {
    "chủ trì": "không chủ trì", "phải": "không phải", "được": "không được", "chịu": "không chịu",
    "có": "không có", "must": "must not", "may": "may not", "is": "is not", "are": "are not",
    "leads": "does not lead", "acts": "does not act", "requires": "does not require",
}
_NEGATABLE = re.compile(rf"\b(?:{'|'.join(_NOT)})\b", re.I)


def sentences_of(text: str) -> list[str]:
    """Sentences as a model's would be read: without a bare yes or no."""
    claims = parse_claims(text + " [1]")
    return [sentence for claim in claims for sentence in split_sentences(claim.text)]


def cite(draft: Draft, ids: Sequence[str]) -> tuple[Citation, ...]:
    """The provisions' citations, in the draft's language where the corpus has it."""
    numbers = [draft.cite_provision(id_.split("/", 1)[0], id_) for id_ in ids]
    return tuple(c for c in draft.citations if c.number in numbers)


def kin(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def fit(pairs: Sequence[Pair]) -> tuple[object, ...]:
    """Logistic weights of coverage, nearness and intercept, and the bar that keeps KEPT."""
    x = np.array([(p.coverage, p.nearness, 1.0) for p in pairs])
    y = np.array([p.kind == "right" for p in pairs], dtype=float)
    weights = np.zeros(3)
    balance = np.where(y == 1, 0.5 / max(y.mean(), 1e-9), 0.5 / max(1 - y.mean(), 1e-9))
    for _ in range(20000):
        chance = 1 / (1 + np.exp(-(x @ weights)))
        weights += 0.3 * (((y - chance) * balance) @ x / len(x) - 0.0005 * weights)
    chance = 1 / (1 + np.exp(-(x @ weights)))
    return (np.round(weights, 2), "bar", round(float(np.quantile(chance[y == 1], 1 - KEPT)), 3),
            "n", len(pairs))


def print_rates(name: str, pairs: Sequence[Pair]) -> None:
    print(f"\n{name}: pass the bar / the other checks / both (n)")
    kinds: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        kinds[f"{pair.kind:8}{'within' if pair.is_within else 'across'}"].append(pair)
    for kind, held in sorted(kinds.items()):
        bars = [WITHIN if pair.is_within else ACROSS for pair in held]
        passed = [b.score(p.coverage, p.nearness) >= b.bar for b, p in zip(bars, held, strict=True)]
        clean = [not pair.faults for pair in held]
        both = [a and b for a, b in zip(passed, clean, strict=True)]
        print(f"{kind:16}{np.mean(passed):8.3f}{np.mean(clean):8.3f}{np.mean(both):8.3f}  ({len(held)})")


if __name__ == "__main__":
    sys.exit(main())
