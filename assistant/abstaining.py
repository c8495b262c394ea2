"""When not to answer: evidence too weak, or what the question names is not in the corpus.

The bar is a logistic score over how much of the question's weight the best passage covers and how
near it is in meaning. Its numbers are fitted on the tuning part of corpus/questions by
`benchmarks/abstention.py`, never on the part that is reported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.drafting import Draft
from assistant.library import Library
from assistant.named_provisions import names_provision, unknown_numbers
from assistant.passages import Asked, Passage
from assistant.phrases import phrase
from assistant.required_evidence import Requirement, fits
from assistant.schema import Answer, Query
from assistant.text import search_tokens, words_of
from assistant.validity import DATED_KINDS

# Fitted: weight of coverage, of meaning, and intercept; answered when the sigmoid reaches BAR.
COVERAGE_WEIGHT, MEANING_WEIGHT, INTERCEPT, BAR = 1.64, 6.27, -2.79, 0.45
# Below this the question is from another world, and nearest provisions would only be forced upon
# the reader.
WORLD_BAR = 0.1
NEAREST = 3
# Passages among which one must hold what the question requires.
LOOKED_AT = 8
# Inverse document frequency from which a word is a name that a right passage would hold.
RARE = 5.0
_FULL_TEXT = re.compile(r"\b(?:toan van|nguyen van|full text|clause by clause|verbatim|word for word)\b")


@dataclass(frozen=True, slots=True)
class Weakness:
    """Why an answer would not stand: the reason, and what was looked for and not found."""

    reason: str
    missing: tuple[str, ...] = ()


def confidence(passage: Passage) -> float:
    """How likely the passage answers, 0 to 1."""
    value = COVERAGE_WEIGHT * passage.coverage + MEANING_WEIGHT * passage.meaning + INTERCEPT
    return 1.0 / (1.0 + math.exp(-value))


def evidence_score(passages: Sequence[Passage]) -> float:
    """How likely the best passages answer, 0 to 1; what the bars are held against."""
    return max((confidence(passage) for passage in passages[:3]), default=0.0)


def find_weakness(
    query: Query,
    asked: Asked,
    passages: Sequence[Passage],
    library: Library,
    requirements: Sequence[Requirement] = (),
) -> Weakness | None:
    """None when the best passages carry an answer."""
    numbers = unknown_numbers(query.standalone, library.documents.values())
    text = " ".join(passage.text for passage in passages[:3])
    if numbers and (names_provision(query.standalone) or any(n not in text for n in numbers)):
        return Weakness("absent", numbers)
    best = evidence_score(passages)
    if best < WORLD_BAR:
        return Weakness("world")
    if _FULL_TEXT.search(asked.folded) and passages[0].document.kind not in DATED_KINDS:
        return Weakness("absent", (passages[0].document.label,))
    names = missing_names(query, asked, passages)
    if names:
        return Weakness("absent", names)
    lacking = _lacking(passages[:LOOKED_AT], requirements)
    if lacking:
        return Weakness("absent", lacking)
    return None if best >= BAR else Weakness("weak", ())


def _lacking(
    passages: Sequence[Passage], requirements: Sequence[Requirement]
) -> tuple[str, ...]:
    """What no passage holds; where each is held, but never together, all of it."""
    if any(fits(passage, requirements) for passage in passages):
        return ()
    unmet = [r for r in requirements if not any(r.is_held(passage) for passage in passages)]
    return tuple(dict.fromkeys(r.missing for r in unmet or requirements))


def missing_names(query: Query, asked: Asked, passages: Sequence[Passage]) -> tuple[str, ...]:
    """Names, abbreviations and numbers of the question that none of the best passages holds."""
    held = set()
    for passage in passages[:6]:
        document = passage.document
        about = f"{document.label} {document.number} {document.title} {' '.join(document.aliases)}"
        held |= set(search_tokens(f"{passage.text} {about}"))
    held |= {token for expansion in query.expansions for token in search_tokens(expansion)}
    lacking = []
    for name in _names_in(query):
        tokens = [token for token in search_tokens(name) if "_" not in token]
        is_rare = any(asked.weights.get(token, RARE) >= RARE for token in tokens)
        if tokens and is_rare and not all(token in held for token in tokens):
            lacking.append(name)
    return tuple(dict.fromkeys(lacking))


def _names_in(query: Query) -> list[str]:
    """Abbreviations, capitalised foreign names and years said that are not the as-of time."""
    words = words_of(query.standalone)
    names = [w for w in words if w.isupper() and len(w) >= 3 and w.isalpha()]
    if query.language == "en":
        names += _capitalised(query.standalone)
    return names


def _capitalised(text: str) -> list[str]:
    """Capitalised words of an English question that do not open it."""
    return [match.group() for match in re.finditer(r"(?<=[a-z,] )[A-Z][a-z]{3,}", text)]


def refuse(draft: Draft, weakness: Weakness, asked: Asked, passages: Sequence[Passage]) -> Answer:
    """One plain sentence, what is missing, what would settle it, and the nearest provisions."""
    if weakness.reason == "world":
        draft.frame("abstain_world")
        return draft.finish(abstained=True, reason="world")
    draft.frame("abstain")
    if weakness.missing:
        draft.frame("abstain_missing", missing=", ".join(weakness.missing))
    needed = _needed(draft, weakness)
    draft.frame("abstain_need", needed=needed)
    numbers = []
    for passage in _distinct(passages)[:NEAREST]:
        numbers.append(draft.cite_passage(passage))
    nearest = tuple(c for c in draft.citations if c.number in numbers)
    return draft.finish(abstained=True, reason=weakness.reason, nearest=nearest)


def _needed(draft: Draft, weakness: Weakness) -> str:
    if weakness.missing and any("/" in name for name in weakness.missing):
        return phrase("need_text", draft.language, name=", ".join(weakness.missing))
    return phrase("need_source", draft.language)


def _distinct(passages: Sequence[Passage]) -> list[Passage]:
    """One passage a unit, best first."""
    seen: set[str] = set()
    kept = []
    for passage in passages:
        unit = "/".join(passage.provision_id.split("/")[:2])
        if unit not in seen:
            seen.add(unit)
            kept.append(passage)
    return kept
