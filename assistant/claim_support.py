"""Whether a claim's sentences are carried by what they cite: in words, and in meaning.

A sentence is scored by the share of its telling words (weighted by rarity) that its sources hold,
and by how near its vector is to the nearest window of theirs. The weights and the bar are fitted by
`benchmarks/support.py`: sentences of reference answers against the provisions they rest on (right)
and against other provisions found for the same question (wrong). Across languages words hardly
count, so those claims have weights of their own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.claim_checks import names_in, support_text
from assistant.generation_parse import split_sentences
from assistant.library import Library
from assistant.retrieval import Retriever
from assistant.schema import Citation, Language
from assistant.text import fold, search_tokens


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


# Bodies as laws name them, over folded text.
_BODY = re.compile(
    r"(?:bo|cuc|ban|uy ban|tong cuc|vien|toa|chinh phu|thu tuong|quoc hoi|hoi dong|trung tam|luc luong)\b"
    r"|ministry|government|prime minister|department|agency|committee|commission|council|court"
)
_NEARLY = 0.85


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

    def is_said_of_another(self, text: str, sources: Sequence[Citation]) -> bool:
        """Whether a sentence gives a body what its sources say of another body.

        Of the sources' own sentences, one that names the body has to hold nearly as much of the rest
        as any of them does: "the Ministry of Defence leads" is no support for another's leading,
        however near it stands.
        """
        said = [part for source in sources for part in _parts(source)]
        return any(self._is_of_another(sentence, said) for sentence in split_sentences(text))

    def _is_of_another(self, sentence: str, said: Sequence[str]) -> bool:
        names = [fold(name) for name in names_in(sentence) if _BODY.match(fold(name))]
        if not names:
            return False
        named = {token for name in names for token in search_tokens(name)}
        tokens = [token for token in search_tokens(sentence) if token not in named]
        weights = self._retriever.lexical.weights(tokens)
        shares = [
            (sum(weights[t] for t in weights.keys() & set(search_tokens(part))),
             any(name in fold(part) for name in names))
            for part in said
        ]  # fmt: skip
        best = max((share for share, _ in shares), default=0.0)
        best_named = max((share for share, is_named in shares if is_named), default=best)
        return best_named < _NEARLY * best

    def _reaches_bar(self, sentence: str, language: Language, sources: Sequence[Citation]) -> bool:
        if not sources:
            return False
        bar = WITHIN if is_within(language, sources) else ACROSS
        return bar.score(*self.features(sentence, language, sources)) >= bar.bar


def _parts(source: Citation) -> list[str]:
    """Sentences of a source; points of an enumeration are taken one by one."""
    return [part for line in source.quote.splitlines() for part in re.split(r"(?<=[;.])\s+", line)]


def is_within(language: Language, sources: Sequence[Citation]) -> bool:
    """Whether a source is in the claim's own language."""
    return any(source.document_key.endswith(f".{language}") for source in sources)
