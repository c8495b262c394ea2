"""Whether a claim's sentences are carried by what they cite: in words, and in meaning.

A sentence is scored by the share of its telling words (weighted by rarity) that its sources hold,
and by how near its vector is to the nearest window of theirs. The weights and the bar are fitted by
`benchmarks/support.py`: sentences of reference answers against the provisions they rest on (right)
and against other provisions found for the same question (wrong). Across languages words hardly
count, so those claims have weights of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.claim_alignment import find_misalignments
from assistant.claim_checks import support_text
from assistant.generation_parse import split_sentences
from assistant.library import Library
from assistant.retrieval import Retriever
from assistant.schema import Citation, Language
from assistant.text import search_tokens


@dataclass(frozen=True, slots=True)
class SupportBar:
    """A logistic score over coverage and nearness (0 to 1), and what it has to reach."""

    coverage: float
    nearness: float
    intercept: float
    bar: float

    def score(self, coverage: float, nearness: float) -> float:
        value = self.coverage * coverage + self.nearness * nearness + self.intercept
        return 1.0 / (1.0 + math.exp(-value))


WITHIN = SupportBar(coverage=8.44, nearness=0.52, intercept=-4.51, bar=0.446)
ACROSS = SupportBar(coverage=6.2, nearness=9.17, intercept=-6.03, bar=0.391)


class SupportScorer:
    """Scores claims against citations over one version of the corpus."""

    def __init__(self, library: Library, retriever: Retriever) -> None:
        self._library, self._retriever = library, retriever

    def is_supported(self, text: str, language: Language, sources: Sequence[Citation]) -> bool:
        """Whether every sentence reaches the bar."""
        return all(
            self._reaches_bar(sentence, language, sources) for sentence in split_sentences(text)
        )

    def features(
        self, sentence: str, language: Language, sources: Sequence[Citation]
    ) -> tuple[float, float]:
        """Coverage and nearness of one sentence, each 0 to 1."""
        spans = [(source.document_key, source.start, source.end) for source in sources]
        nearness = self._retriever.nearness(sentence, language, spans)
        return self.coverage(sentence, sources), nearness

    def coverage(self, sentence: str, sources: Sequence[Citation]) -> float:
        """Share of the sentence's words and pairs of words, by rarity, that the sources hold."""
        tokens = list(dict.fromkeys(search_tokens(sentence)))
        weights = self._retriever.lexical.weights(tokens)
        held: set[str] = set()
        for source in sources:
            held |= set(search_tokens(support_text(source, self._library)))
        total = sum(weights.values()) or 1.0
        return sum(weight for token, weight in weights.items() if token in held) / total

    def misalignments(
        self, text: str, sources: Sequence[Citation], asked: str = ""
    ) -> tuple[str, ...]:
        """Faults of the claim beside the sentences of its sources that say most of it.

        Only for sources in the claim's language, whose words can be compared.
        """
        return tuple(find_misalignments(text, sources, self._retriever.lexical.weights, asked))

    def _reaches_bar(self, sentence: str, language: Language, sources: Sequence[Citation]) -> bool:
        if not sources:
            return False
        bar = WITHIN if is_within(language, sources) else ACROSS
        return bar.score(*self.features(sentence, language, sources)) >= bar.bar


def is_within(language: Language, sources: Sequence[Citation]) -> bool:
    """Whether a source is in the claim's own language."""
    return any(source.document_key.endswith(f".{language}") for source in sources)
